use crate::{Invalid, Personal, Region};

/// A national identity code in its region's form.
///
/// The form only: a check digit is the bank's to judge, since the guide's own sample
/// (`38808050001`, *Direct API 2.05*) has a wrong one. [`check_digit_fits`](Self::check_digit_fits)
/// is for pointing that out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IdentityCode(Personal<String>);

impl IdentityCode {
    /// Takes a code.
    ///
    /// # Errors
    /// [`Invalid`] (`identity_code`) when it has none of the region's forms.
    pub fn parse(region: &Region, text: &str) -> Result<Self, Invalid> {
        let forms = region.identity_codes;
        let fits = |form: &&str| {
            form.len() == text.len()
                && form
                    .bytes()
                    .zip(text.bytes())
                    .all(|(expected, byte)| match expected {
                        b'0' => byte.is_ascii_digit(),
                        other => byte == other,
                    })
        };
        let plain = !text.trim().is_empty() && text.len() <= 64;
        if forms.iter().any(fits) || (forms.is_empty() && plain) {
            return Ok(Self(Personal::new(text.to_owned())));
        }
        let forms = forms.join(" or ");
        Err(Invalid::new(
            "identity_code",
            format!(
                "must have the form {forms} in {}, 0 standing for a digit",
                region.name
            ),
        ))
    }

    /// The code.
    pub const fn expose(&self) -> &String {
        self.0.expose()
    }

    /// Whether the last digit is the check digit of the others, for Estonian and Lithuanian codes;
    /// none for codes of another form.
    pub fn check_digit_fits(&self) -> Option<bool> {
        let digits: Vec<u32> = self
            .expose()
            .chars()
            .map(|c| c.to_digit(10))
            .collect::<Option<_>>()?;
        let [code @ .., check] = digits.as_slice() else {
            return None;
        };
        if code.len() != 10 {
            return None;
        }
        let sum = |weights: [u32; 10]| -> u32 {
            code.iter()
                .zip(weights)
                .map(|(digit, weight)| digit * weight)
                .sum::<u32>()
                % 11
        };
        let expected = match sum([1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) {
            10 => sum([3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 10,
            digit => digit,
        };
        Some(expected == *check)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_has_its_own_form() {
        for (region, good, bad) in [
            (Region::ESTONIA, "38808050001", "3880805000"),
            (Region::LATVIA, "010190-12345", "01019012345"),
            (Region::LITHUANIA, "39001010001", "390-1010001"),
            (Region::POLAND, "90010112345", "90-010112345"),
            (Region::CZECHIA, "9001011234", "900101/1234"),
        ] {
            assert!(
                IdentityCode::parse(&region, good).is_ok(),
                "{}",
                region.name
            );
            let error = IdentityCode::parse(&region, bad).unwrap_err();
            assert_eq!(error.field(), "identity_code");
            assert!(!error.to_string().contains(bad));
        }
        assert!(IdentityCode::parse(&Region::CZECHIA, "900101123").is_ok());
    }

    #[test]
    fn a_wrong_check_digit_is_seen_and_not_refused() {
        let code = |text| IdentityCode::parse(&Region::ESTONIA, text).unwrap();
        assert_eq!(code("38808050001").check_digit_fits(), Some(false));
        assert_eq!(code("10101010005").check_digit_fits(), Some(true));
        let latvian = IdentityCode::parse(&Region::LATVIA, "010190-12345").unwrap();
        assert_eq!(latvian.check_digit_fits(), None);
    }
}
