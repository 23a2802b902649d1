mod forwarding;
mod heard;

use std::time::Duration;

use clap::Args;
use inbank::ApiKey;
use inbank::http::SystemClock;
use inbank::ports::Clock as _;
use reqwest::Response;
use serde::Deserialize;
use uuid::Uuid;

use self::forwarding::Forwarding;
use self::heard::Heard;
use super::controls::{Controls, SandboxError, answered};
use crate::exit::Failure;
use crate::output;
use crate::settings::Settings;
use crate::stop;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank listen
  inbank listen --forward-to http://127.0.0.1:8080
  inbank listen --forward-to http://127.0.0.1:8080/inbank/callbacks/main/at-1 --output json

A line for each callback that the sandbox at --base-url sends from now on: what it says, each step of its \
verification by the keys at hand, and what the address that it was passed on to has answered. The sandbox \
sends it where its session says, as well. Bytes and headers are passed on as they are; an address without a \
path keeps the path that the callback was sent to. Goes on when the sandbox is started anew at the same \
address with the same key (`inbank sandbox --listen 127.0.0.1:8480 --api-key …`). Ends with Ctrl-C, and \
where nobody reads on.")]
pub(crate) struct Listen {
    /// Passes the callbacks on to this address: https, or on this machine
    #[arg(long, value_name = "URL")]
    forward_to: Option<String>,
}

/// The first line of a stream.
#[derive(Deserialize)]
struct Greeting {
    sandbox: Uuid,
    after: usize,
}

/// A callback as it was sent.
#[derive(Deserialize)]
struct Sent {
    number: usize,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// How a stream ended.
enum Ended {
    /// The sandbox is gone, or the way to it is.
    Broken,
    /// Nobody reads stdout any more.
    Unread,
}

/// The pauses before it is looked for a sandbox again; the last one for good.
const PAUSES: [Duration; 4] = [
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
];

pub(crate) async fn run(listen: &Listen, settings: &Settings) -> Result<(), Failure> {
    let forwarding = listen
        .forward_to
        .as_deref()
        .map(Forwarding::to)
        .transpose()?;
    let listener = Listener {
        controls: Controls::of(settings)?,
        keys: settings.keys()?,
        forwarding,
        settings,
    };
    let asked = stop::asked()?;
    tokio::select! {
        ended = listener.listen() => ended,
        () = asked => Ok(()),
        () = stop::unread() => Ok(()),
    }
}

struct Listener<'a> {
    controls: Controls,
    keys: Vec<ApiKey>,
    forwarding: Option<Forwarding>,
    settings: &'a Settings,
}

impl Listener<'_> {
    async fn listen(&self) -> Result<(), Failure> {
        let mut position = None;
        // The first time it must be there: the address may be wrong.
        let mut stream = self.connect(position).await?;
        loop {
            match self.follow(stream, &mut position).await? {
                Ended::Unread => return Ok(()),
                Ended::Broken => {}
            }
            let address = self.controls.address();
            output::complain(&format!("the sandbox at {address} is gone; waiting for it"));
            stream = self.again(position).await?;
        }
    }

    async fn connect(&self, position: Option<(Uuid, usize)>) -> Result<Response, SandboxError> {
        let query: Vec<_> = position.map_or_else(Vec::new, |(sandbox, after)| {
            vec![
                ("sandbox", sandbox.to_string()),
                ("after", after.to_string()),
            ]
        });
        answered(self.controls.get("/sandbox/callbacks/stream", &query)).await
    }

    async fn again(&self, position: Option<(Uuid, usize)>) -> Result<Response, SandboxError> {
        let mut pauses = PAUSES.into_iter();
        let mut pause = PAUSES[0];
        loop {
            pause = pauses.next().unwrap_or(pause);
            SystemClock.sleep(pause).await;
            match self.connect(position).await {
                Err(SandboxError::Unreachable(_) | SandboxError::Unknown(_)) => {}
                ended => return ended,
            }
        }
    }

    /// Shows a stream until it ends, each callback once it was passed on.
    async fn follow(
        &self,
        mut stream: Response,
        position: &mut Option<(Uuid, usize)>,
    ) -> Result<Ended, Failure> {
        let mut lines = Lines::default();
        let greeting: Option<Greeting> = lines.next(&mut stream).await?;
        let Some(greeting) = greeting else {
            // What greets nobody the first time is something else.
            let known = position.map(|_| Ended::Broken);
            return Ok(known.ok_or(SandboxError::NotASandbox)?);
        };
        *position = Some((greeting.sandbox, greeting.after));
        let address = self.controls.address();
        output::complain(&format!("listening to the sandbox at {address}"));
        loop {
            let sent: Option<Sent> = lines.next(&mut stream).await?;
            let Some(sent) = sent else {
                return Ok(Ended::Broken);
            };
            *position = Some((greeting.sandbox, sent.number));
            let answer = match &self.forwarding {
                Some(forwarding) => Some(forwarding.pass_on(&sent).await),
                None => None,
            };
            let heard = Heard::new(&sent, &self.keys, answer)?;
            if !output::shown(self.settings.output, &heard)? {
                return Ok(Ended::Unread);
            }
        }
    }
}

/// A stream cut into its documents.
#[derive(Default)]
struct Lines(Vec<u8>);

impl Lines {
    /// The next one; none where the stream ended or broke.
    async fn next<T: for<'de> Deserialize<'de>>(
        &mut self,
        stream: &mut Response,
    ) -> Result<Option<T>, SandboxError> {
        loop {
            if let Some(end) = self.0.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.0.drain(..=end).collect();
                let read = serde_json::from_slice(&line);
                return read.map(Some).map_err(|_| SandboxError::NotASandbox);
            }
            match stream.chunk().await {
                Ok(Some(chunk)) => self.0.extend(chunk),
                Ok(None) | Err(_) => return Ok(None),
            }
        }
    }
}
