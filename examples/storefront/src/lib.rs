//! A shop that takes Inbank's financing, in the browser: what an embedder writes.
//!
//! `inbank shop` starts it beside a sandbox. The shop itself doesn't know of one: it would run against the
//! bank as it is. `checkout.rs`, `direct.rs`, `order.rs` and `office.rs` have what is asked of us, and `book.rs`
//! what we are told; what a shop has anyway, its pages and its database, is of `inbank-pages`.

mod book;
mod catalogue;
mod checkout;
mod direct;
mod office;
mod order;
mod page;
mod product;

use std::error::Error;
use std::future::ready;
use std::sync::Arc;

use axum::Router;
use axum::routing::{any, get, post};
use futures::FutureExt as _;
use inbank::{Language, Platform, Region, Shop, ShopHandle};
use inbank_pages::{Pages, Rows};
use include_dir::{Dir, include_dir};
use tokio::net::TcpListener;

use crate::book::Placed;
use crate::catalogue::Catalogue;

/// The shop's name in the ledger.
pub const NAME: &str = "havn";

/// What its pages are made of.
static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/site");

/// What the shop needs to open.
pub struct Setup {
    /// The shop at its bank, under [`NAME`].
    pub shop: Shop,
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
    /// Currency, language, ways to pay.
    region: Region,
    catalogue: Catalogue,
    orders: Rows<Placed>,
}

/// A request to the shop.
type Visit = inbank_pages::Visit<Arc<Front>>;

/// Serves the shop and the bank's callbacks, and works in the background, until `stop` is done.
///
/// # Errors
/// What is wrong with the setup, at once.
pub async fn serve(
    setup: Setup,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let orders = Rows::default();
    let told = orders.clone();
    let return_url = format!("{}/orders/{{order_reference}}", setup.url);
    let platform = Platform::builder()
        .public_url(format!("{}/inbank", setup.url))
        .database(setup.database)
        .shop(setup.shop.with_return_url(return_url))
        .on_event(move |event| ready(book::take_in(&told, &event)))
        .build()
        .await?;
    let region = platform.shop(NAME)?.bank().region.clone();
    let language = Language::of_region(&region).code();
    let pages = Pages::new(&FILES, language, &setup.bank_pages)?;
    let front = Front {
        shop: platform.shop(NAME)?,
        catalogue: Catalogue::read(&region)?,
        region,
        orders,
    };
    let stop = stop.boxed().shared();
    let routes = pages.serve(routes().with_state(Arc::new(front)), stop.clone());
    Ok(platform.serve_until(listener, routes, stop).await?)
}

fn routes() -> Router<Arc<Front>> {
    Router::new()
        .route("/", get(product::all))
        .route("/products/{article}", get(product::one))
        .route("/orders", post(checkout::place))
        .route("/checkout/{order}", get(checkout::show).post(checkout::pay))
        .route("/checkout/{order}/apply", any(direct::apply))
        .route("/orders/{order}", get(order::show).post(direct::go_on))
        .route("/office", get(office::show))
        .route("/office/{order}", post(office::decide))
        .route("/news/{order}", get(order::news))
}
