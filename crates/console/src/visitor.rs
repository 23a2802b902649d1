//! Whoever looks, by the session that came along, and what they sent.

use std::sync::Arc;

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};
use inbank_app::ShopHandle;
use inbank_domain::{OrderKey, OrderReference, ShopName};
use inbank_ports::{AuditEntry, AuditLog};
use tokio::sync::watch;

use crate::absence::Absence;
use crate::came::{Came, Done};
use crate::console::House;
use crate::once::Form as Taken;
use crate::refusal::Refusal;
use crate::session::Session;
use crate::{Scope, User};

/// Somebody who has signed in.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) user: User,
    pub(crate) session: Session,
}

/// Put in by the guard, which reads the cookie.
impl FromRequestParts<Arc<House>> for Visitor {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<House>) -> Result<Self, Refusal> {
        let visitor = parts.extensions.get::<Self>().cloned();
        visitor.ok_or(Refusal::SignIn)
    }
}

impl Visitor {
    /// A shop of this process that may be seen.
    pub(crate) fn shop(&self, house: &House, name: &str) -> Result<ShopHandle, Refusal> {
        let name = ShopName::parse(name).map_err(|_| Refusal::NotFound)?;
        if !self.user.sees(&name) {
            return Err(Refusal::NotFound);
        }
        house.worker.shop(&name).ok_or(Refusal::NotFound)
    }

    /// An order that may be seen, there or not.
    pub(crate) fn key(&self, house: &House, fields: &Fields) -> Result<OrderKey, Refusal> {
        let shop = self.shop(house, fields.get("shop"))?;
        // Another order may have the same name but for a space at its end.
        let reference = OrderReference::parse(fields.exact("reference"));
        let reference = reference.map_err(|_| Refusal::NotFound)?;
        Ok(OrderKey::new(shop.shop().name().clone(), reference))
    }

    /// The same of one to look at, which may be one that can't be decided about: of a shop that can't be used here, and for whoever
    /// sees every shop also of one that was removed.
    pub(crate) fn key_to_look_at(
        &self,
        house: &House,
        fields: &Fields,
    ) -> Result<OrderKey, Refusal> {
        let shop = ShopName::parse(fields.get("shop")).map_err(|_| Refusal::NotFound)?;
        if !self.looks_at(house, &shop) {
            return Err(Refusal::NotFound);
        }
        let reference = OrderReference::parse(fields.exact("reference"));
        let reference = reference.map_err(|_| Refusal::NotFound)?;
        Ok(OrderKey::new(shop, reference))
    }

    /// Whether orders of this shop may be looked at.
    pub(crate) fn looks_at(&self, house: &House, shop: &ShopName) -> bool {
        let is_there = Absence::of(house, shop) != Some(Absence::Removed);
        self.user.sees_every_shop() || (is_there && self.user.sees(shop))
    }

    /// Whether something of this scope can be decided here at all: it is then written down in what this gives.
    pub(crate) fn decides<'a>(
        &self,
        house: &'a House,
        scope: Scope,
    ) -> Result<&'a Arc<dyn AuditLog>, Refusal> {
        if !self.user.may(scope) {
            return Err(Refusal::Forbidden(scope));
        }
        house.audit.as_ref().ok_or(Refusal::ReadOnly)
    }

    /// Whether anything of this scope can be decided here.
    pub(crate) fn can(&self, house: &House, scope: Scope) -> bool {
        self.decides(house, scope).is_ok()
    }

    /// How it is written down that somebody decided something.
    pub(crate) fn entry(&self, what: &str, shop: &ShopName, why: &str) -> AuditEntry {
        AuditEntry {
            who: self.user.name.clone(),
            what: what.to_owned(),
            shop: Some(shop.clone()),
            reference: None,
            why: Some(why.to_owned()).filter(|why| !why.is_empty()),
        }
    }
}

/// The fields of a query or a form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// The first value of a name, without the spaces around it; empty where there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// The first value of a name, as it was sent.
    pub(crate) fn exact(&self, name: &str) -> &str {
        let mut fields = self.0.iter();
        let found = fields.find(|(other, _)| other == name);
        found.map_or("", |(_, value)| value)
    }

    /// All values of a name.
    pub(crate) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let fields = self.0.iter();
        fields
            .filter(move |(other, _)| other == name)
            .map(|(_, value)| value.trim())
    }

    /// A value that may be left out.
    pub(crate) fn some(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }

    #[cfg(test)]
    pub(crate) fn of(fields: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self(fields.iter().map(owned).collect())
    }
}

/// Those of the address.
impl FromRequestParts<Arc<House>> for Fields {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Self, Refusal> {
        let fields = Query::from_request_parts(parts, house).await;
        let unreadable = |_: QueryRejection| Refusal::Unreadable;
        fields.map(|Query(fields)| Self(fields)).map_err(unreadable)
    }
}

/// Those of a form that anybody may send.
pub(crate) struct Posted(pub(crate) Fields);

impl FromRequest<Arc<House>> for Posted {
    type Rejection = Refusal;

    async fn from_request(request: Request, house: &Arc<House>) -> Result<Self, Refusal> {
        let fields = Form::from_request(request, house).await;
        let unreadable = |rejection: FormRejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Refusal::TooLarge,
            _ => Refusal::Unreadable,
        };
        fields
            .map(|Form(fields)| Self(Fields(fields)))
            .map_err(unreadable)
    }
}

/// A form of a page of the visitor's own session.
pub(crate) struct Sent {
    pub(crate) visitor: Visitor,
    pub(crate) fields: Fields,
}

impl FromRequest<Arc<House>> for Sent {
    type Rejection = Refusal;

    async fn from_request(request: Request, house: &Arc<House>) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, house).await?;
        let request = Request::from_parts(parts, body);
        let Posted(fields) = Posted::from_request(request, house).await?;
        if !visitor.session.owns(fields.get("form")) {
            return Err(Refusal::Stale);
        }
        Ok(Self { visitor, fields })
    }
}

impl Sent {
    /// Tells this form from every other.
    fn once(&self) -> Result<String, Refusal> {
        match self.fields.get("once") {
            once if (1..=64).contains(&once.len()) => {
                Ok(format!("{}/{once}", self.visitor.session.nonce()))
            }
            _ => Err(Refusal::Stale),
        }
    }

    /// What came of this form, where it was sent before; waits for that where it is still being done. To be asked before anything else,
    /// since what the form has changed would have it refused the second time.
    pub(crate) async fn before(&self, house: &House) -> Result<Option<Came>, Refusal> {
        match house.once.before(&self.once()?) {
            Some(before) => heard(before).await.map(again).map(Some),
            None => Ok(None),
        }
    }

    /// Does what the form is for, unless it was sent before, and says what came of it. To its end, also when the browser goes away: a double
    /// click takes the first one's connection. A form of which nothing came may be sent again.
    pub(crate) async fn does(
        &self,
        house: &Arc<House>,
        doing: impl Future<Output = Came> + Send + 'static,
    ) -> Result<Came, Refusal> {
        let form = self.once()?;
        let sender = match house.once.take(&form) {
            Taken::Before(before) => return heard(before).await.map(again),
            Taken::First(sender) => sender,
        };
        let (receiver, house) = (sender.subscribe(), house.clone());
        tokio::spawn(async move {
            let came = doing.await;
            let is_nothing = came.is_err();
            // Those who wait for it hear it.
            sender.send_replace(Some(came));
            if is_nothing {
                house.once.forget(&form);
            }
        });
        heard(receiver).await
    }

    /// The page that says that it is done.
    pub(crate) fn leads(&self, house: &House, done: &Done) -> Response {
        let to = done.address(&self.visitor, house.now());
        Redirect::to(&to.to_string()).into_response()
    }

    /// Why somebody decides: one line, which is kept.
    pub(crate) fn reason(&self) -> Result<String, String> {
        let reason = self.fields.get("reason");
        if reason.chars().count() > LONGEST_REASON {
            return Err(format!(
                "The reason is too long: {LONGEST_REASON} characters are kept."
            ));
        }
        Ok(reason
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect())
    }

    /// The same, where there must be one.
    pub(crate) fn needed_reason(&self) -> Result<String, String> {
        let reason = self.reason()?;
        if reason.trim().is_empty() {
            let who = &self.visitor.user.name;
            return Err(format!("Say why: it is written down as {who}."));
        }
        Ok(reason)
    }
}

/// What came of a form, once it is known.
async fn heard(mut came: watch::Receiver<Option<Came>>) -> Result<Came, Refusal> {
    let heard = came.wait_for(Option::is_some).await;
    // It broke, or nobody could say.
    let heard = heard.map_err(|_| Refusal::Broken)?.clone();
    heard.ok_or(Refusal::Broken)
}

fn again(came: Came) -> Came {
    came.map(|done| Done {
        again: true,
        ..done
    })
}

/// The longest reason, in characters.
pub(crate) const LONGEST_REASON: usize = 500;
