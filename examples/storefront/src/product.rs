//! What is sold, and what it costs a month.

use inbank::{CalculationRequest, Detail, Months};
use minijinja::{Value, context};

use crate::catalogue::{Article, Way};
use crate::page::{Page, Trouble, Visit};

pub(crate) async fn all(visit: Visit) -> Page {
    let articles = visit.front.catalogue.articles.iter();
    let articles: Vec<_> = articles.map(|article| visit.shown(article)).collect();
    visit.page("products.html", context! { articles })
}

pub(crate) async fn one(visit: Visit) -> Page {
    let article = visit.front.catalogue.article(visit.given("article"))?;
    let way = visit.ways(article).next().ok_or(Trouble::Missing)?;
    let product = visit.front.shop.product(&way.product(article)?).await;
    let periods = product.map_or_else(|_| Vec::new(), |product| product.periods);
    let months = Months::new(visit.given("months").parse().unwrap_or(12))?;
    let content = context! {
        article => visit.shown(article),
        // Made with the page, so that a double click places one order.
        order => crate::checkout::new_reference(),
        periods => periods.iter().map(|period| period.get()).collect::<Vec<_>>(),
        months => months.get(),
        instalment => visit.instalment(article, way, months).await,
    };
    visit.page("product.html", content)
}

impl Visit {
    /// What a customer would pay, with the standard information that has to stand beside it. None where
    /// the product is not to be had, or the bank can't be asked: then nothing is advertised.
    pub(crate) async fn instalment(
        &self,
        article: &Article,
        way: &Way,
        chosen: Months,
    ) -> Option<Value> {
        let (region, language) = (&self.front.region, self.language);
        let (product, months) = (way.product(article).ok()?, way.months(chosen));
        let price = article.price(region);
        let mut request = CalculationRequest::new(region, product, price, months).ok()?;
        request.detail = Detail::Advanced;
        let quote = self.front.shop.quote(&request).await.ok()?;
        let example = quote.representative_example()?;
        Some(context! {
            months => months.get(),
            amount => language.money(example.instalment),
            example => example.sentence(language),
            warning => example.warning(language),
        })
    }
}
