//! A shop that takes Inbank's financing, in the browser: what an embedder writes.
//!
//! `inbank shop` starts it beside a sandbox. The shop itself doesn't know of one: it would run against the
//! bank as it is. `checkout.rs`, `direct.rs`, `order.rs` and `office.rs` have what is asked of us;
//! `book.rs` stands for the shop's own database.

mod book;
mod catalogue;
mod checkout;
mod direct;
mod files;
mod office;
mod order;
mod page;
mod product;

use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use inbank::{Platform, Region, Shop, ShopHandle};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::book::Book;
use crate::catalogue::Catalogue;
use crate::page::Pages;

/// The shop's name in the ledger.
pub const NAME: &str = "havn";

/// What the shop needs to open.
pub struct Setup {
    /// The shop at its bank, under [`NAME`].
    pub shop: Shop,
    /// Its region: currency, languages, ways to pay.
    pub region: Region,
    /// Where browsers and the bank reach us: `https://shop.example.com`.
    pub url: String,
    /// The ledger: `sqlite:shop.db`, or `postgres://…`.
    pub database: String,
    /// Where the bank's pages are: browsers let our forms lead there, and nowhere else.
    pub bank_pages: String,
}

/// What the pages work with.
struct Front {
    shop: ShopHandle,
    region: Region,
    catalogue: Catalogue,
    book: Arc<Book>,
    pages: Pages,
    /// Streams of news end when it turns true, so that an open page holds up no shutdown.
    closing: watch::Receiver<bool>,
}

/// Serves the shop and the bank's callbacks, and works in the background, until `stop` is done.
///
/// # Errors
/// What is wrong with the setup, at once.
pub async fn serve(
    setup: Setup,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let book = Arc::new(Book::default());
    let told = book.clone();
    let orders = format!("{}/orders/{{order_reference}}", setup.url);
    let platform = Platform::builder()
        .public_url(format!("{}/inbank", setup.url))
        .database(setup.database)
        .shop(setup.shop.with_return_url(orders))
        .on_event(move |event| std::future::ready(told.take_in(&event)))
        .build()
        .await?;
    let (closing, closed) = watch::channel(false);
    let front = Front {
        shop: platform.shop(NAME)?,
        region: setup.region,
        catalogue: Catalogue::read()?,
        book,
        pages: Pages::new(&setup.bank_pages)?,
        closing: closed,
    };
    let stop = async move {
        stop.await;
        let _ = closing.send(true);
    };
    let routes = routes(Arc::new(front));
    Ok(platform.serve_until(listener, routes, stop).await?)
}

fn routes(front: Arc<Front>) -> Router {
    let apply = get(direct::form).post(direct::apply);
    Router::new()
        .route("/", get(product::all))
        .route("/products/{article}", get(product::one))
        .route("/orders", post(checkout::place))
        .route("/checkout/{order}", get(checkout::show).post(checkout::pay))
        .route("/checkout/{order}/apply", apply)
        .route("/orders/{order}", get(order::show).post(direct::go_on))
        .route("/office", get(office::show))
        .route("/office/{order}", post(office::decide))
        .route("/news/{order}", get(order::news))
        .route("/assets/{file}", get(page::asset))
        .fallback(page::missing)
        .layer(from_fn_with_state(front.clone(), page::attend))
        .with_state(front)
}
