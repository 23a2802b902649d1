use inbank::app::Decision;
use inbank::domain::{Event as E, FinancingState, Region, SigningMethod as Method};
use inbank_sandbox::Outcome;

use super::act::Act::{
    self, Accept, ApproveAndCancel, AwaitContract, AwaitDecision, BankDecides, Decide, GiveUp,
    NewConditions, Pay, Restart, ShareStatement, Sign, StillPending, Upload,
};
use crate::commands::demo::session::Mishap;

/// A way in which a direct application goes.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) product: &'static str,
    /// The sandbox decides by it, in the same way in every region.
    pub(super) amount: &'static str,
    pub(super) down_payment: Option<&'static str>,
    pub(super) mishap: Option<Mishap>,
    /// Until there is an offer to accept, or none is to come.
    decision: &'static [Act],
    /// How the customer signs; nothing where there is no contract.
    signing: &'static [Act],
    /// From the contract that is signed.
    afterwards: &'static [Act],
    /// Where the financing is to end.
    pub(super) end: FinancingState,
    /// What the shop is to be told after the submission: each once, in this order.
    events: &'static [E],
    /// How many callbacks are to come, not counting copies.
    pub(super) callbacks: usize,
    /// The shop's pages on which the customer is to end up.
    pub(super) visits: &'static [&'static str],
}

impl Scenario {
    /// An offer that the customer accepts and signs in the shop.
    const fn new(name: &'static str) -> Self {
        Self {
            name,
            product: "hire_purchase",
            amount: "300",
            down_payment: None,
            mishap: None,
            decision: &[AwaitDecision],
            signing: &[Sign(Method::Digital)],
            afterwards: &[],
            end: FinancingState::Completed,
            events: &[E::OfferReady, E::SignatureWanted, E::Completed],
            callbacks: 4,
            visits: &[],
        }
    }

    const fn signed(name: &'static str, signing: &'static [Act]) -> Self {
        Self {
            signing,
            ..Self::new(name)
        }
    }

    /// One whose contract waits for the merchant, who approves.
    const fn approved(name: &'static str) -> Self {
        Self {
            product: "hire_purchase_approval",
            afterwards: &[Decide(Decision::Approve)],
            events: &[E::OfferReady, E::SignatureWanted, E::Granted, E::Completed],
            callbacks: 5,
            ..Self::new(name)
        }
    }

    /// One that ends without a contract.
    const fn ending(
        name: &'static str,
        amount: &'static str,
        end: FinancingState,
        events: &'static [E],
    ) -> Self {
        Self {
            amount,
            signing: &[],
            end,
            events,
            callbacks: 1,
            ..Self::new(name)
        }
    }

    const fn despite(mut self, mishap: Mishap) -> Self {
        self.mishap = Some(mishap);
        self
    }

    pub(super) fn acts(&self) -> impl Iterator<Item = &'static Act> {
        let restart: &[Act] = match self.mishap {
            Some(Mishap::ShopRestarted) => &[Restart],
            _ => &[],
        };
        let signing: [&[Act]; 4] = match self.signing {
            [] => [&[]; 4],
            signing => [&[Accept], signing, restart, &[AwaitContract]],
        };
        let acts = [[self.decision].as_slice(), &signing, &[self.afterwards]].concat();
        acts.into_iter().flatten()
    }

    /// What the shop is to be told in a region. How income is to be proved is told in Estonia
    /// alone: elsewhere one proof looks like another, and being asked for the next one is no news.
    pub(super) fn events_in(&self, region: &Region) -> Vec<E> {
        let mut events = self.events.to_vec();
        // Whoever gets no answer learns of the application by its first callback, which tells more.
        if self.mishap != Some(Mishap::OpeningUnanswered) {
            events.insert(0, E::Opened);
        }
        if *region != Region::ESTONIA {
            for event in &mut events {
                if *event == E::StatementsWanted {
                    *event = E::IncomeProofWanted;
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

const BY_SMS: &[Act] = &[Sign(Method::Sms)];

pub(super) const EVERYWHERE: &[Scenario] = &[
    Scenario::new("signed_digital"),
    Scenario::signed("signed_paper", &[Sign(Method::Paper)]),
    Scenario::approved("approved"),
    Scenario {
        afterwards: &[Decide(Decision::Cancel)],
        end: FinancingState::Cancelled,
        events: &[E::OfferReady, E::SignatureWanted, E::Granted, E::Cancelled],
        ..Scenario::approved("cancelled_by_merchant")
    },
    Scenario {
        amount: "1500",
        decision: &[AwaitDecision, ShareStatement, AwaitDecision],
        events: &[
            E::IncomeProofWanted,
            E::OfferReady,
            E::SignatureWanted,
            E::Completed,
        ],
        callbacks: 5,
        visits: &["statements"],
        ..Scenario::new("income_proof_by_bank")
    },
    Scenario {
        amount: "3500",
        decision: &[AwaitDecision, Upload, AwaitDecision],
        events: &[
            E::StatementsWanted,
            E::OfferReady,
            E::SignatureWanted,
            E::Completed,
        ],
        callbacks: 5,
        ..Scenario::new("income_proof_by_upload")
    },
    Scenario {
        amount: "2400",
        decision: &[
            AwaitDecision,
            ShareStatement,
            AwaitDecision,
            Upload,
            AwaitDecision,
        ],
        events: &[
            E::IncomeProofWanted,
            E::StatementsWanted,
            E::OfferReady,
            E::SignatureWanted,
            E::Completed,
        ],
        callbacks: 6,
        visits: &["statements"],
        ..Scenario::new("income_proof_by_bank_then_upload")
    },
    Scenario::ending("declined", "900", FinancingState::Declined, &[E::Declined]),
    Scenario {
        amount: "4500",
        decision: &[StillPending, BankDecides(Outcome::Positive)],
        ..Scenario::new("manual")
    },
    Scenario::ending("failed", "5500", FinancingState::Failed, &[E::Failed]),
    Scenario {
        decision: &[AwaitDecision, GiveUp],
        ..Scenario::ending(
            "cancelled_by_customer",
            "300",
            FinancingState::Cancelled,
            &[E::OfferReady, E::Cancelled],
        )
    },
    Scenario {
        amount: "6500",
        decision: &[NewConditions],
        ..Scenario::new("changed_conditions")
    },
    Scenario::approved("callbacks_dropped").despite(Mishap::CallbacksDropped),
    Scenario::approved("opening_answer_lost").despite(Mishap::OpeningUnanswered),
    Scenario::approved("shop_restarted").despite(Mishap::ShopRestarted),
    Scenario {
        afterwards: &[ApproveAndCancel],
        ..Scenario::approved("approved_and_cancelled_at_once")
    },
];

pub(super) const EE_LV: &[Scenario] = &[
    Scenario {
        product: "split_into_parts",
        ..Scenario::signed("signed_sms", BY_SMS)
    },
    Scenario::signed("signed_redirect", &[Sign(Method::Redirect)]),
    Scenario::signed(
        "signed_send_to_signing_sms",
        &[Sign(Method::SendToSigningSms)],
    ),
    Scenario::signed(
        "signed_send_to_signing_email",
        &[Sign(Method::SendToSigningEmail)],
    ),
    Scenario {
        product: "hire_purchase_down_payment",
        down_payment: Some("50"),
        afterwards: &[Pay("FAILED"), Pay("SUCCESS"), AwaitContract],
        events: &[
            E::OfferReady,
            E::SignatureWanted,
            E::DownPaymentWanted,
            E::Completed,
        ],
        callbacks: 5,
        visits: &["payments FAILED", "payments SUCCESS"],
        ..Scenario::new("down_payment")
    },
];

pub(super) const PL: &[Scenario] = &[
    Scenario::signed("signed_sms", BY_SMS),
    VERIFIED,
    Scenario {
        name: "verified_and_approved",
        product: "hire_purchase_verification_approval",
        afterwards: &[ShareStatement, AwaitContract, Decide(Decision::Approve)],
        events: &[
            E::StatementsWanted,
            E::OfferReady,
            E::SignatureWanted,
            E::VerificationWanted,
            E::Granted,
            E::Completed,
        ],
        callbacks: 6,
        ..VERIFIED
    },
];

/// Where the statement was uploaded, the customer's bank is asked after the signature.
const VERIFIED: Scenario = Scenario {
    product: "hire_purchase_verification",
    amount: "3500",
    decision: &[AwaitDecision, Upload, AwaitDecision],
    afterwards: &[ShareStatement, AwaitContract],
    events: &[
        E::StatementsWanted,
        E::OfferReady,
        E::SignatureWanted,
        E::VerificationWanted,
        E::Completed,
    ],
    callbacks: 5,
    visits: &["statements"],
    ..Scenario::signed("verified", BY_SMS)
};
