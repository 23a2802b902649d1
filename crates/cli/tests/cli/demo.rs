use std::collections::HashMap;

use crate::run::{Run, inbank};

#[test]
fn every_flow_ends_as_it_should() {
    let run = Run::of(&mut inbank(&["demo", "--output", "json"]));
    let report = run.json();
    assert_eq!(report["failed"], 0, "{report}");
    let flows = report["flows"].as_array().unwrap();
    assert_eq!(flows.len(), 36);
    let expected: HashMap<&str, (&str, u64)> = [
        ("completed", ("completed", 1)),
        ("approved", ("completed", 2)),
        ("cancelled_by_merchant", ("cancelled", 2)),
        ("declined", ("declined", 1)),
        ("cancelled_by_customer", ("cancelled", 1)),
        ("expired", ("expired", 0)),
    ]
    .into();
    for flow in flows {
        let (outcome, callbacks) = expected[flow["scenario"].as_str().unwrap()];
        assert_eq!(flow["outcome"], outcome, "{flow}");
        assert_eq!(flow["callbacks"], callbacks, "{flow}");
        assert_eq!(flow["guide"], "epos");
        assert!(!flow["steps"].as_array().unwrap().is_empty());
        assert!(flow["requests"].as_u64().unwrap() > 3);
    }
    for region in ["estonia", "poland", "czechia"] {
        for version in ["v2", "v3"] {
            let here = flows
                .iter()
                .filter(|flow| flow["region"] == region && flow["api_version"] == version);
            assert_eq!(here.count(), 6, "{region} {version}");
        }
    }
}

#[test]
fn people_get_a_table_and_no_bar_where_there_is_no_terminal() {
    let run = Run::of(&mut inbank(&["demo", "--guide", "epos"]));
    let text = run.text();
    assert!(text.contains("36 flows, all as expected"), "{text}");
    assert_eq!(
        text.lines().filter(|line| line.contains("epos")).count(),
        36
    );
}
