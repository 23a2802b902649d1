//! The customer applies in the shop.

mod applicant;
mod step;

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use inbank::http::RegionProfile;
use inbank::{
    Action, ApplyOutcome, AttemptState, EventKind, NotPaid, OrderStatus, SigningMethod as Method,
};
use inbank_sandbox::{Fault, Operation, Outcome};

use self::applicant::Terms;
use self::step::{accept, apply, grant, offer, pay_down, proof, share_statement, sign, upload};
use super::epos::is_terminated;
use super::flow::{Guide, Scenario, scenarios};
use super::play::{LATER, PAID, Play};
use super::stage::Post;

pub(super) const EE_LV: Guide = Guide {
    name: "direct-ee-lv",
    regions: &[&RegionProfile::ESTONIA, &RegionProfile::LATVIA],
    scenarios: &[
        EVERYWHERE,
        scenarios![
            signed_redirect = signed_by(DIRECTLY, Method::Redirect),
            signed_send_to_signing_sms = signed_by(DIRECTLY, Method::SendToSigningSms),
            signed_send_to_signing_email = signed_by(DIRECTLY, Method::SendToSigningEmail),
            down_payment,
        ],
    ],
};

pub(super) const PL: Guide = Guide {
    name: "direct-pl",
    regions: &[&RegionProfile::POLAND],
    scenarios: &[
        EVERYWHERE,
        scenarios![verified, verified_and_approved, sms_before_the_decision],
    ],
};

const EVERYWHERE: &[Scenario] = scenarios![
    signed_digital = signed_by(DIRECTLY, Method::Digital),
    signed_paper = signed_by(DIRECTLY, Method::Paper),
    signed_sms,
    approved,
    cancelled_by_merchant,
    income_proof_by_bank,
    income_proof_by_upload,
    income_proof_by_bank_then_upload,
    declined,
    manual,
    failed,
    cancelled_by_customer,
    changed_conditions,
    callbacks_dropped,
    opening_answer_lost,
    shop_restarted,
    approved_and_cancelled_at_once,
    double_click,
    changed_application,
    acceptance_committed_later,
    approval_committed_later,
    terminated,
];

const DIRECTLY: &str = "hire_purchase";

async fn signed_by(play: &mut Play, product: &'static str, method: Method) -> Result<()> {
    offer(play, Terms::of(product)).await?;
    accept(play).await?;
    sign(play, method).await?;
    play.paid(4, &[]).await
}

/// What follows an offer, mostly.
async fn accept_and_sign(play: &mut Play, callbacks: usize, visits: &[&str]) -> Result<()> {
    accept(play).await?;
    sign(play, Method::Digital).await?;
    play.paid(callbacks, visits).await
}

async fn signed_sms(play: &mut Play) -> Result<()> {
    let product = match play.stage.profile.region.country {
        "PL" => DIRECTLY,
        _ => "split_into_parts",
    };
    signed_by(play, product, Method::Sms).await
}

async fn approved(play: &mut Play) -> Result<()> {
    grant(play).await?;
    play.approve().await?;
    play.paid(5, &[]).await
}

async fn cancelled_by_merchant(play: &mut Play) -> Result<()> {
    grant(play).await?;
    play.cancel("merchant").await?;
    play.not_paid(NotPaid::Cancelled, 5, &[]).await
}

async fn income_proof_by_bank(play: &mut Play) -> Result<()> {
    apply(play, Terms::over("1500")).await?;
    play.asked(Action::IncomeProof).await?;
    share_statement(play).await?;
    play.asked(Action::Offer).await?;
    accept_and_sign(play, 5, &["statements"]).await
}

async fn income_proof_by_upload(play: &mut Play) -> Result<()> {
    apply(play, Terms::over("3500")).await?;
    play.asked(proof(play)).await?;
    upload(play).await?;
    play.asked(Action::Offer).await?;
    accept_and_sign(play, 5, &[]).await
}

async fn income_proof_by_bank_then_upload(play: &mut Play) -> Result<()> {
    apply(play, Terms::over("2400")).await?;
    play.asked(Action::IncomeProof).await?;
    share_statement(play).await?;
    play.asked(proof(play)).await?;
    upload(play).await?;
    play.asked(Action::Offer).await?;
    accept_and_sign(play, 6, &["statements"]).await
}

async fn declined(play: &mut Play) -> Result<()> {
    apply(play, Terms::over("900")).await?;
    play.not_paid(NotPaid::Declined, 1, &[]).await
}

async fn manual(play: &mut Play) -> Result<()> {
    apply(play, Terms::over("4500")).await?;
    // As long as the guide has a decision polled.
    play.pass(Duration::from_secs(31)).await?;
    let status = play.order()?.status().await?;
    ensure!(status == OrderStatus::Pending, "{status} by itself");
    let application = play.application().await?;
    play.stage.sandbox.decide(application, Outcome::Positive)?;
    play.note("the bank decides later");
    play.asked(Action::Offer).await?;
    accept_and_sign(play, 4, &[]).await
}

async fn failed(play: &mut Play) -> Result<()> {
    apply(play, Terms::over("5500")).await?;
    play.not_paid(NotPaid::Failed, 1, &[]).await
}

async fn cancelled_by_customer(play: &mut Play) -> Result<()> {
    offer(play, Terms::of(DIRECTLY)).await?;
    play.cancel("customer").await?;
    play.not_paid(NotPaid::Cancelled, 1, &[]).await
}

async fn changed_conditions(play: &mut Play) -> Result<()> {
    apply(play, Terms::over("6500")).await?;
    let asked_for = play.application().await?;
    play.asked(Action::Offer).await?;
    ensure!(
        play.application().await? != asked_for,
        "the application with the changed conditions has not taken the old one's place"
    );
    play.note("the bank offers other conditions");
    // Less than the order costs is for a person, as soon as it is known, and never simply paid.
    play.told_person(["6500", "5850"]).await?;
    accept(play).await?;
    sign(play, Method::Digital).await?;
    play.told_person(["6500", "5850"]).await?;
    play.end(OrderStatus::NeedsPerson, 4, &[]).await
}

async fn callbacks_dropped(play: &mut Play) -> Result<()> {
    play.stage.deliver(Post::Lost);
    play.note("no callback comes");
    grant(play).await?;
    play.approve().await?;
    play.paid(5, &[]).await
}

async fn opening_answer_lost(play: &mut Play) -> Result<()> {
    play.fault(Operation::CreateApplication, Fault::AnswerLost);
    let request = applicant::request(play, Terms::of("hire_purchase_approval"))?;
    for _ in 0..2 {
        let outcome = play.order()?.apply(&request).await?;
        ensure!(matches!(outcome, ApplyOutcome::Unclear(_)), "{outcome:?}");
    }
    play.note("the answer to the submission gets lost; its first callback tells");
    play.asked(Action::Offer).await?;
    accept(play).await?;
    sign(play, Method::Digital).await?;
    play.told(&EventKind::AwaitsMerchant).await?;
    play.approve().await?;
    play.paid(5, &[]).await
}

async fn shop_restarted(play: &mut Play) -> Result<()> {
    apply(play, Terms::of("hire_purchase_approval")).await?;
    play.restart().await?;
    play.asked(Action::Offer).await?;
    accept(play).await?;
    play.restart().await?;
    sign(play, Method::Digital).await?;
    play.restart().await?;
    play.told(&EventKind::AwaitsMerchant).await?;
    play.approve().await?;
    // What another process has sent, and the bank has taken, is only read.
    play.restart().await?;
    play.paid(5, &[]).await
}

async fn approved_and_cancelled_at_once(play: &mut Play) -> Result<()> {
    grant(play).await?;
    play.approve_and_cancel().await?;
    play.paid(5, &[]).await
}

async fn double_click(play: &mut Play) -> Result<()> {
    let request = applicant::request(play, Terms::of(DIRECTLY))?;
    let order = play.order()?;
    match tokio::join!(order.apply(&request), order.apply(&request)) {
        (Ok(ApplyOutcome::Sent(..)), Ok(ApplyOutcome::Sent(..))) => {}
        other => bail!("a customer who clicks twice: {other:?}"),
    }
    play.note("customer clicks twice: one application");
    play.asked(Action::Offer).await?;
    accept_and_sign(play, 4, &[]).await
}

async fn changed_application(play: &mut Play) -> Result<()> {
    offer(play, Terms::of(DIRECTLY)).await?;
    apply(play, Terms::over("400")).await?;
    // Nobody is shown the former offer any more.
    play.attempt_is(1, AttemptState::Cancelled).await?;
    play.asked(Action::Offer).await?;
    accept_and_sign(play, 5, &[]).await
}

async fn acceptance_committed_later(play: &mut Play) -> Result<()> {
    offer(play, Terms::of(DIRECTLY)).await?;
    play.fault(Operation::AcceptApplication, LATER);
    play.note("customer accepts; a gateway answers 504");
    let order = play.order()?;
    let application = order.offer().await?.id;
    let outcome = order.accept(&application).await?;
    play.unclear(outcome)?;
    play.asked(Action::Signature).await?;
    sign(play, Method::Digital).await?;
    play.paid(4, &[]).await
}

async fn approval_committed_later(play: &mut Play) -> Result<()> {
    grant(play).await?;
    play.approve_through_a_gateway().await?;
    play.paid(5, &[]).await
}

async fn terminated(play: &mut Play) -> Result<()> {
    grant(play).await?;
    play.approve().await?;
    play.told(&PAID).await?;
    is_terminated(play).await?;
    play.end(OrderStatus::Terminated, 5, &[]).await
}

async fn down_payment(play: &mut Play) -> Result<()> {
    let terms = Terms {
        down_payment: Some("50"),
        ..Terms::of("hire_purchase_down_payment")
    };
    offer(play, terms).await?;
    accept(play).await?;
    sign(play, Method::Digital).await?;
    play.asked(Action::DownPayment).await?;
    pay_down(play, "FAILED").await?;
    pay_down(play, "SUCCESS").await?;
    play.told(&PAID).await?;
    let visits = ["payments FAILED", "payments SUCCESS"];
    play.end(OrderStatus::Paid, 5, &visits).await
}

/// What is signed by text message is signed twice: the application before the decision, and the contract.
async fn sms_before_the_decision(play: &mut Play) -> Result<()> {
    apply(play, Terms::of("hire_purchase_sms")).await?;
    play.asked(Action::ApplicationSignature).await?;
    sign(play, Method::Sms).await?;
    play.asked(Action::Offer).await?;
    accept(play).await?;
    sign(play, Method::Sms).await?;
    play.paid(4, &[]).await
}

/// Where the statement was uploaded, the customer's bank is asked after the signature.
async fn verify(play: &mut Play, product: &'static str) -> Result<()> {
    let terms = Terms {
        product,
        ..Terms::over("3500")
    };
    apply(play, terms).await?;
    play.asked(proof(play)).await?;
    upload(play).await?;
    play.asked(Action::Offer).await?;
    accept(play).await?;
    sign(play, Method::Sms).await?;
    play.asked(Action::Verification).await?;
    share_statement(play).await
}

async fn verified(play: &mut Play) -> Result<()> {
    verify(play, "hire_purchase_verification").await?;
    play.paid(5, &["statements"]).await
}

async fn verified_and_approved(play: &mut Play) -> Result<()> {
    verify(play, "hire_purchase_verification_approval").await?;
    play.told(&EventKind::AwaitsMerchant).await?;
    play.approve().await?;
    play.paid(6, &["statements"]).await
}
