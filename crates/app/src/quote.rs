//! What financing a cart, or renting a device, would cost, before the customer applies.

use std::fmt;

use inbank_domain::{
    ApplicationRequest, AssetModel, Calculation, CalculationRequest, Checked, Invalid,
    ModelIdentifier, Money, Months, PaymentDay, Product, ProductCode, RentalCalculation,
    RentalRequest, RepresentativeExample,
};
use inbank_ports::GatewayError;
use time::Date;

use crate::ShopHandle;
use crate::bank::port;
use crate::shop::if_told;

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
    /// The product doesn't take this down payment, or none at all.
    DownPayment,
    /// What the down payment leaves lies outside of what may be financed.
    Financed {
        /// The least.
        min: Option<Money>,
        /// The most.
        max: Option<Money>,
    },
    /// The product doesn't have this payment day.
    PaymentDay {
        /// Those that it has.
        days: Vec<PaymentDay>,
    },
    /// The product is sold no more.
    Ended {
        /// Its last day.
        last: Date,
    },
}

/// What is asked of a product; a session's customer chooses the rest at the bank.
pub(crate) struct Asked {
    amount: Money,
    period: Option<Months>,
    down_payment: DownPayment,
    payment_day: Option<PaymentDay>,
}

/// What is paid at once.
enum DownPayment {
    /// This, or nothing.
    Known(Option<Money>),
    /// Not known here: agreed on at the bank, or told in a way that leaves two readings.
    Open,
}

impl DownPayment {
    /// That of an application, which has it as an amount or as a fraction. One that is no fraction is
    /// perhaps a number of percent.
    fn of(request: &ApplicationRequest) -> Self {
        let Some(rate) = request.down_payment_rate else {
            return Self::Known(request.down_payment());
        };
        let amount = request.amount();
        let part = amount.amount().checked_mul(rate.fraction());
        let part = part.filter(|part| *part <= amount.amount());
        match (request.down_payment(), part) {
            (None, Some(part)) => Self::Known(Some(Money::new(part, amount.currency()))),
            (Some(_), _) | (None, None) => Self::Open,
        }
    }
}

impl Asked {
    pub(crate) const fn of_session(total: Money) -> Self {
        Self {
            amount: total,
            period: None,
            down_payment: DownPayment::Open,
            payment_day: None,
        }
    }

    fn of_application(request: &ApplicationRequest) -> Self {
        Self {
            amount: request.amount(),
            period: Some(request.period),
            down_payment: DownPayment::of(request),
            payment_day: request.payment_day,
        }
    }

    const fn of_calculation(request: &CalculationRequest) -> Self {
        Self {
            amount: request.amount(),
            period: Some(request.period),
            down_payment: DownPayment::Known(request.down_payment()),
            payment_day: request.payment_day,
        }
    }
}

impl Unavailable {
    /// Why a product is not to be offered; none where it may be.
    pub(crate) fn why(product: &Product, asked: &Asked, today: Date) -> Option<Self> {
        let amount = asked.amount;
        if !product.finances(amount) {
            return Some(Self::Amount {
                min: product.min_amount,
                max: product.max_amount,
            });
        }
        if asked.period.is_some_and(|period| !product.offers(period)) {
            return Some(Self::Period {
                periods: product.periods.clone(),
            });
        }
        if let Some(last) = product.valid_to
            && product.has_ended(today)
        {
            return Some(Self::Ended { last });
        }
        if let Some(why) = Self::why_not_with(product, amount, &asked.down_payment) {
            return Some(why);
        }
        let day = asked.payment_day.filter(|day| !product.pays_on(*day));
        day.map(|_| Self::PaymentDay {
            days: product.payment_days.clone(),
        })
    }

    /// Why not with this down payment.
    fn why_not_with(product: &Product, amount: Money, down_payment: &DownPayment) -> Option<Self> {
        let part = match down_payment {
            DownPayment::Known(part) => *part,
            // Nothing is paid at once where nothing can be.
            DownPayment::Open if product.down_payment == Some(false) => None,
            // What is left of it may be anything up to all of it.
            DownPayment::Open => {
                let mut open = product.clone();
                open.max_financed = None;
                let fits = open.finances_with(amount, None);
                return (!fits).then(|| Self::financed(product));
            }
        };
        if !product.takes_down_payment(amount, part) {
            return Some(Self::DownPayment);
        }
        let fits = product.finances_with(amount, part);
        (!fits).then(|| Self::financed(product))
    }

    const fn financed(product: &Product) -> Self {
        Self::Financed {
            min: product.min_financed,
            max: product.max_financed,
        }
    }

    /// Why a product can't be applied for; none where the bank is to decide.
    pub fn of_application(
        product: &Product,
        request: &ApplicationRequest,
        today: Date,
    ) -> Option<Self> {
        Self::why(product, &Asked::of_application(request), today)
    }

    /// The same as a broken rule, under the field of an application that is to be another.
    pub fn invalid(&self) -> Invalid {
        let field = match self {
            Self::Amount { .. } | Self::Financed { .. } => "amount",
            Self::DownPayment => "down_payment_amount",
            Self::Ended { .. } => "product_code",
            Self::PaymentDay { .. } => "payment_day",
            Self::Period { .. } => "period",
        };
        Invalid::new(format!("credit_application.{field}"), self.to_string())
    }
}

/// In a sentence, without the cart's own values.
impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn list<T: fmt::Display>(these: &[T]) -> String {
            let these: Vec<_> = these.iter().map(ToString::to_string).collect();
            these.join(", ")
        }
        let limit = |limit: &Option<Money>| limit.map_or("any".to_owned(), |l| l.to_string());
        match self {
            Self::Amount { min, max } => {
                write!(
                    f,
                    "the amount has to be from {} to {}",
                    limit(min),
                    limit(max)
                )
            }
            Self::Period { periods } => {
                let periods: Vec<_> = periods.iter().map(|period| period.get()).collect();
                write!(f, "the period has to be one of {} months", list(&periods))
            }
            Self::DownPayment => f.write_str("the product doesn't take this down payment"),
            Self::Financed { min, max } => {
                let (min, max) = (limit(min), limit(max));
                write!(
                    f,
                    "what the down payment leaves has to be from {min} to {max}"
                )
            }
            Self::PaymentDay { days } => {
                let days: Vec<_> = days.iter().map(|day| day.get()).collect();
                write!(f, "the payment day has to be one of {}", list(&days))
            }
            Self::Ended { last } => write!(f, "the product was sold until {last}"),
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
    /// step 1: payment methods only for carts within the price range). Where this shop isn't told of the
    /// product, as the e-POS guide has it, the bank's calculator is asked all the same.
    ///
    /// Changes nothing at the bank; safe to repeat.
    ///
    /// ```no_run
    /// # use inbank_app::Quote;
    /// # use inbank_domain::{CalculationRequest, Currency, Money, Months, ProductCode};
    /// # async fn example(shop: &inbank_app::ShopHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// let product = ProductCode::parse("hire_purchase")?;
    /// let price = Money::parse("499.90", Currency::EUR)?;
    /// let region = &shop.bank().region;
    /// let request = CalculationRequest::new(region, product, price, Months::new(12)?)?;
    /// match shop.quote(&request).await? {
    ///     Quote::Offered(calculation) => println!("{calculation:?}"),
    ///     Quote::Unavailable(why) => println!("not for this cart: {why}"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`GatewayError`] as [`ProductCatalogue::product`](inbank_ports::ProductCatalogue::product) and
    /// [`Calculator::calculate`](inbank_ports::Calculator::calculate) say.
    pub async fn quote(&self, request: &CalculationRequest) -> Result<Quote, GatewayError> {
        let asked = Asked::of_calculation(request);
        if let Some(product) = if_told(self.product(&request.product_code).await)?
            && let Some(why) = Unavailable::why(&product, &asked, self.today())
        {
            return Ok(Quote::Unavailable(why));
        }
        let calculator = port(self.bank().calculator.as_ref(), "calculation")?;
        let calculating = calculator.calculate(request);
        let calculation = self.caller().call("calculation", calculating).await?;
        Ok(Quote::Offered(Box::new(calculation)))
    }

    /// Reads the conditions of renting a model (*Smart Rent 3.04*, API Requests, step 1). Its id goes
    /// into the cart as the hero's.
    ///
    /// ```no_run
    /// # use inbank_domain::{ModelIdentifier, ProductCode};
    /// # async fn example(shop: &inbank_app::ShopHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// let product = ProductCode::parse("smart_rent")?;
    /// let model = shop.rental_model(&product, &ModelIdentifier::ean("8806095299501")?).await?;
    /// println!("{} for {:?}", model.name, model.periods);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`GatewayError`] as [`Rentals::asset_model`](inbank_ports::Rentals::asset_model) says.
    pub async fn rental_model(
        &self,
        product: &ProductCode,
        identifier: &ModelIdentifier,
    ) -> Result<AssetModel, GatewayError> {
        let rentals = port(self.bank().rentals.as_ref(), "rental.model")?;
        let reading = rentals.asset_model(product, identifier);
        self.caller().call("rental.model", reading).await
    }

    /// Quotes a rental: calculates only where it keeps its model's conditions.
    ///
    /// ```no_run
    /// # use inbank_app::RentalQuote;
    /// # use inbank_domain::{AssetModel, ProductCode, RentalRequest};
    /// # async fn example(shop: &inbank_app::ShopHandle, model: &AssetModel, request: &RentalRequest) -> Result<(), Box<dyn std::error::Error>> {
    /// let product = ProductCode::parse("smart_rent")?;
    /// match shop.rental_quote(&product, model, request).await? {
    ///     RentalQuote::Offered(quote) => println!("{quote:?}"),
    ///     RentalQuote::Unavailable(why) => println!("{why}"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
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
        let rentals = port(self.bank().rentals.as_ref(), "rental.calculation")?;
        let calculating = rentals.calculate(product, request);
        let caller = self.caller();
        let calculation = caller.call("rental.calculation", calculating).await?;
        Ok(RentalQuote::Offered(Box::new(calculation)))
    }
}
