use std::collections::BTreeMap;

use serde_json::Value;

use crate::run::{Run, inbank};

const EPOS: &[(&str, &str, u64)] = &[
    ("completed", "completed", 1),
    ("approved", "completed", 2),
    ("cancelled_by_merchant", "cancelled", 2),
    ("declined", "declined", 1),
    ("cancelled_by_customer", "cancelled", 1),
    ("expired", "expired", 0),
    ("callbacks_dropped", "completed", 2),
    ("opening_answer_lost", "completed", 2),
    ("shop_restarted", "completed", 2),
    ("approved_and_cancelled_at_once", "completed", 2),
];

/// In both guides to direct applications.
const DIRECT: &[(&str, &str, u64)] = &[
    ("signed_digital", "completed", 4),
    ("signed_paper", "completed", 4),
    ("signed_sms", "completed", 4),
    ("approved", "completed", 5),
    ("cancelled_by_merchant", "cancelled", 5),
    ("income_proof_by_bank", "completed", 5),
    ("income_proof_by_upload", "completed", 5),
    ("income_proof_by_bank_then_upload", "completed", 6),
    ("declined", "declined", 1),
    ("manual", "completed", 4),
    ("failed", "failed", 1),
    ("cancelled_by_customer", "cancelled", 1),
    ("changed_conditions", "completed", 4),
    ("callbacks_dropped", "completed", 5),
    ("opening_answer_lost", "completed", 5),
    ("shop_restarted", "completed", 5),
    ("approved_and_cancelled_at_once", "completed", 5),
];

const EE_LV: &[(&str, &str, u64)] = &[
    ("signed_redirect", "completed", 4),
    ("signed_send_to_signing_sms", "completed", 4),
    ("signed_send_to_signing_email", "completed", 4),
    ("down_payment", "completed", 5),
];

const PL: &[(&str, &str, u64)] = &[
    ("verified", "completed", 5),
    ("verified_and_approved", "completed", 6),
];

const RENT: &[(&str, &str, u64)] = &[
    ("activated_by_ean", "completed", 2),
    ("activated_by_manufacturer_code", "completed", 2),
    ("activated_guides_cart", "completed", 2),
    ("activation_answer_lost", "completed", 2),
    ("identifier_missing", "completed", 2),
    ("approved_in_portal", "completed", 2),
    ("cancelled_by_merchant", "cancelled", 2),
    ("declined", "declined", 1),
    ("cancelled_by_customer", "cancelled", 1),
    ("expired", "expired", 0),
    ("model_not_approved", "not_found", 0),
    ("callbacks_dropped", "completed", 2),
    ("opening_answer_lost", "completed", 2),
    ("shop_restarted", "completed", 2),
    ("activated_and_cancelled_at_once", "completed", 2),
];

type Ended<'a> = BTreeMap<&'a str, (&'a str, u64)>;

/// How the flows of a region ended in a version.
fn ended<'a>(flows: &'a [Value], guide: &str, region: &str, version: &str) -> Ended<'a> {
    let here = flows.iter().filter(|flow| {
        flow["guide"] == guide && flow["region"] == region && flow["api_version"] == version
    });
    here.map(|flow| {
        assert!(!flow["steps"].as_array().unwrap().is_empty());
        // Of a model that the bank does not know there is nothing more to ask.
        let least = if flow["outcome"] == "not_found" { 1 } else { 4 };
        assert!(flow["requests"].as_u64().unwrap() >= least);
        (
            flow["scenario"].as_str().unwrap(),
            (
                flow["outcome"].as_str().unwrap(),
                flow["callbacks"].as_u64().unwrap(),
            ),
        )
    })
    .collect()
}

fn expected(lists: &[&'static [(&str, &str, u64)]]) -> Ended<'static> {
    let all = lists.iter().copied().flatten();
    all.map(|(scenario, outcome, callbacks)| (*scenario, (*outcome, *callbacks)))
        .collect()
}

#[test]
fn every_flow_ends_as_it_should() {
    let run = Run::of(&mut inbank(&["demo", "--output", "json"]));
    let report = run.json();
    assert_eq!(report["failed"], 0, "{report}");
    let flows = report["flows"].as_array().unwrap();
    let mut count = 0;
    for (guide, regions, scenarios) in [
        ("epos", &["estonia", "poland", "czechia"][..], &[EPOS][..]),
        ("direct-ee-lv", &["estonia", "latvia"], &[DIRECT, EE_LV]),
        ("direct-pl", &["poland"], &[DIRECT, PL]),
        ("smart-rent", &["estonia", "latvia"], &[RENT]),
    ] {
        let expected = expected(scenarios);
        for region in regions {
            for version in ["v2", "v3"] {
                assert_eq!(
                    ended(flows, guide, region, version),
                    expected,
                    "{guide} {region} {version}"
                );
                count += expected.len();
            }
        }
    }
    assert_eq!(flows.len(), count);
}

#[test]
fn people_get_a_table_and_no_bar_where_there_is_no_terminal() {
    for (guide, count) in [
        ("epos", 60),
        ("direct-ee-lv", 84),
        ("direct-pl", 38),
        ("smart-rent", 60),
    ] {
        let run = Run::of(&mut inbank(&["demo", "--guide", guide]));
        let text = run.text();
        let all = format!("{count} flows, all as expected");
        assert!(text.contains(&all), "{text}");
        let rows = text.lines().filter(|line| line.contains(guide));
        assert_eq!(rows.count(), count);
    }
}
