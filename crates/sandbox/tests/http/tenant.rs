//! A shop whose customers rent devices.
#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use inbank_sandbox::{Sandbox, SessionStatus};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::shop::{Shop, read};

pub(crate) const PRODUCT: &str = "v3/{shop}/rental/products/example_code";
/// A phone without campaign discounts.
pub(crate) const PHONE: &str = "b748b6b0-58d0-421d-9d52-c7edd22511f1";
/// A phone with everything.
pub(crate) const SAMPLE: &str = "2797a67c-b0e0-4b64-be81-7c136e16741a";
pub(crate) const COMPUTER: &str = "4a1f0c7e-5b7d-4a55-9a0c-2f6a5d0e9b11";
pub(crate) const WATCH: &str = "9d0e3f52-6c1b-4e0f-8f0e-7b1d0a4c5e22";
pub(crate) const NOT_APPROVED: &str = "e5c2b1a0-7f3d-4c9e-8a6b-1d2e3f4a5b33";

pub(crate) fn hero(model: &str, net: impl Into<Value>) -> Value {
    let net = net.into();
    json!({"type": "MODEL_BASED", "modelId": model, "netPrice": net, "grossPrice": null})
}

pub(crate) fn cable(net: impl Into<Value>) -> Value {
    let net = net.into();
    json!({"type": "CATEGORY_BASED", "modelName": "Cable", "categoryCode": "add_on", "netPrice": net})
}

pub(crate) fn cart(period: u32, assets: &[Value]) -> Value {
    json!({"period": period, "assets": assets})
}

/// The guide's session, with one phone at this net price.
pub(crate) fn rental(sandbox: &Sandbox, model: &str, net: &str, merchant: &str) -> Value {
    json!({
        "product_code": "example_code",
        "currency": "EUR",
        "locale": sandbox.region().locale(),
        "partner_urls": {
            "return_url": format!("{merchant}/return"),
            "cancel_url": format!("{merchant}/cancel"),
            "callback_url": format!("{merchant}/callback"),
        },
        "purchase": {"purchase_reference": "ORDER_000001", "description": "A phone"},
        "rental_application_data": {
            "period": 12,
            "assets": [{"type": "MODEL_BASED", "model_id": model, "net_price": net}],
        },
    })
}

impl Shop {
    /// Opens a session that is decided positively.
    pub(crate) async fn rent(&self, model: &str) -> Uuid {
        let body = rental(&self.sandbox, model, "400", "http://127.0.0.1:9");
        self.open_session(&body).await
    }

    /// Lets the customer sign: the contract waits for the merchant.
    pub(crate) async fn rented(&self, model: &str) -> (Uuid, Uuid) {
        let session = self.rent(model).await;
        assert_eq!(
            self.sandbox.customer_applies(session),
            Ok(SessionStatus::Granted)
        );
        (
            session,
            self.sandbox.session(session).unwrap().contract.unwrap(),
        )
    }

    pub(crate) async fn calculate(&self, body: &Value) -> (u16, Value) {
        self.post(&format!("{PRODUCT}/calculations"), body).await
    }

    pub(crate) async fn assign(&self, contract: Uuid, body: &Value) -> (u16, Value) {
        let path = format!("{PRODUCT}/contracts/{contract}/asset-identifiers");
        read(self.request(Method::PATCH, &path).json(body)).await
    }
}

/// Those of the guide's curl.
pub(crate) fn identifiers() -> Value {
    json!([
        {"identifierType": "IMEI", "identifier": "355889000000007"},
        {"identifierType": "SERIAL_NUMBER", "identifier": "J7P3D7000000"},
    ])
}

/// The body of a refusal on a rental call: its code and its message.
pub(crate) fn refused(answer: &(u16, Value)) -> (u16, &str, &str) {
    let (status, body) = answer;
    assert_eq!(body.as_object().unwrap().len(), 2, "{body}");
    let text = |name: &str| body[name].as_str().unwrap();
    (*status, text("errorCode"), text("message"))
}
