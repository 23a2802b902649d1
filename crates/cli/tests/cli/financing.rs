use std::sync::Arc;

use inbank::app::CheckedOut;
use inbank::domain::{
    ApiKey, Currency, FinancingEvent, Locale, Money, OrderReference, ProductCode, ProductFamily,
    Purchase, Region, SessionRequest, ShopId, ShopName, WebAddress,
};
use inbank::http::{HmacAuthenticator, PartnerApi, RegionProfile, Site};
use inbank::ports::{Entry, EventSink, SinkError, async_trait};
use inbank::sql::SqlLedger;
use inbank::{Platform, PlatformShop};
use tempfile::TempDir;
use uuid::Uuid;

use crate::run::{Run, inbank};
use crate::shop::Shop;

struct Deaf;

#[async_trait]
impl EventSink for Deaf {
    async fn deliver(&self, _: &FinancingEvent) -> Result<(), SinkError> {
        Ok(())
    }
}

/// A platform's ledger with one order, whose session is open.
struct Ledger {
    shop: Shop,
    folder: TempDir,
    entry: Entry,
}

impl Ledger {
    async fn with_an_order() -> Self {
        let shop = Shop::open().await;
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("inbank.db").display());
        let key = ApiKey::parse(shop.sandbox.api_key()).unwrap();
        let authenticator = HmacAuthenticator::new([&key]).unwrap();
        let uuid = ShopId::parse(shop.sandbox.shop()).unwrap();
        let api = PartnerApi::builder(&RegionProfile::ESTONIA, uuid, key)
            .site(Site::parse(shop.sandbox.base_url()).unwrap())
            .build()
            .unwrap();
        let name = ShopName::parse("main").unwrap();
        let platform = Platform::builder()
            .public_url(WebAddress::parse("http://127.0.0.1:9").unwrap())
            .ledger(Arc::new(SqlLedger::connect(&url).await.unwrap()))
            .events(Arc::new(Deaf))
            .shop(PlatformShop::new(name, api, authenticator))
            .build()
            .unwrap();
        let desk = platform.desk("main").unwrap();
        let order = OrderReference::parse("Order 1").unwrap();
        let request = SessionRequest::new(
            &Region::ESTONIA,
            ProductCode::parse("hire_purchase_approval").unwrap(),
            Money::parse("300", Currency::EUR).unwrap(),
            Locale::parse("et-ET").unwrap(),
            desk.urls(&order, 1).unwrap(),
            Purchase::new(order),
        );
        let family = ProductFamily::HirePurchase;
        let checked_out = desk.checkout(&request.unwrap(), family, 1).await.unwrap();
        let CheckedOut::Open { entry, .. } = checked_out else {
            panic!("{checked_out:?}")
        };
        Self {
            shop,
            folder,
            entry: *entry,
        }
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = self.shop.command(arguments);
        Run::of(command.current_dir(self.folder.path()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_is_listed_and_its_financings_are_shown() {
    let ledger = Ledger::with_an_order().await;
    let id = ledger.entry.financing.id.as_str();
    let listed = ledger.run(&["financing", "list"]).json();
    let first = &listed["financings"][0];
    assert_eq!(first["id"], id);
    assert_eq!(first["order_reference"], "Order 1");
    assert_eq!(first["state"], "pending");
    let none = ledger.run(&["financing", "list", "--order", "Order 2"]);
    assert_eq!(none.json()["financings"].as_array().unwrap().len(), 0);
    let shown = ledger.run(&["financing", "show", id]).json();
    assert_eq!(shown["financings"][0]["events"][0]["event"], "opened");
    let unknown = ledger.run(&["financing", "show", "nobody"]);
    assert_eq!(unknown.error(1)["kind"], "other");
}

#[tokio::test(flavor = "multi_thread")]
async fn replaying_reads_the_bank() {
    let ledger = Ledger::with_an_order().await;
    let session = ledger.entry.financing.session.as_ref().unwrap();
    let session: Uuid = session.as_str().parse().unwrap();
    ledger.shop.sandbox.customer_applies(session).unwrap();
    let id = ledger.entry.financing.id.as_str();
    let replayed = ledger.run(&["financing", "replay", id]).json();
    let financing = &replayed["financings"][0];
    assert_eq!(financing["state"], "granted");
    assert_eq!(financing["events"].as_array().unwrap().len(), 2);
    let again = ledger.run(&["financing", "replay", id]).json();
    assert_eq!(
        again["financings"][0]["events"].as_array().unwrap().len(),
        2
    );
}

#[test]
fn a_ledger_that_is_not_there_is_not_made() {
    let folder = TempDir::new().unwrap();
    let mut command = inbank(&["financing", "list"]);
    let run = Run::of(
        command
            .current_dir(folder.path())
            .env("INBANK_OUTPUT", "json"),
    );
    assert_eq!(run.error(2)["kind"], "usage");
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}
