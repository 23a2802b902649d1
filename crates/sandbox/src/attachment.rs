//! Files that prove an income (direct guide 2.05, Attachments).

mod multipart;

use serde::Serialize;

use self::multipart::Part;
use crate::{
    answer::{Answer, Node},
    application::{CreditApplication, DecisionStatus, NOT_FOUND, Outcome},
    bank::Bank,
    dialect::Dialect,
    error::Refusal,
};

/// A file that was uploaded. Its content is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Attachment {
    /// The name the partner has given it.
    pub file_name: String,
    /// Its length in bytes.
    pub size: usize,
    /// The type it was sent under, if any.
    pub content_type: Option<String>,
}

impl CreditApplication {
    /// A file is taken while any proof is asked for: it is the other way next to a bank, too.
    fn takes_attachments(&self) -> bool {
        self.is_open() && self.decision == DecisionStatus::IncomeProofRequired
    }
}

impl Bank {
    /// `POST /applications/{id}/attachments`.
    ///
    /// The guide's curl sends JSON, its text asks for form-data; chosen: form-data alone. The fields are named the same in both versions.
    /// Guides silent on limits and on empty files; chosen: both are taken, up to 64 MiB a request. Guides silent on the answer;
    /// chosen: 201 and the names. A request without a file, a type or a description is refused.
    pub(crate) fn attach(
        &mut self,
        dialect: Dialect,
        id: &str,
        content_type: Option<&str>,
        body: &[u8],
    ) -> Result<Answer, Refusal> {
        let boundary = content_type
            .and_then(multipart::boundary)
            .ok_or_else(|| Refusal::invalid("content_type_is_not_valid"))?;
        let id = self.find_application(id)?.id;
        let parts = multipart::parts(body, &boundary)
            .ok_or_else(|| Refusal::invalid("request_body_is_not_valid"))?;
        let files = read(&parts)?;
        let application = self.application_mut(id).ok_or(NOT_FOUND)?;
        if !application.takes_attachments() {
            return Err(Refusal::invalid("can_not_add_attachments"));
        }
        let names = files
            .iter()
            .map(|file| Node::object([("file_name", file.file_name.as_str().into())]));
        let node = Node::object([("attachments", Node::List(names.collect()))]);
        application.attachments.extend(files);
        self.decide_again(id, Outcome::Positive);
        Ok(Answer::created(&node, dialect))
    }
}

fn read(parts: &[Part<'_>]) -> Result<Vec<Attachment>, Refusal> {
    let mut codes = Vec::new();
    let files: Option<Vec<Attachment>> = parts
        .iter()
        .filter(|part| part.name == "attachments[]")
        .map(|part| {
            Some(Attachment {
                file_name: part.file_name.clone()?,
                size: part.content.len(),
                content_type: part.content_type.clone(),
            })
        })
        .collect();
    match &files {
        None => codes.push("attachments_is_not_valid"),
        Some(files) if files.is_empty() => codes.push("attachments_is_missing"),
        Some(_) => {}
    }
    let text = |name: &str| {
        let part = parts.iter().find(|part| part.name == name)?;
        std::str::from_utf8(part.content).ok().map(str::trim)
    };
    match text("type") {
        None => codes.push("type_is_missing"),
        Some("") => codes.push("type_is_empty"),
        Some("income_proof_document") => {}
        Some(_) => codes.push("type_does_not_have_a_valid_value"),
    }
    // Required by the later pages.
    match text("description") {
        None => codes.push("description_is_missing"),
        Some("") => codes.push("description_is_empty"),
        Some(_) => {}
    }
    match files {
        Some(files) if codes.is_empty() => Ok(files),
        _ => Err(Refusal::Invalid(
            codes.into_iter().map(str::to_owned).collect(),
        )),
    }
}
