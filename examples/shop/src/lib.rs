//! A shop: checkout, events, approve, cancel.

use std::error::Error;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Redirect;
use axum::routing::post;
use inbank::{
    Cart, Currency, EventKind, Money, OrderEvent, OrderHandle, PayOutcome, Platform, Shop,
};
use tokio::net::TcpListener;

/// Serves the shop at `public_url`, over the ledger in `database`.
pub async fn serve(
    shop: Shop,
    public_url: String,
    database: String,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Box<dyn Error>> {
    let platform = Platform::builder()
        .public_url(public_url)
        .database(database)
        .shop(shop);
    let platform = platform.on_event(take_in).build().await?;
    let routes = Router::new()
        .route("/orders/{order}/pay", post(pay))
        .route("/orders/{order}/deliver", post(deliver))
        .route("/orders/{order}/give-up", post(give_up))
        .with_state(platform.clone());
    platform
        .serve_until(listener, routes, inbank::Limits::default(), stop)
        .await?;
    Ok(())
}

/// In one transaction of the shop's: by the event's id only once.
async fn take_in(event: OrderEvent) -> Result<(), std::io::Error> {
    match event.kind {
        EventKind::Paid { .. } => println!("{}: deliver for {:?}", event.order, event.amount),
        other => println!("{}: {other}", event.order),
    }
    Ok(())
}

fn order(platform: &Platform, reference: String) -> OrderHandle {
    platform.shop("main").expect("it is wired").order(reference)
}

async fn pay(State(platform): State<Platform>, Path(reference): Path<String>) -> Redirect {
    let cart = Cart::new(
        "hire_purchase_approval",
        Money::parse("499.90", Currency::EUR).unwrap(),
    );
    match order(&platform, reference).pay(&cart).await {
        Ok(PayOutcome::Redirect(url)) => Redirect::to(url.as_str()),
        Ok(PayOutcome::Standing(_)) => Redirect::to("/order"),
        Ok(PayOutcome::NotOffered(_)) | Err(_) => Redirect::to("/other-ways-to-pay"),
    }
}

async fn deliver(State(platform): State<Platform>, Path(reference): Path<String>) -> String {
    format!("{:?}", order(&platform, reference).approve().await)
}

async fn give_up(State(platform): State<Platform>, Path(reference): Path<String>) -> String {
    format!("{:?}", order(&platform, reference).cancel().await)
}
