//! What a platform's shops were set up with.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use inbank_domain::ShopName;

use super::Platform;
use crate::{ReturnPage, ShopSetup};

/// What a shop was set up with: its page for returning customers, and what may be shown of the rest.
pub(crate) struct Wired {
    #[cfg_attr(
        not(feature = "axum"),
        expect(dead_code, reason = "the routes send customers there")
    )]
    pub(crate) page: Option<ReturnPage>,
    pub(super) setup: ShopSetup,
}

/// Those of all shops, which change with the shops.
pub(crate) type Wirings = Arc<RwLock<BTreeMap<ShopName, Wired>>>;

impl Platform {
    /// How a shop is set up: its region, its place at the bank, what tells its keys apart. None when there is none of this name.
    ///
    /// ```no_run
    /// # fn example(platform: &inbank::Platform) {
    /// let keys = platform.setup("main").map(|setup| setup.keys);
    /// # let _ = keys;
    /// # }
    /// ```
    pub fn setup(&self, name: &str) -> Option<ShopSetup> {
        let name = ShopName::parse(name).ok()?;
        let wirings = self.wirings.read().unwrap_or_else(PoisonError::into_inner);
        wirings.get(&name).map(|wired| wired.setup.clone())
    }
}
