//! The buttons of an order: those that fit where it stands, and the others with why not.

use inbank_domain::{Attempt, Order};
use time::OffsetDateTime;

use crate::address::Address;
use crate::decide::Deed;

/// A button that leads to a page that asks.
pub(crate) struct Button {
    pub(crate) label: String,
    pub(crate) class: &'static str,
    pub(crate) to: Address,
    /// Why it can't be pressed.
    pub(crate) why_not: Option<String>,
}

/// What is offered to a visitor.
pub(crate) struct Offered<'a> {
    pub(crate) base: &'a str,
    /// Whether the visitor may decide anything here.
    pub(crate) decides: bool,
    /// Whether the visitor may erase orders.
    pub(crate) erases: bool,
    /// Whether events can be sent again.
    pub(crate) resends: bool,
    pub(crate) now: OffsetDateTime,
}

impl Offered<'_> {
    /// About the order and its present attempt.
    pub(crate) fn of_order(&self, order: &Order) -> Vec<Button> {
        if !self.decides {
            return Vec::new();
        }
        let present = order.present();
        let kind = present.map(|attempt| attempt.terms.kind);
        let mut buttons: Vec<_> = Deed::ALL
            .into_iter()
            .filter(|deed| *deed != Deed::Resend && kind.is_none_or(|kind| deed.is_for(kind)))
            // Where nobody is wanted there is nothing to be seen to.
            .filter(|deed| *deed != Deed::SeenTo || order.needs_person.is_some())
            .map(|deed| self.button(deed, order, present))
            .collect();
        let erase = Button {
            label: "Erase".to_owned(),
            class: "grave",
            to: Address::of_order(self.base, "/order/erase", &order.key),
            why_not: order
                .may_be_erased()
                .err()
                .map(|kept| crate::decide::capital(&kept.to_string().replace('_', " ")) + "."),
        };
        buttons.extend(self.erases.then_some(erase));
        buttons
    }

    /// About an attempt that is not the present one: all that can be decided for it is to cancel.
    pub(crate) fn of_former(&self, order: &Order, attempt: &Attempt) -> Vec<Button> {
        if !self.decides || !attempt.is_live() {
            return Vec::new();
        }
        let mut button = self.button(Deed::Cancel, order, Some(attempt));
        button.label = format!("Cancel attempt {}", attempt.number);
        vec![button]
    }

    /// Sends an event again; none where that can't be done here.
    pub(crate) fn resend(&self, order: &Order, number: u64) -> Option<Address> {
        let to = Address::of_order(self.base, "/order/decide", &order.key)
            .with("deed", Deed::Resend.name())
            .with("number", &number.to_string());
        (self.decides && self.resends).then_some(to)
    }

    fn button(&self, deed: Deed, order: &Order, attempt: Option<&Attempt>) -> Button {
        let mut to =
            Address::of_order(self.base, "/order/decide", &order.key).with("deed", deed.name());
        if let Some(attempt) = attempt.filter(|_| deed.is_of_attempt()) {
            to = to.with("attempt", &attempt.number.to_string());
        }
        Button {
            label: deed.label().to_owned(),
            class: deed.class(),
            to,
            why_not: deed.why_not(order, attempt, self.now),
        }
    }
}
