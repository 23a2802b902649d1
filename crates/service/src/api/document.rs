//! The guide's own request body, with what the service fills in.

use inbank::http::{read_application_request, read_session_request};
use inbank::{ApplicationRequest, Cart, Invalid, Region};
use serde_json::{Map, Value};

/// Keys that the service fills in.
const FILLED_IN: [&str; 2] = ["partner_urls", "partnerUrls"];

/// Reads the body of `POST /pos_sessions` into a cart. The addresses and the order's reference are not asked
/// for: both are the service's.
pub(super) fn cart(
    mut document: Map<String, Value>,
    reference: &str,
    region: &Region,
) -> Result<Cart, Invalid> {
    for key in FILLED_IN {
        if document.contains_key(key) {
            return Err(Invalid::new(
                key,
                "must not be there: the service fills it in",
            ));
        }
    }
    // No browser is sent there: the platform puts its own addresses in their place.
    let nowhere = "https://localhost/";
    let urls = serde_json::json!({
        "return_url": nowhere, "cancel_url": nowhere, "callback_url": nowhere,
    });
    document.insert("partner_urls".to_owned(), urls);
    let purchase = document
        .entry("purchase")
        .or_insert_with(|| Value::Object(Map::new()));
    let Value::Object(purchase) = purchase else {
        return Err(Invalid::new("purchase", "must be an object"));
    };
    let key = if purchase.contains_key("purchaseReference") {
        "purchaseReference"
    } else {
        "purchase_reference"
    };
    let given = purchase.insert(key.to_owned(), Value::from(reference));
    if given.is_some_and(|given| given != reference) {
        let problem = "must be the order of the path, or be left out";
        return Err(Invalid::new("purchase.purchase_reference", problem));
    }
    if !document.contains_key("locale")
        && let Some(usual) = region.locales.first()
    {
        document.insert("locale".to_owned(), Value::from(*usual));
    }
    let document = Value::Object(document).to_string();
    let request = read_session_request(&document, region).map_err(in_the_body)?;
    Ok(Cart::from(request))
}

/// Reads the body of `POST /applications`.
pub(super) fn application(
    document: Map<String, Value>,
    region: &Region,
) -> Result<ApplicationRequest, Invalid> {
    let document = Value::Object(document).to_string();
    read_application_request(&document, region).map_err(in_the_body)
}

/// Without the line: it is one of a text that was made from the body, and not of the body.
fn in_the_body(invalid: Invalid) -> Invalid {
    let problem = invalid.problem();
    let of_the_body = match problem.rsplit_once(" (line ") {
        Some((of_the_body, _)) => of_the_body.to_owned(),
        None => return invalid,
    };
    Invalid::new(invalid.field().to_owned(), of_the_body)
}
