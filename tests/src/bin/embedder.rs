//! A platform that embeds us, for tests that kill it: works a list of orders off to their ends, and
//! starts again where it was cut off. Reads its job from the environment and listens on a socket that
//! its parent gives it as standard input, so that its address outlives it.

use std::fs::{File, OpenOptions};
use std::io::{Write as _, stdin, stdout};
use std::net::TcpListener;
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use inbank::app::{Desk, ShopPorts};
use inbank::domain::{
    ApiKey, ApplicationRequest, AssetIdentifiers, Contact, Customer, Email, FinancingEvent,
    FinancingState, Hero, IdentityCode, Imei, Locale, ModelIdentifier, Money, Months,
    OrderReference, PhoneNumber, ProductCode, ProductFamily, Purchase, Region, RentalRequest,
    SerialNumber, SessionRequest, ShopId, ShopName, WebAddress,
};
use inbank::http::{HmacAuthenticator, PartnerApi, RegionProfile, Site, SystemClock};
use inbank::ports::fake::ManualClock;
use inbank::ports::{Clock, EventSink, FinancingLedger, Listing, Rentals, SinkError, async_trait};
use inbank::sql::SqlLedger;
use inbank::{Platform, PlatformShop};
use inbank_tests::crashing::{Crashing, Steps};
use reqwest::Client;
use serde::Deserialize;
use time::OffsetDateTime;

#[derive(Deserialize)]
struct Job {
    sandbox: String,
    shop: String,
    key: String,
    database: String,
    public_url: String,
    /// Where the events go, a line each.
    told: String,
    /// What the clock shows at first, in seconds since 1970.
    start: i64,
    /// The step at which it is killed.
    last_step: Option<usize>,
    /// The call before or after which it is killed.
    last_call: Option<String>,
    /// What each order is to come to, and its number: `approve-1`.
    orders: Vec<String>,
    /// Whether to go on until nothing at all is open.
    to_the_end: bool,
    /// Where others work on the same ledger at the same time: a file that says by how many seconds the
    /// clock of them all is ahead of the system's. Each event is said on standard output then.
    #[serde(default)]
    ahead: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let job: Job = serde_json::from_str(&std::env::var("EMBEDDER_JOB")?)?;
    match job.ahead.clone() {
        None => {
            let start = OffsetDateTime::from_unix_timestamp(job.start)?;
            let clock = Arc::new(ManualClock::new(start));
            Embedder::start(job, clock.clone())
                .await?
                .work(&clock)
                .await
        }
        Some(ahead) => {
            let clock = Arc::new(SharedClock { ahead });
            Embedder::start(job, clock).await?.work_with_others().await
        }
    }
}

/// The system's clock, which the test moves for all processes at once.
struct SharedClock {
    ahead: PathBuf,
}

#[async_trait]
impl Clock for SharedClock {
    fn now(&self) -> OffsetDateTime {
        let ahead = std::fs::read_to_string(&self.ahead).unwrap_or_default();
        SystemClock.now() + Duration::from_secs(ahead.trim().parse().unwrap_or_default())
    }

    async fn sleep(&self, wait: Duration) {
        SystemClock.sleep(wait).await;
    }
}

struct Embedder {
    job: Job,
    platform: Platform,
    desk: Desk,
    api: Arc<PartnerApi>,
    clock: Arc<dyn Clock>,
    steps: Arc<Steps>,
    customers: Client,
}

/// Appends each event to a file, as a platform would change its order.
struct Diary {
    file: File,
    aloud: bool,
}

#[async_trait]
impl EventSink for Diary {
    async fn deliver(&self, event: &FinancingEvent) -> Result<(), SinkError> {
        let line = format!("{} {} {}\n", event.id(), event.order, event.occurrence);
        // One write, so that a line is there or not.
        (&self.file).write_all(line.as_bytes())?;
        if self.aloud {
            stdout().write_all(line.as_bytes())?;
        }
        Ok(())
    }
}

impl Embedder {
    async fn start(job: Job, clock: Arc<dyn Clock>) -> Result<Self> {
        let steps = Steps::until(job.last_step, job.last_call.clone());
        let key = ApiKey::parse(&job.key)?;
        let authenticator = HmacAuthenticator::new([&key])?;
        let shop = ShopId::parse(job.shop.clone())?;
        let api = PartnerApi::builder(&RegionProfile::ESTONIA, shop, key)
            .site(Site::parse(&job.sandbox)?)
            .clock(clock.clone())
            .build()?;
        let api = Arc::new(api);
        let ports = ShopPorts {
            authenticator: Arc::new(authenticator),
            products: Crashing::new(api.clone(), &steps),
            sessions: Crashing::new(api.clone(), &steps),
            applications: Crashing::new(api.clone(), &steps),
            contracts: Crashing::new(api.clone(), &steps),
            rentals: Crashing::new(api.clone(), &steps),
            clock: clock.clone(),
        };
        let told = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&job.told)?;
        let ledger: Arc<dyn FinancingLedger> = Arc::new(SqlLedger::connect(&job.database).await?);
        let aloud = job.ahead.is_some();
        let sink: Arc<dyn EventSink> = Arc::new(Diary { file: told, aloud });
        let name = ShopName::parse("main")?;
        let platform = Platform::builder()
            .public_url(WebAddress::parse(&job.public_url)?)
            .shop(PlatformShop::with_ports(name, Region::ESTONIA, ports))
            .ledger(Crashing::new(ledger, &steps))
            .events(Crashing::new(sink, &steps))
            .clock(clock.clone())
            .build()?;
        let listener = TcpListener::from(stdin().as_fd().try_clone_to_owned()?);
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let router = platform.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self {
            desk: platform.desk("main").context("no desk")?,
            customers: Client::builder().no_proxy().build()?,
            job,
            platform,
            api,
            clock,
            steps,
        })
    }

    /// While others do the same for orders of theirs, and each worker for all.
    async fn work_with_others(&self) -> Result<()> {
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let platform = self.platform.clone();
        let worker = tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            platform.run(stopped).await;
        });
        let mut said = false;
        loop {
            let mut open = 0;
            for order in &self.job.orders {
                open += usize::from(!self.carry_on(order).await?);
            }
            if open == 0 && !said {
                said = true;
                stdout().write_all(b"done\n")?;
            }
            if open == 0 && self.is_at_rest().await? {
                break;
            }
            // What would be waited for is what the workers do: lends them a hand meanwhile.
            self.platform.worker().turn().await?;
        }
        drop(stop);
        worker.await?;
        while self.platform.worker().turn().await? > 0 {}
        Ok(())
    }

    async fn work(&self, clock: &ManualClock) -> Result<()> {
        // Doubles while nothing happens, so that a week passes in a few turns.
        let mut idle = Duration::from_secs(1);
        loop {
            let mut open = 0;
            for order in &self.job.orders {
                open += usize::from(!self.carry_on(order).await?);
            }
            if self.platform.worker().turn().await? > 0 {
                idle = Duration::from_secs(1);
                continue;
            }
            if open == 0 && !self.job.to_the_end {
                break;
            }
            if open == 0 && self.is_at_rest().await? {
                break;
            }
            if self.clock.now().unix_timestamp() > self.job.start + 60 * 24 * 3600 {
                bail!("{open} orders are stuck");
            }
            clock.advance(idle);
            idle = (idle * 2).min(Duration::from_hours(6));
        }
        eprintln!("done after {} steps", self.steps.taken());
        Ok(())
    }

    async fn is_at_rest(&self) -> Result<bool> {
        let all = self.platform.ledger().list(&Listing::default()).await?;
        Ok(all.iter().all(|entry| entry.financing.state.is_terminal()))
    }

    /// Does the next thing about an order, as merchant or as customer; true once it has come to what
    /// it should.
    async fn carry_on(&self, order: &str) -> Result<bool> {
        let (aim, _) = order.split_once('-').context("an order without an aim")?;
        let goal = match aim {
            "cancel" => FinancingState::Cancelled,
            "decline" => FinancingState::Declined,
            _ => FinancingState::Completed,
        };
        let order = OrderReference::parse(order)?;
        let attempts = self.desk.attempts(&order).await?;
        if attempts.iter().any(|entry| entry.financing.state == goal) {
            return Ok(true);
        }
        let latest = attempts.iter().max_by_key(|entry| entry.attempt);
        let Some(entry) = latest else {
            self.begin(aim, &order, 1).await?;
            return Ok(false);
        };
        let financing = &entry.financing;
        let id = &financing.id;
        // What goes wrong in any of these is told again next time.
        match financing.state {
            FinancingState::Opening if !entry.asked => {
                self.begin(aim, &order, entry.attempt).await?;
            }
            // A session that nobody was sent to; an application, though, may still come home.
            FinancingState::Opening if aim != "direct" => {
                self.begin(aim, &order, entry.attempt + 1).await?;
            }
            FinancingState::Expired | FinancingState::Failed => {
                self.begin(aim, &order, entry.attempt + 1).await?;
            }
            FinancingState::Pending => {
                if let Some(session) = &financing.session {
                    self.customer(&format!("sessions/{session}/apply")).await?;
                }
            }
            FinancingState::Offered => {
                if let Some(application) = &financing.application {
                    let _ = self.desk.accept(id, application).await;
                }
            }
            FinancingState::SignatureWanted => {
                if let Some(contract) = &financing.contract {
                    self.customer(&format!("contracts/{contract}/sign")).await?;
                }
            }
            FinancingState::Granted => {
                let carried = match aim {
                    "cancel" => self.desk.cancel(id).await,
                    "rent" => {
                        let product = &entry.product;
                        let ean = ModelIdentifier::ean(EAN)?;
                        let model = self.api.asset_model(product, &ean).await?;
                        self.desk.activate(id, &model, &device()?).await
                    }
                    _ => self.desk.approve(id).await,
                };
                if let Err(error) = carried {
                    eprintln!("{order}: {error}");
                }
            }
            _ => {}
        }
        Ok(false)
    }

    async fn begin(&self, aim: &str, order: &OrderReference, attempt: u32) -> Result<()> {
        let region = &Region::ESTONIA;
        if aim == "direct" {
            let mut request = application(region)?;
            request.callback_url = Some(self.desk.urls(order, attempt)?.callback_url);
            let family = ProductFamily::HirePurchase;
            self.desk.file(order, &request, family, attempt).await?;
            return Ok(());
        }
        let urls = self.desk.urls(order, attempt)?;
        let locale = Locale::parse("et-ET")?;
        let mut purchase = Purchase::new(order.clone());
        let request = if aim == "rent" {
            let product = ProductCode::parse("smart_rent_product_code")?;
            let model = self
                .api
                .asset_model(&product, &ModelIdentifier::ean(EAN)?)
                .await?;
            purchase.description = Some("A phone".to_owned());
            let price = Money::parse("300", region.currency)?;
            let hero = Hero::new(model.id, price);
            let cart = RentalRequest::new(region, Months::new(12)?, hero, Vec::new())?;
            SessionRequest::rental(region, product, locale, urls, purchase, cart)?
        } else {
            let product = ProductCode::parse("hire_purchase_approval")?;
            let total = if aim == "decline" { "700" } else { "400" };
            let total = Money::parse(total, region.currency)?;
            SessionRequest::new(region, product, total, locale, urls, purchase)?
        };
        let family = ProductFamily::HirePurchase;
        self.desk.checkout(&request, family, attempt).await?;
        Ok(())
    }

    /// Has the customer do something at the bank; that it was done before is as well.
    async fn customer(&self, what: &str) -> Result<()> {
        let url = format!("{}/sandbox/{what}", self.job.sandbox);
        let request = self.customers.post(url).bearer_auth(&self.job.key);
        request.send().await?;
        Ok(())
    }
}

fn device() -> Result<AssetIdentifiers> {
    let imei = Imei::parse("355889000000007")?;
    let serial = SerialNumber::parse("J7P3D7000000")?;
    Ok(AssetIdentifiers::new(Some(imei), Some(serial)))
}

fn application(region: &Region) -> Result<ApplicationRequest> {
    let customer = Customer {
        identity_code: Some(IdentityCode::parse(region, "33333333333")?),
        first_name: Some("Mari".to_owned().into()),
        last_name: Some("Maasikas".to_owned().into()),
        gender: None,
    };
    let contact = Contact {
        email: Some(Email::parse("mari@example.com")?),
        mobile: Some(PhoneNumber::parse("+37253630000")?),
        phone: None,
    };
    let product = ProductCode::parse("hire_purchase_approval")?;
    let amount = Money::parse("400", region.currency)?;
    let period = Months::new(12)?;
    Ok(ApplicationRequest::new(
        region, product, amount, period, customer, contact,
    )?)
}

/// The device of the guide's samples.
const EAN: &str = "88845632734657";
