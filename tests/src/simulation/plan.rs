use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Fault;

/// What happens in a run. Kept as JSON, it outlives the code that drew it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Decides what the steps leave open: who goes next, which fault happens when, how long things take.
    pub seed: u64,
    /// Where it happens.
    pub setting: Setting,
    /// What happens, one after another.
    pub steps: Vec<Step>,
}

/// Where a run happens.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// Processes of the platform, 1 to 3.
    pub processes: usize,
    /// How far each one's clock is ahead of the true time, in seconds; the ledger then goes by its own, as
    /// PostgreSQL's does. None where all go by one clock, and so does the ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clocks_ahead: Option<[i32; 3]>,
    /// By HTTP requests and answers, in this dialect, to a sandbox's routes; at the ports of a fake bank where none
    /// is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialect: Option<Dialect>,
    /// Connections to the ledger, 1 to 3, shared by all processes.
    pub connections: usize,
    /// Shops, 1 to 3.
    pub shops: usize,
    /// How many of them the first processes know; a deploy adds the others.
    pub shops_at_first: usize,
    /// A shop whose bank and platform have no fault, whatever happens to the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calm_shop: Option<usize>,
    /// Orders of a shop that are worked on at once.
    pub slots: u32,
    /// How often a process looks for what is due.
    pub poll_seconds: u32,
    /// How long the bank takes one way, in milliseconds, from and to.
    pub latency_ms: (u32, u32),
    /// How long until what the bank has taken takes effect, in seconds; at once where it is 0.
    pub effect_seconds: u32,
    /// Of a thousand granted orders: how many the platform approves, and how many it cancels.
    pub approves: u16,
    /// As `approves`.
    pub cancels: u16,
    /// How long the platform thinks at the most, in seconds.
    pub thinks_seconds: u32,
    /// How often each fault happens, of a thousand times that it could.
    pub faults: BTreeMap<Fault, u16>,
}

/// How the bank is spoken to.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// Version 2.
    V2,
    /// Version 3.
    V3,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Step {
    /// So many milliseconds after what was before it.
    pub after_ms: u32,
    /// What happens.
    #[serde(flatten)]
    pub what: Happening,
}

/// What may happen. A process, a shop and an order are meant by their numbers, which wrap.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Happening {
    /// A customer pays for an order: 0 is a cart that the bank pays out by itself, 1 and 2 wait for approval,
    /// 3 is more than it lends.
    Pay {
        /// Where.
        process: usize,
        /// Whose.
        shop: usize,
        /// Which.
        order: usize,
        /// What.
        cart: usize,
        /// What the customer does at the bank.
        then: Then,
        /// After how many milliseconds the browser hangs up.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hangs_up_ms: Option<u32>,
    },
    /// A customer applies for an order directly.
    Apply {
        /// Where.
        process: usize,
        /// Whose.
        shop: usize,
        /// Which.
        order: usize,
        /// What.
        cart: usize,
    },
    /// A customer rents a telephone.
    Rent {
        /// Where.
        process: usize,
        /// Whose.
        shop: usize,
        /// Which.
        order: usize,
        /// What the customer does at the bank.
        then: Then,
    },
    /// The merchant approves, or activates what is rented.
    Approve {
        /// Where.
        process: usize,
        /// Whose.
        shop: usize,
        /// Which.
        order: usize,
    },
    /// The merchant cancels.
    Cancel {
        /// Where.
        process: usize,
        /// Whose.
        shop: usize,
        /// Which.
        order: usize,
    },
    /// Approves in one process and cancels in another, at once.
    Both {
        /// Whose.
        shop: usize,
        /// Which.
        order: usize,
    },
    /// Somebody looks, and the bank is read.
    Refresh {
        /// Where.
        process: usize,
        /// Whose.
        shop: usize,
        /// Which.
        order: usize,
    },
    /// A process dies where it stands, and another takes its place so many milliseconds later.
    Kill {
        /// Which.
        process: usize,
        /// When the next one starts.
        back_ms: u32,
    },
    /// A process stands still for so many milliseconds, as one whose machine is suspended.
    StandStill {
        /// Which.
        process: usize,
        /// How long.
        ms: u32,
        /// When: the next time that it does this.
        #[serde(default)]
        at: Waits,
    },
    /// Every process is stopped and started anew, one after another; the new ones know every shop.
    Deploy,
    /// A shop's bank is not reached for so many seconds.
    Outage {
        /// Whose.
        shop: usize,
        /// How long.
        seconds: u32,
    },
    /// Nothing happens.
    Nothing,
}

/// What a process is at when it stands still.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Waits {
    /// It waits for the bank.
    #[default]
    ForBank,
    /// It waits to hear that the ledger has written something.
    ForLedger,
    /// The same in the midst of a round, which goes on with the lease that it has.
    InRound,
}

/// What a customer does at the bank, and when.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// Applies after so many seconds, and comes back.
    Applies(u32),
    /// Gives up after so many seconds, and comes back.
    GivesUp(u32),
    /// Goes away.
    Leaves,
}
