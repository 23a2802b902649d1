//! What every log of decisions must do, one small case per MUST, each against an empty one.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use inbank_domain::{OrderReference, ShopName};
use inbank_ports::{AuditEntry, AuditLog, AuditQuery, AuditRecord};
use time::{Duration, OffsetDateTime};

/// A log under test.
#[async_trait]
pub trait AuditHarness: Send + Sync {
    /// The log, empty at first. Called again it may give another way to the same store.
    async fn log(&self) -> Arc<dyn AuditLog>;

    /// Now, as the log is told; where it goes by a clock of its own, that must not be far from it.
    fn now(&self) -> OffsetDateTime;
}

type Running<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// One MUST.
#[derive(Clone, Copy)]
pub struct AuditCase {
    /// Its name, as the port's docs cite it.
    pub name: &'static str,
    run: for<'a> fn(&'a Scene<'a>) -> Running<'a>,
}

impl AuditCase {
    /// Runs it against an empty log.
    ///
    /// # Panics
    /// When the implementation is wrong.
    pub async fn run(&self, harness: &dyn AuditHarness) {
        let log = harness.log().await;
        (self.run)(&Scene { harness, log }).await;
    }
}

impl fmt::Debug for AuditCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

macro_rules! cases {
    ($($name:ident,)+) => {
        &[$(AuditCase {
            name: stringify!($name),
            run: |scene| Box::pin($name(scene)),
        },)+]
    };
}

/// Every case there is.
pub fn cases() -> &'static [AuditCase] {
    cases![
        record_is_found_as_written,
        records_are_found_by_shop,
        records_are_found_by_order,
        records_are_read_page_by_page,
    ]
}

struct Scene<'a> {
    harness: &'a dyn AuditHarness,
    log: Arc<dyn AuditLog>,
}

const ALL: AuditQuery = AuditQuery {
    shops: None,
    order: None,
    before: None,
    limit: 100,
};

fn shop(name: &str) -> ShopName {
    ShopName::parse(name).unwrap()
}

fn entry(what: &str, shop: Option<ShopName>, reference: Option<&str>) -> AuditEntry {
    AuditEntry {
        who: "token 5f".to_owned(),
        what: what.to_owned(),
        shop,
        reference: reference.map(str::to_owned),
        why: None,
    }
}

impl Scene<'_> {
    async fn record(&self, entry: &AuditEntry) {
        self.log.record(entry, self.harness.now()).await.unwrap();
    }

    async fn records(&self, about: &AuditQuery) -> Vec<AuditRecord> {
        self.log.records(about).await.unwrap()
    }

    /// What was decided, by its names, the latest first.
    async fn whats(&self, about: &AuditQuery) -> Vec<String> {
        let records = self.records(about).await;
        records
            .into_iter()
            .map(|record| record.entry.what)
            .collect()
    }

    /// Two of one order, one of an order of the same name elsewhere, one of a shop, one of none.
    async fn filled(&self) {
        for (what, name, reference) in [
            ("order.approve", Some("main"), Some("o-1")),
            ("order.cancel", Some("second"), Some("o-1")),
            ("shop.set", Some("main"), None),
            ("service.start", None, None),
            ("order.refresh", Some("main"), Some("o-1")),
        ] {
            self.record(&entry(what, name.map(shop), reference)).await;
        }
    }
}

async fn record_is_found_as_written(scene: &Scene<'_>) {
    assert_eq!(scene.records(&ALL).await, []);
    let bare = entry("service.start", None, None);
    let full = AuditEntry {
        why: Some("<b>\"O'Neill\"</b>, \u{20ac} & = + - @\nasked to".to_owned()),
        ..entry(
            "order.approve",
            Some(shop("main")),
            Some("Tellimus #1 \"\u{f5}\""),
        )
    };
    scene.record(&bare).await;
    scene.record(&full).await;
    // Another way to the same store finds the same.
    let records = scene.harness.log().await.records(&ALL).await.unwrap();
    let entries: Vec<_> = records.iter().map(|record| &record.entry).collect();
    assert_eq!(entries, [&full, &bare]);
    assert!(records[0].id > records[1].id);
    for record in &records {
        let ago = scene.harness.now() - record.at;
        assert!(ago.abs() < Duration::minutes(5), "{ago}");
    }
}

async fn records_are_found_by_shop(scene: &Scene<'_>) {
    scene.filled().await;
    let of = |shops: Vec<ShopName>| AuditQuery {
        shops: Some(shops),
        ..ALL
    };
    let main = ["order.refresh", "shop.set", "order.approve"];
    assert_eq!(scene.whats(&of(vec![shop("main")])).await, main);
    assert_eq!(
        scene.whats(&of(vec![shop("main"), shop("main")])).await,
        main
    );
    assert_eq!(scene.whats(&of(vec![shop("third")])).await, [""; 0]);
    assert_eq!(scene.whats(&of(Vec::new())).await, [""; 0]);
    let both = ["order.refresh", "shop.set", "order.cancel", "order.approve"];
    let of_both = of(vec![shop("second"), shop("main")]);
    assert_eq!(scene.whats(&of_both).await, both);
    assert_eq!(scene.whats(&ALL).await.len(), 5);
}

async fn records_are_found_by_order(scene: &Scene<'_>) {
    scene.filled().await;
    let of = |shops: Option<Vec<ShopName>>| AuditQuery {
        shops,
        order: Some(OrderReference::parse("o-1").unwrap()),
        ..ALL
    };
    let main = ["order.refresh", "order.approve"];
    assert_eq!(scene.whats(&of(Some(vec![shop("main")]))).await, main);
    let all = ["order.refresh", "order.cancel", "order.approve"];
    assert_eq!(scene.whats(&of(None)).await, all);
    let second = of(Some(vec![shop("second"), shop("third")]));
    assert_eq!(scene.whats(&second).await, ["order.cancel"]);
    assert_eq!(scene.whats(&of(Some(Vec::new()))).await, [""; 0]);
}

async fn records_are_read_page_by_page(scene: &Scene<'_>) {
    scene.filled().await;
    let both = Some(vec![shop("main"), shop("second")]);
    let order = Some(OrderReference::parse("o-1").unwrap());
    for (shops, order) in [(None, None), (both.clone(), None), (both, order)] {
        let mut about = AuditQuery {
            shops,
            order,
            ..ALL
        };
        let all = scene.records(&about).await;
        about.limit = 2;
        let mut read = Vec::new();
        loop {
            let page = scene.records(&about).await;
            assert!(page.len() <= 2);
            let Some(last) = page.last() else { break };
            about.before = Some(last.id);
            read.extend(page);
        }
        assert_eq!(read, all);
        about.limit = 0;
        about.before = None;
        assert_eq!(scene.records(&about).await, []);
    }
}
