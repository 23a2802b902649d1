//! A shop's own function, which is to be tested.

use inbank::{Cart, Currency, Money, OrderError, PayOutcome, ShopHandle};

/// Where a customer goes who wants to pay an order.
pub async fn way_to_pay(shop: &ShopHandle, order: &str, euros: u32) -> Result<String, OrderError> {
    let cart = Cart::new("hire_purchase", Money::new(euros.into(), Currency::EUR));
    Ok(match shop.order(order).pay(&cart).await? {
        PayOutcome::Redirect(bank) => bank.to_string(),
        PayOutcome::Standing(_) => format!("/orders/{order}"),
        PayOutcome::NotOffered(_) => "/other-ways-to-pay".to_owned(),
        PayOutcome::Busy(wait) => format!("/try-again?in={}", wait.as_secs()),
    })
}
