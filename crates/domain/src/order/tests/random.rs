//! Whatever happens to an order, in whatever sequence, some things never do.

use std::collections::HashMap;

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::{CommandStage, OpeningPlan, Signature, Step, step};

/// Something that happens to an order, or is done to it.
#[derive(Clone, Debug)]
enum Happening {
    /// A call to pay or to apply, with this cart.
    Pay(AttemptKind, u8),
    /// Another attempt is opened although nothing speaks for it.
    OpenAnyway(AttemptKind, u8),
    Opened(u32),
    OpeningNotSent(u32),
    OpeningRefused(u32),
    OpeningUnclear(u32),
    GiveUp(u32, AttemptState),
    Observe(u32, Said),
    Missing(u32),
    ProofCalledFor(u32),
    Want(u32, What),
    Sending(u32),
    Sent(u32, SendOutcome),
    AbandonSent,
    Tend,
    Later(Duration),
}

/// A reading: of no bank that keeps its own rules.
#[derive(Clone, Debug)]
struct Said {
    /// None where it says what is known.
    state: Option<Result<AttemptState, String>>,
    /// Whether another application has taken the known one's place.
    replaced: bool,
    contract: bool,
    amounts: Vec<Money>,
    offer_valid_to: Option<time::Date>,
    approved: bool,
    signed: bool,
}

#[derive(Clone, Copy, Debug)]
enum What {
    /// The one that binds, and fits the attempt.
    Bind,
    Accept,
    Activate,
    Approve,
    Cancel,
    Sign,
}

fn number() -> impl Strategy<Value = u32> {
    prop_oneof![Just(1), Just(1), Just(2), Just(2), Just(3), Just(4)]
}

fn said() -> impl Strategy<Value = Said> {
    let state = prop_oneof![
        10 => Just(None),
        4 => select(vec![AttemptState::Offered, AttemptState::Granted]).prop_map(|to| Some(Ok(to))),
        6 => select(AttemptState::ALL).prop_map(|to| Some(Ok(to))),
        1 => Just(Some(Err("on_hold".to_owned()))),
    ];
    let amounts = prop_oneof![
        4 => Just(Vec::new()),
        4 => Just(vec![euros("100")]),
        1 => Just(vec![euros("200")]),
        1 => Just(vec![Money::parse("100", Currency::PLN).unwrap()]),
    ];
    let date = select(vec![
        None,
        None,
        Some(at(-9 * DAY).date()),
        Some(at(400 * DAY).date()),
        Some(time::Date::MAX),
    ]);
    (
        state,
        prop::bool::weighted(0.1),
        any::<bool>(),
        amounts,
        date,
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
    )
        .prop_map(
            |(state, replaced, contract, amounts, offer_valid_to, approved, signed)| Said {
                state,
                replaced,
                contract,
                amounts,
                offer_valid_to,
                approved,
                signed,
            },
        )
}

fn happening() -> impl Strategy<Value = Happening> {
    use Happening as H;
    let kind = || {
        select(vec![
            AttemptKind::Application,
            AttemptKind::Rental,
            AttemptKind::Session,
        ])
    };
    let what = select(vec![
        What::Bind,
        What::Bind,
        What::Bind,
        What::Bind,
        What::Accept,
        What::Activate,
        What::Approve,
        What::Cancel,
        What::Sign,
    ]);
    let outcome = prop_oneof![
        any::<bool>().prop_map(|named| SendOutcome::Acknowledged {
            contract: named.then(|| contract_id(1)),
        }),
        Just(SendOutcome::NotSent),
        Just(SendOutcome::Refused("can_not".to_owned())),
        Just(SendOutcome::Unclear),
    ];
    let later = select(vec![
        Duration::seconds(1),
        Duration::seconds(40),
        Duration::HOUR,
        Duration::DAY,
        Duration::days(10),
        Duration::MAX,
        Duration::days(-1),
    ]);
    prop_oneof![
        3 => (kind(), 1..3_u8).prop_map(|(kind, cart)| H::Pay(kind, cart)),
        1 => (kind(), 1..3_u8).prop_map(|(kind, cart)| H::OpenAnyway(kind, cart)),
        4 => number().prop_map(H::Opened),
        1 => number().prop_map(H::OpeningNotSent),
        1 => number().prop_map(H::OpeningRefused),
        1 => number().prop_map(H::OpeningUnclear),
        1 => (number(), select(AttemptState::ALL)).prop_map(|(n, to)| H::GiveUp(n, to)),
        12 => (number(), said()).prop_map(|(n, said)| H::Observe(n, said)),
        1 => number().prop_map(H::Missing),
        1 => number().prop_map(H::ProofCalledFor),
        6 => (number(), what).prop_map(|(n, what)| H::Want(n, what)),
        6 => number().prop_map(H::Sending),
        6 => (number(), outcome).prop_map(|(n, outcome)| H::Sent(n, outcome)),
        1 => Just(H::AbandonSent),
        4 => Just(H::Tend),
        4 => later.prop_map(H::Later),
    ]
}

/// An order, and what an observer from outside knows of it.
struct World {
    order: Order,
    now: OffsetDateTime,
    events: Vec<OrderEvent>,
    /// Commands that left and whose answer has not come.
    on_the_way: Vec<(u32, Command)>,
    /// How often a command was decided on, and how often it left, as far as is known.
    wanted: HashMap<(u32, Command), u32>,
    left: HashMap<(u32, Command), u32>,
}

impl World {
    fn new() -> Self {
        Self {
            order: new_order(),
            now: at(0),
            events: Vec::new(),
            on_the_way: Vec::new(),
            wanted: HashMap::new(),
            left: HashMap::new(),
        }
    }

    fn reading(&self, number: u32, said: &Said) -> Reading {
        let kind = self.order.attempt(number).map(|a| a.terms.kind);
        let mut reading = if kind == Some(APPLICATION) {
            of_application(number + if said.replaced { 100 } else { 0 }, "pending")
        } else {
            of_session(number, "pending")
        };
        let known = self.order.attempt(number).map(|a| a.state);
        reading.state = match &said.state {
            Some(state) => state.clone(),
            None => Ok(known.unwrap_or(AttemptState::Pending)),
        };
        reading.contract = said.contract.then(|| contract_id(number));
        reading.amounts.clone_from(&said.amounts);
        reading.offer_valid_to = said.offer_valid_to;
        reading.approved = said.approved;
        reading.signed = said.signed;
        reading
    }

    fn command(&self, number: u32, what: What) -> Command {
        let attempt = self.order.attempt(number);
        let application = attempt.and_then(|a| a.application.clone());
        let accept = Command::Accept(application.unwrap_or_else(|| application_id(number)));
        match what {
            What::Bind => match attempt.map(|a| (a.terms.kind, a.state)) {
                Some((AttemptKind::Application, AttemptState::Offered)) => accept,
                Some((AttemptKind::Rental, _)) => Command::Activate,
                Some((AttemptKind::Application | AttemptKind::Session, _)) | None => {
                    Command::Approve
                }
            },
            What::Accept => accept,
            What::Activate => Command::Activate,
            What::Approve => Command::Approve,
            What::Cancel => Command::Cancel,
            What::Sign => Command::Sign(Signature::Digital),
        }
    }

    fn open(&mut self, kind: AttemptKind, cart: u8) {
        // Enough to be rivals.
        if self.order.attempts.len() < 4 {
            asked(&mut self.order, kind, cart, self.now.min(at(1_000 * DAY)));
        }
    }

    fn taken_by_another(&self, number: u32) -> bool {
        let mut others = self.order.attempts.iter();
        others.any(|a| a.number != number && a.takes_the_order())
    }

    fn happen(&mut self, what: &Happening) -> Result<(), TestCaseError> {
        let now = self.now;
        match what {
            Happening::Pay(kind, cart) => {
                match self.order.plan_opening(*kind, &print(*cart), now) {
                    OpeningPlan::Open => {
                        prop_assert!(!self.order.attempts.iter().any(Attempt::takes_the_order));
                        self.open(*kind, *cart);
                    }
                    OpeningPlan::Reopen(number) => {
                        let until = now.saturating_add(Duration::MINUTE);
                        self.order.reopen(number, until);
                    }
                    OpeningPlan::Standing(_) | OpeningPlan::TooMany(_) | OpeningPlan::Wait(_) => {}
                }
            }
            Happening::OpenAnyway(kind, cart) => self.open(*kind, *cart),
            Happening::Opened(n) => self.order.opened(*n, session_id(*n), page(*n), now),
            Happening::OpeningNotSent(n) => self.order.opening_not_sent(*n),
            Happening::OpeningRefused(n) => self.order.opening_refused(*n, now),
            Happening::OpeningUnclear(n) => self.order.opening_unclear(*n),
            Happening::GiveUp(n, to) => self.order.give_up(*n, *to, now),
            Happening::Observe(n, said) => {
                let reading = self.reading(*n, said);
                self.order.observe(*n, &reading, now);
            }
            Happening::Missing(n) => self.order.missing(*n, now),
            Happening::ProofCalledFor(n) => self.order.proof_called_for(*n, now),
            Happening::Want(n, what) => {
                let command = self.command(*n, *what);
                let taken = command.is_binding() && self.taken_by_another(*n);
                let wanted = self.order.want(*n, command, Decider::Platform, now);
                prop_assert!(!(taken && wanted == Ok(Wanted::Written)));
            }
            Happening::Sending(n) => {
                let attempt = self.order.attempt(*n).cloned();
                let standing = attempt.as_ref().and_then(|a| a.command.clone());
                let taken = self.taken_by_another(*n);
                if self.order.sending(*n, now) {
                    let (attempt, command) = (attempt.unwrap(), standing.unwrap().command);
                    prop_assert!(!(taken && command.is_binding()));
                    prop_assert!(!attempt.superseded || command == Command::Cancel);
                    prop_assert!(command.fits(attempt.state));
                    *self.left.entry((*n, command.clone())).or_default() += 1;
                    self.on_the_way.push((*n, command));
                }
            }
            Happening::Sent(n, outcome) => {
                let found = self.on_the_way.iter().position(|(number, _)| number == n);
                if let Some(found) = found {
                    let sent = self.on_the_way.swap_remove(found);
                    self.order.sent(*n, &sent.1, outcome, now);
                    if *outcome == SendOutcome::NotSent {
                        *self.left.entry(sent).or_default() -= 1;
                    }
                }
            }
            Happening::AbandonSent => self.order.abandon_sent(),
            Happening::Tend => self.tend()?,
            Happening::Later(by) => self.now = now.saturating_add(*by),
        }
        Ok(())
    }

    fn tend(&mut self) -> Result<(), TestCaseError> {
        self.order.abandon_sent();
        self.order.tend(self.now);
        for attempt in &self.order.attempts {
            if attempt.superseded && attempt.is_live() && attempt.contract.is_some() {
                let standing = attempt.command.as_ref().map(|standing| &standing.command);
                let cancelled = standing == Some(&Command::Cancel);
                prop_assert!(cancelled || attempt.cancel_refused, "{attempt:?}");
            }
        }
        let once = self.order.clone();
        self.order.tend(self.now);
        prop_assert_eq!(&once, &self.order);
        Ok(())
    }

    /// Compares the order with what it was, and takes its events.
    fn check(&mut self, before: &Order, what: &Happening) -> Result<(), TestCaseError> {
        for old in &before.attempts {
            let Some(new) = self.order.attempt(old.number) else {
                return Err(TestCaseError::fail("an attempt is gone"));
            };
            check_move(old.state, new.state)?;
            if let Some(standing) = &old.command
                && standing.stage == CommandStage::Acknowledged
                && let Some(now) = &new.command
                && now.command == standing.command
            {
                prop_assert_eq!(now.stage, CommandStage::Acknowledged);
            }
        }
        for new in &self.order.attempts {
            let old = before.attempt(new.number).and_then(|a| a.command.as_ref());
            if let Some(standing) = &new.command
                && old.is_none_or(|old| old.command != standing.command)
            {
                let key = (new.number, standing.command.clone());
                *self.wanted.entry(key).or_default() += 1;
            }
        }
        for (key, left) in &self.left {
            let wanted = self.wanted.get(key).copied().unwrap_or_default();
            let each = if key.1.is_harmless_twice() { 2 } else { 1 };
            prop_assert!(*left <= wanted * each, "{key:?}: {left} of {wanted}");
        }
        let open = self.order.attempts.iter().filter(|a| a.is_open());
        prop_assert!(open.count() <= 1);
        let binding = self.order.attempts.iter().filter(|attempt| {
            let standing = attempt.command.as_ref();
            !attempt.superseded && standing.is_some_and(|s| s.command.is_binding())
        });
        prop_assert!(binding.count() <= 1);
        let news = std::mem::take(&mut self.order.news);
        for event in news {
            self.check_event(&event, what)?;
            self.events.push(event);
        }
        let numbers = self.events.iter().map(|event| event.number);
        prop_assert!(numbers.eq(1..=self.order.events));
        Ok(())
    }

    fn check_event(&self, event: &OrderEvent, what: &Happening) -> Result<(), TestCaseError> {
        let attempt = self.order.attempt(event.attempt).unwrap();
        match &event.kind {
            EventKind::Paid { late } => {
                prop_assert!(self.paid().is_none(), "paid twice");
                prop_assert_eq!(attempt.state, AttemptState::Completed);
                let Happening::Observe(_, said) = what else {
                    return Err(TestCaseError::fail("paid without a word of the bank"));
                };
                let asked = attempt.terms.amount.unwrap();
                let same = |named: &Money| asked.compare(*named) == Ok(std::cmp::Ordering::Equal);
                prop_assert!(said.amounts.iter().all(same));
                prop_assert_eq!(attempt.other_amount, None);
                let not_paid = |e: &OrderEvent| matches!(e.kind, EventKind::NotPaid(_));
                prop_assert!(!late || self.events.iter().any(not_paid));
            }
            EventKind::NotPaid(_) => {
                prop_assert!(!self.order.attempts.iter().any(Attempt::is_open));
                prop_assert!(self.paid().is_none(), "not paid after it was paid");
            }
            EventKind::ActionWanted(_) | EventKind::AwaitsMerchant => {
                prop_assert!(attempt.is_open());
            }
            EventKind::NeedsPerson(_) | EventKind::Terminated => {}
        }
        Ok(())
    }

    /// The attempt that the events so far say the order is paid by.
    fn paid(&self) -> Option<u32> {
        let mut paid = None;
        for event in &self.events {
            match event.kind {
                EventKind::Paid { .. } => paid = Some(event.attempt),
                EventKind::Terminated if paid == Some(event.attempt) => paid = None,
                EventKind::ActionWanted(_)
                | EventKind::AwaitsMerchant
                | EventKind::NeedsPerson(_)
                | EventKind::NotPaid(_)
                | EventKind::Terminated => {}
            }
        }
        paid
    }
}

/// An attempt moves along the table only; what had been given up goes through the start.
fn check_move(from: AttemptState, to: AttemptState) -> Result<(), TestCaseError> {
    let start = AttemptState::Opening;
    let moves = |from, to| from == to || step(from, to) == Step::Moved;
    let legal = moves(from, to) || (moves(from, start) && moves(start, to));
    prop_assert!(legal, "{from:?} to {to:?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_sequence_of_happenings_breaks_a_rule_of_orders(
        happenings in prop::collection::vec(happening(), 0..80),
    ) {
        let mut world = World::new();
        for what in &happenings {
            let before = world.order.clone();
            world.happen(what)?;
            world.check(&before, what)?;
        }
    }
}
