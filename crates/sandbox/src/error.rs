//! How the bank says no: its shapes of error bodies.

use serde_json::json;

use crate::answer::Answer;

/// Why the bank refuses a request.
///
/// The guide prints the body of 401 alone; the others follow its public field lists and the messages that clients have met.
/// Version 3 announces that error answers remain as they were, so codes keep `snake_case` there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No API key, or one that is not known (e-POS 2.10, Authorization Header).
    Unauthorized,
    /// A valid key, used on the path of another shop.
    AnotherShop,
    /// The bank has no such path.
    NoSuchPath,
    /// The path is right, the thing it names does not exist.
    NotFound(&'static str),
    /// What was sent, or the state it meets, does not allow the operation.
    Invalid(Vec<String>),
    /// The same on a rental call of version 3, which has a shape of its own.
    Rental {
        status: u16,
        code: &'static str,
        message: String,
    },
}

impl Refusal {
    pub(crate) fn invalid(code: &str) -> Self {
        Self::Invalid(vec![code.to_owned()])
    }

    /// A rental call that its values or the state they meet do not allow.
    pub(crate) fn rental(code: &'static str, message: impl Into<String>) -> Self {
        Self::Rental {
            status: 422,
            code,
            message: message.into(),
        }
    }

    /// A rental call that cannot be read.
    pub(crate) fn constraint(message: &str) -> Self {
        Self::Rental {
            status: 400,
            code: "CONSTRAINTS_VIOLATED_GENERAL",
            message: message.to_owned(),
        }
    }

    pub(crate) fn answer(&self) -> Answer {
        let (status, body) = match self {
            Self::Unauthorized => (401, json!({"error": ["unauthorized"]})),
            Self::AnotherShop => (
                403,
                json!({"message": "User is not authorized to access this resource with an explicit deny"}),
            ),
            Self::NoSuchPath => (404, json!({"message": "not_found"})),
            Self::NotFound(code) => (404, json!({"message": [code]})),
            Self::Invalid(codes) => (422, json!({"message": codes})),
            Self::Rental {
                status,
                code,
                message,
            } => (*status, json!({"message": message, "errorCode": code})),
        };
        Answer {
            status,
            body: Some(body.to_string()),
        }
    }
}
