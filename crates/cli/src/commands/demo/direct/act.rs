use anyhow::{Context as _, Result, bail, ensure};
use inbank::app::{Carried, Decision, Patience};
use inbank::domain::{
    Attachment, ConfirmationCode, FinancingState, Locale, Regeneration, SigningMethod,
    StatementRequest,
};
use inbank_sandbox::{Operation, Outcome};

use crate::commands::demo::customer::Customer;
use crate::commands::demo::journal::Journal;
use crate::commands::demo::order::Order;
use crate::commands::demo::stage::Stage;

/// One thing that shop, customer or bank does.
pub(super) enum Act {
    /// The shop polls until the bank has decided.
    AwaitDecision,
    /// The shop polls as long as the guide says, and the bank has not decided by then.
    StillPending,
    /// The shop polls, and the bank offers other conditions, under another identifier.
    NewConditions,
    /// The bank decides late.
    BankDecides(Outcome),
    /// The customer chooses their bank, which tells about the account.
    ShareStatement,
    /// The customer uploads statements.
    Upload,
    /// The customer accepts the offer and is shown the contract.
    Accept,
    /// The customer gives up.
    GiveUp,
    /// The customer signs.
    Sign(SigningMethod),
    /// The shop polls until the contract has gone on.
    AwaitContract,
    /// The customer follows a payment link; the payment ends so.
    Pay(&'static str),
    /// The platform ends after it has kept callbacks and before it has acted on them.
    Restart,
    /// The merchant decides.
    Decide(Decision),
    /// The merchant approves, while a colleague cancels.
    ApproveAndCancel,
}

/// The code that the demo environment sends to everybody.
const CODE: &str = "0000";

impl Act {
    /// Whether the bank goes on by itself afterwards, until the act that awaits it.
    pub(super) const fn sets_the_bank_going(&self) -> bool {
        matches!(
            self,
            Self::ShareStatement | Self::Upload | Self::Sign(_) | Self::Pay(_) | Self::Restart
        )
    }

    pub(super) async fn play(
        &self,
        stage: &mut Stage,
        order: &mut Order,
        journal: &mut Journal<'_>,
    ) -> Result<()> {
        match self {
            Self::AwaitDecision => order.wait(stage, Patience::DECISION, journal).await,
            Self::StillPending => still_pending(stage, order, journal).await,
            Self::NewConditions => new_conditions(stage, order, journal).await,
            Self::BankDecides(outcome) => {
                journal.note("the bank decides");
                let id = order.application()?.as_str().parse()?;
                Ok(stage.sandbox.decide(id, *outcome)?)
            }
            Self::ShareStatement => share_statement(stage, order, journal).await,
            Self::Upload => upload(stage, order, journal).await,
            Self::Accept => accept(stage, order, journal).await,
            Self::GiveUp => {
                journal.note("customer gives up");
                let carried = stage.shop.desk.cancel(order.id()).await?;
                ensure!(matches!(carried, Carried::Out(_)), "not cancelled");
                Ok(())
            }
            Self::Sign(method) => sign(stage, order, method, journal).await,
            Self::AwaitContract => order.wait(stage, Patience::SIGNATURE, journal).await,
            Self::Pay(ending) => pay(stage, order, ending, journal).await,
            Self::Restart => {
                stage.shop.restart().await?;
                journal.note("shop starts anew, with its callbacks kept");
                Ok(())
            }
            Self::Decide(decision) => order.decide(stage, *decision, journal).await,
            Self::ApproveAndCancel => {
                journal.note("merchant approves, and cancels meanwhile");
                let id = order.id().clone();
                let approving = Box::pin(stage.shop.desk.approve(&id));
                order
                    .cancel_during((Operation::ApproveContract, approving), stage, journal)
                    .await
            }
        }
    }
}

async fn still_pending(stage: &Stage, order: &mut Order, journal: &mut Journal<'_>) -> Result<()> {
    let begun = stage.sandbox.now();
    order.wait(stage, Patience::DECISION, journal).await?;
    let waited = stage.sandbox.now() - begun;
    ensure!(
        waited >= Patience::DECISION.at_most && order.financing().state == FinancingState::Pending,
        "{} after {waited}, which should still be open",
        order.financing().state.as_str()
    );
    Ok(())
}

async fn new_conditions(stage: &Stage, order: &mut Order, journal: &mut Journal<'_>) -> Result<()> {
    let before = order.application()?.clone();
    order.wait(stage, Patience::DECISION, journal).await?;
    ensure!(
        *order.application()? != before,
        "the application with the changed conditions has not taken the old one's place"
    );
    journal.note("the bank offers other conditions");
    Ok(())
}

async fn share_statement(stage: &Stage, order: &Order, journal: &mut Journal<'_>) -> Result<()> {
    let application = order.application()?;
    let proof = stage.inbank.income_proof();
    let bank = proof.banks(application).await?.into_iter().next();
    let bank = bank.context("there is no bank to choose from")?;
    let locales = &stage.profile.region.locales;
    let locale = locales.first().and_then(|locale| locale.split('-').next());
    let request = StatementRequest {
        application: application.clone(),
        bank: bank.id,
        return_url: stage.shop.page(&format!("/statements/{}", order.id()))?,
        locale: Locale::parse(locale.context("the region has no locale")?)?,
    };
    let retrieval = proof.retrieve_statement(&request).await?;
    journal.note(format!("customer shares their statement at {}", bank.name));
    let customer = Customer::arrive(&stage.browser, retrieval.redirect_url.as_str()).await?;
    customer.share_statement().await?;
    Ok(())
}

async fn upload(stage: &Stage, order: &Order, journal: &mut Journal<'_>) -> Result<()> {
    let id = order.application()?;
    let files = [
        Attachment::new("väljavõte 1.pdf", b"%PDF-1.4 first".to_vec())?,
        Attachment::new("statement 2.pdf", b"%PDF-1.4 second".to_vec())?,
    ];
    let proof = stage.inbank.income_proof();
    proof.attach(id, &files, "Income proof").await?;
    journal.note("customer uploads two statements");
    let arrived = stage.sandbox.attachments(id.as_str().parse()?);
    ensure!(
        arrived
            .iter()
            .map(|file| file.file_name.as_str())
            .eq(files.iter().map(Attachment::name)),
        "{} files arrived, or not under their names",
        arrived.len()
    );
    Ok(())
}

async fn accept(stage: &Stage, order: &mut Order, journal: &mut Journal<'_>) -> Result<()> {
    let desk = &stage.shop.desk;
    let carried = desk.accept(order.id(), order.application()?).await?;
    ensure!(matches!(carried, Carried::Out(_)), "not accepted");
    journal.note("customer accepts the offer");
    order.catch_up(stage, journal).await?;
    let signing = stage.inbank.signing();
    let printout = signing
        .printout(order.contract()?, Regeneration::Forced)
        .await?;
    let page = stage.browser.get(printout.link.as_str()).send().await?;
    ensure!(
        page.status().is_success(),
        "the printout can't be opened: {}",
        page.status()
    );
    journal.note("customer reads the contract");
    Ok(())
}

async fn sign(
    stage: &Stage,
    order: &Order,
    method: &SigningMethod,
    journal: &mut Journal<'_>,
) -> Result<()> {
    let sign = stage.inbank.sign();
    let started = sign.start(order.financing(), method).await?;
    match method {
        SigningMethod::Digital | SigningMethod::Paper => {}
        SigningMethod::Sms => {
            let code = ConfirmationCode::parse(CODE)?;
            sign.confirm(order.financing(), &code).await?;
        }
        SigningMethod::Redirect => {
            let page = started
                .redirect_url
                .context("there is no page to sign on")?;
            let customer = Customer::arrive(&stage.browser, page.as_str()).await?;
            customer.sign_contract().await?;
        }
        // The sandbox sends no messages: what the link would lead to is done here.
        SigningMethod::SendToSigningEmail | SigningMethod::SendToSigningSms => {
            let id = order.contract()?.as_str().parse()?;
            stage.sandbox.customer_signs(id)?;
        }
        other => bail!("{other} is none of the guide's ways to sign"),
    }
    journal.note(format!("customer signs by {method}"));
    Ok(())
}

async fn pay(stage: &Stage, order: &Order, ending: &str, journal: &mut Journal<'_>) -> Result<()> {
    let back = stage
        .shop
        .page(&format!("/payments/{}/{{status}}", order.id()))?;
    let signing = stage.inbank.signing();
    let link = signing.payment_link(order.contract()?, &back).await?;
    journal.note("customer follows a payment link");
    let customer = Customer::arrive(&stage.browser, link.as_str()).await?;
    customer.pay(ending).await?;
    Ok(())
}
