//! A platform in a process of its own, which a test kills or stops: it opens orders, does what each
//! event asks for, and says on standard output what happens. An order's name begins with what it is to
//! come to. Its time passes a hundred times as fast, so that leases lapse while a test waits.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write as _;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;
use inbank::ports::{Clock, EventSink, SinkError};
use inbank::sql::LedgerOptions;
use inbank::{
    Action, ApplicationRequest, ApplyOutcome, AssetIdentifiers, Cart, Contact, Currency, Customer,
    Email, EventKind, Hero, IdentityCode, Imei, ModelIdentifier, Money, Months, NotPaid,
    OrderError, OrderEvent, OrderHandle, OrderStatus, OsRandom, PayOutcome, PhoneNumber, Platform,
    ProductCode, Region, RentalRequest, Runtime, SerialNumber, Shop, ShopHandle, SigningMethod,
    TokioSpawner,
};
use inbank_tests::{Dying, Hooked};
use time::OffsetDateTime;

const FASTER: u32 = 100;
/// A callback for which nobody was there comes again sooner than that.
const HEARD_OF_WITHIN: Duration = Duration::from_secs(100);
const RENTAL: &str = "smart_rent_product_code";

/// Goes on from where the process before may have been.
struct FastClock {
    start: OffsetDateTime,
    began: Instant,
}

#[async_trait]
impl Clock for FastClock {
    fn now(&self) -> OffsetDateTime {
        self.start + self.began.elapsed() * FASTER
    }

    async fn sleep(&self, wait: Duration) {
        // A timer is what a clock is made of.
        let until = tokio::time::Instant::now() + wait / FASTER;
        let never = std::future::pending::<()>();
        let _ = tokio::time::timeout_at(until, never).await;
    }
}

/// Does what an event asks for before it is taken: what could not be done, the same event asks for
/// again.
#[derive(Default)]
struct Doing(OnceLock<ShopHandle>);

#[async_trait]
impl EventSink for Doing {
    async fn deliver(&self, event: &OrderEvent) -> Result<(), SinkError> {
        let (number, order) = (event.number, &event.order);
        // Several processes are told in one order.
        let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let at = at.unwrap().as_nanos();
        say(&format!("event {at} {number} {order} {}", event.kind));
        let shop = self.0.get().unwrap();
        let done = match &event.kind {
            EventKind::AwaitsMerchant => decide(shop, event.order.as_str()).await,
            EventKind::ActionWanted(Action::Offer) => accept(shop.order(order.as_str())).await,
            // It is not known whether an acceptance arrived, and the bank has the offer still.
            EventKind::NeedsPerson(_) if aim(order.as_str()) == "direct" => {
                accept_again(shop.order(order.as_str())).await
            }
            EventKind::ActionWanted(Action::Signature) => {
                let order = shop.order(order.as_str());
                order.sign(&SigningMethod::Digital).await.map(drop)
            }
            _ => Ok(()),
        };
        match done {
            // It has moved on, by an earlier delivery.
            Ok(()) | Err(OrderError::Refused(_)) => Ok(()),
            Err(error) => Err(SinkError::Later(Box::new(error))),
        }
    }
}

async fn decide(shop: &ShopHandle, reference: &str) -> Result<(), OrderError> {
    let order = shop.order(reference);
    match aim(reference) {
        "cancel" => order.cancel().await.map(drop),
        "rent" => {
            let product = ProductCode::parse(RENTAL)?;
            let phone = ModelIdentifier::ean("8806095299501")?;
            let model = shop.rental_model(&product, &phone).await?;
            let device = AssetIdentifiers::new(
                Some(Imei::parse("355889000000007")?),
                Some(SerialNumber::parse("J7P3D7000000")?),
            );
            order.activate(&model, &device).await.map(drop)
        }
        _ => order.approve().await.map(drop),
    }
}

async fn accept(order: OrderHandle) -> Result<(), OrderError> {
    let offer = order.offer().await?;
    order.accept(&offer.id).await.map(drop)
}

async fn accept_again(order: OrderHandle) -> Result<(), OrderError> {
    match order.status().await? {
        OrderStatus::ActionWanted(Action::Offer) => accept(order).await,
        _ => Ok(()),
    }
}

fn aim(reference: &str) -> &str {
    reference.split('-').next().unwrap()
}

async fn open(shop: &ShopHandle, clock: &FastClock, reference: &str) -> Result<(), OrderError> {
    let order = shop.order(reference);
    let done = [
        OrderStatus::AwaitsMerchant,
        OrderStatus::NotPaid(NotPaid::Cancelled),
    ];
    let status = order.status().await;
    if aim(reference) == "cancel" && status.is_ok_and(|status| done.contains(&status)) {
        // The customer has done what is to be done, and the merchant cancels: who pays after that makes
        // another attempt.
        return Ok(());
    }
    let total = Money::parse("400", Currency::EUR)?;
    let cart = match aim(reference) {
        "direct" => return apply(&order, clock, &application(total)?).await,
        "rent" => {
            let product = ProductCode::parse(RENTAL)?;
            let phone = ModelIdentifier::ean("8806095299501")?;
            let model = shop.rental_model(&product, &phone).await?;
            let hero = Hero::new(model.id.clone(), total);
            let request = RentalRequest::new(&Region::ESTONIA, Months::new(12)?, hero, Vec::new());
            Cart::rental(RENTAL, request?, "a telephone")
        }
        _ => Cart::new("hire_purchase_approval", total),
    };
    loop {
        match order.pay(&cart).await? {
            PayOutcome::Redirect(url) => say(&format!("redirect {reference} {url}")),
            PayOutcome::Standing(status) => say(&format!("standing {reference} {status}")),
            PayOutcome::NotOffered(why) => panic!("{why:?}"),
            // Until the worker has caught up with what a dead process left.
            PayOutcome::Busy(_) => {
                tokio::task::yield_now().await;
                continue;
            }
        }
        return Ok(());
    }
}

/// An application that may have been lost is waited for, given up, and sent anew.
async fn apply(
    order: &OrderHandle,
    clock: &FastClock,
    request: &ApplicationRequest,
) -> Result<(), OrderError> {
    loop {
        match order.apply(request).await? {
            ApplyOutcome::Sent(..) => return Ok(()),
            ApplyOutcome::NotOffered(why) => panic!("{why:?}"),
            // Until the worker has caught up with what a dead process left.
            ApplyOutcome::Busy(_) => tokio::task::yield_now().await,
            ApplyOutcome::Unclear(_) => {
                if !is_heard_of(order, clock, HEARD_OF_WITHIN).await? {
                    order.cancel().await?;
                }
            }
        }
    }
}

/// Watches an order of which it is not known whether the bank has it, for so long at most.
async fn is_heard_of(
    order: &OrderHandle,
    clock: &FastClock,
    limit: Duration,
) -> Result<bool, OrderError> {
    let until = clock.now() + limit;
    while clock.now() < until {
        if order.status().await? != OrderStatus::Opening {
            return Ok(true);
        }
    }
    Ok(false)
}

fn application(amount: Money) -> Result<ApplicationRequest, inbank::Invalid> {
    let customer = Customer {
        identity_code: Some(IdentityCode::parse(&Region::ESTONIA, "38808050001")?),
        first_name: Some("Mari".to_owned().into()),
        last_name: Some("Maasikas".to_owned().into()),
        ..Customer::default()
    };
    let contact = Contact {
        email: Some(Email::parse("mari@example.com")?),
        mobile: Some(PhoneNumber::parse("+37253630000")?),
        ..Contact::default()
    };
    let product = ProductCode::parse("hire_purchase_approval")?;
    ApplicationRequest::new(
        &Region::ESTONIA,
        product,
        amount,
        Months::new(12)?,
        customer,
        contact,
    )
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

/// Arguments: database, bank, shop, key, port, when it is there, the step to die at, the orders to open.
#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [database, bank, uuid, key, port, start, die_at, orders @ ..] = &arguments[..] else {
        panic!("database bank shop key port start die-at orders…");
    };
    let start = OffsetDateTime::from_unix_timestamp(start.parse().unwrap()).unwrap();
    let clock = Arc::new(FastClock {
        start,
        began: Instant::now(),
    });
    let options = LedgerOptions::new().callers_clock();
    let ledger = options.connect(database).await.unwrap();
    let dying = Arc::new(Dying::new(die_at.parse().unwrap()));
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await;
    let listener = listener.unwrap();
    let shop = Shop::new("main", Region::ESTONIA, uuid, key).with_base_url(bank);
    let runtime = Runtime::new(clock.clone(), Arc::new(OsRandom), Arc::new(TokioSpawner));
    let duty = Arc::new(Doing::default());
    let platform = Platform::builder()
        .public_url(format!("http://127.0.0.1:{port}"))
        .ledger(Arc::new(Hooked::new(Arc::new(ledger), dying)))
        .event_sink(duty.clone())
        .runtime(runtime)
        .shop(shop)
        .build()
        .await
        .unwrap();
    let shop = platform.shop("main").unwrap();
    assert!(duty.0.set(shop.clone()).is_ok());
    let serving = platform.clone();
    // With its signals, as an embedder runs it.
    let serving =
        tokio::spawn(async move { serving.serve(listener, axum::Router::new()).await.unwrap() });
    let opened = orders.iter().map(|reference| {
        let (shop, clock) = (shop.clone(), clock.clone());
        async move {
            while let Err(error) = open(&shop, &clock, reference).await {
                say(&format!("again {reference} {error}"));
            }
        }
    });
    futures::future::join_all(opened).await;
    say("opened all");
    serving.await.unwrap();
    say("stopped");
}
