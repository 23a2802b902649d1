//! The bank's memory: everything that lives behind one lock.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    time::Duration,
};

use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    alteration::Alterations,
    application::Direct,
    callback::{ApplicationEvent, Callbacks, SignedMessage},
    clock::Clock,
    contract::{Contract, ContractStatus},
    effect::Effects,
    error::Refusal,
    fault::Orders,
    identifier::Identifiers,
    past::Past,
    product::Product,
    record::RequestRecord,
    region::Region,
    session::{Session, SessionStatus},
    timing::Timing,
};

/// The state of one demo environment: one region, one shop, one key.
#[derive(Debug)]
pub(crate) struct Bank {
    pub(crate) region: Region,
    pub(crate) shop: Uuid,
    pub(crate) api_key: String,
    pub(crate) base_url: String,
    pub(crate) products: Vec<Product>,
    pub(crate) identifiers: Identifiers,
    pub(crate) clock: Clock,
    pub(crate) timing: Timing,
    /// Whether the paths of other contracts know rentals as well.
    pub(crate) rentals_among_contracts: bool,
    /// The time of what just happens by itself, when that was due before now.
    pub(crate) moment: Option<OffsetDateTime>,
    pub(crate) effects: Effects,
    pub(crate) past: Past,
    /// What the bank answers 404 about, although it was there.
    pub(crate) forgotten: HashSet<Uuid>,
    pub(crate) sessions: HashMap<Uuid, Session>,
    pub(crate) contracts: HashMap<Uuid, Contract>,
    pub(crate) direct: Direct,
    pub(crate) callbacks: Callbacks,
    pub(crate) orders: Orders,
    pub(crate) alterations: Alterations,
    pub(crate) requests: Vec<RequestRecord>,
    /// The ends of all sessions that have not been looked at since.
    pub(crate) deadlines: BTreeSet<(OffsetDateTime, Uuid)>,
}

impl Bank {
    pub(crate) fn new(
        region: Region,
        (shop, api_key): (Uuid, String),
        base_url: String,
        products: Vec<Product>,
        identifiers: Identifiers,
        callbacks: Callbacks,
        (clock, timing): (Clock, Timing),
    ) -> Self {
        Self {
            region,
            shop,
            api_key,
            base_url,
            products,
            identifiers,
            clock,
            timing,
            rentals_among_contracts: false,
            moment: None,
            effects: Effects::default(),
            past: Past::default(),
            forgotten: HashSet::new(),
            sessions: HashMap::new(),
            contracts: HashMap::new(),
            direct: Direct::default(),
            callbacks,
            orders: Orders::default(),
            alterations: Alterations::default(),
            requests: Vec::new(),
            deadlines: BTreeSet::new(),
        }
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        self.moment.unwrap_or_else(|| self.clock.now())
    }

    /// Guides silent on unknown codes in a request body; chosen: the same 404 as for `GET /products`, whose answer is known.
    pub(crate) fn product(&self, code: &str) -> Result<&Product, Refusal> {
        self.products
            .iter()
            .find(|product| product.code == code)
            .ok_or(Refusal::NotFound("product_not_found"))
    }

    pub(crate) fn session(&self, id: Uuid) -> Option<&Session> {
        self.sessions.get(&id)
    }

    pub(crate) fn session_mut(&mut self, id: Uuid) -> Option<&mut Session> {
        self.sessions.get_mut(&id)
    }

    pub(crate) fn keep_session(&mut self, session: Session) {
        self.deadlines.insert((session.valid_until, session.id));
        self.sessions.insert(session.id, session);
    }

    pub(crate) fn page_url(&self, session: Uuid) -> String {
        format!("{}/session/{session}", self.base_url)
    }

    /// Moves a session to a status and tells the merchant (e-POS 2.10, Callbacks).
    pub(crate) fn finish_session(&mut self, id: Uuid, status: SessionStatus) {
        let now = self.now();
        if let Some(session) = self.sessions.get_mut(&id) {
            session.status = status;
            let fault = self.orders.take_callback();
            self.callbacks.announce(session, &self.api_key, now, fault);
        }
    }

    /// Tells the merchant about an application, if the application says where (direct guide 2.05, Callbacks).
    pub(crate) fn announce_application(&mut self, id: Uuid, event: ApplicationEvent) {
        let now = self.now();
        let application = self.direct.applications.get(&id);
        if let Some(url) = application.and_then(|found| found.callback_url.as_deref()) {
            let fault = self.orders.take_callback();
            self.callbacks
                .announce_application((id, event), url, &self.api_key, now, fault);
        }
    }

    /// "Not completed during the defined time period" holds for pending and for granted sessions, so both expire.
    ///
    /// An expired session is not among the transitions with a callback, a cancelled contract is. A contract nobody has completed by then
    /// is cancelled ("when the merchant has not approved the contract"), so that one is told, with the session's status `expired`.
    /// What the bank has taken in time stands: such a contract goes the way it was told to.
    pub(crate) fn expire_session(&mut self, id: Uuid) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        if !matches!(
            session.status,
            SessionStatus::Pending | SessionStatus::Granted
        ) {
            return;
        }
        let contract = session
            .contract
            .and_then(|contract| self.contracts.get_mut(&contract));
        if contract
            .as_ref()
            .is_some_and(|contract| contract.taken.is_some())
        {
            return;
        }
        session.status = SessionStatus::Expired;
        if let Some(contract) = contract {
            contract.status = ContractStatus::Cancelled;
            self.finish_session(id, SessionStatus::Expired);
        }
    }

    /// What the browser carries back to the merchant.
    pub(crate) fn browser_return(&self, session: &Session) -> SignedMessage {
        SignedMessage::about(session, &self.api_key, self.now())
    }

    /// Whether no callback waits to be sent. Under a clock that stands, one that is not due would wait for ever.
    pub(crate) fn callbacks_are_settled(&self) -> bool {
        if self.clock.stands() {
            self.callbacks.are_settled_at(self.now())
        } else {
            self.callbacks.are_settled()
        }
    }

    /// Takes back what is on order.
    pub(crate) fn clear_orders(&mut self) {
        self.orders.clear();
        self.alterations = Alterations::default();
    }

    /// Moves the clock on until all is done that is under way.
    pub(crate) fn settle(&mut self) {
        self.catch_up();
        while let Some(at) = self.next_effect() {
            let left = at - self.clock.now();
            self.clock
                .advance(Duration::try_from(left).unwrap_or_default());
            self.catch_up();
        }
    }

    /// How long nothing will happen by itself; at most an hour, to keep timers within their range.
    pub(crate) fn until_next_event(&self) -> Duration {
        const LONGEST: Duration = Duration::from_hours(1);
        let next = [self.callbacks.next_due(), self.next_event_at()]
            .into_iter()
            .flatten()
            .min();
        next.map_or(LONGEST, |at| {
            Duration::try_from(at - self.now()).map_or(Duration::ZERO, |pause| pause.min(LONGEST))
        })
    }
}
