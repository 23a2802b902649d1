use inbank_domain::{ApplicationId, AttemptId, SessionId, ShopName};
use inbank_ports::{ReceivedCallback, Subject};

use super::{Columns, Cursor, known};
use crate::failure::Failure;

/// What [`callback`] reads.
pub(crate) const CALLBACK_COLUMNS: &str =
    "c.key, c.attempt, c.subject_kind, c.subject, c.status, c.content, c.received_at";

pub(crate) fn callback<R: Columns>(
    shop: &ShopName,
    row: &mut Cursor<'_, R>,
) -> Result<ReceivedCallback, Failure> {
    Ok(ReceivedCallback {
        shop: shop.clone(),
        key: row.text()?.to_owned(),
        attempt: row.parsed(AttemptId::parse)?,
        subject: subject(row.maybe_text()?, row.maybe_text()?)?,
        status: row.text()?.to_owned(),
        content: row.bytes()?,
        received_at: row.moment()?,
    })
}

fn subject(kind: Option<&str>, id: Option<&str>) -> Result<Option<Subject>, Failure> {
    Ok(match (kind, id) {
        (None, None) => None,
        (Some("application"), Some(id)) => Some(Subject::Application(ApplicationId::parse(id)?)),
        (Some("session"), Some(id)) => Some(Subject::Session(SessionId::parse(id)?)),
        _ => known("callback's subject", None)?,
    })
}

/// The two columns of what a callback is about.
/// [`ReceivedCallback::may_be_about`], reversed, of an attempt `a` and a subject in these two places.
pub(crate) fn foreign(kind: &str, subject: &str) -> String {
    format!(
        "coalesce(({kind} = 'application') <> (a.kind = 'application') OR ({kind} = 'session' AND a.session <> {subject}), false)"
    )
}

pub(crate) fn subject_parts(subject: Option<&Subject>) -> (Option<&'static str>, Option<&str>) {
    match subject {
        None => (None, None),
        Some(Subject::Application(id)) => (Some("application"), Some(id.as_str())),
        Some(Subject::Session(id)) => (Some("session"), Some(id.as_str())),
    }
}
