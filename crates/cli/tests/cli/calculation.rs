use inbank_sandbox::{Alteration, Operation};
use serde_json::json;

use crate::shop::Shop;

const QUESTION: [&str; 7] = [
    "calculate",
    "--product",
    "product_code_here",
    "--amount",
    "2000",
    "--period",
    "12",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_guides_sample_comes_out_to_the_cent() {
    let shop = Shop::open().await;
    for version in ["v2", "v3"] {
        let run = shop.run(&[&QUESTION[..], &["--api-version", version]].concat());
        let answer = run.json();
        assert_eq!(answer["product_code"], "product_code_here");
        assert_eq!(answer["currency"], "EUR");
        assert_eq!(answer["period"], 12);
        assert_eq!(answer["payment_amount_monthly"], "177.86");
        assert_eq!(answer["interest_rate_annual"], "0.0899");
        assert_eq!(answer["total_cost"], "2134.26");
        assert!(answer["credit_cost_rate_annual"].is_string());
        assert!(answer["total_cost_of_credit"].is_string());
        assert!(answer.get("costs").is_none() && answer.get("schedule").is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_detail_adds_the_fees_and_the_schedule() {
    let shop = Shop::open().await;
    let advanced = shop
        .run(&[&QUESTION[..], &["--detail", "advanced"]].concat())
        .json();
    assert!(
        advanced["costs"]["contract_fee_total"].is_string(),
        "{advanced}"
    );
    assert!(advanced.get("schedule").is_none());

    let full = [&QUESTION[..], &["--detail", "payment-schedule"]].concat();
    let answer = shop.run(&full).json();
    let schedule = answer["schedule"].as_array().unwrap();
    assert_eq!(schedule.len(), 12);
    assert_eq!(schedule[0]["number"], 1);
    assert!(schedule[0]["total"].is_string() && schedule[0]["due"].is_string());
    for row in schedule {
        let parts = [
            "principal",
            "interest",
            "contract_fee",
            "admin_fee",
            "insurance_fee",
        ];
        let cents = |name: &str| -> i64 {
            let (whole, cents) = row[name].as_str().unwrap().split_once('.').unwrap();
            format!("{whole}{cents:0<2}").parse().unwrap()
        };
        let sum: i64 = parts.into_iter().map(cents).sum();
        assert_eq!(sum, cents("total"), "{row}");
    }

    let run = shop.text(&full);
    let text = run.text();
    assert!(
        text.contains("Monthly payment            177.86 EUR\n"),
        "{text}"
    );
    assert!(
        text.contains("Interest, annual           8.99 %\n"),
        "{text}"
    );
    assert_eq!(text.lines().filter(|line| line.contains("│")).count(), 13);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bank_is_asked_exactly_what_was_given() {
    let shop = Shop::open().await;
    let given = [
        "--down-payment",
        "100.50",
        "--payment-day",
        "15",
        "--api-version",
        "v3",
    ];
    let answer = shop
        .run(
            &[
                &[
                    "calculate",
                    "--product",
                    "hire_purchase",
                    "--amount",
                    "499.90",
                    "--period",
                    "12",
                ],
                &given[..],
            ]
            .concat(),
        )
        .json();
    assert_eq!(answer["amount"], "499.9");
    assert_eq!(answer["payment_day"], 15);
    let asked = shop.received(inbank_sandbox::Operation::CreateCalculation);
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0]["paymentDay"], json!(15));
    // Text, as the guide's sample has it.
    assert_eq!(asked[0]["downPaymentAmount"], "100.50");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_agree_is_named_beside_the_banks_own_figures() {
    let shop = Shop::open().await;
    let full = [&QUESTION[..], &["--detail", "payment-schedule"]].concat();
    let answer = shop.run(&full).json();
    assert_eq!(answer["checked"]["agrees"], true, "{answer}");
    let verdict = |answer: &serde_json::Value, name: &str| {
        let checks = answer["checked"]["checks"].as_array().unwrap().clone();
        let check = checks.into_iter().find(|check| check["name"] == name);
        check.unwrap()
    };
    for name in [
        "rows",
        "row_balances",
        "total",
        "net_credit",
        "cost",
        "cost_parts",
        "aprc",
    ] {
        assert_eq!(verdict(&answer, name)["verdict"], "agrees", "{name}");
    }
    assert_eq!(
        verdict(&shop.run(&QUESTION).json(), "rows")["verdict"],
        "not_checked"
    );
    assert!(shop.text(&full).text().contains("\nChecked: rows, "));

    for (field, wrong, name) in [
        ("credit_cost_rate_annual", "0.1387", "aprc"),
        ("total_cost_of_credit", "130.26", "cost"),
        ("total_payment", "170.00", "total"),
    ] {
        let altered = Alteration::set(field, wrong);
        let alter = || {
            let operation = Operation::CreateCalculation;
            shop.sandbox.alter(operation, altered.clone(), 1);
        };
        alter();
        let answer = shop.run(&full).json();
        assert_eq!(answer["checked"]["agrees"], false, "{field}");
        let check = verdict(&answer, name);
        assert_eq!(check["verdict"], "differs", "{check}");
        if field == "credit_cost_rate_annual" {
            assert_eq!(answer[field], wrong, "never corrected");
            assert_eq!(
                (&check["told"], &check["reckoned"]),
                (&json!("13.87 %"), &json!("12.87 %"))
            );
        }
        alter();
        let run = shop.text(&full);
        assert!(
            run.text().contains(&format!("\nDoes not agree: {name} (")),
            "{run:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_example_has_each_figure_by_name_and_a_sentence_in_the_countrys_language() {
    let shop = Shop::open().await;
    let question = [&QUESTION[..], &["--example"]].concat();
    let answer = shop.run(&question).json();
    let example = &answer["representative_example"];
    for (name, figure) in [
        ("borrowing_rate", json!("0.0899")),
        ("aprc", json!("0.1287")),
        ("instalment", json!("177.86")),
        ("total_payable", json!("2134.26")),
        ("cost_of_credit", json!("134.26")),
        ("duration", json!(12)),
        ("currency", json!("EUR")),
        ("language", json!("et")),
    ] {
        assert_eq!(example[name], figure, "{name}");
    }
    assert!(example["charges"]["contract_fee"].is_string(), "{example}");
    for name in ["cash_price", "down_payment", "total_credit"] {
        assert!(example[name].is_string(), "{name}");
    }
    let text = example["text"].as_str().unwrap().replace('\u{a0}', " ");
    for part in ["Tüüpnäide", "2134,26 €", "12,87%", "poe jurist"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(
        shop.run(&QUESTION)
            .json()
            .get("representative_example")
            .is_none()
    );
    for (language, part) in [
        ("cs", "2 134,26 €"),
        ("en", "€2,134.26"),
        ("lt", "2 134,26 €"),
        ("lv", "2134,26 €"),
        ("pl", "2134,26 €"),
        ("ru", "2 134,26 €"),
    ] {
        let run = shop.text(&[&question[..], &["--language", language]].concat());
        assert!(run.text().replace('\u{a0}', " ").contains(part), "{run:?}");
    }
    let unknown = [&question[..], &["--language", "fi"]].concat();
    assert_eq!(shop.run(&unknown).error(2)["kind"], "invalid");
}
