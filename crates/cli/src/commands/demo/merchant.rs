use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::post;
use inbank::domain::{FinancingId, Invalid, PartnerUrls, WebAddress};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// The shop's own server: takes callbacks and returning browsers.
///
/// Like a real one it answers as soon as it has kept the body; what is in it is looked at later.
pub(super) struct Merchant {
    url: String,
    arrivals: mpsc::UnboundedReceiver<Arrival>,
    /// Ends the server when dropped.
    _server: JoinSet<()>,
}

/// Something that came in.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) way: String,
    pub(super) financing: String,
    pub(super) body: Bytes,
}

type Inbox = mpsc::UnboundedSender<Arrival>;

impl Merchant {
    pub(super) async fn open() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.context("the shop can't listen on this machine")?;
        let url = format!("http://{}", listener.local_addr()?);
        let (inbox, arrivals) = mpsc::unbounded_channel();
        let router = Router::new()
            .route("/{way}/{financing}", post(take))
            .with_state(inbox);
        let mut server = JoinSet::new();
        server.spawn(async move {
            // Ends only with the process.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self {
            url,
            arrivals,
            _server: server,
        })
    }

    /// Addresses that carry the financing's own id, so that the first callback can tell whose it is.
    pub(super) fn urls(&self, id: &FinancingId) -> Result<PartnerUrls, Invalid> {
        let address = |field, way| WebAddress::parse(field, &format!("{}/{way}/{id}", self.url));
        Ok(PartnerUrls {
            return_url: address("return_url", "return")?,
            cancel_url: address("cancel_url", "cancel")?,
            callback_url: address("callback_url", "callback")?,
        })
    }

    /// The next thing that has come in and was not looked at yet.
    pub(super) fn arrival(&mut self) -> Option<Arrival> {
        self.arrivals.try_recv().ok()
    }
}

async fn take(
    State(inbox): State<Inbox>,
    Path((way, financing)): Path<(String, String)>,
    body: Bytes,
) -> &'static str {
    // Fails only when the demo is over.
    let _ = inbox.send(Arrival {
        way,
        financing,
        body,
    });
    "Thank you"
}
