use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use inbank_domain::{
    FinancingId, Invalid, OrderReference, PartnerUrls, Region, ShopName, WebAddress,
};
use inbank_ports::{
    Applications, CallbackAuthenticator, Clock, Contracts, ProductCatalogue, Rentals, Sessions,
};
use sha2::{Digest, Sha256};

use crate::{ActivateRental, Apply, Checkout, Decide, Follow, FollowPorts, Offers};

/// One of a platform's shops: its own name, its region, its side of the bank.
pub struct Shop {
    name: ShopName,
    region: Region,
    public_url: WebAddress,
    ports: ShopPorts,
}

/// What a shop's financings need from outside.
#[derive(Clone)]
pub struct ShopPorts {
    /// Tells the shop's callbacks, by all keys that are valid at the time.
    pub authenticator: Arc<dyn CallbackAuthenticator>,
    /// Describes products.
    pub products: Arc<dyn ProductCatalogue>,
    /// Opens and reads sessions.
    pub sessions: Arc<dyn Sessions>,
    /// Submits, reads, accepts and cancels applications.
    pub applications: Arc<dyn Applications>,
    /// Reads, approves and cancels contracts.
    pub contracts: Arc<dyn Contracts>,
    /// Assigns devices to rentals and activates them.
    pub rentals: Arc<dyn Rentals>,
    /// Waits between two readings.
    pub clock: Arc<dyn Clock>,
}

impl Shop {
    /// A shop whose callbacks and returning browsers come to `public_url`, where the receiver is
    /// mounted: `https://pay.example.com/inbank`.
    ///
    /// # Errors
    /// [`Invalid`] (`public_url`) when it has a query, a fragment or is too long to add to.
    pub fn new(
        name: ShopName,
        region: Region,
        public_url: &WebAddress,
        ports: ShopPorts,
    ) -> Result<Self, Invalid> {
        let base = public_url.as_str().trim_end_matches('/');
        if base.contains(['?', '#']) {
            return Err(Invalid::new(
                "public_url",
                "must have neither query nor fragment: paths are added to it",
            ));
        }
        let public_url = WebAddress::parse(base).map_err(|error| error.named("public_url"))?;
        Ok(Self {
            name,
            region,
            public_url,
            ports,
        })
    }

    /// Its name.
    pub const fn name(&self) -> &ShopName {
        &self.name
    }

    /// Its region.
    pub const fn region(&self) -> &Region {
        &self.region
    }

    /// The ports.
    pub const fn ports(&self) -> &ShopPorts {
        &self.ports
    }

    /// The name of an attempt to finance an order: the same whenever it is asked for, so that trying
    /// again after a crash finds what was begun.
    pub fn financing_id(&self, order: &OrderReference, attempt: u32) -> FinancingId {
        let mut hash = Sha256::new();
        // No name has a byte of zero, so no two attempts give the same bytes.
        hash.update(self.name.as_str());
        hash.update([0]);
        hash.update(order.as_str());
        hash.update([0]);
        hash.update(attempt.to_be_bytes());
        FinancingId::from_bytes(first_half(hash))
    }

    /// Where the bank is to send callbacks and the browser of an attempt: to the receiver's routes, by
    /// the attempt's own name.
    ///
    /// # Errors
    /// [`Invalid`] when the address gets too long.
    pub fn urls(&self, order: &OrderReference, attempt: u32) -> Result<PartnerUrls, Invalid> {
        let id = self.financing_id(order, attempt);
        let url = |field, route| {
            let address = format!("{}/{route}/{}/{id}", self.public_url.as_str(), self.name);
            WebAddress::parse(&address).map_err(|error| error.named(field))
        };
        Ok(PartnerUrls {
            return_url: url("return_url", "return")?,
            cancel_url: url("cancel_url", "return")?,
            callback_url: url("callback_url", "callbacks")?,
        })
    }

    pub(crate) fn follow(&self) -> Follow {
        let ports = FollowPorts {
            authenticator: self.ports.authenticator.clone(),
            sessions: self.ports.sessions.clone(),
            applications: self.ports.applications.clone(),
            contracts: self.ports.contracts.clone(),
            clock: self.ports.clock.clone(),
        };
        Follow::new(ports, self.region.clone())
    }

    pub(crate) fn checkout(&self) -> Checkout {
        Checkout::new(self.ports.sessions.clone())
    }

    pub(crate) fn apply(&self) -> Apply {
        Apply::new(self.ports.products.clone(), self.ports.applications.clone())
    }

    pub(crate) fn offers(&self) -> Offers {
        Offers::new(self.ports.applications.clone())
    }

    pub(crate) fn activate(&self) -> ActivateRental {
        ActivateRental::new(self.ports.rentals.clone())
    }

    pub(crate) fn decide(&self) -> Decide {
        Decide::new(
            self.ports.sessions.clone(),
            self.ports.contracts.clone(),
            self.region.clone(),
        )
    }
}

/// 128 bits are plenty to tell apart what one shop has.
pub(crate) fn first_half(hash: Sha256) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&hash.finalize()[..16]);
    half
}

impl fmt::Debug for Shop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shop")
            .field("name", &self.name)
            .field("region", &self.region.name)
            .finish_non_exhaustive()
    }
}

/// A platform's shops by their names.
#[derive(Clone, Debug, Default)]
pub struct Shops(Arc<BTreeMap<ShopName, Arc<Shop>>>);

impl Shops {
    /// Takes the shops.
    ///
    /// # Errors
    /// [`Invalid`] (`shop`) when two have the same name.
    pub fn new(shops: impl IntoIterator<Item = Shop>) -> Result<Self, Invalid> {
        let mut named = BTreeMap::new();
        for shop in shops {
            let name = shop.name.clone();
            if named.insert(name.clone(), Arc::new(shop)).is_some() {
                return Err(Invalid::new("shop", format!("{name} is there twice")));
            }
        }
        Ok(Self(Arc::new(named)))
    }

    /// The shop of a name.
    pub fn get(&self, name: &str) -> Option<&Arc<Shop>> {
        let name = ShopName::parse(name).ok()?;
        self.0.get(&name)
    }
}
