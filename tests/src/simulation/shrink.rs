use super::{Happening, Invariant, Plan, run};

/// The smallest plan that can be found with so many runs, which breaks the same invariant.
pub fn shrink(plan: &Plan, invariant: Invariant, runs: usize) -> Plan {
    let mut smallest = plan.clone();
    let mut left = runs;
    let mut breaks = |plan: &Plan| {
        left = left.checked_sub(1)?;
        let violation = run(plan).violation;
        Some(violation.is_some_and(|violation| violation.invariant == invariant))
    };
    loop {
        let mut smaller = None;
        for candidate in candidates(&smallest) {
            match breaks(&candidate) {
                Some(true) => {
                    smaller = Some(candidate);
                    break;
                }
                Some(false) => {}
                None => return smallest,
            }
        }
        match smaller {
            Some(plan) => smallest = plan,
            None => return smallest,
        }
    }
}

/// Smaller plans: with fewer steps (halves, then one by one), fewer faults, shorter waits, less around.
fn candidates(plan: &Plan) -> Vec<Plan> {
    let mut candidates = Vec::new();
    let mut add = |change: &dyn Fn(&mut Plan)| {
        let mut candidate = plan.clone();
        change(&mut candidate);
        if candidate != *plan {
            candidates.push(candidate);
        }
    };
    let steps = plan.steps.len();
    add(&|plan| plan.steps.truncate(steps / 2));
    add(&|plan| drop(plan.steps.drain(..steps / 2)));
    for index in 0..steps {
        add(&|plan| {
            plan.steps.remove(index);
        });
    }
    for index in 0..steps {
        // The wait stays.
        add(&|plan| plan.steps[index].what = Happening::Nothing);
    }
    for fault in plan.setting.faults.keys() {
        add(&|plan| {
            plan.setting.faults.remove(fault);
        });
    }
    for index in 0..steps {
        add(&|plan| plan.steps[index].after_ms = 0);
    }
    add(&|plan| plan.setting.processes = 1);
    add(&|plan| plan.setting.clocks_ahead = None);
    add(&|plan| plan.setting.effect_seconds = 0);
    add(&|plan| plan.setting.latency_ms = (0, 20));
    add(&|plan| plan.setting.thinks_seconds = 0);
    add(&|plan| {
        plan.setting.shops = 1;
        plan.setting.shops_at_first = 1;
        plan.setting.calm_shop = None;
    });
    candidates
}
