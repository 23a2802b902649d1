use std::fmt;
use std::sync::Arc;

use inbank::{LedgerError, Platform};
use inbank_adapters_sql::ServiceStore;
use tokio::sync::watch::Receiver;

use crate::shops::RuntimeShops;
use crate::webhook::{WebhookOptions, Webhooks};
use crate::{SecretsFolder, Tokens};

/// What the service is made of: a platform, who may call, what is kept beside the ledger, and webhooks. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    pub(crate) platform: Platform,
    pub(crate) tokens: Tokens,
    pub(crate) store: ServiceStore,
    pub(crate) webhooks: Arc<Webhooks>,
    pub(crate) shops: Arc<RuntimeShops>,
}

/// Why there is no service.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Webhooks can't be sent.
    #[error("no HTTP client can be made for webhooks: look at the certificates of this machine")]
    Client(#[source] reqwest::Error),
}

impl Service {
    /// A service over a platform; `store` is the one of the platform's ledger.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub fn new(
        platform: Platform,
        tokens: Tokens,
        store: ServiceStore,
        webhooks: WebhookOptions,
    ) -> Result<Self, ServiceError> {
        let (vault, clock) = (webhooks.vault.clone(), webhooks.clock.clone());
        let shops = RuntimeShops::new(platform.clone(), store.clone(), vault, clock);
        let webhooks = Webhooks::new(platform.clone(), store.clone(), webhooks);
        Ok(Self {
            platform,
            tokens,
            store,
            webhooks: Arc::new(webhooks.map_err(ServiceError::Client)?),
            shops: Arc::new(shops),
        })
    }

    /// The same, where calls that add a shop may name a file of this folder that holds its keys. To be said before [`load`](Self::load).
    #[must_use]
    pub fn with_secrets_folder(mut self, folder: Option<SecretsFolder>) -> Self {
        self.shops = Arc::new(self.shops.reading(folder));
        self
    }

    /// The platform.
    pub const fn platform(&self) -> &Platform {
        &self.platform
    }

    /// Takes up the shops that were added by calls: before anybody is answered.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn load(&self) -> Result<(), LedgerError> {
        self.shops.sync().await
    }

    /// Works in the background until `stopping` says so: sends webhooks, takes up shops that other processes added or changed, and
    /// deletes what was kept for long enough. Any number of processes may do so at once.
    pub async fn run(&self, stopping: Receiver<bool>) {
        let stop = |mut stopping: Receiver<bool>| async move {
            drop(stopping.wait_for(|stopping| *stopping).await);
        };
        let sending = self.webhooks.clone().run(stop(stopping.clone()));
        tokio::join!(sending, self.shops.run(stop(stopping)));
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("platform", &self.platform)
            .field("tokens", &self.tokens)
            .finish_non_exhaustive()
    }
}
