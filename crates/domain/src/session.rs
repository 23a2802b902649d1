use time::OffsetDateTime;

use crate::status::open_enum;
use crate::{
    Address, ApplicationId, ApplicationPrefill, Contact, ContractId, Customer, FreeForm, Invalid,
    Locale, Money, OrderReference, Personal, ProductCode, Purchase, Region, SessionId, WebAddress,
};

open_enum! {
    /// Where a payment session stands (*Payment Session State Model*).
    SessionStatus {
        /// The customer ended it.
        Cancelled = "cancelled",
        /// The contract is active: deliver.
        Completed = "completed",
        /// The bank said no.
        Declined = "declined",
        /// Its time ran out.
        Expired = "expired",
        /// The bank said yes and waits for the merchant's approval.
        Granted = "granted",
        /// Open: the customer may or may not have applied.
        Pending = "pending",
    }
}

/// Where the bank sends the customer's browser and its callbacks (`partner_urls`).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PartnerUrls {
    /// Where the browser returns to, whatever the outcome.
    pub return_url: WebAddress,
    /// Where the browser returns to when the customer gives up deliberately.
    pub cancel_url: WebAddress,
    /// Where the server-to-server callbacks go. Should carry the financing's own id.
    pub callback_url: WebAddress,
}

/// What `POST /pos_sessions` is given (*Session Initiation*).
///
/// Not idempotent at the bank: sent twice, it opens two sessions.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SessionRequest {
    /// The product.
    pub product_code: ProductCode,
    /// The dialog's language.
    pub locale: Locale,
    /// Where to return and call back to.
    pub urls: PartnerUrls,
    /// What is bought.
    pub purchase: Purchase,
    /// When the session is to expire; the bank's own limit where none is given.
    pub valid_until: Option<OffsetDateTime>,
    /// The salesperson, for reports; later guides want the name.
    pub salesperson_reference: Option<Personal<String>>,
    /// The browser's address as the shop sees it: text, since the guide's own sample
    /// (`192.128.00.01`) is no valid address.
    pub user_ip: Option<Personal<String>>,
    /// The customer.
    pub customer: Option<Customer>,
    /// How to reach the customer.
    pub contact: Option<Contact>,
    /// Where the customer lives.
    pub address: Option<Address>,
    /// What is already known of the application.
    pub application: Option<ApplicationPrefill>,
    /// The merchant's platform, in its own keys.
    pub integration_info: Option<FreeForm>,
    /// Anything else, in the merchant's own keys.
    pub additional_data: Option<FreeForm>,
    total: Money,
}

impl SessionRequest {
    /// A session with what the guide's minimal data set has.
    ///
    /// # Errors
    /// [`Invalid`] (`total_amount`) unless the total is positive, (`currency`) when it is not the
    /// region's, (`purchase.items[n].amount`) when a row is of another currency than the total.
    pub fn new(
        region: &Region,
        product_code: ProductCode,
        total: Money,
        locale: Locale,
        urls: PartnerUrls,
        purchase: Purchase,
    ) -> Result<Self, Invalid> {
        if !total.is_positive() {
            return Err(Invalid::new("total_amount", "must be positive"));
        }
        region.check_currency(total)?;
        for (n, item) in purchase.items.iter().enumerate() {
            if item
                .amount
                .is_some_and(|amount| amount.currency() != total.currency())
            {
                return Err(Invalid::new(
                    format!("purchase.items[{n}].amount"),
                    "must be in the session's currency",
                ));
            }
        }
        Ok(Self {
            product_code,
            locale,
            urls,
            purchase,
            valid_until: None,
            salesperson_reference: None,
            user_ip: None,
            customer: None,
            contact: None,
            address: None,
            application: None,
            integration_info: None,
            additional_data: None,
            total,
        })
    }

    /// All that the customer is to pay: shipping, packaging and discounts included.
    pub const fn total(&self) -> Money {
        self.total
    }
}

/// What the bank answers to opening a session.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OpenedSession {
    /// The session; store it with the order.
    pub id: SessionId,
    /// Where it stands.
    pub status: SessionStatus,
    /// Where to send the customer's browser.
    pub redirect_url: WebAddress,
}

/// A session as the bank describes it (*Session Details*), without the personal data that the answer
/// repeats.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Session {
    /// The session.
    pub id: SessionId,
    /// Where it stands.
    pub status: SessionStatus,
    /// The order; some answers leave it out.
    pub order_reference: Option<OrderReference>,
    /// The product.
    pub product_code: Option<ProductCode>,
    /// The total, where the answer has it.
    pub total: Option<Money>,
    /// The application, once the customer has sent one.
    pub application: Option<ApplicationId>,
    /// The contract, once there is one.
    pub contract: Option<ContractId>,
    /// When it was opened.
    pub created_at: Option<OffsetDateTime>,
    /// When it expires.
    pub valid_until: Option<OffsetDateTime>,
}

impl Session {
    /// A session of which only the status is known.
    pub const fn new(id: SessionId, status: SessionStatus) -> Self {
        Self {
            id,
            status,
            order_reference: None,
            product_code: None,
            total: None,
            application: None,
            contract: None,
            created_at: None,
            valid_until: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Currency, Item};

    fn request(total: Money, items: Vec<Item>) -> Result<SessionRequest, Invalid> {
        let url = |text| WebAddress::parse("url", text).unwrap();
        let mut purchase = Purchase::new(OrderReference::parse("ORDER_000001").unwrap());
        purchase.items = items;
        SessionRequest::new(
            &Region::ESTONIA,
            ProductCode::parse("car_loan").unwrap(),
            total,
            Locale::parse("et-ET").unwrap(),
            PartnerUrls {
                return_url: url("https://shop.example/return"),
                cancel_url: url("https://shop.example/cancel"),
                callback_url: url("https://shop.example/callback"),
            },
            purchase,
        )
    }

    fn money(text: &str, currency: Currency) -> Money {
        Money::parse(text, currency).unwrap()
    }

    #[test]
    fn the_total_is_positive_and_in_the_regions_currency() {
        let field = |total| request(total, Vec::new()).unwrap_err().field().to_owned();
        assert_eq!(field(money("0", Currency::EUR)), "total_amount");
        assert_eq!(field(money("-9000", Currency::EUR)), "total_amount");
        assert_eq!(field(money("9000", Currency::CZK)), "currency");
    }

    #[test]
    fn rows_need_not_sum_to_the_total_but_share_its_currency() {
        let row = |currency| Item {
            amount: Some(money("4800", currency)),
            ..Item::default()
        };
        let total = money("9000", Currency::EUR);
        assert!(request(total, vec![row(Currency::EUR), row(Currency::EUR)]).is_ok());
        let error = request(total, vec![row(Currency::EUR), row(Currency::PLN)]).unwrap_err();
        assert_eq!(error.field(), "purchase.items[1].amount");
    }

    #[test]
    fn a_status_is_read_in_any_case_and_kept_when_unknown() {
        for text in ["completed", "Completed", "COMPLETED"] {
            assert_eq!(SessionStatus::from(text), SessionStatus::Completed);
        }
        let unknown = SessionStatus::from("on_hold");
        assert!(matches!(unknown, SessionStatus::Unrecognised(_)));
        assert_eq!(unknown.as_str(), "on_hold");
    }

    #[test]
    fn every_known_status_is_read_back_from_its_own_text() {
        for status in SessionStatus::KNOWN {
            assert_eq!(SessionStatus::from(status.as_str()), *status);
        }
    }
}
