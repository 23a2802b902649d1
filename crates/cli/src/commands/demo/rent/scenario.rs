use anyhow::{Context as _, Result};
use inbank::domain::{Event, FinancingState};
use inbank_sandbox::{AssetModel, Sandbox};

use super::act::Act;
use super::cart::Cart;
use crate::commands::demo::session::{Ending, Mishap};

/// A way in which a rental goes.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) product: &'static str,
    pub(super) model: Model,
    pub(super) cart: Cart,
    pub(super) customer: Ending,
    pub(super) mishap: Option<Mishap>,
    /// What the merchant does about a granted rental.
    pub(super) act: Option<Act>,
    /// Where the financing is to end; none where nothing is opened.
    pub(super) end: Option<FinancingState>,
    /// What the shop is to be told once the session is open: each once, in this order.
    pub(super) events: &'static [Event],
    pub(super) callbacks: usize,
}

/// What is read off the box.
#[derive(Clone, Copy)]
pub(super) enum Model {
    Ean(&'static str),
    Code(&'static str),
}

impl Model {
    /// The same model as the bank has it.
    pub(super) fn in_catalogue(self, sandbox: &Sandbox) -> Result<AssetModel> {
        let mut models = sandbox.models().into_iter();
        let model = models.find(|model| match self {
            Self::Ean(ean) => model.ean == ean,
            Self::Code(code) => model.manufacturer_product_code == code,
        });
        model.context("the catalogue does not have the model")
    }
}

/// A phone with everything, which is known by its IMEI and its serial number.
const PHONE: Model = Model::Ean("8806095299501");

/// The tablet of the guide's session, which has no IMEI.
const TABLET: Model = Model::Code("MK2K3HC/A");

impl Scenario {
    /// A phone that is handed over.
    const fn new(name: &'static str, act: Act) -> Self {
        Self {
            name,
            product: "smart_rent_product_code",
            model: PHONE,
            cart: Cart::PLAIN,
            customer: Ending::Signs,
            mishap: None,
            act: Some(act),
            end: Some(FinancingState::Completed),
            events: &[Event::Granted, Event::Completed],
            callbacks: 2,
        }
    }

    /// One that ends with the customer.
    const fn ending(
        name: &'static str,
        customer: Ending,
        end: FinancingState,
        events: &'static [Event],
        callbacks: usize,
    ) -> Self {
        Self {
            customer,
            act: None,
            end: Some(end),
            events,
            callbacks,
            ..Self::new(name, Act::Activate)
        }
    }

    const fn despite(mut self, mishap: Mishap) -> Self {
        self.mishap = Some(mishap);
        self
    }
}

pub(super) const ALL: &[Scenario] = &[
    Scenario {
        cart: Cart::FULL,
        ..Scenario::new("activated_by_ean", Act::Activate)
    },
    Scenario {
        model: Model::Code("SM-S928BZKHEUE"),
        cart: Cart::FULL,
        ..Scenario::new("activated_by_manufacturer_code", Act::Activate)
    },
    Scenario {
        product: "example_code",
        model: TABLET,
        cart: Cart::GUIDES,
        ..Scenario::new("activated_guides_cart", Act::Activate)
    },
    Scenario::new("activation_answer_lost", Act::ActivateUnanswered),
    Scenario::new("identifier_missing", Act::ForgetIdentifier),
    Scenario::new("approved_in_portal", Act::ApproveInPortal),
    Scenario {
        end: Some(FinancingState::Cancelled),
        events: &[Event::Granted, Event::Cancelled],
        ..Scenario::new("cancelled_by_merchant", Act::Cancel)
    },
    Scenario {
        // With the VAT of either country between 1001 and 1100.
        cart: Cart {
            price: "850",
            ..Cart::PLAIN
        },
        ..Scenario::ending(
            "declined",
            Ending::IsDeclined,
            FinancingState::Declined,
            &[Event::Declined],
            1,
        )
    },
    Scenario::ending(
        "cancelled_by_customer",
        Ending::GivesUp,
        FinancingState::Cancelled,
        &[Event::Cancelled],
        1,
    ),
    // No callback tells of it: the shop learns by reading.
    Scenario::ending(
        "expired",
        Ending::IsLate,
        FinancingState::Expired,
        &[Event::Expired],
        0,
    ),
    Scenario {
        model: Model::Ean("4006381333931"),
        end: None,
        ..Scenario::new("model_not_approved", Act::Activate)
    },
    Scenario::new("callbacks_dropped", Act::Activate).despite(Mishap::CallbacksDropped),
    Scenario::new("opening_answer_lost", Act::Activate).despite(Mishap::OpeningUnanswered),
    Scenario::new("shop_restarted", Act::Activate).despite(Mishap::ShopRestarted),
    Scenario::new("activated_and_cancelled_at_once", Act::ActivateAndCancel),
];
