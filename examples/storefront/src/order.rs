//! How an order stands, for its customer: the page turns by itself when there is news.

use inbank::{Action, Application, Language, Order, OrderStatus, Regeneration};
use inbank_pages::{Serde, Value, context, see};

use crate::Visit;
use crate::book::Placed;
use crate::page::{Page, language, placed, shown};

pub(crate) async fn show(visit: Visit) -> Page {
    let reference = visit.given("order");
    // Before the order is read: what happens meanwhile is news to the page.
    let (seen, placed) = (visit.orders.changes(reference), placed(&visit)?);
    let order = visit.shop.order(reference);
    let Some(stands) = order.find().await? else {
        return Ok(see(&format!("/checkout/{reference}")));
    };
    let (mut offer, mut contract) = (None, None);
    if stands.status() == OrderStatus::ActionWanted(Action::Offer) {
        offer = order.offer().await.ok();
    } else if stands.status() == OrderStatus::ActionWanted(Action::Signature) {
        contract = order.printout(Regeneration::NotNeeded).await.ok();
    }
    let content = context! {
        seen,
        offer => offer.and_then(|offer| terms(&offer, language(&visit))),
        contract => contract.map(|contract| contract.link.to_string()),
        ..standing(&visit, &placed, &stands)
    };
    Ok(visit.page("order.html", content))
}

/// What was ordered, and how it stands.
pub(crate) fn standing(visit: &Visit, placed: &Placed, order: &Order) -> Value {
    let present = order.present();
    context! {
        article => shown(visit, &placed.article),
        status => order.status().name(),
        detail => order.status().detail(),
        // The bank was told something that it has not carried out yet.
        decided => present.is_some_and(|attempt| attempt.command.is_some()),
        dispute => order.needs_person.clone(),
        ..Serde(placed)
    }
}

/// An offer, as the customer reads it.
fn terms(application: &Application, language: Language) -> Option<Value> {
    let offer = application.offer.as_ref()?;
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

/// Tells an open page when there is something new since it was made: of its order, or of any.
pub(crate) async fn news(visit: Visit) -> Page {
    Ok(visit.news(&visit.orders, visit.given("order")))
}
