//! A sandbox that neither listens nor sends: for a simulation, in which nothing may happen by itself.

use std::{sync::Arc, time::Duration};

use axum::Router;
use tokio::task::JoinSet;

use super::{Sandbox, SandboxBuilder, StartError};
use crate::{
    bank::Bank, callback::Callbacks, clock::Clock, identifier::Identifiers, server, shared::Shared,
};

impl SandboxBuilder {
    /// A bank that neither listens nor sends anything, and starts no task: requests are given to its routes by the caller, who also
    /// [sends its callbacks](Sandbox::take_callback). `base_url` is where its pages are said to be.
    ///
    /// # Errors
    ///
    /// When a setting is wrong.
    pub fn in_memory(self, base_url: impl Into<String>) -> Result<(Sandbox, Router), StartError> {
        let base_url = base_url.into();
        let mut identifiers = Identifiers::new(self.seed);
        let (generated_key, generated_shop) = (identifiers.next(), identifiers.next());
        let shop = self.shop.map_or(Ok(generated_shop), |id| id.parse());
        let shop = shop.map_err(StartError::Shop)?;
        let api_key = self
            .api_key
            .unwrap_or_else(|| generated_key.simple().to_string());
        if api_key.is_empty() || !api_key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(StartError::ApiKey);
        }
        let mut bank = Bank::new(
            self.region,
            (shop, api_key.clone()),
            base_url.clone(),
            self.products,
            identifiers,
            Callbacks::new(self.retries),
            (Clock::new(self.region.offset(), self.clock), self.timing),
        );
        bank.rentals_among_contracts = self.rentals_among_contracts;
        let shared = Arc::new(Shared::new(bank));
        let router = server::router(Arc::clone(&shared));
        let sandbox = Sandbox {
            region: self.region,
            shop: shop.to_string(),
            api_key,
            base_url,
            shared,
            tasks: JoinSet::new(),
        };
        Ok((sandbox, router))
    }
}

impl Sandbox {
    /// Takes the next callback that is due, its address and its form, which counts as delivered: for a caller who sends them, where the
    /// sandbox [does not](SandboxBuilder::in_memory).
    pub fn take_callback(&self) -> Option<(String, String)> {
        self.shared.with(|bank| {
            let now = bank.now();
            let (index, url, body) = bank.callbacks.take_due(now)?;
            bank.callbacks.attempted(index, Ok(200), now);
            Some((url, body))
        })
    }

    /// How long nothing will happen by itself; an hour at the most.
    pub fn until_next_event(&self) -> Duration {
        self.shared.lock().until_next_event()
    }
}
