use std::fmt;

use inbank::ApiKey;
use serde::Serialize;
use time::OffsetDateTime;

use super::Sent;
use super::forwarding::Answer;
use crate::check::Check;
use crate::commands::callback::{self, Content};
use crate::exit::Failure;

/// A callback, what is to be said of it, and what came of passing it on.
#[derive(Serialize)]
pub(super) struct Heard {
    number: usize,
    sent_to: String,
    authentic: bool,
    #[serde(flatten)]
    content: Content,
    explanation: Vec<Check>,
    forwarded: Option<Answer>,
}

impl Heard {
    pub(super) fn new(
        sent: &Sent,
        keys: &[ApiKey],
        forwarded: Option<Answer>,
    ) -> Result<Self, Failure> {
        let body = sent.body.as_bytes();
        let judged = callback::authenticate(keys, body)?;
        Ok(Self {
            number: sent.number,
            sent_to: sent.url.clone(),
            authentic: judged.is_ok(),
            content: match judged.map(|signed| signed.callback) {
                Ok(Ok(callback)) => Content::about(callback),
                Ok(Err(error)) => Content::not(&error),
                Err(error) => Content::not(&error),
            },
            explanation: callback::explain(body, keys, OffsetDateTime::now_utc()),
            forwarded,
        })
    }
}

/// One line: what it says, the steps that passed and why the others did not, and the answer.
impl fmt::Display for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.content {
            Content::Application {
                kind, id, status, ..
            } => write!(f, "{kind} {status} {id}")?,
            Content::Session {
                id,
                status,
                order_reference,
                ..
            } => {
                write!(f, "session {status} {id}")?;
                if let Some(order) = order_reference {
                    write!(f, " order {order}")?;
                }
            }
            Content::Not { .. } if self.authentic => f.write_str("authentic, not understood")?,
            Content::Not { .. } => f.write_str("NOT AUTHENTIC")?,
        }
        for Check { name, ok, detail } in &self.explanation {
            if *ok {
                write!(f, "; {name} ok")?;
            } else {
                write!(f, "; {name} FAILED: {detail}")?;
            }
        }
        match &self.forwarded {
            None => Ok(()),
            Some(Answer {
                url,
                status: Some(status),
                ..
            }) => write!(f, "; {status} from {url}"),
            Some(Answer { url, error, .. }) => {
                let error = error.as_deref().unwrap_or("no answer");
                write!(f, "; NO ANSWER from {url}: {error}")
            }
        }
    }
}
