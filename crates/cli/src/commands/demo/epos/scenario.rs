use inbank::app::Decision;
use inbank::domain::{Event, FinancingState};

use crate::commands::demo::session::{Ending, Mishap};

/// A way in which an e-POS purchase goes.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) product: &'static str,
    /// The demo environment decides by it; these mean the same in every region.
    pub(super) amount: &'static str,
    pub(super) customer: Ending,
    pub(super) mishap: Option<Mishap>,
    /// What the merchant does about a granted contract.
    pub(super) act: Option<Act>,
    /// Where the financing is to end.
    pub(super) end: FinancingState,
    /// What the shop is to be told once the session is open: each once, in this order.
    pub(super) events: &'static [Event],
    pub(super) callbacks: usize,
}

pub(super) enum Act {
    Decide(Decision),
    /// Approves, while a colleague cancels.
    ApproveAndCancel,
}

impl Scenario {
    /// One that ends with the customer.
    const fn new(
        name: &'static str,
        customer: Ending,
        end: FinancingState,
        events: &'static [Event],
    ) -> Self {
        Self {
            name,
            product: "hire_purchase",
            amount: "300",
            customer,
            mishap: None,
            act: None,
            end,
            events,
            callbacks: 1,
        }
    }

    /// One whose contract waits for the merchant, who approves.
    const fn approved(name: &'static str) -> Self {
        const EVENTS: &[Event] = &[Event::Granted, Event::Completed];
        Self {
            product: "hire_purchase_approval",
            act: Some(Act::Decide(Decision::Approve)),
            callbacks: 2,
            ..Self::new(name, Ending::Signs, FinancingState::Completed, EVENTS)
        }
    }

    const fn despite(mut self, mishap: Mishap) -> Self {
        self.mishap = Some(mishap);
        self
    }
}

pub(super) const ALL: &[Scenario] = &[
    Scenario::new(
        "completed",
        Ending::Signs,
        FinancingState::Completed,
        &[Event::Completed],
    ),
    Scenario::approved("approved"),
    Scenario {
        act: Some(Act::Decide(Decision::Cancel)),
        end: FinancingState::Cancelled,
        events: &[Event::Granted, Event::Cancelled],
        ..Scenario::approved("cancelled_by_merchant")
    },
    Scenario {
        amount: "900",
        ..Scenario::new(
            "declined",
            Ending::IsDeclined,
            FinancingState::Declined,
            &[Event::Declined],
        )
    },
    Scenario::new(
        "cancelled_by_customer",
        Ending::GivesUp,
        FinancingState::Cancelled,
        &[Event::Cancelled],
    ),
    Scenario {
        callbacks: 0,
        ..Scenario::new(
            "expired",
            Ending::IsLate,
            FinancingState::Expired,
            &[Event::Expired],
        )
    },
    Scenario::approved("callbacks_dropped").despite(Mishap::CallbacksDropped),
    Scenario::approved("opening_answer_lost").despite(Mishap::OpeningUnanswered),
    Scenario::approved("shop_restarted").despite(Mishap::ShopRestarted),
    Scenario {
        act: Some(Act::ApproveAndCancel),
        ..Scenario::approved("approved_and_cancelled_at_once")
    },
];
