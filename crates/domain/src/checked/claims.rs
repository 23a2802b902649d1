//! What the bank claims, and what follows from it.

use rust_decimal::Decimal;
use time::Date;

use super::{Check, CheckName, Difference, Figure, Verdict};
use crate::aprc::on_day;
use crate::{
    Calculation, CostBreakdown, DayCount, Instalment, MOST_PAYMENTS, Money, MoneyError, NoAprc,
    Offer, PaymentDay, Rate, Years, aprc, aprc_between, aprc_counted,
};

/// The figures of a quote or an offer that can be held against each other.
pub(super) struct Claims<'a> {
    amount: Money,
    down_payment: Option<Money>,
    net_credit: Option<Money>,
    period: u16,
    total: Option<Money>,
    cost: Option<Money>,
    /// What is left to pay after the last instalment; no guide says whether the payments, or the total, have it.
    residual: Option<Money>,
    /// Each part of the cost; one that isn't told is none.
    cost_parts: Option<Vec<Option<Money>>>,
    rows: &'a [Instalment],
    aprc: Rate,
    payments: Payments<'a>,
}

/// What is known of the payments.
enum Payments<'a> {
    Calculation { monthly: Money, today: Option<Date> },
    Offer(&'a Offer),
}

type Found = Result<Verdict, MoneyError>;

impl<'a> Claims<'a> {
    pub(super) fn of_calculation(calculation: &'a Calculation) -> Self {
        let costs = calculation.costs.as_ref();
        Self {
            amount: calculation.amount,
            down_payment: calculation.down_payment,
            net_credit: costs.and_then(|costs| costs.net_credit_amount),
            period: calculation.period.get(),
            total: Some(calculation.total_cost),
            cost: Some(calculation.cost_of_credit),
            residual: None,
            cost_parts: costs.map(CostBreakdown::parts),
            rows: &calculation.schedule,
            aprc: calculation.aprc,
            payments: Payments::Calculation {
                monthly: calculation.monthly_payment,
                today: calculation.made_on,
            },
        }
    }

    pub(super) fn of_offer(offer: &'a Offer) -> Self {
        Self {
            amount: offer.amount,
            down_payment: offer.down_payment,
            net_credit: offer.net_credit_amount,
            period: offer.period.get(),
            total: offer.total_cost,
            cost: offer.cost_of_credit,
            residual: offer.residual.filter(Money::is_positive),
            cost_parts: Some(vec![
                offer.interest_total,
                offer.contract_fee,
                offer.admin_fee_total,
                offer.insurance_fee_total,
            ]),
            rows: &offer.schedule,
            aprc: offer.aprc,
            payments: Payments::Offer(offer),
        }
    }

    pub(super) fn checks(&self) -> Vec<Check> {
        let checks = CheckName::ALL.iter().map(|name| {
            let found = match name {
                CheckName::Rows => Ok(self.row_count()),
                CheckName::RowParts => self.row_parts(),
                CheckName::RowBalances => self.row_balances(),
                CheckName::Total => self.sum_of_payments(),
                CheckName::NetCredit => self.net_credit(),
                CheckName::Cost => self.cost(),
                CheckName::CostParts => self.cost_parts(),
                CheckName::Aprc => self.rate(),
            };
            Check {
                name: *name,
                verdict: found.unwrap_or_else(|error| {
                    Verdict::NotChecked(match error {
                        MoneyError::Currencies { .. } => "the figures are in several currencies",
                        MoneyError::Overflow => "a figure has too many digits",
                    })
                }),
            }
        });
        checks.collect()
    }

    fn row_count(&self) -> Verdict {
        if self.rows.is_empty() {
            return Verdict::NotChecked(NO_ROWS);
        }
        // A row 0 is what is paid on the pay-out day.
        let rows = self.rows.iter().filter(|row| row.number > 0).count();
        same(
            None,
            Figure::Count(rows),
            Figure::Count(usize::from(self.period)),
        )
    }

    fn row_parts(&self) -> Found {
        if self.rows.is_empty() {
            return Ok(Verdict::NotChecked(NO_ROWS));
        }
        let mut verdict = Verdict::Agrees;
        for row in self.rows {
            let parts = row.columns();
            let sum = sum(self.amount, parts.iter().copied().flatten())?;
            let order = row.total.compare(sum)?;
            // What is left out may be what is missing.
            if order.is_gt() && parts.contains(&None) {
                verdict = Verdict::NotChecked("a row's fees or other parts are left out");
            } else if order.is_ne() {
                return Ok(differs(Some(row.number), row.total, sum));
            }
        }
        Ok(verdict)
    }

    fn row_balances(&self) -> Found {
        let Some((last, others)) = self.rows.split_last() else {
            return Ok(Verdict::NotChecked(NO_ROWS));
        };
        let missing = Ok(Verdict::NotChecked(
            "a row's balance or principal is left out",
        ));
        for (row, next) in others.iter().zip(&self.rows[1..]) {
            let (Some(balance), Some(principal), Some(told)) =
                (row.balance_before, row.principal, next.balance_before)
            else {
                // What is paid on the pay-out day repays nothing.
                if row.number == 0 {
                    continue;
                }
                return missing;
            };
            let left = balance.checked_sub(principal)?;
            if told.compare(left)?.is_ne() {
                return Ok(differs(Some(next.number), told, left));
            }
        }
        let Some((balance, principal)) = last.balance_before.zip(last.principal) else {
            return missing;
        };
        let left = balance.checked_sub(principal)?;
        let is_left = |residual: Money| Ok(left.compare(residual)?.is_eq());
        if !is_left(self.nothing())? && !self.residual.map_or(Ok(false), is_left)? {
            return Ok(differs(Some(last.number), principal, balance));
        }
        Ok(Verdict::Agrees)
    }

    fn sum_of_payments(&self) -> Found {
        let Some(total) = self.total else {
            return Ok(Verdict::NotChecked("the total is left out"));
        };
        let mut sum = if self.rows.is_empty() {
            match &self.payments {
                Payments::Calculation { .. } => {
                    return Ok(Verdict::NotChecked(
                        "the last payment levels, and the rows were not asked for",
                    ));
                }
                Payments::Offer(offer) => match payments_of(offer) {
                    Some(payments) => sum(self.amount, payments.into_iter().map(|paid| paid.1))?,
                    None => return Ok(Verdict::NotChecked(NO_PAYMENTS)),
                },
            }
        } else {
            sum(self.amount, self.rows.iter().map(|row| row.total))?
        };
        if self.total_has_down_payment()? {
            sum = sum.checked_add(self.down_payment.unwrap_or(self.nothing()))?;
        }
        if let Some(residual) = self.residual
            && sum.checked_add(residual)?.compare(total)?.is_eq()
        {
            return Ok(Verdict::Agrees);
        }
        Ok(same(None, Figure::Money(total), Figure::Money(sum)))
    }

    fn net_credit(&self) -> Found {
        let Some(told) = self.net_credit else {
            return Ok(Verdict::NotChecked("the net credit is left out"));
        };
        let less = self.less_down_payment()?;
        Ok(same(None, Figure::Money(told), Figure::Money(less)))
    }

    fn cost(&self) -> Found {
        let Some((total, told)) = self.total.zip(self.cost) else {
            return Ok(Verdict::NotChecked("the total or the cost is left out"));
        };
        if self.total_has_down_payment()? {
            return Ok(Verdict::Agrees);
        }
        let cost = total.checked_sub(self.credit()?)?;
        Ok(same(None, Figure::Money(told), Figure::Money(cost)))
    }

    fn cost_parts(&self) -> Found {
        const UNTOLD: Verdict = Verdict::NotChecked("interest or fees are left out");
        let (Some(parts), Some(cost)) = (&self.cost_parts, self.cost) else {
            return Ok(UNTOLD);
        };
        let Some(parts) = parts.iter().copied().collect::<Option<Vec<_>>>() else {
            return Ok(UNTOLD);
        };
        let parts = sum(self.amount, parts)?;
        Ok(same(None, Figure::Money(cost), Figure::Money(parts)))
    }

    fn rate(&self) -> Found {
        let credit = self.credit()?;
        let verdict = match &self.payments {
            Payments::Calculation { monthly, today } => {
                let Some(months) = self.monthly(*monthly)? else {
                    return Ok(Verdict::NotChecked(TOO_MANY));
                };
                let by_months = self.compared(aprc(credit, &months));
                let today = today.filter(|_| by_months != Verdict::Agrees);
                let dated = today.is_some_and(|today| {
                    let rows = self.rows.iter().map(|row| (row.due, row.total));
                    self.by_some_count(today, credit, &rows.collect::<Vec<_>>())
                });
                if dated { Verdict::Agrees } else { by_months }
            }
            Payments::Offer(offer) => {
                let Some(paid_out) = offer.made_on else {
                    return Ok(Verdict::NotChecked("the day of the pay-out is not known"));
                };
                let payments = if self.rows.is_empty() {
                    payments_of(offer)
                } else {
                    let rows = self.rows.iter().map(|row| (row.due, row.total));
                    Some(rows.collect())
                };
                let Some(payments) = payments else {
                    return Ok(Verdict::NotChecked(NO_PAYMENTS));
                };
                let ours = self.compared(aprc_between(paid_out, credit, &payments));
                let agrees = ours == Verdict::Agrees
                    || self.by_some_count(paid_out, credit, &payments)
                    || self.agrees_with_residual(paid_out, credit, payments)?;
                if agrees { Verdict::Agrees } else { ours }
            }
        };
        Ok(verdict)
    }

    /// Each payment and after how many months it is; none of too many.
    fn monthly(&self, monthly: Money) -> Result<Option<Vec<(Years, Money)>>, MoneyError> {
        if !self.rows.is_empty() {
            let rows = self.rows.iter();
            let rows = rows.map(|row| (Years::months(row.number), row.total));
            return Ok(Some(rows.collect()));
        }
        if usize::from(self.period) > MOST_PAYMENTS {
            return Ok(None);
        }
        // The last one levels, so it is what the others leave of the total.
        let mut left = self.total.unwrap_or(self.nothing());
        if self.total_has_down_payment()? {
            left = left.checked_sub(self.down_payment.unwrap_or(self.nothing()))?;
        }
        let mut payments = Vec::new();
        for month in 1..self.period {
            payments.push((Years::months(month.into()), monthly));
            left = left.checked_sub(monthly)?;
        }
        payments.push((Years::months(self.period.into()), left));
        Ok(Some(payments))
    }

    fn by_some_count(&self, paid_out: Date, credit: Money, payments: &[(Date, Money)]) -> bool {
        DayCount::ALL.iter().any(|count| {
            let ours = aprc_counted(paid_out, credit, payments, *count);
            self.compared(ours) == Verdict::Agrees
        })
    }

    /// Whether the rates agree once what is left is paid with the last instalment.
    fn agrees_with_residual(
        &self,
        paid_out: Date,
        credit: Money,
        mut payments: Vec<(Date, Money)>,
    ) -> Result<bool, MoneyError> {
        let Some((residual, last)) = self.residual.zip(payments.last_mut()) else {
            return Ok(false);
        };
        last.1 = last.1.checked_add(residual)?;
        let ours = self.compared(aprc_between(paid_out, credit, &payments));
        Ok(ours == Verdict::Agrees || self.by_some_count(paid_out, credit, &payments))
    }

    /// Holds our rate against the bank's, in as many decimals as the bank prints.
    fn compared(&self, ours: Result<Rate, NoAprc>) -> Verdict {
        let reckoned = match ours {
            Ok(ours) => {
                // A number loses the noughts at its end; a percentage has one decimal at least (Annex I,
                // remark d).
                let decimals = self.aprc.fraction().scale().max(3);
                ours.rounded(decimals)
            }
            Err(NoAprc::TooMany) => return Verdict::NotChecked(TOO_MANY),
            Err(NoAprc::Currencies) => {
                return Verdict::NotChecked("the figures are in several currencies");
            }
            Err(error) => {
                let why = match error {
                    NoAprc::NothingLent => "nothing is lent",
                    NoAprc::LessRepaid => "less is repaid than is lent",
                    NoAprc::Payment => "a payment is negative or before the pay-out",
                    NoAprc::OutOfRange | NoAprc::TooMany | NoAprc::Currencies => {
                        "the amounts are out of all proportion"
                    }
                };
                return Verdict::Differs(Difference {
                    row: None,
                    told: Figure::Rate(self.aprc),
                    reckoned: Figure::None(why),
                });
            }
        };
        same(None, Figure::Rate(self.aprc), Figure::Rate(reckoned))
    }

    /// Whether the total is told with the down payment in it; no guide says which, and both add up.
    fn total_has_down_payment(&self) -> Result<bool, MoneyError> {
        let Some((total, cost)) = self.total.zip(self.cost) else {
            return Ok(false);
        };
        let repaid = total.checked_sub(cost)?;
        Ok(repaid.compare(self.amount)?.is_eq() && repaid.compare(self.credit()?)?.is_ne())
    }

    /// What is lent: as the bank tells it, or what the down payment leaves.
    fn credit(&self) -> Result<Money, MoneyError> {
        self.net_credit.map_or_else(|| self.less_down_payment(), Ok)
    }

    fn less_down_payment(&self) -> Result<Money, MoneyError> {
        match self.down_payment {
            Some(down_payment) => self.amount.checked_sub(down_payment),
            None => Ok(self.amount),
        }
    }

    const fn nothing(&self) -> Money {
        Money::new(Decimal::ZERO, self.amount.currency())
    }
}

const NO_ROWS: &str = "there are no rows";
const NO_PAYMENTS: &str =
    "the first or last payment is left out, or their dates don't fit the period";
const TOO_MANY: &str = "there are more payments than fifty years have months";

/// The payments of an offer without rows: the first, the last, and those between them, each a month
/// after the other.
fn payments_of(offer: &Offer) -> Option<Vec<(Date, Money)>> {
    let (first, last) = offer.first_payment.zip(offer.last_payment)?;
    let period = usize::from(offer.period.get());
    if period > MOST_PAYMENTS {
        return None;
    }
    let day = offer.payment_day.map_or(first.0.day(), PaymentDay::get);
    let mut payments = Vec::with_capacity(period);
    for month in 0..period {
        let due = on_day(first.0, i64::try_from(month).ok()?, day)?;
        let payment = if month == 0 {
            first
        } else if month + 1 == period {
            last
        } else {
            (due, offer.monthly_payment)
        };
        payments.push(payment);
    }
    let ends = on_day(first.0, i64::try_from(period - 1).ok()?, day)?;
    (ends == last.0 || (period == 1 && first.0 == last.0)).then_some(payments)
}

fn same(row: Option<u32>, told: Figure, reckoned: Figure) -> Verdict {
    let same = match (told, reckoned) {
        // Digits at the end that say nothing are no difference.
        (Figure::Money(told), Figure::Money(ours)) => {
            told.compare(ours).is_ok_and(std::cmp::Ordering::is_eq)
        }
        (Figure::Rate(told), Figure::Rate(ours)) => told.fraction() == ours.fraction(),
        (told, ours) => told == ours,
    };
    if same {
        Verdict::Agrees
    } else {
        Verdict::Differs(Difference {
            row,
            told,
            reckoned,
        })
    }
}

fn differs(row: Option<u32>, told: Money, reckoned: Money) -> Verdict {
    Verdict::Differs(Difference {
        row,
        told: Figure::Money(told),
        reckoned: Figure::Money(reckoned),
    })
}

fn sum(like: Money, amounts: impl IntoIterator<Item = Money>) -> Result<Money, MoneyError> {
    let zero = Money::new(Decimal::ZERO, like.currency());
    amounts.into_iter().try_fold(zero, Money::checked_add)
}
