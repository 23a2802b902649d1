mod asked;
mod cart;
mod opening;
mod truth;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use inbank::{OrderKey, OrderReference, ShopName};
use time::OffsetDateTime;

use self::asked::Asked;
pub(super) use self::asked::Asking;
use self::opening::Opening;
use super::around::Around;
use super::books::{self, Books, Held, Sent, Verdict};
use super::fleet::{Fleet, PUBLIC_URL, shop_name};
use super::{Fault, Mark};

/// A shop's bank: what it truly has, the callbacks that it sends, and what it was asked.
pub(super) struct Lender {
    pub(super) books: Arc<dyn Books>,
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
    /// When somebody looks whether the bank's clock has something.
    looks_at: Option<OffsetDateTime>,
    asked: BTreeMap<(&'static str, String), Asked>,
    openings: Vec<Opening>,
    /// When customers were sent to pay, and in which session.
    sends: Vec<Moment>,
    away_until: Option<OffsetDateTime>,
    /// When contracts were seen to be active first.
    active_since: BTreeMap<String, OffsetDateTime>,
    /// When contracts were terminated.
    terminated_at: BTreeMap<String, OffsetDateTime>,
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
    since: OffsetDateTime,
    answered: bool,
    /// More than the bank lends.
    is_too_much: bool,
}

impl Opened {
    pub(super) fn attempt(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or_default()
    }
}

impl Lender {
    pub(super) fn new(
        shop: usize,
        books: Arc<dyn Books>,
        around: Arc<Around>,
        fleet: Arc<Fleet>,
    ) -> Arc<Self> {
        Arc::new(Self {
            books,
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

    /// The next reads show what is now.
    pub(super) fn lags(&self) {
        self.books.lag();
    }

    /// Every contract that there is.
    pub(super) fn contracts(&self) -> Vec<Held> {
        let opened: Vec<String> = self.state().opened.keys().cloned().collect();
        self.books.contracts(&opened)
    }

    /// The order that a session, application or contract is of.
    pub(super) fn order_of(&self, about: &str) -> Option<OrderKey> {
        let mut opened = self.state().opened.get(about).cloned();
        if opened.is_none() {
            let mut contracts = self.contracts().into_iter();
            let origin = contracts.find(|held| held.id == about)?.origin;
            opened = self.state().opened.get(&origin).cloned();
        }
        let shop = ShopName::parse(shop_name(self.shop)).ok()?;
        Some(OrderKey::new(shop, opened?.order))
    }

    /// Puts down that something was opened.
    pub(super) fn opened(self: &Arc<Self>, id: &str, order: &OrderReference, url: &str) {
        let opened = Opened {
            order: order.clone(),
            url: url.to_owned(),
            since: self.around.now(),
            answered: false,
            is_too_much: self.books.is_too_much(id),
        };
        self.state().opened.insert(id.to_owned(), opened);
        let (lender, id) = (self.clone(), id.to_owned());
        if self.books.is_session(&id) {
            let life = self.around.times.seconds(1_800, 90_000);
            self.around.spawn(async move {
                lender.around.pass(life).await;
                lender.books.expires(&id);
            });
        } else {
            self.around.spawn(async move { lender.decide(id).await });
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
    async fn decide(self: Arc<Self>, application: String) {
        let most = self.around.times.pick(&[0, 2, 60, 7_200]);
        let wait = self.around.times.seconds(0, most);
        self.around.pass(wait).await;
        self.books.catch_up(self.around.now());
        let verdict = if self.state().opened[&application].is_too_much {
            Verdict::No
        } else if self.happens(Fault::BankChangesConditions) {
            Verdict::Otherwise
        } else {
            Verdict::Yes
        };
        if let Some(new) = self.books.decide(&application, verdict) {
            let mut state = self.state();
            // The new one takes its place.
            if let Some(opened) = state.opened.get(&application).cloned() {
                state.opened.insert(new, opened);
                state.replaced.insert(application);
            }
            drop(state);
            self.around.mark(Mark::ConditionsChanged);
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
                lender.books.settle();
                lender.post();
            });
        }
        self.post();
    }

    /// Sends the callbacks that have not left, and comes back when the bank's clock has more.
    pub(super) fn post(self: &Arc<Self>) {
        self.books.catch_up(self.around.now());
        self.watch_contracts();
        for Sent { about, url, body } in self.books.callbacks() {
            let opened = self.state().opened.clone();
            let is_it = |(id, opened): &(&String, &Opened)| match (&about, &url) {
                (Some(about), _) => *id == about,
                (None, url) => Some(&opened.url) == url.as_ref(),
            };
            let Some((about, at)) = opened.iter().find(is_it) else {
                continue;
            };
            let (about, url) = (about.clone(), at.url.clone());
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
            // Whose application it is can be told once its own attempt has been answered, and that is written down; before
            // that nobody could, and no bank sends it elsewhere. A ledger that hangs may never have it.
            let is_written = !(self.around.setting.faults).contains_key(&Fault::StatementHangs);
            let is_known = is_written && self.is_answered(&about);
            if is_known && self.happens(Fault::CallbackElsewhere) {
                let urls: BTreeSet<_> = opened.values().map(|o| o.url.clone()).collect();
                let other = urls.into_iter().find(|other| *other != url);
                if let Some(other) = other {
                    self.send(Duration::from_mins(1), &other, body, None);
                }
            }
        }
        let Some(next) = self.books.until_next() else {
            return;
        };
        let (lender, now) = (self.clone(), self.around.now());
        {
            let mut state = self.state();
            // One who waits for something earlier looks again by then.
            if state
                .looks_at
                .is_some_and(|at| at > now && at <= now + next)
            {
                return;
            }
            state.looks_at = Some(now + next);
        }
        self.around.spawn(async move {
            lender.around.pass(next.max(Duration::from_millis(1))).await;
            lender.post();
        });
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
        for held in self.contracts() {
            match held.state {
                books::State::Granted => {
                    if !waiting.insert(self.order_of(&held.origin)) {
                        self.around.mark(Mark::TwoGranted);
                    }
                }
                books::State::Active => {
                    let now = self.around.now();
                    let mut state = self.state();
                    if state.active_since.contains_key(&held.id) {
                        continue;
                    }
                    state.active_since.insert(held.id.clone(), now);
                    drop(state);
                    if self.happens(Fault::BankTerminates) {
                        let lender = self.clone();
                        let wait = self.around.times.seconds(60, 100_000);
                        self.around.spawn(async move {
                            lender.around.pass(wait).await;
                            lender.books.catch_up(lender.around.now());
                            lender.books.terminate(&held.id);
                            let now = lender.around.now();
                            lender.state().terminated_at.insert(held.id, now);
                        });
                    }
                }
                books::State::Open | books::State::Ended => {}
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
