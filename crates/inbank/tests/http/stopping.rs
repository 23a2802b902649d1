use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use inbank::ports::Ledger as _;
use inbank::{
    AttemptState, Cart, Currency, Limits, Money, OrderKey, OrderReference, Platform, ProductCode,
    ShopName,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::house::{House, Plan};
use crate::serving::{exchange, read_to_end, request, serve};

/// So long that what has ended was ended by stopping.
const LONG: Limits = Limits {
    connections: 8,
    head: Duration::from_mins(10),
    request: Duration::from_mins(10),
    stall: Duration::from_mins(10),
    drain: Duration::from_mins(10),
};

async fn house(limits: Limits, drain: Duration) -> House {
    House::by(Plan {
        limits,
        drain,
        ..Plan::default()
    })
    .await
}

async fn within<T>(what: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(Duration::from_secs(30), what).await;
    assert!(done.is_ok(), "it waits for what stopping has to end");
    done.unwrap()
}

/// A route that says when it is asked, and answers when it may.
fn held(answer: &'static str) -> (Router, oneshot::Receiver<()>, oneshot::Sender<()>) {
    let (asked, is_asked) = oneshot::channel::<()>();
    let (go_on, may_go_on) = oneshot::channel::<()>();
    let parts = Arc::new(Mutex::new(Some((asked, may_go_on))));
    let route = get(move || {
        let parts = parts.lock().unwrap().take();
        async move {
            let (asked, may_go_on) = parts.unwrap();
            asked.send(()).unwrap();
            may_go_on.await.unwrap();
            answer
        }
    });
    (Router::new().route("/held", route), is_asked, go_on)
}

#[tokio::test]
async fn a_request_under_way_is_answered_when_the_server_stops() {
    let (routes, is_asked, go_on) = held("answered");
    let served = serve(&house(LONG, LONG.drain).await, routes).await;
    let asking = tokio::spawn(exchange(
        served.address,
        "GET /held HTTP/1.1\r\nHost: a\r\n\r\n",
    ));
    is_asked.await.unwrap();
    served.stop.send(()).unwrap();
    go_on.send(()).unwrap();
    let answer = asking.await.unwrap();
    assert!(answer.ends_with("answered"), "{answer}");
    within(served.ended).await.unwrap();
}

#[tokio::test]
async fn connections_without_a_request_are_closed_when_the_server_stops() {
    let routes = Router::new().route("/", get(|| async { "here" }));
    let served = serve(&house(LONG, LONG.drain).await, routes).await;
    let mut silent = TcpStream::connect(served.address).await.unwrap();
    let mut idle = TcpStream::connect(served.address).await.unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"here") {
        answer.push(idle.read_u8().await.unwrap());
    }
    served.stop.send(()).unwrap();
    assert_eq!(read_to_end(&mut idle).await, "");
    assert_eq!(read_to_end(&mut silent).await, "");
    within(served.ended).await.unwrap();
}

#[tokio::test]
async fn a_request_that_outlives_the_drain_is_cut_before_the_server_has_ended() {
    let (routes, is_asked, mut go_on) = held("never");
    let drain = Duration::from_millis(100);
    let limits = Limits { drain, ..LONG };
    let served = serve(&house(limits, drain).await, routes).await;
    let asking = tokio::spawn(exchange(served.address, request("GET", "/held")));
    is_asked.await.unwrap();
    served.stop.send(()).unwrap();
    within(served.ended).await.unwrap();
    assert!(go_on.is_closed(), "it still waits for its answer");
    within(go_on.closed()).await;
    assert_eq!(asking.await.unwrap(), "");
}

fn cart() -> Cart {
    Cart::new("hp", Money::parse("100", Currency::EUR).unwrap())
}

async fn pay(State(platform): State<Platform>) -> String {
    let order = platform.shop("main").unwrap().order("1001");
    format!("{:?}", order.pay(&cart()).await)
}

/// Knows the product, so that the next answer of the bank is the one to opening.
async fn paying(limits: Limits) -> House {
    let house = house(limits, LONG.drain).await;
    let product = ProductCode::parse("hp").unwrap();
    let shop = house.platform.shop("main").unwrap();
    shop.product(&product).await.unwrap();
    house.bank.hold_answers();
    house
}

async fn assert_opened(house: &House) {
    let reference = OrderReference::parse("1001").unwrap();
    let key = OrderKey::new(ShopName::parse("main").unwrap(), reference);
    let order = house.ledger.order(&key).await.unwrap().unwrap();
    assert_eq!(order.attempts[0].state, AttemptState::Pending);
    assert!(order.attempts[0].redirect_url.is_some());
}

#[tokio::test]
async fn a_customer_who_pays_while_the_server_stops_is_sent_to_the_bank() {
    let house = paying(LONG).await;
    let routes = Router::new().route("/pay", post(pay));
    let served = serve(&house, routes.with_state(house.platform.clone())).await;
    let asking = tokio::spawn(exchange(served.address, request("POST", "/pay")));
    within(house.bank.holds(1)).await;
    served.stop.send(()).unwrap();
    while TcpStream::connect(served.address).await.is_ok() {}
    house.bank.let_go();
    let answer = within(asking).await.unwrap();
    assert!(answer.contains("Redirect"), "{answer}");
    within(served.ended).await.unwrap();
    assert_opened(&house).await;
}

/// Tells that what holds it is gone.
struct Gone(Option<oneshot::Sender<()>>);

impl Drop for Gone {
    fn drop(&mut self) {
        let _ = self.0.take().unwrap().send(());
    }
}

#[tokio::test]
async fn what_a_request_began_at_the_bank_after_the_worker_had_ended_is_written_all_the_same() {
    let house = paying(LONG).await;
    let (asked, is_asked) = oneshot::channel::<()>();
    let (go_on, may_go_on) = oneshot::channel::<()>();
    let (gone, is_gone) = oneshot::channel::<()>();
    let parts = Arc::new(Mutex::new(Some((asked, may_go_on, Gone(Some(gone))))));
    let route = post(move |state: State<Platform>| {
        let parts = parts.lock().unwrap().take();
        async move {
            let (asked, may_go_on, _gone) = parts.unwrap();
            asked.send(()).unwrap();
            may_go_on.await.unwrap();
            pay(state).await
        }
    });
    let routes = Router::new().route("/pay", route);
    let mut served = serve(&house, routes.with_state(house.platform.clone())).await;
    let mut browser = TcpStream::connect(served.address).await.unwrap();
    let request = request("POST", "/pay");
    browser.write_all(request.as_bytes()).await.unwrap();
    within(is_asked).await.unwrap();
    served.stop.send(()).unwrap();
    while TcpStream::connect(served.address).await.is_ok() {}
    // The worker has nothing to do, and has ended by now.
    go_on.send(()).unwrap();
    within(house.bank.holds(1)).await;
    drop(browser);
    within(is_gone).await.unwrap();
    // All that can go on goes on, on the one thread that there is.
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    assert!(!served.ended.is_finished(), "the answer is lost");
    house.bank.let_go();
    within(&mut served.ended).await.unwrap();
    assert_opened(&house).await;
}

#[tokio::test]
async fn leases_are_given_back_by_what_has_finished_and_by_what_was_cut() {
    for cut in [false, true] {
        let drain = if cut {
            Duration::from_millis(100)
        } else {
            LONG.drain
        };
        let house = house(LONG, drain).await;
        let served = serve(&house, Router::new()).await;
        house.bank.hold_answers();
        let now = time::OffsetDateTime::now_utc;
        assert!(house.ledger.wake(&house.key, now()).await.unwrap());
        within(house.bank.holds(1)).await;
        let lease = Duration::from_mins(2);
        let claimed = house.ledger.claim_one(&house.key, now(), lease).await;
        assert!(claimed.unwrap().is_none(), "it is being worked on");
        served.stop.send(()).unwrap();
        if !cut {
            house.bank.let_go();
        }
        within(served.ended).await.unwrap();
        let claimed = house.ledger.claim_one(&house.key, now(), lease).await;
        assert!(claimed.unwrap().is_some(), "another has to wait: {cut}");
    }
}
