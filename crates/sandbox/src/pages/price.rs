//! What a financing or a rental costs, for the pages of the dialog.

use super::{money, percent};
use crate::{bank::Bank, calculation::Calculation, rental::Rental, session::Session};

/// What the customer would pay over a period.
pub(super) struct Offer {
    pub(super) product: &'static str,
    pub(super) period: u32,
    /// With VAT, if a device is rented.
    pub(super) monthly: String,
    pub(super) price: Price,
}

/// How the payments come about.
pub(super) enum Price {
    Credit(Credit),
    Rent(Rent),
}

pub(super) struct Credit {
    pub(super) last: String,
    pub(super) first_date: String,
    pub(super) interest: String,
    pub(super) contract_fee: String,
    pub(super) total: String,
    pub(super) cost: String,
    pub(super) aprc: String,
}

pub(super) struct Rent {
    pub(super) net: String,
    pub(super) vat: String,
    pub(super) insured: bool,
    pub(super) gross: String,
    pub(super) deductions: Option<String>,
}

impl Offer {
    /// Calculated as if the credit were paid out today, and told as the calculator tells it: the guides know the APRC by the
    /// instalments' dates of an application's offer alone, and a customer who comes from the shop's page would see two of one
    /// credit. A rental has its calculation from the day its session was opened.
    pub(super) fn new(bank: &Bank, session: &Session, period: u32) -> Option<Self> {
        let product = bank.product(&session.product_code).ok()?;
        let currency = bank.region.currency();
        if let Some(rental) = &session.rental {
            return Some(Self {
                product: product.family.words(),
                period: rental.period,
                monthly: money(rental.quote.monthly_gross, currency),
                price: Price::Rent(Rent::new(rental, currency)),
            });
        }
        let today = bank.now().date();
        let payment_day = session.payment_day(product.default_payment_day);
        let calculation = Calculation::new(
            product.terms,
            session.total_amount,
            period,
            payment_day,
            today,
        );
        let (first, last) = (
            calculation.instalments.first()?,
            calculation.instalments.last()?,
        );
        Some(Self {
            product: product.family.words(),
            period,
            monthly: money(calculation.monthly, currency),
            price: Price::Credit(Credit {
                last: money(last.total(), currency),
                first_date: first.date.to_string(),
                interest: percent(product.terms.interest_rate_annual),
                contract_fee: money(calculation.contract_fee, currency),
                total: money(calculation.total_cost(), currency),
                cost: money(calculation.total_cost_of_credit(), currency),
                aprc: percent(calculation.preliminary_aprc()),
            }),
        })
    }
}

impl Rent {
    fn new(rental: &Rental, currency: &str) -> Self {
        let deductions = rental.deductions();
        Self {
            net: money(rental.quote.monthly_net, currency),
            vat: money(rental.quote.vat, currency),
            insured: rental.insurance_used,
            gross: money(rental.quote.total_gross, currency),
            deductions: (!deductions.is_zero()).then(|| money(deductions, currency)),
        }
    }
}
