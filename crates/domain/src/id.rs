use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::Invalid;

/// Declares an identifier: text that goes into URLs, so at most 64 of `[A-Za-z0-9-]`.
///
/// Not strict UUIDs: the guides' own samples are not all valid ones. `of_bank` are compared without
/// regard to letter case, as UUIDs are: the bank may spell one in capitals and read it in small letters.
macro_rules! identifier {
    (of_bank $(#[$docs:meta])* $name:ident, $field:literal) => {
        identifier!(@text $(#[$docs])* #[derive(Clone, Debug)] $name, $field);

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.0.eq_ignore_ascii_case(&other.0)
            }
        }

        impl Eq for $name {}

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                // At most 64 bytes; hashed at once, since one by one is many times slower.
                let mut small = [0; 64];
                for (small, byte) in small.iter_mut().zip(self.0.bytes()) {
                    *small = byte.to_ascii_lowercase();
                }
                small[..self.0.len().min(64)].hash(state);
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                let one = self.0.bytes().map(|byte| byte.to_ascii_lowercase());
                one.cmp(other.0.bytes().map(|byte| byte.to_ascii_lowercase()))
            }
        }
    };
    ($(#[$docs:meta])* $name:ident, $field:literal) => {
        identifier!(
            @text $(#[$docs])* #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)] $name, $field
        );
    };
    (@text $(#[$docs:meta])* $name:ident, $field:literal) => {
        $(#[$docs])*
        pub struct $name(String);

        impl $name {
            /// Takes an identifier.
            ///
            /// # Errors
            /// [`Invalid`] when it is empty, longer than 64, or has anything but `[A-Za-z0-9-]`.
            pub fn parse(text: impl Into<String>) -> Result<Self, Invalid> {
                let text = text.into();
                let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
                // Without stopping at the first: short enough, and the compiler makes vectors of it.
                let all_allowed = text.bytes().fold(true, |all, byte| all & allowed(byte));
                if (1..=64).contains(&text.len()) && all_allowed {
                    Ok(Self(text))
                } else {
                    Err(Invalid::new($field, "must be 1 to 64 letters, digits or hyphens"))
                }
            }

            /// As the bank spells it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier!(of_bank
    /// A device model at the bank: the `id` of its rental conditions, the `model_id` of an asset.
    AssetModelId,
    "model_id"
);
identifier!(of_bank
    /// A credit application at the bank (`credit_application_uuid`).
    ApplicationId,
    "credit_application_uuid"
);
identifier!(of_bank
    /// A credit contract at the bank (`credit_contract_uuid`).
    ContractId,
    "credit_contract_uuid"
);
identifier!(
    /// Our own name for one attempt to finance one order. The bank never sees it as a field; it
    /// stands in the callback URL, so that a callback finds the attempt whose opening was never
    /// answered.
    AttemptId,
    "attempt"
);
impl AttemptId {
    /// An identifier of 32 hexadecimal digits.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(format!("{:032x}", u128::from_be_bytes(bytes)))
    }
}

identifier!(of_bank
    /// A payment session at the bank (`uuid` of a `pos_session`).
    SessionId,
    "uuid"
);
identifier!(of_bank
    /// The shop's identifier that Inbank gives together with the key (`shop_uuid`).
    ShopId,
    "shop_uuid"
);

identifier!(
    /// Our own name for a shop, such as `main`: in paths, settings and the ledger. The bank knows the
    /// shop by its [`ShopId`] instead.
    ShopName,
    "shop"
);

/// The merchant's own reference of an order (`purchase_reference`), any text that isn't blank.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct OrderReference(String);

impl OrderReference {
    /// Takes a reference.
    ///
    /// # Errors
    /// [`Invalid`] (`purchase_reference`) when it is blank, longer than 255 characters, or has a
    /// control character.
    pub fn parse(text: impl Into<String>) -> Result<Self, Invalid> {
        let text = text.into();
        short_text("purchase_reference", &text)?;
        Ok(Self(text))
    }

    /// The reference as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OrderReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A product's code. Codes have dots and percent signs (`hirepurchase_epos_0.0%_ab12`).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ProductCode(String);

impl ProductCode {
    /// Takes a code.
    ///
    /// # Errors
    /// [`Invalid`] (`product_code`) when it is blank, longer than 255 characters, or has a control
    /// character.
    pub fn parse(text: impl Into<String>) -> Result<Self, Invalid> {
        let text = text.into();
        short_text("product_code", &text)?;
        Ok(Self(text))
    }

    /// The code as given, not encoded for a URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProductCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(crate) fn short_text(field: &'static str, text: &str) -> Result<(), Invalid> {
    let long = text.len() > 255 && text.chars().count() > 255;
    if long || text.trim_start().is_empty() || text.chars().any(char::is_control) {
        return Err(Invalid::new(
            field,
            "must be 1 to 255 characters, not blank, without control characters",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_guides_own_identifiers_pass() {
        for id in [
            "a93f1f44-d5dd-4469-bfcc-c1de9e969213",
            "a1b1ec1f-1cd1-111b-1ed1",
            "d315a2c6-7a01--0000-1111",
        ] {
            assert_eq!(SessionId::parse(id).unwrap().as_str(), id);
        }
    }

    #[test]
    fn the_banks_identifiers_are_one_in_either_letter_case_and_ours_are_not() {
        let id = |text| ContractId::parse(text).unwrap();
        assert_eq!(id("11D1BAEB-1da1"), id("11d1baeb-1DA1"));
        assert_eq!(id("11D1BAEB-1da1").as_str(), "11D1BAEB-1da1");
        assert_ne!(id("11d1baeb-1da1"), id("11d1baeb-1da2"));
        let all = std::collections::HashSet::from([id("a"), id("A"), id("b")]);
        assert_eq!(all.len(), 2);
        assert_eq!(id("a").cmp(&id("A")), Ordering::Equal);
        assert!(id("A") < id("b"));
        let shop = |text| ShopName::parse(text).unwrap();
        assert_ne!(shop("main"), shop("Main"));
    }

    #[test]
    fn nothing_that_could_change_a_url_passes() {
        let long = "a".repeat(65);
        for bad in ["", "a/b", "..", "a%2Fb", "a?b", "a b", "õ", long.as_str()] {
            assert_eq!(
                ContractId::parse(bad).unwrap_err().field(),
                "credit_contract_uuid",
                "{bad}"
            );
        }
    }

    #[test]
    fn product_codes_have_dots_and_percent_signs() {
        let code = "hirepurchase_epos_0.0%_ab12";
        assert_eq!(ProductCode::parse(code).unwrap().as_str(), code);
        assert_eq!(ProductCode::parse(" ").unwrap_err().field(), "product_code");
    }

    #[test]
    fn an_order_reference_is_any_text_that_is_not_blank() {
        assert!(OrderReference::parse("Tellimus #1 \"õ\"").is_ok());
        for bad in ["", "  ", "a\nb"] {
            assert!(OrderReference::parse(bad).is_err());
        }
    }

    proptest! {
        #[test]
        fn an_identifier_is_safe_in_a_path_or_refused(text in "\\PC{0,80}") {
            if let Ok(id) = SessionId::parse(text) {
                prop_assert!(!id.as_str().contains(['/', '.', '%', '?', '#', ' ']));
            }
        }
    }
}
