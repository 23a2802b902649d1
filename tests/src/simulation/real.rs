use std::path::Path;
use std::time::Duration;

use inbank_sandbox::{CallbackFault, Fault, Operation, Sandbox};
use inbank_testkit::Postgres;

use super::dice::Dice;
use crate::{Life, Reckoning, Setting};

/// The stream of numbers that a run is drawn from.
const REAL: u64 = 6;
const AIMS: [&str; 3] = ["approve", "cancel", "rent"];
/// When an heir's clock begins where nobody else is there, in seconds: what the dead had leased has lapsed.
const LATER: u32 = 3_600;
/// Whoever says nothing for so long waits for somebody else.
const SILENCE: Duration = Duration::from_millis(500);

/// One run of real processes of a platform over a real database, some of which are killed: on SQLite one at a
/// time, on PostgreSQL up to three. What happens is drawn from the seed; when, the machine decides.
///
/// `program` is the program `embedder`. Must be called where Tokio's timers and connections are to be had.
///
/// # Panics
/// Where a promise is broken.
pub async fn run_real(seed: u64, program: &Path) {
    let dice = Dice::new(seed, REAL);
    let on_postgres = dice.chance(500);
    let processes = if on_postgres { 1 + dice.index(3) } else { 1 };
    let sandbox = bank(&dice).await;
    let folder = tempfile::tempdir().unwrap();
    let database = if on_postgres {
        Postgres::shared().database()
    } else {
        format!("sqlite:{}/ledger.db", folder.path().display())
    };
    let orders: Vec<Vec<String>> = (0..processes)
        .map(|process| {
            let count = 1 + dice.index(6);
            let names = (0..count).map(|n| format!("{}-{process}-{n}", dice.pick(&AIMS)));
            names.collect()
        })
        .collect();
    tokio::task::block_in_place(|| {
        let settings: Vec<Setting<'_>> = (0..processes)
            .map(|_| Setting {
                program: program.to_str().unwrap(),
                database: &database,
                sandbox: &sandbox,
                port: Setting::free_port(),
            })
            .collect();
        live(seed, &dice, &settings, &orders);
    });
    sandbox.stop().await;
}

/// A bank that takes its time, and whose callbacks come twice, in another order, late or never.
async fn bank(dice: &Dice) -> Sandbox {
    // A callback for which nobody is there comes again until the next life takes it.
    let pauses = [Duration::from_millis(50); 400];
    let builder = Sandbox::builder(inbank_sandbox::Region::Estonia).instant();
    let sandbox = builder.callback_retries(pauses).start().await.unwrap();
    for operation in [
        Operation::GetSession,
        Operation::GetContract,
        Operation::ApproveContract,
        Operation::CancelContract,
        Operation::CreateSession,
    ] {
        if dice.chance(400) {
            let milliseconds = 1 + dice.below(60);
            let times = 1 + u32::try_from(dice.below(6)).unwrap();
            sandbox.fault(operation, Fault::Slow { milliseconds }, times);
        }
    }
    let reads = [Operation::GetSession, Operation::GetContract];
    if dice.chance(300) {
        let away = Fault::Status {
            status: dice.pick(&[429, 500, 503]),
            retry_after: None,
        };
        sandbox.fault(dice.pick(&reads), away, 2);
    }
    let callbacks = [
        CallbackFault::Duplicate { copies: 2 },
        CallbackFault::Drop,
        CallbackFault::Delay { seconds: 1 },
    ];
    if dice.chance(500) {
        sandbox.callback_fault(dice.pick(&callbacks), 2);
    }
    sandbox
}

fn live(seed: u64, dice: &Dice, settings: &[Setting<'_>], orders: &[Vec<String>]) {
    let sandbox = settings[0].sandbox;
    let mut reckoning = Reckoning::new(sandbox);
    let die_at = |dice: &Dice| {
        let dies = dice.chance(400);
        u32::from(dies) * (1 + u32::try_from(dice.below(60)).unwrap())
    };
    let mut lives: Vec<Life> = settings
        .iter()
        .zip(orders)
        .map(|(setting, orders)| Life::start(setting, 0, die_at(dice), orders))
        .collect();
    let all: Vec<String> = orders.concat();
    let over = |so_far: &Reckoning<'_>| all.iter().all(|order| so_far.is_over(order));
    let mut later = 0;
    for _ in 0..dice.index(4) {
        let heard = reckoning.lines + dice.index(30);
        let refs: Vec<&Life> = lives.iter().collect();
        let enough = |so_far: &Reckoning<'_>| so_far.lines >= heard || over(so_far);
        // Some may have died by themselves, and the others have nothing to do.
        let _ = reckoning.live_until_silent(&refs, enough, SILENCE);
        let victim = dice.index(lives.len());
        let dead = lives.remove(victim);
        dead.kill(&mut reckoning);
        if settings.len() == 1 {
            later += LATER;
        }
        let heir = Life::start(&settings[victim], later, die_at(dice), &orders[victim]);
        lives.insert(victim, heir);
    }
    // Whoever has died by itself, or is about to, has an heir who doesn't.
    for (number, setting) in settings.iter().enumerate() {
        if settings.len() == 1 {
            later += LATER;
        }
        lives.remove(number).kill(&mut reckoning);
        let heir = Life::start(setting, later, 0, &orders[number]);
        lives.insert(number, heir);
    }
    let refs: Vec<&Life> = lives.iter().collect();
    assert!(
        reckoning.live(&refs, over),
        "seed {seed}: not all came to their end"
    );
    for life in lives {
        life.kill(&mut reckoning);
    }
    reckoning.check(&all, &format!("seed {seed}"));
}
