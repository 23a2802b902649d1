//! Shops that are added, changed and removed by calls while the service runs. They are kept in the database, and every process takes up
//! a change within seconds. Those of `inbank.toml` are the file's alone.

mod identity;
mod refused;
mod setting;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use inbank::ports::{AuditEntry, Clock};
use inbank::{LedgerError, OrderStatus, OsRandom, Platform, ShopName};
use inbank_adapters_sql::{KeptShop, Replaces, ServiceStore};
use tokio::sync::Mutex;

use crate::SecretsFolder;
use crate::vault::{Locked, Vault};

use self::identity::with_identity;

pub(crate) use self::identity::Identity;
pub(crate) use self::refused::{ShopSettingError, open_orders};
pub(crate) use self::setting::{KeySource, Settings};

/// How often is looked whether another process has changed a shop.
const LOOKED_EVERY: Duration = Duration::from_secs(3);

/// So long a page waits for that.
const LONGEST_LOOK: Duration = Duration::from_secs(1);

/// So often something is set that another sets at the same moment, before it is set over whatever is there.
const TRIES: u32 = 4;

/// The shops of this process that calls have added.
pub(crate) struct RuntimeShops {
    platform: Platform,
    store: ServiceStore,
    vault: Option<Vault>,
    folder: Option<SecretsFolder>,
    clock: Arc<dyn Clock>,
    /// Those of the file.
    file: BTreeSet<ShopName>,
    known: Mutex<Known>,
}

/// What this process has taken up.
#[derive(Default)]
struct Known {
    revision: Option<u64>,
    shops: BTreeMap<ShopName, KeptShop>,
}

impl RuntimeShops {
    pub(crate) fn new(
        platform: Platform,
        store: ServiceStore,
        vault: Option<Vault>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            file: platform.shop_names().into_iter().collect(),
            platform,
            store,
            vault,
            folder: None,
            clock,
            known: Mutex::default(),
        }
    }

    /// The same, where calls may name files of a folder. What was taken up so far is looked up again.
    pub(crate) fn reading(&self, folder: Option<SecretsFolder>) -> Self {
        Self {
            platform: self.platform.clone(),
            store: self.store.clone(),
            vault: self.vault.clone(),
            folder,
            clock: self.clock.clone(),
            file: self.file.clone(),
            known: Mutex::default(),
        }
    }

    /// Looks for changes until `stop` is done.
    pub(crate) async fn run(&self, stop: impl Future<Output = ()> + Send) {
        tokio::pin!(stop);
        loop {
            if let Err(error) = self.sync().await {
                tracing::error!(%error, "shops can't be looked up: the ledger gave no answer");
            }
            tokio::select! {
                () = &mut stop => return,
                () = self.clock.sleep(LOOKED_EVERY) => {}
            }
        }
    }

    /// The same as [`sync`](Self::sync), for somebody who waits for a page: what is known is shown where the ledger, or a change
    /// that is under way, takes longer.
    pub(crate) async fn sync_for_a_page(&self) {
        let late = self.clock.sleep(LONGEST_LOOK);
        tokio::select! {
            synced = self.sync() => if let Err(error) = synced {
                tracing::warn!(%error, "whether a shop was changed elsewhere is not known");
            },
            () = late => tracing::warn!("whether a shop was changed elsewhere is not known yet: the ledger takes its time"),
        }
    }

    /// Takes up what was changed since it was last looked.
    pub(crate) async fn sync(&self) -> Result<(), LedgerError> {
        let mut known = self.known.lock().await;
        let revision = self.store.shops_revision(self.clock.now()).await?;
        if known.revision == Some(revision) {
            return Ok(());
        }
        let shops = self.store.shops(self.clock.now()).await?;
        let gone = |name: &ShopName| !shops.iter().any(|shop| shop.name == *name);
        known.shops.retain(|name, _| {
            let stays = !gone(name);
            if !stays {
                self.platform.remove_shop(name.as_str());
            }
            stays
        });
        for name in self.platform.withheld_shops() {
            if !shops.iter().any(|shop| shop.name == name) {
                self.platform.remove_shop(name.as_str());
            }
        }
        for shop in shops {
            let name = &shop.name;
            // Another's file may be the same by its name, and hold another key.
            if known.shops.get(name) == Some(&shop) && !has_its_keys_in_a_file(&shop) {
                continue;
            }
            match self.apply(&shop) {
                Ok(()) => drop(known.shops.insert(name.clone(), shop)),
                Err(error) => {
                    tracing::error!(shop = %name, %error, "a shop can't be used by this process");
                    // One that could be used until now goes on with its former settings.
                    if !self.file.contains(name) && !known.shops.contains_key(name) {
                        self.platform.withhold_shop(name.clone());
                    }
                }
            }
        }
        known.revision = Some(revision);
        Ok(())
    }

    fn apply(&self, kept: &KeptShop) -> Result<(), ShopSettingError> {
        if self.file.contains(&kept.name) {
            return Err(ShopSettingError::OfFile);
        }
        let settings = Settings::read(&kept.settings)?;
        let keys = settings.keys(kept, self.vault.as_ref(), self.folder.as_ref())?;
        Ok(self
            .platform
            .replace_shop(settings.shop(&kept.name, keys)?)?)
    }

    /// Adds a shop, or changes it, whatever it was. What it was is in the record of it, so that is looked at first.
    pub(crate) async fn set(
        &self,
        name: &ShopName,
        settings: Settings,
        keys: KeySource,
        by: &AuditEntry,
    ) -> Result<(), ShopSettingError> {
        for _ in 0..TRIES {
            self.sync().await?;
            let former = self.known.lock().await.shops.get(name).cloned();
            let replaces = former.as_ref().map_or(Replaces::Nothing, Replaces::This);
            let (settings, keys) = (settings.clone(), keys.clone());
            match self.put(name, settings, keys, replaces, by).await {
                Err(ShopSettingError::Changed | ShopSettingError::Taken) => {}
                put => return put,
            }
        }
        // One that this process can't use is never as it knows it.
        self.put(name, settings, keys, Replaces::Whatever, by).await
    }

    /// The same, where what is there is what it `replaces`.
    async fn put(
        &self,
        name: &ShopName,
        settings: Settings,
        keys: KeySource,
        replaces: Replaces<'_>,
        by: &AuditEntry,
    ) -> Result<(), ShopSettingError> {
        let mut known = self.known.lock().await;
        if self.file.contains(name) {
            return Err(ShopSettingError::OfFile);
        }
        if let Replaces::This(former) = replaces
            && known.shops.get(name) != Some(former)
        {
            return Err(ShopSettingError::Changed);
        }
        let settings = settings.with_keys(&keys)?;
        let secrets = match &keys {
            KeySource::Variable(_) | KeySource::File(_) => None,
            KeySource::Given(keys) => {
                let vault = self.vault.as_ref().ok_or(ShopSettingError::NoVault)?;
                Some(setting::sealed(vault, name, keys, &OsRandom).ok_or(Locked)?)
            }
        };
        let kept = KeptShop {
            name: name.clone(),
            settings: settings.written(),
            secrets,
        };
        let former = self.platform.setup(name.as_str());
        // What can't be used is not kept.
        self.apply(&kept)?;
        let by = with_identity(by, former, self.platform.setup(name.as_str()));
        let refused = match self.written(&kept, replaces, &by).await {
            Ok(true) => None,
            Ok(false) => Some(match replaces {
                Replaces::Nothing => ShopSettingError::Taken,
                Replaces::This(_) | Replaces::Whatever => ShopSettingError::Changed,
            }),
            Err(error) => Some(error.into()),
        };
        if let Some(error) = refused {
            // As it was; whether it was written all the same, or what another wrote, is looked up.
            match known.shops.get(name).map(|former| self.apply(former)) {
                Some(Ok(())) => {}
                Some(Err(_)) | None => drop(self.platform.remove_shop(name.as_str())),
            }
            known.revision = None;
            return Err(error);
        }
        known.shops.insert(name.clone(), kept);
        Ok(())
    }

    /// Whether it is written. What is not taken may be there all the same: the ledger's first answer was lost, and it was asked again.
    async fn written(
        &self,
        kept: &KeptShop,
        replaces: Replaces<'_>,
        by: &AuditEntry,
    ) -> Result<bool, LedgerError> {
        let now = self.clock.now();
        let is_set = self.store.set_shop(kept, replaces, by, now).await?;
        Ok(is_set || self.store.shops(now).await?.contains(kept))
    }

    /// Whether the configuration's file has it.
    pub(crate) fn is_of_file(&self, name: &ShopName) -> bool {
        self.file.contains(name)
    }

    /// Adds a shop where there is none of this name.
    pub(crate) async fn add(
        &self,
        name: &ShopName,
        settings: Settings,
        keys: KeySource,
        by: &AuditEntry,
    ) -> Result<(), ShopSettingError> {
        self.sync().await?;
        let is_known = self.known.lock().await.shops.contains_key(name);
        // One that this process can't use is there all the same, and others may work for it.
        if self.file.contains(name) || is_known || self.platform.withheld_shops().contains(name) {
            return Err(ShopSettingError::Taken);
        }
        self.put(name, settings, keys, Replaces::Nothing, by).await
    }

    /// A shop as a call has set it; an error where it is another than was `seen`.
    async fn kept(
        &self,
        name: &ShopName,
        seen: Option<Identity<'_>>,
    ) -> Result<KeptShop, ShopSettingError> {
        if self.is_of_file(name) {
            return Err(ShopSettingError::OfFile);
        }
        self.sync().await?;
        let known = self.known.lock().await;
        let kept = known.shops.get(name).ok_or(ShopSettingError::Missing)?;
        let setup = self.platform.setup(name.as_str());
        if seen.is_some_and(|seen| !seen.is_of(setup.as_ref())) {
            return Err(ShopSettingError::Changed);
        }
        Ok(kept.clone())
    }

    /// Changes a shop's keys, and nothing else: those that were `seen`, or whichever it has.
    pub(crate) async fn change_keys(
        &self,
        name: &ShopName,
        keys: KeySource,
        seen: Option<Identity<'_>>,
        by: &AuditEntry,
    ) -> Result<(), ShopSettingError> {
        let kept = self.kept(name, seen).await?;
        let settings = Settings::read(&kept.settings)?;
        self.put(name, settings, keys, Replaces::This(&kept), by)
            .await
    }

    /// Puts these keys before those that were seen, wherever the shop has them, and keeps all of them here.
    pub(crate) async fn add_keys(
        &self,
        name: &ShopName,
        mut keys: Vec<String>,
        seen: Identity<'_>,
        by: &AuditEntry,
    ) -> Result<(), ShopSettingError> {
        let kept = self.kept(name, Some(seen)).await?;
        let settings = Settings::read(&kept.settings)?;
        let present = settings.keys(&kept, self.vault.as_ref(), self.folder.as_ref())?;
        for key in present {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let keys = KeySource::Given(keys);
        self.put(name, settings, keys, Replaces::This(&kept), by)
            .await
    }

    /// How many orders of a shop are not over.
    async fn open_orders(&self, name: &ShopName) -> Result<u64, LedgerError> {
        let ledger = self.platform.ledger();
        let shops = [name.clone()];
        let statistics = ledger.statistics(&shops, self.clock.now()).await?;
        let mut open = OrderStatus::EVERY.to_vec();
        open.retain(|status| status.is_open());
        let counts = statistics.iter().flat_map(|of_shop| {
            let orders = &of_shop.orders;
            open.iter().filter_map(|status| orders.get(status.name()))
        });
        Ok(counts.sum())
    }

    /// Removes a shop; its orders stay in the ledger, and are worked on by nobody. With open ones it is removed only where that is
    /// wanted `anyway`, and where it was `seen`, only as it was.
    pub(crate) async fn remove(
        &self,
        name: &ShopName,
        anyway: bool,
        seen: Option<Identity<'_>>,
        by: &AuditEntry,
    ) -> Result<(), ShopSettingError> {
        if self.file.contains(name) {
            return Err(ShopSettingError::OfFile);
        }
        let kept = match seen {
            Some(_) => Some(self.kept(name, seen).await?),
            None => None,
        };
        let mut known = self.known.lock().await;
        if !anyway {
            let kept = self.store.shops(self.clock.now()).await?;
            let is_there = kept.iter().any(|shop| shop.name == *name);
            let open = if is_there {
                self.open_orders(name).await?
            } else {
                0
            };
            if open > 0 {
                return Err(ShopSettingError::OpenOrders(open));
            }
        }
        let now = self.clock.now();
        let removed = self.store.remove_shop(name, kept.as_ref(), by, now);
        if !removed.await? {
            known.revision = None;
            return Err(match kept {
                Some(_) => ShopSettingError::Changed,
                None => ShopSettingError::Missing,
            });
        }
        known.shops.remove(name);
        self.platform.remove_shop(name.as_str());
        Ok(())
    }
}

fn has_its_keys_in_a_file(kept: &KeptShop) -> bool {
    Settings::read(&kept.settings).is_ok_and(|settings| settings.api_keys_file.is_some())
}

impl fmt::Debug for RuntimeShops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuntimeShops").finish_non_exhaustive()
    }
}
