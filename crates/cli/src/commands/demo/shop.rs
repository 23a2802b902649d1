use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use inbank::app::Desk;
use inbank::domain::{Invalid, ShopName, WebAddress};
use inbank::http::{HmacAuthenticator, PartnerApi};
use inbank::ports::Clock;
use inbank::receiver::ReturnPage;
use inbank::sql::SqlLedger;
use inbank::{Platform, PlatformShop};
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use url::Url;

use super::diary::Diary;

/// A platform that embeds us, with one shop: what a platform's engineers would write.
pub(super) struct Shop {
    pub(super) platform: Platform,
    pub(super) desk: Desk,
    server: Server,
    premises: Premises,
}

/// What outlives a restart of the platform.
struct Premises {
    api: PartnerApi,
    authenticator: HmacAuthenticator,
    clock: Arc<dyn Clock>,
    diary: Arc<Diary>,
    /// What comes while nobody serves waits here.
    listener: TcpListener,
    address: SocketAddr,
    /// Last, so that it is removed when nothing uses it any more.
    ledger: TempDir,
}

/// Where our routes are mounted in the platform's server.
const MOUNTED: &str = "/inbank";
const NAME: &str = "main";

impl Shop {
    pub(super) async fn open(
        api: PartnerApi,
        authenticator: HmacAuthenticator,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0");
        let listener = listener.context("the shop can't listen on this machine")?;
        listener.set_nonblocking(true)?;
        let premises = Premises {
            api,
            authenticator,
            clock,
            diary: Arc::default(),
            address: listener.local_addr()?,
            listener,
            ledger: TempDir::new().context("the shop has no place for its ledger")?,
        };
        let (platform, desk, server) = premises.run().await?;
        Ok(Self {
            platform,
            desk,
            server,
            premises,
        })
    }

    /// Ends the server and builds the platform anew on the same ledger: whatever else it knew is gone.
    pub(super) async fn restart(&mut self) -> Result<()> {
        self.server.end().await;
        (self.platform, self.desk, self.server) = self.premises.run().await?;
        Ok(())
    }

    /// What was told to it, and who came back.
    pub(super) fn diary(&self) -> &Diary {
        &self.premises.diary
    }

    /// A page for customers who come back about something else than a session.
    pub(super) fn page(&self, path: &str) -> Result<WebAddress, Invalid> {
        WebAddress::parse(&format!("http://{}{path}", self.premises.address))
    }
}

impl Premises {
    async fn run(&self) -> Result<(Platform, Desk, Server)> {
        let ledger = SqlLedger::connect(&database(&self.ledger)?).await?;
        let site = format!("http://{}", self.address);
        let page = ReturnPage::parse(&format!("{site}/orders/{{order_reference}}"))?;
        let (api, authenticator) = (self.api.clone(), self.authenticator.clone());
        let shop = PlatformShop::new(ShopName::parse(NAME)?, api, authenticator);
        let public_url = format!("{site}{MOUNTED}");
        let platform = Platform::builder()
            .public_url(WebAddress::parse(&public_url)?)
            .shop(shop.returning_to(page))
            .ledger(Arc::new(ledger))
            .events(self.diary.clone())
            .clock(self.clock.clone())
            .build()?;
        let router = pages(&self.diary).nest(MOUNTED, platform.router());
        let server = Server::start(self.listener.try_clone()?, router)?;
        let desk = platform.desk(NAME).context("the shop has no desk")?;
        Ok((platform, desk, server))
    }
}

/// A folder for temporary files may have a name that isn't an address as it stands.
fn database(folder: &TempDir) -> Result<String> {
    let file = Url::from_file_path(folder.path().join("ledger.db"));
    let file = file.map_err(|()| anyhow!("the folder for the ledger has no address"))?;
    Ok(format!("sqlite:{}", file.path()))
}

/// The shop's own pages, on which customers end up.
fn pages(diary: &Arc<Diary>) -> Router {
    Router::new()
        .route("/{page}/{whose}", get(thank))
        .route("/{page}/{whose}/{status}", get(thank_for_payment))
        .with_state(diary.clone())
}

async fn thank(
    State(diary): State<Arc<Diary>>,
    Path((page, whose)): Path<(String, String)>,
) -> &'static str {
    diary.visited(whose, page);
    "Thank you"
}

async fn thank_for_payment(
    state: State<Arc<Diary>>,
    Path((page, whose, status)): Path<(String, String, String)>,
) -> &'static str {
    thank(state, Path((format!("{page} {status}"), whose))).await
}

struct Server {
    stop: Arc<Notify>,
    /// Ends the server when dropped.
    task: JoinSet<()>,
}

impl Server {
    fn start(listener: TcpListener, router: Router) -> Result<Self> {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let stop = Arc::new(Notify::new());
        let stopped = stop.clone();
        let mut task = JoinSet::new();
        task.spawn(async move {
            let serving = axum::serve(listener, router);
            let stopped = async move { stopped.notified().await };
            // Ends when it is told to.
            let _ = serving.with_graceful_shutdown(stopped).await;
        });
        Ok(Self { stop, task })
    }

    /// Returns when what was under way is answered and no connection is left.
    async fn end(&mut self) {
        self.stop.notify_one();
        while self.task.join_next().await.is_some() {}
    }
}
