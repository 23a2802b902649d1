use time::OffsetDateTime;

use crate::status::open_enum;
use crate::{
    Address, ApplicationId, ApplicationPrefill, Contact, ContractId, Currency, Customer, FreeForm,
    Invalid, Locale, Money, OrderReference, Personal, ProductCode, Purchase, Region, RentalRequest,
    SessionId, WebAddress,
};

open_enum! {
    /// Where a payment session stands (*Payment Session State Model*).
    SessionStatus {
        /// The customer ended it.
        Cancelled = "cancelled" | "canceled" | "withdrawn",
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
    /// Where the server-to-server callbacks go. Should carry the attempt's own id.
    pub callback_url: WebAddress,
}

/// What `POST /pos_sessions` is given (*Session Initiation*): a total to finance, or what is to be
/// rented (*Smart Rent 3.04*, Session Initiation).
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
    pub(crate) subject: Subject,
}

/// What a session, or a cart, is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Subject {
    Total(Money),
    Rental(Box<RentalRequest>),
}

impl SessionRequest {
    /// A session with what the guide's minimal data set has.
    ///
    /// # Errors
    /// [`Invalid`] (`total_amount`) unless the total is positive, (`currency`) when it is not the
    /// region's, (`purchase.purchase_reference`) where there is none, (`purchase.items[n].amount`) when
    /// a row is of another currency than the total.
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
        if purchase.reference.is_none() {
            let problem = "must be there, as callbacks name the order by it";
            return Err(Invalid::new("purchase.purchase_reference", problem));
        }
        let locale = locale.in_region(region);
        Self::about(Subject::Total(total), product_code, locale, urls, purchase)
    }

    /// A session in which a device is rented. The bank works the total out by itself.
    ///
    /// # Errors
    /// [`Invalid`] (`purchase.description`) when there is none, (`currency`) when the prices are not
    /// in the region's, (`purchase.items[n].amount`) when a row is of another currency than they.
    pub fn rental(
        region: &Region,
        product_code: ProductCode,
        locale: Locale,
        urls: PartnerUrls,
        purchase: Purchase,
        rental: RentalRequest,
    ) -> Result<Self, Invalid> {
        region.check_currency(rental.hero().net_price)?;
        let description = purchase.description.as_deref().unwrap_or_default();
        if description.trim().is_empty() {
            return Err(Invalid::new(
                "purchase.description",
                "must tell the customer what is rented",
            ));
        }
        let locale = locale.in_region(region);
        let subject = Subject::Rental(Box::new(rental));
        Self::about(subject, product_code, locale, urls, purchase)
    }

    fn about(
        subject: Subject,
        product_code: ProductCode,
        locale: Locale,
        urls: PartnerUrls,
        purchase: Purchase,
    ) -> Result<Self, Invalid> {
        let request = Self {
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
            subject,
        };
        let foreign = |amount: Money| amount.currency() != request.currency();
        let items = &request.purchase.items;
        match items
            .iter()
            .position(|item| item.amount.is_some_and(foreign))
        {
            None => Ok(request),
            Some(n) => Err(Invalid::new(
                format!("purchase.items[{n}].amount"),
                "must be in the session's currency",
            )),
        }
    }

    /// All that the customer is to pay: shipping, packaging and discounts included. None for a
    /// rental.
    pub const fn total(&self) -> Option<Money> {
        match &self.subject {
            Subject::Total(total) => Some(*total),
            Subject::Rental(_) => None,
        }
    }

    /// What is to be rented; none where something is financed.
    pub fn rental_request(&self) -> Option<&RentalRequest> {
        match &self.subject {
            Subject::Total(_) => None,
            Subject::Rental(rental) => Some(rental),
        }
    }

    /// The currency of the total, or of what is rented.
    pub fn currency(&self) -> Currency {
        match &self.subject {
            Subject::Total(total) => total.currency(),
            Subject::Rental(rental) => rental.hero().net_price.currency(),
        }
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
    /// All that the customer is to pay (`total_amount`, *Session Initiation*): shipping, packaging and
    /// discounts included, and a down payment is part of it, since it is agreed on later, in the
    /// dialog. In a rental it is the bank's own sum. It is in the currency that the answer names, or
    /// in the region's where it names none; it may be another than asked for.
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
    use crate::{AssetModelId, Hero, Item, Months};

    fn urls() -> PartnerUrls {
        let url = |text| WebAddress::parse(text).unwrap();
        PartnerUrls {
            return_url: url("https://shop.example/return"),
            cancel_url: url("https://shop.example/cancel"),
            callback_url: url("https://shop.example/callback"),
        }
    }

    fn purchase(items: Vec<Item>) -> Purchase {
        let mut purchase = Purchase::new(OrderReference::parse("ORDER_000001").unwrap());
        purchase.items = items;
        purchase
    }

    fn request(total: Money, items: Vec<Item>) -> Result<SessionRequest, Invalid> {
        let product = ProductCode::parse("car_loan").unwrap();
        let locale = Locale::parse("et-ET").unwrap();
        SessionRequest::new(
            &Region::ESTONIA,
            product,
            total,
            locale,
            urls(),
            purchase(items),
        )
    }

    fn rental(region: &Region, purchase: Purchase) -> Result<SessionRequest, Invalid> {
        let hero = Hero::new(
            AssetModelId::parse("m-1").unwrap(),
            money("400", Currency::EUR),
        );
        let period = Months::new(12).unwrap();
        let rental = RentalRequest::new(&Region::ESTONIA, period, hero, Vec::new()).unwrap();
        let product = ProductCode::parse("rent").unwrap();
        let locale = Locale::parse("et-ET").unwrap();
        SessionRequest::rental(region, product, locale, urls(), purchase, rental)
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
    fn what_is_financed_has_a_reference() {
        let product = ProductCode::parse("car_loan").unwrap();
        let locale = Locale::parse("et-ET").unwrap();
        let total = money("9000", Currency::EUR);
        let nameless = Purchase::default();
        let request =
            SessionRequest::new(&Region::ESTONIA, product, total, locale, urls(), nameless);
        assert_eq!(request.unwrap_err().field(), "purchase.purchase_reference");
        let nameless = Purchase {
            description: Some("A phone".to_owned()),
            ..Purchase::default()
        };
        assert!(rental(&Region::ESTONIA, nameless).is_ok());
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
    fn a_rental_has_a_description_and_no_total() {
        let bare = purchase(Vec::new());
        let error = rental(&Region::ESTONIA, bare.clone()).unwrap_err();
        assert_eq!(error.field(), "purchase.description");
        let mut described = bare;
        described.description = Some("A phone".to_owned());
        let error = rental(&Region::POLAND, described.clone()).unwrap_err();
        assert_eq!(error.field(), "currency");
        let request = rental(&Region::ESTONIA, described.clone()).unwrap();
        assert_eq!((request.total(), request.currency()), (None, Currency::EUR));
        assert!(request.rental_request().is_some());
        described.items.push(Item {
            amount: Some(money("1", Currency::PLN)),
            ..Item::default()
        });
        let error = rental(&Region::ESTONIA, described).unwrap_err();
        assert_eq!(error.field(), "purchase.items[0].amount");
    }

    #[test]
    fn a_status_is_read_in_any_case_and_kept_when_unknown() {
        for text in ["completed", "Completed", "COMPLETED", "completed "] {
            assert_eq!(SessionStatus::from(text), SessionStatus::Completed);
        }
        for text in ["cancelled", "canceled", "CANCELED"] {
            assert_eq!(SessionStatus::from(text), SessionStatus::Cancelled);
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
