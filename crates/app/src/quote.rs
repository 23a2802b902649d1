use std::sync::Arc;

use inbank_domain::{Calculation, CalculationRequest, Money, Months, Product};
use inbank_ports::{Calculator, GatewayError, ProductCatalogue};

/// What financing a cart would cost, before the customer applies.
#[derive(Clone)]
pub struct Quotes {
    products: Arc<dyn ProductCatalogue>,
    calculator: Arc<dyn Calculator>,
}

/// A quote, or why there is none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Quote {
    /// Preliminary conditions.
    Offered(Box<Calculation>),
    /// The product is not to be offered for this cart; the bank's calculator was not asked.
    Unavailable(Unavailable),
}

/// Why a product is not to be offered for a cart.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Unavailable {
    /// The cart lies outside the price range agreed with Inbank.
    Amount {
        /// The smallest cart.
        min: Option<Money>,
        /// The largest cart.
        max: Option<Money>,
    },
    /// The product doesn't have this period.
    Period {
        /// Those that it has.
        periods: Vec<Months>,
    },
}

impl Quotes {
    /// Quotes from a shop's products and the bank's calculator.
    pub fn new(products: Arc<dyn ProductCatalogue>, calculator: Arc<dyn Calculator>) -> Self {
        Self {
            products,
            calculator,
        }
    }

    /// Quotes a cart: reads the product, and calculates only where it may be offered (*API Requests*,
    /// step 1: payment methods only for carts within the price range).
    ///
    /// Changes nothing at the bank; safe to repeat.
    ///
    /// # Errors
    /// [`GatewayError`] as [`ProductCatalogue::product`] and [`Calculator::calculate`] say.
    pub async fn quote(&self, request: &CalculationRequest) -> Result<Quote, GatewayError> {
        let product = self.products.product(&request.product_code).await?;
        self.quote_for(&product, request).await
    }

    /// The same, for a product that the caller has read before.
    ///
    /// # Errors
    /// [`GatewayError`] as [`Calculator::calculate`] says.
    pub async fn quote_for(
        &self,
        product: &Product,
        request: &CalculationRequest,
    ) -> Result<Quote, GatewayError> {
        if !product.finances(request.amount()) {
            return Ok(Quote::Unavailable(Unavailable::Amount {
                min: product.min_amount,
                max: product.max_amount,
            }));
        }
        if !product.offers(request.period) {
            return Ok(Quote::Unavailable(Unavailable::Period {
                periods: product.periods.clone(),
            }));
        }
        let calculation = self.calculator.calculate(request).await?;
        Ok(Quote::Offered(Box::new(calculation)))
    }
}

#[cfg(test)]
mod tests {
    use inbank_domain::{Currency, ProductCode, Region};
    use inbank_ports::MockCalculator;
    use inbank_testkit::FakeBank;

    use super::*;

    fn request(amount: &str, months: u16) -> CalculationRequest {
        CalculationRequest::new(
            &Region::ESTONIA,
            ProductCode::parse("hp").unwrap(),
            Money::parse(amount, Currency::EUR).unwrap(),
            Months::new(months).unwrap(),
        )
        .unwrap()
    }

    #[tokio::test]
    async fn a_cart_within_the_range_is_quoted() {
        let bank = Arc::new(FakeBank::new(Region::ESTONIA));
        let quotes = Quotes::new(bank.clone(), bank);
        let quote = quotes.quote(&request("120", 12)).await.unwrap();
        let Quote::Offered(calculation) = quote else {
            panic!("{quote:?}")
        };
        assert_eq!(calculation.monthly_payment.to_string(), "10 EUR");
    }

    #[tokio::test]
    async fn a_cart_or_period_outside_the_product_never_reaches_the_calculator() {
        let bank = Arc::new(FakeBank::new(Region::ESTONIA));
        let quotes = Quotes::new(bank, Arc::new(MockCalculator::new()));
        for amount in ["0.99", "10000.01"] {
            let quote = quotes.quote(&request(amount, 12)).await.unwrap();
            assert!(matches!(
                quote,
                Quote::Unavailable(Unavailable::Amount { .. })
            ));
        }
        let quote = quotes.quote(&request("120", 5)).await.unwrap();
        assert!(matches!(
            quote,
            Quote::Unavailable(Unavailable::Period { .. })
        ));
    }
}
