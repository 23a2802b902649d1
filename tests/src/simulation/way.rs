use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{Either, select};

use super::lender::{Asking, Lender};
use super::{Fault, Mark, Waits};

/// One process's way to a shop's bank and back: slow, and lost on it.
pub(super) struct Way {
    pub(super) lender: Arc<Lender>,
    pub(super) life: u32,
    /// After which no answer is waited for any more; whoever asks at the ports waits for as long as it takes.
    pub(super) limit: Option<Duration>,
}

/// Why no true answer comes back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Trouble {
    /// Nothing was sent.
    Unreachable,
    /// The bank wants fewer calls.
    Limited,
    /// The bank refuses.
    Refused,
    /// The bank says that there is no such thing.
    Forgotten,
    /// Nobody knows what came of it.
    Lost,
    /// It can't be understood.
    Garbled,
}

impl Way {
    /// What comes within the limit.
    async fn within<T>(
        &self,
        answer: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        let Some(limit) = self.limit else {
            return answer.await;
        };
        let (answer, limit) = (pin!(answer), pin!(self.lender.around.pass(limit)));
        match select(answer, limit).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => Err(Trouble::Lost),
        }
    }

    /// An answer's way, on which it may be lost.
    async fn travel_back(&self) -> Result<(), Trouble> {
        self.travel().await;
        if self.lender.happens(Fault::BankHangs) {
            self.lender.around.pass(Duration::from_mins(10)).await;
            return Err(Trouble::Lost);
        }
        if self.lender.happens(Fault::BankLosesAnswer) {
            return Err(Trouble::Lost);
        }
        Ok(())
    }

    /// One way.
    async fn travel(&self) {
        let around = &self.lender.around;
        let mut time = around.times.millis(around.setting.latency_ms);
        if around.faults.are_over() {
            time = time.min(Duration::from_millis(400));
        }
        if self.lender.happens(Fault::BankSlow) {
            time += around.times.seconds(1, 40);
        }
        self.lender.fleet.waits(self.life, Waits::ForBank);
        around.pass(time).await;
    }

    /// Asks what is so.
    pub(super) async fn read<T: Send>(
        &self,
        operation: &'static str,
        about: &str,
        act: impl Future<Output = T> + Send,
        is_ok: impl Fn(&T) -> bool + Send,
    ) -> Result<T, Trouble> {
        self.within(self.look(operation, about, act, is_ok)).await
    }

    async fn look<T: Send>(
        &self,
        operation: &'static str,
        about: &str,
        act: impl Future<Output = T> + Send,
        is_ok: impl Fn(&T) -> bool + Send,
    ) -> Result<T, Trouble> {
        let lender = &self.lender;
        if lender.is_away() || lender.happens(Fault::BankUnreachable) {
            return Err(Trouble::Unreachable);
        }
        lender.read(about);
        let life = self.life;
        lender
            .around
            .trace(|| format!("process {life} reads {operation} {about}"));
        self.travel().await;
        if lender.happens(Fault::BankLimits) {
            return Err(Trouble::Limited);
        }
        if lender.happens(Fault::BankLags) {
            lender.lags();
        }
        if lender.happens(Fault::BankForgets) {
            return Err(Trouble::Forgotten);
        }
        let answer = act.await;
        lender.around.happened(operation, u64::from(is_ok(&answer)));
        self.travel_back().await?;
        if lender.happens(Fault::BankGarbles) {
            return Err(Trouble::Garbled);
        }
        Ok(answer)
    }

    /// Asks for something to be done.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        operation: &'static str,
        about: &str,
        act: impl Future<Output = T> + Send + 'static,
        is_ok: impl Fn(&T) -> bool + Clone + Send + Sync + 'static,
    ) -> Result<T, Trouble> {
        let lender = &self.lender;
        let life = self.life;
        lender
            .around
            .trace(|| format!("process {life} asks {operation} {about}"));
        let asking = lender.asked(operation, about, life);
        let doing = {
            let (lender, about, began) = (lender.clone(), about.to_owned(), asking.began());
            let is_ok = is_ok.clone();
            async move {
                let answer = act.await;
                if is_ok(&answer) {
                    lender.done(operation, &about, began);
                }
                answer
            }
        };
        let answer = self
            .within(self.ask(operation, &asking, doing, is_ok))
            .await;
        asking.waited_for();
        answer
    }

    async fn ask<T: Send + 'static>(
        &self,
        operation: &'static str,
        asking: &Asking<'_>,
        act: impl Future<Output = T> + Send + 'static,
        is_ok: impl Fn(&T) -> bool + Send + Sync + 'static,
    ) -> Result<T, Trouble> {
        let lender = &self.lender;
        if lender.is_away() || lender.happens(Fault::BankUnreachable) {
            asking.did_not_arrive();
            return Err(Trouble::Unreachable);
        }
        self.travel().await;
        if lender.happens(Fault::BankLimits) {
            asking.did_not_arrive();
            lender.around.mark(Mark::CommandLimited);
            return Err(Trouble::Limited);
        }
        if lender.happens(Fault::BankRefuses) {
            asking.did_not_arrive();
            return Err(Trouble::Refused);
        }
        if lender.happens(Fault::BankLosesCall) {
            return Err(Trouble::Lost);
        }
        if lender.happens(Fault::BankCommitsLater) {
            self.later(act, is_ok);
            return Err(Trouble::Lost);
        }
        let answer = act.await;
        let is_ok = is_ok(&answer);
        lender.around.happened(operation, u64::from(is_ok));
        lender.acted();
        self.arrived(operation, asking, is_ok).await?;
        Ok(answer)
    }

    /// A gateway gives up; what was asked is done all the same.
    fn later<T: Send + 'static>(
        &self,
        act: impl Future<Output = T> + Send + 'static,
        is_ok: impl Fn(&T) -> bool + Send + Sync + 'static,
    ) {
        let lender = self.lender.clone();
        let wait = lender.around.times.seconds(1, 40);
        self.lender.around.spawn(async move {
            lender.around.pass(wait).await;
            let answer = act.await;
            if is_ok(&answer) {
                lender.around.mark(Mark::CommittedLater);
            }
            lender.acted();
        });
    }

    async fn arrived(
        &self,
        operation: &'static str,
        asking: &Asking<'_>,
        is_ok: bool,
    ) -> Result<(), Trouble> {
        let lender = &self.lender;
        self.travel_back().await?;
        lender
            .around
            .trace(|| format!("{operation}: answered, {is_ok}"));
        if is_ok {
            asking.succeeded();
        } else {
            asking.did_not_arrive();
        }
        match (is_ok, operation) {
            (true, "application.accept") => lender.around.mark(Mark::Accepted),
            (true, "rental.activate") => lender.around.mark(Mark::Activated),
            (_, _) => {}
        }
        Ok(())
    }
}
