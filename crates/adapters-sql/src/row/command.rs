use inbank_domain::{
    ApplicationId, Command, CommandStage, Decider, SettledCommand, Settlement, StandingCommand,
};

use super::{Column, Columns, Cursor, Kind, Value, known};
use crate::failure::Failure;

const N: Kind = Kind::Number;
const T: Kind = Kind::Text;

/// The columns of a settled command after those that name its order, in the order in which they are written and read.
pub(crate) const SETTLED_COLUMNS: [Column; 11] = [
    ("attempt", N),
    ("command", T),
    ("application", T),
    ("decided_by", T),
    ("stage", T),
    ("wanted_at", N),
    ("sent_at", N),
    ("sends", N),
    ("acknowledged_at", N),
    ("settlement", T),
    ("settled_at", N),
];

/// What [`SETTLED_COLUMNS`] are given.
pub(crate) fn settled_values(settled: &SettledCommand) -> [Value<'_>; 11] {
    let [
        command,
        application,
        by,
        stage,
        wanted,
        sent,
        sends,
        acknowledged,
    ] = command_values(Some(&settled.command));
    [
        Value::number(settled.attempt),
        command,
        application,
        by,
        stage,
        wanted,
        sent,
        sends,
        acknowledged,
        Value::text(settled.settlement.as_str()),
        Value::moment(settled.settled_at),
    ]
}

/// Reads [`SETTLED_COLUMNS`].
pub(crate) fn settled<R: Columns>(row: &mut Cursor<'_, R>) -> Result<SettledCommand, Failure> {
    Ok(SettledCommand {
        attempt: row.small()?,
        command: known("settled command", command(row)?)?,
        settlement: known("command's settlement", Settlement::named(row.text()?))?,
        settled_at: row.moment()?,
    })
}

/// What the columns of a command are given, which an attempt has too.
pub(super) fn command_values(command: Option<&StandingCommand>) -> [Value<'_>; 8] {
    let what = command.map(|standing| &standing.command);
    let application = what.and_then(Command::application);
    let by = command.map(|standing| match standing.by {
        Decider::Platform => "platform",
        Decider::Rules => "rules",
    });
    [
        Value::maybe_text(what.map(Command::name)),
        Value::maybe_text(application.map(ApplicationId::as_str)),
        Value::maybe_text(by),
        Value::maybe_text(command.map(|standing| standing.stage.as_str())),
        Value::maybe_moment(command.map(|standing| standing.wanted_at)),
        Value::maybe_moment(command.and_then(|standing| standing.sent_at)),
        Value::Number(command.map(|standing| i64::from(standing.sends))),
        Value::maybe_moment(command.and_then(|standing| standing.acknowledged_at)),
    ]
}

/// Reads the columns of a command.
pub(super) fn command<R: Columns>(
    row: &mut Cursor<'_, R>,
) -> Result<Option<StandingCommand>, Failure> {
    let name = row.maybe_text()?;
    let application = row.maybe_parsed(ApplicationId::parse)?;
    let (by, stage) = (row.maybe_text()?, row.maybe_text()?);
    let (wanted_at, sent_at) = (row.maybe_moment()?, row.maybe_moment()?);
    let (sends, acknowledged_at) = (row.maybe_small()?, row.maybe_moment()?);
    let Some(name) = name else { return Ok(None) };
    let by = match by {
        Some("platform") => Some(Decider::Platform),
        Some("rules") => Some(Decider::Rules),
        _ => None,
    };
    Ok(Some(StandingCommand {
        command: Command::from_parts(name, application)?,
        by: known("command's decider", by)?,
        stage: known("command's stage", stage.and_then(CommandStage::named))?,
        wanted_at: known("command's time", wanted_at)?,
        sent_at,
        sends: known("command's count", sends)?,
        acknowledged_at,
    }))
}
