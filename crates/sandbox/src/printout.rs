//! The contract as a document to read (direct guide 1.02 for Poland, Printouts).

use time::OffsetDateTime;
use url::form_urlencoded;
use uuid::Uuid;

use crate::{
    answer::{Answer, Node},
    bank::Bank,
    dialect::Dialect,
    error::Refusal,
};

/// A printout of a contract.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printout {
    id: Uuid,
    pub(crate) contract: Uuid,
    pub(crate) made_at: OffsetDateTime,
}

impl Bank {
    /// `GET /contracts/{id}/printouts?force_regeneration=…`: the latest printout, or a new one when there is none or it is forced.
    ///
    /// The guide's link points to a file; here it is a page. Older links go on to work.
    pub(crate) fn show_printout(
        &mut self,
        dialect: Dialect,
        id: &str,
        query: &str,
    ) -> Result<Answer, Refusal> {
        let contract = self.find_direct_contract(id)?.0.id;
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
        let kept = self
            .direct
            .printouts
            .values()
            .filter(|printout| printout.contract == contract)
            .max_by_key(|printout| printout.made_at)
            .filter(|_| !force)
            .copied();
        let printout = kept.unwrap_or_else(|| Printout {
            id: self.identifiers.next(),
            contract,
            made_at: self.now(),
        });
        self.direct.printouts.insert(printout.id, printout);
        let node = Node::object([
            ("uuid", printout.id.to_string().into()),
            (
                "link",
                format!("{}/printout/{}", self.base_url, printout.id).into(),
            ),
        ]);
        Ok(Answer::ok(&node, dialect))
    }
}
