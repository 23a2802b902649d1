//! Between values and columns: texts, 64-bit numbers and bytes, which both engines have.

use inbank_domain::{
    ApplicationId, ContractId, Event, Financing, FinancingEvent, FinancingId, Intent, Occurrence,
    OrderReference, ProductCode, ProductFamily, SessionId, ShopName, WebAddress,
};
use inbank_ports::{Entry, ReceivedCallback, Subject};
use serde::Serialize;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use time::OffsetDateTime;

use crate::failure::Failure;

/// The columns of `inbank_financing` that [`Row::read`] reads.
pub(crate) const COLUMNS: &str = "shop, id, order_reference, attempt, product, family, state, merchant_approval, session, \
     application, contract, redirect_url, intent, intent_application, anomaly, opened_at, answer_by, roused_at, failures, \
     asked, version, leased_until, lease, roused, events, delivered";

/// A financing with what the ledger alone knows of it.
pub(crate) struct Row {
    pub(crate) entry: Entry,
    pub(crate) leased_until: Option<i64>,
    pub(crate) lease: u64,
    pub(crate) roused: u64,
    pub(crate) events: u64,
    pub(crate) delivered: u64,
}

impl Row {
    pub(crate) fn read(row: &AnyRow) -> Result<Self, Failure> {
        let mut financing = Financing::new(
            FinancingId::parse(text(row, "id")?)?,
            OrderReference::parse(text(row, "order_reference")?)?,
            ProductFamily::from(row.try_get::<&str, _>("family")?),
        );
        financing.state = row.try_get::<&str, _>("state")?.parse()?;
        financing.merchant_approval = row.try_get::<i64, _>("merchant_approval")? != 0;
        financing.session = optional(row, "session")?
            .map(SessionId::parse)
            .transpose()?;
        financing.application = application(row, "application")?;
        financing.contract = optional(row, "contract")?
            .map(ContractId::parse)
            .transpose()?;
        let mut entry = Entry::new(
            ShopName::parse(text(row, "shop")?)?,
            small(row, "attempt")?,
            ProductCode::parse(text(row, "product")?)?,
            financing,
            moment(row, "opened_at")?,
            moment(row, "answer_by")?,
        );
        entry.asked = row.try_get::<i64, _>("asked")? != 0;
        let redirect = optional(row, "redirect_url")?;
        let redirect = redirect.map(|url| WebAddress::parse(&url));
        entry.redirect_url = redirect.transpose()?;
        if let Some(name) = optional(row, "intent")? {
            let application = application(row, "intent_application")?;
            entry.intent = Some(Intent::from_parts(&name, application)?);
        }
        entry.anomaly = optional(row, "anomaly")?;
        entry.roused_at = moment(row, "roused_at")?;
        entry.failures = small(row, "failures")?;
        entry.version = count(row, "version")?;
        Ok(Self {
            entry,
            leased_until: row.try_get("leased_until")?,
            lease: count(row, "lease")?,
            roused: count(row, "roused")?,
            events: count(row, "events")?,
            delivered: count(row, "delivered")?,
        })
    }

    pub(crate) fn key(&self) -> Key<'_> {
        Key {
            shop: self.entry.shop.as_str(),
            id: self.entry.financing.id.as_str(),
            n: self.delivered,
        }
    }
}

/// Names a financing in a JSON parameter, with a number.
#[derive(Serialize)]
pub(crate) struct Key<'a> {
    pub(crate) shop: &'a str,
    pub(crate) id: &'a str,
    pub(crate) n: u64,
}

pub(crate) fn event(row: &AnyRow, entry: &Entry) -> Result<FinancingEvent, Failure> {
    let detail = optional(row, "detail")?;
    let occurrence = match (row.try_get::<&str, _>("name")?, detail) {
        ("anomaly", Some(what)) => Occurrence::Anomaly(what),
        (name, _) => Occurrence::Moved(Event::named(name).ok_or_else(|| {
            Failure::unreadable("an event has a name that this version doesn't know")
        })?),
    };
    Ok(FinancingEvent::new(
        entry.shop.clone(),
        entry.financing.id.clone(),
        entry.financing.order.clone(),
        entry.attempt,
        count(row, "number")?,
        occurrence,
        moment(row, "occurred_at")?,
    ))
}

pub(crate) fn callback(row: &AnyRow) -> Result<ReceivedCallback, Failure> {
    Ok(ReceivedCallback {
        shop: ShopName::parse(text(row, "shop")?)?,
        financing: FinancingId::parse(text(row, "financing")?)?,
        key: text(row, "key")?,
        subject: subject(row)?,
        body: row.try_get("body")?,
        received_at: moment(row, "received_at")?,
    })
}

pub(crate) fn subject(row: &AnyRow) -> Result<Subject, Failure> {
    let id = text(row, "subject")?;
    match row.try_get("subject_kind")? {
        "application" => Ok(Subject::Application(ApplicationId::parse(id)?)),
        "session" => Ok(Subject::Session(SessionId::parse(id)?)),
        _ => Err(Failure::unreadable(
            "a callback is about something that this version doesn't know",
        )),
    }
}

/// The two columns of what a callback is about.
pub(crate) fn subject_parts(subject: &Subject) -> (&'static str, &str) {
    match subject {
        Subject::Application(id) => ("application", id.as_str()),
        Subject::Session(id) => ("session", id.as_str()),
    }
}

pub(crate) fn micros(moment: OffsetDateTime) -> i64 {
    let micros = moment.unix_timestamp_nanos().div_euclid(1000);
    // A year has at most four digits, which is far from either end.
    i64::try_from(micros).unwrap_or(i64::MAX)
}

pub(crate) fn moment(row: &AnyRow, column: &str) -> Result<OffsetDateTime, Failure> {
    let micros: i64 = row.try_get(column)?;
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000)
        .map_err(|_| Failure::unreadable("a stored time is outside of the years that there are"))
}

fn application(row: &AnyRow, column: &str) -> Result<Option<ApplicationId>, Failure> {
    Ok(optional(row, column)?
        .map(ApplicationId::parse)
        .transpose()?)
}

fn text(row: &AnyRow, column: &str) -> Result<String, Failure> {
    Ok(row.try_get(column)?)
}

fn optional(row: &AnyRow, column: &str) -> Result<Option<String>, Failure> {
    Ok(row.try_get(column)?)
}

fn count(row: &AnyRow, column: &str) -> Result<u64, Failure> {
    Ok(row.try_get::<i64, _>(column)?.cast_unsigned())
}

fn small(row: &AnyRow, column: &str) -> Result<u32, Failure> {
    u32::try_from(row.try_get::<i64, _>(column)?)
        .map_err(|_| Failure::unreadable("a stored number is larger than any that was written"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_year_of_four_digits_fits_in_microseconds() {
        for date in [time::Date::MIN, time::Date::MAX] {
            let moment = date.midnight().assume_utc();
            let back = i128::from(micros(moment)) * 1000;
            assert_eq!(OffsetDateTime::from_unix_timestamp_nanos(back), Ok(moment));
        }
    }
}
