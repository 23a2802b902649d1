use crate::{FreeForm, Invalid, Money, OrderReference, Personal};

/// What is bought (`purchase`).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Purchase {
    /// The order in the shop; comes back in every callback of a session. A session in which something
    /// is financed needs it; *Smart Rent 3.04* calls it optional, and of an application's purchase
    /// nothing is said.
    pub reference: Option<OrderReference>,
    /// For the customer to read.
    pub description: Option<String>,
    /// Who sells: mostly one. The table calls it an array.
    pub merchants: Vec<Merchant>,
    /// The cart's rows. Their sum is not checked against the total: the guide's own sample differs.
    pub items: Vec<Item>,
    /// Anything else; text by the table, an object in the samples.
    pub additional_details: Option<FreeForm>,
}

impl Purchase {
    /// A purchase of which only the order is known.
    pub const fn new(reference: OrderReference) -> Self {
        Self {
            reference: Some(reference),
            description: None,
            merchants: Vec::new(),
            items: Vec::new(),
            additional_details: None,
        }
    }
}

/// Who sells (`purchase.merchant`). Once there, its domain is required.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Merchant {
    /// The website on which the purchase is made.
    pub domain: MerchantDomain,
    /// The merchant's name.
    pub name: Option<String>,
    /// Its registry code.
    pub registry_code: Option<RegistryCode>,
    /// Its own reference of the order.
    pub order_reference: Option<String>,
    /// Its category by ISO 18245.
    pub mcc: Option<MerchantCategoryCode>,
}

impl Merchant {
    /// A merchant by its domain.
    pub const fn new(domain: MerchantDomain) -> Self {
        Self {
            domain,
            name: None,
            registry_code: None,
            order_reference: None,
            mcc: None,
        }
    }
}

/// `merchant_domain_name`: "URL of the merchant" by the table, a bare host in the samples.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MerchantDomain(String);

impl MerchantDomain {
    /// Takes a host or an address.
    ///
    /// # Errors
    /// [`Invalid`] (`merchant_domain_name`) when it is empty, has a space, or is longer than 255.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let clean = !text.chars().any(|c| c.is_whitespace() || c.is_control());
        if !text.is_empty() && clean && text.chars().count() <= 255 {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(
                "merchant_domain_name",
                "must be the merchant's website, such as www.example.com",
            ))
        }
    }

    /// As sent to the bank.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `merchant_registry_code`: eight to eleven digits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RegistryCode(String);

impl RegistryCode {
    /// Takes a code.
    ///
    /// # Errors
    /// [`Invalid`] (`merchant_registry_code`) unless it is 8 to 11 digits.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if (8..=11).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(
                "merchant_registry_code",
                "must be 8 to 11 digits",
            ))
        }
    }

    /// As sent to the bank.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `merchant_mcc_code`: four digits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MerchantCategoryCode(String);

impl MerchantCategoryCode {
    /// Takes a code.
    ///
    /// # Errors
    /// [`Invalid`] (`merchant_mcc_code`) unless it is 4 digits.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new("merchant_mcc_code", "must be 4 digits"))
        }
    }

    /// As sent to the bank.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A row of the cart (`purchase.items[n]`).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Item {
    /// The shop's own article number.
    pub reference: Option<String>,
    /// What kind of thing.
    pub kind: Option<ItemKind>,
    /// For people.
    pub description: Option<String>,
    /// How many.
    pub quantity: Option<u32>,
    /// The price of the whole row, in the session's currency.
    pub amount: Option<Money>,
    /// Serial number; may be an IMEI.
    pub serial_number: Option<Personal<String>>,
    /// The item's page.
    pub url: Option<String>,
    /// The item's picture.
    pub image_url: Option<String>,
    /// Anything else; in the samples, not in the table.
    pub additional_details: Option<FreeForm>,
    /// For vehicles.
    pub vehicle: Option<Vehicle>,
}

/// The options of an item's `type`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ItemKind {
    /// `product`
    Product,
    /// `service`
    Service,
    /// `vehicle`
    Vehicle,
}

impl ItemKind {
    /// Reads the bank's text.
    ///
    /// # Errors
    /// [`Invalid`] (`type`) for anything else.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        match text {
            "product" => Ok(Self::Product),
            "service" => Ok(Self::Service),
            "vehicle" => Ok(Self::Vehicle),
            _ => Err(Invalid::new("type", "must be product, service or vehicle")),
        }
    }

    /// The bank's text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Service => "service",
            Self::Vehicle => "vehicle",
        }
    }
}

/// What a vehicle's row adds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Vehicle {
    /// Vehicle identification number.
    pub vin: Option<Personal<String>>,
    /// Licence plate.
    pub licence_plate: Option<Personal<String>>,
    /// Brand.
    pub make: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// As the merchant writes it: `01.08.2014` in the samples.
    pub registration_date: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_code_has_eight_to_eleven_digits() {
        for good in ["12345678", "12345678901"] {
            assert!(RegistryCode::parse(good).is_ok());
        }
        for bad in ["", "1234567", "123456789012", "EE345678"] {
            let error = RegistryCode::parse(bad).unwrap_err();
            assert_eq!(error.field(), "merchant_registry_code");
        }
    }

    #[test]
    fn a_category_has_four_digits() {
        assert!(MerchantCategoryCode::parse("5812").is_ok());
        for bad in ["", "581", "58123", "58a2"] {
            let error = MerchantCategoryCode::parse(bad).unwrap_err();
            assert_eq!(error.field(), "merchant_mcc_code");
        }
    }

    #[test]
    fn a_domain_is_a_host_or_an_address() {
        for good in ["www.example.com", "https://www.example.com/shop"] {
            assert!(MerchantDomain::parse(good).is_ok());
        }
        for bad in ["", " ", "a b"] {
            let error = MerchantDomain::parse(bad).unwrap_err();
            assert_eq!(error.field(), "merchant_domain_name");
        }
    }

    #[test]
    fn an_item_is_one_of_three_kinds() {
        for kind in ["product", "service", "vehicle"] {
            assert_eq!(ItemKind::parse(kind).unwrap().as_str(), kind);
        }
        assert_eq!(ItemKind::parse("Car").unwrap_err().field(), "type");
    }
}
