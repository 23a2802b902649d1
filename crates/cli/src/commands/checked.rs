//! Whether the bank's figures agree with each other, as it is shown beside them.

use std::fmt;

use inbank::{CheckName, Checked, Verdict};
use serde::Serialize;

/// What agrees, what doesn't, and what could not be checked.
#[derive(Serialize)]
pub(super) struct Findings {
    agrees: bool,
    checks: Vec<Finding>,
}

#[derive(Serialize)]
struct Finding {
    name: &'static str,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    told: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reckoned: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip)]
    about: CheckName,
}

impl From<Checked> for Findings {
    fn from(checked: Checked) -> Self {
        let checks = checked.checks().iter().map(|check| {
            let mut finding = Finding {
                name: check.name.as_str(),
                verdict: "agrees",
                row: None,
                told: None,
                reckoned: None,
                detail: None,
                about: check.name,
            };
            match &check.verdict {
                Verdict::Agrees => {}
                Verdict::Differs(difference) => {
                    finding.verdict = "differs";
                    finding.row = difference.row;
                    finding.told = Some(difference.told.to_string());
                    finding.reckoned = Some(difference.reckoned.to_string());
                    finding.detail = Some(difference.to_string());
                }
                Verdict::NotChecked(why) => {
                    finding.verdict = "not_checked";
                    finding.detail = Some((*why).to_owned());
                }
            }
            finding
        });
        Self {
            agrees: checked.agrees(),
            checks: checks.collect(),
        }
    }
}

/// A line for what agrees, and one for each thing that doesn't or could not be checked.
impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |verdict| {
            let checks = self.checks.iter().filter(move |one| one.verdict == verdict);
            checks.map(|check| check.name).collect::<Vec<_>>()
        };
        let agree = named("agrees");
        if !agree.is_empty() {
            writeln!(f, "Checked: {}", agree.join(", "))?;
        }
        for Finding { about, detail, .. } in
            self.checks.iter().filter(|one| one.verdict == "differs")
        {
            let detail = detail.as_deref().unwrap_or_default();
            writeln!(
                f,
                "Does not agree: {about} ({}): {detail}",
                about.sentence()
            )?;
        }
        let not = named("not_checked");
        if !not.is_empty() {
            writeln!(f, "Not checked: {}", not.join(", "))?;
        }
        Ok(())
    }
}
