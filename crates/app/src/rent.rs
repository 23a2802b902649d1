use std::sync::Arc;

use inbank_domain::{
    AssetModel, Invalid, ModelIdentifier, ProductCode, RentalCalculation, RentalRequest,
};
use inbank_ports::{GatewayError, Rentals};

/// What renting a device would cost, before the customer applies (*Smart Rent 3.04*, API Requests,
/// steps 1 and 2). The session is then opened by [`Checkout`](crate::Checkout), and the granted
/// contract activated by [`ActivateRental`](crate::ActivateRental).
#[derive(Clone)]
pub struct Rent {
    rentals: Arc<dyn Rentals>,
}

/// A quote for a cart, or why there is none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RentalQuote {
    /// A preliminary monthly payment.
    Offered(Box<RentalCalculation>),
    /// The cart doesn't keep this condition of its model; the bank's calculator was not asked.
    Unavailable(Invalid),
}

impl Rent {
    /// Rentals of a shop.
    pub fn new(rentals: Arc<dyn Rentals>) -> Self {
        Self { rentals }
    }

    /// Reads the conditions of renting a model. Its id goes into the cart as the hero's, and
    /// [`ActivateRental`](crate::ActivateRental) needs them again: store them, or read them twice.
    ///
    /// Changes nothing at the bank; safe to repeat.
    ///
    /// # Errors
    /// [`GatewayError`] as [`Rentals::asset_model`] says.
    pub async fn model(
        &self,
        product: &ProductCode,
        identifier: &ModelIdentifier,
    ) -> Result<AssetModel, GatewayError> {
        self.rentals.asset_model(product, identifier).await
    }

    /// Quotes a cart: calculates only where it keeps its model's conditions.
    ///
    /// Changes nothing at the bank; safe to repeat.
    ///
    /// # Errors
    /// [`GatewayError`] as [`Rentals::calculate`] says.
    pub async fn quote(
        &self,
        product: &ProductCode,
        model: &AssetModel,
        request: &RentalRequest,
    ) -> Result<RentalQuote, GatewayError> {
        if let Err(condition) = request.check(model) {
            return Ok(RentalQuote::Unavailable(condition));
        }
        let calculation = self.rentals.calculate(product, request).await?;
        Ok(RentalQuote::Offered(Box::new(calculation)))
    }
}

#[cfg(test)]
mod tests {
    use inbank_domain::{Currency, Hero, Money, Months, Region};
    use inbank_ports::MockRentals;
    use inbank_testkit::FakeBank;

    use super::*;

    fn cart(model: &AssetModel, net: &str) -> RentalRequest {
        let hero = Hero::new(model.id.clone(), Money::parse(net, Currency::EUR).unwrap());
        let period = Months::new(12).unwrap();
        RentalRequest::new(&Region::ESTONIA, period, hero, Vec::new()).unwrap()
    }

    #[tokio::test]
    async fn a_cart_is_quoted_only_where_it_keeps_the_conditions() {
        let bank = Arc::new(FakeBank::new(Region::ESTONIA));
        let product = ProductCode::parse("rent").unwrap();
        let ean = ModelIdentifier::ean(FakeBank::EAN).unwrap();
        let rent = Rent::new(bank);
        let model = rent.model(&product, &ean).await.unwrap();
        let quote = rent.quote(&product, &model, &cart(&model, "480")).await;
        let RentalQuote::Offered(calculation) = quote.unwrap() else {
            panic!("keeps them")
        };
        assert_eq!(calculation.gross_monthly_payment.to_string(), "40 EUR");

        let unasked = Rent::new(Arc::new(MockRentals::new()));
        let dear = cart(&model, "5000.01");
        let quote = unasked.quote(&product, &model, &dear).await.unwrap();
        let RentalQuote::Unavailable(condition) = quote else {
            panic!("{quote:?}")
        };
        assert_eq!(condition.field(), "assets");
    }
}
