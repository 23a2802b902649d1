//! Whether the figures that the guides print agree with each other, read through the adapter.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use inbank::http::ApiVersion;
use inbank::ports::{Applications, Calculator};
use inbank::{
    ApplicationId, CalculationRequest, CheckName, Checked, Currency, Money, Months, ProductCode,
    Region, Verdict,
};
use inbank_tests::{StubBank, camel, fixture};
use serde_json::{Value, json};

/// A printed answer in a version's spelling, with some of its fields replaced.
fn printed(name: &str, version: ApiVersion, change: impl FnOnce(&mut Value)) -> String {
    let mut answer: Value = serde_json::from_str(&fixture(name)).unwrap();
    change(&mut answer);
    match version {
        ApiVersion::V2 => answer.to_string(),
        ApiVersion::V3 => camel(&answer).to_string(),
    }
}

async fn offered(version: ApiVersion, change: impl FnOnce(&mut Value)) -> Checked {
    let bank = StubBank::start(version).await;
    let name = "direct-ee-lv-2.05/application-details.response.json";
    bank.answers(200, printed(name, version, change)).await;
    let id = ApplicationId::parse("471e6282-3384-412b-af7b-646eb8f04391").unwrap();
    let application = bank.api.application(&id).await.unwrap();
    application.offer.unwrap().checked()
}

async fn quoted(version: ApiVersion, change: impl FnOnce(&mut Value)) -> Checked {
    let bank = StubBank::start(version).await;
    let name = "epos-2.10/calculation.response.json";
    bank.answers(201, printed(name, version, change)).await;
    let request = CalculationRequest::new(
        &Region::ESTONIA,
        ProductCode::parse("product_code_here").unwrap(),
        Money::parse("2000", Currency::EUR).unwrap(),
        Months::new(12).unwrap(),
    );
    let calculation = bank.api.calculate(&request.unwrap()).await.unwrap();
    assert!(calculation.made_on.is_some(), "by the clock");
    calculation.checked()
}

fn of(checked: &Checked, name: CheckName) -> Verdict {
    let check = checked.checks().iter().find(|check| check.name == name);
    check.unwrap().verdict.clone()
}

#[tokio::test]
async fn what_the_guides_print_agrees() {
    for &version in ApiVersion::ALL {
        let offer = offered(version, |_| {}).await;
        assert!(offer.agrees(), "{offer:?}");
        for name in [
            CheckName::Total,
            CheckName::NetCredit,
            CheckName::Cost,
            CheckName::Aprc,
        ] {
            assert_eq!(of(&offer, name), Verdict::Agrees, "{name}");
        }
        let quote = quoted(version, |_| {}).await;
        assert!(quote.agrees(), "{quote:?}");
        for name in [CheckName::Cost, CheckName::Aprc] {
            assert_eq!(of(&quote, name), Verdict::Agrees, "{name}");
        }
    }
}

#[tokio::test]
async fn another_figure_than_the_printed_one_is_named() {
    for &version in ApiVersion::ALL {
        for (field, wrong, name) in [
            ("credit_cost_rate_annual", "0.311", CheckName::Aprc),
            ("repayments_amount_total", "1158.83", CheckName::Total),
            ("credit_cost_amount_total", "157.85", CheckName::Cost),
            ("net_credit_amount", "1000.99", CheckName::NetCredit),
        ] {
            let change = |answer: &mut Value| answer["payment_schedule"][field] = json!(wrong);
            let offer = offered(version, change).await;
            let differs = matches!(of(&offer, name), Verdict::Differs(_));
            assert!(differs, "{field}: {offer:?}");
        }
        let change = |answer: &mut Value| answer["credit_cost_rate_annual"] = json!("0.1288");
        let quote = quoted(version, change).await;
        let named: Vec<_> = quote.disagreements().map(|check| check.name).collect();
        assert_eq!(named, [CheckName::Aprc]);
    }
}

#[tokio::test]
async fn without_the_day_of_an_application_its_rate_is_not_checked() {
    for &version in ApiVersion::ALL {
        for day in [Value::Null, json!("soon"), json!(20_201_105)] {
            let offer = offered(version, |answer| {
                answer["credit_application"]["created_at"] = day;
            });
            let offer = offer.await;
            let verdict = of(&offer, CheckName::Aprc);
            assert!(matches!(verdict, Verdict::NotChecked(_)), "{verdict:?}");
        }
    }
}
