//! Looking at orders again and again.

use std::fmt::Display;
use std::time::Duration;

use clap::Args;
use inbank::http::SystemClock;
use inbank::ports::Clock as _;
use serde::Serialize;

use crate::exit::Failure;
use crate::output::{self, Format};
use crate::stop;

/// Often enough to follow by eye; a ledger is asked far more often by its worker.
const EVERY: Duration = Duration::from_millis(500);

#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Watch {
    /// Go on, and show it again whenever it is another one: with `--output json` one document a line. Ends
    /// with Ctrl-C, and where nobody reads on
    #[arg(long)]
    watch: bool,
}

impl Watch {
    /// Whether it goes on.
    pub(super) const fn goes_on(self) -> bool {
        self.watch
    }

    /// Shows what is looked at: once, or as often as it changes.
    pub(super) async fn show<A: Serialize + Display>(
        self,
        format: Format,
        look: impl AsyncFn() -> Result<A, Failure>,
    ) -> Result<(), Failure> {
        if !self.watch {
            return output::answer(format, &look().await?);
        }
        let asked = stop::asked()?;
        tokio::select! {
            ended = again_and_again(format, look) => ended,
            () = asked => Ok(()),
            () = stop::unread() => Ok(()),
        }
    }
}

async fn again_and_again<A: Serialize + Display>(
    format: Format,
    look: impl AsyncFn() -> Result<A, Failure>,
) -> Result<(), Failure> {
    let mut before = None;
    loop {
        let found = look().await?;
        let present = serde_json::to_string(&found).ok();
        if before != Some(present.clone()) {
            let apart = format == Format::Text && before.is_some();
            if apart && !output::apart()? || !output::shown(format, &found)? {
                return Ok(());
            }
            before = Some(present);
        }
        SystemClock.sleep(EVERY).await;
    }
}
