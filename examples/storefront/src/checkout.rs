//! From a product to the bank's pages.

use inbank::{
    AssetModel, Cart, Hero, Invalid, Locale, Merchant, MerchantDomain, ModelIdentifier, Money,
    Months, OrderError, PayOutcome, ProductCode, RentalQuote, RentalRequest,
};
use inbank_pages::{Serde, context, is_reference, see};

use crate::Visit;
use crate::book::{Placed, Signing};
use crate::catalogue::Article;
use crate::page::{Found, Page, change, language, placed, shown};
use crate::product::instalment;

/// By which product, on which conditions, and what is asked for.
type Rental = (ProductCode, AssetModel, RentalRequest);

/// What is ordered is the browser's to say, and what it costs is ours.
pub(crate) async fn place(visit: Visit) -> Page {
    let article = visit.catalogue.article(visit.given("article"))?.clone();
    let months = Months::new(visit.given("months").parse().unwrap_or_default())?;
    let order = visit.given("order");
    if !is_reference(order) {
        return Err(Invalid::new("order", "must be a reference of ours").into());
    }
    let placed = Placed {
        article,
        months,
        way: None,
        signing: Signing::Wanted,
        delivers: false,
    };
    // One order however often it is placed: a double click, a page that was gone back to.
    visit.orders.place(order, placed);
    change(&visit, |placed| placed.months = months);
    Ok(see(&format!("/checkout/{order}")))
}

pub(crate) async fn show(visit: Visit) -> Page {
    let (order, placed) = (visit.given("order"), placed(&visit)?);
    let article = &placed.article;
    let stands = visit.shop.order(order).find().await?;
    let status = stands.map_or("opening", |order| order.status().name());
    if ["awaits_merchant", "needs_person", "paid", "terminated"].contains(&status) {
        return Ok(see(&format!("/orders/{order}")));
    }
    // Another way to pay is another attempt: the platform sees to the former one.
    let mut offers = Vec::new();
    for way in visit.catalogue.ways(article) {
        let (rent, instalment) = match way.name.as_str() {
            "rent" => (rent(&visit, article).await.ok(), None),
            _ => (None, instalment(&visit, article, way, placed.months).await),
        };
        offers.push(context! { way => Serde(way), rent, instalment });
    }
    let (article, chosen) = (shown(&visit, article), placed.way.as_ref().map(Serde));
    Ok(visit.page("checkout.html", context! { article, chosen, offers }))
}

pub(crate) async fn pay(visit: Visit) -> Page {
    let (order, placed) = (visit.given("order"), placed(&visit)?);
    let article = &placed.article;
    let way = visit.catalogue.way(article, visit.given("way"))?;
    change(&visit, |placed| placed.way = Some(way.clone()));
    let mut cart = match way.name.as_str() {
        "apply" => return Ok(see(&format!("/checkout/{order}/apply"))),
        "rent" => {
            let (product, _, request) = rental(&visit, article).await?;
            Cart::rental(product.as_str(), request, &article.name)
        }
        _ => {
            let mut cart = Cart::new(&way.product, article.price(visit.region.currency));
            // The bank's pages begin with what was chosen here.
            cart.application.get_or_insert_default().period = Some(way.months(placed.months));
            cart
        }
    };
    cart.description = Some(article.name.clone());
    cart.merchants = vec![Merchant::new(MerchantDomain::parse("havn.example")?)];
    cart.locale = Some(Locale::parse(&visit.text("locale"))?);
    // Called twice, it finds the session that the first call opened.
    Ok(match visit.shop.order(order).pay(&cart).await? {
        PayOutcome::Redirect(bank) => see(bank.as_str()),
        PayOutcome::Standing(_) => see(&format!("/orders/{order}")),
        PayOutcome::NotOffered(_) => see(&format!("/checkout/{order}?problem=not_offered")),
        PayOutcome::Busy(_) => see(&format!("/checkout/{order}?problem=busy")),
    })
}

/// The device as the bank rents it out, over the longest period that it has.
pub(crate) async fn rental(visit: &Visit, article: &Article) -> Found<Rental> {
    let (number, net_price) = article.rented.clone().ok_or(OrderError::NotFound)?;
    let product = ProductCode::parse(&visit.catalogue.way(article, "rent")?.product)?;
    let number = ModelIdentifier::ean(number)?;
    let model = visit.shop.rental_model(&product, &number).await?;
    let net_price = Money::new(net_price.into(), visit.region.currency);
    let hero = Hero::new(model.id.clone(), net_price);
    let longest = *model.periods.last().ok_or(OrderError::NotFound)?;
    let request = RentalRequest::new(&visit.region, longest, hero, Vec::new())?;
    Ok((product, model, request))
}

/// What it costs a month.
async fn rent(visit: &Visit, article: &Article) -> Found<String> {
    let (product, model, request) = rental(visit, article).await?;
    match visit.shop.rental_quote(&product, &model, &request).await? {
        RentalQuote::Offered(quote) => Ok(language(visit).money(quote.gross_monthly_payment)),
        RentalQuote::Unavailable(_) => Err(OrderError::NotFound),
    }
}
