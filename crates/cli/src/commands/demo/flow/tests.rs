use anyhow::bail;
use inbank::app::Decision;
use inbank::domain::{
    Event, FinancingState, Locale, Money, ProductCode, ProductFamily, Purchase, SessionRequest,
};
use inbank_sandbox::{Fault, Operation};

use super::*;
use crate::commands::demo::session::{self, Ending};

/// A purchase that the merchant approves.
struct Approved {
    name: &'static str,
    /// Fails when the customer has signed, with callbacks under way and a fault on order.
    fails: bool,
    events: &'static [Event],
}

const EVENTS: &[Event] = &[Event::Granted, Event::Completed];

impl Scenario for Approved {
    fn name(&self) -> &'static str {
        self.name
    }

    fn outcome(&self) -> &'static str {
        "completed"
    }

    async fn play(&self, stage: &mut Stage, journal: &mut Journal<'_>) -> Result<()> {
        let region = &stage.profile.region;
        let order = stage.order_reference(self.name)?;
        let request = SessionRequest::new(
            region,
            ProductCode::parse("hire_purchase_approval")?,
            Money::parse("300", region.currency)?,
            Locale::parse("et-EE")?,
            stage.shop.desk.urls(&order, 1)?,
            Purchase::new(order),
        )?;
        let family = ProductFamily::HirePurchase;
        let (mut order, customer) = session::open(stage, request, family, None, journal).await?;
        if self.fails {
            customer.apply().await?.sign().await?;
            let fault = Fault::ResetBefore;
            stage.sandbox.fault(Operation::CreateSession, fault, 9);
            bail!("given up");
        }
        session::play(stage, &mut order, customer, (Ending::Signs, None), journal).await?;
        order.decide(stage, Decision::Approve, journal).await?;
        let outcome = (FinancingState::Completed, self.events, 2);
        session::check(stage, &mut order, None, outcome, journal).await
    }
}

async fn play(scenarios: &[Approved]) -> Vec<Flow> {
    let scenarios: Vec<_> = scenarios.iter().collect();
    let regions = [&RegionProfile::ESTONIA];
    let progress = ProgressBar::hidden();
    let flows = play_all("epos", &regions, &scenarios, &progress).await;
    flows.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_that_fails_does_not_touch_those_after_it() {
    let approved = |name, fails| Approved {
        name,
        fails,
        events: EVENTS,
    };
    let scenarios = [
        approved("failing", true),
        approved("sound", false),
        approved("failing_again", true),
        approved("sound_again", false),
    ];
    for flow in play(&scenarios).await {
        let fails = flow.scenario.starts_with("failing");
        assert_eq!(
            flow.as_expected, !fails,
            "{} {:?}",
            flow.outcome, flow.steps
        );
        assert_eq!(flow.outcome == "given up", fails);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_was_told_something_else_is_no_success() {
    for events in [&EVENTS[..1], &[Event::Completed, Event::Granted]] {
        let name = "told_otherwise";
        let fails = false;
        for flow in play(&[Approved {
            name,
            fails,
            events,
        }])
        .await
        {
            assert!(!flow.as_expected);
            assert!(flow.outcome.contains("granted"), "{}", flow.outcome);
        }
    }
}
