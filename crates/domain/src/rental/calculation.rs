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
    pub vat: Money,
    /// What is paid a month, without VAT.
    pub net_monthly_payment: Money,
    /// What trade-in and campaign take off the net monthly payment.
    pub net_monthly_payment_discount: Option<Money>,
    /// What the old device is worth, with VAT.
    pub gross_trade_in_amount: Option<Money>,
    /// What the campaign takes off, with VAT.
    pub gross_campaign_discount: Option<Money>,
    /// The cart without VAT.
    pub total_net_price: Money,
    /// The cart with VAT.
    pub total_gross_price: Money,
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
    /// A calculation without deductions, of which nothing is told about insurance.
    pub const fn new(
        period: Months,
        gross_monthly_payment: Money,
        vat: Money,
        net_monthly_payment: Money,
        total_net_price: Money,
        total_gross_price: Money,
    ) -> Self {
        Self {
            period,
            gross_monthly_payment,
            vat,
            net_monthly_payment,
            net_monthly_payment_discount: None,
            gross_trade_in_amount: None,
            gross_campaign_discount: None,
            total_net_price,
            total_gross_price,
            total_net_price_with_discount: None,
            total_gross_price_with_discount: None,
            insurance: None,
            insurance_used: None,
        }
    }
}
