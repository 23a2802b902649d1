use std::sync::Arc;
use std::time::Duration;

use inbank_domain::{
    Application, ApplicationRequest, Attempt, AttemptKind, AttemptState, Cart, Fingerprint,
    Invalid, Opening, OpeningPlan, Order, OrderKey, OrderStatus, Reading, Terms, WebAddress,
};
use inbank_ports::{Advice, Due, GatewayError};
use time::OffsetDateTime;

use super::OrderHandle;
use super::command::not_written;
use crate::calls::Caller;
use crate::quote::Unavailable;
use crate::room::Place;
use crate::store::{How, NotWritten, Store, due_in};
use crate::{OrderError, Shop, application, session};

/// What came of paying, or renting.
#[derive(Debug)]
pub enum PayOutcome {
    /// Send the customer's browser there; the session is open, now or since an earlier call.
    Redirect(WebAddress),
    /// The order is further along, or over: show the customer how it stands.
    Standing(OrderStatus),
    /// Offer another way to pay: nothing was opened.
    NotOffered(NotOffered),
    /// Ask the customer to try again after so long: too much is under way for this shop or for
    /// all, or this shop has to catch up. Nothing was written or sent.
    Busy(Duration),
}

/// What came of applying.
#[derive(Debug)]
pub enum ApplyOutcome {
    /// The bank has the application, now or since an earlier call: what it says of it now, the
    /// decision perhaps among it, where it was sent now.
    Sent(OrderStatus, Option<Box<Application>>),
    /// The bank may or may not have it, and it is not sent again: tell the customer that it is being
    /// processed. Its first callback tells; [`cancel`](OrderHandle::cancel) gives it up.
    Unclear(Option<GatewayError>),
    /// Offer another way to pay: no application exists.
    NotOffered(NotOffered),
    /// Ask the customer to try again after so long: too much is under way for this shop or for
    /// all, or this shop has to catch up. Nothing was written or sent.
    Busy(Duration),
}

/// Why nothing was opened.
#[derive(Debug)]
pub enum NotOffered {
    /// The bank refused.
    Refused(GatewayError),
    /// The product is not to be had for this cart; the bank was not asked.
    Unavailable(Unavailable),
}

/// So long a customer is asked to wait where too much is under way, and up to a quarter more, so that not
/// all come back together: an opening takes the bank a second or so.
const BUSY_FOR: Duration = Duration::from_secs(4);
/// A call that opens takes this long at the most, the bank's answer and writing it down included.
const LONGEST_OPENING: Duration = Duration::from_mins(2);
/// So long a ledger that is away is asked to write down that something is to be opened: where its answer is
/// lost, an attempt may stand there for which nobody asks.
const LONGEST_WRITING: Duration = Duration::from_secs(3);
/// How long a session or application is waited for where opening it was not answered: a session's
/// usual life, derived from the guide's samples, and a day for the last callback.
const HEARD_OF_WITHIN: Duration = Duration::from_hours(8 * 24);

/// What is opened.
#[derive(Clone)]
pub(crate) enum Request {
    Session(Box<inbank_domain::SessionRequest>),
    Application(Box<ApplicationRequest>),
}

/// What the bank answered to opening.
pub(crate) enum Opened {
    Session(inbank_domain::OpenedSession),
    Application(Box<Application>),
}

/// How opening an attempt ended for its caller.
enum End {
    /// The attempt stands as the order says.
    Stands(Box<Order>, u32, Option<Box<Application>>),
    /// The bank refused.
    Refused(GatewayError),
    /// Nothing was opened; the same may be tried again.
    NotSent(GatewayError),
    Unclear(Option<GatewayError>),
}

impl OrderHandle {
    /// Opens a session for a cart, and says where to send the customer (*Session Initiation*).
    ///
    /// Idempotent: the same cart finds the same session, also while another call is opening it, and
    /// also after a crash. A changed cart opens another, and nobody is sent to the former any more.
    ///
    /// ```no_run
    /// # use inbank_app::PayOutcome;
    /// # use inbank_domain::{Cart, Currency, Money};
    /// # async fn example(order: &inbank_app::OrderHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// let total = Money::parse("499.90", Currency::EUR)?;
    /// match order.pay(&Cart::new("hire_purchase", total)).await? {
    ///     PayOutcome::Redirect(bank) => println!("send the customer to {bank}"),
    ///     PayOutcome::Standing(status) => println!("the order is {status}"),
    ///     PayOutcome::NotOffered(why) => println!("another way to pay: {why:?}"),
    ///     PayOutcome::Busy(wait) => println!("ask to try again in {} s", wait.as_secs()),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::Invalid`], [`OrderError::Bank`], [`OrderError::TooMany`], [`OrderError::Ledger`]:
    /// nothing was opened. [`OrderError::Unclear`]: it is not known; a further call opens another
    /// session. [`OrderError::Taken`]: the bank answered with another attempt's; a person is told.
    pub async fn pay(&self, cart: &Cart) -> Result<PayOutcome, OrderError> {
        let key = self.key()?;
        let Some(place) = self.store.rooms.open(self.shop.name(), self.store.now()) else {
            return Ok(PayOutcome::Busy(self.store.runtime.spread(BUSY_FOR)));
        };
        let bank = self.shop.bank();
        // Before anything is written: whether this can be a request at all.
        let unused = self.shop.urls(&self.store.runtime.attempt_id())?;
        let request = cart.request(&bank.region, key.reference.clone(), unused)?;
        let terms = match session::terms(&self.shop, &self.store.runtime, cart, &request).await? {
            Ok(terms) => terms,
            Err(why) => return Ok(PayOutcome::NotOffered(NotOffered::Unavailable(why))),
        };
        let ends = request
            .valid_until
            .map(|until| until.saturating_add(time::Duration::DAY));
        let request = Request::Session(Box::new(request));
        match self.open(terms, request, ends, place).await? {
            End::Stands(order, number, _) => Ok(standing(&order, number)),
            End::Refused(error) => Ok(PayOutcome::NotOffered(NotOffered::Refused(error))),
            End::NotSent(error) => Err(OrderError::Bank(error)),
            End::Unclear(error) => Err(OrderError::Unclear(error)),
        }
    }

    /// Opens a session in which a device is rented (*Smart Rent 3.04*, Session Initiation): as
    /// [`pay`](Self::pay), for a cart of [`Cart::rental`].
    ///
    /// ```no_run
    /// # use inbank_domain::{AssetModel, Cart, Currency, Hero, Money, Region, RentalRequest};
    /// # async fn example(order: &inbank_app::OrderHandle, model: &AssetModel) -> Result<(), Box<dyn std::error::Error>> {
    /// let net = Money::parse("400.00", Currency::EUR)?;
    /// let hero = Hero::new(model.id.clone(), net);
    /// let rental = RentalRequest::new(&Region::ESTONIA, model.periods[0], hero, Vec::new())?;
    /// let cart = Cart::rental("smart_rent", rental, model.name.as_str());
    /// println!("{:?}", order.rent(&cart).await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::Invalid`] (`rental_application_data`) where the cart rents nothing, and as
    /// [`pay`](Self::pay).
    pub async fn rent(&self, cart: &Cart) -> Result<PayOutcome, OrderError> {
        if cart.rental_request().is_none() {
            let problem = "must be there: make the cart with Cart::rental";
            return Err(Invalid::new("rental_application_data", problem).into());
        }
        self.pay(cart).await
    }

    /// Submits a direct application (*Direct API*, Create a new application). The callback address is
    /// filled in.
    ///
    /// Idempotent as [`pay`](Self::pay) is; and an application is never sent twice, since the bank
    /// would decide about both.
    ///
    /// ```no_run
    /// # use inbank_app::ApplyOutcome;
    /// # use inbank_domain::ApplicationRequest;
    /// # async fn example(order: &inbank_app::OrderHandle, request: &ApplicationRequest) -> Result<(), Box<dyn std::error::Error>> {
    /// match order.apply(request).await? {
    ///     // An event tells what the bank decides, or asks for next.
    ///     ApplyOutcome::Sent(..) | ApplyOutcome::Unclear(_) => println!("please wait"),
    ///     ApplyOutcome::NotOffered(why) => println!("another way to pay: {why:?}"),
    ///     ApplyOutcome::Busy(wait) => println!("ask to try again in {} s", wait.as_secs()),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`pay`](Self::pay), but never [`OrderError::Unclear`].
    pub async fn apply(&self, request: &ApplicationRequest) -> Result<ApplyOutcome, OrderError> {
        let runtime = &self.store.runtime;
        let key = self.key()?;
        let Some(place) = self.store.rooms.open(self.shop.name(), self.store.now()) else {
            return Ok(ApplyOutcome::Busy(runtime.spread(BUSY_FOR)));
        };
        let terms = match application::terms(&self.shop, runtime, key, request).await? {
            Ok(terms) => terms,
            Err(why) => return Ok(ApplyOutcome::NotOffered(NotOffered::Unavailable(why))),
        };
        let request = Request::Application(Box::new(request.clone()));
        match self.open(terms, request, None, place).await? {
            End::Stands(order, number, application) => {
                let attempt = order.attempt(number);
                let unheard = attempt.is_some_and(|a| a.state == AttemptState::Opening);
                if unheard {
                    Ok(ApplyOutcome::Unclear(None))
                } else {
                    Ok(ApplyOutcome::Sent(order.status(), application))
                }
            }
            End::Refused(error) => Ok(ApplyOutcome::NotOffered(NotOffered::Refused(error))),
            End::NotSent(error) => Err(OrderError::Bank(error)),
            End::Unclear(error) => Ok(ApplyOutcome::Unclear(error)),
        }
    }

    /// Finds the attempt that a call is about, waits for the one that is being opened, or opens one.
    async fn open(
        &self,
        terms: Terms,
        request: Request,
        ends: Option<OffsetDateTime>,
        place: Place,
    ) -> Result<End, OrderError> {
        let place = Arc::new(place);
        let call = Call {
            key: self.key()?.clone(),
            terms,
            request,
            ends,
        };
        let mut waited_for = None;
        loop {
            // In a task of its own, from the moment on at which an attempt is written down: a browser
            // that hangs up leaves none behind that nobody asks for.
            let (store, shop) = (self.store.clone(), self.shop.clone());
            let tried = try_to_open(store, shop, call.clone(), waited_for);
            // What a browser that hung up has begun is under way all the same.
            let place = place.clone();
            let tried = async move {
                let tried = tried.await;
                drop(place);
                tried
            };
            match self.store.runtime.detached(tried).await {
                Some(Ok(Tried::Ended(end))) => return Ok(end),
                Some(Ok(Tried::Wait(number))) => waited_for = Some(number),
                Some(Err(error)) => return Err(error),
                None => return Err(OrderError::Busy),
            }
            let pause = self.store.runtime.spread(Duration::from_millis(40));
            self.store.runtime.sleep(pause).await;
        }
    }
}

/// A call to open.
#[derive(Clone)]
struct Call {
    key: OrderKey,
    terms: Terms,
    request: Request,
    ends: Option<OffsetDateTime>,
}

/// What came of one try to open.
enum Tried {
    Ended(End),
    /// Another call is opening this attempt: try again.
    Wait(u32),
}

/// Decides what a call is about, and asks the bank where that is what it comes to.
async fn try_to_open(
    store: Store,
    shop: Arc<Shop>,
    call: Call,
    waited_for: Option<u32>,
) -> Result<Tried, OrderError> {
    let Call {
        key,
        terms,
        request,
        ends,
    } = call;
    let mut order = store.order_or_new(&key).await?;
    let id = store.runtime.attempt_id();
    let how = How::default();
    let until = store.now() + LONGEST_WRITING;
    let decided = store.insist(&mut order, &how, until, |order, now| {
        decide(order, &terms, &id, ends, waited_for, now)
    });
    let end = match decided.await.map_err(not_written)? {
        Decided::Stands(number) => End::Stands(Box::new(order), number, None),
        Decided::Unclear => End::Unclear(None),
        Decided::TooMany(at) => return Err(OrderError::TooMany(at)),
        Decided::Wait(number) => return Ok(Tried::Wait(number)),
        Decided::Ask(number, until) => ask(&store, &shop, order, number, request, until).await?,
    };
    Ok(Tried::Ended(end))
}

/// What is to be done about a call to open.
enum Decided {
    Stands(u32),
    Unclear,
    TooMany(OffsetDateTime),
    Ask(u32, OffsetDateTime),
    Wait(u32),
}

fn decide(
    order: &mut Order,
    terms: &Terms,
    id: &inbank_domain::AttemptId,
    ends: Option<OffsetDateTime>,
    waited_for: Option<u32>,
    now: OffsetDateTime,
) -> (Decided, Due) {
    let until = now.saturating_add(LONGEST_OPENING.try_into().unwrap_or(time::Duration::MINUTE));
    let begun = Due::In(LONGEST_OPENING);
    // Written down by this very call; the ledger's answer to that was lost.
    let own = order.attempts.iter().find(|attempt| attempt.id == *id);
    if let Some((number, Opening::Sent(until))) = own.map(|own| (own.number, own.opening_at(now))) {
        return (Decided::Ask(number, until), Due::Leased);
    }
    // What this call waited for is its answer, whatever became of it: it is not another call.
    if let Some(attempt) = waited_for.and_then(|number| order.attempt(number)) {
        match attempt.opening_at(now) {
            Opening::Answered => return (Decided::Stands(attempt.number), Due::Leased),
            Opening::Unclear => return (Decided::Unclear, Due::Leased),
            Opening::NotSent | Opening::Sent(_) => {}
        }
    }
    match order.plan_opening(terms.kind, &terms.fingerprint, now) {
        OpeningPlan::Standing(number) => (Decided::Stands(number), Due::Leased),
        OpeningPlan::TooMany(at) => (Decided::TooMany(at), Due::Leased),
        OpeningPlan::Wait(_) => {
            let number = order.attempts.last().map_or(0, |attempt| attempt.number);
            (Decided::Wait(number), Due::Leased)
        }
        OpeningPlan::Reopen(number) => {
            order.reopen(number, until);
            (Decided::Ask(number, until), begun)
        }
        OpeningPlan::Open => {
            let number = order.next_number();
            let heard_of = HEARD_OF_WITHIN.try_into().unwrap_or(time::Duration::WEEK);
            let answer_by = now.saturating_add(heard_of).max(ends.unwrap_or(now));
            let attempt = Attempt::new(id.clone(), number, terms.clone(), now, until, answer_by);
            let supersedes = order.attempts.iter().any(Attempt::is_live);
            order.open(attempt, now);
            let due = if supersedes { Due::Now } else { begun };
            (Decided::Ask(number, until), due)
        }
    }
}

async fn ask(
    store: &Store,
    shop: &Shop,
    mut order: Order,
    number: u32,
    request: Request,
    until: OffsetDateTime,
) -> Result<End, OrderError> {
    let attempt = order.attempt(number).ok_or(OrderError::NotFound)?;
    let urls = shop.urls(&attempt.id)?;
    let answer = match request {
        Request::Session(mut request) => {
            request.urls = urls;
            let caller = Caller::new(&store.runtime, shop, Some(&order.key));
            session::open(shop.bank(), &caller, &request)
                .await
                .map(Opened::Session)
        }
        Request::Application(mut request) => {
            request.callback_url = Some(urls.callback_url);
            let caller = Caller::new(&store.runtime, shop, Some(&order.key));
            let submitted = application::submit(shop.bank(), &caller, &request).await;
            submitted.map(|application| Opened::Application(Box::new(application)))
        }
    };
    let how = How::default();
    let written = store.insist(&mut order, &how, until, |order, now| {
        take_in(order, number, &answer, until, now);
        ((), due_in(order, now))
    });
    match written.await {
        Err(NotWritten::Taken) => {
            let told = store.insist(&mut order, &how, until, |order, now| {
                order.opening_taken(number, now);
                ((), due_in(order, now))
            });
            told.await.map_err(not_written)?;
            return Err(OrderError::Taken);
        }
        written => written.map_err(not_written)?,
    }
    Ok(match answer {
        Ok(Opened::Session(_)) => End::Stands(Box::new(order), number, None),
        Ok(Opened::Application(application)) => {
            End::Stands(Box::new(order), number, Some(application))
        }
        Err(error) => match error.advice() {
            Advice::OutcomeUnknown => End::Unclear(Some(error)),
            Advice::SafeToRetry => End::NotSent(error),
            Advice::NeverRetry => End::Refused(error),
        },
    })
}

fn take_in(
    order: &mut Order,
    number: u32,
    answer: &Result<Opened, GatewayError>,
    until: OffsetDateTime,
    now: OffsetDateTime,
) {
    match answer {
        Ok(Opened::Session(session)) => {
            order.opened(
                number,
                session.id.clone(),
                session.redirect_url.clone(),
                now,
            );
        }
        Ok(Opened::Application(application)) => {
            order.observe(number, &Reading::of_application(application), now);
        }
        Err(error) => match error.advice() {
            Advice::OutcomeUnknown => order.opening_unclear(number),
            Advice::SafeToRetry => order.opening_not_sent(number, until),
            Advice::NeverRetry => order.opening_refused(number, now),
        },
    }
    if let Some(attempt) = order.attempt_mut(number)
        && attempt.is_known()
    {
        attempt.refresh_at = crate::worker::next_refresh(attempt, now);
    }
    order.tend(now);
}

fn standing(order: &Order, number: u32) -> PayOutcome {
    let attempt = order.attempt(number);
    let open = attempt.filter(|a| a.state == AttemptState::Pending && !a.superseded);
    match open.and_then(|a| a.redirect_url.clone()) {
        Some(url) => PayOutcome::Redirect(url),
        None => PayOutcome::Standing(order.status()),
    }
}

/// A cart's fingerprint, from its parts in a fixed order. None of them is personal.
pub(crate) fn fingerprint(kind: AttemptKind, parts: &[&dyn std::fmt::Display]) -> Fingerprint {
    use sha2::{Digest as _, Sha256};
    let mut hash = Sha256::new_with_prefix(kind.as_str());
    for part in parts {
        let part = part.to_string();
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut half = [0; 16];
    half.copy_from_slice(&hash.finalize()[..16]);
    Fingerprint::from_bytes(half)
}
