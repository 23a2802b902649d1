//! Who has how much of what there is at once.

use std::collections::BTreeMap;

use inbank_domain::ShopName;

/// Counts what runs, per shop and in all. One shop may fill its own slots and no other's.
#[derive(Debug)]
pub(crate) struct Slots {
    running: BTreeMap<ShopName, u32>,
    total: u32,
    of_a_shop: u32,
    in_all: u32,
}

impl Slots {
    pub(crate) const fn new(of_a_shop: u32, in_all: u32) -> Self {
        Self {
            running: BTreeMap::new(),
            total: 0,
            of_a_shop,
            in_all,
        }
    }

    /// How many more of a shop may run, when so many of other shops are about to. However full the
    /// process is, a shop of which nothing runs has one.
    pub(crate) fn free(&self, shop: &ShopName, promised: u32) -> u32 {
        let running = self.running.get(shop).copied().unwrap_or_default();
        let of_shop = self.of_a_shop.saturating_sub(running);
        let in_all = self
            .in_all
            .saturating_sub(self.total.saturating_add(promised));
        let reserved = u32::from(running == 0);
        of_shop.min(in_all.max(reserved))
    }

    pub(crate) fn take(&mut self, shop: &ShopName) {
        *self.running.entry(shop.clone()).or_default() += 1;
        self.total += 1;
    }

    pub(crate) fn give_back(&mut self, shop: &ShopName) {
        if let Some(running) = self.running.get_mut(shop) {
            *running = running.saturating_sub(1);
            if *running == 0 {
                self.running.remove(shop);
            }
            self.total = self.total.saturating_sub(1);
        }
    }

    /// Whether half of a shop's slots are free.
    pub(crate) fn is_half_free(&self, shop: &ShopName) -> bool {
        let running = self.running.get(shop).copied().unwrap_or_default();
        running <= self.of_a_shop / 2
    }

    pub(crate) const fn total(&self) -> u32 {
        self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_that_fills_its_slots_leaves_the_others_theirs() {
        let (a, b) = (ShopName::parse("a").unwrap(), ShopName::parse("b").unwrap());
        let mut slots = Slots::new(3, 4);
        for _ in 0..3 {
            assert!(slots.free(&a, 0) > 0);
            slots.take(&a);
        }
        assert_eq!((slots.free(&a, 0), slots.free(&b, 0)), (0, 1));
        slots.take(&b);
        assert_eq!(slots.free(&b, 0), 0);
        let c = ShopName::parse("c").unwrap();
        assert_eq!(slots.free(&c, 0), 1, "however full the process is");
        assert_eq!(Slots::new(3, 4).free(&a, 2), 2);
        slots.give_back(&a);
        assert_eq!((slots.free(&a, 0), slots.total()), (1, 3));
    }
}
