mod asked;
mod opening;
mod truth;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use inbank::{
    ApplicationId, Callback, ContractId, ContractStatus, DecisionStatus, Money, OrderKey,
    OrderReference, SessionId, ShopName,
};
use inbank_testkit::{Effects, FakeBank};
use time::OffsetDateTime;

use self::asked::Asked;
pub(super) use self::asked::Asking;
use self::opening::Opening;
use super::around::Around;
use super::fleet::{Fleet, PUBLIC_URL, REGION, shop_name};
use super::{Fault, Mark};

/// A shop's bank: what it truly has, the callbacks that it sends, and what it was asked.
pub(super) struct Lender {
    pub(super) fake: FakeBank,
    pub(super) shop: usize,
    pub(super) around: Arc<Around>,
    pub(super) fleet: Arc<Fleet>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By session or application.
    opened: BTreeMap<String, Opened>,
    /// Applications whose place another took.
    replaced: BTreeSet<String>,
    /// How many callbacks have left.
    posted: usize,
    asked: BTreeMap<(&'static str, String), Asked>,
    openings: Vec<Opening>,
    away_until: Option<OffsetDateTime>,
    /// When contracts were seen to be active first.
    active_since: BTreeMap<ContractId, OffsetDateTime>,
    /// When contracts were terminated.
    terminated_at: BTreeMap<ContractId, OffsetDateTime>,
    /// When a session or application was read.
    reads: Vec<Moment>,
    /// When a callback about one was kept.
    kept: Vec<Moment>,
}

/// When something happened to a session, application or contract, and to which.
pub(super) type Moment = (OffsetDateTime, String);

/// A session or application, and for whom.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    pub(super) order: OrderReference,
    /// Where callbacks go: it names the attempt.
    pub(super) url: String,
    answered: bool,
}

impl Opened {
    pub(super) fn attempt(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or_default()
    }
}

impl Lender {
    pub(super) fn new(shop: usize, around: Arc<Around>, fleet: Arc<Fleet>) -> Arc<Self> {
        let fake = FakeBank::new(REGION);
        if around.setting.effect_seconds > 0 {
            fake.set_effects(Effects::WhenSettled);
        }
        Arc::new(Self {
            fake,
            shop,
            around,
            fleet,
            state: Mutex::default(),
        })
    }

    pub(super) fn happens(&self, fault: Fault) -> bool {
        self.around.faults.happens_to(self.shop, fault)
    }

    /// Nobody reaches it for a while.
    pub(super) fn goes_away(&self, time: Duration) {
        if self.around.setting.calm_shop != Some(self.shop) {
            self.state().away_until = Some(self.around.now() + time);
        }
    }

    pub(super) fn is_away(&self) -> bool {
        let until = self.state().away_until;
        until.is_some_and(|until| self.around.now() < until) && !self.around.faults.are_over()
    }

    /// The order that a session, application or contract is of.
    pub(super) fn order_of(&self, about: &str) -> Option<OrderKey> {
        let contract = ContractId::parse(about).ok();
        let origin = contract.and_then(|contract| self.fake.origin(&contract));
        let state = self.state();
        let opened = state.opened.get(origin.as_deref().unwrap_or(about))?;
        let shop = ShopName::parse(shop_name(self.shop)).ok()?;
        Some(OrderKey::new(shop, opened.order.clone()))
    }

    /// Puts down that something was opened.
    pub(super) fn opened(self: &Arc<Self>, id: &str, order: &OrderReference, url: &str) {
        let opened = Opened {
            order: order.clone(),
            url: url.to_owned(),
            answered: false,
        };
        self.state().opened.insert(id.to_owned(), opened);
        let lender = self.clone();
        if let Ok(session) = SessionId::parse(id)
            && self.fake.true_session(&session).is_some()
        {
            let life = self.around.times.seconds(1_800, 90_000);
            self.around.spawn(async move {
                lender.around.pass(life).await;
                lender.fake.session_expires(&session);
            });
        } else if let Ok(application) = ApplicationId::parse(id) {
            self.around
                .spawn(async move { lender.decide(application).await });
        }
    }

    /// The answer that something was opened has arrived.
    pub(super) fn answered(&self, id: &str) {
        if let Some(opened) = self.state().opened.get_mut(id) {
            opened.answered = true;
        }
    }

    fn is_answered(&self, id: &str) -> bool {
        self.state()
            .opened
            .get(id)
            .is_some_and(|opened| opened.answered)
    }

    /// Decides about an application, in its own time.
    async fn decide(self: Arc<Self>, application: ApplicationId) {
        let most = self.around.times.pick(&[0, 2, 60, 7_200]);
        let wait = self.around.times.seconds(0, most);
        self.around.pass(wait).await;
        let Some(truth) = self.fake.true_application(&application) else {
            return;
        };
        let beyond = |amount: Money| amount.amount() > FakeBank::LIMIT.into();
        if truth.amount.is_some_and(beyond) {
            self.fake.decide(&application, DecisionStatus::Negative);
        } else if self.happens(Fault::BankChangesConditions) {
            let amount = Money::parse("90", REGION.currency).ok();
            let new = amount.and_then(|amount| self.fake.change_conditions(&application, amount));
            if let Some(new) = new {
                let mut state = self.state();
                // The new one takes its place.
                if let Some(opened) = state.opened.get(application.as_str()).cloned() {
                    state.opened.insert(new.to_string(), opened);
                    state.replaced.insert(application.to_string());
                }
                drop(state);
                self.around.mark(Mark::ConditionsChanged);
            }
        } else {
            self.fake.decide(&application, DecisionStatus::Positive);
        }
        self.acted();
    }

    /// Something happened at the bank: what follows from it takes its course.
    pub(super) fn acted(self: &Arc<Self>) {
        if self.around.setting.effect_seconds > 0 {
            let most = u64::from(self.around.setting.effect_seconds);
            let wait = self.around.times.seconds(0, most);
            let lender = self.clone();
            self.around.spawn(async move {
                lender.around.pass(wait).await;
                lender.fake.settle();
                lender.post();
            });
        }
        self.post();
    }

    /// Sends the callbacks that have not left.
    pub(super) fn post(self: &Arc<Self>) {
        self.watch_contracts();
        let posted = self.state().posted;
        let new = self.fake.callbacks_after(posted);
        self.state().posted += new.len();
        for (body, callback) in new {
            let about = match &callback {
                Callback::Session(callback) => callback.id.to_string(),
                Callback::Application(callback) => callback.application.to_string(),
            };
            let Some(url) = self.state().opened.get(&about).map(|o| o.url.clone()) else {
                continue;
            };
            if self.happens(Fault::CallbackNever) {
                continue;
            }
            let copies = 1 + usize::from(self.happens(Fault::CallbackTwice));
            for _ in 0..copies {
                let late = self.happens(Fault::CallbackLate);
                let most = if late { 20_000 } else { 2 };
                let wait = self.around.times.millis((0, most * 1_000));
                self.send(wait, &url, body.clone(), Some(about.clone()));
            }
            if self.happens(Fault::CallbackForged) {
                self.send(Duration::ZERO, &url, b"forged".to_vec(), None);
            }
            // Whose application it is can be told once its own attempt has been answered; before that nobody could,
            // and no bank sends it elsewhere.
            if self.is_answered(&about) && self.happens(Fault::CallbackElsewhere) {
                let urls: BTreeSet<_> = self
                    .state()
                    .opened
                    .values()
                    .map(|o| o.url.clone())
                    .collect();
                let other = urls.into_iter().find(|other| *other != url);
                if let Some(other) = other {
                    self.send(Duration::from_mins(1), &other, body, None);
                }
            }
        }
    }

    /// Sends a callback, up to four times.
    fn send(self: &Arc<Self>, wait: Duration, url: &str, body: Vec<u8>, about: Option<String>) {
        let lender = self.clone();
        let path = url
            .strip_prefix(PUBLIC_URL)
            .map(|path| format!("/inbank{path}"));
        let Some(path) = path else { return };
        self.around.spawn(async move {
            lender.around.pass(wait).await;
            for pause in [60, 600, 3_600, 0] {
                let request = Request::post(&path).body(Body::from(body.clone()));
                let Ok(request) = request else { return };
                let answer = lender.fleet.request(request).await;
                match (answer, &about) {
                    (Some(StatusCode::OK), Some(about)) => lender.kept(about),
                    (Some(StatusCode::NOT_FOUND), None) => {
                        lender.around.mark(Mark::CallbackTurnedAway);
                    }
                    (Some(StatusCode::OK | StatusCode::UNAUTHORIZED), None) => {}
                    (Some(_) | None, _) => {
                        lender.around.pass(Duration::from_secs(pause)).await;
                        continue;
                    }
                }
                return;
            }
        });
    }

    fn kept(&self, about: &str) {
        let now = self.around.now();
        self.around.trace(|| format!("callback about {about} kept"));
        let mut state = self.state();
        if state.opened.get(about).is_some_and(|o| !o.answered) {
            self.around.mark(Mark::CallbackBeforeAnswer);
        }
        state.kept.push((now, about.to_owned()));
    }

    pub(super) fn read(&self, about: &str) {
        let now = self.around.now();
        self.state().reads.push((now, about.to_owned()));
    }

    /// Puts down since when contracts are active, and ends some of them later.
    fn watch_contracts(self: &Arc<Self>) {
        let mut waiting = BTreeSet::new();
        for id in self.fake.contracts() {
            let Some(contract) = self.fake.true_contract(&id) else {
                continue;
            };
            match contract.status {
                ContractStatus::Signed => {
                    let order = self.order_of(id.as_str());
                    if !waiting.insert(order) {
                        self.around.mark(Mark::TwoGranted);
                    }
                }
                ContractStatus::Activated => {
                    let now = self.around.now();
                    let mut state = self.state();
                    if state.active_since.contains_key(&id) {
                        continue;
                    }
                    state.active_since.insert(id.clone(), now);
                    drop(state);
                    if self.happens(Fault::BankTerminates) {
                        let lender = self.clone();
                        let wait = self.around.times.seconds(60, 100_000);
                        self.around.spawn(async move {
                            lender.around.pass(wait).await;
                            lender.fake.terminate(&id);
                            let now = lender.around.now();
                            lender.state().terminated_at.insert(id, now);
                        });
                    }
                }
                ContractStatus::Unsigned
                | ContractStatus::Cancelled
                | ContractStatus::Terminated
                | ContractStatus::Withdrawn
                | ContractStatus::Unrecognised(_) => {}
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
