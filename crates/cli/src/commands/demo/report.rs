use std::fmt;
use std::time::Duration;

use comfy_table::CellAlignment;
use serde::Serialize;

use super::flow::Flow;
use crate::output;

/// What came of all flows.
#[derive(Serialize)]
pub(super) struct Report {
    flows: Vec<Flow>,
    failed: usize,
    #[serde(skip)]
    took: Duration,
}

impl Report {
    pub(super) fn new(flows: Vec<Flow>, took: Duration) -> Self {
        let failed = flows.iter().filter(|flow| !flow.as_expected).count();
        Self {
            flows,
            failed,
            took,
        }
    }

    pub(super) const fn failed(&self) -> usize {
        self.failed
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = output::table();
        table.set_header([
            "Guide",
            "Region",
            "API",
            "Scenario",
            "Outcome",
            "Steps",
            "Requests",
            "Callbacks",
        ]);
        for flow in &self.flows {
            table.add_row([
                flow.guide,
                flow.region,
                flow.api_version,
                flow.scenario,
                &flow.outcome,
                &flow.steps.len().to_string(),
                &flow.requests.to_string(),
                &flow.callbacks.to_string(),
            ]);
        }
        for column in table.column_iter_mut().filter(|column| column.index > 4) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        writeln!(f, "{}", output::fitted(&table))?;
        let took = format!("{} ms", self.took.as_millis());
        match self.failed {
            0 => writeln!(f, "{} flows, all as expected, in {took}", self.flows.len()),
            failed => writeln!(
                f,
                "{} flows, {failed} of them otherwise, in {took}",
                self.flows.len()
            ),
        }
    }
}
