//! A shop's application, and what becomes of it.

use serde_json::Value;
use uuid::Uuid;

use crate::run::Run;
use crate::shop::{File, Shop};

/// *Direct API 2.05*, Create a new application, as it is printed.
pub(crate) const SAMPLE: &str = r#"{
"credit_application": {
"product_code": "example_product",
"amount": "2400",
"period": "12",
"monthly_income": "2900",
"monthly_financial_obligations": "100"
},
"customer": {
"identity_code": "38808050001",
"first_name": "John",
"last_name": "Smith"
},
"customer_addresses": [
{
"street": "NIINE",
"country": "EE",
"zip_code": "10414"
}
],
"customer_contact": {
"mobile": "+37253630000",
"email": "test@test.com"
},
"customer_identification": {
"document_type": "id_card",
"document_number": "AA979080"
},
"consents": [
{
"type": "EMTA_REGISTRY_QUERY",
"value": true,
"text": "This is EMTA consent"
}
]
}"#;

/// The sample for another product and amount.
pub(crate) fn application(product: &str, amount: &str) -> String {
    SAMPLE
        .replace("example_product", product)
        .replace("\"2400\"", &format!("\"{amount}\""))
}

impl Shop {
    pub(crate) fn submit(&self, document: &str) -> Run {
        let file = File::holding(document);
        self.run(&["application", "submit", "--from", file.path()])
    }

    /// An application that the bank has decided about.
    pub(crate) fn submitted(&self, product: &str, amount: &str) -> (Uuid, String) {
        self.taken_on(&application(product, amount))
    }

    pub(crate) fn taken_on(&self, document: &str) -> (Uuid, String) {
        identifier(&self.submit(document).json()["id"])
    }

    /// An unsigned contract.
    pub(crate) fn accepted(&self, product: &str) -> (Uuid, String) {
        let (_, id) = self.submitted(product, "300");
        let accepted = self.run(&["application", "accept", &id]).json();
        identifier(&accepted["contract_id"])
    }
}

fn identifier(value: &Value) -> (Uuid, String) {
    let text = value.as_str().unwrap();
    (text.parse().unwrap(), text.to_owned())
}
