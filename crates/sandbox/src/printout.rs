//! The contract as a document to read (direct guide 1.02 for Poland, Printouts). The guides have it for contracts of applications; chosen:
//! for those from e-POS as well, which the later lists name in the same words, and so for its applications. A rental has no such path.

use time::OffsetDateTime;
use url::form_urlencoded;
use uuid::Uuid;

use crate::{
    answer::{Answer, Node},
    application::{CreditApplication, DecisionStatus},
    bank::Bank,
    contract::{Contract, NOT_FOUND},
    dialect::Dialect,
    error::Refusal,
};

/// What was printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Contract(Uuid),
    /// An application as it was sent.
    Application(Uuid),
    /// The offer that was made for an application.
    Offer(Uuid),
}

/// A printout.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printout {
    id: Uuid,
    pub(crate) subject: Subject,
    pub(crate) made_at: OffsetDateTime,
}

impl Bank {
    /// A contract that can be printed, and the application that it is of.
    pub(crate) fn printable(&self, id: &str) -> Result<(&Contract, CreditApplication), Refusal> {
        if let Ok((contract, application)) = self.find_direct_contract(id) {
            return Ok((contract, application.clone()));
        }
        let contract = self.find_contract(id)?;
        let application = contract
            .session()
            .filter(|_| !self.rents(contract))
            .and_then(|session| self.session_application(session));
        Ok((contract, application.ok_or(NOT_FOUND)?))
    }

    /// `GET /contracts/{id}/printouts?force_regeneration=…`: the latest printout, or a new one when there is none or it is forced.
    ///
    /// The guide's link points to a file; here it is a page. Older links go on to work.
    pub(crate) fn show_printout(
        &mut self,
        dialect: Dialect,
        id: &str,
        query: &str,
    ) -> Result<Answer, Refusal> {
        let contract = self.printable(id)?.0.id;
        let name = dialect.spell("force_regeneration");
        let force = form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| *key == name)
            .map_or("false".into(), |(_, force)| force);
        let force = match &*force {
            "true" => true,
            "false" => false,
            _ => {
                return Err(Refusal::invalid(
                    "force_regeneration_does_not_have_a_valid_value",
                ));
            }
        };
        Ok(Answer::ok(
            &self.printout(Subject::Contract(contract), force),
            dialect,
        ))
    }

    /// `GET /applications/{id}/printouts?type=…`: what was applied for, or what is offered, before it is accepted.
    ///
    /// Second-hand: in a public client alone, with the answer of a contract's. Without a type: the application. Chosen: there is an offer
    /// once the decision is positive.
    pub(crate) fn show_application_printout(
        &mut self,
        dialect: Dialect,
        id: &str,
        query: &str,
    ) -> Result<Answer, Refusal> {
        let application = self.readable_application(id)?;
        let (id, decision) = (application.id, application.decision);
        let asked = form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == "type")
            .map_or("application".into(), |(_, asked)| asked);
        let subject = match &*asked {
            "application" => Subject::Application(id),
            "offer" if decision == DecisionStatus::Positive => Subject::Offer(id),
            "offer" => return Err(Refusal::invalid("application_is_not_positive")),
            _ => return Err(Refusal::invalid("type_does_not_have_a_valid_value")),
        };
        // An offer may be another by now.
        Ok(Answer::ok(&self.printout(subject, true), dialect))
    }

    /// The latest printout, or a new one when there is none or it is forced.
    fn printout(&mut self, subject: Subject, force: bool) -> Node {
        let kept = self
            .direct
            .printouts
            .values()
            .filter(|printout| printout.subject == subject)
            .max_by_key(|printout| printout.made_at)
            .filter(|_| !force)
            .copied();
        let printout = kept.unwrap_or_else(|| Printout {
            id: self.identifiers.next(),
            subject,
            made_at: self.now(),
        });
        self.direct.printouts.insert(printout.id, printout);
        Node::object([
            ("uuid", printout.id.to_string().into()),
            (
                "link",
                format!("{}/printout/{}", self.base_url, printout.id).into(),
            ),
        ])
    }
}
