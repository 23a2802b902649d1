//! The open orders of a shop that is to be removed: nobody would work on them any more.

use inbank_domain::{OrderStatus, ShopName};
use inbank_ports::LedgerError;

use crate::address::Address;
use crate::console::House;

/// Orders that are open.
pub(super) struct Open {
    count: u64,
    /// Where they are listed.
    pub(super) to: Address,
}

impl Open {
    /// Those of a shop; none where there is none.
    pub(super) async fn of(house: &House, shop: &ShopName) -> Result<Option<Self>, LedgerError> {
        let statistics = house
            .ledger()
            .statistics(std::slice::from_ref(shop), house.now());
        let statistics = statistics.await?;
        let open = OrderStatus::EVERY
            .into_iter()
            .filter(|status| status.is_open());
        let mut count = 0;
        let mut to = Address::new(&house.base, "/orders").with("shop", shop.as_str());
        for status in open.map(OrderStatus::name) {
            let counts = statistics.iter().filter_map(|shop| shop.orders.get(status));
            count += counts.sum::<u64>();
            to = to.with("status", status);
        }
        Ok((count > 0).then_some(Self { count, to }))
    }

    pub(super) fn words(&self) -> String {
        match self.count {
            1 => "1 order is open".to_owned(),
            count => format!("{count} orders are open"),
        }
    }

    /// What is said of it, or of them.
    pub(super) const fn them(&self) -> &'static str {
        if self.count == 1 { "it" } else { "them" }
    }
}
