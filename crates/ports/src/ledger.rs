use std::error::Error as StdError;
use std::fmt;

use async_trait::async_trait;
use inbank_domain::{
    ApplicationId, Financing, FinancingEvent, FinancingId, Intent, Occurrence, OrderReference,
    ProductCode, SessionId, ShopName, WebAddress,
};
use time::OffsetDateTime;

/// What is known of every financing, so that nothing is lost and nothing counts twice.
///
/// Every method is one transaction: when it returns, what it did is durable; when it fails, or is
/// dropped, all of it was done or none, and calling again finds out. Times are the caller's, in UTC,
/// kept to the microsecond; several processes on one ledger need clocks that agree within a fraction
/// of a lease. Nothing personal and no key is written.
///
/// **Leases.** Whoever works on a financing holds its lease, and works alone until it lapses. What a
/// holder writes after another has taken over is refused, so a process that stopped for an hour
/// can't overwrite what happened meanwhile.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait FinancingLedger: Send + Sync {
    /// Writes a financing down, before the bank is asked for it.
    ///
    /// # Contract
    /// - MUST write one financing for a shop, order and attempt, however often and from wherever it is
    ///   called; later calls get what stands, unchanged. (`financing_is_opened_once`)
    /// - MUST lease it to the caller until `leased_until`. (`opened_financing_is_leased`)
    async fn open(
        &self,
        entry: &Entry,
        leased_until: OffsetDateTime,
    ) -> Result<Opened, LedgerError>;

    /// A financing of a shop.
    ///
    /// # Contract
    /// - MUST give back what was written, to the digit. (`financing_is_found_as_written`)
    async fn find(&self, shop: &ShopName, id: &FinancingId) -> Result<Option<Entry>, LedgerError>;

    /// Financings, the latest opened first. (`financings_are_listed_by_shop_and_order`)
    async fn list(&self, listing: &Listing) -> Result<Vec<Entry>, LedgerError>;

    /// Keeps an authentic callback, and rouses its financing.
    ///
    /// # Contract
    /// - MUST keep a callback once by its key: a copy changes nothing. (`copy_changes_nothing`)
    /// - MUST keep none for a financing that isn't there. (`callback_needs_its_financing`)
    /// - MUST make the financing due at once, or, while it is leased, as soon as it is released.
    ///   (`callback_makes_its_financing_due`, `callback_during_a_lease_is_not_overlooked`)
    async fn record(&self, callback: &ReceivedCallback) -> Result<Recorded, LedgerError>;

    /// The callbacks that are kept of a financing, oldest first.
    async fn callbacks(
        &self,
        shop: &ShopName,
        id: &FinancingId,
    ) -> Result<Vec<ReceivedCallback>, LedgerError>;

    /// Makes a financing due at once, as a callback does; false when it isn't there.
    /// (`roused_financing_is_due`)
    async fn rouse(
        &self,
        shop: &ShopName,
        id: &FinancingId,
        at: OffsetDateTime,
    ) -> Result<bool, LedgerError>;

    /// Writes an intent down, for a financing that still stands as `entry` says and has no other.
    ///
    /// # Contract
    /// - MUST write it only then; of two at the same moment one is written.
    ///   (`one_of_two_intents_is_written`, `intent_needs_the_present_version`)
    /// - MUST rouse the financing. (`intent_makes_its_financing_due`)
    async fn intend(
        &self,
        entry: &Entry,
        intent: &Intent,
        at: OffsetDateTime,
    ) -> Result<Intended, LedgerError>;

    /// Leases up to `limit` due financings, the longest due first.
    ///
    /// # Contract
    /// - MUST lease a financing to one caller at a time, also across processes.
    ///   (`due_financing_is_claimed_once`)
    /// - MUST lease it to another once the lease has lapsed. (`lapsed_lease_passes_on`)
    async fn claim(
        &self,
        at: OffsetDateTime,
        leased_until: OffsetDateTime,
        limit: usize,
    ) -> Result<Vec<Claim>, LedgerError>;

    /// Leases one financing, due or not; none when it isn't there or is leased.
    /// (`financing_is_claimed_by_name`)
    async fn claim_one(
        &self,
        shop: &ShopName,
        id: &FinancingId,
        at: OffsetDateTime,
        leased_until: OffsetDateTime,
    ) -> Result<Option<Claim>, LedgerError>;

    /// Writes what a financing has become, with the events that tell of it; the lease stays.
    ///
    /// # Contract
    /// - MUST write all of it or nothing, and nothing once the lease has passed on, or the financing
    ///   changed since the claim. (`commit_after_the_lease_passed_on_is_lost`,
    ///   `commit_on_an_outdated_version_is_lost`)
    /// - MUST number events without gaps. (`events_are_numbered_in_order`)
    /// - MUST refuse a session or application that another financing of the shop has.
    ///   (`session_belongs_to_one_financing`, `application_belongs_to_one_financing`)
    async fn commit(
        &self,
        claim: &Claim,
        entry: &Entry,
        occurrences: &[Occurrence],
        at: OffsetDateTime,
    ) -> Result<Committed, LedgerError>;

    /// Ends a lease: says which events were delivered, and when to look again. False when the lease
    /// had passed on, and nothing was written.
    ///
    /// # Contract
    /// - MUST make it due at once instead, when it was roused since the claim.
    ///   (`callback_during_a_lease_is_not_overlooked`)
    /// - MUST hand undelivered events to the next claim. (`undelivered_events_come_again`)
    async fn release(&self, claim: &Claim, rest: &Rest) -> Result<bool, LedgerError>;

    /// All events of a financing, in order.
    async fn events(
        &self,
        shop: &ShopName,
        id: &FinancingId,
    ) -> Result<Vec<FinancingEvent>, LedgerError>;

    /// Forgets the callbacks received before a time whose financings are over; says how many.
    /// (`only_old_callbacks_of_finished_financings_are_forgotten`)
    async fn forget_callbacks(&self, received_before: OffsetDateTime) -> Result<u64, LedgerError>;
}

/// A financing in the ledger.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// The shop.
    pub shop: ShopName,
    /// Which attempt to finance the order, from 1.
    pub attempt: u32,
    /// The product.
    pub product: ProductCode,
    /// What the use cases remember.
    pub financing: Financing,
    /// Whether the bank may have been asked to open it. False only after an answer that says that
    /// nothing was opened: then it may be asked again.
    pub asked: bool,
    /// Where to send the customer's browser.
    pub redirect_url: Option<WebAddress>,
    /// What was decided and is not settled yet.
    pub intent: Option<Intent>,
    /// The anomaly told last, so that it is told once.
    pub anomaly: Option<String>,
    /// When it was written down.
    pub opened_at: OffsetDateTime,
    /// Until when to wait for word of it, where opening it was never answered.
    pub answer_by: OffsetDateTime,
    /// When something last happened to it: looking at it grows rarer from here.
    pub roused_at: OffsetDateTime,
    /// How often in a row working on it has failed.
    pub failures: u32,
    /// Grows with every change.
    pub version: u64,
}

impl Entry {
    /// A financing that is about to be opened.
    pub const fn new(
        shop: ShopName,
        attempt: u32,
        product: ProductCode,
        financing: Financing,
        opened_at: OffsetDateTime,
        answer_by: OffsetDateTime,
    ) -> Self {
        Self {
            shop,
            attempt,
            product,
            financing,
            asked: true,
            redirect_url: None,
            intent: None,
            anomaly: None,
            opened_at,
            answer_by,
            roused_at: opened_at,
            failures: 0,
            version: 1,
        }
    }
}

/// What came of writing a financing down.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Opened {
    /// It is written, and leased to the caller, who may now ask the bank.
    Written(Box<Claim>),
    /// It was there before.
    Standing(Box<Entry>),
}

/// Which financings to list.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Listing {
    /// Of this shop only.
    pub shop: Option<ShopName>,
    /// Of this order only.
    pub order: Option<OrderReference>,
    /// At most so many; all where none is given.
    pub limit: Option<u32>,
}

/// An authentic callback as it is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReceivedCallback {
    /// The shop whose key signed it.
    pub shop: ShopName,
    /// The financing whose address it came to.
    pub financing: FinancingId,
    /// The same for every copy, and another for any other callback of the financing.
    pub key: String,
    /// What it is about.
    pub subject: Subject,
    /// The form's bytes as they came.
    pub body: Vec<u8>,
    /// When it came.
    pub received_at: OffsetDateTime,
}

/// What of the bank's a callback is about.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Subject {
    /// A direct application.
    Application(ApplicationId),
    /// A payment session.
    Session(SessionId),
}

/// What came of keeping a callback.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Recorded {
    /// It is kept.
    Written,
    /// It had been kept before.
    Copy,
    /// There is no such financing; nothing is kept.
    NoFinancing,
}

/// What came of writing an intent down.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Intended {
    /// It is written.
    Written,
    /// The financing has changed, or has an intent already: find it again and decide anew.
    Changed,
}

/// A leased financing and what there is to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Claim {
    /// The financing as it stands.
    pub entry: Entry,
    /// Grows with every lease of the financing; tells this one from later ones.
    pub lease: u64,
    /// How often the financing has been roused so far.
    pub roused: u64,
    /// What the callbacks kept so far are about, each once; only where neither session nor application
    /// is known.
    pub heard_of: Vec<Subject>,
    /// Events that were not delivered yet, in order.
    pub undelivered: Vec<FinancingEvent>,
}

/// What came of writing what a financing has become.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Committed {
    /// It is written; the claim as it goes on, with the new events among the undelivered.
    Written(Box<Claim>),
    /// Another holds the lease, or the financing changed: nothing is written.
    Lost,
    /// The session or application belongs to another financing of the shop: nothing is written.
    Taken,
}

/// How a lease ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rest {
    /// The number of the last event that was delivered in this lease, where one was.
    pub delivered: Option<u64>,
    /// How often in a row working on it has failed.
    pub failures: u32,
    /// When to look again; never where nothing is to be expected.
    pub due: Option<OffsetDateTime>,
    /// Now.
    pub at: OffsetDateTime,
}

/// Why the ledger did nothing, as far as is known: the same call may be made again.
#[derive(Debug)]
pub struct LedgerError {
    kind: LedgerErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What went wrong with the ledger.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum LedgerErrorKind {
    /// The store is away, full or busy: try again later.
    Unavailable,
    /// What is stored is none of this version's: it was written by a later one, or damaged.
    Unreadable,
}

impl LedgerError {
    /// An error of a kind.
    pub fn new(kind: LedgerErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// With its cause, which shows no data of a financing.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What went wrong.
    pub const fn kind(&self) -> LedgerErrorKind {
        self.kind
    }
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            LedgerErrorKind::Unavailable => {
                "the ledger's store is not available; check that it runs and has room, then try again"
            }
            LedgerErrorKind::Unreadable => {
                "the ledger holds something that this version can't read; was it written by a later one?"
            }
        })
    }
}

impl StdError for LedgerError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
