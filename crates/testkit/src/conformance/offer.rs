use inbank_domain::{ApplicationDocument, ApplicationId, DecisionStatus, Money};
use inbank_ports::GatewayErrorKind;

use super::{BankUnderTest, application, decided, foreign};

async fn offered(bank: &dyn BankUnderTest) -> ApplicationId {
    decided(bank, DecisionStatus::Positive).await
}

fn part(bank: &dyn BankUnderTest) -> Money {
    Money::parse("50", bank.granted_total().currency()).unwrap()
}

pub(super) async fn printed_offer_has_a_link(bank: &dyn BankUnderTest) {
    let request = application(bank);
    let id = bank.applications().submit(&request).await.unwrap().id;
    let offers = bank.offers();
    let early = offers.application_printout(&id, ApplicationDocument::Offer);
    assert_eq!(early.await.unwrap_err().kind(), GatewayErrorKind::Refused);
    bank.application_decided(&id, DecisionStatus::Positive)
        .await;
    for document in [ApplicationDocument::Application, ApplicationDocument::Offer] {
        let printout = offers.application_printout(&id, document).await.unwrap();
        assert!(printout.id.is_some_and(|id| !id.is_empty()));
        assert!(printout.link.as_str().starts_with("http"));
    }
}

pub(super) async fn offers_payments_have_a_row_each(bank: &dyn BankUnderTest) {
    let id = offered(bank).await;
    let offer = bank.offers().payment_schedule(&id).await.unwrap();
    assert_eq!(
        offer.amount.compare(bank.granted_total()),
        Ok(std::cmp::Ordering::Equal)
    );
    assert_eq!(offer.schedule.len(), usize::from(bank.period().get()));
    let undecided = bank
        .applications()
        .submit(&application(bank))
        .await
        .unwrap();
    let none = bank.offers().payment_schedule(&undecided.id).await;
    assert_eq!(none.unwrap_err().kind(), GatewayErrorKind::NotFound);
}

pub(super) async fn recalculated_offer_has_the_other_down_payment(bank: &dyn BankUnderTest) {
    let id = offered(bank).await;
    let before = bank.offers().payment_schedule(&id).await.unwrap();
    let after = bank.offers().recalculate(&id, part(bank)).await.unwrap();
    assert!(after.monthly_payment.amount() < before.monthly_payment.amount());
    let same = |money: Option<Money>| {
        money.is_some_and(|money| money.compare(part(bank)) == Ok(std::cmp::Ordering::Equal))
    };
    assert!(same(after.down_payment), "{:?}", after.down_payment);
    let shown = bank.applications().application(&id).await.unwrap();
    assert_eq!(shown.id, id);
    let shown = shown.offer.unwrap();
    assert!(same(shown.down_payment), "{:?}", shown.down_payment);
    bank.applications().accept(&id).await.unwrap();
    let late = bank.offers().recalculate(&id, part(bank)).await;
    assert_eq!(late.unwrap_err().kind(), GatewayErrorKind::Refused);
}

pub(super) async fn recalculating_in_another_currency_is_invalid(bank: &dyn BankUnderTest) {
    let id = offered(bank).await;
    let other = bank.offers().recalculate(&id, foreign(part(bank))).await;
    assert_eq!(other.unwrap_err().kind(), GatewayErrorKind::Invalid);
}

pub(super) async fn lost_answer_of_recalculating_is_an_unknown_outcome(bank: &dyn BankUnderTest) {
    let id = offered(bank).await;
    bank.lose_next_answer().await;
    let lost = bank.offers().recalculate(&id, part(bank)).await;
    assert_eq!(lost.unwrap_err().kind(), GatewayErrorKind::OutcomeUnknown);
}

pub(super) async fn applicant_is_who_applied(bank: &dyn BankUnderTest) {
    let request = application(bank);
    let id = bank.applications().submit(&request).await.unwrap().id;
    let applicant = bank.offers().applicant(&id).await.unwrap();
    let exposed = |text: Option<inbank_domain::Personal<String>>| text.unwrap().into_exposed();
    let code = request.customer.identity_code.unwrap();
    assert_eq!(exposed(applicant.identity_code), *code.expose());
    assert_eq!(exposed(applicant.last_name), "Maasikas");
    assert_eq!(exposed(applicant.email), "mari@example.com");
    assert_eq!(exposed(applicant.mobile), "+37253630000");
    assert_eq!(applicant.landline, None);
}

pub(super) async fn details_of_an_unknown_application_are_not_found(bank: &dyn BankUnderTest) {
    let nobody = ApplicationId::parse("00000000-0000-4000-8000-000000000000").unwrap();
    let (offers, not_found) = (bank.offers(), GatewayErrorKind::NotFound);
    let printout = offers.application_printout(&nobody, ApplicationDocument::Application);
    assert_eq!(printout.await.unwrap_err().kind(), not_found);
    let schedule = offers.payment_schedule(&nobody).await;
    assert_eq!(schedule.unwrap_err().kind(), not_found);
    let applicant = offers.applicant(&nobody).await;
    assert_eq!(applicant.unwrap_err().kind(), not_found);
    let recalculated = offers.recalculate(&nobody, part(bank)).await;
    assert_eq!(recalculated.unwrap_err().kind(), not_found);
}
