//! The console: what it is made of, and its routes.

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get};
use inbank_app::{Runtime, Worker};
use inbank_domain::ShopName;
use inbank_ports::{AuditLog, Ledger, LedgerError};
use time::OffsetDateTime;

use crate::check::Checks;
use crate::figures::Figures;
use crate::once::Once;
use crate::refusal::Refusal;
use crate::session::SignedOut;
use crate::sign_in::Limiter;
use crate::visitor::Visitor;
use crate::{
    Desk, Users, asset, audit, check, decide, erase, export, find, guard, orders, overview, shop,
    shop_change, sign_in,
};

/// Forms are short; the longest field is a reason.
pub(crate) const LARGEST_FORM: usize = 16 << 10;

/// The pages of a platform, for those who run it and for its merchants.
#[derive(Clone)]
pub struct Console(Shared);

#[derive(Clone)]
struct Shared {
    worker: Worker,
    runtime: Runtime,
    users: Arc<dyn Users>,
    audit: Option<Arc<dyn AuditLog>>,
    desk: Option<Arc<dyn Desk>>,
    base: String,
}

/// What every page works with.
pub(crate) struct House {
    pub(crate) worker: Worker,
    pub(crate) runtime: Runtime,
    pub(crate) users: Arc<dyn Users>,
    pub(crate) audit: Option<Arc<dyn AuditLog>>,
    pub(crate) desk: Option<Arc<dyn Desk>>,
    /// Where the pages are, without a slash behind.
    pub(crate) base: String,
    pub(crate) figures: Figures,
    pub(crate) checks: Checks,
    pub(crate) limiter: Limiter,
    pub(crate) once: Once,
    pub(crate) signed_out: SignedOut,
}

impl Console {
    /// A console over a worker's shops and ledger, for these users. By itself it changes nothing: see
    /// [`with_audit`](Self::with_audit).
    pub fn new(worker: Worker, runtime: Runtime, users: Arc<dyn Users>) -> Self {
        Self(Shared {
            worker,
            runtime,
            users,
            audit: None,
            desk: None,
            base: "/console".to_owned(),
        })
    }

    /// With where it is written down who decided what. Without one nothing can be decided here, and the pages say so.
    #[must_use]
    pub fn with_audit(mut self, audit: Arc<dyn AuditLog>) -> Self {
        self.0.audit = Some(audit);
        self
    }

    /// With what only a service can: shops that are added while it runs, and webhooks.
    #[must_use]
    pub fn with_desk(mut self, desk: Arc<dyn Desk>) -> Self {
        self.0.desk = Some(desk);
        self
    }

    /// With another path at which browsers find it than `/console`: `/admin/financing`. A proxy that takes a part of the path
    /// away would have links lead nowhere, so it is the path that browsers see.
    #[must_use]
    pub fn at(mut self, base: &str) -> Self {
        base.trim_end_matches('/').clone_into(&mut self.0.base);
        self
    }

    /// Its routes, all of them under its path: merge them, don't nest them.
    ///
    /// Who tries to sign in is told apart by `axum`'s `ConnectInfo<SocketAddr>`, which `Platform::serve` gives; with `axum::serve` use
    /// `into_make_service_with_connect_info`. Without it all of them are counted together, and some strangers can keep everybody from signing in.
    ///
    /// ```no_run
    /// # fn example(console: inbank_console::Console, routes: axum::Router) {
    /// let routes: axum::Router = routes.merge(console.router());
    /// # let _ = routes;
    /// # }
    /// ```
    pub fn router<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        let Shared {
            worker,
            runtime,
            users,
            audit,
            desk,
            base,
        } = self.0;
        let house = Arc::new(House {
            worker,
            runtime,
            users,
            audit,
            desk,
            base: base.clone(),
            figures: Figures::default(),
            checks: Checks::default(),
            limiter: Limiter::default(),
            once: Once::default(),
            signed_out: SignedOut::default(),
        });
        let at = |path: &str| format!("{base}{path}");
        let mut router = Router::new().route(&at("/"), get(overview::show));
        if !base.is_empty() {
            router = router.route(&base, get(overview::show));
        }
        router
            .route(&at("/sign-in"), get(sign_in::show).post(sign_in::sign_in))
            .route(&at("/sign-out"), axum::routing::post(sign_in::sign_out))
            .route(&at("/find"), get(find::find))
            .route(&at("/orders"), get(orders::show))
            .route(&at("/order"), get(erase::show_order))
            .route(&at("/order/decide"), get(decide::ask).post(decide::decide))
            .route(&at("/order/erase"), get(erase::ask).post(erase::erase))
            .route(&at("/shops"), get(shop::list))
            .route(&at("/shop"), get(shop::show))
            .route(&at("/shop/check"), get(check::show).post(check::check))
            .route(
                &at("/shop/add"),
                get(shop_change::ask_to_add).post(shop_change::add),
            )
            .route(
                &at("/shop/change"),
                get(shop_change::ask).post(shop_change::change),
            )
            .route(&at("/export"), get(export::show))
            .route(&at("/export/orders.csv"), get(export::orders))
            .route(&at("/export/events.csv"), get(export::events))
            .route(&at("/audit"), get(audit::show))
            .route(&at("/style.css"), get(asset::style))
            .route(&at("/refresh.js"), get(asset::script))
            .route(&at("/icon.svg"), get(asset::icon))
            .route(&at("/{*rest}"), any(|| async { Refusal::NotFound }))
            .layer(DefaultBodyLimit::max(LARGEST_FORM))
            .route_layer(from_fn_with_state(house.clone(), guard::guard))
            .with_state(house)
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console")
            .field("base", &self.0.base)
            .finish_non_exhaustive()
    }
}

impl House {
    pub(crate) fn now(&self) -> OffsetDateTime {
        self.runtime.now()
    }

    pub(crate) fn ledger(&self) -> &Arc<dyn Ledger> {
        self.worker.ledger()
    }

    /// The shops of this process.
    pub(crate) fn shops(&self) -> Vec<ShopName> {
        let shops = self.worker.shops().all();
        shops.iter().map(|shop| shop.name().clone()).collect()
    }

    /// The same, and those of which there are orders, though this process has them no more: they were removed, or can't be used here.
    pub(crate) async fn shops_with_orders(&self) -> Result<Vec<ShopName>, LedgerError> {
        let mut shops = self.shops();
        shops.extend(self.ledger().shops().await?);
        shops.sort_unstable();
        shops.dedup();
        Ok(shops)
    }

    /// Those whose orders a visitor sees. Whoever sees every shop sees all that the ledger has, so that nothing goes out of sight with
    /// its shop.
    pub(crate) async fn shops_listed_to(
        &self,
        visitor: &Visitor,
    ) -> Result<Vec<ShopName>, LedgerError> {
        if visitor.user.sees_every_shop() {
            self.shops_with_orders().await
        } else {
            Ok(self.shops_of(visitor))
        }
    }

    /// Those that a visitor sees, also where this process can't use them.
    pub(crate) fn shops_of(&self, visitor: &Visitor) -> Vec<ShopName> {
        let mut shops = self.shops();
        shops.extend(self.worker.shops().withheld());
        shops.sort_unstable();
        shops.dedup();
        shops.retain(|shop| visitor.user.sees(shop));
        shops
    }
}
