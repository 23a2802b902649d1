//! The fake bank passes what the real adapters pass.

use std::sync::Arc;

use inbank_app::Bank;
use inbank_domain::{Callback, OpenedSession, Region, Session, SessionId, SessionRequest};
use inbank_ports::{
    CallbackAuthenticator, CallbackError, GatewayError, Headers, Sessions, SignedCallback,
    async_trait,
};
use inbank_testkit::FakeUnderTest;
use inbank_testkit::conformance::{BankUnderTest as _, cases};
use libtest_mimic::{Arguments, Trial};

/// The same bank as lenders that lack something: a case that asks for it all the same panics.
fn lenders(bank: &Bank) -> Vec<(&'static str, Bank)> {
    let bare = || {
        let (region, callbacks) = (bank.region.clone(), bank.callbacks.clone());
        Bank::new(region, "fake", ["fake"], callbacks)
    };
    let (mut pages, mut contracts, mut direct) = (bare(), bare(), bare());
    pages.sessions.clone_from(&bank.sessions);
    contracts.sessions.clone_from(&bank.sessions);
    contracts.contracts.clone_from(&bank.contracts);
    direct.applications.clone_from(&bank.applications);
    direct.signing.clone_from(&bank.signing);
    let mut unnamed = bare();
    if let Some(sessions) = bank.sessions.clone() {
        let callbacks = bank.callbacks.clone();
        let lender = Arc::new(NamesNoOrder {
            sessions,
            callbacks,
        });
        unnamed.callbacks = lender.clone();
        unnamed.sessions = Some(lender);
    }
    vec![
        ("everything", bank.clone()),
        ("hosted pages only", pages),
        ("hosted pages and contracts", contracts),
        ("applications and signing only", direct),
        ("nothing", bare()),
        ("pages that name no order", unnamed),
    ]
}

/// A lender that doesn't tell the order's reference, as the ports allow.
struct NamesNoOrder {
    sessions: Arc<dyn Sessions>,
    callbacks: Arc<dyn CallbackAuthenticator>,
}

#[async_trait]
impl Sessions for NamesNoOrder {
    async fn open(&self, request: &SessionRequest) -> Result<OpenedSession, GatewayError> {
        self.sessions.open(request).await
    }

    async fn session(&self, id: &SessionId) -> Result<Session, GatewayError> {
        let mut session = self.sessions.session(id).await?;
        session.order_reference = None;
        Ok(session)
    }
}

impl CallbackAuthenticator for NamesNoOrder {
    fn authenticate(
        &self,
        headers: &Headers,
        body: &[u8],
    ) -> Result<SignedCallback, CallbackError> {
        let mut signed = self.callbacks.authenticate(headers, body)?;
        if let Ok(Callback::Session(callback)) = &mut signed.callback {
            callback.order_reference = None;
        }
        Ok(signed)
    }
}

fn main() {
    let mut trials = Vec::new();
    for region in [Region::ESTONIA, Region::POLAND, Region::CZECHIA] {
        for (number, (name, bank)) in lenders(FakeUnderTest::new(region.clone()).ports())
            .iter()
            .enumerate()
        {
            for case in cases(bank) {
                let region = region.clone();
                let name = format!("{}::{name}::{}", region.name, case.name);
                trials.push(Trial::test(name, move || {
                    let fake = FakeUnderTest::new(region);
                    let ports = lenders(fake.ports()).swap_remove(number).1;
                    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
                    runtime.block_on(case.run(&fake.with_ports(ports)));
                    Ok(())
                }));
            }
        }
    }
    trials.push(Trial::test("a_lender_is_asked_for_what_it_has", || {
        let lenders = lenders(FakeUnderTest::new(Region::ESTONIA).ports());
        let counts: Vec<usize> = lenders.iter().map(|(_, bank)| cases(bank).len()).collect();
        assert!(counts[0] > counts[2] && counts[2] > counts[1], "{counts:?}");
        assert!(counts[1] > 0 && counts[3] > 0, "{counts:?}");
        assert_eq!(counts[4], 0, "nothing is asked of nobody");
        Ok(())
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
