//! What every ledger must do, one small case per MUST, each against an empty one.

mod claim;
mod due;
mod inbox;
mod keeping;
mod outbox;
mod period;
mod reading;
mod round_trip;
mod scene;
mod write;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use inbank_domain::OrderKey;
use inbank_ports::Ledger;
use time::OffsetDateTime;

use self::scene::Scene;

/// A ledger under test, with what the cases need to bring about.
#[async_trait]
pub trait LedgerHarness: Send + Sync {
    /// The ledger, empty at first. Called again it may give another way to the same store, such as
    /// another process would have.
    async fn ledger(&self) -> Arc<dyn Ledger>;

    /// Now, as the ledger is told.
    fn now(&self) -> OffsetDateTime;

    /// Time passes: either [`now`](Self::now) is so much later from here on, or, where the ledger goes
    /// by a clock that can't be moved, all that it has put down of leases, pauses, due times and when
    /// something happened is so much earlier.
    async fn pass(&self, by: Duration);

    /// What is stored of an order can't be read any more, as if a later version had written it.
    async fn break_order(&self, key: &OrderKey);

    /// What is stored of one of an order's events can't be read any more, as if a later version had written it.
    async fn break_event(&self, key: &OrderKey, number: u64);
}

type Running<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// One MUST.
#[derive(Clone, Copy)]
pub struct LedgerCase {
    /// Its name, as the port's docs cite it.
    pub name: &'static str,
    run: for<'a> fn(&'a Scene<'a>) -> Running<'a>,
}

impl LedgerCase {
    /// Runs it against an empty ledger.
    ///
    /// # Panics
    /// When the implementation is wrong.
    pub async fn run(&self, harness: &dyn LedgerHarness) {
        let scene = Scene::new(harness).await;
        (self.run)(&scene).await;
    }
}

impl fmt::Debug for LedgerCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

macro_rules! cases {
    ($($module:ident :: $name:ident,)+) => {
        &[$(LedgerCase {
            name: stringify!($name),
            run: |scene| Box::pin($module::$name(scene)),
        },)+]
    };
}

/// Every case there is.
pub fn cases() -> &'static [LedgerCase] {
    cases![
        round_trip::order_is_found_as_written,
        round_trip::every_attempt_is_found_as_written,
        round_trip::every_event_is_found_as_written,
        round_trip::settled_commands_are_found_as_written,
        reading::order_is_found_by_its_attempt,
        reading::orders_are_listed_by_shop_and_reference,
        reading::orders_are_listed_by_status,
        reading::orders_are_listed_page_by_page,
        reading::orders_for_a_person_are_listed,
        reading::unreadable_order_hides_no_other,
        reading::unreadable_order_is_put_aside,
        write::order_is_written_whole,
        write::refused_write_changes_nothing,
        write::one_of_two_writes_is_refused,
        write::write_after_the_lease_is_lost,
        write::session_belongs_to_one_order,
        write::application_belongs_to_one_order,
        write::session_belongs_to_one_attempt,
        write::write_beside_a_lease_is_not_overlooked,
        due::order_is_due_in_as_long_as_written,
        due::earlier_due_time_stays,
        due::order_may_never_be_due,
        due::order_may_be_due_at_once,
        due::leased_write_keeps_the_lease,
        due::no_wait_is_too_long,
        inbox::callback_is_found_as_kept,
        inbox::copy_changes_nothing,
        inbox::one_of_many_copies_is_kept,
        inbox::callback_needs_its_attempt,
        inbox::callback_about_another_session_is_foreign,
        inbox::callback_makes_its_order_due,
        inbox::callback_during_a_lease_is_not_overlooked,
        inbox::callback_is_worked_on_once,
        inbox::woken_order_is_due,
        claim::due_order_is_claimed_once,
        claim::claim_is_limited_per_shop,
        claim::longest_due_is_claimed_first,
        claim::lapsed_lease_passes_on,
        claim::lapsed_lease_keeps_its_wake,
        claim::lease_of_a_wrong_clock_passes_on,
        claim::claim_that_waited_takes_no_lease,
        claim::order_is_claimed_by_name,
        claim::order_is_claimed_by_one_of_many,
        claim::released_order_is_due_as_told,
        claim::order_is_put_aside_until_it_is_woken,
        outbox::events_are_numbered_in_order,
        outbox::events_are_delivered_by_one,
        outbox::deliveries_are_limited_per_shop,
        outbox::undelivered_events_come_again,
        outbox::event_during_a_delivery_is_not_overlooked,
        outbox::lapsed_delivery_passes_on,
        outbox::refused_event_is_put_aside,
        outbox::unreadable_event_is_put_aside,
        outbox::feed_misses_no_event,
        outbox::unreadable_event_stops_no_feed,
        keeping::only_old_orders_that_are_over_are_forgotten,
        keeping::no_more_orders_are_forgotten_than_asked_for,
        keeping::erased_order_is_gone,
        keeping::order_that_moved_on_is_not_erased,
        keeping::measures_count_what_waits,
        keeping::statistics_count_every_order,
        keeping::shops_are_those_of_which_there_are_orders,
        period::period_counts_what_was_told_in_it,
        period::period_adds_what_was_financed_and_what_waits,
        period::period_says_how_long_paying_took,
        period::unreadable_event_spoils_no_period,
        period::events_of_a_period_are_read_page_by_page,
        period::unreadable_event_stops_no_export,
        period::outbox_says_how_far_it_is,
    ]
}
