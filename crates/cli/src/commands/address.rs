//! Addresses to listen on.

use std::fmt::Display;
use std::net::{Ipv4Addr, SocketAddr};

use inbank::Invalid;

use crate::exit::Failure;

/// An address and its port: `127.0.0.1:8080`, or `localhost:8080`.
pub(super) fn parse(text: &str) -> Result<SocketAddr, Invalid> {
    let port = text.strip_prefix("localhost:").map(str::parse);
    if let Some(Ok(port)) = port {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    text.parse()
        .map_err(|_| Invalid::new("address", "must have a port too, such as 127.0.0.1:8080"))
}

/// Somebody else listens there, or it is not this machine's.
pub(super) fn cannot_listen(address: SocketAddr, error: impl Display) -> Failure {
    Failure::other(
        format!("can't listen on {address}: {error}"),
        "choose another address with --listen",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_port() {
        for (text, address) in [
            ("127.0.0.1:8080", "127.0.0.1:8080"),
            ("localhost:0", "127.0.0.1:0"),
            ("[::1]:8080", "[::1]:8080"),
        ] {
            assert_eq!(parse(text).unwrap().to_string(), address);
        }
        for text in ["", "8080", "127.0.0.1", "localhost:99999", "shop:80"] {
            let error = parse(text).unwrap_err();
            assert!(error.problem().contains("127.0.0.1:8080"), "{text}");
        }
    }
}
