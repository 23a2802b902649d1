//! A way to a server that can fall silent: connections stay open, and nothing comes any more.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub(crate) struct Proxy {
    pub(crate) port: u16,
    state: Arc<watch::Sender<State>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// Answers are held back.
    silent: bool,
    /// Answers are held back from when a client sends such a text.
    silent_from: Option<&'static str>,
}

impl Proxy {
    pub(crate) async fn start(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (state, _) = watch::channel(State::default());
        let state = Arc::new(state);
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                tokio::spawn(carry(client, server, Arc::clone(&shared)));
            }
        });
        Self { port, state }
    }

    /// The same database, this way.
    pub(crate) fn url(&self, url: &str) -> String {
        let (start, rest) = url.split_once("127.0.0.1:").unwrap();
        let (_, database) = rest.split_once('/').unwrap();
        format!("{start}127.0.0.1:{}/{database}", self.port)
    }

    pub(crate) fn fall_silent(&self) {
        self.state.send_modify(|state| state.silent = true);
    }

    pub(crate) fn fall_silent_from(&self, text: &'static str) {
        self.state
            .send_modify(|state| state.silent_from = Some(text));
    }

    pub(crate) fn speak_again(&self) {
        self.state.send_replace(State::default());
    }

    pub(crate) async fn is_silent(&self) {
        let mut state = self.state.subscribe();
        state.wait_for(|state| state.silent).await.unwrap();
    }
}

async fn carry(client: TcpStream, server: TcpStream, state: Arc<watch::Sender<State>>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let speaking = state.subscribe();
    let there = async move {
        let mut buffer = [0; 8192];
        while let Ok(read @ 1..) = from_client.read(&mut buffer).await {
            state.send_if_modified(|state| {
                let text = state.silent_from.filter(|text| {
                    buffer[..read]
                        .windows(text.len())
                        .any(|window| window == text.as_bytes())
                });
                state.silent |= text.is_some();
                text.is_some()
            });
            if to_server.write_all(&buffer[..read]).await.is_err() {
                return;
            }
        }
        let _ = to_server.shutdown().await;
    };
    let back = async move {
        let mut speaking = speaking;
        let mut buffer = [0; 8192];
        while let Ok(read @ 1..) = from_server.read(&mut buffer).await {
            if speaking.wait_for(|state| !state.silent).await.is_err() {
                return;
            }
            if to_client.write_all(&buffer[..read]).await.is_err() {
                return;
            }
        }
        let _ = to_client.shutdown().await;
    };
    futures::join!(there, back);
}
