//! The operations of the Partner API and the paths that name them.

use axum::http::Method;
use serde::{Deserialize, Serialize};

use crate::dialect::Dialect;

/// An operation of the Partner API, whichever version it is called in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Operation {
    /// `GET /ping`
    Ping,
    /// `GET /products`
    GetProduct,
    /// `POST /calculations`
    CreateCalculation,
    /// `POST /pos_sessions`
    CreateSession,
    /// `GET /pos_sessions/{id}`
    GetSession,
    /// `GET /contracts/{id}`
    GetContract,
    /// `POST /contracts/{id}/merchant_approval`
    ApproveContract,
    /// `POST /contracts/{id}/cancel`
    CancelContract,
}

impl Operation {
    /// The guide expects `Content-Type: application/json`; only these operations send anything that has a type.
    pub(crate) const fn has_body(self) -> bool {
        matches!(self, Self::CreateCalculation | Self::CreateSession)
    }
}

/// What a request line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Call<'a> {
    pub(crate) dialect: Dialect,
    pub(crate) operation: Operation,
    /// Absent for [`Operation::Ping`] alone.
    pub(crate) shop: Option<&'a str>,
    pub(crate) id: Option<&'a str>,
}

impl<'a> Call<'a> {
    /// Reads a method and path; `None` is a path the bank does not have.
    ///
    /// Some sentences of the guide say `pos_session` or put the contract before `contracts`; its endpoint headings agree on the paths below.
    pub(crate) fn read(method: &Method, path: &'a str) -> Option<Self> {
        let (dialect, rest) = if let Some(rest) = path.strip_prefix("/partner/v2/") {
            (Dialect::V2, rest)
        } else {
            (Dialect::V3, path.strip_prefix("/partner/v3/")?)
        };
        let get = method == Method::GET;
        let post = method == Method::POST;
        let segments: Vec<&str> = rest.split('/').collect();
        let (operation, shop, id) = match *segments.as_slice() {
            ["ping"] if get => (Operation::Ping, None, None),
            ["shops", shop, "products"] if get => (Operation::GetProduct, Some(shop), None),
            ["shops", shop, "calculations"] if post => {
                (Operation::CreateCalculation, Some(shop), None)
            }
            ["shops", shop, name] if post && name == sessions(dialect) => {
                (Operation::CreateSession, Some(shop), None)
            }
            ["shops", shop, name, id] if get && name == sessions(dialect) => {
                (Operation::GetSession, Some(shop), Some(id))
            }
            ["shops", shop, "contracts", id] if get => {
                (Operation::GetContract, Some(shop), Some(id))
            }
            ["shops", shop, "contracts", id, name] if post && name == approval(dialect) => {
                (Operation::ApproveContract, Some(shop), Some(id))
            }
            ["shops", shop, "contracts", id, "cancel"] if post => {
                (Operation::CancelContract, Some(shop), Some(id))
            }
            _ => return None,
        };
        Some(Self {
            dialect,
            operation,
            shop,
            id,
        })
    }
}

const fn sessions(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::V2 => "pos_sessions",
        Dialect::V3 => "pos-sessions",
    }
}

const fn approval(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::V2 => "merchant_approval",
        Dialect::V3 => "merchant-approval",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_has_its_own_paths() {
        let v2 = Call::read(
            &Method::POST,
            "/partner/v2/shops/s/contracts/c/merchant_approval",
        )
        .unwrap();
        assert_eq!(
            (v2.dialect, v2.operation),
            (Dialect::V2, Operation::ApproveContract)
        );
        assert_eq!((v2.shop, v2.id), (Some("s"), Some("c")));
        let v3 = Call::read(
            &Method::POST,
            "/partner/v3/shops/s/contracts/c/merchant-approval",
        )
        .unwrap();
        assert_eq!(
            (v3.dialect, v3.operation),
            (Dialect::V3, Operation::ApproveContract)
        );
        assert_eq!(
            Call::read(&Method::POST, "/partner/v3/shops/s/pos_sessions"),
            None
        );
        assert_eq!(
            Call::read(&Method::GET, "/partner/v2/shops/s/pos_sessions"),
            None
        );
    }
}
