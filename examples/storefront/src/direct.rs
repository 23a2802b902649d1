//! An application in a form of the shop's own, up to the signature by text message.

use inbank::{
    ApplicationId, ApplicationRequest, ApplyOutcome, ConfirmationCode, Consent, Contact, Customer,
    Email, IdentityCode, Invalid, PhoneNumber, SigningMethod,
};
use minijinja::context;

use crate::book::{Placed, Signing};
use crate::catalogue::{Kind, Way};
use crate::page::{Found, Page, Trouble, Visit, back, see};

pub(crate) async fn form(visit: Visit) -> Page {
    visit.ask(None).await
}

pub(crate) async fn apply(visit: Visit) -> Page {
    let (placed, order) = (visit.placed()?, visit.given("order"));
    let way = visit.way_to_apply(&placed)?;
    let request = match visit.request(&placed, way) {
        Ok(request) => request,
        Err(wrong) => return visit.ask(Some(&wrong)).await,
    };
    visit.change(|placed| placed.way = Some(way.clone()));
    // Called twice, it finds the application that the first call submitted.
    match visit.order().apply(&request).await? {
        ApplyOutcome::Sent(..) | ApplyOutcome::Unclear(_) => see(&format!("/orders/{order}")),
        ApplyOutcome::NotOffered(_) => see(&format!("/checkout/{order}?problem=not_offered")),
        ApplyOutcome::Busy(_) => see(&format!("/checkout/{order}?problem=busy")),
    }
}

impl Visit {
    fn way_to_apply(&self, placed: &Placed) -> Found<&Way> {
        let mut ways = self.ways(&placed.article);
        let way = ways.find(|way| way.kind == Kind::Application);
        way.ok_or(Trouble::Missing)
    }

    async fn ask(&self, wrong: Option<&Invalid>) -> Page {
        let placed = self.placed()?;
        let way = self.way_to_apply(&placed)?;
        let content = context! {
            article => self.shown(&placed.article),
            instalment => self.instalment(&placed.article, way, placed.months).await,
            code_form => self.front.region.identity_codes.first().copied(),
            wrong => wrong.map(Invalid::field),
        };
        self.page("apply.html", content)
    }

    /// What the customer has filled in goes to the bank, and is kept nowhere here.
    fn request(&self, placed: &Placed, way: &Way) -> Result<ApplicationRequest, Invalid> {
        let region = &self.front.region;
        let given = |name| match self.given(name) {
            "" => Err(Invalid::new(name, "must be filled in")),
            text => Ok(text),
        };
        let customer = Customer {
            first_name: Some(given("first_name")?.to_owned().into()),
            last_name: Some(given("last_name")?.to_owned().into()),
            identity_code: Some(IdentityCode::parse(region, given("identity_code")?)?),
            gender: None,
        };
        let contact = Contact {
            email: Some(Email::parse(given("email")?)?),
            mobile: Some(PhoneNumber::parse(&given("mobile")?.replace(' ', ""))?),
            phone: None,
        };
        let (product, months) = (way.product(&placed.article)?, way.months(placed.months));
        let total = placed.total;
        let mut request =
            ApplicationRequest::new(region, product, total, months, customer, contact)?;
        request
            .consents
            .extend(way.consent.clone().map(|kind| Consent {
                kind,
                given: true,
                text: None,
            }));
        given("consent")?;
        Ok(request)
    }
}

/// The customer accepts the offer, asks for a code, or brings it.
pub(crate) async fn go_on(visit: Visit) -> Page {
    let (placed, order, reference) = (visit.placed()?, visit.order(), visit.given("order"));
    let now = |signing| visit.change(|placed| placed.signing = signing);
    let done = match (visit.given("press"), placed.signing) {
        // This offer, which was read, and none that took its place.
        ("accept", _) => {
            let offer = ApplicationId::parse(visit.given("offer"))?;
            order.accept(&offer).await.map(drop)
        }
        // Each call sends a code: a second press sends none.
        ("sign", Signing::Wanted) => {
            now(Signing::CodeSent);
            order.sign(&SigningMethod::Sms).await.map(drop)
        }
        ("confirm", Signing::CodeSent) => match ConfirmationCode::parse(visit.given("code")) {
            Ok(code) => order.confirm(&code).await.map(|_| now(Signing::Confirmed)),
            Err(wrong) => Err(wrong.into()),
        },
        _ => Ok(()),
    };
    back(done, format!("/orders/{reference}"))
}
