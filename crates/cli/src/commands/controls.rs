//! The controls of a running sandbox, which are apart from the bank's API.

use std::fmt;

use inbank::ApiKey;
use reqwest::{Client, RequestBuilder, Response, StatusCode, redirect};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::exit::Failure;
use crate::settings::Settings;

/// Why a sandbox did not do it.
#[derive(Debug)]
pub(crate) enum SandboxError {
    /// It is not possible as things stand, or what is named is not there.
    Refused(String),
    /// Another key is expected.
    NotAuthorised,
    /// Nobody answers there; the cause.
    Unreachable(String),
    /// It was asked, and the answer did not come.
    Unknown(String),
    /// Something else than a sandbox answers there.
    NotASandbox,
}

impl SandboxError {
    pub(crate) const fn code(&self) -> u8 {
        match self {
            Self::Refused(_) => 3,
            Self::NotAuthorised => 4,
            Self::Unreachable(_) => 5,
            Self::Unknown(_) => 6,
            Self::NotASandbox => 2,
        }
    }

    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::NotAuthorised => "not_authorised",
            Self::Unreachable(_) => "unreachable",
            Self::Unknown(_) => "outcome_unknown",
            Self::NotASandbox => "usage",
        }
    }

    pub(crate) const fn next(&self) -> &'static str {
        match self {
            Self::Refused(_) => {
                "see what there is and how it stands on the sandbox's page, at its address in a browser"
            }
            Self::NotAuthorised => {
                "set INBANK_API_KEY to the key that the sandbox printed; start it with --api-key to have the same one each time"
            }
            Self::Unreachable(_) => {
                "start it with `inbank sandbox`, with --listen for the same address each time, and set INBANK_BASE_URL to it"
            }
            Self::Unknown(_) => {
                "look at the sandbox's page, whether it has happened, before you trigger it again"
            }
            Self::NotASandbox => {
                "set --base-url or INBANK_BASE_URL to what `inbank sandbox` printed"
            }
        }
    }

    /// One of each.
    #[cfg(test)]
    pub(crate) fn every() -> [Self; 5] {
        [
            Self::Refused("there is no such session".to_owned()),
            Self::NotAuthorised,
            Self::Unreachable("refused".to_owned()),
            Self::Unknown("reset".to_owned()),
            Self::NotASandbox,
        ]
    }
}

impl fmt::Display for SandboxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(reason) => write!(f, "the sandbox refused: {reason}"),
            Self::NotAuthorised => f.write_str("the sandbox does not take this key"),
            Self::Unreachable(cause) => write!(f, "no sandbox could be reached: {cause}"),
            Self::Unknown(cause) => {
                write!(
                    f,
                    "the sandbox was asked, and its answer did not come: {cause}"
                )
            }
            Self::NotASandbox => f.write_str("what answers there is no sandbox"),
        }
    }
}

impl From<SandboxError> for Failure {
    fn from(error: SandboxError) -> Self {
        Self::Sandbox(error)
    }
}

/// A sandbox and the way to it.
pub(super) struct Controls {
    client: Client,
    address: Url,
    key: ApiKey,
}

/// What reaches a sandbox that came with something else, for people to copy.
pub(super) struct Access<'a> {
    pub(super) address: &'a str,
    pub(super) key: &'a str,
}

impl fmt::Display for Access<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "For `inbank trigger` and `inbank listen` in another terminal:\n"
        )?;
        writeln!(f, "export INBANK_BASE_URL={}", self.address)?;
        write!(f, "export INBANK_API_KEY={}", self.key)
    }
}

/// What the sandbox says of a refusal.
#[derive(Deserialize)]
struct Refusal {
    error: String,
}

impl Controls {
    pub(super) fn of(settings: &Settings) -> Result<Self, Failure> {
        Ok(Self {
            address: settings.sandbox()?,
            key: settings.key()?,
            client: client()?,
        })
    }

    /// Where the sandbox is, as people know it.
    pub(super) fn address(&self) -> String {
        self.address.origin().ascii_serialization()
    }

    pub(super) fn get(&self, path: &str, query: &[(&str, String)]) -> RequestBuilder {
        self.client
            .get(self.at(path))
            .query(query)
            .bearer_auth(self.key.expose())
    }

    pub(super) fn post(&self, path: &str, body: &impl Serialize) -> RequestBuilder {
        self.client
            .post(self.at(path))
            .json(body)
            .bearer_auth(self.key.expose())
    }

    fn at(&self, path: &str) -> Url {
        let mut url = self.address.clone();
        url.set_path(path);
        url
    }
}

/// Straight to where it is told to, as the sandbox's own: no proxy, no redirects. Without root certificates it still reaches this machine.
pub(super) fn client() -> Result<Client, Failure> {
    let builder = || {
        Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
    };
    let made = builder()
        .build()
        .or_else(|_| builder().tls_certs_only([]).build());
    made.map_err(|error| {
        Failure::other(
            format!("no HTTP client can be made: {error}"),
            "report it: this is a fault of ours or of the system's",
        )
    })
}

/// An answer of the controls, or why there is none.
pub(super) async fn answered(request: RequestBuilder) -> Result<Response, SandboxError> {
    let response = request.send().await.map_err(|error| {
        let cause = cause(&error);
        if error.is_connect() || error.is_builder() {
            SandboxError::Unreachable(cause)
        } else {
            SandboxError::Unknown(cause)
        }
    })?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    if status == StatusCode::UNAUTHORIZED {
        return Err(SandboxError::NotAuthorised);
    }
    let text = response.text().await.unwrap_or_default();
    match serde_json::from_str(&text) {
        Ok(Refusal { error }) => Err(SandboxError::Refused(error)),
        Err(_) => Err(SandboxError::NotASandbox),
    }
}

/// What it comes from in the end, without the address, which may be anybody's.
pub(super) fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
