//! What is sold, and by which of the bank's products: `catalogue.json`.

use std::collections::{BTreeMap, BTreeSet};

use inbank::{Currency, Money, Months, OrderError, Region};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(crate) struct Catalogue {
    pub(crate) articles: Vec<Article>,
    ways: Vec<Way>,
}

#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Article {
    pub(crate) slug: String,
    pub(crate) name: String,
    /// Of those that are made to order the shop says whether it can deliver, after the bank has said yes.
    kind: String,
    /// In each currency.
    price: BTreeMap<String, u32>,
    /// The article number under which the bank rents it out, and its price without VAT.
    pub(crate) rented: Option<(String, u32)>,
}

/// A way to pay.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Way {
    pub(crate) name: String,
    countries: BTreeSet<String>,
    /// The kinds of articles.
    articles: BTreeSet<String>,
    /// As the bank gave it to the shop.
    pub(crate) product: String,
    /// 0 where the customer chooses.
    months: u16,
    /// What a customer consents to who applies.
    pub(crate) consent: Option<String>,
}

impl Catalogue {
    /// What is sold in a region.
    pub(crate) fn read(region: &Region) -> serde_json::Result<Self> {
        let mut all: Self = serde_json::from_str(include_str!("../catalogue.json"))?;
        all.ways
            .retain(|way| way.countries.contains(region.country));
        Ok(all)
    }

    pub(crate) fn article(&self, slug: &str) -> Result<&Article, OrderError> {
        let article = self.articles.iter().find(|article| article.slug == slug);
        article.ok_or(OrderError::NotFound)
    }

    /// The ways to pay for an article.
    pub(crate) fn ways(&self, article: &Article) -> impl Iterator<Item = &Way> {
        self.ways
            .iter()
            .filter(|way| way.articles.contains(&article.kind))
    }

    pub(crate) fn way(&self, article: &Article, name: &str) -> Result<&Way, OrderError> {
        let way = self.ways(article).find(|way| way.name == name);
        way.ok_or(OrderError::NotFound)
    }
}

impl Article {
    /// What it costs: for the server alone to say.
    pub(crate) fn price(&self, currency: Currency) -> Money {
        let price = self.price.get(currency.as_str()).copied();
        Money::new(price.unwrap_or_default().into(), currency)
    }
}

impl Way {
    pub(crate) fn months(&self, chosen: Months) -> Months {
        Months::new(self.months).unwrap_or(chosen)
    }
}
