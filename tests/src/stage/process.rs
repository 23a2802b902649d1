use std::sync::Arc;

use inbank::ports::Ledger;
use inbank::{OrderHandle, Platform};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::Stage;
use super::tasks::Tasks;

/// One process of the platform, which runs. Others may run beside it, over the same store.
pub struct Process {
    /// The platform.
    pub platform: Platform,
    tasks: Arc<Tasks>,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
}

impl Process {
    /// Serves the platform's routes, and works.
    pub(super) fn serve(platform: Platform, tasks: Arc<Tasks>, listener: TcpListener) -> Self {
        Self::new(platform, tasks, |platform, stop| async move {
            let routes = axum::Router::new();
            let served = platform.serve_until(listener, routes, stop);
            served.await.unwrap();
        })
    }

    /// Only works.
    fn run(platform: Platform, tasks: Arc<Tasks>) -> Self {
        Self::new(platform, tasks, |platform, stop| async move {
            platform.run(stop).await;
        })
    }

    fn new<R: Future<Output = ()> + Send + 'static>(
        platform: Platform,
        tasks: Arc<Tasks>,
        run: impl FnOnce(Platform, Stopped) -> R,
    ) -> Self {
        let (stop, stopped) = oneshot::channel();
        let stopped: Stopped = Box::pin(async move {
            // Nobody stops it where nobody can any more.
            if stopped.await.is_err() {
                std::future::pending::<()>().await;
            }
        });
        let running = tokio::spawn(run(platform.clone(), stopped));
        Self {
            platform,
            tasks,
            stop: Some(stop),
            running,
        }
    }

    /// An order of the shop, through this process.
    pub fn order(&self, reference: &str) -> OrderHandle {
        self.platform.shop(Stage::SHOP).unwrap().order(reference)
    }

    /// Stops it as SIGTERM does; what it holds is given back.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).unwrap();
        }
        self.running.await.unwrap();
    }

    /// Ends it as a power failure does: whatever it was at is left as it stands.
    pub fn kill(self) {
        self.running.abort();
        self.tasks.kill();
    }
}

type Stopped = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

impl Stage {
    /// Another process beside the first: over the same store, at the same bank, with the same sink.
    pub async fn process(&self) -> Process {
        let ledger = self.place.ledger().await;
        self.process_over(ledger).await
    }

    /// The same over a ledger that the test holds in its hands.
    pub async fn process_over(&self, ledger: Arc<dyn Ledger>) -> Process {
        let (platform, tasks) = self.around.platform(ledger).await;
        Process::run(platform, tasks)
    }
}
