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
    /// `GET /contracts/{id}`, of a rental in version 3 under its product as well
    GetContract,
    /// `POST /contracts/{id}/merchant_approval`
    ApproveContract,
    /// `POST /contracts/{id}/cancel`
    CancelContract,
    /// `POST /applications`
    CreateApplication,
    /// `GET /applications/{id}`
    GetApplication,
    /// `POST /applications/{id}/accept`
    AcceptApplication,
    /// `POST /applications/{id}/cancel`
    CancelApplication,
    /// `POST /applications/{id}/signings`, second-hand
    SignApplication,
    /// `PATCH /applications/{id}/signings`, second-hand
    ConfirmApplicationSigning,
    /// `GET /applications/{id}/printouts`, second-hand
    GetApplicationPrintout,
    /// `GET /applications/{id}/payment_schedules`, second-hand
    GetPaymentSchedule,
    /// `PUT /applications/{id}/recalculate_schedule`, second-hand
    RecalculateSchedule,
    /// `GET /applications/{id}/customer`, second-hand
    GetCustomer,
    /// `POST /applications/{id}/attachments`
    AddAttachments,
    /// `GET /account_statements/bank_list`
    ListBanks,
    /// `POST /account_statements/initiate_retrieval`
    InitiateRetrieval,
    /// `GET /contracts/{id}/printouts`
    GetPrintout,
    /// `POST /contracts/{id}/signings`
    SignContract,
    /// `PATCH /contracts/{id}/signings`
    ConfirmSigning,
    /// `POST /contracts/{id}/payment_link`
    CreatePaymentLink,
    /// `GET /rental/products/{code}/detailed-asset-model`
    GetAssetModel,
    /// `POST /rental/products/{code}/calculations`
    CreateRentalCalculation,
    /// `PATCH /rental/products/{code}/contracts/{id}/asset-identifiers`
    AssignAssetIdentifiers,
    /// `POST /contracts/{id}/activation`
    ActivateContract,
}

impl Operation {
    /// The guide expects `Content-Type: application/json`; only these operations send JSON.
    pub(crate) const fn has_body(self) -> bool {
        matches!(
            self,
            Self::CreateCalculation
                | Self::CreateSession
                | Self::CreateApplication
                | Self::SignApplication
                | Self::ConfirmApplicationSigning
                | Self::RecalculateSchedule
                | Self::InitiateRetrieval
                | Self::SignContract
                | Self::ConfirmSigning
                | Self::CreatePaymentLink
                | Self::CreateRentalCalculation
                | Self::AssignAssetIdentifiers
        )
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
    /// The product of a rental call of version 3, still percent-encoded.
    pub(crate) product: Option<&'a str>,
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
        let segments: Vec<&str> = rest.split('/').collect();
        if method == Method::GET && segments.as_slice() == ["ping"] {
            return Some(Self {
                dialect,
                operation: Operation::Ping,
                shop: None,
                id: None,
                product: None,
            });
        }
        let ["shops", shop, ref inside @ ..] = *segments.as_slice() else {
            return None;
        };
        if let (Dialect::V3, &["rental", "products", product, ref inside @ ..]) = (dialect, inside)
        {
            let (operation, id) = renting(method, inside)?;
            return Some(Self {
                dialect,
                operation,
                shop: Some(shop),
                id,
                product: Some(product),
            });
        }
        let (operation, id) = match *method {
            Method::GET => reading(dialect, inside)?,
            Method::POST => acting(dialect, inside)?,
            Method::PATCH => match *inside {
                ["contracts", id, "signings"] => (Operation::ConfirmSigning, Some(id)),
                ["applications", id, "signings"] => {
                    (Operation::ConfirmApplicationSigning, Some(id))
                }
                _ => return None,
            },
            Method::PUT => match *inside {
                ["applications", id, name] if name == dialect.segment("recalculate_schedule") => {
                    (Operation::RecalculateSchedule, Some(id))
                }
                _ => return None,
            },
            _ => return None,
        };
        Some(Self {
            dialect,
            operation,
            shop: Some(shop),
            id,
            product: None,
        })
    }
}

type Named<'a> = (Operation, Option<&'a str>);

/// The guide has the application of the list of banks in the path, in the query and nowhere: the path may go on or not.
fn reading<'a>(dialect: Dialect, inside: &[&'a str]) -> Option<Named<'a>> {
    let is = |segment: &str, name| segment == dialect.segment(name);
    Some(match *inside {
        ["products"] => (Operation::GetProduct, None),
        [sessions, id] if is(sessions, "pos_sessions") => (Operation::GetSession, Some(id)),
        ["contracts", id] => (Operation::GetContract, Some(id)),
        ["contracts", id, "printouts"] => (Operation::GetPrintout, Some(id)),
        ["applications", id] => (Operation::GetApplication, Some(id)),
        ["applications", id, "printouts"] => (Operation::GetApplicationPrintout, Some(id)),
        ["applications", id, "customer"] => (Operation::GetCustomer, Some(id)),
        ["applications", id, name] if is(name, "payment_schedules") => {
            (Operation::GetPaymentSchedule, Some(id))
        }
        [statements, list, ref id @ ..]
            if is(statements, "account_statements") && is(list, "bank_list") && id.len() < 2 =>
        {
            (Operation::ListBanks, id.first().copied())
        }
        _ => return None,
    })
}

/// The rental calls of version 3; the guide's prose has `detailed-asset-models` and leaves the product out, its headings do not.
fn renting<'a>(method: &Method, inside: &[&'a str]) -> Option<Named<'a>> {
    Some(match (method, inside) {
        (&Method::GET, ["detailed-asset-model"]) => (Operation::GetAssetModel, None),
        (&Method::POST, ["calculations"]) => (Operation::CreateRentalCalculation, None),
        (&Method::GET, &["contracts", id]) => (Operation::GetContract, Some(id)),
        (&Method::POST, &["contracts", id, "activation"]) => {
            (Operation::ActivateContract, Some(id))
        }
        (&Method::PATCH, &["contracts", id, "asset-identifiers"]) => {
            (Operation::AssignAssetIdentifiers, Some(id))
        }
        _ => return None,
    })
}

fn acting<'a>(dialect: Dialect, inside: &[&'a str]) -> Option<Named<'a>> {
    let is = |segment: &str, name| segment == dialect.segment(name);
    Some(match *inside {
        ["calculations"] => (Operation::CreateCalculation, None),
        [sessions] if is(sessions, "pos_sessions") => (Operation::CreateSession, None),
        ["contracts", id, "cancel"] => (Operation::CancelContract, Some(id)),
        ["contracts", id, "signings"] => (Operation::SignContract, Some(id)),
        ["contracts", id, "activation"] if dialect == Dialect::V2 => {
            (Operation::ActivateContract, Some(id))
        }
        ["contracts", id, name] if is(name, "merchant_approval") => {
            (Operation::ApproveContract, Some(id))
        }
        ["contracts", id, name] if is(name, "payment_link") => {
            (Operation::CreatePaymentLink, Some(id))
        }
        ["applications"] => (Operation::CreateApplication, None),
        ["applications", id, "accept"] => (Operation::AcceptApplication, Some(id)),
        ["applications", id, "cancel"] => (Operation::CancelApplication, Some(id)),
        ["applications", id, "signings"] => (Operation::SignApplication, Some(id)),
        ["applications", id, "attachments"] => (Operation::AddAttachments, Some(id)),
        [statements, name]
            if is(statements, "account_statements") && is(name, "initiate_retrieval") =>
        {
            (Operation::InitiateRetrieval, None)
        }
        _ => return None,
    })
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
