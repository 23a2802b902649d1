//! An application in a form of the shop's own, up to the signature by text message.

use inbank::{
    ApplicationId, ApplicationRequest, ApplyOutcome, ConfirmationCode, Consent, Contact, Customer,
    Email, IdentityCode, Invalid, PhoneNumber, ProductCode, SigningMethod,
};
use inbank_pages::{context, see};

use crate::Visit;
use crate::book::{Placed, Signing};
use crate::catalogue::Way;
use crate::page::{Found, Page, back, change, placed, shown};
use crate::product::instalment;

/// The form, until what is filled in can be sent.
pub(crate) async fn apply(visit: Visit) -> Page {
    let placed = placed(&visit)?;
    let way = visit.catalogue.way(&placed.article, "apply")?;
    let wrong = match visit.posted().then(|| request(&visit, &placed, way)) {
        Some(Ok(request)) => return send(&visit, way, &request).await,
        Some(Err(wrong)) => Some(wrong.field().to_owned()),
        None => None,
    };
    let content = context! {
        article => shown(&visit, &placed.article),
        instalment => instalment(&visit, &placed.article, way, placed.months).await,
        code_form => visit.region.identity_codes.first().copied(),
        wrong,
    };
    Ok(visit.page("apply.html", content))
}

/// What the customer has filled in goes to the bank, and is kept nowhere here.
fn request(visit: &Visit, placed: &Placed, way: &Way) -> Result<ApplicationRequest, Invalid> {
    let filled = |name| match visit.given(name) {
        "" => Err(Invalid::new(name, "must be filled in")),
        text => Ok(text),
    };
    let (region, months) = (&visit.region, way.months(placed.months));
    let product = ProductCode::parse(&way.product)?;
    let price = placed.article.price(region.currency);
    let customer = Customer {
        first_name: Some(filled("first_name")?.to_owned().into()),
        last_name: Some(filled("last_name")?.to_owned().into()),
        identity_code: Some(IdentityCode::parse(region, filled("identity_code")?)?),
        gender: None,
    };
    let contact = Contact {
        email: Some(Email::parse(filled("email")?)?),
        mobile: Some(PhoneNumber::parse(&filled("mobile")?.replace(' ', ""))?),
        phone: None,
    };
    filled("consent")?;
    let mut request = ApplicationRequest::new(region, product, price, months, customer, contact)?;
    request
        .consents
        .extend(way.consent.clone().map(|kind| Consent {
            kind,
            given: true,
            text: None,
        }));
    Ok(request)
}

async fn send(visit: &Visit, way: &Way, request: &ApplicationRequest) -> Page {
    let order = visit.given("order");
    change(visit, |placed| placed.way = Some(way.clone()));
    // Called twice, it finds the application that the first call submitted.
    Ok(match visit.shop.order(order).apply(request).await? {
        ApplyOutcome::Sent(..) | ApplyOutcome::Unclear(_) => see(&format!("/orders/{order}")),
        ApplyOutcome::NotOffered(_) => see(&format!("/checkout/{order}?problem=not_offered")),
        ApplyOutcome::Busy(_) => see(&format!("/checkout/{order}?problem=busy")),
    })
}

pub(crate) async fn go_on(visit: Visit) -> Page {
    let page = format!("/orders/{}", visit.given("order"));
    back(press(&visit).await, &page)
}

/// The customer accepts the offer, asks for a code, or brings it.
async fn press(visit: &Visit) -> Found<()> {
    let (placed, order) = (placed(visit)?, visit.shop.order(visit.given("order")));
    match (visit.given("press"), placed.signing) {
        // This offer, which was read, and none that took its place.
        ("accept", _) => {
            let offer = ApplicationId::parse(visit.given("offer"))?;
            order.accept(&offer).await?;
        }
        // Each call sends a code: a second press sends none.
        ("sign", Signing::Wanted) => {
            change(visit, |placed| placed.signing = Signing::CodeSent);
            order.sign(&SigningMethod::Sms).await?;
        }
        ("confirm", Signing::CodeSent) => {
            let code = ConfirmationCode::parse(visit.given("code"))?;
            order.confirm(&code).await?;
            change(visit, |placed| placed.signing = Signing::Confirmed);
        }
        _ => {}
    }
    Ok(())
}
