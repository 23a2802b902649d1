//! Every region in every version passes every case that every port has for it, over HTTP against a sandbox that takes its time.

use inbank_testkit::conformance::cases;
use inbank_tests::SandboxBank;
use libtest_mimic::{Arguments, Trial};

fn main() {
    let mut trials = Vec::new();
    for (profile, version) in SandboxBank::every() {
        for case in cases(&SandboxBank::ports_in(profile, version)) {
            let name = format!("{}::{version}::{}", profile.region.name, case.name);
            trials.push(Trial::test(name, move || {
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(1)
                    .enable_all()
                    .build()?;
                runtime.block_on(async {
                    let bank = SandboxBank::taking_its_time(profile, version).await;
                    case.run(&bank).await;
                    bank.sandbox.stop().await;
                });
                Ok(())
            }));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
