use inbank::domain::{Event, FinancingState};

/// A way in which an e-POS purchase goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Scenario {
    /// The customer signs, and the contract is active at once.
    Completed,
    /// The contract waits for the merchant, who approves.
    Approved,
    /// The contract waits for the merchant, who cancels.
    CancelledByMerchant,
    /// The bank says no.
    Declined,
    /// The customer gives up.
    CancelledByCustomer,
    /// Nobody does anything until time is up. The bank sends no callback: the shop learns by reading.
    Expired,
}

impl Scenario {
    pub(super) const ALL: &'static [Self] = &[
        Self::Completed,
        Self::Approved,
        Self::CancelledByMerchant,
        Self::Declined,
        Self::CancelledByCustomer,
        Self::Expired,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Approved => "approved",
            Self::CancelledByMerchant => "cancelled_by_merchant",
            Self::Declined => "declined",
            Self::CancelledByCustomer => "cancelled_by_customer",
            Self::Expired => "expired",
        }
    }

    pub(super) const fn product(self) -> &'static str {
        match self {
            Self::Approved | Self::CancelledByMerchant => "hire_purchase_approval",
            _ => "hire_purchase",
        }
    }

    /// The demo environment decides by the amount; these mean the same in every region.
    pub(super) const fn amount(self) -> &'static str {
        match self {
            Self::Declined => "900",
            _ => "300",
        }
    }

    /// Where the financing is to end.
    pub(super) const fn end(self) -> FinancingState {
        match self {
            Self::Completed | Self::Approved => FinancingState::Completed,
            Self::CancelledByMerchant | Self::CancelledByCustomer => FinancingState::Cancelled,
            Self::Declined => FinancingState::Declined,
            Self::Expired => FinancingState::Expired,
        }
    }

    /// What the shop is to be told once the session is open: each once, in this order.
    pub(super) const fn events(self) -> &'static [Event] {
        match self {
            Self::Completed => &[Event::Completed],
            Self::Approved => &[Event::Granted, Event::Completed],
            Self::CancelledByMerchant => &[Event::Granted, Event::Cancelled],
            Self::Declined => &[Event::Declined],
            Self::CancelledByCustomer => &[Event::Cancelled],
            Self::Expired => &[Event::Expired],
        }
    }

    /// The ways on which something is to come in at the shop's server.
    pub(super) const fn arrivals(self) -> &'static [&'static str] {
        match self {
            Self::Completed | Self::Declined => &["callback", "return"],
            Self::Approved | Self::CancelledByMerchant => &["callback", "return", "callback"],
            Self::CancelledByCustomer => &["callback", "cancel"],
            // The customer comes back late; the shop knows by then.
            Self::Expired => &["return"],
        }
    }
}
