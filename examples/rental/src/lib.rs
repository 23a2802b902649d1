//! A phone that is rented out: the session, and handing the phone over.

use inbank::{
    Activation, AssetIdentifiers, AssetModel, Cart, Currency, Hero, Imei, ModelIdentifier, Money,
    OrderError, OrderHandle, PayOutcome, ProductCode, Region, RentalRequest, SerialNumber,
    ShopHandle, WebAddress,
};

const PRODUCT: &str = "smart_rent_product_code";

/// What the bank has for an article: periods, limits, which identifiers it asks for.
pub async fn model(shop: &ShopHandle, ean: &str) -> Result<AssetModel, OrderError> {
    let product = ProductCode::parse(PRODUCT)?;
    let identifier = ModelIdentifier::ean(ean)?;
    Ok(shop.rental_model(&product, &identifier).await?)
}

/// Where to send the customer; none where the phone can't be rented, or not now.
pub async fn check_out(
    order: &OrderHandle,
    model: &AssetModel,
    net_price: &str,
) -> Result<Option<WebAddress>, OrderError> {
    let hero = Hero::new(model.id.clone(), Money::parse(net_price, Currency::EUR)?);
    let rental = RentalRequest::new(&Region::ESTONIA, model.periods[0], hero, Vec::new())?;
    let cart = Cart::rental(PRODUCT, rental, model.name.as_str());
    Ok(match order.rent(&cart).await? {
        PayOutcome::Redirect(bank) => Some(bank),
        PayOutcome::Standing(_) | PayOutcome::NotOffered(_) | PayOutcome::Busy(_) => None,
    })
}

/// `awaits_merchant` came, and this phone is handed over.
pub async fn hand_over(
    order: &OrderHandle,
    model: &AssetModel,
    imei: &str,
    serial_number: &str,
) -> Result<Activation, OrderError> {
    let (imei, serial) = (Imei::parse(imei)?, SerialNumber::parse(serial_number)?);
    let phone = AssetIdentifiers::new(Some(imei), Some(serial));
    order.activate(model, &phone).await
}
