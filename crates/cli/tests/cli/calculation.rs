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
