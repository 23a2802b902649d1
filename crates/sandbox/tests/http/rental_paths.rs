//! Where a rental's contract is, and where it is not (smart rent 3.04, and the later list of its paths in version 3).

use inbank_sandbox::{ContractStatus, Region, Sandbox, SessionStatus};
use reqwest::Method;

use crate::{
    shop::{Shop, read},
    tenant::{PHONE, PRODUCT},
};

#[tokio::test]
async fn a_rental_has_no_other_paths_than_smart_rent_gives_it() {
    let shop = Shop::open(Region::Estonia).await;
    let (_, contract) = shop.rented(PHONE).await;
    for (method, path, found) in [
        (
            Method::GET,
            format!("v2/{{shop}}/contracts/{contract}"),
            true,
        ),
        (Method::GET, format!("{PRODUCT}/contracts/{contract}"), true),
        (
            Method::GET,
            format!("v3/{{shop}}/contracts/{contract}"),
            false,
        ),
        (
            Method::POST,
            format!("v2/{{shop}}/contracts/{contract}/merchant_approval"),
            false,
        ),
        (
            Method::POST,
            format!("v3/{{shop}}/contracts/{contract}/merchant-approval"),
            false,
        ),
        (
            Method::POST,
            format!("v2/{{shop}}/contracts/{contract}/cancel"),
            false,
        ),
        (
            Method::POST,
            format!("v3/{{shop}}/contracts/{contract}/cancel"),
            false,
        ),
        (
            Method::POST,
            format!("{PRODUCT}/contracts/{contract}/cancel"),
            false,
        ),
        (
            Method::POST,
            format!("v3/{{shop}}/contracts/{contract}/activation"),
            false,
        ),
        (
            Method::GET,
            format!("v2/{{shop}}/contracts/{contract}/printouts"),
            false,
        ),
    ] {
        let (status, _) = read(shop.request(method.clone(), &path)).await;
        let expected = if found { 200 } else { 404 };
        assert_eq!(status, expected, "{method} {path}");
    }
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(ContractStatus::Signed)
    );
}

#[tokio::test]
async fn a_bank_may_be_had_that_knows_rentals_among_other_contracts() {
    let builder = Sandbox::builder(Region::Estonia).instant();
    let shop = Shop::with(builder.rentals_among_contracts()).await;
    let (_, contract) = shop.rented(PHONE).await;
    let contract = format!("v3/{{shop}}/contracts/{contract}");
    assert_eq!(shop.get(&contract).await.0, 200);
    let (approval, cancel) = (
        format!("{contract}/merchant-approval"),
        format!("{contract}/cancel"),
    );
    assert_eq!(shop.act(&approval).await.0, 404);
    assert_eq!(shop.act(&cancel).await.0, 204);
    assert_eq!(shop.get(&contract).await.1["status"], "cancelled");
}

#[tokio::test]
async fn a_rental_is_cancelled_in_the_portal() {
    let shop = Shop::open(Region::Latvia).await;
    let (session, contract) = shop.rented(PHONE).await;
    shop.sandbox.portal_cancels(contract).unwrap();
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(ContractStatus::Cancelled)
    );
    assert_eq!(
        shop.sandbox.session(session).unwrap().status,
        SessionStatus::Cancelled
    );
    assert!(shop.sandbox.portal_cancels(contract).is_err());
}
