//! The body of `POST /calculations` (e-POS 2.10, Calculator).

use rust_decimal::Decimal;

use crate::{
    bank::Bank,
    dialect::Dialect,
    document::{Document, Refusals},
    error::Refusal,
    product::Product,
};

/// How much the answer tells; each level contains the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ResponseLevel {
    Simple,
    Advanced,
    PaymentSchedule,
}

impl ResponseLevel {
    const ALL: [Self; 3] = [Self::Simple, Self::Advanced, Self::PaymentSchedule];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Advanced => "advanced",
            Self::PaymentSchedule => "payment_schedule",
        }
    }
}

/// A calculation the bank agrees to make.
#[derive(Debug)]
pub(crate) struct CalculationRequest<'a> {
    pub(crate) product: &'a Product,
    pub(crate) amount: Decimal,
    pub(crate) period: u32,
    pub(crate) payment_day: u32,
    pub(crate) down_payment: Decimal,
    pub(crate) level: ResponseLevel,
}

impl<'a> CalculationRequest<'a> {
    pub(crate) fn read(body: &str, dialect: Dialect, bank: &'a Bank) -> Result<Self, Refusal> {
        let mut refusals = Refusals::default();
        let mut document = Document::parse(body, dialect)
            .ok_or_else(|| Refusal::invalid("request_body_is_not_valid"))?;
        let product_code = document.required_text("product_code", &mut refusals);
        let amount = document.required_decimal("amount", &mut refusals);
        let period = document.required_whole("period", &mut refusals);
        // The guide prints the payment day in the answer only; later documents accept it in the request.
        let payment_day = document.whole("payment_day", &mut refusals);
        let down_payment = document
            .decimal("down_payment_amount", &mut refusals)
            .unwrap_or_default();
        document.text_where("currency", &mut refusals, |code| {
            code == bank.region.currency()
        });
        let level = document.text("response_level", &mut refusals);
        let level = level.map_or(Some(ResponseLevel::Simple), |name| {
            ResponseLevel::ALL
                .into_iter()
                .find(|level| level.name() == name)
        });
        refusals.check(level.is_some(), "response_level_is_not_valid");
        document.finish(&mut refusals);

        let product = product_code.map(|code| bank.product(&code));
        if let Some(Ok(product)) = product {
            if let Some(amount) = amount {
                refusals.check(product.allows_amount(amount), "amount_is_not_valid");
                let below_amount = down_payment >= Decimal::ZERO && down_payment < amount;
                let used = !down_payment.is_zero();
                refusals.check(
                    !used || (below_amount && product.down_payment),
                    "down_payment_amount_is_not_valid",
                );
            }
            if let Some(period) = period {
                refusals.check(product.periods.contains(&period), "period_is_not_valid");
            }
            if let Some(day) = payment_day {
                refusals.check(
                    product.payment_days.contains(&day),
                    "payment_day_is_not_valid",
                );
            }
        }
        let read = product.zip(amount).zip(period).zip(level);
        let (((product, amount), period), level) = refusals.accept(read)?;
        let product = product?;
        Ok(Self {
            product,
            amount,
            period,
            payment_day: payment_day.unwrap_or(product.default_payment_day),
            down_payment,
            level,
        })
    }
}
