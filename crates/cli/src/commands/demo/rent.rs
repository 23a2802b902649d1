mod act;
mod cart;
mod scenario;

use std::cmp::Ordering;

use anyhow::{Context as _, Result, bail, ensure};
use inbank::app::RentalQuote;
use inbank::domain::{
    AssetModel, FinancingState, Locale, ModelIdentifier, ProductCode, ProductFamily, Purchase,
    RentalRequest, SessionRequest,
};
use inbank::http::RegionProfile;
use inbank::ports::{GatewayErrorKind, Sessions};
use inbank_sandbox::Operation;
use indicatif::ProgressBar;

use self::scenario::{Model, Scenario};
use super::customer::Customer;
use super::flow::{self, Flow};
use super::journal::Journal;
use super::order::Order;
use super::session;
use super::stage::Stage;

/// Where devices are rented.
const REGIONS: [&RegionProfile; 2] = [&RegionProfile::ESTONIA, &RegionProfile::LATVIA];

/// Every scenario, in each region, in both versions.
pub(super) async fn run(progress: &ProgressBar) -> Result<Vec<Flow>> {
    let scenarios: Vec<&Scenario> = scenario::ALL.iter().collect();
    flow::play_all("smart-rent", &REGIONS, &scenarios, progress).await
}

impl flow::Scenario for Scenario {
    fn name(&self) -> &'static str {
        self.name
    }

    fn outcome(&self) -> &'static str {
        self.end.map_or("not_found", FinancingState::as_str)
    }

    async fn play(&self, stage: &mut Stage, journal: &mut Journal<'_>) -> Result<()> {
        let product = ProductCode::parse(self.product)?;
        let (sessions, seen) = (stage.sandbox.session_count(), stage.requests());
        let Some(model) = conditions(stage, self, &product, journal).await? else {
            ensure!(self.end.is_none(), "the bank does not know the model");
            ensure!(
                stage.sandbox.session_count() == sessions && stage.requests() == seen + 1,
                "something was done about a model that can't be rented"
            );
            return Ok(());
        };
        let end = self.end.context("the bank knows the model")?;
        let cart = self.cart.request(&stage.profile.region, &model)?;
        let (mut order, customer) = check_out(stage, self, &model, &cart, journal).await?;
        let hero = self.model.in_catalogue(&stage.sandbox)?;
        for sent in [
            (Operation::CreateRentalCalculation, None),
            (Operation::CreateSession, Some("rentalapplicationdata")),
        ] {
            self.cart.check_arrived(stage, &hero, sent)?;
        }
        let way = (self.customer, self.mishap);
        session::play(stage, &mut order, customer, way, journal).await?;
        if let Some(act) = &self.act {
            act.play(stage, &mut order, &model, journal).await?;
            order.catch_up(stage, journal).await?;
        }
        let outcome = (end, self.events, self.callbacks);
        session::check(stage, &mut order, self.mishap, outcome, journal).await
    }
}

/// The conditions of the scenario's model, unless the bank does not know it.
async fn conditions(
    stage: &Stage,
    scenario: &Scenario,
    product: &ProductCode,
    journal: &mut Journal<'_>,
) -> Result<Option<AssetModel>> {
    let identifier = match scenario.model {
        Model::Ean(ean) => ModelIdentifier::ean(ean)?,
        Model::Code(code) => ModelIdentifier::manufacturer_product_code(code)?,
    };
    let asked = format!("conditions asked by {}", identifier.kind());
    match stage.inbank.rent().model(product, &identifier).await {
        Ok(model) => {
            journal.note(format!("{asked}: {}", model.name));
            Ok(Some(model))
        }
        Err(error) => {
            let codes = error.bank_codes();
            ensure!(
                error.kind() == GatewayErrorKind::NotFound && codes == ["ASSET_MODEL_NOT_FOUND"],
                "{error} instead of not found"
            );
            journal.note(format!("{asked}: {}", codes.join(", ")));
            Ok(None)
        }
    }
}

/// Quotes the cart, opens a session for it and sends the customer there.
async fn check_out(
    stage: &Stage,
    scenario: &Scenario,
    model: &AssetModel,
    cart: &RentalRequest,
    journal: &mut Journal<'_>,
) -> Result<(Order, Customer)> {
    let region = &stage.profile.region;
    let product = ProductCode::parse(scenario.product)?;
    let quote = match stage.inbank.rent().quote(&product, model, cart).await? {
        RentalQuote::Offered(quote) => quote,
        RentalQuote::Unavailable(condition) => bail!("no quote: {condition}"),
    };
    journal.note(format!("quoted at {} a month", quote.gross_monthly_payment));
    let locale = region.locales.first().context("the region has no locale")?;
    let reference = stage.order_reference(scenario.name)?;
    let urls = stage.shop.desk.urls(&reference, 1)?;
    let mut purchase = Purchase::new(reference);
    purchase.description = Some(model.name.clone());
    let locale = Locale::parse(locale)?;
    let request = SessionRequest::rental(region, product, locale, urls, purchase, cart.clone())?;
    let family = ProductFamily::SmartRent;
    let (order, customer) = session::open(stage, request, family, scenario.mishap, journal).await?;
    let session = order.financing().session.as_ref();
    let session = session.context("it has no session")?;
    let total = stage.inbank.api().session(session).await?.total;
    let quoted = quote.total_gross_price_with_discount;
    let as_quoted = match (total, quoted) {
        (Some(total), Some(quoted)) => total.compare(quoted) == Ok(Ordering::Equal),
        _ => false,
    };
    ensure!(
        as_quoted,
        "the session costs {total:?}, and {quoted:?} was quoted"
    );
    Ok((order, customer))
}
