//! Direct credit applications.

use std::fmt::Display;

use inbank_domain::{
    Application, ApplicationRequest, AttemptKind, Invalid, OrderKey, ProductFamily, Terms,
};
use inbank_ports::GatewayError;

use crate::bank::port;
use crate::calls::Caller;
use crate::order::fingerprint;
use crate::quote::Unavailable;
use crate::session::amount;
use crate::{Bank, OrderError, Runtime, Shop};

/// What an application's attempt is for; why not, where its product is not to be had.
pub(crate) async fn terms(
    shop: &Shop,
    runtime: &Runtime,
    key: &OrderKey,
    request: &ApplicationRequest,
) -> Result<Result<Terms, Unavailable>, OrderError> {
    let other = request
        .purchase
        .as_ref()
        .and_then(|purchase| purchase.reference.as_ref());
    if other.is_some_and(|reference| *reference != key.reference) {
        let problem = "must be the order's own reference";
        return Err(Invalid::new("purchase.purchase_reference", problem).into());
    }
    let mut terms = Terms {
        kind: AttemptKind::Application,
        product: request.product_code.clone(),
        family: ProductFamily::HirePurchase,
        amount: Some(request.amount()),
        period: Some(request.period),
        fingerprint: of_request(request),
        merchant_approval: true,
        application_signature: false,
    };
    // The product's limits and its list of what is required are a help, not a gate: a shop to which the
    // bank describes no product applies all the same.
    if let Some(product) = shop.product_if_told(runtime, &request.product_code).await? {
        let today = runtime.now().date();
        if let Some(why) = Unavailable::of_application(&product, request, today) {
            return Ok(Err(why));
        }
        request.check_required(&product.required_parameters)?;
        // Where the product doesn't say, a signed contract is taken to wait: a shop that is told in
        // vain is better off than one that is never told.
        terms.merchant_approval = product.requires_merchant_approval != Some(false);
        terms.application_signature = !product.application_signing.is_empty();
        terms.family = product.family;
    }
    Ok(Ok(terms))
}

pub(crate) async fn submit(
    bank: &Bank,
    caller: &Caller,
    request: &ApplicationRequest,
) -> Result<Application, GatewayError> {
    let applications = port(bank.applications.as_ref(), "application.submit")?;
    let submitting = applications.submit(request);
    caller.call("application.submit", submitting).await
}

/// Tells applications apart by what is applied for: not by the customer's data, so that a corrected
/// address submits no second application.
fn of_request(request: &ApplicationRequest) -> inbank_domain::Fingerprint {
    // As an amount or as a fraction, which no amount is spelled like.
    let rate = request.down_payment_rate.map(|rate| rate.to_string());
    let down_payment = amount(request.down_payment()) + &rate.unwrap_or_default();
    let parts: [Box<dyn Display>; 4] = [
        Box::new(request.product_code.clone()),
        Box::new(amount(Some(request.amount()))),
        Box::new(down_payment),
        Box::new(request.period),
    ];
    let parts = parts.each_ref().map(|part| part.as_ref() as &dyn Display);
    fingerprint(AttemptKind::Application, &parts)
}
