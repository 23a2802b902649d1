use inbank_domain::{Order, OrderKey, OrderReference, ShopName};

use super::attempt::attempt;
use super::{ATTEMPT_COLUMNS, Column, Columns, Cursor, Kind, names};
use crate::failure::Failure;

const ORDER_COLUMNS: [Column; 8] = [
    ("shop", Kind::Text),
    ("reference", Kind::Text),
    ("version", Kind::Number),
    ("failures", Kind::Number),
    ("events", Kind::Number),
    ("paid_by", Kind::Number),
    ("needs_person", Kind::Text),
    ("opened_at", Kind::Number),
];

/// What an [`Assembler`] reads, of `inbank_order AS o LEFT JOIN inbank_attempt AS a`.
pub(crate) fn joined_columns() -> String {
    let (orders, attempts) = (names("o.", &ORDER_COLUMNS), names("a.", &ATTEMPT_COLUMNS));
    format!("{orders}, {attempts}")
}

/// An order as it is stored: readable or not.
pub(crate) struct Stored {
    pub(crate) shop: String,
    pub(crate) reference: String,
    pub(crate) opened_at: i64,
    pub(crate) order: Result<Order, Failure>,
}

impl Stored {
    /// Its name; none where not even that can be read.
    pub(crate) fn key(&self) -> Option<OrderKey> {
        let shop = ShopName::parse(self.shop.as_str()).ok()?;
        let reference = OrderReference::parse(self.reference.as_str()).ok()?;
        Some(OrderKey::new(shop, reference))
    }
}

/// Puts orders together from rows of which each has an order and one of its attempts, an order's rows one after the other.
#[derive(Default)]
pub(crate) struct Assembler {
    orders: Vec<Stored>,
}

impl Assembler {
    /// Takes the next row.
    ///
    /// # Errors
    /// Only when not even the columns that name the order are texts: what else can't be read is that order's alone.
    pub(crate) fn take(&mut self, row: &impl Columns) -> Result<(), Failure> {
        let mut named = Cursor::at(row, 0);
        let (shop, reference) = (named.text()?, named.text()?);
        let same = |stored: &Stored| stored.reference == reference && stored.shop == shop;
        if !self.orders.last().is_some_and(same) {
            let order = order(shop, reference, &mut named);
            self.orders.push(Stored {
                shop: shop.to_owned(),
                reference: reference.to_owned(),
                opened_at: row.number(ORDER_COLUMNS.len() - 1)?.unwrap_or_default(),
                order,
            });
        }
        let Some(Stored { order, .. }) = self.orders.last_mut() else {
            return Ok(());
        };
        let mut rest = Cursor::at(row, ORDER_COLUMNS.len());
        if let Ok(readable) = order
            && let Some(number) = rest.maybe_number()?
        {
            match attempt(number, &mut rest) {
                Ok(attempt) => readable.attempts.push(attempt),
                Err(failure) => *order = Err(failure),
            }
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Vec<Stored> {
        self.orders
    }
}

fn order<R: Columns>(
    shop: &str,
    reference: &str,
    row: &mut Cursor<'_, R>,
) -> Result<Order, Failure> {
    Ok(Order {
        key: OrderKey::new(ShopName::parse(shop)?, OrderReference::parse(reference)?),
        attempts: Vec::new(),
        version: row.count()?,
        failures: row.small()?,
        events: row.count()?,
        paid_by: row.maybe_small()?,
        needs_person: row.maybe_text()?.map(str::to_owned),
        opened_at: row.moment()?,
        news: Vec::new(),
    })
}
