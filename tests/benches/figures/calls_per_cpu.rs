//! Calculations for each second of the processor's: a process of ours that makes many, against the way of
//! many a shop, in which each request of a customer's is a process of PHP's that calls by curl and decodes
//! by `json_decode`. The server's own time is neither's.

use std::process::{Command, Stdio};

use inbank::ports::Calculator;

use super::client_call::{PATH, api, request, single_threaded, start};

/// The argument by which the benchmark runs itself.
pub(crate) const CHILD: &str = "--calls-child";

const OURS: u32 = 20_000;
const PHPS: u32 = 20;

const PHP: &str = r"
$question = ['product_code' => 'product_code_here', 'amount' => 2000, 'period' => 12, 'currency' => 'EUR',
    'response_level' => 'simple'];
$call = curl_init($argv[1]);
curl_setopt_array($call, [CURLOPT_POST => true, CURLOPT_RETURNTRANSFER => true,
    CURLOPT_POSTFIELDS => json_encode($question),
    CURLOPT_HTTPHEADER => ['Authorization: Bearer key', 'Content-Type: application/json']]);
$answer = json_decode(curl_exec($call), true, 512, JSON_THROW_ON_ERROR);
if (curl_getinfo($call, CURLINFO_RESPONSE_CODE) !== 200 || !isset($answer['payment_amount_monthly'])) {
    exit(1);
}
";

/// How many times as many.
pub(crate) fn ratios() -> Vec<f64> {
    const ROUNDS: usize = 9;
    install();
    let base = start();
    let url = format!("{base}{PATH}");
    let round = |_| {
        let program = std::env::current_exe().unwrap();
        let ours = cpu_of(|| {
            let arguments = [CHILD, &base];
            succeed(Command::new(&program).args(arguments));
        });
        let php = cpu_of(|| {
            for _ in 0..PHPS {
                succeed(Command::new("php").args(["-r", PHP, "--", &url]));
            }
        });
        let ours = f64::from(OURS) / ours;
        let php = f64::from(PHPS) / php;
        eprintln!("  {ours:.0} against {php:.0} for a second of the processor");
        ours / php
    };
    (0..ROUNDS).map(round).collect()
}

/// Makes the calls.
pub(crate) fn child(arguments: &[String]) {
    let base = arguments
        .iter()
        .find(|argument| argument.starts_with("http"));
    let (api, request) = (api(base.unwrap()), request());
    single_threaded().block_on(async {
        for _ in 0..OURS {
            api.calculate(&request).await.unwrap();
        }
    });
}

fn succeed(command: &mut Command) {
    let status = command.stdin(Stdio::null()).status().unwrap();
    assert!(status.success(), "{command:?}: {status}");
}

/// Installs what is missing, where we may.
fn install() {
    let there = || {
        let modules = Command::new("php").arg("-m").output();
        modules.is_ok_and(|modules| {
            modules
                .stdout
                .split(|byte| *byte == b'\n')
                .any(|name| name == b"curl")
        })
    };
    for arguments in [
        &["update"] as &[_],
        &[
            "install",
            "-y",
            "--no-install-recommends",
            "php-cli",
            "php-curl",
        ],
    ] {
        if !there() {
            let mut apt = Command::new("apt-get");
            apt.env("DEBIAN_FRONTEND", "noninteractive").args(arguments);
            // What went wrong it says itself; what it does is not a figure.
            let _ = apt.stdout(Stdio::null()).status();
        }
    }
    assert!(
        there(),
        "there is no PHP with curl to measure against: `apt-get install php-cli php-curl`"
    );
}

/// The seconds of the processor's that the processes took which some work started and waited for.
pub(super) fn cpu_of(work: impl FnOnce()) -> f64 {
    let before = childrens_ticks();
    work();
    (childrens_ticks() - before) as f64 / 100.0
}

/// In hundredths of a second, as Linux counts for programs on every machine.
fn childrens_ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // The name of the program, in brackets, may have spaces in it; after it come the third field and on.
    let fields = stat.rsplit(')').next().unwrap();
    let fields: Vec<_> = fields.split_whitespace().collect();
    let ticks = |field: usize| -> u64 { fields[field - 3].parse().unwrap() };
    ticks(16) + ticks(17)
}
