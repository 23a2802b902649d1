//! Rental contracts: their device, their activation, and the answer of version 3.

use uuid::Uuid;

use super::{AssetIdentifier, Rental, identifier};
use crate::{
    answer::{Answer, Name, Node, known},
    bank::Bank,
    clock::printed,
    contract::{Contract, ContractStatus},
    dialect::Dialect,
    error::Refusal,
    session::{CustomerError, Session},
};

impl Rental {
    /// Whether everything is known about the device that its model asks for.
    fn is_identified(&self) -> bool {
        self.model.asset_identifier_types.iter().all(|kind| {
            self.identifiers
                .iter()
                .any(|identifier| identifier.identifier_type == *kind)
        })
    }
}

/// Whether the merchant has still to say what is to become of it.
fn awaits_activation(contract: &Contract) -> bool {
    contract.status == ContractStatus::Signed && contract.taken.is_none()
}

impl Bank {
    /// The rental contract of a path, and its session.
    fn rental_contract(
        &self,
        id: &str,
        product: Option<&str>,
    ) -> Result<(&Contract, &Session), Refusal> {
        let contract = id
            .parse()
            .ok()
            .filter(|id| !self.forgotten.contains(id))
            .and_then(|id: Uuid| self.contracts.get(&id));
        let contract = contract.ok_or(Refusal::NoSuchPath)?;
        let session = contract.session().and_then(|id| self.session(id));
        session
            .filter(|session| session.rental.is_some())
            .filter(|session| product.is_none_or(|code| session.product_code == code))
            .map(|session| (contract, session))
            .ok_or(Refusal::NoSuchPath)
    }

    /// What the merchant has assigned to the device of a contract.
    pub(crate) fn asset_identifiers(&self, contract: Uuid) -> Option<Vec<AssetIdentifier>> {
        let session = self.contracts.get(&contract)?.session()?;
        let rental = self.session(session)?.rental.as_ref()?;
        Some(rental.identifiers.clone())
    }

    /// `PATCH /rental/products/{code}/contracts/{id}/asset-identifiers` (smart rent 3.04, Asset Identifier Assignment).
    ///
    /// Guides silent on when and how often; chosen: as long as the contract waits for the merchant, and the last one of a type counts.
    pub(crate) fn assign_identifiers(
        &mut self,
        product: &str,
        contract: &str,
        body: &str,
    ) -> Result<Answer, Refusal> {
        let product = self.rental_product(product)?;
        let (contract, session) = self.rental_contract(contract, Some(product))?;
        let waits = awaits_activation(contract);
        let id = session.id;
        let Some(rental) = &session.rental else {
            return Err(Refusal::NoSuchPath);
        };
        let identifiers = identifier::read(body, rental.model)?;
        if !waits {
            return Err(Refusal::rental(
                "CONTRACT_STATUS_NOT_ALLOWED",
                "identifiers are assigned to a contract that awaits activation",
            ));
        }
        if let Some(rental) = self
            .session_mut(id)
            .and_then(|session| session.rental.as_mut())
        {
            for identifier in identifiers {
                let kind = identifier.identifier_type;
                rental
                    .identifiers
                    .retain(|other| other.identifier_type != kind);
                rental.identifiers.push(identifier);
            }
        }
        Ok(Answer::no_content())
    }

    /// `POST /contracts/{id}/activation` in version 2, and under the rental product in version 3 (smart rent 3.04, Contract Activation).
    ///
    /// It "will trigger the contract activation process", at whose end a callback comes.
    ///
    /// Guides silent on the codes of a refusal; chosen: those of each version's pattern.
    pub(crate) fn activate_rental(
        &mut self,
        dialect: Dialect,
        product: Option<&str>,
        contract: &str,
    ) -> Result<Answer, Refusal> {
        let product = match product {
            Some(code) => Some(self.rental_product(code)?),
            None => None,
        };
        let found = self.rental_contract(contract, product);
        let (contract, session) = found.map_err(|refusal| match dialect {
            Dialect::V2 => Refusal::NotFound("contract_not_found"),
            Dialect::V3 => refusal,
        })?;
        let refuse = |v2: &str, v3, message| match dialect {
            Dialect::V2 => Refusal::invalid(v2),
            Dialect::V3 => Refusal::rental(v3, message),
        };
        if !awaits_activation(contract) {
            return Err(refuse(
                "can_not_activate",
                "CONTRACT_STATUS_NOT_ALLOWED",
                "the contract does not await activation",
            ));
        }
        if !session.rental.as_ref().is_some_and(Rental::is_identified) {
            return Err(refuse(
                "asset_identifiers_is_missing",
                "ASSET_IDENTIFIERS_MISSING",
                "the model asks for further identifiers of the device",
            ));
        }
        let id = contract.id;
        self.take_approval(id);
        Ok(Answer::no_content())
    }

    /// The merchant approves the contract in the Partner Portal, which asks for the device by itself: nothing needs to be assigned before.
    pub(crate) fn activate_in_portal(&mut self, contract: Uuid) -> Result<(), CustomerError> {
        let found = self.rental_contract(&contract.to_string(), None);
        let (found, _) = found.map_err(|_| CustomerError::NotFound)?;
        if !awaits_activation(found) {
            return Err(CustomerError::WrongState);
        }
        self.take_approval(contract);
        Ok(())
    }

    /// `GET /rental/products/{code}/contracts/{id}`: the later list of fields, which ends inside the schedule.
    pub(crate) fn show_rental_contract(
        &self,
        product: &str,
        contract: &str,
    ) -> Result<Answer, Refusal> {
        let product = self.rental_product(product)?;
        let (contract, session) = self.rental_contract(contract, Some(product))?;
        let Some(rental) = &session.rental else {
            return Err(Refusal::NoSuchPath);
        };
        let mut schedule: Vec<(Name, Node)> = rental.quote.monthly_fields().collect();
        schedule.extend(known([("period", Node::Whole(rental.period))]));
        let mut details: Vec<_> = rental.deduction_fields().collect();
        details.extend(rental.quote.total_fields());
        details.extend(known([
            ("insurance_used", Node::Bool(rental.insurance_used)),
            ("rental_schedule", Node::Object(schedule)),
        ]));
        let activated_at = contract.activated_at.map(printed);
        let node = Node::object([
            ("status", contract.status.name().into()),
            ("uuid", contract.id.to_string().into()),
            ("reference_number", contract.number.as_str().into()),
            ("activated_at", activated_at.clone().into()),
            (
                "activator_name",
                activated_at.map(|_| "Inbank sandbox").into(),
            ),
            ("product_code", product.into()),
            (
                "partner_approval_at",
                contract.partner_approval_at.map(printed).into(),
            ),
            ("customer_uuid", contract.customer_id.to_string().into()),
            ("details", Node::Object(details)),
        ]);
        Ok(Answer::ok(&node, Dialect::V3))
    }
}
