use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::{get, post};
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
            .route("/{way}/{financing}", post(take).get(take))
            .route("/{way}/{financing}/{status}", get(take_status))
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
        Ok(PartnerUrls {
            return_url: self.url("return_url", "return", id)?,
            cancel_url: self.url("cancel_url", "cancel", id)?,
            callback_url: self.url("callback_url", "callback", id)?,
        })
    }

    /// One such address.
    pub(super) fn url(
        &self,
        field: &'static str,
        way: &str,
        id: &FinancingId,
    ) -> Result<WebAddress, Invalid> {
        WebAddress::parse(field, &format!("{}/{way}/{id}", self.url))
    }

    /// Where the customer comes back to after a payment, whose end the bank writes into the address.
    pub(super) fn payment_url(&self, id: &FinancingId) -> Result<WebAddress, Invalid> {
        WebAddress::parse(
            "return_url",
            &format!("{}/payment/{id}/{{status}}", self.url),
        )
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

async fn take_status(
    State(inbox): State<Inbox>,
    Path((way, financing, status)): Path<(String, String, String)>,
) -> &'static str {
    let way = format!("{way} {status}");
    take(State(inbox), Path((way, financing)), Bytes::new()).await
}
