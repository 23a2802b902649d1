//! Devices that are handed over.

use axum::http::StatusCode;
use inbank_domain::OrderStatus;

use crate::deciding::{DECIDE, ORDER, asked, status};
use crate::house::{House, WRITER};

#[tokio::test]
async fn a_rental_is_activated_with_the_devices_identifiers_which_are_written_down_nowhere() {
    let house = House::new();
    house.renting("1001").await;
    let mut browser = house.signed_in(WRITER).await;
    let order = browser.page(ORDER).await;
    assert!(
        order.link("Approve").is_none(),
        "a rental is approved by activating it"
    );
    let page = asked(&mut browser, "Activate").await;
    let device = [
        ("ean", inbank_testkit::FakeBank::EAN),
        ("imei", "355889000000007"),
        ("serial", "J7P3D7000000"),
        ("reason", "handed over"),
    ];
    let wrong = browser
        .send(&page, DECIDE, &[device[0], ("imei", "1"), device[3]])
        .await;
    assert_eq!(
        wrong.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        wrong.words()
    );
    assert!(
        wrong.words().contains("IMEI: must be 15 digits"),
        "{}",
        wrong.words()
    );
    let done = browser.send(&wrong, DECIDE, &device).await;
    assert!(done.location().contains("&came=done."), "{}", done.words());
    assert_eq!(status(&house).await, OrderStatus::Paid);
    let order = browser.page(ORDER).await;
    assert!(!order.text.contains("355889000000007") && !order.text.contains("J7P3D7000000"));
    assert!(!format!("{:?}", house.records().await).contains("355889000000007"));
}

#[tokio::test]
async fn what_is_wrong_with_a_device_is_said_by_its_field_with_what_to_do() {
    let house = House::new();
    house.renting("1001").await;
    let mut browser = house.signed_in(WRITER).await;
    let page = asked(&mut browser, "Activate").await;
    let good = [
        ("ean", inbank_testkit::FakeBank::EAN),
        ("code", ""),
        ("imei", "355889000000007"),
        ("serial", "J7P3D7000000"),
        ("reason", "handed over"),
    ];
    let long = "x".repeat(256);
    for (wrong, says) in [
        (
            &[("ean", "")][..],
            "Article number (EAN) of the model: give it, or the manufacturer’s code",
        ),
        (
            &[("code", "A-1")],
            "Article number (EAN) of the model: give it, or the manufacturer’s code, and not both",
        ),
        (
            &[("ean", "canary")],
            "Article number (EAN) of the model: must be an EAN, digits only",
        ),
        (
            &[("ean", ""), ("code", &long)],
            "Manufacturer’s code: must be 1 to 255 characters",
        ),
        (
            &[("ean", "4006381333931")],
            "Article number (EAN) of the model: the bank has none of this for the order’s product",
        ),
        (&[("imei", "canary")], "IMEI: must be 15 digits"),
        (
            &[("serial", &long)],
            "Serial number: must be 1 to 255 characters",
        ),
        (
            &[("imei", ""), ("serial", "")],
            "IMEI or serial number: give those that the model is identified by",
        ),
        (&[("imei", "")], "IMEI: the model is identified by it"),
    ] {
        let of = |(name, usual): (&'static str, &'static str)| {
            let other = wrong.iter().find(|(field, _)| *field == name);
            other.map_or((name, usual), |(_, value)| (name, *value))
        };
        let filled = good.map(of);
        let answer = browser.send(&page, DECIDE, &filled).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}");
        assert!(answer.words().contains(says), "{says}: {}", answer.words());
        // The form is there to be mended.
        assert_eq!(answer.value("reason"), "handed over");
    }
    assert_eq!(house.bank.calls("contract.activate"), 0);
    assert!(!format!("{:?}", house.records().await).contains("canary"));
}
