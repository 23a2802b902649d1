//! What every implementation of the ports must do, one small case per MUST.
//!
//! An implementation is put under test as a [`BankUnderTest`], and runs every case that [`cases`] has
//! for its ports, each against a fresh one. A port that its [`Bank`] leaves out is not asked for: no
//! case that needs it is listed.
//! A case panics where the implementation is wrong. A case that is written and not listed does not
//! compile quietly: the compiler calls it dead code.
#![expect(
    clippy::unwrap_used,
    reason = "a case is a test: panicking is how it fails"
)]

mod application;
pub mod audit;
mod calculation;
mod callback;
mod connection;
mod contract;
mod income_proof;
pub mod ledger;
mod offer;
mod product;
mod rental;
mod session;
mod signing;

use std::pin::Pin;

use async_trait::async_trait;
use inbank_app::Bank;
use inbank_domain::{
    ApplicationId, ApplicationRequest, AssetIdentifiers, ConfirmationCode, Contact, ContractId,
    Currency, Customer, DecisionStatus, Email, IdentityCode, Locale, ModelIdentifier, Money,
    Months, OpenedSession, OrderReference, PartnerUrls, PhoneNumber, ProductCode, Purchase, Region,
    SessionId, SessionRequest, SessionStatus, SigningMethod, WebAddress,
};
use inbank_ports::{
    Applications, Calculator, CallbackAuthenticator, CallbackError, Connection, Contracts, Headers,
    IncomeProof, Offers, ProductCatalogue, Rentals, Sessions, SignedCallback, Signing,
};

/// An implementation under test, with the bank behind it: the ports, and what the cases need to
/// bring about.
///
/// What has a default is needed by the cases of one port alone, and panics: a bank that has the port
/// and does not say how that is brought about fails those cases, and none passes by being skipped.
#[async_trait]
pub trait BankUnderTest: Send + Sync {
    /// The ports under test, as use cases hold them.
    fn ports(&self) -> &Bank;

    /// A product that is paid in instalments, with or without the merchant's approval. Products that
    /// need it are asked for only where there are [`Contracts`] or [`ProductCatalogue`].
    fn product_code(&self, approval: Approval) -> ProductCode;
    /// A total that is financed.
    fn granted_total(&self) -> Money;
    /// A total that is declined.
    fn declined_total(&self) -> Money;
    /// A period that both products have.
    fn period(&self) -> Months;
    /// Where the bank may send callbacks and browsers.
    fn callback_url(&self) -> WebAddress;

    /// So much time passes that everything is done that the bank has taken on: as long as the guides
    /// have it asked, or longer, but no session's life.
    async fn time_passes(&self);
    /// The next write happens at the bank, and its answer is lost.
    async fn lose_next_answer(&self);
    /// Every callback sent so far, oldest first, once all have left.
    async fn callbacks_sent(&self) -> Vec<SentCallback>;

    /// [`Sessions`]: the customer goes through the dialog to its end.
    async fn customer_applies(&self, id: &SessionId) {
        panic!("say how a customer applies in {id}");
    }
    /// [`Sessions`]: the customer gives up in the dialog.
    async fn customer_cancels(&self, id: &SessionId) {
        panic!("say how a customer gives {id} up");
    }
    /// [`Sessions`]: the session's time runs out.
    async fn session_expires(&self, id: &SessionId) {
        panic!("say how the time of {id} runs out");
    }
    /// [`Sessions`]: how many the bank has.
    async fn session_count(&self) -> usize {
        panic!("say how many sessions there are");
    }

    /// [`Applications`]: the bank decides so about one. Proof of income may then be had from a bank.
    async fn application_decided(&self, id: &ApplicationId, decision: DecisionStatus) {
        panic!("say how {id} is decided: {decision}");
    }
    /// [`Applications`]: the bank offers other conditions than were applied for.
    async fn conditions_changed(&self, id: &ApplicationId) {
        panic!("say how the conditions of {id} are changed");
    }
    /// [`Applications`]: how many the bank has.
    async fn application_count(&self) -> usize {
        panic!("say how many applications there are");
    }
    /// [`IncomeProof`]: the names and sizes of the files that came for an application.
    async fn files(&self, id: &ApplicationId) -> Vec<(String, usize)> {
        panic!("say which files came for {id}");
    }

    /// [`Signing`]: a product, without the merchant's approval, whose contracts can be signed so, and a
    /// period that it has.
    fn product_signed_by(&self, method: &SigningMethod) -> (ProductCode, Months) {
        panic!("say what can be signed by {method}");
    }
    /// [`Signing`]: a product whose applications are signed by text message before they are decided about,
    /// and a period that it has; none where there is no such product.
    fn product_with_signed_applications(&self) -> Option<(ProductCode, Months)> {
        None
    }
    /// [`Signing`]: the code that the customer gets by text message.
    fn confirmation_code(&self) -> ConfirmationCode {
        panic!("say which code confirms");
    }

    /// [`Rentals`]: a product by which devices are rented.
    fn rental_product(&self) -> ProductCode {
        panic!("say which product rents");
    }
    /// [`Rentals`]: a phone that the bank knows: insurance is the customer's choice, and both its IMEI
    /// and its serial number are asked for.
    fn rented_model(&self) -> ModelIdentifier {
        panic!("say which phone is rented");
    }
    /// [`Rentals`]: the price of such a phone, without VAT, at which it is granted.
    fn rental_price(&self) -> Money {
        panic!("say what a phone costs");
    }
    /// [`Rentals`]: what the bank was told about the device of a rental.
    async fn assigned(&self, id: &ContractId) -> AssetIdentifiers {
        panic!("say what device {id} has");
    }
}

/// A callback as it went over the wire.
#[derive(Clone, Debug, Default)]
pub struct SentCallback {
    /// The headers, as far as the signature stands in them: none where it stands in the body.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl SentCallback {
    /// One whose signature stands in the body.
    pub fn of_body(body: impl Into<Vec<u8>>) -> Self {
        Self {
            headers: Vec::new(),
            body: body.into(),
        }
    }

    fn with_body(&self, body: Vec<u8>) -> Self {
        Self {
            headers: self.headers.clone(),
            body,
        }
    }
}

/// What cases ask of a bank. That it has the port is why they are listed.
impl dyn BankUnderTest + '_ {
    fn region(&self) -> Region {
        self.ports().region.clone()
    }
    fn connection(&self) -> &dyn Connection {
        &**self.ports().connection.as_ref().unwrap()
    }
    fn products(&self) -> &dyn ProductCatalogue {
        &**self.ports().products.as_ref().unwrap()
    }
    fn calculator(&self) -> &dyn Calculator {
        &**self.ports().calculator.as_ref().unwrap()
    }
    fn sessions(&self) -> &dyn Sessions {
        &**self.ports().sessions.as_ref().unwrap()
    }
    fn contracts(&self) -> &dyn Contracts {
        &**self.ports().contracts.as_ref().unwrap()
    }
    fn applications(&self) -> &dyn Applications {
        &**self.ports().applications.as_ref().unwrap()
    }
    fn income_proof(&self) -> &dyn IncomeProof {
        &**self.ports().income_proof.as_ref().unwrap()
    }
    fn offers(&self) -> &dyn Offers {
        &**self.ports().offers.as_ref().unwrap()
    }
    fn signing(&self) -> &dyn Signing {
        &**self.ports().signing.as_ref().unwrap()
    }
    fn rentals(&self) -> &dyn Rentals {
        &**self.ports().rentals.as_ref().unwrap()
    }
    fn callbacks(&self) -> &dyn CallbackAuthenticator {
        &*self.ports().callbacks
    }
    fn authenticate(&self, callback: &SentCallback) -> Result<SignedCallback, CallbackError> {
        let headers: Headers = callback.headers.iter().cloned().collect();
        self.callbacks().authenticate(&headers, &callback.body)
    }
}

/// Whether a product's contracts wait for the merchant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Approval {
    /// They are activated at once.
    NotNeeded,
    /// They wait.
    Needed,
}

/// What a case asks for: where a bank lacks one of them it is not listed.
#[derive(Clone, Copy)]
enum Need {
    Applications,
    Calculator,
    Connection,
    Contracts,
    IncomeProof,
    Offers,
    Products,
    Sessions,
    Signing,
    Rentals,
    /// A region where devices are rented.
    DevicesToRent,
    /// A region where they are not.
    NothingToRent,
}

impl Need {
    fn is_met(self, bank: &Bank) -> bool {
        match self {
            Self::Applications => bank.applications.is_some(),
            Self::Calculator => bank.calculator.is_some(),
            Self::Connection => bank.connection.is_some(),
            Self::Contracts => bank.contracts.is_some(),
            Self::IncomeProof => bank.income_proof.is_some(),
            Self::Offers => bank.offers.is_some(),
            Self::Products => bank.products.is_some(),
            Self::Sessions => bank.sessions.is_some(),
            Self::Signing => bank.signing.is_some(),
            Self::Rentals => bank.rentals.is_some(),
            Self::DevicesToRent => bank.region.smart_rent,
            Self::NothingToRent => !bank.region.smart_rent,
        }
    }
}

type Running<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// One MUST.
#[derive(Clone, Copy)]
pub struct Case {
    /// Its name, as the ports' docs cite it.
    pub name: &'static str,
    needs: &'static [Need],
    run: for<'a> fn(&'a dyn BankUnderTest) -> Running<'a>,
}

impl Case {
    /// Runs it.
    ///
    /// # Panics
    /// When the implementation is wrong.
    pub async fn run(&self, bank: &dyn BankUnderTest) {
        (self.run)(bank).await;
    }
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

macro_rules! cases {
    ($($needs:tt { $($module:ident :: $name:ident,)+ })+) => {
        &[$($(Case {
            name: stringify!($name),
            needs: needs!($needs),
            run: |bank| Box::pin($module::$name(bank)),
        },)+)+]
    };
}

macro_rules! needs {
    ([$($need:ident),*]) => { &[$(Need::$need),*] };
}

/// Every case that says something of a bank, by the ports that it has and its region.
pub fn cases(bank: &Bank) -> Vec<&'static Case> {
    let is_met = |case: &&Case| case.needs.iter().all(|need| need.is_met(bank));
    ALL.iter().filter(is_met).collect()
}

const ALL: &[Case] = cases![
    [Connection] {
        connection::ping_is_answered,
    }
    [Products] {
        product::product_keeps_its_code,
        product::unknown_product_is_not_found,
    }
    [Calculator] {
        calculation::calculation_is_about_what_was_asked,
        calculation::schedule_adds_up,
        calculation::calculation_in_another_currency_is_invalid,
        calculation::calculation_for_an_unknown_product_is_refused,
    }
    [Sessions] {
        session::opened_session_is_pending,
        session::opening_twice_opens_two_sessions,
        session::session_keeps_the_order_reference,
        session::session_in_another_currency_is_invalid,
        session::session_for_an_unknown_product_is_refused,
        session::unknown_session_is_not_found,
        session::completed_session_says_so,
        session::declined_session_says_so,
        session::cancelled_session_says_so,
        session::expired_session_says_so_without_a_callback,
        session::lost_answer_of_opening_is_an_unknown_outcome,
        callback::callback_is_authentic,
        callback::altered_callback_is_refused,
        callback::callback_without_its_signature_is_refused,
        callback::doubled_field_is_refused,
        callback::padded_callback_is_the_same_callback,
        callback::each_callback_has_a_key_of_its_own,
        callback::kept_content_is_authentic,
    }
    [Sessions, Contracts] {
        callback::callbacks_tell_what_came_of_an_approval,
        contract::completed_session_has_an_active_contract,
        contract::granted_session_has_a_signed_contract,
        contract::approved_contract_is_activated,
        contract::approving_twice_is_refused,
        contract::cancelled_contract_is_cancelled,
        contract::active_contract_can_not_be_cancelled,
        contract::unknown_contract_is_not_found,
        contract::lost_answer_of_approval_is_an_unknown_outcome,
        contract::lost_answer_of_cancelling_is_an_unknown_outcome,
    }
    [Applications] {
        application::submitted_application_can_be_read,
        application::application_in_another_currency_is_invalid,
        application::application_for_an_unknown_product_is_refused,
        application::unknown_application_is_not_found,
        application::positive_application_has_an_offer,
        application::changed_conditions_come_under_a_new_id,
        application::accepting_twice_is_refused,
        application::cancelled_application_says_so,
        application::lost_answer_of_submitting_is_an_unknown_outcome,
        application::application_callback_is_authentic,
    }
    [Applications, Contracts] {
        application::accepted_application_has_an_unsigned_contract,
        application::lost_answer_of_accepting_is_an_unknown_outcome,
    }
    [Applications, IncomeProof] {
        income_proof::statement_can_be_retrieved_from_a_listed_bank,
        income_proof::banks_of_an_unknown_application_are_not_found,
        income_proof::attached_files_arrive,
        income_proof::attaching_nothing_is_invalid,
    }
    [Applications, Offers] {
        offer::printed_offer_has_a_link,
        offer::offers_payments_have_a_row_each,
        offer::recalculated_offer_has_the_other_down_payment,
        offer::recalculating_in_another_currency_is_invalid,
        offer::lost_answer_of_recalculating_is_an_unknown_outcome,
        offer::applicant_is_who_applied,
        offer::details_of_an_unknown_application_are_not_found,
    }
    [Applications, Signing] {
        signing::application_that_needs_no_signature_is_refused_one,
        signing::signed_application_is_decided_about,
        signing::wrong_code_for_an_application_is_refused,
        signing::lost_answer_of_signing_an_application_is_an_unknown_outcome,
        signing::printout_has_a_link,
        signing::payment_link_wants_a_place_for_the_status,
    }
    [Applications, Contracts, Signing] {
        signing::digital_signature_activates,
        signing::sms_signature_activates_once_confirmed,
        signing::signing_twice_is_refused,
        signing::wrong_code_is_refused,
        signing::lost_answer_of_signing_is_an_unknown_outcome,
    }
    [Sessions, Rentals, DevicesToRent] {
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
    [Sessions, Rentals, NothingToRent] {
        rental::renting_where_nothing_is_rented_is_unsupported,
    }
];

fn request(
    bank: &dyn BankUnderTest,
    approval: Approval,
    total: Money,
    reference: &str,
) -> SessionRequest {
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
async fn open(bank: &dyn BankUnderTest, approval: Approval, total: Money) -> OpenedSession {
    let request = request(bank, approval, total, "ORDER 1");
    bank.sessions().open(&request).await.unwrap()
}

/// The contract of a session in which the customer has signed.
async fn signed(bank: &dyn BankUnderTest, approval: Approval) -> (SessionId, ContractId) {
    let opened = open(bank, approval, bank.granted_total()).await;
    bank.customer_applies(&opened.id).await;
    let session = bank.sessions().session(&opened.id).await.unwrap();
    (opened.id, session.contract.unwrap())
}

async fn status(bank: &dyn BankUnderTest, id: &SessionId) -> SessionStatus {
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
    bank: &dyn BankUnderTest,
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

fn application(bank: &dyn BankUnderTest) -> ApplicationRequest {
    let product = bank.product_code(Approval::NotNeeded);
    application_for(bank, product, bank.period(), bank.granted_total())
}

/// An application that was decided so.
async fn decided(bank: &dyn BankUnderTest, decision: DecisionStatus) -> ApplicationId {
    let request = application(bank);
    let id = bank.applications().submit(&request).await.unwrap().id;
    bank.application_decided(&id, decision).await;
    id
}

/// The contract of an application whose offer was just accepted.
async fn accepted(bank: &dyn BankUnderTest, request: &ApplicationRequest) -> ContractId {
    let id = bank.applications().submit(request).await.unwrap().id;
    bank.application_decided(&id, DecisionStatus::Positive)
        .await;
    bank.applications().accept(&id).await.unwrap()
}
