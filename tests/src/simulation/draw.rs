use std::collections::BTreeMap;

use super::dice::Dice;
use super::{Dialect, Fault, Happening, Plan, Setting, Step, Then, Waits};

/// The stream of numbers that a plan is drawn from.
const PLAN: u64 = 1;
const WIRE: u64 = 5;
/// Orders of a shop: few, so that much happens to each.
const ORDERS: usize = 2;

impl Plan {
    /// The plan of a seed, by HTTP requests and answers.
    pub fn draw_wired(seed: u64) -> Self {
        let mut plan = Self::draw(seed);
        let dialects = [Dialect::V2, Dialect::V3];
        plan.setting.dialect = Some(Dice::new(seed, WIRE).pick(&dialects));
        plan
    }

    /// The plan of a seed.
    pub fn draw(seed: u64) -> Self {
        let dice = Dice::new(seed, PLAN);
        let setting = setting(&dice);
        // A random subset of what may happen, each with a weight of its own: what is never among much else is
        // else never seen.
        let weights: [u64; 10] = std::array::from_fn(|kind| {
            if dice.chance(550) || kind == 0 {
                1 + dice.below(60)
            } else {
                0
            }
        });
        // Nobody waits for longer than so many looks for what is due: whatever follows from waiting has happened by
        // then, and all that is left is to look in vain.
        let looks = if setting.calm_shop.is_some() { 3 } else { 15 };
        let longest = setting.poll_seconds * 1_000 * looks;
        let steps = (0..3 + dice.index(10)).map(|_| Step {
            after_ms: after(&dice).min(longest),
            what: happening(&dice, &weights),
        });
        let steps = steps.collect();
        Self {
            seed,
            setting,
            steps,
        }
    }
}

fn setting(dice: &Dice) -> Setting {
    let processes = 1 + dice.index(3);
    let shops = dice.pick(&[1, 1, 2, 3]);
    let mut faults = BTreeMap::new();
    // One run of eight has none.
    if !dice.chance(125) {
        for fault in Fault::ALL {
            if dice.chance(220) {
                faults.insert(*fault, dice.pick(&[10, 50, 150, 300]));
            }
        }
    }
    let ahead = |dice: &Dice| i32::try_from(dice.below(241)).unwrap_or_default() - 120;
    let clocks_ahead = dice
        .chance(200)
        .then(|| std::array::from_fn(|_| ahead(dice)));
    // What all share would show at the calm shop too.
    let is_calm = shops > 1 && clocks_ahead.is_none() && dice.chance(400);
    if is_calm {
        faults.retain(|fault, _| fault.is_of_a_shop());
    }
    Setting {
        processes,
        clocks_ahead,
        dialect: None,
        connections: 1 + dice.index(3),
        shops,
        shops_at_first: if dice.chance(250) { 1 } else { shops },
        calm_shop: is_calm.then_some(0),
        slots: dice.pick(&[1, 2, 32]),
        poll_seconds: if is_calm {
            20
        } else {
            dice.pick(&[60, 600, 1_800, 1_800])
        },
        latency_ms: dice.pick(&[(0, 20), (50, 400), (500, 8_000)]),
        effect_seconds: dice.pick(&[0, 0, 5, 30, 600]),
        approves: dice.pick(&[0, 400, 900]),
        cancels: dice.pick(&[0, 100, 300]),
        thinks_seconds: dice.pick(&[0, 2, 120, 5_000]),
        faults,
    }
}

/// At once, within moments, minutes or hours.
fn after(dice: &Dice) -> u32 {
    let most = dice.pick(&[1, 1, 50, 3_000, 60_000, 1_800_000, 20_000_000]);
    u32::try_from(dice.below(most)).unwrap_or_default()
}

fn happening(dice: &Dice, weights: &[u64; 10]) -> Happening {
    let mut roll = dice.below(weights.iter().sum());
    let kind = weights.iter().position(|weight| {
        let is_it = roll < *weight;
        roll = roll.saturating_sub(*weight);
        is_it
    });
    let (process, shop, order) = (dice.index(3), dice.index(3), dice.index(ORDERS));
    match kind.unwrap_or_default() {
        0 | 1 => Happening::Pay {
            process,
            shop,
            order,
            cart: dice.pick(&[0, 1, 1, 1, 2, 2, 3]),
            then: then(dice),
            hangs_up_ms: dice.chance(100).then(|| after(dice)),
        },
        2 => Happening::Apply {
            process,
            shop,
            order,
            cart: dice.index(4),
        },
        3 => Happening::Rent {
            process,
            shop,
            order,
            then: then(dice),
        },
        4 => Happening::Approve {
            process,
            shop,
            order,
        },
        5 => Happening::Cancel {
            process,
            shop,
            order,
        },
        6 => Happening::Both { shop, order },
        7 => Happening::Refresh {
            process,
            shop,
            order,
        },
        8 if dice.chance(400) => Happening::StandStill {
            process,
            ms: dice.pick(&[1_000, 40_000, 100_000, 150_000, 400_000]),
            at: dice.pick(&[
                Waits::ForBank,
                Waits::ForBank,
                Waits::ForLedger,
                Waits::InRound,
            ]),
        },
        8 => Happening::Kill {
            process,
            back_ms: after(dice),
        },
        _ if dice.chance(500) => Happening::Deploy,
        _ => Happening::Outage {
            shop,
            seconds: dice.pick(&[5, 120, 3_600]),
        },
    }
}

fn then(dice: &Dice) -> Then {
    let seconds = dice.pick(&[0, 3, 60, 600, 4_000]);
    match dice.below(8) {
        0 => Then::Leaves,
        1 => Then::GivesUp(seconds),
        _ => Then::Applies(seconds),
    }
}
