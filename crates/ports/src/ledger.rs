//! The ledger: every order, the inbox of callbacks and the outbox of events.

mod claim;
mod error;
mod event_page;
mod inbox;
mod outbox;
mod period;
mod write;

use std::collections::BTreeMap;

use async_trait::async_trait;
use inbank_domain::{
    AttemptId, Order, OrderEvent, OrderKey, OrderReference, OrderStatus, SettledCommand, ShopName,
};
use time::OffsetDateTime;

pub use claim::{Claim, ClaimRequest, Claimed, Lease, Rest, ShopSlots};
pub use error::{LedgerError, LedgerErrorKind};
pub use event_page::{EventPage, EventPlace};
pub use inbox::{Kept, ReceivedCallback, Subject};
pub use outbox::{Delivered, Delivery, Feed, OutboxState, Positioned, UnreadableEvent};
pub use period::{ShopPeriod, UntilPaid};
pub use write::{Due, Saved, Write};

/// What is known of every order, so that nothing is lost and nothing counts twice.
///
/// Every method is one transaction: when it returns, what it did is durable; when it fails, or is
/// dropped, all of it was done or none, and calling again finds out. No method holds a connection
/// while anything else is awaited. Nothing personal and no key is written.
///
/// **Time.** Each call is given the caller's time, and pauses rather than moments, so that a ledger
/// that several processes share may go by its own clock: then `now` is not looked at, and what is due
/// and leased is decided by one clock alone.
///
/// **Versions and leases.** Whoever writes names the version of the order that was read; a write on
/// an outdated version is refused. Whoever works on an order at the bank also holds its lease, and
/// works alone until it lapses; a write that names a lease is refused once it has passed on: ended, or
/// been given to another.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Ledger: Send + Sync {
    /// An order as it stands, with all its attempts.
    ///
    /// # Contract
    /// - MUST give back what was written, to the digit, and times to the microsecond.
    ///   (`order_is_found_as_written`, `every_attempt_is_found_as_written`)
    ///
    /// # Errors
    /// `Unreadable` ⇐ it was written by a later version, or damaged; other orders are not affected.
    async fn order(&self, key: &OrderKey) -> Result<Option<Order>, LedgerError>;

    /// The order that an attempt of a shop belongs to. (`order_is_found_by_its_attempt`)
    async fn order_of(
        &self,
        shop: &ShopName,
        attempt: &AttemptId,
    ) -> Result<Option<OrderReference>, LedgerError>;

    /// Orders, the latest opened first. What can't be read is named among the unreadable, and hides
    /// nothing else. (`orders_are_listed_by_shop_and_reference`, `orders_for_a_person_are_listed`,
    /// `unreadable_order_hides_no_other`)
    ///
    /// # Contract
    /// - MUST list no order of another shop, where shops are named; none where the list is empty.
    ///   (`orders_are_listed_by_shop_and_reference`)
    /// - MUST go by the status that the order had when it was written last. (`orders_are_listed_by_status`)
    /// - MUST list each order once, page by page, where each page goes on from the one before and no order
    ///   changes meanwhile. (`orders_are_listed_page_by_page`)
    async fn orders(&self, listing: &Listing) -> Result<Listed, LedgerError>;

    /// Writes an order with the events in its news and the commands that its attempts have settled, and
    /// numbers its version anew. When it was opened, and what its attempts are called and numbered, is
    /// given once: later writes name the same, add attempts, and leave none out.
    ///
    /// # Contract
    /// - MUST write all of it or nothing: the order, its attempts, its events, its settled commands, what
    ///   was worked on of the inbox, and the end of the lease. (`order_is_written_whole`,
    ///   `refused_write_changes_nothing`)
    /// - MUST write only on the version that the order has (0 for one that isn't there yet): of two at
    ///   the same moment one is written. (`one_of_two_writes_is_refused`)
    /// - MUST refuse a write that names a lease that has passed on. (`write_after_the_lease_is_lost`)
    /// - MUST refuse a session or application that an attempt of another order of the shop has.
    ///   (`session_belongs_to_one_order`, `application_belongs_to_one_order`) Nor may two attempts of one
    ///   order have the same. (`session_belongs_to_one_attempt`)
    /// - MUST make the order due as asked (`order_is_due_in_as_long_as_written`,
    ///   `earlier_due_time_stays`, `order_may_never_be_due`, `order_may_be_due_at_once`,
    ///   `leased_write_keeps_the_lease`, `no_wait_is_too_long`), or, while another holds its lease, at
    ///   once when that ends. (`write_beside_a_lease_is_not_overlooked`)
    async fn write(&self, write: Write) -> Result<Saved, LedgerError>;

    /// Keeps an authentic callback in the inbox until it is worked on, and wakes its order.
    ///
    /// # Contract
    /// - MUST keep a callback of an order once by its key: a copy changes nothing, also after it was
    ///   worked on. (`copy_changes_nothing`, `one_of_many_copies_is_kept`)
    /// - MUST keep none for an attempt that isn't there. (`callback_needs_its_attempt`)
    /// - MUST keep none that can't be about its attempt: see [`ReceivedCallback::may_be_about`].
    ///   (`callback_about_another_session_is_foreign`)
    /// - MUST make the order due at once, or, while it is leased, as soon as that ends.
    ///   (`callback_makes_its_order_due`, `callback_during_a_lease_is_not_overlooked`)
    async fn keep(&self, callback: &ReceivedCallback) -> Result<Kept, LedgerError>;

    /// The callbacks that are kept of an order, oldest first, worked on or not.
    /// (`callback_is_found_as_kept`, `callback_is_worked_on_once`)
    async fn callbacks(&self, key: &OrderKey) -> Result<Vec<ReceivedCallback>, LedgerError>;

    /// Makes an order due at once, as a callback does; false when it isn't there.
    /// (`woken_order_is_due`)
    async fn wake(&self, key: &OrderKey, now: OffsetDateTime) -> Result<bool, LedgerError>;

    /// Leases due orders, of each shop named up to as many as it has free slots, the longest due
    /// first. (`longest_due_is_claimed_first`)
    ///
    /// # Contract
    /// - MUST lease an order to one caller at a time, also across processes. (`due_order_is_claimed_once`)
    /// - MUST lease it to another once the lease has lapsed, and believe no lease that is longer than
    ///   the one asked for now. (`lapsed_lease_passes_on`, `lease_of_a_wrong_clock_passes_on`) The
    ///   round that never ended leaves its wake to the next. (`lapsed_lease_keeps_its_wake`)
    /// - MUST leave alone what was leased while the call waited for its turn, though that lease ends later than one
    ///   that began at `now` would: up to 30 s, which is longer than any call waits.
    ///   (`claim_that_waited_takes_no_lease`)
    /// - MUST claim orders of the shops named and of no others, each up to its own limit.
    ///   (`claim_is_limited_per_shop`)
    /// - An order that can't be read MUST be leased like any other and named as unreadable, so that it
    ///   can be put aside. (`unreadable_order_hides_no_other`, `unreadable_order_is_put_aside`)
    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, LedgerError>;

    /// Leases one order, due or not; none when it isn't there or is leased.
    /// (`order_is_claimed_by_name`, `order_is_claimed_by_one_of_many`)
    ///
    /// # Errors
    /// `Unreadable` ⇐ it can't be read; then it is not leased either.
    async fn claim_one(
        &self,
        key: &OrderKey,
        now: OffsetDateTime,
        lease: std::time::Duration,
    ) -> Result<Option<Claim>, LedgerError>;

    /// Ends a lease without writing the order, but for how often working on it has failed: its version
    /// stays. False when it had passed on, and nothing was written. (`released_order_is_due_as_told`,
    /// `order_is_put_aside_until_it_is_woken`)
    ///
    /// # Contract
    /// - MUST make it due at once instead, when it was woken since the claim.
    ///   (`callback_during_a_lease_is_not_overlooked`)
    async fn release(
        &self,
        key: &OrderKey,
        lease: Lease,
        rest: Rest,
        now: OffsetDateTime,
    ) -> Result<bool, LedgerError>;

    /// Leases orders with events that were not delivered, of each shop up to its limit; with their
    /// events in order. Independent of the leases for work: the bank and the platform wait for each
    /// other nowhere. (`deliveries_are_limited_per_shop`)
    ///
    /// # Contract
    /// - MUST lease an order's events to one caller at a time, and to another once the lease has lapsed,
    ///   as leases for work. (`events_are_delivered_by_one`, `lapsed_delivery_passes_on`)
    /// - MUST NOT give an order whose pause lasts. (`undelivered_events_come_again`)
    /// - An event that can't be read MUST be named after those before it, so that it can be put aside.
    ///   (`unreadable_event_is_put_aside`)
    async fn claim_deliveries(&self, request: &ClaimRequest) -> Result<Vec<Delivery>, LedgerError>;

    /// Says how far delivering an order's events came, and ends the lease. False when it had passed on.
    /// Events after one that was put aside are marked, wherever they are read.
    /// (`undelivered_events_come_again`, `event_during_a_delivery_is_not_overlooked`,
    /// `refused_event_is_put_aside`)
    async fn delivered(
        &self,
        delivery: &Delivery,
        outcome: Delivered,
        now: OffsetDateTime,
    ) -> Result<bool, LedgerError>;

    /// All events of an order, in order, delivered or not. (`events_are_numbered_in_order`,
    /// `every_event_is_found_as_written`)
    async fn events(&self, key: &OrderKey) -> Result<Vec<OrderEvent>, LedgerError>;

    /// The commands of an order that stand no more, each as it stood last, by when they were wanted: for
    /// whoever asks what was decided. Those that stand are in the order's attempts.
    /// (`settled_commands_are_found_as_written`)
    async fn settled_commands(&self, key: &OrderKey) -> Result<Vec<SettledCommand>, LedgerError>;

    /// Events of a shop after a position, in the order of their positions.
    ///
    /// # Contract
    /// - MUST give positions so that whoever reads on from the last one misses none, whatever commits
    ///   meanwhile. (`feed_misses_no_event`)
    /// - MUST pass over events that can't be read, and name them. (`unreadable_event_stops_no_feed`)
    async fn feed(&self, shop: &ShopName, after: u64, limit: u32) -> Result<Feed, LedgerError>;

    /// Events of these shops that occurred at `from` or later, and before `until`, the earliest first, behind
    /// a place where another page of the same ended, at most `limit`: for exports. Those of one moment come as
    /// they were written. By an index, so that a page takes the same time whatever was told before it.
    ///
    /// # Contract
    /// - MUST give each event once, page by page, where each page goes on from the one before and nothing is
    ///   written in the period meanwhile. (`events_of_a_period_are_read_page_by_page`)
    /// - MUST give none of another shop. (`events_of_a_period_are_read_page_by_page`)
    /// - MUST pass over events that can't be read, and name them. (`unreadable_event_stops_no_export`)
    /// - MUST mark those after one that was put aside. (`events_of_a_period_are_read_page_by_page`)
    async fn events_between(
        &self,
        shops: &[ShopName],
        from: OffsetDateTime,
        until: OffsetDateTime,
        after: Option<EventPlace>,
        limit: u32,
    ) -> Result<EventPage, LedgerError>;

    /// How far an order's events are delivered; none where the order isn't there.
    /// (`outbox_says_how_far_it_is`)
    async fn outbox(&self, key: &OrderKey) -> Result<Option<OutboxState>, LedgerError>;

    /// Forgets orders that are over, with their callbacks and events, where nothing was written and no
    /// callback has come since `before`; none that is leased, or that has an event which was not
    /// delivered. At most `limit` of them, so that it holds up nothing else. Says how many.
    /// (`only_old_orders_that_are_over_are_forgotten`, `no_more_orders_are_forgotten_than_asked_for`)
    async fn forget(&self, before: OffsetDateTime, limit: u32) -> Result<u64, LedgerError>;

    /// Erases an order with everything that is kept of it, whatever its state; false when it isn't
    /// there. (`erased_order_is_gone`)
    ///
    /// # Contract
    /// - MUST leave it alone, and answer false, where a version is named and it has another by now: what
    ///   was read of it decided that it may go. (`order_that_moved_on_is_not_erased`)
    async fn erase(&self, key: &OrderKey, version: Option<u64>) -> Result<bool, LedgerError>;

    /// What an operator watches, of these shops. (`measures_count_what_waits`)
    async fn measure(
        &self,
        shops: &[ShopName],
        now: OffsetDateTime,
    ) -> Result<Measures, LedgerError>;

    /// The shops of which there are orders, by their names: also one that was removed. By an index, so that it takes as
    /// long as there are shops, however many orders they have. (`shops_are_those_of_which_there_are_orders`)
    async fn shops(&self) -> Result<Vec<ShopName>, LedgerError>;

    /// How many orders there are and how they stand, of each of these shops. Counts all of them, so it is for
    /// now and then. (`statistics_count_every_order`)
    async fn statistics(
        &self,
        shops: &[ShopName],
        now: OffsetDateTime,
    ) -> Result<Vec<ShopStatistics>, LedgerError>;

    /// What came of the orders of each of these shops from `since` until now, both included; one of each, as they
    /// are named. Reads every event of the period, so it is for now and then: whoever shows it asks in the
    /// background, and keeps the answer for a while.
    ///
    /// # Contract
    /// - MUST count an order once under each thing that was told of it in the period.
    ///   (`period_counts_what_was_told_in_it`)
    /// - MUST add amounts to the digit, by currency, and what waits by the attempt that counts.
    ///   (`period_adds_what_was_financed_and_what_waits`)
    /// - MUST reckon how long it took from the paid attempt's opening. (`period_says_how_long_paying_took`)
    /// - What can't be read MUST hide nothing else. (`unreadable_event_spoils_no_period`)
    async fn period(
        &self,
        shops: &[ShopName],
        since: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Vec<ShopPeriod>, LedgerError>;
}

/// Which orders to list.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Listing {
    /// Of these shops only; of all where none are given.
    pub shops: Option<Vec<ShopName>>,
    /// Of this reference only.
    pub reference: Option<OrderReference>,
    /// Only those that stand as one of these, by its name: what a status says besides doesn't matter. All
    /// where it is empty.
    pub statuses: Vec<OrderStatus>,
    /// Only those that a person should look at.
    pub needs_person: bool,
    /// Only those opened at this time or later.
    pub opened_from: Option<OffsetDateTime>,
    /// Only those opened before this time.
    pub opened_before: Option<OffsetDateTime>,
    /// Only those behind this place: the one at which another listing of the same ended.
    pub after: Option<ListingPlace>,
    /// At most so many; all where none is given.
    pub limit: Option<u32>,
}

/// A place in a listing: right behind an order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ListingPlace {
    /// When that order was opened.
    pub opened_at: OffsetDateTime,
    /// That order.
    pub key: OrderKey,
}

/// Orders that were listed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Listed {
    /// Those that can be read.
    pub orders: Vec<Order>,
    /// Those that can't: written by a later version, or damaged.
    pub unreadable: Vec<OrderKey>,
    /// Where the next page begins; none where nothing is behind this one. There may be nothing there all the same.
    pub next: Option<ListingPlace>,
}

/// How many orders a shop has, and how they stand.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ShopStatistics {
    /// The shop.
    pub shop: ShopName,
    /// By the name of their status. Those that a later version wrote with another are left out.
    pub orders: BTreeMap<&'static str, u64>,
    /// Those that a person should look at.
    pub needs_person: u64,
    /// Callbacks that were not worked on yet.
    pub callbacks: u64,
    /// How long ago the first of them came.
    pub oldest_callback: Option<std::time::Duration>,
}

impl ShopStatistics {
    /// Of a shop without orders.
    pub const fn none(shop: ShopName) -> Self {
        Self {
            shop,
            orders: BTreeMap::new(),
            needs_person: 0,
            callbacks: 0,
            oldest_callback: None,
        }
    }
}

/// What an operator watches.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Measures {
    /// Orders that are due and not leased.
    pub due: u64,
    /// How long the first of them has been due.
    pub oldest_due: Option<std::time::Duration>,
    /// Events that were not delivered.
    pub undelivered: u64,
    /// How long ago the first of them happened.
    pub oldest_undelivered: Option<std::time::Duration>,
    /// Orders that were put aside because working on them failed each time.
    pub aside: u64,
    /// Commands whose outcome is unclear.
    pub unclear: u64,
    /// How far the caller's clock is ahead of the ledger's own, in milliseconds; 0 where the ledger
    /// goes by the caller's.
    pub clock_ahead_ms: i64,
    /// Bytes in the write-ahead log, where the ledger has one of its own.
    pub wal_bytes: Option<u64>,
}
