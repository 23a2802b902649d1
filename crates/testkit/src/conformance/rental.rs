use inbank_domain::{
    AssetIdentifierType, AssetIdentifiers, AssetModel, AssetModelId, ContractId, ContractStatus,
    Hero, Imei, InsuranceRequirement, ModelIdentifier, Months, ProductCode, RentalRequest,
    SerialNumber, SessionId, SessionRequest, SessionStatus,
};
use inbank_ports::{GatewayError, GatewayErrorKind};

use super::{Approval, BankUnderTest, foreign, request, status};

fn unknown_product() -> ProductCode {
    ProductCode::parse("no_such_product").unwrap()
}

fn unknown_contract() -> ContractId {
    ContractId::parse("00000000-0000-4000-8000-000000000000").unwrap()
}

fn identifiers() -> AssetIdentifiers {
    AssetIdentifiers::new(
        Imei::parse("355889000000007").ok(),
        SerialNumber::parse("J7P3D7000000").ok(),
    )
}

async fn model(bank: &dyn BankUnderTest) -> AssetModel {
    let (product, identifier) = (bank.rental_product(), bank.rented_model());
    let model = bank.rentals().asset_model(&product, &identifier).await;
    model.unwrap()
}

fn cart(bank: &dyn BankUnderTest, model: &AssetModel) -> RentalRequest {
    let hero = Hero::new(model.id.clone(), bank.rental_price());
    let period = model.periods[0];
    let mut cart = RentalRequest::new(&bank.region(), period, hero, Vec::new()).unwrap();
    // Not the bank's default, so that it has to be told.
    cart.insurance_used = false;
    cart
}

fn session(bank: &dyn BankUnderTest, cart: RentalRequest) -> SessionRequest {
    let mut here = request(bank, Approval::Needed, bank.granted_total(), "ORDER 1");
    here.purchase.description = Some("A phone".to_owned());
    SessionRequest::rental(
        &bank.region(),
        bank.rental_product(),
        here.locale,
        here.urls,
        here.purchase,
        cart,
    )
    .unwrap()
}

/// A rental for which the customer has signed.
async fn rented(bank: &dyn BankUnderTest) -> (SessionId, ContractId) {
    let cart = cart(bank, &model(bank).await);
    let opened = bank.sessions().open(&session(bank, cart)).await.unwrap();
    bank.customer_applies(&opened.id).await;
    let session = bank.sessions().session(&opened.id).await.unwrap();
    (opened.id, session.contract.unwrap())
}

async fn assign(bank: &dyn BankUnderTest, contract: &ContractId) -> Result<(), GatewayError> {
    let product = bank.rental_product();
    bank.rentals()
        .assign(&product, contract, &identifiers())
        .await
}

async fn activate(bank: &dyn BankUnderTest, contract: &ContractId) -> Result<(), GatewayError> {
    let product = bank.rental_product();
    bank.rentals().activate(&product, contract).await
}

async fn contract_status(bank: &dyn BankUnderTest, id: &ContractId) -> ContractStatus {
    let product = bank.rental_product();
    let contract = bank.rentals().contract(&product, id).await.unwrap();
    assert_eq!(contract.id, *id);
    contract.status
}

pub(super) async fn known_model_has_its_conditions(bank: &dyn BankUnderTest) {
    let model = model(bank).await;
    assert!(!model.name.is_empty());
    assert!(!model.periods.is_empty());
    assert!(model.may_be(&bank.rented_model()));
    assert_eq!(model.insurance, InsuranceRequirement::Optional);
    for kind in [AssetIdentifierType::Imei, AssetIdentifierType::SerialNumber] {
        assert!(model.identifier_types.contains(&kind), "{kind}");
    }
    let largest = model.limits.max_net.unwrap();
    assert_eq!(largest.currency(), bank.region().currency);
    cart(bank, &model).check(&model).unwrap();
}

pub(super) async fn unknown_model_is_not_found(bank: &dyn BankUnderTest) {
    let product = bank.rental_product();
    for unknown in [
        ModelIdentifier::ean("0000000000000").unwrap(),
        ModelIdentifier::manufacturer_product_code("no/such model?&%").unwrap(),
    ] {
        let error = bank.rentals().asset_model(&product, &unknown).await;
        assert_eq!(error.unwrap_err().kind(), GatewayErrorKind::NotFound);
    }
}

pub(super) async fn model_of_an_unknown_product_is_not_found(bank: &dyn BankUnderTest) {
    let known = bank.rented_model();
    let error = bank.rentals().asset_model(&unknown_product(), &known).await;
    assert_eq!(error.unwrap_err().kind(), GatewayErrorKind::NotFound);
}

pub(super) async fn rental_calculation_is_about_what_was_asked(bank: &dyn BankUnderTest) {
    let product = bank.rental_product();
    let request = cart(bank, &model(bank).await);
    let calculation = bank.rentals().calculate(&product, &request).await.unwrap();
    assert_eq!(calculation.period, request.period);
    assert_ne!(calculation.insurance_used, Some(true));
    assert_eq!(calculation.total_net_price, request.total_net_price().ok());
    assert!(calculation.gross_monthly_payment.is_positive());
}

pub(super) async fn rental_calculation_against_the_conditions_is_refused(bank: &dyn BankUnderTest) {
    let product = bank.rental_product();
    let model = model(bank).await;
    let mut other_period = cart(bank, &model);
    other_period.period = Months::new(5).unwrap();
    let unknown = AssetModelId::parse("00000000-0000-4000-8000-000000000000").unwrap();
    let hero = Hero::new(unknown, bank.rental_price());
    let other_model =
        RentalRequest::new(&bank.region(), model.periods[0], hero, Vec::new()).unwrap();
    let usual = cart(bank, &model);
    for (product, request) in [
        (&product, &other_period),
        (&product, &other_model),
        (&unknown_product(), &usual),
    ] {
        let error = bank.rentals().calculate(product, request).await;
        let kind = error.unwrap_err().kind();
        let refusals = [GatewayErrorKind::NotFound, GatewayErrorKind::Refused];
        assert!(refusals.contains(&kind), "{kind:?}");
    }
}

pub(super) async fn rental_calculation_in_another_currency_is_invalid(bank: &dyn BankUnderTest) {
    let price = foreign(bank.rental_price());
    let region = inbank_domain::Region::new("elsewhere", "XX", price.currency(), &["en"]);
    let hero = Hero::new(model(bank).await.id, price);
    let period = Months::new(12).unwrap();
    let request = RentalRequest::new(&region, period, hero, Vec::new()).unwrap();
    let product = bank.rental_product();
    let error = bank.rentals().calculate(&product, &request).await;
    assert_eq!(error.unwrap_err().kind(), GatewayErrorKind::Invalid);
}

pub(super) async fn granted_rental_has_a_signed_contract(bank: &dyn BankUnderTest) {
    let (session, contract) = rented(bank).await;
    assert_eq!(status(bank, &session).await, SessionStatus::Granted);
    assert_eq!(
        contract_status(bank, &contract).await,
        ContractStatus::Signed
    );
}

pub(super) async fn assigned_identifiers_arrive(bank: &dyn BankUnderTest) {
    let (_, contract) = rented(bank).await;
    assert!(bank.assigned(&contract).await.is_empty());
    for _ in 0..2 {
        assign(bank, &contract).await.unwrap();
        assert_eq!(bank.assigned(&contract).await, identifiers());
    }
}

pub(super) async fn assigning_nothing_is_invalid(bank: &dyn BankUnderTest) {
    let (_, contract) = rented(bank).await;
    let (product, nothing) = (bank.rental_product(), AssetIdentifiers::default());
    let error = bank.rentals().assign(&product, &contract, &nothing).await;
    assert_eq!(error.unwrap_err().kind(), GatewayErrorKind::Invalid);
}

pub(super) async fn activated_rental_becomes_active(bank: &dyn BankUnderTest) {
    let (session, contract) = rented(bank).await;
    assign(bank, &contract).await.unwrap();
    activate(bank, &contract).await.unwrap();
    bank.time_passes().await;
    assert_eq!(
        contract_status(bank, &contract).await,
        ContractStatus::Activated
    );
    assert_eq!(status(bank, &session).await, SessionStatus::Completed);
}

pub(super) async fn unidentified_rental_can_not_be_activated(bank: &dyn BankUnderTest) {
    let (_, contract) = rented(bank).await;
    let error = activate(bank, &contract).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::Refused);
    assert_eq!(
        contract_status(bank, &contract).await,
        ContractStatus::Signed
    );
}

pub(super) async fn activating_twice_is_refused(bank: &dyn BankUnderTest) {
    let (_, contract) = rented(bank).await;
    assign(bank, &contract).await.unwrap();
    activate(bank, &contract).await.unwrap();
    bank.time_passes().await;
    let error = activate(bank, &contract).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::Refused);
}

pub(super) async fn active_rental_takes_no_identifiers(bank: &dyn BankUnderTest) {
    let (_, contract) = rented(bank).await;
    assign(bank, &contract).await.unwrap();
    activate(bank, &contract).await.unwrap();
    bank.time_passes().await;
    let error = assign(bank, &contract).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::Refused);
}

pub(super) async fn unknown_rental_is_not_found(bank: &dyn BankUnderTest) {
    let unknown = unknown_contract();
    let product = bank.rental_product();
    let read = bank.rentals().contract(&product, &unknown).await.map(drop);
    for outcome in [
        read,
        assign(bank, &unknown).await,
        activate(bank, &unknown).await,
    ] {
        assert_eq!(outcome.unwrap_err().kind(), GatewayErrorKind::NotFound);
    }
}

pub(super) async fn lost_answer_of_assigning_is_an_unknown_outcome(bank: &dyn BankUnderTest) {
    let (_, contract) = rented(bank).await;
    bank.lose_next_answer().await;
    let error = assign(bank, &contract).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::OutcomeUnknown);
    assert_eq!(bank.assigned(&contract).await, identifiers());
}

pub(super) async fn lost_answer_of_activating_is_an_unknown_outcome(bank: &dyn BankUnderTest) {
    let (_, contract) = rented(bank).await;
    assign(bank, &contract).await.unwrap();
    bank.lose_next_answer().await;
    let error = activate(bank, &contract).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::OutcomeUnknown);
    bank.time_passes().await;
    assert_eq!(
        contract_status(bank, &contract).await,
        ContractStatus::Activated
    );
}

pub(super) async fn renting_where_nothing_is_rented_is_unsupported(bank: &dyn BankUnderTest) {
    let (product, contract) = (bank.rental_product(), unknown_contract());
    let identifier = ModelIdentifier::ean("88845632734657").unwrap();
    let id = AssetModelId::parse("b748b6b0-58d0-421d-9d52-c7edd22511f1").unwrap();
    let period = Months::new(12).unwrap();
    let hero = Hero::new(id, bank.rental_price());
    let cart = RentalRequest::new(&bank.region(), period, hero, Vec::new()).unwrap();
    let rentals = bank.rentals();
    for outcome in [
        rentals.asset_model(&product, &identifier).await.map(drop),
        rentals.calculate(&product, &cart).await.map(drop),
        assign(bank, &contract).await,
        activate(bank, &contract).await,
        rentals.contract(&product, &contract).await.map(drop),
        bank.sessions().open(&session(bank, cart)).await.map(drop),
    ] {
        assert_eq!(outcome.unwrap_err().kind(), GatewayErrorKind::Unsupported);
    }
    assert_eq!(bank.session_count().await, 0);
}
