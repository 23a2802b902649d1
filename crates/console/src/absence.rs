//! Shops of which there are orders, though this process doesn't work for them.

use inbank_domain::ShopName;

use crate::console::House;

/// Why this process does not work for a shop.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Absence {
    /// It is not there any more; or never was here, where another process has it.
    Removed,
    /// It is there, and can't be used by this process.
    Unusable,
}

impl Absence {
    /// None where it works for it.
    pub(crate) fn of(house: &House, shop: &ShopName) -> Option<Self> {
        let shops = house.worker.shops();
        if shops.get(shop).is_some() {
            None
        } else if shops.withheld().contains(shop) {
            Some(Self::Unusable)
        } else {
            Some(Self::Removed)
        }
    }

    /// Behind the shop's name.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Unusable => "can’t be used here",
        }
    }

    /// What it means for an order.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::Removed => {
                "This process has no shop of this name: it was removed. Nothing of it is worked on, and nothing can be decided about it, until it is added again."
            }
            Self::Unusable => {
                "This process can’t use the shop, so it works on nothing of it, and nothing can be decided about it here. Its log says why; most often it lacks the shop’s keys. Another process may work for it."
            }
        }
    }
}
