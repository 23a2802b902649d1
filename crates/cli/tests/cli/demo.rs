use std::collections::BTreeMap;

use serde_json::Value;

use crate::run::{Run, inbank};

const EPOS: &[(&str, &str, u64)] = &[
    ("completed", "paid", 1),
    ("approved", "paid", 2),
    ("cancelled_by_merchant", "not_paid: cancelled", 2),
    ("declined", "not_paid: declined", 1),
    ("cancelled_by_customer", "not_paid: cancelled", 1),
    ("expired", "not_paid: expired", 0),
    ("callbacks_dropped", "paid", 2),
    ("opening_answer_lost", "paid", 2),
    ("shop_restarted", "paid", 2),
    ("approved_and_cancelled_at_once", "paid", 2),
    ("double_click", "paid", 1),
    ("changed_cart", "paid", 4),
    ("changed_cart_paid_in_the_old_tab", "needs_person", 1),
    ("approval_committed_later", "paid", 2),
    ("completed_after_all", "paid", 2),
    ("terminated", "terminated", 1),
];

/// In both guides to direct applications.
const DIRECT: &[(&str, &str, u64)] = &[
    ("signed_digital", "paid", 4),
    ("signed_paper", "paid", 4),
    ("signed_sms", "paid", 4),
    ("approved", "paid", 5),
    ("cancelled_by_merchant", "not_paid: cancelled", 5),
    ("income_proof_by_bank", "paid", 5),
    ("income_proof_by_upload", "paid", 5),
    ("income_proof_by_bank_then_upload", "paid", 6),
    ("declined", "not_paid: declined", 1),
    ("manual", "paid", 4),
    ("failed", "not_paid: failed", 1),
    ("cancelled_by_customer", "not_paid: cancelled", 1),
    ("changed_conditions", "needs_person", 4),
    ("callbacks_dropped", "paid", 5),
    ("opening_answer_lost", "paid", 5),
    ("shop_restarted", "paid", 5),
    ("approved_and_cancelled_at_once", "paid", 5),
    ("double_click", "paid", 4),
    ("changed_application", "paid", 5),
    ("acceptance_committed_later", "paid", 4),
    ("approval_committed_later", "paid", 5),
    ("terminated", "terminated", 5),
];

const EE_LV: &[(&str, &str, u64)] = &[
    ("signed_redirect", "paid", 4),
    ("signed_send_to_signing_sms", "paid", 4),
    ("signed_send_to_signing_email", "paid", 4),
    ("down_payment", "paid", 5),
];

const PL: &[(&str, &str, u64)] = &[
    ("verified", "paid", 5),
    ("verified_and_approved", "paid", 6),
    ("sms_before_the_decision", "paid", 4),
];

const RENT: &[(&str, &str, u64)] = &[
    ("activated_by_ean", "paid", 2),
    ("activated_by_manufacturer_code", "paid", 2),
    ("activated_guides_cart", "paid", 2),
    ("activation_answer_lost", "paid", 2),
    ("activation_committed_later", "paid", 2),
    ("identifier_missing", "paid", 2),
    ("approved_in_portal", "paid", 2),
    ("cancelled_by_merchant", "not_paid: cancelled", 2),
    ("declined", "not_paid: declined", 1),
    ("cancelled_by_customer", "not_paid: cancelled", 1),
    ("expired", "not_paid: expired", 0),
    ("model_not_approved", "not_found", 0),
    ("callbacks_dropped", "paid", 2),
    ("opening_answer_lost", "paid", 2),
    ("shop_restarted", "paid", 2),
    ("activated_and_cancelled_at_once", "paid", 2),
    ("double_click", "paid", 2),
    ("terminated", "terminated", 2),
];

type Ended<'a> = BTreeMap<&'a str, (&'a str, u64)>;

/// How the flows of a region ended in a version.
fn ended<'a>(flows: &'a [Value], guide: &str, region: &str, version: &str) -> Ended<'a> {
    let here = flows.iter().filter(|flow| {
        flow["guide"] == guide && flow["region"] == region && flow["api_version"] == version
    });
    here.map(|flow| {
        assert!(!flow["steps"].as_array().unwrap().is_empty());
        // It is opened, and read at least once. Of a model that the bank does not know there is nothing more to ask.
        let least = if flow["outcome"] == "not_found" { 1 } else { 2 };
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
        ("epos", 96),
        ("direct-ee-lv", 104),
        ("direct-pl", 50),
        ("smart-rent", 72),
    ] {
        let run = Run::of(&mut inbank(&["demo", "--guide", guide]));
        let text = run.text();
        let all = format!("{count} flows, all as expected");
        assert!(text.contains(&all), "{text}");
        let rows = text.lines().filter(|line| line.contains(guide));
        assert_eq!(rows.count(), count);
    }
}
