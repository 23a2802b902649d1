use std::fmt;
use std::sync::Arc;

use inbank_domain::Region;
use inbank_ports::{
    Applications, Calculator, CallbackAuthenticator, Connection, Contracts, GatewayError,
    GatewayErrorKind, IncomeProof, Offers, ProductCatalogue, Rentals, Sessions, Signing,
};

/// One shop's side of a bank: all that can be asked of it. What a lender doesn't have is left out,
/// and asking for it is `Unsupported`.
#[derive(Clone)]
pub struct Bank {
    /// The region: currency, locales, which contracts may be read.
    pub region: Region,
    /// Names the servers that are asked, so that their outages are noticed once for all shops.
    pub host: Arc<str>,
    /// What no two shops of a platform may share any of, since callbacks would be taken for each
    /// other's: the identifier at the bank, digests of keys.
    pub identities: Arc<[String]>,
    /// Tells the bank's callbacks from anybody else's.
    pub callbacks: Arc<dyn CallbackAuthenticator>,
    /// Says whether the bank can be reached, and takes the key.
    pub connection: Option<Arc<dyn Connection>>,
    /// Describes products.
    pub products: Option<Arc<dyn ProductCatalogue>>,
    /// Calculates conditions.
    pub calculator: Option<Arc<dyn Calculator>>,
    /// Opens and reads sessions.
    pub sessions: Option<Arc<dyn Sessions>>,
    /// Submits, reads, accepts and cancels applications.
    pub applications: Option<Arc<dyn Applications>>,
    /// Takes proof of income.
    pub income_proof: Option<Arc<dyn IncomeProof>>,
    /// Tells what it keeps of an application: documents, payments, its customer.
    pub offers: Option<Arc<dyn Offers>>,
    /// Has contracts signed.
    pub signing: Option<Arc<dyn Signing>>,
    /// Reads, approves and cancels contracts.
    pub contracts: Option<Arc<dyn Contracts>>,
    /// Rents devices.
    pub rentals: Option<Arc<dyn Rentals>>,
}

impl Bank {
    /// A bank of which nothing can be asked yet: its callbacks are told from others', and the ports are to
    /// be put in. `identities` are what no two shops may share.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use inbank_app::Bank;
    /// # use inbank_domain::Region;
    /// # use inbank_ports::{CallbackAuthenticator, Sessions};
    /// # fn example(callbacks: Arc<dyn CallbackAuthenticator>, sessions: Arc<dyn Sessions>) -> Bank {
    /// // A lender that has sessions and nothing else.
    /// let mut bank = Bank::new(Region::LATVIA, "api.lender.example", ["shop 17"], callbacks);
    /// bank.sessions = Some(sessions);
    /// # bank
    /// # }
    /// ```
    pub fn new(
        region: Region,
        host: impl Into<Arc<str>>,
        identities: impl IntoIterator<Item = impl Into<String>>,
        callbacks: Arc<dyn CallbackAuthenticator>,
    ) -> Self {
        Self {
            region,
            host: host.into(),
            identities: identities.into_iter().map(Into::into).collect(),
            callbacks,
            connection: None,
            products: None,
            calculator: None,
            sessions: None,
            applications: None,
            income_proof: None,
            offers: None,
            signing: None,
            contracts: None,
            rentals: None,
        }
    }

    /// With everything that one value implements: an adapter for all of a bank's calls, a fake. What it shouldn't be
    /// asked for is taken out again: `bank.rentals = None`.
    #[must_use]
    pub fn with_all<T>(mut self, ports: Arc<T>) -> Self
    where
        T: Connection
            + ProductCatalogue
            + Calculator
            + Sessions
            + Applications
            + IncomeProof
            + Offers
            + Signing
            + Contracts
            + Rentals
            + 'static,
    {
        self.connection = Some(ports.clone());
        self.products = Some(ports.clone());
        self.calculator = Some(ports.clone());
        self.sessions = Some(ports.clone());
        self.applications = Some(ports.clone());
        self.income_proof = Some(ports.clone());
        self.offers = Some(ports.clone());
        self.signing = Some(ports.clone());
        self.contracts = Some(ports.clone());
        self.rentals = Some(ports);
        self
    }
}

/// A port, or the error that says that the lender lacks it.
pub(crate) fn port<'a, T: ?Sized>(
    port: Option<&'a Arc<T>>,
    operation: &'static str,
) -> Result<&'a Arc<T>, GatewayError> {
    port.ok_or_else(|| GatewayError::new(GatewayErrorKind::Unsupported, operation))
}

impl fmt::Debug for Bank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bank")
            .field("region", &self.region.name)
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}
