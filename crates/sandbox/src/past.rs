//! Reads that show the past: a copy of the bank's memory for each change, as long as some read lags behind.

use std::{
    collections::{HashMap, VecDeque},
    mem,
    time::Duration,
};

use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    application::CreditApplication, bank::Bank, contract::Contract, operation::Operation,
    session::Session,
};

/// What reads show.
#[derive(Clone, Debug, Default)]
struct Memory {
    sessions: HashMap<Uuid, Session>,
    contracts: HashMap<Uuid, Contract>,
    applications: HashMap<Uuid, CreditApplication>,
}

#[derive(Debug, Default)]
pub(crate) struct Past {
    lags: HashMap<Operation, Duration>,
    /// The oldest first.
    moments: VecDeque<(OffsetDateTime, Memory)>,
    /// Whether a read shows the past just now, in which nothing may be changed.
    pub(crate) is_shown: bool,
}

impl Bank {
    /// From now on this operation shows what was so long ago, but nothing from before now.
    pub(crate) fn lag(&mut self, operation: Operation, by: Duration) {
        if by.is_zero() {
            self.past.lags.remove(&operation);
        } else {
            self.past.lags.insert(operation, by);
        }
        if self.past.lags.is_empty() {
            self.past.moments.clear();
        } else {
            self.remember();
        }
    }

    /// Keeps a copy of what is known now, if any read lags behind.
    pub(crate) fn remember(&mut self) {
        let Some(&longest) = self.past.lags.values().max() else {
            return;
        };
        let now = self.now();
        let memory = Memory {
            sessions: self.sessions.clone(),
            contracts: self.contracts.clone(),
            applications: self.direct.applications.clone(),
        };
        let moments = &mut self.past.moments;
        moments.push_back((now, memory));
        while moments.get(1).is_some_and(|&(at, _)| at + longest <= now) {
            moments.pop_front();
        }
    }

    /// Reads as of now, or as of so long ago as this operation lags behind.
    pub(crate) fn read_at<T>(
        &mut self,
        operation: Operation,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let Some(memory) = self.past_of(operation) else {
            return read(self);
        };
        let mut memory = memory;
        self.swap(&mut memory);
        self.past.is_shown = true;
        let answer = read(self);
        self.past.is_shown = false;
        self.swap(&mut memory);
        answer
    }

    fn past_of(&self, operation: Operation) -> Option<Memory> {
        let then = self.now() - *self.past.lags.get(&operation)?;
        let moments = &self.past.moments;
        let known = moments.iter().rev().find(|(at, _)| *at <= then);
        known
            .or_else(|| moments.front())
            .map(|(_, memory)| memory.clone())
    }

    const fn swap(&mut self, memory: &mut Memory) {
        mem::swap(&mut self.sessions, &mut memory.sessions);
        mem::swap(&mut self.contracts, &mut memory.contracts);
        mem::swap(&mut self.direct.applications, &mut memory.applications);
    }
}
