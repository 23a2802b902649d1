//! How the bank answers this process, host by host.

use std::time::Duration;

use inbank_app::{CallFigures, HostCalls};

use crate::chart::{Bar, Chart};
use crate::moment::took;
use crate::status::{Mood, Tag};

pub(super) struct Bank {
    pub(super) hosts: Vec<Host>,
    pub(super) chart: Option<Chart>,
}

pub(super) struct Host {
    pub(super) name: String,
    pub(super) tag: Tag,
    pub(super) hour: Row,
    pub(super) since_start: Row,
}

pub(super) struct Row {
    pub(super) calls: u64,
    pub(super) failures: u64,
    pub(super) median: String,
    pub(super) p95: String,
}

impl Row {
    fn of(figures: &CallFigures) -> Self {
        let time = |time: Option<Duration>| time.map_or("–".to_owned(), took);
        Self {
            calls: figures.calls,
            failures: figures.failures,
            median: time(figures.median),
            p95: time(figures.p95),
        }
    }
}

impl Bank {
    pub(super) fn of(hosts: &[HostCalls], open: &[String]) -> Self {
        let bars: Vec<_> = hosts
            .iter()
            .filter_map(|host| {
                let p95 = host.hour.p95?;
                Some(Bar {
                    label: host.host.to_string(),
                    value: took(p95),
                    weight: u64::try_from(p95.as_millis()).unwrap_or(u64::MAX),
                    class: tag(host, open).mood.class(),
                })
            })
            .collect();
        let heads = ["Host", "95th percentile"];
        let title = "How long the bank takes to answer this process, last hour";
        Self {
            chart: (!bars.is_empty()).then(|| Chart::new("bank", title, heads, bars)),
            hosts: hosts.iter().map(|host| Host::of(host, open)).collect(),
        }
    }
}

impl Host {
    fn of(host: &HostCalls, open: &[String]) -> Self {
        Self {
            name: host.host.to_string(),
            tag: tag(host, open),
            hour: Row::of(&host.hour),
            since_start: Row::of(&host.since_start),
        }
    }
}

/// More than one failure in ten is more than weather.
fn tag(host: &HostCalls, open: &[String]) -> Tag {
    if open.iter().any(|open| **open == *host.host) {
        Tag::new(Mood::Bad, "not asked for a while: it gives no answer")
    } else if host.hour.failures > host.hour.calls / 10 {
        Tag::new(Mood::Wait, "many failures")
    } else {
        Tag::new(Mood::Good, "answers")
    }
}
