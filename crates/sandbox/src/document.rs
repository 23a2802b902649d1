//! Reads a request body in the spelling of one version, and collects what is wrong with it.
//!
//! Values stay raw text until they are asked for, so that no amount passes through a float and free-form containers keep their bytes.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde_json::value::RawValue;

use crate::{
    answer::{Name, Node},
    dialect::Dialect,
    error::Refusal,
};

/// What is wrong with a request: the bank's codes, in the order they were found.
///
/// The guide lists no codes. The pattern is that of the codes clients have met: `<object>_<field>_is_missing`,
/// `_is_empty`, `_is_not_valid`, in `snake_case` in both versions.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Vec<String>);

impl Refusals {
    pub(crate) fn add(&mut self, code: String) {
        if !self.0.contains(&code) {
            self.0.push(code);
        }
    }

    pub(crate) fn check(&mut self, holds: bool, code: &str) {
        if !holds {
            self.add(code.to_owned());
        }
    }

    /// The refusal with everything that was found.
    pub(crate) fn refuse(self) -> Refusal {
        Refusal::Invalid(self.0)
    }

    /// What was read, if nothing was refused.
    pub(crate) fn accept<T>(self, read: Option<T>) -> Result<T, Refusal> {
        match read {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self.refuse()),
        }
    }
}

/// An object of a request.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    dialect: Dialect,
    /// The objects around this one, each followed by `_`: the beginning of every code.
    prefix: String,
    fields: BTreeMap<String, &'a RawValue>,
    known: Vec<&'static str>,
}

impl<'a> Document<'a> {
    /// Reads the whole body; `None` if it is not a JSON object.
    pub(crate) fn parse(text: &'a str, dialect: Dialect) -> Option<Self> {
        Self::nested(text, dialect, String::new())
    }

    fn nested(text: &'a str, dialect: Dialect, prefix: String) -> Option<Self> {
        Some(Self {
            dialect,
            prefix,
            fields: serde_json::from_str(text).ok()?,
            known: Vec::new(),
        })
    }

    pub(crate) fn code(&self, name: &str, problem: &str) -> String {
        format!("{}{name}_{problem}", self.prefix)
    }

    /// Takes a field out; `null` counts as absent.
    pub(crate) fn raw(&mut self, name: &'static str) -> Option<&'a RawValue> {
        self.known.push(name);
        self.fields
            .remove(&*self.dialect.spell(name))
            .filter(|raw| raw.get() != "null")
    }

    pub(crate) fn text(&mut self, name: &'static str, refusals: &mut Refusals) -> Option<String> {
        let raw = self.raw(name)?;
        let text = serde_json::from_str(raw.get()).ok();
        if text.is_none() {
            refusals.add(self.code(name, "is_not_valid"));
        }
        text
    }

    /// An optional text that has to hold to a rule when it is there.
    pub(crate) fn text_where(
        &mut self,
        name: &'static str,
        refusals: &mut Refusals,
        rule: impl FnOnce(&str) -> bool,
    ) -> Option<String> {
        let text = self.text(name, refusals)?;
        refusals.check(rule(&text), &self.code(name, "is_not_valid"));
        Some(text)
    }

    pub(crate) fn required_text(
        &mut self,
        name: &'static str,
        refusals: &mut Refusals,
    ) -> Option<String> {
        self.require(name, refusals);
        let text = self.text(name, refusals)?;
        refusals.check(!text.trim().is_empty(), &self.code(name, "is_empty"));
        Some(text)
    }

    /// A number, or a numeric string: the guide's own samples send both.
    pub(crate) fn decimal(
        &mut self,
        name: &'static str,
        refusals: &mut Refusals,
    ) -> Option<Decimal> {
        let raw = self.raw(name)?;
        let value = exact(raw);
        if value.is_none() {
            refusals.add(self.code(name, "is_not_valid"));
        }
        value
    }

    pub(crate) fn required_decimal(
        &mut self,
        name: &'static str,
        refusals: &mut Refusals,
    ) -> Option<Decimal> {
        self.require(name, refusals);
        self.decimal(name, refusals)
    }

    pub(crate) fn whole(&mut self, name: &'static str, refusals: &mut Refusals) -> Option<u32> {
        let value = self.decimal(name, refusals)?;
        let whole = value.is_integer().then(|| value.to_u32()).flatten();
        if whole.is_none() {
            refusals.add(self.code(name, "is_not_valid"));
        }
        whole
    }

    pub(crate) fn required_whole(
        &mut self,
        name: &'static str,
        refusals: &mut Refusals,
    ) -> Option<u32> {
        self.require(name, refusals);
        self.whole(name, refusals)
    }

    pub(crate) fn object(&mut self, name: &'static str, refusals: &mut Refusals) -> Option<Self> {
        let raw = self.raw(name)?;
        let object = Self::nested(raw.get(), self.dialect, format!("{}{name}_", self.prefix));
        if object.is_none() {
            refusals.add(self.code(name, "is_not_valid"));
        }
        object
    }

    /// A required object; when it is absent, its own required fields are reported too, as the bank does.
    pub(crate) fn required_object(&mut self, name: &'static str, refusals: &mut Refusals) -> Self {
        let absent = !self.has(name);
        if absent {
            refusals.add(self.code(name, "is_missing"));
            refusals.add(self.code(name, "is_empty"));
        }
        self.object(name, refusals).unwrap_or_else(|| Self {
            dialect: self.dialect,
            prefix: format!("{}{name}_", self.prefix),
            fields: BTreeMap::new(),
            known: Vec::new(),
        })
    }

    /// A list of objects; a single object counts as a list of one where the guide's table and sample disagree.
    pub(crate) fn objects(&mut self, name: &'static str, refusals: &mut Refusals) -> Vec<Self> {
        let Some(raw) = self.raw(name) else {
            return Vec::new();
        };
        let items: Vec<&RawValue> = serde_json::from_str(raw.get()).unwrap_or_else(|_| vec![raw]);
        let prefix = format!("{}{name}_", self.prefix);
        let objects: Option<Vec<Self>> = items
            .into_iter()
            .map(|item| Self::nested(item.get(), self.dialect, prefix.clone()))
            .collect();
        if objects.is_none() {
            refusals.add(self.code(name, "is_not_valid"));
        }
        objects.unwrap_or_default()
    }

    /// Refuses names in the other version's spelling and gives back the fields the guide does not list.
    ///
    /// Unlisted fields are accepted: the guide's own samples send some (`phone`, `type`, `number`).
    pub(crate) fn finish(self, refusals: &mut Refusals) -> Vec<(Name, Node)> {
        for name in self.misspelt() {
            let missing = self.code(name, "is_missing");
            if !refusals.0.contains(&missing) {
                refusals.add(self.code(name, "is_not_valid"));
            }
        }
        self.fields
            .into_iter()
            .map(|(name, raw)| (Name::Verbatim(name), Node::Raw(raw.to_owned())))
            .collect()
    }

    /// The fields asked for so far that are there in the other version's spelling.
    pub(crate) fn misspelt(&self) -> impl Iterator<Item = &'static str> {
        let other = self.dialect.other();
        self.known
            .iter()
            .copied()
            .filter(move |name| self.fields.contains_key(&*other.spell(name)))
    }

    /// Takes a field of version 2 in the spelling of version 3 as well, where the guide itself has both.
    pub(crate) fn respell(&mut self, name: &'static str) {
        if self.dialect == Dialect::V2
            && !self.has(name)
            && let Some(raw) = self.fields.remove(&*Dialect::V3.spell(name))
        {
            self.fields.insert(name.to_owned(), raw);
        }
    }

    pub(crate) const fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields
            .get(&*self.dialect.spell(name))
            .is_some_and(|raw| raw.get() != "null")
    }

    fn require(&self, name: &str, refusals: &mut Refusals) {
        refusals.check(self.has(name), &self.code(name, "is_missing"));
    }
}

/// The exact value of a JSON number or numeric string.
pub(crate) fn exact(raw: &RawValue) -> Option<Decimal> {
    let quoted: Option<String> = serde_json::from_str(raw.get()).ok();
    let digits = quoted.as_deref().unwrap_or(raw.get());
    Decimal::from_str_exact(digits)
        .or_else(|_| Decimal::from_scientific(digits))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T>(
        text: &str,
        dialect: Dialect,
        with: impl FnOnce(&mut Document<'_>, &mut Refusals) -> T,
    ) -> (T, Vec<String>) {
        let mut refusals = Refusals::default();
        let mut document = Document::parse(text, dialect).unwrap();
        let value = with(&mut document, &mut refusals);
        document.finish(&mut refusals);
        (value, refusals.0)
    }

    #[test]
    fn numbers_and_numeric_strings_are_read_exactly() {
        for text in [r#"{"amount":31.3167}"#, r#"{"amount":"31.3167"}"#] {
            let (amount, refused) = read(text, Dialect::V2, |document, refusals| {
                document.decimal("amount", refusals)
            });
            assert_eq!(amount, Some("31.3167".parse().unwrap()));
            assert_eq!(refused, Vec::<String>::new());
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            r#"{"amount":true}"#,
            r#"{"amount":"3,45"}"#,
            r#"{"amount":""}"#,
            r#"{"amount":[1]}"#,
        ] {
            let (_, refused) = read(text, Dialect::V2, |document, refusals| {
                document.decimal("amount", refusals)
            });
            assert_eq!(refused, ["amount_is_not_valid"]);
        }
    }

    #[test]
    fn a_name_in_the_other_versions_spelling_is_refused() {
        let (_, refused) = read(
            r#"{"productCode":"x"}"#,
            Dialect::V2,
            |document, refusals| document.required_text("product_code", refusals),
        );
        assert_eq!(refused, ["product_code_is_missing"]);
        let (_, refused) = read(
            r#"{"payment_day":10}"#,
            Dialect::V3,
            |document, refusals| document.whole("payment_day", refusals),
        );
        assert_eq!(refused, ["payment_day_is_not_valid"]);
    }

    #[test]
    fn a_missing_object_is_reported_with_its_required_fields() {
        let (_, refused) = read("{}", Dialect::V2, |document, refusals| {
            let mut urls = document.required_object("partner_urls", refusals);
            urls.required_text("return_url", refusals)
        });
        assert_eq!(
            refused,
            [
                "partner_urls_is_missing",
                "partner_urls_is_empty",
                "partner_urls_return_url_is_missing"
            ]
        );
    }
}
