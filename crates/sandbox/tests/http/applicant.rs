//! A partner who sends applications and follows them.
#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use inbank_sandbox::{Region, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::shop::{Shop, read};

/// An application in the names of version 2, without a callback.
pub(crate) fn application(sandbox: &Sandbox, product: &str, amount: &str) -> Value {
    let identity_code = match sandbox.region() {
        Region::Latvia => "010190-12345",
        Region::Czechia => "7103192745",
        _ => "38808050001",
    };
    json!({
        "credit_application": {"product_code": product, "amount": amount, "period": "12"},
        "customer": {"identity_code": identity_code, "first_name": "John", "last_name": "Smith"},
        "customer_contact": {"mobile": "+37253630000", "email": "test@test.com"},
    })
}

pub(crate) fn application_v3(sandbox: &Sandbox, product: &str, amount: &str) -> Value {
    let v2 = application(sandbox, product, amount);
    json!({
        "creditApplication": {"productCode": product, "amount": amount, "period": 12},
        "customer": {
            "identityCode": v2["customer"]["identity_code"],
            "firstName": "John",
            "lastName": "Smith",
        },
        "customerContact": {"mobile": "+37253630000", "email": "test@test.com"},
    })
}

/// Adds where callbacks go.
pub(crate) fn told_at(mut body: Value, url: &str) -> Value {
    body["partner_urls"] = json!({"callback_url": format!("{url}/callback")});
    body
}

pub(crate) fn path(id: Uuid) -> String {
    format!("v2/{{shop}}/applications/{id}")
}

impl Shop {
    pub(crate) async fn send(&self, body: &Value) -> Uuid {
        let (status, sent) = self.post("v2/{shop}/applications", body).await;
        assert_eq!(status, 201, "{sent}");
        sent["uuid"].as_str().unwrap().parse().unwrap()
    }

    pub(crate) async fn send_for(&self, product: &str, amount: &str) -> Uuid {
        self.send(&application(&self.sandbox, product, amount))
            .await
    }

    /// Polls until the decision under way is made: twice.
    pub(crate) async fn poll(&self, id: Uuid) -> Value {
        self.get(&path(id)).await;
        let (status, shown) = self.get(&path(id)).await;
        assert_eq!(status, 200, "{shown}");
        shown
    }

    pub(crate) async fn accept(&self, id: Uuid) -> Uuid {
        let (status, accepted) = self.act(&format!("{}/accept", path(id))).await;
        assert_eq!(status, 201, "{accepted}");
        accepted["contract"]["uuid"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap()
    }

    /// Sends an application with a positive decision and accepts the offer.
    pub(crate) async fn direct_contract(&self, product: &str) -> (Uuid, Uuid) {
        let id = self.send_for(product, "300").await;
        self.poll(id).await;
        (id, self.accept(id).await)
    }

    pub(crate) async fn shown_contract(&self, id: Uuid) -> Value {
        let (status, shown) = self.get(&format!("v2/{{shop}}/contracts/{id}")).await;
        assert_eq!(status, 200, "{shown}");
        shown["contract"].clone()
    }

    pub(crate) async fn sign(&self, contract: Uuid, method: &str) -> (u16, Value) {
        let path = format!("v2/{{shop}}/contracts/{contract}/signings");
        self.post(&path, &json!({"method": method})).await
    }

    pub(crate) async fn confirm(&self, contract: Uuid, code: Value) -> (u16, Value) {
        let path = format!("v2/{{shop}}/contracts/{contract}/signings");
        let body = json!({"method": "sms", "confirmation_code": code});
        read(self.request(Method::PATCH, &path).json(&body)).await
    }
}
