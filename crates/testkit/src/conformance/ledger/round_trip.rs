use std::fmt::Debug;

use inbank_domain::{
    Action, ApplicationId, Attempt, AttemptId, AttemptKind, AttemptState, Command, CommandStage,
    ContractId, Currency, Decider, EventKind, Fingerprint, Money, Months, NotPaid, Opening, Order,
    OrderKey, OrderReference, ProductCode, ProductFamily, SessionId, SettledCommand, Settlement,
    Signature, StandingCommand, Terms, WebAddress,
};
use inbank_ports::{Due, Listing};
use time::{Duration, OffsetDateTime};

use super::scene::{Scene, main_shop, second_shop, tell};
use crate::random::Generator;

/// Also in how it prints: amounts that are equal may have other digits.
#[track_caller]
fn assert_same<T: Debug + PartialEq>(found: &T, expected: &T) {
    assert_eq!(found, expected);
    assert_eq!(format!("{found:?}"), format!("{expected:?}"));
}

pub(super) async fn order_is_found_as_written(scene: &Scene<'_>) {
    let mut order = scene.order("o-1");
    let nothing = scene.ledger.order(&order.key).await.unwrap();
    assert_eq!(nothing, None);
    order = scene.written(&order, Due::Now).await;
    assert_same(&scene.found(&order.key).await, &order);
    let elsewhere = OrderKey::new(second_shop(), order.key.reference.clone());
    assert_eq!(scene.ledger.order(&elsewhere).await.unwrap(), None);
    // However it is read.
    let listed = scene.ledger.orders(&Listing::default()).await.unwrap();
    assert_same(&listed.orders, &vec![order.clone()]);
    assert_same(&scene.claim_only().await.order, &order);
}

/// How many orders it takes, of seven attempts each, until every state has met every command, and
/// each every stage: there are 15, 7 (with none) and 4 of them.
const ORDERS: u64 = 60;
const ATTEMPTS: u64 = 7;

pub(super) async fn every_attempt_is_found_as_written(scene: &Scene<'_>) {
    let mut any = Any(Generator::new(1));
    for n in 0..ORDERS {
        let mut order = any.order(n, scene.now());
        for attempt in 0..ATTEMPTS {
            let attempt = any.attempt(n * ATTEMPTS + attempt, order.attempts.len());
            order.attempts.push(attempt);
        }
        order = scene.written(&order, Due::Never).await;
        assert_same(&scene.found(&order.key).await, &order);
        // Nothing is left of what it was before but what is given once.
        let attempts = order.attempts.iter().map(|attempt| Attempt {
            id: attempt.id.clone(),
            ..bare(attempt.number, scene.now())
        });
        order = Order {
            key: order.key.clone(),
            attempts: attempts.collect(),
            version: order.version,
            opened_at: order.opened_at,
            ..any.order(n, scene.now())
        };
        order = scene.written(&order, Due::Never).await;
        assert_same(&scene.found(&order.key).await, &order);
    }
}

pub(super) async fn every_event_is_found_as_written(scene: &Scene<'_>) {
    let mut any = Any(Generator::new(2));
    let actions = Action::ALL.iter().copied().map(EventKind::ActionWanted);
    let ends = NotPaid::ALL.iter().copied().map(EventKind::NotPaid);
    let others = [
        EventKind::AwaitsMerchant,
        EventKind::NeedsPerson(any.text()),
        EventKind::NeedsPerson(String::new()),
        EventKind::Paid { late: false },
        EventKind::Paid { late: true },
        EventKind::Terminated,
    ];
    let mut order = scene.order("o-1");
    let mut expected = Vec::new();
    for (n, kind) in actions.chain(ends).chain(others).enumerate() {
        order.attempts[0].terms.amount = (n % 4 != 0).then(|| any.money());
        tell(&mut order, kind, any.time());
        expected.append(&mut order.news.clone());
        order = scene.written(&order, Due::Never).await;
    }
    let found = scene.ledger.events(&order.key).await.unwrap();
    assert_same(&found, &expected);
}

/// How many attempts it takes until every command has met every settlement: there are 8 and 4 of them.
const SETTLED: u64 = 40;

pub(super) async fn settled_commands_are_found_as_written(scene: &Scene<'_>) {
    let mut any = Any(Generator::new(3));
    let elsewhere = scene.written(&scene.order("o-2"), Due::Never).await;
    let mut order = scene.order("o-1");
    order.attempts.push(bare(2, scene.now()));
    let mut expected: Vec<SettledCommand> = Vec::new();
    for n in 0..SETTLED {
        let Some(mut command) = any.command(n) else {
            continue;
        };
        // Each at a moment of its own, and not in the order in which they are settled.
        command.wanted_at = scene.now() + Duration::minutes((n * 7 % SETTLED).cast_signed());
        let at = usize::from(any.flip());
        let settled = SettledCommand {
            attempt: order.attempts[at].number,
            command,
            settlement: pick(Settlement::ALL, any.0.draw()),
            settled_at: any.time(),
        };
        order.attempts[at].settled.push(settled.clone());
        expected.push(settled);
        // Now and then two at once.
        if n % 3 > 0 {
            order = scene.written(&order, Due::Never).await;
        }
    }
    scene.written(&order, Due::Never).await;
    expected.sort_by_key(|settled| settled.command.wanted_at);
    let found = scene.ledger.settled_commands(&order.key).await.unwrap();
    assert_same(&found, &expected);
    let others = scene.ledger.settled_commands(&elsewhere.key).await;
    assert_eq!(others.unwrap(), []);
}

/// An attempt of which nothing is known that may be unknown.
fn bare(number: u32, now: OffsetDateTime) -> Attempt {
    let terms = Terms {
        kind: AttemptKind::Rental,
        product: ProductCode::parse("rent").unwrap(),
        family: ProductFamily::SmartRent,
        amount: None,
        period: None,
        fingerprint: Fingerprint::from_bytes([0; 16]),
        merchant_approval: false,
        application_signature: false,
    };
    let id = AttemptId::parse("bare").unwrap();
    let mut attempt = Attempt::new(id, number, terms, now, now, now);
    attempt.opening = Opening::NotSent;
    attempt.refresh_at = None;
    attempt
}

/// Makes anything that may be written.
struct Any(Generator);

impl Any {
    fn order(&mut self, n: u64, now: OffsetDateTime) -> Order {
        let shop = [main_shop(), second_shop()][usize::from(self.flip())].clone();
        let reference = OrderReference::parse(format!("{n} {}", self.text().replace('\n', " ")));
        let mut order = Order::new(OrderKey::new(shop, reference.unwrap()), now);
        order.paid_by = self.maybe(Self::number);
        order.needs_person = self.maybe(Self::text);
        order.failures = self.number();
        order.opened_at = self.time();
        order
    }

    fn attempt(&mut self, n: u64, before: usize) -> Attempt {
        let state = pick(AttemptState::ALL, n);
        let command = self.command(n);
        let number = u32::try_from(before).unwrap() + 1;
        Attempt {
            id: AttemptId::from_bytes(self.0.bytes()),
            number,
            terms: self.terms(),
            state,
            opening: match self.0.below(4) {
                0 => Opening::NotSent,
                1 => Opening::Sent(self.time()),
                2 => Opening::Unclear,
                _ => Opening::Answered,
            },
            session: self.maybe(|_| SessionId::parse(format!("s-{n}")).unwrap()),
            application: self.maybe(|_| ApplicationId::parse(format!("a-{n}")).unwrap()),
            contract: self.maybe(|_| ContractId::parse(format!("c-{n}")).unwrap()),
            redirect_url: self.maybe(|_| {
                let url = format!("https://bank.example/{n}?a=%C3%B5&b='");
                WebAddress::parse(&url).unwrap()
            }),
            superseded: self.flip(),
            bound: self.flip(),
            signed: self.flip(),
            cancel_refused: self.flip(),
            told_not_paid: self.flip(),
            command,
            settled: Vec::new(),
            other_amount: self.maybe(Self::money),
            anomaly: self.maybe(Self::text),
            proofs_asked: self.number(),
            proof_callbacks: self.number(),
            opened_at: self.time(),
            answer_by: self.time(),
            news_at: self.time(),
            refresh_at: self.maybe(Self::time),
            missing_since: self.maybe(Self::time),
            unreadable_since: self.maybe(Self::time),
        }
    }

    fn command(&mut self, n: u64) -> Option<StandingCommand> {
        let command = pick(
            &[
                None,
                Some(Command::Accept(ApplicationId::parse("accepted").unwrap())),
                Some(Command::Activate),
                Some(Command::Approve),
                Some(Command::Cancel),
                Some(Command::Sign(Signature::Digital)),
                Some(Command::Sign(Signature::Paper)),
                Some(Command::SignApplication(Signature::Digital)),
                Some(Command::SignApplication(Signature::Paper)),
            ],
            n,
        );
        command.map(|command| StandingCommand {
            command,
            by: [Decider::Platform, Decider::Rules][usize::from(self.flip())],
            stage: pick(CommandStage::ALL, n),
            wanted_at: self.time(),
            sent_at: self.maybe(Self::time),
            sends: self.number(),
            acknowledged_at: self.maybe(Self::time),
        })
    }

    fn terms(&mut self) -> Terms {
        let kinds = [
            AttemptKind::Application,
            AttemptKind::Rental,
            AttemptKind::Session,
        ];
        let mut families = ProductFamily::KNOWN.to_vec();
        families.push(ProductFamily::from("A family of its own"));
        let code = format!("hp_0.0%_{}", self.text().replace('\n', " "));
        Terms {
            kind: pick(&kinds, self.0.draw()),
            product: ProductCode::parse(code).unwrap(),
            family: pick(&families, self.0.draw()),
            amount: self.maybe(Self::money),
            period: self.maybe(|any| {
                let months = [1, 12, u16::MAX];
                Months::new(pick(&months, any.0.draw())).unwrap()
            }),
            fingerprint: Fingerprint::from_bytes(self.0.bytes()),
            merchant_approval: self.flip(),
            application_signature: self.flip(),
        }
    }

    fn money(&mut self) -> Money {
        let amounts = [
            "499.90",
            "499.9",
            "120",
            "0.01",
            "0.00",
            "31.3167",
            "1234567890123456789012345678",
            "0.1234567890123456789012345678",
        ];
        let currencies = [
            Currency::EUR,
            Currency::PLN,
            Currency::from_code(*b"XTS").unwrap(),
        ];
        let currency = pick(&currencies, self.0.draw());
        Money::parse(pick(&amounts, self.0.draw()), currency).unwrap()
    }

    fn text(&mut self) -> String {
        let texts = [
            "plain",
            "\"quotes\", 'single' and \\ back",
            "õ ž ł č 🛒 %_$1 --",
            "two\nlines",
            " spaces around ",
            "null",
            "{\"json\": [1]}",
        ];
        pick(&texts, self.0.draw()).to_owned()
    }

    /// To the microsecond, up to the last one there is.
    fn time(&mut self) -> OffsetDateTime {
        let start = OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap();
        match self.0.below(16) {
            0 => start
                .saturating_add(Duration::MAX)
                .replace_nanosecond(999_999_000)
                .unwrap(),
            1 => start,
            _ => {
                let micros = i64::try_from(self.0.below(1 << 50)).unwrap();
                start + Duration::microseconds(micros)
            }
        }
    }

    fn number(&mut self) -> u32 {
        pick(&[0, 1, 2, i32::MAX.unsigned_abs()], self.0.draw())
    }

    fn flip(&mut self) -> bool {
        self.0.below(2) == 0
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flip().then(|| make(self))
    }
}

fn pick<T: Clone>(from: &[T], n: u64) -> T {
    let index = n % (from.len() as u64);
    from[usize::try_from(index).unwrap()].clone()
}
