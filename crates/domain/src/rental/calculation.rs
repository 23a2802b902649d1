use super::InsuranceRequirement;
use crate::{Money, Months};

/// A preliminary monthly payment (*Smart Rent 3.04*, Calculator). All money is in the request's
/// currency.
///
/// Figures are the bank's, and those of the guide's sample do not follow from each other: nothing is
/// recomputed here. What the answer repeats of the assets is not read.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RentalCalculation {
    /// How long it is rented.
    pub period: Months,
    /// What is paid a month, with VAT.
    pub gross_monthly_payment: Money,
    /// The VAT in it.
    pub vat: Option<Money>,
    /// What is paid a month, without VAT.
    pub net_monthly_payment: Option<Money>,
    /// What trade-in and campaign take off the net monthly payment.
    pub net_monthly_payment_discount: Option<Money>,
    /// What the old device is worth, with VAT.
    pub gross_trade_in_amount: Option<Money>,
    /// What the campaign takes off, with VAT.
    pub gross_campaign_discount: Option<Money>,
    /// The cart without VAT.
    pub total_net_price: Option<Money>,
    /// The cart with VAT.
    pub total_gross_price: Option<Money>,
    /// The cart without VAT, after both deductions.
    pub total_net_price_with_discount: Option<Money>,
    /// The cart with VAT, after both deductions.
    pub total_gross_price_with_discount: Option<Money>,
    /// Whether the model is insured.
    pub insurance: Option<InsuranceRequirement>,
    /// Whether insurance is in the payment.
    pub insurance_used: Option<bool>,
}

impl RentalCalculation {
    /// A calculation of which only the monthly payment is known.
    pub const fn new(period: Months, gross_monthly_payment: Money) -> Self {
        Self {
            period,
            gross_monthly_payment,
            vat: None,
            net_monthly_payment: None,
            net_monthly_payment_discount: None,
            gross_trade_in_amount: None,
            gross_campaign_discount: None,
            total_net_price: None,
            total_gross_price: None,
            total_net_price_with_discount: None,
            total_gross_price_with_discount: None,
            insurance: None,
            insurance_used: None,
        }
    }
}
