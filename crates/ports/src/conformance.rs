//! What every implementation of the ports must do, one small case per MUST.
//!
//! An implementation provides a [`Bank`] and runs every case that [`cases`] has for its region, each
//! against a fresh one.
//! A case panics where the implementation is wrong. A case that is written and not listed does not
//! compile quietly: the compiler calls it dead code.
#![expect(
    clippy::unwrap_used,
    reason = "a case is a test: panicking is how it fails"
)]

mod application;
mod calculation;
mod callback;
mod connection;
mod contract;
mod income_proof;
pub mod ledger;
mod product;
mod rental;
mod session;
mod signing;

use std::pin::Pin;

use async_trait::async_trait;
use inbank_domain::{
    ApplicationId, ApplicationRequest, AssetIdentifiers, ConfirmationCode, Contact, ContractId,
    Currency, Customer, DecisionStatus, Email, IdentityCode, Locale, ModelIdentifier, Money,
    Months, OpenedSession, OrderReference, PartnerUrls, PhoneNumber, ProductCode, Purchase, Region,
    SessionId, SessionRequest, SessionStatus, SigningMethod, WebAddress,
};

use crate::{
    Applications, Calculator, CallbackAuthenticator, Connection, Contracts, IncomeProof,
    ProductCatalogue, Rentals, Sessions, Signing,
};

/// An implementation under test, with the bank behind it: the ports, and what the cases need to
/// bring about.
#[async_trait]
pub trait Bank: Send + Sync {
    /// The region that it is in.
    fn region(&self) -> Region;
    /// The port under test.
    fn connection(&self) -> &dyn Connection;
    /// The port under test.
    fn products(&self) -> &dyn ProductCatalogue;
    /// The port under test.
    fn calculator(&self) -> &dyn Calculator;
    /// The port under test.
    fn sessions(&self) -> &dyn Sessions;
    /// The port under test.
    fn contracts(&self) -> &dyn Contracts;
    /// The port under test.
    fn applications(&self) -> &dyn Applications;
    /// The port under test.
    fn income_proof(&self) -> &dyn IncomeProof;
    /// The port under test.
    fn signing(&self) -> &dyn Signing;
    /// The port under test.
    fn rentals(&self) -> &dyn Rentals;
    /// The port under test.
    fn callbacks(&self) -> &dyn CallbackAuthenticator;

    /// A hire purchase product, with or without the merchant's approval.
    fn product_code(&self, approval: Approval) -> ProductCode;
    /// A product, without the merchant's approval, whose contracts can be signed so, and a period
    /// that it has.
    fn product_signed_by(&self, method: &SigningMethod) -> (ProductCode, Months);
    /// A product by which devices are rented.
    fn rental_product(&self) -> ProductCode;
    /// A phone that the bank knows: insurance is the customer's choice, and both its IMEI and its
    /// serial number are asked for.
    fn rented_model(&self) -> ModelIdentifier;
    /// The price of such a phone, without VAT, at which it is granted.
    fn rental_price(&self) -> Money;
    /// The code that the customer gets by text message.
    fn confirmation_code(&self) -> ConfirmationCode;
    /// A total that is financed.
    fn granted_total(&self) -> Money;
    /// A total that is declined.
    fn declined_total(&self) -> Money;
    /// A period that both products have.
    fn period(&self) -> Months;
    /// Where the bank may send callbacks and browsers.
    fn callback_url(&self) -> WebAddress;

    /// The customer goes through the dialog to its end.
    async fn customer_applies(&self, id: &SessionId);
    /// The customer gives up in the dialog.
    async fn customer_cancels(&self, id: &SessionId);
    /// The session's time runs out.
    async fn session_expires(&self, id: &SessionId);
    /// The next write happens at the bank, and its answer is lost.
    async fn lose_next_answer(&self);
    /// The bank decides so about an application. Proof of income may then be had from a bank.
    async fn application_decided(&self, id: &ApplicationId, decision: DecisionStatus);
    /// The bank offers other conditions than were applied for.
    async fn conditions_changed(&self, id: &ApplicationId);
    /// How many applications the bank has.
    async fn application_count(&self) -> usize;
    /// The names and sizes of the files that came for an application.
    async fn files(&self, id: &ApplicationId) -> Vec<(String, usize)>;
    /// What the bank was told about the device of a rental.
    async fn assigned(&self, id: &ContractId) -> AssetIdentifiers;
    /// How many sessions the bank has.
    async fn session_count(&self) -> usize;
    /// The body of every callback sent so far, oldest first, once all have left.
    async fn callbacks_sent(&self) -> Vec<Vec<u8>>;
}

/// Whether a product's contracts wait for the merchant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Approval {
    /// They are activated at once.
    NotNeeded,
    /// They wait.
    Needed,
}

/// Where a case says something: elsewhere it could not fail, and is not listed.
#[derive(Clone, Copy)]
enum Place {
    Everywhere,
    /// Where devices are rented.
    Rents,
    /// Where they are not.
    DoesNotRent,
}

impl Place {
    const fn includes(self, rents: bool) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Rents => rents,
            Self::DoesNotRent => !rents,
        }
    }
}

type Running<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// One MUST.
#[derive(Clone, Copy)]
pub struct Case {
    /// Its name, as the ports' docs cite it.
    pub name: &'static str,
    place: Place,
    run: for<'a> fn(&'a dyn Bank) -> Running<'a>,
}

impl Case {
    /// Runs it.
    ///
    /// # Panics
    /// When the implementation is wrong.
    pub async fn run(&self, bank: &dyn Bank) {
        (self.run)(bank).await;
    }
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

macro_rules! cases {
    ($($place:ident { $($module:ident :: $name:ident,)+ })+) => {
        &[$($(Case {
            name: stringify!($name),
            place: Place::$place,
            run: |bank| Box::pin($module::$name(bank)),
        },)+)+]
    };
}

/// Every case that says something in a region.
pub fn cases(region: &Region) -> impl Iterator<Item = &'static Case> + use<> {
    let rents = region.smart_rent;
    ALL.iter().filter(move |case| case.place.includes(rents))
}

const ALL: &[Case] = cases![
    Everywhere {
        connection::ping_is_answered,
        product::product_keeps_its_code,
        product::unknown_product_is_not_found,
        calculation::calculation_is_about_what_was_asked,
        calculation::schedule_adds_up,
        calculation::calculation_in_another_currency_is_invalid,
        calculation::calculation_for_an_unknown_product_is_refused,
        session::opened_session_is_pending,
        session::opening_twice_opens_two_sessions,
        session::session_keeps_the_order_reference,
        session::session_in_another_currency_is_invalid,
        session::session_for_an_unknown_product_is_refused,
        session::unknown_session_is_not_found,
        session::declined_session_says_so,
        session::cancelled_session_says_so,
        session::expired_session_says_so_without_a_callback,
        session::lost_answer_of_opening_is_an_unknown_outcome,
        contract::completed_session_has_an_active_contract,
        contract::granted_session_has_a_signed_contract,
        contract::approved_contract_is_activated,
        contract::approving_twice_is_refused,
        contract::cancelled_contract_is_cancelled,
        contract::active_contract_can_not_be_cancelled,
        contract::unknown_contract_is_not_found,
        contract::lost_answer_of_approval_is_an_unknown_outcome,
        contract::lost_answer_of_cancelling_is_an_unknown_outcome,
        application::submitted_application_can_be_read,
        application::application_in_another_currency_is_invalid,
        application::application_for_an_unknown_product_is_refused,
        application::unknown_application_is_not_found,
        application::positive_application_has_an_offer,
        application::changed_conditions_come_under_a_new_id,
        application::accepted_application_has_an_unsigned_contract,
        application::accepting_twice_is_refused,
        application::cancelled_application_says_so,
        application::lost_answer_of_submitting_is_an_unknown_outcome,
        application::lost_answer_of_accepting_is_an_unknown_outcome,
        application::application_callback_is_authentic,
        income_proof::statement_can_be_retrieved_from_a_listed_bank,
        income_proof::attached_files_arrive,
        income_proof::attaching_nothing_is_invalid,
        signing::printout_has_a_link,
        signing::digital_signature_activates,
        signing::sms_signature_activates_once_confirmed,
        signing::signing_twice_is_refused,
        signing::wrong_code_is_refused,
        signing::lost_answer_of_signing_is_an_unknown_outcome,
        signing::payment_link_wants_a_place_for_the_status,
        callback::callback_is_authentic,
        callback::altered_callback_is_refused,
        callback::doubled_field_is_refused,
        callback::padded_callback_is_the_same_callback,
        callback::each_callback_has_a_key_of_its_own,
        callback::kept_content_is_authentic,
    }
    Rents {
        rental::known_model_has_its_conditions,
        rental::unknown_model_is_not_found,
        rental::model_of_an_unknown_product_is_not_found,
        rental::rental_calculation_is_about_what_was_asked,
        rental::rental_calculation_against_the_conditions_is_refused,
        rental::rental_calculation_in_another_currency_is_invalid,
        rental::granted_rental_has_a_signed_contract,
        rental::assigned_identifiers_arrive,
        rental::assigning_nothing_is_invalid,
        rental::activated_rental_becomes_active,
        rental::unidentified_rental_can_not_be_activated,
        rental::activating_twice_is_refused,
        rental::active_rental_takes_no_identifiers,
        rental::unknown_rental_is_not_found,
        rental::lost_answer_of_assigning_is_an_unknown_outcome,
        rental::lost_answer_of_activating_is_an_unknown_outcome,
    }
    DoesNotRent {
        rental::renting_where_nothing_is_rented_is_unsupported,
    }
];

fn request(bank: &dyn Bank, approval: Approval, total: Money, reference: &str) -> SessionRequest {
    SessionRequest::new(
        &bank.region(),
        bank.product_code(approval),
        total,
        Locale::parse(bank.region().locales[0]).unwrap(),
        PartnerUrls {
            return_url: bank.callback_url(),
            cancel_url: bank.callback_url(),
            callback_url: bank.callback_url(),
        },
        Purchase::new(OrderReference::parse(reference).unwrap()),
    )
    .unwrap()
}

/// A session that was just opened.
async fn open(bank: &dyn Bank, approval: Approval, total: Money) -> OpenedSession {
    let request = request(bank, approval, total, "ORDER 1");
    bank.sessions().open(&request).await.unwrap()
}

/// The contract of a session in which the customer has signed.
async fn signed(bank: &dyn Bank, approval: Approval) -> (SessionId, ContractId) {
    let opened = open(bank, approval, bank.granted_total()).await;
    bank.customer_applies(&opened.id).await;
    let session = bank.sessions().session(&opened.id).await.unwrap();
    (opened.id, session.contract.unwrap())
}

async fn status(bank: &dyn Bank, id: &SessionId) -> SessionStatus {
    bank.sessions().session(id).await.unwrap().status
}

/// A currency that the region doesn't have.
fn foreign(money: Money) -> Money {
    let other = if money.currency() == Currency::CZK {
        Currency::EUR
    } else {
        Currency::CZK
    };
    Money::new(money.amount(), other)
}

/// An application of somebody whom the bank does not know yet.
fn application_for(
    bank: &dyn Bank,
    product: ProductCode,
    period: Months,
    amount: Money,
) -> ApplicationRequest {
    let region = bank.region();
    // The form itself, with another digit for each of its digits.
    let form = region.identity_codes.first().copied().unwrap_or("0");
    let customer = Customer {
        identity_code: Some(IdentityCode::parse(&region, &form.replace('0', "3")).unwrap()),
        first_name: Some("Mari".to_owned().into()),
        last_name: Some("Maasikas".to_owned().into()),
        gender: None,
    };
    let contact = Contact {
        email: Some(Email::parse("mari@example.com").unwrap()),
        mobile: Some(PhoneNumber::parse("+37253630000").unwrap()),
        phone: None,
    };
    let request = ApplicationRequest::new(&region, product, amount, period, customer, contact);
    let mut request = request.unwrap();
    request.callback_url = Some(bank.callback_url());
    request
}

fn application(bank: &dyn Bank) -> ApplicationRequest {
    let product = bank.product_code(Approval::NotNeeded);
    application_for(bank, product, bank.period(), bank.granted_total())
}

/// An application that was decided so.
async fn decided(bank: &dyn Bank, decision: DecisionStatus) -> ApplicationId {
    let request = application(bank);
    let id = bank.applications().submit(&request).await.unwrap().id;
    bank.application_decided(&id, decision).await;
    id
}

/// The contract of an application whose offer was just accepted.
async fn accepted(bank: &dyn Bank, request: &ApplicationRequest) -> ContractId {
    let id = bank.applications().submit(request).await.unwrap().id;
    bank.application_decided(&id, DecisionStatus::Positive)
        .await;
    bank.applications().accept(&id).await.unwrap()
}
