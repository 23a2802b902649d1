//! What financing a cart, or renting a device, would cost, before the customer applies.

use inbank_domain::{
    AssetModel, Calculation, CalculationRequest, Checked, Invalid, ModelIdentifier, Money, Months,
    Product, ProductCode, RentalCalculation, RentalRequest, RepresentativeExample,
};
use inbank_ports::GatewayError;

use crate::ShopHandle;
use crate::bank::port;

/// A quote, or why there is none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Quote {
    /// Preliminary conditions.
    Offered(Box<Calculation>),
    /// The product is not to be offered for this cart; the bank's calculator was not asked.
    Unavailable(Unavailable),
}

impl Quote {
    /// Whether the bank's figures agree with each other, and its APRC with the one that follows from them; none
    /// where nothing was calculated. What doesn't agree is as the bank said it, and for the shop to see.
    pub fn checked(&self) -> Option<Checked> {
        self.offered().map(Calculation::checked)
    }

    /// The standard information that has to stand beside an instalment; none where nothing was calculated.
    pub fn representative_example(&self) -> Option<RepresentativeExample> {
        self.offered().map(Calculation::representative_example)
    }

    fn offered(&self) -> Option<&Calculation> {
        match self {
            Self::Offered(calculation) => Some(calculation),
            Self::Unavailable(_) => None,
        }
    }
}

/// Why a product is not to be offered for a cart.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Unavailable {
    /// The cart lies outside the price range agreed with the bank.
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

impl Unavailable {
    /// Why a product is not to be offered for an amount and a period; none where it may be.
    pub(crate) fn why(product: &Product, amount: Money, period: Option<Months>) -> Option<Self> {
        if !product.finances(amount) {
            return Some(Self::Amount {
                min: product.min_amount,
                max: product.max_amount,
            });
        }
        match period {
            Some(period) if !product.offers(period) => Some(Self::Period {
                periods: product.periods.clone(),
            }),
            Some(_) | None => None,
        }
    }
}

/// A quote for a rental, or why there is none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RentalQuote {
    /// A preliminary monthly payment.
    Offered(Box<RentalCalculation>),
    /// The cart doesn't keep this condition of its model; the bank's calculator was not asked.
    Unavailable(Invalid),
}

impl ShopHandle {
    /// Quotes a cart: reads the product, and calculates only where it may be offered (*API Requests*,
    /// step 1: payment methods only for carts within the price range).
    ///
    /// Changes nothing at the bank; safe to repeat.
    ///
    /// # Errors
    /// [`GatewayError`] as [`ProductCatalogue::product`](inbank_ports::ProductCatalogue::product) and
    /// [`Calculator::calculate`](inbank_ports::Calculator::calculate) say.
    pub async fn quote(&self, request: &CalculationRequest) -> Result<Quote, GatewayError> {
        let product = self.product(&request.product_code).await?;
        if let Some(why) = Unavailable::why(&product, request.amount(), Some(request.period)) {
            return Ok(Quote::Unavailable(why));
        }
        let calculator = port(self.bank().calculator.as_ref(), "calculation.calculate")?;
        let calculation = calculator.calculate(request).await?;
        Ok(Quote::Offered(Box::new(calculation)))
    }

    /// Reads the conditions of renting a model (*Smart Rent 3.04*, API Requests, step 1). Its id goes
    /// into the cart as the hero's.
    ///
    /// # Errors
    /// [`GatewayError`] as [`Rentals::asset_model`](inbank_ports::Rentals::asset_model) says.
    pub async fn rental_model(
        &self,
        product: &ProductCode,
        identifier: &ModelIdentifier,
    ) -> Result<AssetModel, GatewayError> {
        let rentals = port(self.bank().rentals.as_ref(), "rental.model")?;
        rentals.asset_model(product, identifier).await
    }

    /// Quotes a rental: calculates only where it keeps its model's conditions.
    ///
    /// # Errors
    /// [`GatewayError`] as [`Rentals::calculate`](inbank_ports::Rentals::calculate) says.
    pub async fn rental_quote(
        &self,
        product: &ProductCode,
        model: &AssetModel,
        request: &RentalRequest,
    ) -> Result<RentalQuote, GatewayError> {
        if let Err(condition) = request.check(model) {
            return Ok(RentalQuote::Unavailable(condition));
        }
        let rentals = port(self.bank().rentals.as_ref(), "rental.calculate")?;
        let calculation = rentals.calculate(product, request).await?;
        Ok(RentalQuote::Offered(Box::new(calculation)))
    }
}
