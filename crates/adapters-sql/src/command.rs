//! The commands of an order that stand no more, on either engine.

use inbank_domain::{OrderKey, SettledCommand};
use inbank_ports::LedgerError;
use time::OffsetDateTime;

use crate::row::{SETTLED_COLUMNS, names, settled};
use crate::script::{Scripted, Statement, Text, understood};

static SETTLED: Text = Text::new(|| {
    let columns = names("", &SETTLED_COLUMNS);
    format!(
        "SELECT {columns} FROM inbank_command WHERE shop = $2 AND reference = $3 ORDER BY wanted_at, id"
    )
});

pub(crate) async fn settled_commands(
    store: &dyn Scripted,
    key: &OrderKey,
) -> Result<Vec<SettledCommand>, LedgerError> {
    // No time is in it.
    let statement = Statement::new(&SETTLED, OffsetDateTime::UNIX_EPOCH)
        .with(&key.shop)
        .with(key.reference.as_str());
    let rows = store.look(statement).await?;
    let commands = rows.iter().map(|row| settled(&mut row.cursor()));
    understood(store, commands.collect())
}
