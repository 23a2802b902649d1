//! The standard information that has to stand wherever a credit is advertised with a rate or an
//! instalment (Directive (EU) 2023/2225, in force since 20 November 2026): each figure by its name, and a
//! sentence in the languages of the regions.
//!
//! The words are ours and none of the bank's. Whether they suffice, and where they must stand, is for the
//! shop's lawyer to say: countries add rules of their own.

mod language;
mod number;

pub use self::language::Language;
use self::language::Words;
use crate::{Calculation, Money, Months, Rate};

/// The figures of an example, by name. All of them are the bank's, as it answered.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RepresentativeExample {
    /// The yearly borrowing rate. Whether it is fixed or variable no answer of the bank says.
    pub borrowing_rate: Rate,
    /// The charges that are part of the credit's cost besides interest; none where the bank was not asked
    /// for them ([`Detail::Advanced`](crate::Detail::Advanced)).
    pub charges: Option<Charges>,
    /// The total amount of credit: what is lent, without the down payment.
    pub total_credit: Money,
    /// The annual percentage rate of charge.
    pub aprc: Rate,
    /// How long to repay.
    pub duration: Months,
    /// The price of what is bought, down payment included.
    pub cash_price: Money,
    /// What of it is paid at once; nothing where there is no down payment.
    pub down_payment: Money,
    /// The instalment.
    pub instalment: Money,
    /// The total amount payable for the credit.
    pub total_payable: Money,
    /// What of that is its cost, interest and charges together.
    pub cost_of_credit: Money,
}

/// What a credit costs besides interest.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Charges {
    /// The contract fee.
    pub contract_fee: Option<Money>,
    /// The administration fee over the whole period.
    pub admin_fee: Option<Money>,
    /// Insurance over the whole period.
    pub insurance: Option<Money>,
}

impl Calculation {
    /// The standard information about this quote.
    ///
    /// Ask with [`Detail::Advanced`](crate::Detail::Advanced) at least, since the charges are told by name
    /// then only. Figures are not corrected; [`checked`](Self::checked) says whether they agree.
    pub fn representative_example(&self) -> RepresentativeExample {
        let none = Money::new(rust_decimal::Decimal::ZERO, self.amount.currency());
        let down_payment = self.down_payment.unwrap_or(none);
        let costs = self.costs.as_ref();
        let net = costs.and_then(|costs| costs.net_credit_amount);
        // In another currency, or of too many digits: then the amount is what is known.
        let less = self.amount.checked_sub(down_payment).unwrap_or(self.amount);
        RepresentativeExample {
            borrowing_rate: self.interest_rate,
            charges: costs.map(|costs| Charges {
                contract_fee: costs.contract_fee_total,
                admin_fee: costs.admin_fee_total,
                insurance: costs.insurance_fee_total,
            }),
            total_credit: net.unwrap_or(less),
            aprc: self.aprc,
            duration: self.period,
            cash_price: self.amount,
            down_payment,
            instalment: self.monthly_payment,
            total_payable: self.total_cost,
            cost_of_credit: self.cost_of_credit,
        }
    }
}

impl RepresentativeExample {
    /// The figures in one sentence, with the numbers as they are written in that language.
    pub fn sentence(&self, language: Language) -> String {
        let words: &Words = language.words();
        let money = |amount: Money| language.money(amount);
        let mut parts = vec![
            format!("{} {}", words.cash_price, money(self.cash_price)),
            format!("{} {}", words.down_payment, money(self.down_payment)),
            format!("{} {}", words.total_credit, money(self.total_credit)),
            format!(
                "{} {}",
                words.borrowing_rate,
                language.percentage(self.borrowing_rate)
            ),
        ];
        if let Some(charges) = &self.charges {
            let named = [
                (words.contract_fee, charges.contract_fee),
                (words.admin_fee, charges.admin_fee),
                (words.insurance, charges.insurance),
            ];
            for (name, amount) in named {
                if let Some(amount) = amount {
                    parts.push(format!("{name} {}", money(amount)));
                }
            }
        }
        parts.extend([
            format!("{} {}", words.cost_of_credit, money(self.cost_of_credit)),
            format!("{} {}", words.aprc, language.percentage(self.aprc)),
            format!(
                "{} {}",
                words.duration,
                language.months(self.duration.get())
            ),
            format!("{} {}", words.instalment, money(self.instalment)),
            format!("{} {}", words.total_payable, money(self.total_payable)),
        ]);
        format!("{}: {}.", words.example, parts.join(", "))
    }

    /// That borrowing costs money, which has to stand beside it.
    pub fn warning(&self, language: Language) -> &'static str {
        language.words().warning
    }

    /// Whose words these are: for whoever builds the page, not for its visitors.
    pub fn notice(&self, language: Language) -> &'static str {
        language.words().notice
    }

    /// The sentence and the warning for the page, and the notice for whoever builds it.
    pub fn text(&self, language: Language) -> String {
        let (warning, notice) = (self.warning(language), self.notice(language));
        format!("{} {warning} ({notice})", self.sentence(language))
    }
}

#[cfg(test)]
mod tests;
