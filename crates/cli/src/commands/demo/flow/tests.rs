use anyhow::bail;
use inbank::{EventKind, OrderStatus};
use inbank_sandbox::{Fault, Operation};

use super::*;
use crate::commands::demo::epos::{check_out, sign_and_return};
use crate::commands::demo::play::{BACK, PAID};

/// Fails when the customer has signed, with callbacks under way and a fault on order.
async fn failing(play: &mut Play) -> Result<()> {
    let customer = check_out(play, "hire_purchase_approval", "300").await?;
    sign_and_return(play, customer).await?;
    let fault = Fault::ResetBefore;
    play.stage.sandbox.fault(Operation::CreateSession, fault, 9);
    bail!("given up")
}

async fn sound(play: &mut Play) -> Result<()> {
    told(play, &[EventKind::AwaitsMerchant]).await
}

async fn told_less(play: &mut Play) -> Result<()> {
    told(play, &[]).await
}

async fn told_otherwise(play: &mut Play) -> Result<()> {
    told(play, &[PAID]).await
}

/// An order that waits for the merchant, of which the shop is to have been told this.
async fn told(play: &mut Play, expected: &[EventKind]) -> Result<()> {
    let customer = check_out(play, "hire_purchase_approval", "300").await?;
    sign_and_return(play, customer).await?;
    for event in expected {
        play.told(event).await?;
    }
    play.end(OrderStatus::AwaitsMerchant, 1, BACK).await
}

fn play(scenarios: &'static [Scenario]) -> Vec<Flow> {
    let guide = Guide {
        name: "epos",
        regions: &[&RegionProfile::ESTONIA],
        scenarios: Box::leak(Box::new([scenarios])),
    };
    let progress = ProgressBar::hidden();
    let flows = guide.places().map(|place| place.play(&progress).unwrap());
    flows.collect::<Vec<_>>().concat()
}

#[test]
fn a_flow_that_fails_does_not_touch_those_after_it() {
    let flows = play(scenarios![failing, sound]);
    assert_eq!(flows.len(), 4);
    for flow in flows {
        let fails = flow.scenario == "failing";
        assert_eq!(flow.as_expected, !fails, "{flow:?}");
        assert_eq!(flow.outcome == "given up", fails, "{flow:?}");
    }
}

#[test]
fn a_shop_that_was_told_something_else_is_no_success() {
    for flow in play(scenarios![told_less, told_otherwise]) {
        assert!(!flow.as_expected, "{flow:?}");
        assert!(flow.outcome.contains("awaits_merchant"), "{flow:?}");
    }
}
