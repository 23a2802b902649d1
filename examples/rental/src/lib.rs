//! A device is rented, and handed over.

use std::error::Error;

use inbank::{
    Activation, AssetIdentifiers, Cart, Currency, Hero, ModelIdentifier, Money, Months,
    OrderHandle, PayOutcome, ProductCode, Region, RentalQuote, RentalRequest, SerialNumber,
    ShopHandle,
};

const PRODUCT: &str = "smart_rent_product_code";

/// Quotes a tablet for a year, and says where to send the customer, if it can be rented.
pub async fn rent(shop: &ShopHandle, order: &str) -> Result<Option<String>, Box<dyn Error>> {
    let product = ProductCode::parse(PRODUCT)?;
    let tablet = ModelIdentifier::manufacturer_product_code("MK2K3HC/A")?;
    let model = shop.rental_model(&product, &tablet).await?;
    let hero = Hero::new(model.id.clone(), Money::parse("400", Currency::EUR)?);
    let request = RentalRequest::new(&Region::ESTONIA, Months::new(12)?, hero, Vec::new())?;
    let quote = shop.rental_quote(&product, &model, &request).await?;
    let RentalQuote::Offered(monthly) = quote else {
        return Ok(None);
    };
    println!("{} a month", monthly.gross_monthly_payment);
    let cart = Cart::rental(PRODUCT, request, "iPad 10.2\"");
    Ok(match shop.order(order).rent(&cart).await? {
        PayOutcome::Redirect(url) => Some(url.to_string()),
        PayOutcome::Standing(_) | PayOutcome::NotOffered(_) => None,
    })
}

/// Hands the device over, once `awaits_merchant` was told.
pub async fn hand_over(
    shop: &ShopHandle,
    order: &OrderHandle,
    serial_number: &str,
) -> Result<Activation, Box<dyn Error>> {
    let tablet = ModelIdentifier::manufacturer_product_code("MK2K3HC/A")?;
    let model = shop
        .rental_model(&ProductCode::parse(PRODUCT)?, &tablet)
        .await?;
    let device = AssetIdentifiers::new(None, Some(SerialNumber::parse(serial_number)?));
    Ok(order.activate(&model, &device).await?)
}
