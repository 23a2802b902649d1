//! What an order is held to when nothing more is to come of it.

use anyhow::{Result, ensure};
use inbank::{AttemptState, Order, OrderStatus};
use inbank_sandbox::{CallbackOutcome, ContractStatus, Operation};

use super::Play;
use crate::commands::demo::stage::Post;

/// What the bank is told about an attempt, each once.
const SENT_ONCE: &[Operation] = &[
    Operation::AcceptApplication,
    Operation::ActivateContract,
    Operation::ApproveContract,
    Operation::AssignAssetIdentifiers,
    Operation::CancelApplication,
    Operation::CancelContract,
    Operation::CreateApplication,
    Operation::CreateSession,
    Operation::SignContract,
];

impl Play {
    /// Reads the bank once more, when nothing more is to come of it, and holds the end, what the shop
    /// was told and what came in to what they should be; each by the records of both sides.
    pub(in crate::commands::demo) async fn end(
        &mut self,
        status: OrderStatus,
        callbacks: usize,
        visits: &[&str],
    ) -> Result<()> {
        self.calm().await?;
        self.order()?.refresh().await?;
        self.calm().await?;
        let order = self.kept().await?;
        let ended = order.status();
        ensure!(ended == status, "{ended} instead of {status}");
        self.outcome = ended.to_string();
        self.check_events().await?;
        self.check_callbacks(callbacks).await?;
        let came = self.stage.diary.visits(&self.reference);
        ensure!(
            came == visits,
            "customers came to {came:?} instead of {visits:?}"
        );
        self.check_contract(&order)?;
        for sent in SENT_ONCE {
            let once = self.calls(*sent) <= order.attempts.len();
            ensure!(once, "{sent:?} was sent again");
        }
        Ok(())
    }

    async fn check_events(&self) -> Result<()> {
        let told = self.stage.diary.events(&self.reference);
        let more = told.get(self.told).map(|event| event.kind.to_string());
        ensure!(more.is_none(), "the shop was also told {more:?}");
        ensure!(
            told == self.order()?.history().await?,
            "the ledger has other events than the shop was told"
        );
        Ok(())
    }

    async fn check_callbacks(&self, expected: usize) -> Result<()> {
        let post = self.stage.post;
        let callbacks = self.callbacks().await?;
        ensure!(
            callbacks.len() == expected * post.copies(),
            "{} callbacks with their copies, where {expected} should come",
            callbacks.len()
        );
        for callback in callbacks {
            let came = (callback.outcome, callback.answer.as_deref());
            let expected = match post {
                Post::Twice => (CallbackOutcome::Delivered, Some("200")),
                Post::Lost => (CallbackOutcome::Dropped, None),
            };
            ensure!(came == expected, "callback {}: {came:?}", callback.status);
        }
        Ok(())
    }

    /// A shop that delivers needs an active contract at the bank, and none otherwise.
    fn check_contract(&self, order: &Order) -> Result<()> {
        let sandbox = &self.stage.sandbox;
        for attempt in &order.attempts {
            let known = attempt.contract.as_ref();
            let contract = known.map(|id| id.as_str().parse()).transpose()?;
            if let Some(session) = &attempt.session {
                let session = sandbox.session(session.as_str().parse()?);
                let theirs = session.and_then(|session| session.contract);
                ensure!(contract == theirs, "the shop has read another contract");
            }
            let status = contract.and_then(|contract| sandbox.contract(contract));
            ensure!(
                (status == Some(ContractStatus::Activated))
                    == (attempt.state == AttemptState::Completed),
                "attempt {} is {}, and its contract is {status:?} at the bank",
                attempt.number,
                attempt.state.as_str()
            );
        }
        Ok(())
    }
}
