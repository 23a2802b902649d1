//! Whole rentals against the sandbox: from the guide's own cart to the device that is handed over.

use inbank::Inbank;
use inbank::app::{Activation, Started};
use inbank::domain::{
    AssetIdentifiers, ContractStatus, FinancingId, FinancingState, Hero, Imei, ProductFamily,
    RentalRequest, SerialNumber, SessionRequest,
};
use inbank::http::{ApiVersion, RegionProfile, read_session_request};
use inbank_sandbox::{Fault, Operation};
use inbank_testkit::conformance::{Approval, Bank};
use inbank_tests::{SandboxBank, fixture, uuid};

#[tokio::test]
async fn a_device_is_rented_and_handed_over_in_either_version() {
    for profile in [RegionProfile::ESTONIA, RegionProfile::LATVIA] {
        for version in ApiVersion::ALL {
            let bank = SandboxBank::start(&profile, *version).await;
            let inbank = Inbank::new(bank.api.clone(), bank.authenticator.clone());
            let product = bank.rental_product();
            let rent = inbank.rent();
            let model = rent.model(&product, &bank.rented_model()).await.unwrap();
            let hero = Hero::new(model.id.clone(), bank.rental_price());
            let region = &bank.region();
            let cart = RentalRequest::new(region, model.periods[0], hero, Vec::new()).unwrap();
            rent.quote(&product, &model, &cart).await.unwrap();

            let mut usual = bank.request(Approval::Needed, "ORDER 1");
            usual.purchase.description = Some("A phone".to_owned());
            let request = SessionRequest::rental(
                region,
                product.clone(),
                usual.locale,
                usual.urls,
                usual.purchase,
                cart,
            );
            let id = FinancingId::parse("order-1-1").unwrap();
            let family = ProductFamily::SmartRent;
            let started = inbank.checkout().start(id, family, &request.unwrap()).await;
            let Started::Open { financing, .. } = started else {
                panic!("{started:?}")
            };
            bank.customer_applies(financing.session.as_ref().unwrap())
                .await;
            let news = inbank.follow().refresh(&financing).await.unwrap();
            assert_eq!(news.financing.state, FinancingState::Granted);

            // Both answers get lost, and it is settled all the same.
            bank.sandbox
                .fault(Operation::AssignAssetIdentifiers, Fault::AnswerLost, 1);
            bank.sandbox
                .fault(Operation::ActivateContract, Fault::AnswerLost, 1);
            let contract = news.financing.contract.as_ref().unwrap();
            let device = AssetIdentifiers::new(
                Imei::parse("355889000000007").ok(),
                SerialNumber::parse("J7P3D7000000").ok(),
            );
            let activate = inbank.activate_rental();
            for _ in 0..2 {
                let activation = activate.activate(&product, contract, &model, &device);
                assert_eq!(activation.await.unwrap(), Activation::Activated);
            }
            assert_eq!(bank.asked(Operation::AssignAssetIdentifiers), 2);
            assert_eq!(bank.asked(Operation::ActivateContract), 1);
            assert_eq!(bank.assigned(contract).await, device);
            // In version 3 a rental's contract is under its product alone.
            let contract = bank.rentals().contract(&product, contract).await.unwrap();
            assert_eq!(contract.status, ContractStatus::Activated);
        }
    }
}

#[tokio::test]
async fn the_guides_own_session_is_taken_as_it_is_printed() {
    for version in ApiVersion::ALL {
        let bank = SandboxBank::start(&RegionProfile::ESTONIA, *version).await;
        // It expires in February 2025, which the sandbox's clock has passed.
        let document = fixture("smart-rent-3.04/session-open.request.json");
        let document = document.replace("\"valid_until\": \"2025-02-17T11:10:00+02:00\",", "");
        let request = read_session_request(&document, &bank.region()).unwrap();
        let opened = bank.sessions().open(&request).await.unwrap();
        let session = bank.sessions().session(&opened.id).await.unwrap();
        assert_eq!(session.product_code, Some(request.product_code));
        assert!(bank.sandbox.session(uuid(&opened.id)).is_some());
    }
}
