//! From a product to the bank's pages.

use inbank::ports::Random as _;
use inbank::{
    ApplicationPrefill, AssetModel, Cart, Hero, Locale, Merchant, MerchantDomain, ModelIdentifier,
    Money, Months, OsRandom, PayOutcome, RentalQuote, RentalRequest,
};
use minijinja::context;
use minijinja::value::Serde;

use crate::catalogue::{Article, Kind, Way};
use crate::page::{Found, Page, Trouble, Visit, see};

/// Nobody can guess it, so whoever has an order's address may see the order. No letter of it is taken for a digit.
pub(crate) fn new_reference() -> String {
    const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let letter = |byte| char::from(LETTERS[usize::from(byte % 32)]);
    OsRandom.bytes()[..12].iter().copied().map(letter).collect()
}

/// What is ordered is the browser's to say, and what it costs is ours.
pub(crate) async fn place(visit: Visit) -> Page {
    let (order, months) = (visit.given("order"), visit.given("months"));
    let article = visit.front.catalogue.article(visit.given("article"))?;
    if order.len() != 12 || !order.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Trouble::Invalid);
    }
    let months = Months::new(months.parse().unwrap_or_default())?;
    let total = article.price(&visit.front.region);
    visit.front.book.place(order, article, total, months);
    see(&format!("/checkout/{order}"))
}

pub(crate) async fn show(visit: Visit) -> Page {
    let (placed, order) = (visit.placed()?, visit.given("order"));
    let stands = visit.order().find().await?;
    let status = stands.map_or("opening", |order| order.status().name());
    if ["awaits_merchant", "needs_person", "paid", "terminated"].contains(&status) {
        return see(&format!("/orders/{order}"));
    }
    // Another way to pay is another attempt: the platform sees to the former one.
    let mut offers = Vec::new();
    for way in visit.ways(&placed.article) {
        let (mut rent, mut instalment) = (None, None);
        if way.kind == Kind::Rental {
            let a_month = visit.rent(&placed.article, way).await.ok();
            rent = a_month.map(|rent| visit.language.money(rent));
        } else {
            instalment = visit.instalment(&placed.article, way, placed.months).await;
        }
        offers.push(context! { way => Serde(way), rent, instalment });
    }
    let (article, chosen) = (visit.shown(&placed.article), placed.way.map(Serde));
    visit.page("checkout.html", context! { article, chosen, offers })
}

pub(crate) async fn pay(visit: Visit) -> Page {
    let (placed, order) = (visit.placed()?, visit.given("order"));
    let article = &placed.article;
    let way = visit
        .ways(article)
        .find(|way| way.name == visit.given("way"));
    let way = way.ok_or(Trouble::Missing)?;
    visit.change(|placed| placed.way = Some(way.clone()));
    let product = way.product(article)?;
    let mut cart = match way.kind {
        Kind::Application => return see(&format!("/checkout/{order}/apply")),
        Kind::Rental => {
            let (model, rental) = visit.rental(article, way).await?;
            Cart::rental(product.as_str(), rental, model.name)
        }
        Kind::Session => Cart::new(product.as_str(), placed.total),
    };
    cart.description = Some(article.name.clone());
    cart.merchants = vec![Merchant::new(MerchantDomain::parse("havn.example")?)];
    cart.locale = Some(Locale::parse(&visit.text("locale"))?);
    if way.kind == Kind::Session {
        // The bank's pages begin with what was chosen here.
        cart.application = Some(ApplicationPrefill {
            period: Some(way.months(placed.months)),
            ..ApplicationPrefill::default()
        });
    }
    // Called twice, it finds the session that the first call opened.
    match visit.order().pay(&cart).await? {
        PayOutcome::Redirect(bank) => see(bank.as_str()),
        PayOutcome::Standing(_) => see(&format!("/orders/{order}")),
        PayOutcome::NotOffered(_) => see(&format!("/checkout/{order}?problem=not_offered")),
        PayOutcome::Busy(_) => see(&format!("/checkout/{order}?problem=busy")),
    }
}

impl Visit {
    /// The device as the bank rents it out, over the longest period that it has.
    pub(crate) async fn rental(
        &self,
        article: &Article,
        way: &Way,
    ) -> Found<(AssetModel, RentalRequest)> {
        let region = &self.front.region;
        let (number, net_price) = article.rented.clone().ok_or(Trouble::Missing)?;
        let (product, number) = (way.product(article)?, ModelIdentifier::ean(number)?);
        let model = self.front.shop.rental_model(&product, &number).await?;
        let net_price = Money::new(net_price.into(), region.currency);
        let hero = Hero::new(model.id.clone(), net_price);
        let longest = *model.periods.last().ok_or(Trouble::Missing)?;
        let request = RentalRequest::new(region, longest, hero, Vec::new())?;
        Ok((model, request))
    }

    async fn rent(&self, article: &Article, way: &Way) -> Found<Money> {
        let (model, request) = self.rental(article, way).await?;
        let (shop, product) = (&self.front.shop, way.product(article)?);
        match shop.rental_quote(&product, &model, &request).await? {
            RentalQuote::Offered(quote) => Ok(quote.gross_monthly_payment),
            RentalQuote::Unavailable(_) => Err(Trouble::Missing),
        }
    }
}
