//! The calculator: an annuity to the cent, and the answer of `POST /calculations`.

mod request;

use rust_decimal::{Decimal, RoundingStrategy};
use time::{Date, Month};

pub(crate) use self::request::{CalculationRequest, ResponseLevel};
use crate::{
    answer::{Answer, Node, known},
    aprc,
    bank::Bank,
    dialect::Dialect,
    error::Refusal,
    product::Product,
};

/// The price of a product.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// A fraction: 0.0899 is 8.99 %.
    pub(crate) interest_rate_annual: Decimal,
    pub(crate) contract_fee_rate: Decimal,
    pub(crate) contract_fee_minimum: Decimal,
    pub(crate) admin_fee_monthly: Decimal,
}

impl Terms {
    /// Without any cost to the customer.
    pub(crate) const FREE: Self = Self {
        interest_rate_annual: Decimal::ZERO,
        contract_fee_rate: Decimal::ZERO,
        contract_fee_minimum: Decimal::ZERO,
        admin_fee_monthly: Decimal::ZERO,
    };
}

/// One row of the payment schedule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instalment {
    pub(crate) number: u32,
    pub(crate) date: Date,
    pub(crate) balance_before: Decimal,
    pub(crate) principal: Decimal,
    pub(crate) interest: Decimal,
    pub(crate) admin_fee: Decimal,
}

impl Instalment {
    pub(crate) fn total(&self) -> Decimal {
        self.principal + self.interest + self.admin_fee
    }
}

/// A credit and its instalments.
#[derive(Clone, Debug)]
pub(crate) struct Calculation {
    pub(crate) terms: Terms,
    /// The amount less the down payment: what the bank pays out.
    pub(crate) net_credit_amount: Decimal,
    /// Added to the credit and repaid with it.
    pub(crate) contract_fee: Decimal,
    pub(crate) monthly: Decimal,
    pub(crate) instalments: Vec<Instalment>,
}

impl Calculation {
    /// Calculates a credit paid out on `payout`.
    ///
    /// Interest is a twelfth of the annual rate each month, whatever the month's length; the first instalment falls on the payment day
    /// of the month after the payout. Instalments are equal but for the last one, which clears the balance to the cent,
    /// so `monthly × period` is not the total (the guide's sample shows the same). Guides silent on all of it.
    pub(crate) fn new(
        terms: Terms,
        credit: Decimal,
        period: u32,
        payment_day: u32,
        payout: Date,
    ) -> Self {
        let net_credit_amount = cents(credit);
        let contract_fee =
            if terms.contract_fee_rate.is_zero() && terms.contract_fee_minimum.is_zero() {
                Decimal::ZERO
            } else {
                cents(net_credit_amount * terms.contract_fee_rate).max(terms.contract_fee_minimum)
            };
        let rate = terms.interest_rate_annual / Decimal::from(12);
        let mut balance = net_credit_amount + contract_fee;
        let annuity = cents(annuity(balance, rate, period));
        let mut instalments = Vec::new();
        for number in 1..=period {
            let interest = cents(balance * rate);
            // Tiny credits over many months would be repaid before the end; no instalment takes more than is owed.
            let principal = if number == period {
                balance
            } else {
                (annuity - interest).min(balance)
            };
            instalments.push(Instalment {
                number,
                date: payment_date(payout, number, payment_day),
                balance_before: balance,
                principal,
                interest,
                admin_fee: terms.admin_fee_monthly,
            });
            balance -= principal;
        }
        Self {
            terms,
            net_credit_amount,
            contract_fee,
            monthly: annuity + terms.admin_fee_monthly,
            instalments,
        }
    }

    /// Everything the customer pays back.
    pub(crate) fn total_cost(&self) -> Decimal {
        self.instalments.iter().map(Instalment::total).sum()
    }

    pub(crate) fn total_cost_of_credit(&self) -> Decimal {
        self.total_cost() - self.net_credit_amount
    }

    /// The APRC of the preliminary calculation, before any payout date is known: what the calculator answers, and what the
    /// dialog shows.
    pub(crate) fn preliminary_aprc(&self) -> Decimal {
        aprc::over_equal_months(
            self.net_credit_amount,
            self.instalments.iter().map(Instalment::total),
        )
    }

    /// The APRC of a direct application's offer, with the dates of its instalments: the guide's sample comes out so alone.
    pub(crate) fn final_aprc(&self, payout: Date) -> Decimal {
        let instalments = self.instalments.iter().map(|row| (row.date, row.total()));
        aprc::between_dates(payout, self.net_credit_amount, instalments)
    }

    /// The nested `advanced` object. Guides silent on its fields; these are the publicly listed ones.
    fn advanced(&self) -> Node {
        let period = Decimal::from(self.instalments.len());
        let interest: Decimal = self.instalments.iter().map(|row| row.interest).sum();
        Node::object([
            ("interest_amount_total", interest.into()),
            ("contract_fee_amount_total", self.contract_fee.into()),
            (
                "contract_fee_percentage",
                self.terms.contract_fee_rate.into(),
            ),
            (
                "contract_fee_minimum",
                self.terms.contract_fee_minimum.into(),
            ),
            (
                "admin_fee_amount_monthly",
                self.terms.admin_fee_monthly.into(),
            ),
            (
                "admin_fee_amount_total",
                (self.terms.admin_fee_monthly * period).into(),
            ),
            ("insurance_fee_amount_total", Decimal::ZERO.into()),
            ("net_credit_amount", self.net_credit_amount.into()),
        ])
    }

    /// The rows of the schedule, shaped as the publicly known answer about payment schedules.
    ///
    /// Guides silent on where they stand; chosen: `payment_schedule_items`, as in that answer.
    pub(crate) fn rows(&self) -> Node {
        let row = |row: &Instalment| {
            Node::object([
                ("item_number", Node::Whole(row.number)),
                ("payment_date", row.date.to_string().into()),
                ("balance_before", row.balance_before.into()),
                ("principal", row.principal.into()),
                ("interest", row.interest.into()),
                // The contract fee is part of the balance, and so of the principal.
                ("contract_fee", Decimal::ZERO.into()),
                ("admin_fee", row.admin_fee.into()),
                ("insurance_fee", Decimal::ZERO.into()),
                ("total_payment", row.total().into()),
            ])
        };
        Node::List(self.instalments.iter().map(row).collect())
    }
}

impl Bank {
    /// `POST /calculations` (e-POS 2.10, Calculator).
    pub(crate) fn calculate(&self, dialect: Dialect, body: &str) -> Result<Answer, Refusal> {
        let request = CalculationRequest::read(body, dialect, self)?;
        let product: &Product = request.product;
        let calculation = Calculation::new(
            product.terms,
            request.amount - request.down_payment,
            request.period,
            request.payment_day,
            self.now().date(),
        );
        let mut fields: Vec<_> = known([
            ("product_code", product.code.as_str().into()),
            ("amount", request.amount.into()),
            ("period", Node::Whole(request.period)),
            ("down_payment_amount", request.down_payment.into()),
            ("payment_day", Node::Whole(request.payment_day)),
            ("response_level", request.level.name().into()),
            ("currency", self.region.currency().into()),
            ("payment_amount_monthly", calculation.monthly.into()),
            (
                "interest_rate_annual",
                product.terms.interest_rate_annual.into(),
            ),
            (
                "credit_cost_rate_annual",
                calculation.preliminary_aprc().into(),
            ),
            ("total_cost", calculation.total_cost().into()),
            (
                "total_cost_of_credit",
                calculation.total_cost_of_credit().into(),
            ),
        ])
        .collect();
        if request.level >= ResponseLevel::Advanced {
            fields.extend(known([("advanced", calculation.advanced())]));
        }
        if request.level >= ResponseLevel::PaymentSchedule {
            fields.extend(known([("payment_schedule_items", calculation.rows())]));
        }
        Ok(Answer::created(&Node::Object(fields), dialect))
    }
}

/// The payment that clears `credit` in `period` months: `credit × rate / (1 - (1 + rate)^-period)`.
fn annuity(credit: Decimal, rate: Decimal, period: u32) -> Decimal {
    if rate.is_zero() {
        return credit / Decimal::from(period.max(1));
    }
    let growth = (0..period).fold(Decimal::ONE, |growth, _| growth * (Decimal::ONE + rate));
    credit * rate * growth / (growth - Decimal::ONE)
}

fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// The payment day in the `number`th month after the payout, or that month's last day if it is shorter.
fn payment_date(payout: Date, number: u32, payment_day: u32) -> Date {
    let mut year = payout.year();
    let mut month = payout.month();
    for _ in 0..number {
        month = month.next();
        if month == Month::January {
            year += 1;
        }
    }
    let day = u8::try_from(payment_day)
        .unwrap_or(u8::MAX)
        .clamp(1, month.length(year));
    Date::from_calendar_date(year, month, day).unwrap_or(payout)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::dec;
    use time::macros::date;

    use super::*;

    const PAYOUT: Date = date!(2026 - 01 - 31);

    #[test]
    fn the_guides_sample_comes_out_to_the_cent() {
        let terms = Terms {
            interest_rate_annual: dec!(0.0899),
            contract_fee_rate: dec!(0.01694),
            contract_fee_minimum: Decimal::ZERO,
            admin_fee_monthly: Decimal::ZERO,
        };
        let calculation = Calculation::new(terms, dec!(2000), 12, 10, PAYOUT);
        assert_eq!(calculation.monthly, dec!(177.86));
        assert_eq!(calculation.total_cost(), dec!(2134.26));
        assert_eq!(calculation.total_cost_of_credit(), dec!(134.26));
        assert_eq!(calculation.preliminary_aprc(), dec!(0.1287));
    }

    #[test]
    fn the_first_instalment_falls_into_the_month_after_the_payout() {
        assert_eq!(payment_date(PAYOUT, 1, 30), date!(2026 - 02 - 28));
        assert_eq!(payment_date(PAYOUT, 11, 10), date!(2026 - 12 - 10));
        assert_eq!(payment_date(PAYOUT, 12, 10), date!(2027 - 01 - 10));
    }

    proptest! {
        #[test]
        fn instalments_add_up_and_only_the_last_one_differs(
            credit in 1_000_u32..2_000_000,
            period in 1_u32..=120,
            rate in 0_u32..4_000,
            fee in 0_u32..500,
        ) {
            let terms = Terms {
                interest_rate_annual: Decimal::new(rate.into(), 4),
                contract_fee_rate: Decimal::new(fee.into(), 4),
                contract_fee_minimum: Decimal::ZERO,
                admin_fee_monthly: dec!(0.50),
            };
            let credit = Decimal::new(credit.into(), 2);
            let calculation = Calculation::new(terms, credit, period, 10, PAYOUT);
            let principal: Decimal = calculation.instalments.iter().map(|row| row.principal).sum();
            prop_assert_eq!(principal, calculation.net_credit_amount + calculation.contract_fee);
            prop_assert_eq!(calculation.net_credit_amount, credit);
            let paid: Decimal = calculation.instalments.iter().map(Instalment::total).sum();
            prop_assert_eq!(paid, calculation.total_cost());
            prop_assert_eq!(calculation.total_cost_of_credit(), paid - credit);

            // Half a cent in the annuity and half a cent in each month's interest, compounded, is all that the last one may have to level.
            let monthly_rate = terms.interest_rate_annual / dec!(12);
            let compounded = (1..period).fold(Decimal::ONE, |sum, _| sum * (Decimal::ONE + monthly_rate) + Decimal::ONE);
            let (last, others) = calculation.instalments.split_last().unwrap();
            prop_assert!((last.total() - calculation.monthly).abs() <= dec!(0.01) * compounded + dec!(0.01));
            let owed = |row: &&Instalment| row.principal < row.balance_before;
            prop_assert!(others.iter().filter(owed).all(|row| row.total() == calculation.monthly));
            prop_assert!(calculation.instalments.iter().all(|row| row.principal >= Decimal::ZERO && row.interest >= Decimal::ZERO));
            prop_assert!(calculation.preliminary_aprc() >= Decimal::ZERO);
        }
    }
}
