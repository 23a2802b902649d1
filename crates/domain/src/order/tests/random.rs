//! Whatever happens to an order, in whatever sequence, some things never do.

mod world;

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use world::World;

/// Something that happens to an order, or is done to it.
#[derive(Clone, Debug)]
enum Happening {
    /// A call to pay or to apply, with this cart.
    Pay(AttemptKind, u8),
    /// The same, and the bank has decided for it already.
    PayAndGrant(AttemptKind, u8),
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
    /// A worker sends whatever may be sent.
    SendAll,
    /// The oldest command that is on its way is answered.
    Sent(SendOutcome),
    /// The bank says, after a while, what is known.
    ReadOn(u32),
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

impl Said {
    fn of(state: Option<Result<AttemptState, String>>, contract: bool) -> Self {
        Self {
            state,
            replaced: false,
            contract,
            amounts: Vec::new(),
            offer_valid_to: None,
            approved: false,
            signed: false,
        }
    }
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
    SignApplication,
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
        What::SignApplication,
    ]);
    let outcome = prop_oneof![
        any::<bool>().prop_map(|named| SendOutcome::Acknowledged {
            contract: named.then(|| contract_id(1)),
        }),
        Just(SendOutcome::NotSent),
        Just(SendOutcome::Refused("can_not".to_owned())),
        Just(SendOutcome::Unclear),
    ];
    let later = prop_oneof![
        8 => Just(Duration::seconds(1)),
        20 => Just(Duration::seconds(40)),
        4 => Just(Duration::HOUR),
        4 => Just(Duration::DAY),
        2 => Just(Duration::days(10)),
        2 => Just(Duration::days(-1)),
        1 => Just(Duration::MAX),
    ];
    prop_oneof![
        3 => (kind(), 1..3_u8).prop_map(|(kind, cart)| H::Pay(kind, cart)),
        3 => (kind(), 1..3_u8).prop_map(|(kind, cart)| H::PayAndGrant(kind, cart)),
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
        10 => Just(H::SendAll),
        8 => outcome.prop_map(H::Sent),
        8 => number().prop_map(H::ReadOn),
        1 => Just(H::AbandonSent),
        4 => Just(H::Tend),
        4 => later.prop_map(H::Later),
    ]
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
