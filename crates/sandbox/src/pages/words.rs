//! The dialog's words, in the languages of the session's locale (e-POS 2.10, Session Initiation: the language of the dialog).
//!
//! The bank's own words are not public; these are ours. A language that is not among them reads English.

mod czech;
mod english;
mod estonian;
mod latvian;
mod lithuanian;
mod polish;
mod russian;

/// One language's words.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) steps: [&'static str; 4],
    pub(super) lang: &'static str,
    pub(super) pay: &'static str,
    pub(super) rent: &'static str,
    pub(super) order: &'static str,
    pub(super) total: &'static str,
    pub(super) total_with_vat: &'static str,
    pub(super) pay_over: &'static str,
    pub(super) months: &'static str,
    pub(super) show: &'static str,
    pub(super) go_on: &'static str,
    pub(super) who: &'static str,
    pub(super) any_values: &'static str,
    pub(super) first_name: &'static str,
    pub(super) last_name: &'static str,
    pub(super) identity_code: &'static str,
    pub(super) mobile: &'static str,
    pub(super) email: &'static str,
    pub(super) apply: &'static str,
    pub(super) fill_in: &'static str,
    pub(super) cancel: &'static str,
    pub(super) conditions: &'static str,
    pub(super) once: &'static str,
    pub(super) purchase: &'static str,
    pub(super) first_payment: &'static str,
    pub(super) last_payment: &'static str,
    pub(super) interest: &'static str,
    pub(super) contract_fee: &'static str,
    pub(super) cost: &'static str,
    pub(super) aprc: &'static str,
    pub(super) aprc_in_full: &'static str,
    pub(super) total_to_pay: &'static str,
    pub(super) price_with_vat: &'static str,
    pub(super) deductions: &'static str,
    pub(super) insurance: &'static str,
    pub(super) included: &'static str,
    pub(super) none: &'static str,
    pub(super) net: &'static str,
    pub(super) vat: &'static str,
    pub(super) gross: &'static str,
    pub(super) approved: &'static str,
    pub(super) nothing_agreed: &'static str,
    pub(super) accept: &'static str,
    pub(super) sign_contract: &'static str,
    pub(super) code_sent: &'static str,
    pub(super) code_is: &'static str,
    pub(super) code: &'static str,
    pub(super) wrong_code: &'static str,
    pub(super) own_signature: &'static str,
    pub(super) sign: &'static str,
    pub(super) done: &'static str,
    pub(super) done_lead: &'static str,
    pub(super) granted: &'static str,
    pub(super) granted_lead: &'static str,
    pub(super) declined: &'static str,
    pub(super) declined_lead: &'static str,
    pub(super) cancelled: &'static str,
    pub(super) cancelled_lead: &'static str,
    pub(super) expired: &'static str,
    pub(super) expired_lead: &'static str,
    pub(super) amount: &'static str,
    pub(super) status: &'static str,
    pub(super) back: &'static str,
    pub(super) notice: &'static str,
}

impl Words {
    /// The words of a locale such as `et-ET`.
    pub(super) fn of(locale: &str) -> &'static Self {
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        let language = language.to_ascii_lowercase();
        // The list of account statements' locales calls Czech by its country.
        let language = if language == "cz" { "cs" } else { &language };
        ALL.into_iter()
            .find(|words| words.lang == language)
            .unwrap_or(&english::WORDS)
    }
}

static ALL: [&Words; 7] = [
    &english::WORDS,
    &estonian::WORDS,
    &latvian::WORDS,
    &lithuanian::WORDS,
    &polish::WORDS,
    &czech::WORDS,
    &russian::WORDS,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_is_read_by_its_language() {
        for (locale, lang) in [
            ("et-ET", "et"),
            ("lv-LV", "lv"),
            ("lt", "lt"),
            ("pl-PL", "pl"),
            ("cs-CS", "cs"),
            ("cz", "cs"),
            ("ru-RU", "ru"),
            ("en-US", "en"),
            ("de-DE", "en"),
            ("", "en"),
        ] {
            assert_eq!(Words::of(locale).lang, lang, "{locale}");
        }
    }
}
