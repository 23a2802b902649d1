//! What is sold, and what it costs a month.

use inbank::{CalculationRequest, Detail, Months, ProductCode};
use inbank_pages::{Value, context, new_reference};

use crate::Visit;
use crate::catalogue::{Article, Way};
use crate::page::{Page, language, shown};

pub(crate) async fn all(visit: Visit) -> Page {
    let articles = visit.catalogue.articles.iter();
    let articles: Vec<_> = articles.map(|article| shown(&visit, article)).collect();
    Ok(visit.page("products.html", context! { articles }))
}

pub(crate) async fn one(visit: Visit) -> Page {
    let article = visit.catalogue.article(visit.given("article"))?;
    let way = visit.catalogue.way(article, "instalments")?;
    let product = visit.shop.product(&ProductCode::parse(&way.product)?).await;
    let periods = product.map_or_else(|_| Vec::new(), |product| product.periods);
    let months = Months::new(visit.given("months").parse().unwrap_or(12))?;
    let content = context! {
        article => shown(&visit, article),
        // Made with the page, so that a double click places one order.
        order => new_reference(),
        periods => periods.iter().map(|period| period.get()).collect::<Vec<_>>(),
        months => months.get(),
        instalment => instalment(&visit, article, way, months).await,
    };
    Ok(visit.page("product.html", content))
}

/// What a customer would pay, with the standard information that has to stand beside it. None where
/// the product is not to be had, or the bank can't be asked: then nothing is advertised.
pub(crate) async fn instalment(
    visit: &Visit,
    article: &Article,
    way: &Way,
    chosen: Months,
) -> Option<Value> {
    let (region, language, months) = (&visit.region, language(visit), way.months(chosen));
    let product = ProductCode::parse(&way.product).ok()?;
    let price = article.price(region.currency);
    let mut request = CalculationRequest::new(region, product, price, months).ok()?;
    request.detail = Detail::Advanced;
    let quote = visit.shop.quote(&request).await.ok()?;
    let example = quote.representative_example()?;
    Some(context! {
        months => months.get(),
        amount => language.money(example.instalment),
        example => example.sentence(language),
        warning => example.warning(language),
    })
}
