//! `Idempotency-Key`: the same request again finds what became of it, and is not done twice.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

/// How the header is described.
pub(super) fn parameter() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "Names this request, so that it can be sent again: the same one is answered as things stand by then, another one with 422, one that is under way with 409. 1 to 255 visible characters, in quotes or without; kept for 7 days.",
        ))
        .schema(Some(
            ObjectBuilder::new()
                .schema_type(Type::String)
                .pattern(Some(r#"^("[!#-~]{1,255}"|[!#-~]{1,255})$"#)),
        ))
        .build()
}

/// Whether the same request was answered with success before.
#[derive(Clone, Copy, Default)]
pub(super) struct Before {
    done: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Before {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or_default())
    }
}

impl Before {
    /// It was; what would be done twice at the bank is not done again.
    pub(super) const fn is_done(self) -> bool {
        self.done
    }
}
