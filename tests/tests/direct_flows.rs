//! Direct applications from end to end, with answers and callbacks that get lost, come twice or late.

use std::sync::Arc;
use std::time::Duration;

use inbank::app::{Apply, Decision, OfferError, Patience, SignError, Submitted};
use inbank::domain::{
    ConfirmationCode, Event, FinancingState as State, Locale, Money, Product, ProductCode,
    ProductFamily, Region, SigningMethod, StatementRequest, Step, WebAddress,
};
use inbank::http::{ApiVersion, RegionProfile};
use inbank::ports::GatewayErrorKind as Kind;
use inbank::ports::fake::FakeBank;
use inbank_sandbox::{CallbackFault, ContractStatus, Fault, Operation, Outcome};
use inbank_tests::{Applicant, SandboxBank};

const PRODUCT: &str = "hire_purchase";

fn sign_error(error: SignError) -> Kind {
    match error {
        SignError::Gateway(error) => error.kind(),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn an_application_goes_from_submission_to_delivery_in_every_region_and_version() {
    for (profile, version) in SandboxBank::every() {
        let mut applicant = Applicant::new(profile, version).await;
        applicant.submit(&applicant.request(PRODUCT)).await;
        assert_eq!(applicant.financing.state, State::Pending);
        let follow = applicant.inbank.follow();
        let news = follow
            .wait(&applicant.financing, Patience::DECISION)
            .await
            .unwrap();
        assert!(news.application.unwrap().offer.is_some());
        applicant.financing = news.financing;
        let offers = applicant.inbank.offers();
        applicant.financing = offers.accept(&applicant.financing).await.unwrap();
        applicant.refresh().await;
        let sign = applicant.inbank.sign();
        let digital = SigningMethod::Digital;
        sign.start(&applicant.financing, &digital).await.unwrap();
        let news = follow
            .wait(&applicant.financing, Patience::SIGNATURE)
            .await
            .unwrap();
        assert_eq!(news.financing.state, State::Completed);
        applicant.financing = news.financing;
        // All callbacks together tell nothing new.
        applicant.take_callbacks().await;
        assert_eq!(applicant.events, [Event::SignatureWanted]);
        assert_eq!(applicant.bank.sandbox.contract_count(), 1);
        let waits = applicant.bank.clock.slept();
        assert!(waits.iter().all(|wait| *wait == Duration::from_secs(1)));
    }
}

#[tokio::test]
async fn callbacks_alone_bring_it_to_the_merchants_approval() {
    let mut applicant = Applicant::submitted("hire_purchase_approval").await;
    applicant.decided(Outcome::Positive);
    applicant.take_callbacks().await;
    let offers = applicant.inbank.offers();
    applicant.financing = offers.accept(&applicant.financing).await.unwrap();
    applicant.take_callbacks().await;
    let sign = applicant.inbank.sign();
    let (code, sms) = (ConfirmationCode::parse("0000").unwrap(), SigningMethod::Sms);
    let refused = sign.start(&applicant.financing, &sms).await.unwrap_err();
    assert_eq!(
        sign_error(refused),
        Kind::Refused,
        "not for hire purchase in Estonia"
    );
    let refused = sign.confirm(&applicant.financing, &code).await.unwrap_err();
    assert_eq!(sign_error(refused), Kind::Refused);
    let paper = SigningMethod::Paper;
    sign.start(&applicant.financing, &paper).await.unwrap();
    applicant.bank.sandbox.advance(Duration::from_mins(1));
    applicant.take_callbacks().await;
    let events = [Event::OfferReady, Event::SignatureWanted, Event::Granted];
    assert_eq!(applicant.events, events);
    let decide = applicant.inbank.decide();
    decide
        .decide(&applicant.financing, Decision::Approve)
        .await
        .unwrap();
    applicant.take_callbacks().await;
    assert_eq!(applicant.events[3..], [Event::Completed]);
}

#[tokio::test]
async fn duplicate_callbacks_while_polling_tell_each_event_once() {
    let mut applicant = Applicant::submitted(PRODUCT).await;
    let copies = CallbackFault::Duplicate { copies: 3 };
    applicant.bank.sandbox.callback_fault(copies, 10);
    applicant.decided(Outcome::ProofByBankOrUpload);
    applicant.refresh().await;
    applicant.take_callbacks().await;
    applicant.decided(Outcome::ProofByUpload);
    let copies = applicant.callbacks().await;
    assert_eq!(copies.len(), 4);
    for copy in copies {
        applicant.refresh().await;
        applicant.take(&copy).await.unwrap();
    }
    applicant.decided(Outcome::Positive);
    applicant.take_callbacks().await;
    applicant.settle().await;
    let events = [
        Event::IncomeProofWanted,
        Event::StatementsWanted,
        Event::OfferReady,
    ];
    assert_eq!(applicant.events, events);
}

#[tokio::test]
async fn changed_conditions_bring_another_application_everywhere() {
    let mut applicant = Applicant::submitted(PRODUCT).await;
    let old = applicant.application();
    applicant.decided(Outcome::ChangedConditions);
    for callback in applicant.callbacks().await {
        applicant.take(&callback).await.unwrap();
    }
    let new = applicant.application();
    assert_ne!(new, old);
    let told = applicant
        .inbank
        .follow()
        .refresh(&applicant.financing)
        .await;
    let told = told.unwrap().application.unwrap();
    assert!(told.changed_conditions);
    let wanted = applicant.request(PRODUCT).amount();
    assert!(told.offer.unwrap().amount.compare(wanted).unwrap().is_lt());
    let offers = applicant.inbank.offers();
    applicant.financing = offers.accept(&applicant.financing).await.unwrap();
    applicant.refresh().await;
    assert_eq!(
        applicant.events,
        [Event::OfferReady, Event::SignatureWanted]
    );
}

#[tokio::test]
async fn an_offer_that_was_changed_meanwhile_is_not_accepted_unseen() {
    let applicant = Applicant::submitted(PRODUCT).await;
    applicant.decided(Outcome::ChangedConditions);
    let offers = applicant.inbank.offers();
    let error = offers.accept(&applicant.financing).await.unwrap_err();
    assert!(matches!(error, OfferError::Changed(_)), "{error}");
    assert_eq!(applicant.bank.sandbox.contract_count(), 0);
    applicant
        .bank
        .sandbox
        .fault(Operation::AcceptApplication, Fault::ResetBefore, 1);
    offers.accept(&applicant.financing).await.unwrap_err();
    assert_eq!(applicant.bank.sandbox.contract_count(), 0);
}

#[tokio::test]
async fn a_customer_who_never_comes_back_from_the_bank_is_no_obstacle() {
    let mut applicant = Applicant::submitted(PRODUCT).await;
    applicant.decided(Outcome::ProofByBankOrUpload);
    applicant.take_callbacks().await;
    let proof = applicant.inbank.income_proof();
    let application = applicant.financing.application.clone().unwrap();
    let request = StatementRequest {
        bank: proof.banks(&application).await.unwrap()[0].id.clone(),
        application,
        return_url: WebAddress::parse("https://shop.example/back").unwrap(),
        locale: Locale::parse("et").unwrap(),
    };
    for _ in 0..3 {
        proof.retrieve_statement(&request).await.unwrap();
    }
    let follow = applicant.inbank.follow();
    let news = follow
        .wait(&applicant.financing, Patience::DECISION)
        .await
        .unwrap();
    assert_eq!(news.step, Step::Unchanged);
    assert_eq!(applicant.bank.clock.slept().len(), 30);
    // The bank has heard all the same, and the callback says so.
    let id = applicant.application();
    applicant.bank.sandbox.statement_shared(id).unwrap();
    applicant.bank.sandbox.advance(Duration::from_mins(1));
    applicant.take_callbacks().await;
    assert_ne!(applicant.financing.state, State::IncomeProofWanted);
    assert_eq!(applicant.events[0], Event::IncomeProofWanted);
    assert_eq!(applicant.events.len(), 2);
}

#[tokio::test]
async fn a_down_payment_is_awaited_and_paid_by_a_link() {
    let mut applicant = Applicant::new(&RegionProfile::ESTONIA, ApiVersion::V3).await;
    let part = Money::parse("50", applicant.bank.api.region().currency).unwrap();
    let request = applicant.request("hire_purchase_down_payment");
    applicant
        .submit(&request.with_down_payment(part).unwrap())
        .await;
    applicant.decided(Outcome::Positive);
    applicant.refresh().await;
    let offers = applicant.inbank.offers();
    applicant.financing = offers.accept(&applicant.financing).await.unwrap();
    let (sign, digital) = (applicant.inbank.sign(), SigningMethod::Digital);
    let sandbox = &applicant.bank.sandbox;
    sandbox.fault(Operation::SignContract, Fault::AnswerLost, 1);
    sign.start(&applicant.financing, &digital).await.unwrap();
    // Signed, though the contract still says unsigned.
    sign.start(&applicant.financing, &digital).await.unwrap();
    applicant.refresh().await;
    assert_eq!(applicant.financing.state, State::DownPaymentWanted);
    let contract = applicant.financing.contract.clone().unwrap();
    let back = "https://shop.example/paid?status={status}";
    let back = WebAddress::parse(back).unwrap();
    let signing = applicant.inbank.signing();
    signing.payment_link(&contract, &back).await.unwrap();
    let sent = applicant.bank.sandbox.requests().pop().unwrap();
    assert!(sent.body.contains(back.as_str()), "{}", sent.body);
    let id = applicant.contract();
    applicant.bank.sandbox.down_payment_paid(id).unwrap();
    applicant.settle().await;
    assert_eq!(applicant.financing.state, State::Completed);
    let status = applicant.bank.sandbox.contract(id);
    assert_eq!(status, Some(ContractStatus::Activated));
}

#[tokio::test]
async fn what_a_product_requires_and_is_known_here_is_checked_before_anything_is_sent() {
    let applicant = Applicant::new(&RegionProfile::ESTONIA, ApiVersion::V2).await;
    let request = applicant.request("hire_purchase_income");
    let refused = applicant.try_submit(&request).await;
    let Submitted::Refused { financing, error } = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(
        (financing.state, error.kind()),
        (State::Failed, Kind::Invalid)
    );
    assert!(
        error.to_string().contains("monthly_income") || {
            let source = std::error::Error::source(&error);
            source.is_some_and(|source| source.to_string().contains("monthly_income"))
        }
    );
    assert_eq!(applicant.bank.asked(Operation::CreateApplication), 0);
    assert_eq!(financing.family, ProductFamily::HirePurchase);
}

#[tokio::test]
async fn the_banks_no_and_its_silence_are_told_apart() {
    for (outcome, event) in [
        (Outcome::Negative, Some(Event::Declined)),
        (Outcome::ManualNegative, Some(Event::Declined)),
        (Outcome::Failed, Some(Event::Failed)),
        (Outcome::Manual, None),
    ] {
        let mut applicant = Applicant::submitted(PRODUCT).await;
        applicant.decided(outcome);
        applicant.settle().await;
        applicant.take_callbacks().await;
        assert_eq!(applicant.events, Vec::from_iter(event), "{outcome:?}");
    }
}

#[tokio::test]
async fn what_a_product_requires_and_is_not_known_here_is_the_banks_to_check() {
    let applicant = Applicant::new(&RegionProfile::ESTONIA, ApiVersion::V2).await;
    let request = applicant.request("new_product");
    let bank = Arc::new(FakeBank::new(Region::ESTONIA));
    let code = ProductCode::parse("new_product").unwrap();
    let mut product = Product::new(code, "New", ProductFamily::HirePurchase);
    product.required_parameters = vec!["customer.shoe_size".to_owned(), String::new()];
    bank.add_product(product);
    let apply = Apply::new(bank.clone(), bank.clone());
    let financing = applicant.financing;
    let sent = apply
        .submit(financing.id, financing.order, financing.family, &request)
        .await;
    assert!(matches!(sent, Submitted::Sent { .. }), "{sent:?}");
    assert_eq!(bank.application_count(), 1);
}
