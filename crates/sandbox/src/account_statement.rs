//! Account statements straight from the customer's bank (direct guide 2.05, Account Statements).

use url::form_urlencoded;
use uuid::Uuid;

use crate::{
    answer::{Answer, Node},
    application::{CreditApplication, DecisionStatus, IncomeProof, course},
    bank::Bank,
    contact::is_web_url,
    dialect::Dialect,
    document::{Document, Refusals},
    error::Refusal,
    session::CustomerError,
};

/// A bank that tells about its customers' accounts. The selection "is subject to change"; these are invented.
pub(crate) struct StatementBank {
    pub(crate) id: u32,
    pub(crate) name: &'static str,
}

/// The first identifier is that of the guide's sample.
pub(crate) const BANKS: [StatementBank; 3] = [
    StatementBank {
        id: 24,
        name: "Harbour Bank",
    },
    StatementBank {
        id: 25,
        name: "Northern Savings",
    },
    StatementBank {
        id: 31,
        name: "Meadow Credit Union",
    },
];

/// The locales of the later pages, and that of the guide's sample.
const LOCALES: [&str; 7] = ["et", "lv", "lt", "pl", "cz", "ru", "en"];

/// A retrieval that was begun.
#[derive(Clone, Debug)]
pub(crate) struct Retrieval {
    pub(crate) application: Uuid,
    pub(crate) bank: &'static str,
    pub(crate) return_url: String,
    /// Whether the customer has been there and gone back.
    pub(crate) ended: bool,
}

impl CreditApplication {
    /// The type of proof holds in every region, although only Estonia prints it.
    fn takes_statements(&self) -> bool {
        self.superseded_by.is_none()
            && !self.cancelled
            && self.decision == DecisionStatus::IncomeProofRequired
            && self.income_proof == Some(IncomeProof::BankOrUpload)
    }
}

impl Bank {
    /// `GET /account_statements/bank_list`: the guide has the application in the path, in the query and nowhere; all three are taken.
    ///
    /// The names of the fields are nowhere printed ("name, ID and icon URL"); chosen: `id`, `name`, `icon_url`, and the identifier as a
    /// number, as the sample of the next request sends it.
    pub(crate) fn list_banks(
        &self,
        dialect: Dialect,
        id: &str,
        query: &str,
    ) -> Result<Answer, Refusal> {
        let name = dialect.spell("application_uuid");
        let in_query = form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| *key == name)
            .map(|(_, id)| id);
        let id = if id.is_empty() {
            in_query
        } else {
            Some(id.into())
        };
        if let Some(id) = id {
            self.find_application(&id)?;
        }
        let bank = |bank: &StatementBank| {
            Node::object([
                ("id", Node::Whole(bank.id)),
                ("name", bank.name.into()),
                (
                    "icon_url",
                    format!("{}/bank-icon/{}", self.base_url, bank.id).into(),
                ),
            ])
        };
        let banks = BANKS.iter().map(bank).collect();
        let node = Node::object([("bank_list", Node::List(banks))]);
        Ok(Answer::ok(&node, dialect))
    }

    /// `POST /account_statements/initiate_retrieval`: while a proof at the bank is asked for, or the contract waits for verification.
    pub(crate) fn initiate_retrieval(
        &mut self,
        dialect: Dialect,
        body: &str,
    ) -> Result<Answer, Refusal> {
        let refusals = &mut Refusals::default();
        let mut document = Document::parse(body, dialect)
            .ok_or_else(|| Refusal::invalid("request_body_is_not_valid"))?;
        let application = document.required_text("application_uuid", refusals);
        let return_url = document.required_text("return_url", refusals);
        refusals.check(
            return_url
                .as_deref()
                .is_none_or(|url| url.trim().is_empty() || is_web_url(url)),
            "return_url_is_not_valid",
        );
        let bank_id = document.required_whole("bank_id", refusals);
        let bank = bank_id.and_then(|id| BANKS.iter().find(|bank| bank.id == id));
        refusals.check(
            bank_id.is_none() || bank.is_some(),
            "bank_id_does_not_have_a_valid_value",
        );
        let locale = document.required_text("locale", refusals);
        refusals.check(
            locale
                .as_deref()
                .is_none_or(|locale| locale.trim().is_empty() || LOCALES.contains(&locale)),
            "locale_does_not_have_a_valid_value",
        );
        document.finish(refusals);
        let read = application.zip(return_url).zip(bank);
        let ((application, return_url), bank) = std::mem::take(refusals).accept(read)?;

        let application = self.find_application(&application)?;
        let for_contract = application
            .contract
            .is_some_and(|contract| self.awaits_verification(contract));
        if !application.takes_statements() && !for_contract {
            return Err(Refusal::invalid("can_not_initiate_retrieval"));
        }
        let retrieval = Retrieval {
            application: application.id,
            bank: bank.name,
            return_url,
            ended: false,
        };
        let id = self.identifiers.next();
        self.direct.retrievals.insert(id, retrieval);
        let node = Node::object([
            ("retrieval_id", id.to_string().into()),
            (
                "redirect_url",
                format!("{}/account-statement/{id}", self.base_url).into(),
            ),
        ]);
        Ok(Answer::created(&node, dialect))
    }

    /// The customer's bank has told about the account: the application is decided anew, or the contract goes on.
    pub(crate) fn statement_shared(&mut self, id: Uuid) -> Result<(), CustomerError> {
        let application = self.application(id).ok_or(CustomerError::NoApplication)?;
        let waiting = application
            .contract
            .filter(|&contract| self.awaits_verification(contract));
        if !application.takes_statements() && waiting.is_none() {
            return Err(CustomerError::WrongState);
        }
        let next = course(application.amount).after_statement;
        if let Some(application) = self.application_mut(id) {
            application.statement_shared = true;
        }
        match waiting {
            Some(contract) => self.customer_verified(contract),
            None => self.decide_again(id, next),
        }
        Ok(())
    }
}
