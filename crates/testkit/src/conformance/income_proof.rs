use inbank_domain::{
    ApplicationId, Attachment, DecisionStatus, Locale, StatementBankId, StatementRequest,
};
use inbank_ports::GatewayErrorKind;

use super::{BankUnderTest, decided};

pub(super) async fn statement_can_be_retrieved_from_a_listed_bank(bank: &dyn BankUnderTest) {
    let application = decided(bank, DecisionStatus::IncomeProofRequired).await;
    let listed = bank.income_proof().banks(&application).await.unwrap();
    assert!(!listed.is_empty());
    let mut request = StatementRequest {
        application,
        bank: listed[0].id.clone(),
        return_url: bank.callback_url(),
        locale: Locale::parse("en").unwrap(),
    };
    for _ in 0..2 {
        let retrieval = bank.income_proof().retrieve_statement(&request).await;
        let retrieval = retrieval.unwrap();
        assert_ne!(retrieval.id.as_deref(), Some(""));
        assert!(retrieval.redirect_url.as_str().starts_with("http"));
    }
    request.bank = StatementBankId::parse("999999").unwrap();
    let error = bank.income_proof().retrieve_statement(&request).await;
    let refusals = [GatewayErrorKind::NotFound, GatewayErrorKind::Refused];
    assert!(refusals.contains(&error.unwrap_err().kind()));
}

pub(super) async fn banks_of_an_unknown_application_are_not_found(bank: &dyn BankUnderTest) {
    let id = ApplicationId::parse("00000000-0000-4000-8000-000000000000").unwrap();
    let error = bank.income_proof().banks(&id).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::NotFound);
}

pub(super) async fn attached_files_arrive(bank: &dyn BankUnderTest) {
    let application = decided(bank, DecisionStatus::IncomeProofRequired).await;
    let names = [
        "statement.pdf",
        "väljavõte \"2024\" 50%.pdf",
        "../a;b=c.pdf",
    ];
    let files: Vec<Attachment> = names
        .iter()
        .enumerate()
        .map(|(n, name)| Attachment::new(*name, vec![b'-'; n * 1000]).unwrap())
        .collect();
    let proof = bank.income_proof();
    proof
        .attach(&application, &files, "Statements")
        .await
        .unwrap();
    let arrived = bank.files(&application).await;
    let sent = files.iter();
    let sent = sent.map(|file| (file.name().to_owned(), file.content().len()));
    assert_eq!(arrived, sent.collect::<Vec<_>>());
}

pub(super) async fn attaching_nothing_is_invalid(bank: &dyn BankUnderTest) {
    let application = decided(bank, DecisionStatus::IncomeProofRequired).await;
    let error = bank.income_proof().attach(&application, &[], "").await;
    assert_eq!(error.unwrap_err().kind(), GatewayErrorKind::Invalid);
    assert_eq!(bank.files(&application).await, []);
}
