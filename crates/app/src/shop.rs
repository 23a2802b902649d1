//! A platform's shops, which may come, go and change their keys while it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use inbank_domain::{
    AttemptId, Invalid, OrderKey, OrderReference, PartnerUrls, Product, ProductCode, ShopName,
    WebAddress,
};
use inbank_ports::{GatewayError, GatewayErrorKind};
use time::{Date, OffsetDateTime};

use crate::bank::port;
use crate::calls::Caller;
use crate::store::Store;
use crate::{Bank, OrderHandle, Runtime};

/// One of a platform's shops: its own name, its side of the bank, where it is reached from outside.
pub struct Shop {
    name: ShopName,
    bank: Bank,
    public_url: WebAddress,
    products: Mutex<BTreeMap<ProductCode, (OffsetDateTime, Product)>>,
}

/// What the bank says of a product; none where it answers, and this shop isn't told: applications and
/// sessions then go without. The limits of a product and its list of required fields are a help, not a
/// gate.
///
/// ```
/// use inbank_app::if_told;
/// use inbank_ports::{GatewayError, GatewayErrorKind};
///
/// let not_told = GatewayError::new(GatewayErrorKind::NotAuthorised, "product.show");
/// assert_eq!(if_told(Err(not_told)).unwrap(), None);
///
/// let not_asked = GatewayError::new(GatewayErrorKind::Unreachable, "product.show");
/// assert!(if_told(Err(not_asked)).is_err());
/// ```
///
/// # Errors
/// The reading's own error, where the bank could not be asked.
pub fn if_told(read: Result<Product, GatewayError>) -> Result<Option<Product>, GatewayError> {
    let error = match read {
        Ok(product) => return Ok(Some(product)),
        Err(error) => error,
    };
    match error.kind() {
        GatewayErrorKind::NotAuthorised
        | GatewayErrorKind::NotFound
        | GatewayErrorKind::Refused
        | GatewayErrorKind::Undecodable
        | GatewayErrorKind::Unsupported => {
            tracing::debug!(%error, "the product is not known; the bank decides without");
            Ok(None)
        }
        GatewayErrorKind::Invalid
        | GatewayErrorKind::OutcomeUnknown
        | GatewayErrorKind::RateLimited
        | GatewayErrorKind::Unavailable
        | GatewayErrorKind::Unreachable => Err(error),
    }
}

/// Products are read again after this: ranges and periods change seldom.
const PRODUCTS_ARE_FRESH: Duration = Duration::from_mins(5);

impl Shop {
    /// A shop whose callbacks and returning browsers come to `public_url`, where the routes are
    /// mounted: `https://pay.example.com/inbank`.
    ///
    /// # Errors
    /// [`Invalid`] (`public_url`) when it has a query or a fragment.
    pub fn new(name: ShopName, bank: Bank, public_url: &WebAddress) -> Result<Self, Invalid> {
        let base = public_url.as_str().trim_end_matches('/');
        if base.contains(['?', '#']) {
            return Err(Invalid::new(
                "public_url",
                "must have neither query nor fragment: paths are added to it",
            ));
        }
        Ok(Self {
            name,
            bank,
            public_url: WebAddress::parse(base).map_err(|error| error.named("public_url"))?,
            products: Mutex::default(),
        })
    }

    /// Its name.
    pub const fn name(&self) -> &ShopName {
        &self.name
    }

    /// Its side of the bank.
    pub const fn bank(&self) -> &Bank {
        &self.bank
    }

    /// Where the bank is to send callbacks and the browser of an attempt.
    pub(crate) fn urls(&self, attempt: &AttemptId) -> Result<PartnerUrls, Invalid> {
        let url = |field: &'static str, route| {
            let base = self.public_url.as_str();
            let address = format!("{base}/{route}/{}/{attempt}", self.name);
            WebAddress::parse(&address).map_err(|error| error.named(field))
        };
        Ok(PartnerUrls {
            return_url: url("return_url", "return")?,
            cancel_url: url("cancel_url", "return")?,
            callback_url: url("callback_url", "callbacks")?,
        })
    }

    /// What the bank says of a product; none where this shop isn't told, so that the bank decides by
    /// itself: the lender has no catalogue, or it answers otherwise than the guides say.
    pub(crate) async fn product_if_told(
        &self,
        runtime: &Runtime,
        code: &ProductCode,
    ) -> Result<Option<Product>, GatewayError> {
        if_told(self.product(runtime, code).await)
    }

    pub(crate) async fn product(
        &self,
        runtime: &Runtime,
        code: &ProductCode,
    ) -> Result<Product, GatewayError> {
        let now = runtime.now();
        {
            let kept = self.products.lock();
            let kept = kept.unwrap_or_else(PoisonError::into_inner);
            if let Some((read_at, product)) = kept.get(code)
                && now - *read_at < PRODUCTS_ARE_FRESH
            {
                return Ok(product.clone());
            }
        }
        let products = port(self.bank.products.as_ref(), "product.show")?;
        let caller = Caller::new(runtime, self, None);
        let product = caller.call("product.show", products.product(code)).await?;
        let kept = self.products.lock();
        let mut kept = kept.unwrap_or_else(PoisonError::into_inner);
        kept.insert(code.clone(), (now, product.clone()));
        Ok(product)
    }
}

impl fmt::Debug for Shop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shop")
            .field("name", &self.name)
            .field("bank", &self.bank)
            .finish_non_exhaustive()
    }
}

/// A platform's shops by their names. Cheap to clone; clones share the shops.
#[derive(Clone, Debug, Default)]
pub struct Shops {
    usable: Arc<RwLock<BTreeMap<ShopName, Arc<Shop>>>>,
    withheld: Arc<RwLock<BTreeSet<ShopName>>>,
}

/// Why a shop is not taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ShopError {
    /// Another shop has the same identity at the bank: callbacks would be taken for each other's, and
    /// one payment would count for two.
    #[error("the shops {0} and {1} have the same identifier or key at the bank; give each its own")]
    SameIdentity(ShopName, ShopName),
    /// Another shop has the same name.
    #[error("there are two shops called {0}; give each a name of its own")]
    SameName(ShopName),
}

impl Shops {
    /// Adds a shop.
    ///
    /// # Errors
    /// [`ShopError`]; nothing is changed.
    pub fn add(&self, shop: Shop) -> Result<(), ShopError> {
        let mut shops = self.usable.write().unwrap_or_else(PoisonError::into_inner);
        if shops.contains_key(&shop.name) {
            return Err(ShopError::SameName(shop.name));
        }
        check_identity(&shops, &shop)?;
        self.release(&shop.name);
        shops.insert(shop.name.clone(), Arc::new(shop));
        Ok(())
    }

    /// Puts a shop in the place of the one with the same name: with other keys, another address.
    ///
    /// # Errors
    /// [`ShopError::SameIdentity`]; nothing is changed.
    pub fn replace(&self, shop: Shop) -> Result<(), ShopError> {
        let mut shops = self.usable.write().unwrap_or_else(PoisonError::into_inner);
        check_identity(&shops, &shop)?;
        self.release(&shop.name);
        shops.insert(shop.name.clone(), Arc::new(shop));
        Ok(())
    }

    /// Takes a shop away: its orders stay in the ledger and are not worked on. False when there is
    /// none of this name.
    pub fn remove(&self, name: &ShopName) -> bool {
        let was_withheld = self.release(name);
        let mut shops = self.usable.write().unwrap_or_else(PoisonError::into_inner);
        shops.remove(name).is_some() || was_withheld
    }

    /// Says that there is a shop of this name, which this process can't use for now: whoever comes for it is told to come again, and
    /// not that it isn't there. Until it is added, replaced or removed.
    pub fn withhold(&self, name: ShopName) {
        let mut shops = self.usable.write().unwrap_or_else(PoisonError::into_inner);
        shops.remove(&name);
        let mut withheld = self
            .withheld
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        withheld.insert(name);
    }

    /// The shops that this process can't use for now.
    pub fn withheld(&self) -> Vec<ShopName> {
        let withheld = self.withheld.read().unwrap_or_else(PoisonError::into_inner);
        withheld.iter().cloned().collect()
    }

    pub(crate) fn is_withheld(&self, name: &ShopName) -> bool {
        let withheld = self.withheld.read().unwrap_or_else(PoisonError::into_inner);
        withheld.contains(name)
    }

    fn release(&self, name: &ShopName) -> bool {
        let mut withheld = self
            .withheld
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        withheld.remove(name)
    }

    /// The shop of a name.
    pub fn get(&self, name: &ShopName) -> Option<Arc<Shop>> {
        let shops = self.usable.read().unwrap_or_else(PoisonError::into_inner);
        shops.get(name).cloned()
    }

    /// All shops, by their names.
    pub fn all(&self) -> Vec<Arc<Shop>> {
        let shops = self.usable.read().unwrap_or_else(PoisonError::into_inner);
        shops.values().cloned().collect()
    }
}

fn check_identity(shops: &BTreeMap<ShopName, Arc<Shop>>, shop: &Shop) -> Result<(), ShopError> {
    let same = shops.values().find(|other| {
        let mut identities = shop.bank.identities.iter();
        other.name != shop.name && identities.any(|own| other.bank.identities.contains(own))
    });
    match same {
        Some(other) => Err(ShopError::SameIdentity(
            other.name.clone(),
            shop.name.clone(),
        )),
        None => Ok(()),
    }
}

/// One shop of a platform: its products, quotes and orders. Cheap to clone.
#[derive(Clone)]
pub struct ShopHandle {
    shop: Arc<Shop>,
    store: Store,
}

impl ShopHandle {
    pub(crate) const fn new(shop: Arc<Shop>, store: Store) -> Self {
        Self { shop, store }
    }

    /// The shop.
    pub fn shop(&self) -> &Shop {
        &self.shop
    }

    /// Its side of the bank, for calls that concern no order.
    pub fn bank(&self) -> &Bank {
        self.shop.bank()
    }

    /// An order by the shop's own reference: stable, and one for each cart until told otherwise. Any
    /// reference will do; what breaks a rule is said by the call that needs it.
    ///
    /// ```no_run
    /// # async fn example(shop: &inbank_app::ShopHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// // By the reference that the shop gives it.
    /// println!("{}", shop.order("1001").status().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn order(&self, reference: impl Into<String>) -> OrderHandle {
        let reference = OrderReference::parse(reference);
        let key = reference.map(|reference| OrderKey::new(self.shop.name.clone(), reference));
        OrderHandle::new(key, self.shop.clone(), self.store.clone())
    }

    /// Describes a product. Kept for five minutes.
    ///
    /// ```no_run
    /// # use inbank_domain::ProductCode;
    /// # async fn example(shop: &inbank_app::ShopHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// let product = shop.product(&ProductCode::parse("hire_purchase")?).await?;
    /// println!("{product:?}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`GatewayError`] as [`ProductCatalogue::product`](inbank_ports::ProductCatalogue::product)
    /// says.
    pub async fn product(&self, code: &ProductCode) -> Result<Product, GatewayError> {
        self.shop.product(&self.store.runtime, code).await
    }

    /// Calls the bank about no order.
    pub(crate) fn caller(&self) -> Caller {
        Caller::new(&self.store.runtime, &self.shop, None)
    }

    pub(crate) fn today(&self) -> Date {
        self.store.now().date()
    }
}

impl fmt::Debug for ShopHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShopHandle")
            .field("shop", &self.shop)
            .finish_non_exhaustive()
    }
}
