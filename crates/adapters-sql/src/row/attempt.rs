use inbank_domain::{
    ApplicationId, Attempt, AttemptId, AttemptKind, ContractId, Fingerprint, Months, Opening,
    ProductCode, ProductFamily, SessionId, Terms, WebAddress,
};

use super::command::{command, command_values};
use super::{Column, Columns, Cursor, Kind, Value, known};
use crate::failure::Failure;

const N: Kind = Kind::Number;
const T: Kind = Kind::Text;

/// The columns of an attempt after those that name its order, in the order in which they are written and read.
pub(crate) static ATTEMPT_COLUMNS: [Column; 42] = [
    ("number", N),
    ("id", T),
    ("kind", T),
    ("product", T),
    ("family", T),
    ("amount", T),
    ("currency", T),
    ("period", N),
    ("fingerprint", T),
    ("merchant_approval", N),
    ("application_signature", N),
    ("state", T),
    ("opening", T),
    ("opening_until", N),
    ("session", T),
    ("application", T),
    ("contract", T),
    ("redirect_url", T),
    ("superseded", N),
    ("bound", N),
    ("signed", N),
    ("cancel_refused", N),
    ("told_not_paid", N),
    ("command", T),
    ("command_application", T),
    ("command_by", T),
    ("command_stage", T),
    ("command_wanted_at", N),
    ("command_sent_at", N),
    ("command_sends", N),
    ("command_acknowledged_at", N),
    ("other_amount", T),
    ("other_currency", T),
    ("anomaly", T),
    ("proofs_asked", N),
    ("proof_callbacks", N),
    ("opened_at", N),
    ("answer_by", N),
    ("news_at", N),
    ("refresh_at", N),
    ("missing_since", N),
    ("unreadable_since", N),
];

/// All but its number and its id.
pub(crate) fn attempt_columns_that_change() -> &'static [Column] {
    ATTEMPT_COLUMNS.split_at(2).1
}

/// What [`ATTEMPT_COLUMNS`] are given.
pub(crate) fn attempt_values(attempt: &Attempt) -> [Value<'_>; 42] {
    let terms = &attempt.terms;
    let [amount, currency] = Value::money(terms.amount);
    let [other_amount, other_currency] = Value::money(attempt.other_amount);
    let (opening, until) = match attempt.opening {
        Opening::NotSent => ("not_sent", None),
        Opening::Sent(until) => ("sent", Some(until)),
        Opening::Unclear => ("unclear", None),
        Opening::Answered => ("answered", None),
    };
    let [
        command,
        accepted,
        by,
        stage,
        wanted,
        sent,
        sends,
        acknowledged,
    ] = command_values(attempt.command.as_ref());
    [
        Value::number(attempt.number),
        Value::text(attempt.id.as_str()),
        Value::text(terms.kind.as_str()),
        Value::text(terms.product.as_str()),
        Value::text(terms.family.as_str()),
        amount,
        currency,
        Value::Number(terms.period.map(|period| i64::from(period.get()))),
        Value::text(terms.fingerprint.as_str()),
        Value::number(terms.merchant_approval),
        Value::number(terms.application_signature),
        Value::text(attempt.state.as_str()),
        Value::text(opening),
        Value::maybe_moment(until),
        Value::maybe_text(attempt.session.as_ref().map(SessionId::as_str)),
        Value::maybe_text(attempt.application.as_ref().map(ApplicationId::as_str)),
        Value::maybe_text(attempt.contract.as_ref().map(ContractId::as_str)),
        Value::maybe_text(attempt.redirect_url.as_ref().map(WebAddress::as_str)),
        Value::number(attempt.superseded),
        Value::number(attempt.bound),
        Value::number(attempt.signed),
        Value::number(attempt.cancel_refused),
        Value::number(attempt.told_not_paid),
        command,
        accepted,
        by,
        stage,
        wanted,
        sent,
        sends,
        acknowledged,
        other_amount,
        other_currency,
        Value::maybe_text(attempt.anomaly.as_deref()),
        Value::number(attempt.proofs_asked),
        Value::number(attempt.proof_callbacks),
        Value::moment(attempt.opened_at),
        Value::moment(attempt.answer_by),
        Value::moment(attempt.news_at),
        Value::maybe_moment(attempt.refresh_at),
        Value::maybe_moment(attempt.missing_since),
        Value::maybe_moment(attempt.unreadable_since),
    ]
}

/// Reads [`ATTEMPT_COLUMNS`] from the second on; the first says whether there is an attempt in the row at all.
pub(super) fn attempt<R: Columns>(
    number: i64,
    row: &mut Cursor<'_, R>,
) -> Result<Attempt, Failure> {
    Ok(Attempt {
        number: known("attempt's number", u32::try_from(number).ok())?,
        id: row.parsed(AttemptId::parse)?,
        terms: Terms {
            kind: known("attempt's kind", AttemptKind::named(row.text()?))?,
            product: row.parsed(ProductCode::parse)?,
            family: ProductFamily::from(row.text()?),
            amount: row.money()?,
            period: row.maybe_number()?.map(months).transpose()?,
            fingerprint: row.parsed(Fingerprint::parse)?,
            merchant_approval: row.flag()?,
            application_signature: row.flag()?,
        },
        state: row.text()?.parse()?,
        opening: opening(row)?,
        session: row.maybe_parsed(SessionId::parse)?,
        application: row.maybe_parsed(ApplicationId::parse)?,
        contract: row.maybe_parsed(ContractId::parse)?,
        redirect_url: row.maybe_parsed(|url| WebAddress::parse(&url))?,
        superseded: row.flag()?,
        bound: row.flag()?,
        signed: row.flag()?,
        cancel_refused: row.flag()?,
        told_not_paid: row.flag()?,
        command: command(row)?,
        settled: Vec::new(),
        other_amount: row.money()?,
        anomaly: row.maybe_text()?.map(str::to_owned),
        proofs_asked: row.small()?,
        proof_callbacks: row.small()?,
        opened_at: row.moment()?,
        answer_by: row.moment()?,
        news_at: row.moment()?,
        refresh_at: row.maybe_moment()?,
        missing_since: row.maybe_moment()?,
        unreadable_since: row.maybe_moment()?,
    })
}

fn months(number: i64) -> Result<Months, Failure> {
    let number = known("period", u16::try_from(number).ok())?;
    Ok(Months::new(number)?)
}

fn opening<R: Columns>(row: &mut Cursor<'_, R>) -> Result<Opening, Failure> {
    let (name, until) = (row.text()?, row.maybe_moment()?);
    let opening = match (name, until) {
        ("not_sent", None) => Some(Opening::NotSent),
        ("sent", Some(until)) => Some(Opening::Sent(until)),
        ("unclear", None) => Some(Opening::Unclear),
        ("answered", None) => Some(Opening::Answered),
        _ => None,
    };
    known("attempt's opening", opening)
}
