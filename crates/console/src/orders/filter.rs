//! What a list of orders leaves out: it stands in the address, is asked of the ledger, and says itself in words.

use inbank_domain::{OrderReference, OrderStatus, ShopName};
use inbank_ports::Listing;
use time::{Date, OffsetDateTime, Time};

use super::ON_A_PAGE;
use crate::address::Address;
use crate::status::status_words;
use crate::visitor::Fields;

/// What is asked for, as the address has it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Filter {
    /// As it was given: spaces at its ends may be part of it.
    pub(super) reference: String,
    pub(super) shop: String,
    pub(super) statuses: Vec<&'static str>,
    /// Whether a status is asked for that none has.
    odd_status: bool,
    pub(super) needs_person: bool,
    pub(super) from: String,
    pub(super) until: String,
}

impl Filter {
    pub(super) fn of(fields: &Fields) -> Self {
        let reference = fields.some("reference");
        let reference = reference.map_or("", |_| fields.exact("reference"));
        Self {
            reference: reference.to_owned(),
            shop: fields.get("shop").to_owned(),
            statuses: fields
                .all("status")
                .filter_map(OrderStatus::name_of)
                .collect(),
            odd_status: fields
                .all("status")
                .any(|name| OrderStatus::name_of(name).is_none()),
            needs_person: !fields.get("needs_person").is_empty(),
            from: fields.get("from").to_owned(),
            until: fields.get("until").to_owned(),
        }
    }

    /// Those that need a person.
    pub(super) fn of_person() -> Self {
        Self {
            needs_person: true,
            ..Self::default()
        }
    }

    /// Those of a status.
    pub(super) fn of_status(status: OrderStatus) -> Self {
        Self {
            statuses: vec![status.name()],
            ..Self::default()
        }
    }

    /// The same without spaces at the reference's ends, which the clipboard may have brought along; none where there are none.
    pub(super) fn trimmed(&self) -> Option<Self> {
        let reference = self.reference.trim();
        (reference != self.reference).then(|| Self {
            reference: reference.to_owned(),
            ..self.clone()
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn address(&self, base: &str) -> Address {
        let mut address = Address::new(base, "/orders")
            .with_some("reference", &self.reference)
            .with_some("shop", &self.shop);
        for status in &self.statuses {
            address = address.with("status", status);
        }
        if self.needs_person {
            address = address.with("needs_person", "1");
        }
        address
            .with_some("from", &self.from)
            .with_some("until", &self.until)
    }

    /// What it leaves, in words; nothing where it leaves all.
    pub(super) fn words(&self, seen: &[String]) -> Vec<String> {
        let asked = |status: &OrderStatus| self.statuses.contains(&status.name());
        let statuses = OrderStatus::EVERY.into_iter().filter(asked);
        let statuses: Vec<_> = statuses.map(status_words).collect();
        let some = |says: &str, text: &str| (!text.is_empty()).then(|| format!("{says}{text}"));
        let words = [
            some("called ", &self.reference),
            if self.shop.is_empty() || seen.contains(&self.shop) {
                some("of the shop ", &self.shop)
            } else {
                Some("of a shop that is none of yours".to_owned())
            },
            some("", &statuses.join(" or ")),
            self.needs_person.then(|| "that need a person".to_owned()),
            some("opened from ", &self.from),
            some("opened until ", &self.until),
        ];
        words.into_iter().flatten().collect()
    }

    /// What the ledger is asked.
    pub(super) fn listing(&self, seen: &[ShopName]) -> Result<Listing, &'static str> {
        // A shop that may not be seen has no orders, as one that isn't there.
        let shops = seen
            .iter()
            .filter(|shop| self.shop.is_empty() || shop.as_str() == self.shop);
        let reference = Some(self.reference.as_str()).filter(|text| !text.is_empty());
        let reference = reference.map(OrderReference::parse).transpose();
        if self.odd_status {
            return Err("There is no such status: choose among these.");
        }
        let statuses = OrderStatus::EVERY.into_iter();
        let (from, until) = (day(&self.from)?, day(&self.until)?);
        in_order(from, until)?;
        Ok(Listing {
            shops: Some(shops.cloned().collect()),
            reference: reference.map_err(|_| "No order can have this reference.")?,
            statuses: statuses
                .filter(|status| self.statuses.contains(&status.name()))
                .collect(),
            needs_person: self.needs_person,
            opened_from: from,
            // The day that is named is part of it.
            opened_before: until.map(|day| day.saturating_add(time::Duration::DAY)),
            after: None,
            limit: Some(ON_A_PAGE),
        })
    }
}

/// Refuses days of which there would be nothing.
pub(crate) fn in_order(
    from: Option<OffsetDateTime>,
    until: Option<OffsetDateTime>,
) -> Result<(), &'static str> {
    match from.zip(until) {
        Some((from, until)) if until < from => Err("The last day is before the first."),
        _ => Ok(()),
    }
}

/// The start of a day, in UTC, as a field of the type `date` has it.
pub(crate) fn day(text: &str) -> Result<Option<OffsetDateTime>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    let date = || {
        let shape: Vec<_> = text.split('-').map(str::len).collect();
        if shape != [4, 2, 2] || !text.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
            return None;
        }
        let month = time::Month::try_from(text[5..7].parse::<u8>().ok()?).ok()?;
        let (year, day) = (text[..4].parse().ok()?, text[8..].parse().ok()?);
        Date::from_calendar_date(year, month, day).ok()
    };
    let date = date().ok_or("A day is written as 2026-01-31.")?;
    Ok(Some(date.with_time(Time::MIDNIGHT).assume_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_stands_in_the_address_and_is_read_back_from_it() {
        let fields = Fields::of(&[
            ("reference", "a b"),
            ("shop", "main"),
            ("status", "paid"),
            ("status", "not_paid"),
            ("needs_person", "1"),
            ("from", "2026-01-02"),
        ]);
        let filter = Filter::of(&fields);
        assert_eq!(
            filter.address("/console").to_string(),
            "/console/orders?reference=a%20b&shop=main&status=paid&status=not_paid&needs_person=1&from=2026-01-02"
        );
        let listing = filter.listing(&[]).unwrap();
        assert_eq!(listing.shops, Some(vec![]), "nothing of what isn't seen");
        assert_eq!(listing.statuses.len(), 2);
        let words = [
            "called a b",
            "of the shop main",
            "paid or not paid",
            "that need a person",
            "opened from 2026-01-02",
        ];
        let mut said = filter.words(&["main".to_owned()]);
        said.sort();
        let mut words = words.map(str::to_owned);
        words.sort();
        assert_eq!(said, words);
        let odd = Filter::of(&Fields::of(&[("status", "no_such")]));
        assert!(odd.listing(&[]).is_err(), "and not all of them");
    }

    #[test]
    fn a_day_is_one_of_the_calendar() {
        assert_eq!(day("").unwrap(), None);
        let at = day("1970-01-02").unwrap().unwrap();
        assert_eq!(at.unix_timestamp(), 86_400);
        for wrong in [
            "2026-02-30",
            "2026-1",
            "2026-1-1",
            "+026-01-01",
            "x",
            "99999-01-01",
            "-1-1-1",
            "2026-õ1-1",
        ] {
            assert!(day(wrong).is_err(), "{wrong}");
        }
    }
}
