//! The people the bank knows: the forms of their identity codes, and the rule of banking secrecy.

use crate::region::Region;

/// The form of an identity code. Its check digit is left alone: the guides' own sample codes are made up.
///
/// - Estonia, Poland: eleven digits; Latvia: six and five with a hyphen; Czechia: nine or ten digits.
/// - Lithuania: guides silent; chosen: eleven digits, which its codes have.
pub(super) fn is_identity_code(text: &str, region: Region) -> bool {
    let digits = |text: &str, count: std::ops::RangeInclusive<usize>| {
        count.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    match region {
        Region::Estonia | Region::Lithuania | Region::Poland => digits(text, 11..=11),
        Region::Latvia => text
            .split_once('-')
            .is_some_and(|(birth, rest)| digits(birth, 6..=6) && digits(rest, 5..=5)),
        Region::Czechia => digits(text, 9..=10),
    }
}

/// What identifies a person besides the identity code: nobody else may have the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) identity_code: String,
    email: Option<String>,
    mobile: Option<String>,
    document: Option<String>,
}

impl Person {
    pub(super) fn new(
        identity_code: String,
        email: Option<&str>,
        mobile: Option<&str>,
        document: Option<&str>,
    ) -> Self {
        let plain = |text: Option<&str>| {
            text.map(|text| text.trim().to_lowercase())
                .filter(|text| !text.is_empty())
        };
        Self {
            identity_code,
            email: plain(email),
            mobile: mobile.map(|text| text.chars().filter(char::is_ascii_digit).collect()),
            document: plain(document),
        }
    }

    /// Whether this is somebody else with the same e-mail address, phone or document (direct guide 2.05, note for test environments).
    pub(super) fn clashes_with(&self, other: &Self) -> bool {
        let same = |one: &Option<String>, two: &Option<String>| one.is_some() && one == two;
        self.identity_code != other.identity_code
            && (same(&self.email, &other.email)
                || same(&self.mobile, &other.mobile)
                || same(&self.document, &other.document))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_region_has_its_form_of_identity_codes() {
        for (region, right, wrong) in [
            (Region::Estonia, "38808050001", "388080500011"),
            (Region::Estonia, "10101010005", "1010101000a"),
            (Region::Latvia, "010190-12345", "01019012345"),
            (Region::Lithuania, "38808050001", "3880805000"),
            (Region::Poland, "44051401359", "440514-01359"),
            (Region::Czechia, "7103192745", "71031927"),
            (Region::Czechia, "710319274", "710319/2745"),
        ] {
            assert!(is_identity_code(right, region), "{region} {right}");
            assert!(!is_identity_code(wrong, region), "{region} {wrong}");
        }
    }

    #[test]
    fn the_same_phone_in_another_spelling_is_the_same_phone() {
        let one = Person::new("1".into(), Some("A@b"), Some("+372 5363 0000"), None);
        let other = |email, mobile| Person::new("2".into(), Some(email), Some(mobile), None);
        assert!(other("c@d", "+37253630000").clashes_with(&one));
        assert!(other("a@B ", "1").clashes_with(&one));
        assert!(!other("c@d", "1").clashes_with(&one));
        assert!(!one.clashes_with(&one));
    }
}
