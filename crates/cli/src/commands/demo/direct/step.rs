//! What shop, customer and bank do on the way of an application.

use anyhow::{Context as _, Result, bail, ensure};
use inbank::{
    Action, ApplyOutcome, Attachment, ConfirmationCode, EventKind, Locale, Regeneration, Region,
    SigningMethod as Method, SigningOutcome, StatementRequest, WebAddress,
};

use super::applicant::{self, Terms};
use crate::commands::demo::play::Play;

/// The code that the demo environment sends to everybody.
const CODE: &str = "0000";

pub(super) async fn apply(play: &mut Play, terms: Terms) -> Result<()> {
    let request = applicant::request(play, terms)?;
    match play.order()?.apply(&request).await? {
        ApplyOutcome::Sent(status, _) => play.note(format!("application submitted: {status}")),
        other => bail!("the application is not submitted: {other:?}"),
    }
    Ok(())
}

/// An application for which there is an offer.
pub(super) async fn offer(play: &mut Play, terms: Terms) -> Result<()> {
    apply(play, terms).await?;
    play.asked(Action::Offer).await
}

/// One whose contract waits for the merchant.
pub(super) async fn grant(play: &mut Play) -> Result<()> {
    offer(play, Terms::of("hire_purchase_approval")).await?;
    accept(play).await?;
    sign(play, Method::Digital).await?;
    play.told(&EventKind::AwaitsMerchant).await
}

/// What the customer is asked for who is to upload statements. How income is to be proved is told in
/// Estonia alone.
pub(super) fn proof(play: &Play) -> Action {
    if play.stage.profile.region == Region::ESTONIA {
        Action::Statements
    } else {
        Action::IncomeProof
    }
}

/// The customer chooses their bank, which tells about the account.
pub(super) async fn share_statement(play: &mut Play) -> Result<()> {
    let order = play.order()?;
    let bank = order.statement_banks().await?.into_iter().next();
    let bank = bank.context("there is no bank to choose from")?;
    let locales = &play.stage.profile.region.locales;
    let locale = locales.first().and_then(|locale| locale.split('-').next());
    let application = play.attempt().await?.application;
    let page = play.stage.page(&format!("/statements/{}", encoded(play)));
    let request = StatementRequest {
        application: application.context("the application is not known")?,
        bank: bank.id,
        return_url: WebAddress::parse(&page)?,
        locale: Locale::parse(locale.context("the region has no locale")?)?,
    };
    let retrieval = order.retrieve_statement(&request).await?;
    play.note(format!("customer shares their statement at {}", bank.name));
    let customer = play.arrive(retrieval.redirect_url.as_str()).await?;
    customer.share_statement().await?;
    Ok(())
}

pub(super) async fn upload(play: &mut Play) -> Result<()> {
    let files = [
        Attachment::new("väljavõte 1.pdf", b"%PDF-1.4 first".to_vec())?,
        Attachment::new("statement 2.pdf", b"%PDF-1.4 second".to_vec())?,
    ];
    play.order()?.prove_income(&files, "Income proof").await?;
    play.note("customer uploads two statements");
    let arrived = play.stage.sandbox.attachments(play.application().await?);
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

/// The customer accepts the offer and reads the contract.
pub(super) async fn accept(play: &mut Play) -> Result<()> {
    let order = play.order()?;
    let application = order.offer().await?.id;
    play.note("customer accepts the offer");
    let outcome = order.accept(&application).await?;
    play.taken(outcome)?;
    play.asked(Action::Signature).await?;
    let printout = order.printout(Regeneration::Forced).await?;
    let page = play.stage.browser.get(printout.link.as_str());
    let page = page.send().await?;
    ensure!(
        page.status().is_success(),
        "the printout can't be opened: {}",
        page.status()
    );
    play.note("customer reads the contract");
    Ok(())
}

pub(super) async fn sign(play: &mut Play, method: Method) -> Result<()> {
    let order = play.order()?;
    play.note(format!("customer signs by {method}"));
    let started = match order.sign(&method).await? {
        SigningOutcome::Told(outcome) => return play.taken(outcome),
        SigningOutcome::Started(started) => started,
    };
    match method {
        Method::Sms => {
            order.confirm(&ConfirmationCode::parse(CODE)?).await?;
        }
        Method::Redirect => {
            let page = started
                .redirect_url
                .context("there is no page to sign on")?;
            let customer = play.arrive(page.as_str()).await?;
            customer.sign_contract().await?;
        }
        // The sandbox sends no messages: what the link would lead to is done here.
        Method::SendToSigningEmail | Method::SendToSigningSms => {
            play.stage.sandbox.customer_signs(play.contract().await?)?;
        }
        Method::Digital | Method::Paper | Method::Unrecognised(_) => {
            bail!("{method} is nothing that the customer goes on with")
        }
    }
    Ok(())
}

/// The customer follows a payment link; the payment ends so.
pub(super) async fn pay_down(play: &mut Play, ending: &str) -> Result<()> {
    let page = format!("/payments/{}/{{status}}", encoded(play));
    let back = WebAddress::parse(&play.stage.page(&page))?;
    let link = play.order()?.payment_link(&back).await?;
    play.note(format!("customer follows a payment link: {ending}"));
    play.arrive(link.as_str()).await?.pay(ending).await?;
    Ok(())
}

/// The order's name, as a part of a path.
fn encoded(play: &Play) -> String {
    play.reference().replace(' ', "%20")
}
