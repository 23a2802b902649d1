//! An axum shop: its customers check out, its staff approve and cancel, and events change its orders.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::post;
use inbank::{
    BuildError, Cart, Currency, Money, OrderError, OrderEvent, PayOutcome, Platform, Shop,
    ShopHandle,
};
use tokio::sync::mpsc::Sender;

/// Where the shop takes its events in: a transaction of its own, elsewhere.
pub type Events = Sender<OrderEvent>;

/// The platform of a shop that is reached at `url`.
pub async fn platform(shop: Shop, url: &str, db: &str, to: Events) -> Result<Platform, BuildError> {
    Platform::builder()
        .public_url(format!("{url}/inbank"))
        .database(db)
        .shop(shop.with_return_url(format!("{url}/orders/{{order_reference}}")))
        .on_event(move |event| {
            let to = to.clone();
            async move { to.send(event).await }
        })
        .build()
        .await
}

/// The shop's own routes.
pub fn routes(shop: ShopHandle) -> Router {
    Router::new()
        .route("/orders/{order}/pay", post(pay))
        .route("/orders/{order}/approve", post(approve))
        .route("/orders/{order}/cancel", post(cancel))
        .with_state(shop)
}

type Answer<T> = Result<T, (StatusCode, String)>;

fn failed(error: OrderError) -> (StatusCode, String) {
    (StatusCode::BAD_GATEWAY, error.to_string())
}

async fn pay(State(shop): State<ShopHandle>, Path(order): Path<String>) -> Answer<Redirect> {
    // The total is the shop's to know: never the browser's.
    let total = Money::new(499.into(), Currency::EUR);
    let cart = Cart::new("hire_purchase_approval", total);
    Ok(match shop.order(&order).pay(&cart).await.map_err(failed)? {
        PayOutcome::Redirect(bank) => Redirect::to(bank.as_str()),
        PayOutcome::Standing(_) => Redirect::to(&format!("/orders/{order}")),
        PayOutcome::NotOffered(_) => Redirect::to("/other-ways-to-pay"),
        PayOutcome::Busy(wait) => Redirect::to(&format!("/try-again?in={}", wait.as_secs())),
    })
}

async fn approve(State(shop): State<ShopHandle>, Path(order): Path<String>) -> Answer<()> {
    shop.order(order).approve().await.map(drop).map_err(failed)
}

async fn cancel(State(shop): State<ShopHandle>, Path(order): Path<String>) -> Answer<()> {
    shop.order(order).cancel().await.map(drop).map_err(failed)
}
