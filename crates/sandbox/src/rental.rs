//! Smart rent: models, calculations and the rental part of a session (smart rent 3.04, and version 3 throughout).
//!
//! The guide calls the rental operations in version 3 and the session, the activation and the contract in version 2; later documents
//! have all of it in version 3.

mod calculation;
mod cart;
mod contract;
mod identifier;
mod model;
mod problem;
mod session;

use rust_decimal::Decimal;
use url::form_urlencoded;

pub(crate) use self::{calculation::Quote, cart::Asset};
pub use self::{
    identifier::AssetIdentifier,
    model::{
        AddOnCategory, AssetIdentifierType, AssetModel, InsuranceRequirement, ModelIdentifierType,
        PriceLimits,
    },
};
use self::{
    model::CATALOGUE,
    problem::{Broken, Problems},
};
use crate::{
    answer::{Answer, Name, Node, known},
    bank::Bank,
    dialect::Dialect,
    document::{Document, Refusals},
    error::Refusal,
    product::Family,
};

/// The one rule whose code is public.
const MODEL_NOT_FOUND: &str = "ASSET_MODEL_NOT_FOUND";

/// What a session rents out.
#[derive(Clone, Debug)]
pub(crate) struct Rental {
    model: &'static AssetModel,
    pub(crate) period: u32,
    pub(crate) insurance_used: bool,
    trade_in: Option<Decimal>,
    campaign: Option<Decimal>,
    pub(crate) assets: Vec<Asset>,
    pub(crate) quote: Quote,
    identifiers: Vec<AssetIdentifier>,
}

impl Rental {
    /// Reads `rental_application_data` of a session (smart rent 3.04, Session Initiation).
    ///
    /// In version 2 the two deductions are taken in `camelCase`, as the sample spells them, and in `snake_case`, as the table does.
    pub(crate) fn read(
        document: &mut Document<'_>,
        bank: &Bank,
        refusals: &mut Refusals,
    ) -> Option<Self> {
        const NAME: &str = "rental_application_data";
        let mut object = document.required_object(NAME, refusals);
        object.respell("gross_trade_in_amount");
        object.respell("gross_campaign_discount");
        let problems = &mut Problems::default();
        let rental = cart::read(&mut object, bank, problems);
        problems.tell(NAME, refusals);
        rental
    }

    /// Trade-in and campaign discount together, with VAT.
    pub(crate) fn deductions(&self) -> Decimal {
        self.trade_in.unwrap_or_default() + self.campaign.unwrap_or_default()
    }

    fn deduction_fields(&self) -> impl Iterator<Item = (Name, Node)> + use<> {
        let amount = |amount: Option<Decimal>| Node::Number(amount.unwrap_or_default());
        known([
            ("gross_trade_in_amount", amount(self.trade_in)),
            ("gross_campaign_discount", amount(self.campaign)),
        ])
    }

    /// The answer of a calculation, with the fields of the guide's sample.
    fn calculation(&self) -> Node {
        let assets = self.assets.iter();
        let assets = assets.map(|asset| asset.node(Some(asset.gross)));
        let mut fields: Vec<_> = self.quote.monthly_fields().collect();
        fields.extend(self.deduction_fields());
        fields.extend(known([(
            "net_monthly_payment_discount",
            Node::Number(self.quote.monthly_discount),
        )]));
        fields.extend(known([("period", Node::Whole(self.period))]));
        fields.extend(self.quote.total_fields());
        fields.extend(known([
            ("assets", Node::List(assets.collect())),
            (
                "insurance_requirement",
                self.model.insurance_requirement.name().into(),
            ),
            ("insurance_used", Node::Bool(self.insurance_used)),
        ]));
        Node::Object(fields)
    }
}

impl Bank {
    /// The models of the catalogue: none where the shop rents nothing out.
    pub(crate) fn models(&self) -> &'static [AssetModel] {
        let rents = |family: Family| family == Family::SmartRent;
        if self.products.iter().any(|product| rents(product.family)) {
            CATALOGUE
        } else {
            &[]
        }
    }

    /// The product in the path of a rental call, percent-encoded there.
    ///
    /// Guides silent on the answer about an unknown one; chosen: the general 404, as for a contract that is not this product's.
    fn rental_product(&self, code: &str) -> Result<&str, Refusal> {
        let pair = format!("code={}", code.replace('+', "%2B"));
        let decoded = form_urlencoded::parse(pair.as_bytes()).next();
        let decoded = decoded.map(|(_, code)| code).unwrap_or_default();
        self.products
            .iter()
            .find(|product| product.family == Family::SmartRent && product.code == *decoded)
            .map(|product| product.code.as_str())
            .ok_or(Refusal::NoSuchPath)
    }

    /// `GET /rental/products/{code}/detailed-asset-model` (smart rent 3.04, Rental Conditions).
    pub(crate) fn show_model(&self, product: &str, query: &str) -> Result<Answer, Refusal> {
        self.rental_product(product)?;
        let parameter = |name: &str| {
            form_urlencoded::parse(query.as_bytes())
                .find(|(key, value)| key == name && !value.trim().is_empty())
                .map(|(_, value)| value.into_owned())
        };
        let problems = &mut Problems::default();
        let mut required = |name: &'static str, path: &'static str| {
            let value = parameter(name);
            if value.is_none() {
                problems.constraint(path, Broken::Blank);
            }
            value
        };
        let kind = required("identifierType", "identifier_type");
        let identifier = required("identifier", "identifier");
        let read = kind.as_deref().and_then(ModelIdentifierType::read);
        if kind.is_some() && read.is_none() {
            problems.constraint("identifier_type", Broken::Invalid);
        }
        let model = read
            .zip(identifier)
            .and_then(|(kind, identifier)| AssetModel::find(kind, &identifier));
        problems.rule(model.is_some(), MODEL_NOT_FOUND, "asset model not found");
        match (problems.refusal(), model) {
            (None, Some(model)) => Ok(Answer::ok(&model.node(self.region), Dialect::V3)),
            (refusal, _) => Err(refusal.unwrap_or(Refusal::NoSuchPath)),
        }
    }

    /// `POST /rental/products/{code}/calculations` (smart rent 3.04, Calculator).
    pub(crate) fn calculate_rental(&self, product: &str, body: &str) -> Result<Answer, Refusal> {
        self.rental_product(product)?;
        let mut document = Document::parse(body, Dialect::V3)
            .ok_or_else(|| Refusal::constraint("request body is not valid JSON"))?;
        let problems = &mut Problems::default();
        let rental = cart::read(&mut document, self, problems);
        match (problems.refusal(), rental) {
            (None, Some(rental)) => Ok(Answer::created(&rental.calculation(), Dialect::V3)),
            (refusal, _) => Err(refusal.unwrap_or(Refusal::NoSuchPath)),
        }
    }
}
