//! Shops that were added at run time.

use inbank_domain::ShopName;
use inbank_ports::{AuditEntry, LedgerError};
use time::OffsetDateTime;

use super::{ServiceStore, webhook};
use crate::audit::recorded;
use crate::failure::Failure;
use crate::script::{Cells, Statement, Text};

/// A shop that was added at run time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeptShop {
    /// Its name.
    pub name: ShopName,
    /// What is not secret, for the service to read.
    pub settings: String,
    /// What is, encrypted; none where the settings say where it is.
    pub secrets: Option<Vec<u8>>,
}

/// What a shop that is set may take the place of.
#[derive(Clone, Copy, Debug)]
pub enum Replaces<'a> {
    /// Whatever there is of its name, or nothing.
    Whatever,
    /// Nothing: there must be none of its name.
    Nothing,
    /// This, as it stands there.
    This(&'a KeptShop),
}

static SET: Text = Text::new(|| {
    "INSERT INTO inbank_shop (shop, settings, secrets, changed_at) VALUES ($2, $3, $4, @now)
    ON CONFLICT (shop) DO UPDATE SET settings = excluded.settings, secrets = excluded.secrets, changed_at = excluded.changed_at"
        .to_owned()
});

static ADD: Text = Text::new(|| {
    "INSERT INTO inbank_shop (shop, settings, secrets, changed_at) VALUES ($2, $3, $4, @now) ON CONFLICT (shop) DO NOTHING RETURNING shop"
        .to_owned()
});

static CHANGE: Text = Text::new(|| {
    "UPDATE inbank_shop SET settings = $3, secrets = $4, changed_at = @now
    WHERE shop = $2 AND settings = $5 AND secrets IS NOT DISTINCT FROM $6 RETURNING shop"
        .to_owned()
});

static REMOVE: Text =
    Text::new(|| "DELETE FROM inbank_shop WHERE shop = $2 RETURNING shop".to_owned());

static REMOVE_THIS: Text = Text::new(|| {
    "DELETE FROM inbank_shop WHERE shop = $2 AND settings = $3 AND secrets IS NOT DISTINCT FROM $4 RETURNING shop".to_owned()
});

static ALL: Text =
    Text::new(|| "SELECT shop, settings, secrets FROM inbank_shop ORDER BY shop".to_owned());

static REVISION: Text =
    Text::new(|| "SELECT number FROM inbank_revision WHERE name = 'shops'".to_owned());

static REVISE: Text = Text::new(|| {
    "INSERT INTO inbank_revision AS r (name, number) VALUES ('shops', 1) ON CONFLICT (name) DO UPDATE SET number = r.number + 1".to_owned()
});

fn shop(row: &Cells) -> Result<KeptShop, Failure> {
    let mut row = row.cursor();
    Ok(KeptShop {
        name: row.parsed(ShopName::parse)?,
        settings: row.text()?.to_owned(),
        secrets: row.maybe_bytes()?,
    })
}

impl ServiceStore {
    /// Adds a shop, or changes it, with a record of who did. False where there is something else than it `replaces`: then nothing is
    /// changed.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn set_shop(
        &self,
        shop: &KeptShop,
        replaces: Replaces<'_>,
        by: &AuditEntry,
        now: OffsetDateTime,
    ) -> Result<bool, LedgerError> {
        let setting = |text: &'static Text| {
            Statement::new(text, now)
                .with(&shop.name)
                .with(&*shop.settings)
                .with(shop.secrets.as_deref())
        };
        let set = match replaces {
            Replaces::Whatever => setting(&SET),
            Replaces::Nothing => setting(&ADD).guarding(),
            Replaces::This(former) => setting(&CHANGE)
                .with(&*former.settings)
                .with(former.secrets.as_deref())
                .guarding(),
        };
        let script = vec![set, Statement::new(&REVISE, now), recorded(by, now)];
        Ok(self.engine.script(script).await?.is_some())
    }

    /// Removes a shop and where its webhooks go; its orders stay. False when it isn't there, or is not as it was `seen`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn remove_shop(
        &self,
        name: &ShopName,
        seen: Option<&KeptShop>,
        by: &AuditEntry,
        now: OffsetDateTime,
    ) -> Result<bool, LedgerError> {
        let remove = match seen {
            None => Statement::new(&REMOVE, now).with(name),
            Some(seen) => Statement::new(&REMOVE_THIS, now)
                .with(name)
                .with(&*seen.settings)
                .with(seen.secrets.as_deref()),
        };
        let mut script = vec![remove.guarding()];
        script.extend(webhook::removed(name, now));
        script.push(Statement::new(&REVISE, now));
        script.push(recorded(by, now));
        Ok(self.engine.script(script).await?.is_some())
    }

    /// All shops that were added at run time.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn shops(&self, now: OffsetDateTime) -> Result<Vec<KeptShop>, LedgerError> {
        let rows = self.engine.look(Statement::new(&ALL, now)).await?;
        self.engine.understood(rows.iter().map(shop).collect())
    }

    /// A number that is another whenever a shop was added, changed or removed: read it before the shops.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn shops_revision(&self, now: OffsetDateTime) -> Result<u64, LedgerError> {
        let rows = self.engine.look(Statement::new(&REVISION, now)).await?;
        let number = rows.first().map(|row| row.cursor().count()).transpose();
        Ok(self.engine.understood(number)?.unwrap_or_default())
    }
}
