//! What is sold, and by which of the bank's products: `catalogue.json`.

use inbank::{Invalid, Money, Months, ProductCode, Region};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::page::{Found, Trouble};

#[derive(Deserialize)]
pub(crate) struct Catalogue {
    pub(crate) articles: Vec<Article>,
    ways: Vec<Way>,
}

#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Article {
    pub(crate) slug: String,
    pub(crate) name: String,
    /// In each currency.
    price: BTreeMap<String, u32>,
    /// The article number under which the bank rents it out, and its price without VAT.
    pub(crate) rented: Option<(String, u32)>,
    /// The shop says whether it can deliver, after the bank has said yes.
    #[serde(default)]
    made_to_order: bool,
}

/// A way to pay.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Way {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    countries: Vec<String>,
    /// The product, and the one whose contracts wait for the shop, as the bank gave them to it.
    product: String,
    product_with_approval: Option<String>,
    /// Where the customer can't choose.
    months: Option<u16>,
    /// What a customer consents to who applies.
    pub(crate) consent: Option<String>,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Application,
    Rental,
    Session,
}

impl Catalogue {
    pub(crate) fn read() -> serde_json::Result<Self> {
        serde_json::from_str(include_str!("../catalogue.json"))
    }

    pub(crate) fn article(&self, slug: &str) -> Found<&Article> {
        let found = self.articles.iter().find(|article| article.slug == slug);
        found.ok_or(Trouble::Missing)
    }

    /// The ways to pay for an article in a region.
    pub(crate) fn ways(&self, article: &Article, region: &Region) -> impl Iterator<Item = &Way> {
        self.ways.iter().filter(|way| {
            way.countries
                .iter()
                .any(|country| country == region.country)
                && (way.kind != Kind::Rental || article.rented.is_some())
                && (way.product_with_approval.is_some() || !article.made_to_order)
        })
    }
}

impl Article {
    /// What it costs: for the server alone to say.
    pub(crate) fn price(&self, region: &Region) -> Money {
        let price = self.price.get(region.currency.as_str()).copied();
        Money::new(price.unwrap_or_default().into(), region.currency)
    }
}

impl Way {
    pub(crate) fn product(&self, article: &Article) -> Result<ProductCode, Invalid> {
        let waiting = self.product_with_approval.as_ref();
        let waiting = waiting.filter(|_| article.made_to_order);
        ProductCode::parse(waiting.unwrap_or(&self.product).as_str())
    }

    pub(crate) fn months(&self, chosen: Months) -> Months {
        self.months
            .and_then(|months| Months::new(months).ok())
            .unwrap_or(chosen)
    }
}
