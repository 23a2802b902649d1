//! What every implementation of the ports must do, one small case per MUST.
//!
//! An implementation provides a [`Bank`] and runs every case of [`cases`], each against a fresh one.
//! A case panics where the implementation is wrong. A case that is written and not listed does not
//! compile quietly: the compiler calls it dead code.
#![expect(
    clippy::unwrap_used,
    reason = "a case is a test: panicking is how it fails"
)]

mod calculation;
mod callback;
mod connection;
mod contract;
mod product;
mod session;

use std::pin::Pin;

use async_trait::async_trait;
use inbank_domain::{
    ContractId, Currency, Locale, Money, Months, OpenedSession, OrderReference, PartnerUrls,
    ProductCode, Purchase, Region, SessionId, SessionRequest, SessionStatus, WebAddress,
};

use crate::{Calculator, CallbackAuthenticator, Connection, Contracts, ProductCatalogue, Sessions};

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
    fn callbacks(&self) -> &dyn CallbackAuthenticator;

    /// A hire purchase product, with or without the merchant's approval.
    fn product_code(&self, approval: Approval) -> ProductCode;
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

type Running<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// One MUST.
#[derive(Clone, Copy)]
pub struct Case {
    /// Its name, as the ports' docs cite it.
    pub name: &'static str,
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
    ($($module:ident :: $name:ident,)+) => {
        &[$(Case { name: stringify!($name), run: |bank| Box::pin($module::$name(bank)) },)+]
    };
}

/// Every case there is.
pub fn cases() -> &'static [Case] {
    cases![
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
        callback::callback_is_authentic,
        callback::altered_callback_is_refused,
        callback::doubled_field_is_refused,
    ]
}

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
