//! How an order stands, for its customer: the page turns by itself when there is news.

use std::convert::Infallible;

use axum::response::IntoResponse as _;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{StreamExt as _, unfold};
use inbank::{Action, Application, Order, OrderStatus, Regeneration};
use minijinja::value::Serde;
use minijinja::{Value, context};

use crate::page::{Page, Visit, see};

pub(crate) async fn show(visit: Visit) -> Page {
    let (placed, order) = (visit.placed()?, visit.order());
    // Before the order is read: what happens meanwhile is news to the page.
    let seen = *placed.news.borrow();
    let Some(stands) = order.find().await? else {
        return see(&format!("/checkout/{}", visit.given("order")));
    };
    let action = match stands.status() {
        OrderStatus::ActionWanted(action) if !is_decided(&stands) => Some(action),
        _ => None,
    };
    let (mut offer, mut contract) = (None, None);
    if action == Some(Action::Offer) {
        offer = order
            .offer()
            .await
            .ok()
            .and_then(|offer| visit.terms(&offer));
    } else if action == Some(Action::Signature) {
        contract = order.printout(Regeneration::NotNeeded).await.ok();
    }
    let content = context! {
        article => visit.shown(&placed.article),
        way => placed.way.map(Serde),
        signing => Serde(placed.signing),
        status => stands.status().name(),
        detail => stands.status().detail(),
        action => action.map(Action::as_str),
        contract => contract.map(|contract| contract.link.to_string()),
        offer,
        seen,
    };
    visit.page("order.html", content)
}

/// Whether the bank was told something that it has not carried out yet.
pub(crate) fn is_decided(order: &Order) -> bool {
    order
        .present()
        .is_some_and(|attempt| attempt.command.is_some())
}

impl Visit {
    /// An offer, as the customer reads it.
    fn terms(&self, application: &Application) -> Option<Value> {
        let (offer, language) = (application.offer.as_ref()?, self.language);
        Some(context! {
            id => application.id.to_string(),
            amount => language.money(offer.amount),
            months => offer.period.get(),
            monthly => language.money(offer.monthly_payment),
            interest => language.percentage(offer.interest_rate),
            aprc => language.percentage(offer.aprc),
            total => offer.total_cost.map(|total| language.money(total)),
        })
    }
}

/// Tells an open page when there is something new since it was made: of its order, or of any.
pub(crate) async fn news(visit: Visit) -> Page {
    let news = match visit.given("order") {
        "all" => visit.front.book.news.subscribe(),
        _ => visit.placed()?.news.subscribe(),
    };
    let seen: u64 = visit.given("seen").parse().unwrap_or_default();
    let events = unfold((news, seen), async |(mut news, seen)| {
        let count = *news.wait_for(|count| *count > seen).await.ok()?;
        let event = Event::default().data(count.to_string());
        Some((Ok::<_, Infallible>(event), (news, count)))
    });
    let mut closing = visit.front.closing.clone();
    let closed = async move { drop(closing.wait_for(|closing| *closing).await) };
    let events = events.take_until(Box::pin(closed));
    Ok(Sse::new(events)
        .keep_alive(KeepAlive::default())
        .into_response())
}
