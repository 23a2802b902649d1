use time::OffsetDateTime;

use crate::session::Subject;
use crate::{
    Address, ApplicationPrefill, Contact, Customer, FreeForm, Invalid, Item, Locale, Merchant,
    Money, OrderReference, PartnerUrls, Personal, ProductCode, Purchase, Region, RentalRequest,
    SessionRequest,
};

/// What is to be paid, or rented, and by which product: all that a session is opened with but the
/// order's reference and the addresses, which are filled in.
///
/// ```
/// use inbank_domain::{Cart, Currency, Money};
///
/// let mut cart = Cart::new("hire_purchase", Money::parse("499.90", Currency::EUR)?);
/// cart.description = Some("A bicycle".to_owned());
/// # Ok::<(), inbank_domain::Invalid>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Cart {
    /// The product's code; checked when the cart is paid.
    pub product: String,
    /// The dialog's language; the region's usual one where none is given.
    pub locale: Option<Locale>,
    /// For the customer to read. A rental needs it.
    pub description: Option<String>,
    /// Who sells: mostly one.
    pub merchants: Vec<Merchant>,
    /// The cart's rows, in the cart's currency. Their sum is not checked against the total.
    pub items: Vec<Item>,
    /// Anything else about the purchase.
    pub additional_details: Option<FreeForm>,
    /// When the session is to expire; the bank's own limit where none is given.
    pub valid_until: Option<OffsetDateTime>,
    /// The salesperson, for reports.
    pub salesperson_reference: Option<Personal<String>>,
    /// The browser's address as the shop sees it.
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
    subject: Subject,
}

impl Cart {
    /// A cart with all that the customer is to pay: shipping, packaging and discounts included.
    pub fn new(product: impl Into<String>, total: Money) -> Self {
        Self::about(product.into(), Subject::Total(total))
    }

    /// A cart in which something is rented; the bank works the total out by itself. `description`
    /// tells the customer what is rented.
    pub fn rental(
        product: impl Into<String>,
        rental: RentalRequest,
        description: impl Into<String>,
    ) -> Self {
        let mut cart = Self::about(product.into(), Subject::Rental(Box::new(rental)));
        cart.description = Some(description.into());
        cart
    }

    fn about(product: String, subject: Subject) -> Self {
        Self {
            product,
            locale: None,
            description: None,
            merchants: Vec::new(),
            items: Vec::new(),
            additional_details: None,
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
        }
    }

    /// All that the customer is to pay; none for a rental.
    pub const fn total(&self) -> Option<Money> {
        match &self.subject {
            Subject::Total(total) => Some(*total),
            Subject::Rental(_) => None,
        }
    }

    /// What is to be rented; none where something is paid for.
    pub fn rental_request(&self) -> Option<&RentalRequest> {
        match &self.subject {
            Subject::Total(_) => None,
            Subject::Rental(rental) => Some(rental),
        }
    }

    /// The request that opens a session for this cart.
    ///
    /// # Errors
    /// [`Invalid`] (`product_code`), (`locale`) where the region has no usual one, and as
    /// [`SessionRequest::new`] and [`SessionRequest::rental`] say.
    pub fn request(
        &self,
        region: &Region,
        reference: OrderReference,
        urls: PartnerUrls,
    ) -> Result<SessionRequest, Invalid> {
        let product = ProductCode::parse(self.product.as_str())?;
        let locale = match (&self.locale, region.locales.first()) {
            (Some(locale), _) => locale.clone(),
            (None, Some(usual)) => Locale::parse(usual)?,
            (None, None) => return Err(Invalid::new("locale", "must be given in this region")),
        };
        let mut purchase = Purchase::new(reference);
        purchase.description.clone_from(&self.description);
        purchase.merchants.clone_from(&self.merchants);
        purchase.items.clone_from(&self.items);
        purchase
            .additional_details
            .clone_from(&self.additional_details);
        let mut request = match &self.subject {
            Subject::Total(total) => {
                SessionRequest::new(region, product, *total, locale, urls, purchase)?
            }
            Subject::Rental(rental) => {
                let rental = rental.as_ref().clone();
                SessionRequest::rental(region, product, locale, urls, purchase, rental)?
            }
        };
        request.valid_until = self.valid_until;
        request
            .salesperson_reference
            .clone_from(&self.salesperson_reference);
        request.user_ip.clone_from(&self.user_ip);
        request.customer.clone_from(&self.customer);
        request.contact.clone_from(&self.contact);
        request.address.clone_from(&self.address);
        request.application.clone_from(&self.application);
        request.integration_info.clone_from(&self.integration_info);
        request.additional_data.clone_from(&self.additional_data);
        Ok(request)
    }
}

/// What a session is to be opened for, without the order's reference and the addresses: those are filled in
/// anew when the cart is paid.
impl From<SessionRequest> for Cart {
    fn from(request: SessionRequest) -> Self {
        let purchase = request.purchase;
        Self {
            product: request.product_code.to_string(),
            locale: Some(request.locale),
            description: purchase.description,
            merchants: purchase.merchants,
            items: purchase.items,
            additional_details: purchase.additional_details,
            valid_until: request.valid_until,
            salesperson_reference: request.salesperson_reference,
            user_ip: request.user_ip,
            customer: request.customer,
            contact: request.contact,
            address: request.address,
            application: request.application,
            integration_info: request.integration_info,
            additional_data: request.additional_data,
            subject: request.subject,
        }
    }
}
