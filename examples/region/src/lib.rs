//! Norway, where we are not yet: data, and no line of code.

use inbank::http::RegionProfile;
use inbank::{Currency, Region, Shop};

/// What requests there must keep to.
pub const NORWAY: Region = Region::new("norway", "NO", KRONE, &["nb-NO", "nn-NO"])
    .with_identity_codes(&["000000 00000", "00000000000"]);

const KRONE: Currency = match Currency::from_code(*b"NOK") {
    Some(krone) => krone,
    None => panic!("three capitals"),
};

/// Where its bank answers.
pub const AT_THE_BANK: RegionProfile = RegionProfile::new(
    NORWAY,
    Some("demo-api.bank.example"),
    Some("api.bank.example"),
);

/// A shop there.
pub fn shop(uuid: &str, key: &str) -> Shop {
    Shop::in_region("oslo", AT_THE_BANK, uuid, key)
}
