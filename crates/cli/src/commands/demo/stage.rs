use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use inbank::http::{ApiVersion, RegionProfile};
use inbank::{OsRandom, Platform, Runtime, Shop};
use inbank_sandbox::{CallbackFault, CallbackOutcome, Region, Sandbox};
use reqwest::Client;
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio::task::{JoinSet, yield_now};
use url::Url;

use super::diary::Diary;
use super::time::{SandboxClock, Tasks};

/// A bank, and a platform that embeds us with one shop at it: everything that a flow needs but the
/// customer.
pub(super) struct Stage {
    pub(super) profile: &'static RegionProfile,
    pub(super) version: ApiVersion,
    pub(super) sandbox: Arc<Sandbox>,
    pub(super) platform: Platform,
    /// What the platform was told, and who came back to it.
    pub(super) diary: Arc<Diary>,
    /// The customers' browser.
    pub(super) browser: Client,
    pub(super) post: Post,
    server: Server,
    premises: Premises,
}

/// What outlives a restart of the platform.
struct Premises {
    clock: Arc<SandboxClock>,
    tasks: Arc<Tasks>,
    /// What comes while nobody serves waits here.
    listener: TcpListener,
    address: SocketAddr,
    /// Last, so that it is removed when nothing uses it any more.
    ledger: TempDir,
}

/// What becomes of the bank's callbacks.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Post {
    /// Each comes twice, as may happen at any time.
    Twice,
    /// None comes.
    Lost,
}

/// A callback as the bank has recorded it.
pub(super) struct Callback {
    pub(super) url: String,
    pub(super) status: String,
    pub(super) outcome: CallbackOutcome,
    pub(super) answer: Option<String>,
}

/// Where our routes are mounted in the platform's server.
const MOUNTED: &str = "/inbank";
/// The shop's name in the ledger.
pub(super) const SHOP: &str = "main";

impl Stage {
    pub(super) async fn set(profile: &'static RegionProfile, version: ApiVersion) -> Result<Self> {
        let region: Region = profile.region.name.parse()?;
        // It takes its time, as the bank does.
        let sandbox = Arc::new(Sandbox::builder(region).start().await?);
        let listener = TcpListener::bind("127.0.0.1:0");
        let listener = listener.context("the platform can't listen on this machine")?;
        listener.set_nonblocking(true)?;
        let premises = Premises {
            clock: Arc::new(SandboxClock::new(sandbox.clone())),
            tasks: Arc::new(Tasks::new()),
            address: listener.local_addr()?,
            listener,
            ledger: TempDir::new().context("the platform has no place for its ledger")?,
        };
        let diary = Arc::new(Diary::default());
        let platform = premises
            .platform(&sandbox, profile, version, &diary)
            .await?;
        Ok(Self {
            profile,
            version,
            server: premises.serve(&platform, &diary)?,
            platform,
            diary,
            // Everything is on this machine: a proxy from the environment has no part in it.
            browser: Client::builder().no_proxy().tls_certs_only([]).build()?,
            post: Post::Twice,
            sandbox,
            premises,
        })
    }

    /// Ends the platform. Callbacks and browsers that come now wait.
    pub(super) async fn close(&mut self) {
        self.server.end().await;
    }

    /// Builds the platform anew on the same ledger: whatever else it knew is gone.
    pub(super) async fn reopen(&mut self) -> Result<()> {
        let (profile, version, diary) = (self.profile, self.version, &self.diary);
        let platform = self
            .premises
            .platform(&self.sandbox, profile, version, diary);
        self.platform = platform.await?;
        self.server = self.premises.serve(&self.platform, diary)?;
        Ok(())
    }

    /// Has the bank's callbacks delivered like this from now on, and takes back all other faults.
    pub(super) fn deliver(&mut self, post: Post) {
        let fault = match post {
            Post::Twice => CallbackFault::Duplicate { copies: 1 },
            Post::Lost => CallbackFault::Drop,
        };
        self.sandbox.clear_faults();
        self.sandbox.release_answers();
        self.sandbox.callback_fault(fault, u32::MAX);
        self.post = post;
    }

    /// Returns when the bank has delivered what it has to say by now, and the platform has nothing to
    /// do by now.
    pub(super) async fn calm(&self) {
        let Premises { tasks, .. } = &self.premises;
        loop {
            tasks.idle().await;
            self.sandbox.idle().await;
            // Whoever was woken has its turn first: a stage has one thread.
            yield_now().await;
            if tasks.is_idle() {
                return;
            }
        }
    }

    /// Moves the time on.
    pub(super) async fn advance(&self, by: Duration) {
        self.premises.clock.advance(by);
        yield_now().await;
    }

    /// The address of a page of the shop.
    pub(super) fn page(&self, path: &str) -> String {
        format!("{}{path}", self.premises.site())
    }

    /// The callbacks so far to the addresses of these attempts, copies among them.
    pub(super) fn callbacks(&self, attempts: &[String]) -> Vec<Callback> {
        let sessions = self.sandbox.callbacks().into_iter();
        let sessions = sessions.map(|record| Callback {
            url: record.url,
            status: record.status.to_string(),
            outcome: record.outcome,
            answer: record.last_answer,
        });
        let applications = self.sandbox.application_callbacks().into_iter();
        let applications = applications.map(|record| Callback {
            url: record.url,
            status: record.event.name().to_lowercase(),
            outcome: record.outcome,
            answer: record.last_answer,
        });
        let ours = |callback: &Callback| attempts.iter().any(|id| callback.url.ends_with(id));
        sessions.chain(applications).filter(ours).collect()
    }
}

impl Post {
    /// How often the bank records each callback.
    pub(super) const fn copies(self) -> usize {
        match self {
            Self::Twice => 2,
            Self::Lost => 1,
        }
    }
}

impl Premises {
    fn site(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What a platform's engineers would write, but for its time.
    async fn platform(
        &self,
        sandbox: &Sandbox,
        profile: &RegionProfile,
        version: ApiVersion,
        diary: &Arc<Diary>,
    ) -> Result<Platform> {
        let region = profile.region.clone();
        let shop = Shop::new(SHOP, region, sandbox.shop(), sandbox.api_key())
            .with_version(version)
            .with_base_url(sandbox.base_url())
            .with_return_url(format!("{}/orders/{{order_reference}}", self.site()));
        let (clock, tasks) = (self.clock.clone(), self.tasks.clone());
        let platform = Platform::builder()
            .public_url(format!("{}{MOUNTED}", self.site()))
            .database(database(&self.ledger)?)
            .shop(shop)
            .event_sink(diary.clone())
            .runtime(Runtime::new(clock, Arc::new(OsRandom), tasks))
            .build();
        Ok(platform.await?)
    }

    fn serve(&self, platform: &Platform, diary: &Arc<Diary>) -> Result<Server> {
        let listener = tokio::net::TcpListener::from_std(self.listener.try_clone()?)?;
        let (platform, pages) = (platform.clone(), pages(diary));
        let stop = Arc::new(Notify::new());
        let stopped = stop.clone();
        let mut task = JoinSet::new();
        task.spawn(async move {
            let stopped = async move { stopped.notified().await };
            let serving = platform.serve_until(listener, pages, stopped);
            if let Err(error) = serving.await {
                tracing::error!(%error, "the demo's platform can't serve");
            }
        });
        Ok(Server { stop, task })
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
        .route("/{page}/{order}", get(thank))
        .route("/{page}/{order}/{status}", get(thank_for_payment))
        .with_state(diary.clone())
}

async fn thank(
    State(diary): State<Arc<Diary>>,
    Path((page, order)): Path<(String, String)>,
) -> &'static str {
    diary.visited(order, page);
    "Thank you"
}

async fn thank_for_payment(
    state: State<Arc<Diary>>,
    Path((page, order, status)): Path<(String, String, String)>,
) -> &'static str {
    thank(state, Path((format!("{page} {status}"), order))).await
}

struct Server {
    stop: Arc<Notify>,
    /// Ends the server when dropped.
    task: JoinSet<()>,
}

impl Server {
    /// Returns when what was under way is answered and no connection is left.
    async fn end(&mut self) {
        self.stop.notify_one();
        while self.task.join_next().await.is_some() {}
    }
}
