use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use futures::future::{Either, select};
use inbank::{
    Action, ApplicationRequest, AssetIdentifiers, AssetModel, AttemptKind, AttemptState, Cart,
    Contact, Customer, Email, EventKind, Hero, IdentityCode, Imei, ModelIdentifier, Money, Months,
    OrderEvent, OrderHandle, OrderReference, OrderStatus, PayOutcome, PhoneNumber, ProductCode,
    Purchase, RentalRequest, SerialNumber, ShopHandle, SigningMethod, WebAddress,
};

use super::around::Around;
use super::fleet::{Fleet, PUBLIC_URL, Process, REGION, shop_number};
use super::lender::Lender;
use super::{Invariant, Mark, Then};

/// What customers are called: nothing of it may be found in the ledger.
pub(super) const PERSONAL: [&str; 4] = ["Maasikas", "mari@example.com", "53630000", "33333333333"];

/// What the merchant decides.
#[derive(Clone, Copy, Debug)]
pub(super) enum Decision {
    /// Approves, or activates what is rented.
    Yes,
    No,
}

/// A customer's cart.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wish {
    Cart(usize),
    Telephone,
}

impl Wish {
    async fn cart(self, lender: &Lender, shop: &ShopHandle) -> Option<Cart> {
        let catalogue = lender.books.catalogue();
        match self {
            Self::Cart(cart) => {
                let (product, amount) = catalogue.carts[cart % catalogue.carts.len()];
                Some(Cart::new(product, money(amount)))
            }
            Self::Telephone => {
                let model = telephone(lender, shop).await?;
                let hero = Hero::new(model.id, money("400"));
                let period = Months::new(12).ok()?;
                let rental = RentalRequest::new(&REGION, period, hero, Vec::new()).ok()?;
                Some(Cart::rental(catalogue.rent.0, rental, "a telephone"))
            }
        }
    }
}

async fn telephone(lender: &Lender, shop: &ShopHandle) -> Option<AssetModel> {
    let (product, ean) = lender.books.catalogue().rent;
    let (product, ean) = (ProductCode::parse(product), ModelIdentifier::ean(ean));
    shop.rental_model(&product.ok()?, &ean.ok()?).await.ok()
}

fn money(amount: &str) -> Money {
    Money::parse(amount, REGION.currency).unwrap()
}

/// A customer pays, and does something at the bank.
pub(super) fn pay(
    around: &Arc<Around>,
    fleet: &Arc<Fleet>,
    (process, lender): (&Process, Arc<Lender>),
    (reference, order): (&str, OrderHandle),
    (wish, then, hangs_up): (Wish, Then, Option<u32>),
) {
    let (around, fleet) = (around.clone(), fleet.clone());
    let reference = reference.to_owned();
    let Some(shop) = process.shop(lender.shop) else {
        return;
    };
    process.spawn(async move {
        let _paying = around.pays(lender.shop, &reference);
        let Some(cart) = wish.cart(&lender, &shop).await else {
            return;
        };
        let paying = std::pin::pin!(order.pay(&cart));
        let paid = match hangs_up {
            None => paying.await,
            Some(millis) => {
                let hanging_up =
                    std::pin::pin!(around.pass(std::time::Duration::from_millis(millis.into())));
                match select(paying, hanging_up).await {
                    Either::Left((paid, _)) => paid,
                    Either::Right(_) => return around.mark(Mark::BrowserHungUp),
                }
            }
        };
        let Ok(PayOutcome::Redirect(url)) = paid else {
            return;
        };
        sent_for_the_cart(&around, &lender, &cart, &url);
        lender.sends(url.as_str().rsplit('/').next().unwrap_or_default());
        let at_the_bank = customer(around.clone(), fleet, lender, url, then);
        around.spawn(at_the_bank);
    });
}

/// Nobody is sent to pay for another cart than the one that was asked for.
fn sent_for_the_cart(around: &Around, lender: &Lender, cart: &Cart, url: &WebAddress) {
    let id = url.as_str().rsplit('/').next().unwrap_or_default();
    if let (Some(at_the_bank), Some(total)) = (lender.books.total(id), cart.total())
        && at_the_bank != total
    {
        let what = format!("{total} is to be paid, and in {id} it is {at_the_bank}");
        around.violated(Invariant::Amount, &what);
    }
}

/// A customer in the bank's dialog, and on the way back.
async fn customer(
    around: Arc<Around>,
    fleet: Arc<Fleet>,
    lender: Arc<Lender>,
    url: WebAddress,
    then: Then,
) {
    let id = url.as_str().rsplit('/').next().unwrap_or_default();
    let Some(opened) = lender.all_opened().remove(id) else {
        return;
    };
    let seconds = match then {
        Then::Applies(seconds) | Then::GivesUp(seconds) => seconds,
        Then::Leaves => return,
    };
    around
        .pass(std::time::Duration::from_secs(seconds.into()))
        .await;
    lender.books.catch_up(around.now());
    if let Then::Applies(_) = then {
        lender.books.applies(id);
    } else {
        lender.books.gives_up(id);
    }
    lender.acted();
    // Back in the shop, however that is.
    let path = opened.url.strip_prefix(PUBLIC_URL).unwrap_or_default();
    let path = format!("/inbank{}", path.replace("/callbacks/", "/return/"));
    if let Ok(request) = Request::get(path).body(Body::empty()) {
        let _ = fleet.request(request).await;
    }
}

/// What a customer fills in.
pub(super) fn application(lender: &Lender, order: &str, cart: usize) -> ApplicationRequest {
    let carts = lender.books.catalogue().carts;
    let (product, amount) = carts[cart % carts.len()];
    let customer = Customer {
        identity_code: IdentityCode::parse(&REGION, PERSONAL[3]).ok(),
        first_name: Some("Mari".to_owned().into()),
        last_name: Some(PERSONAL[0].to_owned().into()),
        gender: None,
    };
    let contact = Contact {
        email: Email::parse(PERSONAL[1]).ok(),
        mobile: PhoneNumber::parse(&format!("+372{}", PERSONAL[2])).ok(),
        phone: None,
    };
    let product = ProductCode::parse(product).unwrap();
    let period = Months::new(12).unwrap();
    let amount = money(amount);
    let request = ApplicationRequest::new(&REGION, product, amount, period, customer, contact);
    let mut request = request.unwrap();
    request.purchase = OrderReference::parse(order).ok().map(Purchase::new);
    request
}

/// What somebody decides about: an order, and its attempt of a number where they saw that one.
#[derive(Clone, Debug)]
pub(super) struct About {
    pub(super) shop: usize,
    pub(super) order: String,
    pub(super) attempt: Option<u32>,
}

impl About {
    /// Whoever acts on an event acts on the order as it stands by then, or on the attempt that the event was
    /// about, as on a page that shows it.
    pub(super) fn of(event: &OrderEvent) -> Self {
        Self {
            shop: shop_number(event.shop.as_str()),
            order: event.order.to_string(),
            attempt: event.number.is_multiple_of(2).then_some(event.attempt),
        }
    }

    fn handle(&self, process: &Process) -> Option<OrderHandle> {
        let order = process.named(self.shop, &self.order)?;
        Some(match self.attempt {
            Some(attempt) => order.on_attempt(attempt),
            None => order,
        })
    }
}

/// What the platform does about an event, after a while.
pub(super) fn react(around: &Arc<Around>, fleet: &Arc<Fleet>, event: &OrderEvent) {
    let about = About::of(event);
    let thinks = around
        .times
        .seconds(0, around.setting.thinks_seconds.into());
    let (around, fleet) = (around.clone(), fleet.clone());
    let kind = event.kind.clone();
    let spawner = around.clone();
    spawner.spawn(async move {
        around.pass(thinks).await;
        let Some(process) = fleet.any() else { return };
        match kind {
            EventKind::AwaitsMerchant => {
                let roll = u16::try_from(around.people.below(1000)).unwrap_or_default();
                let (approves, cancels) = (around.setting.approves, around.setting.cancels);
                let decision = match roll {
                    _ if roll < approves => Decision::Yes,
                    _ if roll < approves + cancels => Decision::No,
                    _ => return,
                };
                decide_in(&fleet, &process, about, decision);
            }
            EventKind::ActionWanted(action) => {
                let refuses = around.people.chance(150);
                let worker = process.clone();
                process.spawn(async move { act(&worker, &about, action, refuses).await });
            }
            EventKind::NeedsPerson(_)
            | EventKind::NotPaid(_)
            | EventKind::Paid { .. }
            | EventKind::Terminated => {}
        }
    });
}

async fn act(process: &Process, about: &About, action: Action, refuses: bool) {
    let Some(order) = about.handle(process) else {
        return;
    };
    // Whatever comes of it: it is the platform's to be safe then.
    match action {
        Action::Offer if refuses => drop(order.cancel().await),
        Action::Offer => {
            if let Ok(offer) = order.offer().await {
                drop(order.accept(&offer.id).await);
            }
        }
        Action::Signature => drop(order.sign(&SigningMethod::Digital).await),
        Action::ApplicationSignature
        | Action::DownPayment
        | Action::IncomeProof
        | Action::Statements
        | Action::Verification => {}
    }
}

/// Decides in a process, without waiting for it.
pub(super) fn decide_in(fleet: &Arc<Fleet>, process: &Process, about: About, decision: Decision) {
    let (fleet, worker) = (fleet.clone(), process.clone());
    process.spawn(async move { decide(&fleet, &worker, &about, decision).await });
}

pub(super) async fn decide(
    fleet: &Arc<Fleet>,
    process: &Process,
    about: &About,
    decision: Decision,
) {
    let Some(order) = about.handle(process) else {
        return;
    };
    if let Decision::No = decision {
        return drop(order.cancel().await);
    }
    let Ok(Some(found)) = order.find().await else {
        return;
    };
    let attempt = match about.attempt {
        Some(number) => found.attempt(number),
        None => found.present(),
    };
    if attempt.is_none_or(|a| a.terms.kind != AttemptKind::Rental) {
        return drop(order.approve().await);
    }
    let Some(handle) = process.shop(about.shop) else {
        return;
    };
    if let Some(model) = telephone(&fleet.lender(about.shop), &handle).await {
        let identifiers = AssetIdentifiers::new(
            Imei::parse("355889000000007").ok(),
            SerialNumber::parse("J7P3D7000000").ok(),
        );
        drop(order.activate(&model, &identifiers).await);
    }
}

/// Whoever is still waited for says no.
pub(super) async fn close(order: &OrderHandle) {
    let Ok(Some(found)) = order.find().await else {
        return;
    };
    let waits = matches!(
        found.status(),
        OrderStatus::ActionWanted(_) | OrderStatus::AwaitsMerchant | OrderStatus::NeedsPerson
    );
    let asked = found.present().is_some_and(|attempt| {
        attempt.state != AttemptState::Completed && attempt.command.is_none()
    });
    if waits && asked {
        drop(order.cancel().await);
    }
}
