//! The products of a shop, and the answer of `GET /products`.

use rust_decimal::{Decimal, dec};
use uuid::Uuid;

use crate::{answer::Node, calculation::Terms, contract::SigningMethod, region::Region};

/// A family of payment products: it decides about decisions, signing and what the API tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Hire purchase.
    HirePurchase,
    /// Split into parts, which the guide still calls Indivy Pay in parts.
    SplitIntoParts,
    /// Pay next month, which the guide still calls Indivy.
    PayNextMonth,
    /// A loan, as the product codes of the guide's samples suggest.
    Loan,
    /// The rental of a device.
    SmartRent,
}

impl Family {
    /// The `type` in the answer of `GET /products`.
    ///
    /// Only `hire_purchase` and `loan` are known from public samples; the others follow their pattern.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HirePurchase => "hire_purchase",
            Self::SplitIntoParts => "split_into_parts",
            Self::PayNextMonth => "pay_next_month",
            Self::Loan => "loan",
            Self::SmartRent => "smart_rent",
        }
    }

    /// Its name on a page.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::HirePurchase => "Hire purchase",
            Self::SplitIntoParts => "Split into parts",
            Self::PayNextMonth => "Pay next month",
            Self::Loan => "Loan",
            Self::SmartRent => "Smart rent",
        }
    }

    /// Whether the customer signs with a code from an SMS (e-POS 2.10, Demo Environment).
    pub(crate) const fn signs_by_sms(self) -> bool {
        matches!(self, Self::SplitIntoParts | Self::PayNextMonth)
    }

    /// Whether `GET /contracts` may be used (e-POS 2.10, Contract Details: not with Indivy).
    pub(crate) const fn shows_contracts(self) -> bool {
        !matches!(self, Self::PayNextMonth)
    }
}

/// A product of the shop.
#[derive(Clone, Debug)]
pub struct Product {
    pub(crate) code: String,
    pub(crate) family: Family,
    pub(crate) merchant_approval: bool,
    pub(crate) min_amount: Decimal,
    pub(crate) max_amount: Decimal,
    pub(crate) periods: Vec<u32>,
    pub(crate) payment_days: Vec<u32>,
    pub(crate) default_payment_day: u32,
    pub(crate) down_payment: bool,
    pub(crate) terms: Terms,
    pub(crate) required_params: Vec<String>,
    pub(crate) digital_verification: bool,
    pub(crate) sms_signing: bool,
}

impl Product {
    /// A product of the family's usual limits and terms, without merchant approval.
    ///
    /// A rental waits for the merchant all the same: it always does.
    ///
    /// The limits are wide enough to reach every row of the demo environment's decision table.
    pub fn new(code: impl Into<String>, family: Family) -> Self {
        let (periods, terms) = match family {
            Family::HirePurchase | Family::Loan => (
                vec![3, 6, 12, 18, 24, 36, 48, 60],
                Terms {
                    interest_rate_annual: dec!(0.0990),
                    contract_fee_rate: dec!(0.02),
                    contract_fee_minimum: dec!(5),
                    admin_fee_monthly: dec!(0.50),
                },
            ),
            Family::SplitIntoParts => (vec![3], Terms::FREE),
            Family::PayNextMonth => (vec![1], Terms::FREE),
            Family::SmartRent => (vec![12, 24, 36], Terms::FREE),
        };
        Self {
            code: code.into(),
            family,
            merchant_approval: family == Family::SmartRent,
            // The direct guides begin their ranges with 0 (2.05 and 1.02, Demo Environment).
            min_amount: dec!(0),
            max_amount: dec!(20000),
            periods,
            payment_days: vec![5, 10, 15, 20],
            default_payment_day: 10,
            down_payment: matches!(family, Family::HirePurchase | Family::Loan),
            terms,
            required_params: Vec::new(),
            digital_verification: false,
            sms_signing: false,
        }
    }

    /// Asks for further fields in an application, each named `object.field`, e.g. `credit_application.monthly_income`.
    #[must_use]
    pub fn with_required_params<T: Into<String>>(
        mut self,
        params: impl IntoIterator<Item = T>,
    ) -> Self {
        self.required_params = params.into_iter().map(Into::into).collect();
        self
    }

    /// Makes the customer of a signed contract identify at a bank before the contract goes on, as some Polish flows have it.
    #[must_use]
    pub const fn with_digital_verification(mut self) -> Self {
        self.digital_verification = true;
        self
    }

    /// Has the application signed before it is decided about, and the contract once it is there, by a code from an SMS and in no other way.
    ///
    /// The Polish guide numbers both steps, "only required if the flow is using SMS signing" (direct guide 1.02, Flow, steps 3 and 8), and
    /// prints the second; the first is known from a public client alone.
    #[must_use]
    pub const fn with_sms_signing(mut self) -> Self {
        self.sms_signing = true;
        self
    }

    /// Makes the contract wait for the merchant's approval before it is activated.
    #[must_use]
    pub const fn with_merchant_approval(mut self) -> Self {
        self.merchant_approval = true;
        self
    }

    /// Sets the smallest and the largest amount, both inclusive.
    #[must_use]
    pub const fn with_amounts(mut self, min: Decimal, max: Decimal) -> Self {
        self.min_amount = min;
        self.max_amount = max;
        self
    }

    /// Sets the periods on offer, in months.
    #[must_use]
    pub fn with_periods(mut self, periods: impl Into<Vec<u32>>) -> Self {
        self.periods = periods.into();
        self
    }

    /// Sets the price: the annual interest rate and the contract fee's rate, both as fractions, with no least fee and no monthly fee.
    #[must_use]
    pub const fn with_rates(mut self, interest_annual: Decimal, contract_fee: Decimal) -> Self {
        self.terms = Terms {
            interest_rate_annual: interest_annual,
            contract_fee_rate: contract_fee,
            contract_fee_minimum: Decimal::ZERO,
            admin_fee_monthly: Decimal::ZERO,
        };
        self
    }

    /// The code by which requests name it.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Its family.
    pub const fn family(&self) -> Family {
        self.family
    }

    /// Whether its contracts wait for the merchant's approval.
    pub const fn merchant_approval(&self) -> bool {
        self.merchant_approval
    }

    /// The smallest and the largest amount, both inclusive.
    pub const fn amounts(&self) -> (Decimal, Decimal) {
        (self.min_amount, self.max_amount)
    }

    /// The periods on offer, in months.
    pub fn periods(&self) -> &[u32] {
        &self.periods
    }

    /// The period a customer sees first: twelve months, or else the longest on offer.
    pub(crate) fn default_period(&self) -> u32 {
        let longest = self.periods.iter().copied().max().unwrap_or(1);
        if self.periods.contains(&12) {
            12
        } else {
            longest
        }
    }

    pub(crate) fn allows_amount(&self, amount: Decimal) -> bool {
        (self.min_amount..=self.max_amount).contains(&amount)
    }

    /// The answer of `GET /products`.
    ///
    /// Guides silent on the shape; chosen: the bare object of the public samples, with everything but lists as strings
    /// and the string `"null"` for what is not set.
    pub(crate) fn node(&self, shop: Uuid, position: usize, region: Region) -> Node {
        let flag = |value: bool| Node::from(if value { "true" } else { "false" });
        let unset = || Node::from("null");
        let whole = |values: &[u32]| Node::List(values.iter().copied().map(Node::Whole).collect());
        let methods = SigningMethod::ALL
            .into_iter()
            .filter(|method| method.is_offered(region, self))
            .map(|method| method.name().into());
        let parameters = Node::object([
            ("min_amount", self.min_amount.into()),
            ("max_amount", self.max_amount.into()),
            ("default_amount", unset()),
            ("min_financeable_amount", self.min_amount.into()),
            ("max_financeable_amount", self.max_amount.into()),
            ("period_options", whole(&self.periods)),
            ("default_period", self.default_period().to_string().into()),
            ("payment_day_options", whole(&self.payment_days)),
            (
                "default_payment_day",
                self.default_payment_day.to_string().into(),
            ),
            ("down_payment_enabled", flag(self.down_payment)),
            ("down_payment_min_prc", unset()),
            ("default_down_payment_prc", unset()),
            ("product_group", "".into()),
            ("internetbank_openable", unset()),
            ("internetbank_viewable", unset()),
            ("internetbank_manageable", unset()),
            ("partnerportal_openable", flag(true)),
            ("epos_openable", flag(true)),
            ("contract_signing_on_frontend", unset()),
            ("min_age", "18".into()),
            ("min_net_monthly_income", unset()),
            (
                "application_required_params",
                if self.required_params.is_empty() {
                    unset()
                } else {
                    let params = self.required_params.iter();
                    Node::List(params.map(|param| param.as_str().into()).collect())
                },
            ),
            (
                "blue_media_verification_required",
                if self.digital_verification {
                    flag(true)
                } else {
                    unset()
                },
            ),
            (
                "allowed_application_signing_methods",
                if self.sms_signing {
                    Node::List(vec![SigningMethod::Sms.name().into()])
                } else {
                    unset()
                },
            ),
            (
                "allowed_contract_signing_methods",
                Node::List(methods.collect()),
            ),
            ("payout_to_merchant", flag(true)),
            (
                "contract_activation_requires_partner_approval",
                flag(self.merchant_approval),
            ),
            ("sales_flow_code", unset()),
            ("expose_max_credit_limit", unset()),
        ]);
        Node::object([
            ("code", self.code.as_str().into()),
            ("name", self.code.as_str().into()),
            ("type", self.family.name().into()),
            ("id", (10_200 + position).to_string().into()),
            ("uuid", shop.to_string().into()),
            ("valid_from", "2018-11-02".into()),
            ("valid_to", unset()),
            ("parameters", parameters),
        ])
    }
}

/// The products every sandbox of a region starts with.
///
/// Split into parts and pay next month are sold in the Baltic countries; what is public about Poland and Czechia knows hire purchase.
pub(crate) fn catalogue(region: Region) -> Vec<Product> {
    let mut products = vec![
        Product::new("hire_purchase", Family::HirePurchase),
        Product::new("hire_purchase_approval", Family::HirePurchase).with_merchant_approval(),
        // A live code of this shape is public: whoever forgets to percent-encode it finds out here.
        Product::new("hirepurchase_epos_0.0%_ab12", Family::HirePurchase)
            .with_rates(Decimal::ZERO, Decimal::ZERO),
    ];
    if matches!(region, Region::Estonia | Region::Latvia | Region::Lithuania) {
        products.extend([
            Product::new("split_into_parts", Family::SplitIntoParts),
            Product::new("split_into_parts_approval", Family::SplitIntoParts)
                .with_merchant_approval(),
            Product::new("pay_next_month", Family::PayNextMonth),
            Product::new("pay_next_month_approval", Family::PayNextMonth).with_merchant_approval(),
        ]);
    }
    // The codes of the guide's samples. The fee is the one with which the sample of the calculator comes out to the cent:
    // 2000 over 12 months at 8.99 % is 12 instalments around 177.86, 2134.26 in all, APRC 12.87 %.
    products.extend(
        ["product_code_here", "car_loan", "small_loan"]
            .map(|code| Product::new(code, Family::Loan).with_rates(dec!(0.0899), dec!(0.01694))),
    );
    products.extend(direct(region));
    if matches!(region, Region::Estonia | Region::Latvia) {
        // The codes of the rental guide's samples.
        products.extend(
            ["smart_rent_product_code", "example_code"]
                .map(|code| Product::new(code, Family::SmartRent)),
        );
    }
    products
}

/// The products of the direct guides' samples, and one for each thing that a product can ask for.
///
/// The samples' rates are those of the guide; its instalment does not follow from them.
fn direct(region: Region) -> Vec<Product> {
    let sample = |code: &str| Product {
        default_payment_day: 15,
        ..Product::new(code, Family::HirePurchase).with_rates(dec!(0.149), dec!(0.011))
    };
    let mut products = vec![
        sample("example_product"),
        sample("example_product9"),
        Product::new("hire_purchase_income", Family::HirePurchase).with_required_params([
            "credit_application.monthly_income",
            "credit_application.monthly_financial_obligations",
            "purchase.description",
        ]),
        Product::new("hire_purchase_down_payment", Family::HirePurchase)
            .with_required_params(["credit_application.down_payment_amount"]),
    ];
    if region == Region::Poland {
        products.extend([
            Product::new("hire_purchase_verification", Family::HirePurchase)
                .with_digital_verification(),
            Product::new("hire_purchase_verification_approval", Family::HirePurchase)
                .with_digital_verification()
                .with_merchant_approval(),
            Product::new("hire_purchase_sms", Family::HirePurchase).with_sms_signing(),
        ]);
    }
    products
}
