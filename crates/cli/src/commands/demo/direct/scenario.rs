use inbank::app::Decision;
use inbank::domain::{Event, FinancingState, Region, SigningMethod as Method};
use inbank_sandbox::Outcome;

use super::act::Act::{
    self, Accept, AwaitContract, AwaitDecision, BankDecides, Decide, GiveUp, NewConditions, Pay,
    ShareStatement, Sign, StillPending, Upload,
};

/// A way in which a direct application goes.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) product: &'static str,
    /// The sandbox decides by it, in the same way in every region.
    pub(super) amount: &'static str,
    pub(super) down_payment: Option<&'static str>,
    pub(super) acts: &'static [Act],
    /// Where the financing is to end.
    pub(super) end: FinancingState,
    /// What the shop is to be told once the application is submitted: each once, in this order.
    events: &'static [Event],
    /// How many callbacks are to come in at the shop's server.
    callbacks: usize,
    /// The ways on which the customer is to come back to it.
    returns: &'static [&'static str],
}

impl Scenario {
    const fn new(name: &'static str, amount: &'static str, acts: &'static [Act]) -> Self {
        Self {
            name,
            product: "hire_purchase",
            amount,
            down_payment: None,
            acts,
            end: FinancingState::Completed,
            events: FINANCED,
            callbacks: 4,
            returns: &[],
        }
    }

    /// A contract signed in this way.
    const fn signed(name: &'static str, acts: &'static [Act]) -> Self {
        Self::new(name, "300", acts)
    }

    const fn with_product(mut self, product: &'static str) -> Self {
        self.product = product;
        self
    }

    const fn ending(mut self, end: FinancingState, events: &'static [Event]) -> Self {
        self.end = end;
        self.events = events;
        self
    }

    const fn with_callbacks(mut self, count: usize) -> Self {
        self.callbacks = count;
        self
    }

    const fn with_returns(mut self, returns: &'static [&'static str]) -> Self {
        self.returns = returns;
        self
    }

    /// The ways on which something is to come in.
    pub(super) fn arrivals(&self) -> Vec<&'static str> {
        [&vec!["callback"; self.callbacks], self.returns].concat()
    }

    /// What the shop is to be told in a region. How income is to be proved is told in Estonia
    /// alone: elsewhere one proof looks like another, and being asked for the next one is no news.
    pub(super) fn events_in(&self, region: &Region) -> Vec<Event> {
        let mut events = self.events.to_vec();
        if *region != Region::ESTONIA {
            for event in &mut events {
                if *event == Event::StatementsWanted {
                    *event = Event::IncomeProofWanted;
                }
            }
            events.dedup();
        }
        events
    }

    /// Split into parts has one period.
    pub(super) fn period(&self) -> u16 {
        if self.product == "split_into_parts" {
            3
        } else {
            12
        }
    }
}

const FINANCED: &[Event] = &[Event::OfferReady, Event::SignatureWanted, Event::Completed];

/// From the decision to a contract that the customer has signed in the shop.
const SIGNED: &[Act] = &[AwaitDecision, Accept, Sign(Method::Digital), AwaitContract];

pub(super) const EVERYWHERE: &[Scenario] = &[
    Scenario::signed("signed_digital", SIGNED),
    Scenario::signed(
        "signed_paper",
        &[AwaitDecision, Accept, Sign(Method::Paper), AwaitContract],
    ),
    Scenario::signed(
        "approved",
        &[
            AwaitDecision,
            Accept,
            Sign(Method::Digital),
            AwaitContract,
            Decide(Decision::Approve),
        ],
    )
    .with_product("hire_purchase_approval")
    .ending(
        FinancingState::Completed,
        &[
            Event::OfferReady,
            Event::SignatureWanted,
            Event::Granted,
            Event::Completed,
        ],
    )
    .with_callbacks(5),
    Scenario::signed(
        "cancelled_by_merchant",
        &[
            AwaitDecision,
            Accept,
            Sign(Method::Digital),
            AwaitContract,
            Decide(Decision::Cancel),
        ],
    )
    .with_product("hire_purchase_approval")
    .ending(
        FinancingState::Cancelled,
        &[
            Event::OfferReady,
            Event::SignatureWanted,
            Event::Granted,
            Event::Cancelled,
        ],
    )
    .with_callbacks(5),
    Scenario::new(
        "income_proof_by_bank",
        "1500",
        &[
            AwaitDecision,
            ShareStatement,
            AwaitDecision,
            Accept,
            Sign(Method::Digital),
            AwaitContract,
        ],
    )
    .ending(
        FinancingState::Completed,
        &[
            Event::IncomeProofWanted,
            Event::OfferReady,
            Event::SignatureWanted,
            Event::Completed,
        ],
    )
    .with_callbacks(5)
    .with_returns(&["statement"]),
    Scenario::new(
        "income_proof_by_upload",
        "3500",
        &[
            AwaitDecision,
            Upload,
            AwaitDecision,
            Accept,
            Sign(Method::Digital),
            AwaitContract,
        ],
    )
    .ending(
        FinancingState::Completed,
        &[
            Event::StatementsWanted,
            Event::OfferReady,
            Event::SignatureWanted,
            Event::Completed,
        ],
    )
    .with_callbacks(5),
    Scenario::new(
        "income_proof_by_bank_then_upload",
        "2400",
        &[
            AwaitDecision,
            ShareStatement,
            AwaitDecision,
            Upload,
            AwaitDecision,
            Accept,
            Sign(Method::Digital),
            AwaitContract,
        ],
    )
    .ending(
        FinancingState::Completed,
        &[
            Event::IncomeProofWanted,
            Event::StatementsWanted,
            Event::OfferReady,
            Event::SignatureWanted,
            Event::Completed,
        ],
    )
    .with_callbacks(6)
    .with_returns(&["statement"]),
    Scenario::new("declined", "900", &[AwaitDecision])
        .ending(FinancingState::Declined, &[Event::Declined])
        .with_callbacks(1),
    Scenario::new(
        "manual",
        "4500",
        &[
            StillPending,
            BankDecides(Outcome::Positive),
            Accept,
            Sign(Method::Digital),
            AwaitContract,
        ],
    ),
    Scenario::new("failed", "5500", &[AwaitDecision])
        .ending(FinancingState::Failed, &[Event::Failed])
        .with_callbacks(1),
    Scenario::new("cancelled_by_customer", "300", &[AwaitDecision, GiveUp])
        .ending(
            FinancingState::Cancelled,
            &[Event::OfferReady, Event::Cancelled],
        )
        .with_callbacks(1),
    Scenario::new(
        "changed_conditions",
        "6500",
        &[NewConditions, Accept, Sign(Method::Digital), AwaitContract],
    ),
];

pub(super) const EE_LV: &[Scenario] = &[
    Scenario::signed(
        "signed_sms",
        &[AwaitDecision, Accept, Sign(Method::Sms), AwaitContract],
    )
    .with_product("split_into_parts"),
    Scenario::signed(
        "signed_redirect",
        &[AwaitDecision, Accept, Sign(Method::Redirect), AwaitContract],
    ),
    Scenario::signed(
        "signed_send_to_signing_sms",
        &[
            AwaitDecision,
            Accept,
            Sign(Method::SendToSigningSms),
            AwaitContract,
        ],
    ),
    Scenario::signed(
        "signed_send_to_signing_email",
        &[
            AwaitDecision,
            Accept,
            Sign(Method::SendToSigningEmail),
            AwaitContract,
        ],
    ),
    Scenario {
        down_payment: Some("50"),
        ..Scenario::new(
            "down_payment",
            "300",
            &[
                AwaitDecision,
                Accept,
                Sign(Method::Digital),
                AwaitContract,
                Pay("FAILED"),
                Pay("SUCCESS"),
                AwaitContract,
            ],
        )
        .with_product("hire_purchase_down_payment")
        .ending(
            FinancingState::Completed,
            &[
                Event::OfferReady,
                Event::SignatureWanted,
                Event::DownPaymentWanted,
                Event::Completed,
            ],
        )
        .with_callbacks(5)
        .with_returns(&["payment FAILED", "payment SUCCESS"])
    },
];

pub(super) const PL: &[Scenario] = &[
    Scenario::signed(
        "signed_sms",
        &[AwaitDecision, Accept, Sign(Method::Sms), AwaitContract],
    ),
    // Where the statement was uploaded, the customer's bank is asked after the signature.
    Scenario::new(
        "verified",
        "3500",
        &[
            AwaitDecision,
            Upload,
            AwaitDecision,
            Accept,
            Sign(Method::Sms),
            AwaitContract,
            ShareStatement,
            AwaitContract,
        ],
    )
    .with_product("hire_purchase_verification")
    .ending(
        FinancingState::Completed,
        &[
            Event::StatementsWanted,
            Event::OfferReady,
            Event::SignatureWanted,
            Event::VerificationWanted,
            Event::Completed,
        ],
    )
    .with_callbacks(5)
    .with_returns(&["statement"]),
    Scenario::new(
        "verified_and_approved",
        "3500",
        &[
            AwaitDecision,
            Upload,
            AwaitDecision,
            Accept,
            Sign(Method::Sms),
            AwaitContract,
            ShareStatement,
            AwaitContract,
            Decide(Decision::Approve),
        ],
    )
    .with_product("hire_purchase_verification_approval")
    .ending(
        FinancingState::Completed,
        &[
            Event::StatementsWanted,
            Event::OfferReady,
            Event::SignatureWanted,
            Event::VerificationWanted,
            Event::Granted,
            Event::Completed,
        ],
    )
    .with_callbacks(6)
    .with_returns(&["statement"]),
];
