use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Wake, Waker};

use time::OffsetDateTime;

use super::Task;
use crate::random::Generator;

/// The future that `block_on` was given.
const MAIN: u64 = 0;

/// So many polls at one moment are no progress.
const LIVELOCK: u64 = 10_000_000;

/// A task, and whose it is.
pub(super) struct Owned {
    pub(super) process: u64,
    pub(super) task: Task,
}

/// What happened to tasks since it was looked at last.
pub(super) struct Changes {
    pub(super) spawned: Vec<(u64, Owned)>,
    pub(super) killed: Vec<u64>,
}

/// What tasks reach of their runtime: all but the tasks themselves, which would otherwise keep
/// themselves alive.
pub(super) struct Shared {
    state: Mutex<State>,
}

pub(super) struct State {
    pub(super) now: OffsetDateTime,
    /// Decides who goes next; apart from what tasks draw, so that drawing once more changes no order.
    order: Generator,
    pub(super) random: Generator,
    /// Who can go on, each once.
    ready: Vec<u64>,
    queued: BTreeSet<u64>,
    /// By when they end, those of the same moment by their numbers.
    pub(super) timers: BTreeMap<(OffsetDateTime, u64), Waker>,
    numbers: u64,
    /// Of living processes, not taken in yet.
    spawned: Vec<(u64, Owned)>,
    killed: Vec<u64>,
    dead: BTreeSet<u64>,
    /// Processes that stand still, and until when.
    still: BTreeMap<u64, OffsetDateTime>,
    /// Whether the runtime is gone, and everybody with it.
    pub(super) over: bool,
    running: bool,
    polls_at_this_moment: u64,
    pub(super) livelock: u64,
    pub(super) trace: u64,
    pub(super) panics: Vec<String>,
}

/// Who goes next.
pub(super) enum Turn {
    Main(Waker),
    Task(u64, Waker),
    /// Nobody can, nor ever will.
    Nobody,
}

impl State {
    /// A number that was not given before.
    pub(super) const fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    fn enqueue(&mut self, id: u64) {
        if self.queued.insert(id) {
            self.ready.push(id);
        }
    }

    /// Takes a task, or gives it back.
    pub(super) fn spawn(&mut self, process: u64, task: Task) -> Option<Task> {
        if self.over || self.dead.contains(&process) {
            return Some(task);
        }
        let id = self.number();
        self.spawned.push((id, Owned { process, task }));
        self.enqueue(id);
        None
    }

    pub(super) fn kill(&mut self, process: u64) {
        if self.dead.insert(process) {
            self.killed.push(process);
        }
    }

    pub(super) fn stand_still(&mut self, process: u64, until: OffsetDateTime) {
        self.still.insert(process, until);
    }

    fn pick(&mut self) -> Option<u64> {
        if self.ready.is_empty() {
            return None;
        }
        let index = self.order.below(self.ready.len() as u64);
        let index = usize::try_from(index).unwrap_or_default();
        let id = self.ready.swap_remove(index);
        self.queued.remove(&id);
        self.polls_at_this_moment += 1;
        let second = self.now.unix_timestamp().cast_unsigned();
        for part in [id, second, self.now.nanosecond().into()] {
            self.trace = (self.trace ^ part)
                .wrapping_mul(0x0100_0000_01b3)
                .rotate_left(29);
        }
        Some(id)
    }

    /// Moves time to the next timer; with whom that wakes, or none where there is no timer.
    fn pass(&mut self) -> Option<Vec<Waker>> {
        let ((next, _), _) = self.timers.first_key_value()?;
        let next = *next;
        if next > self.now {
            self.now = next;
            self.polls_at_this_moment = 0;
        }
        let mut wakers = Vec::new();
        while let Some(entry) = self.timers.first_entry()
            && entry.key().0 <= next
        {
            wakers.push(entry.remove());
        }
        Some(wakers)
    }
}

impl Shared {
    pub(super) fn new(seed: u64) -> Self {
        let mut seeds = Generator::new(seed);
        let start = OffsetDateTime::from_unix_timestamp(1_790_000_000);
        Self {
            state: Mutex::new(State {
                now: start.unwrap_or(OffsetDateTime::UNIX_EPOCH),
                order: Generator::new(seeds.draw()),
                random: Generator::new(seeds.draw()),
                ready: Vec::new(),
                queued: BTreeSet::new(),
                timers: BTreeMap::new(),
                numbers: MAIN,
                spawned: Vec::new(),
                killed: Vec::new(),
                dead: BTreeSet::new(),
                still: BTreeMap::new(),
                over: false,
                running: false,
                polls_at_this_moment: 0,
                livelock: LIVELOCK,
                trace: 0,
                panics: Vec::new(),
            }),
        }
    }

    /// Never held while anything is polled, dropped or woken.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn next_turn(self: &Arc<Self>) -> Turn {
        loop {
            let (picked, woken) = {
                let mut state = self.state();
                let picked = state.pick();
                let woken = match picked {
                    Some(_) => None,
                    None => state.pass(),
                };
                let polls = state.polls_at_this_moment;
                assert!(
                    polls < state.livelock,
                    "livelock: {polls} polls, and time has not passed; who wakes itself without waiting?"
                );
                (picked, woken)
            };
            match (picked, woken) {
                (Some(id), _) => {
                    let waker = Waker::from(Arc::new(TaskWaker {
                        id,
                        shared: Arc::downgrade(self),
                    }));
                    return if id == MAIN {
                        Turn::Main(waker)
                    } else {
                        Turn::Task(id, waker)
                    };
                }
                (None, Some(woken)) => woken.into_iter().for_each(Waker::wake),
                (None, None) => return Turn::Nobody,
            }
        }
    }

    /// Whether a task's process stands still; then the task goes on when that is over.
    pub(super) fn stands_still(&self, process: u64, task: &Waker) -> bool {
        let mut state = self.state();
        let until = state.still.get(&process).copied();
        let Some(until) = until.filter(|until| *until > state.now) else {
            return false;
        };
        let timer = (until, state.number());
        state.timers.insert(timer, task.clone());
        true
    }

    pub(super) fn changes(&self) -> Changes {
        let mut state = self.state();
        Changes {
            spawned: std::mem::take(&mut state.spawned),
            killed: std::mem::take(&mut state.killed),
        }
    }

    /// Does something of a task's; none when it panics, which is put down.
    pub(super) fn guard<T>(&self, act: impl FnOnce() -> T) -> Option<T> {
        match catch_unwind(AssertUnwindSafe(act)) {
            Ok(done) => Some(done),
            Err(panic) => {
                let text = panic.downcast_ref::<&str>().map(ToString::to_string);
                let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
                let text = text.unwrap_or_else(|| "a panic without words".to_owned());
                self.state().panics.push(text);
                None
            }
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a simulation at {}", self.state().now)
    }
}

/// While `block_on` runs.
pub(super) struct Running<'a>(&'a Shared);

impl<'a> Running<'a> {
    pub(super) fn enter(shared: &'a Shared) -> Self {
        let already = {
            let mut state = shared.state();
            state.enqueue(MAIN);
            state.polls_at_this_moment = 0;
            std::mem::replace(&mut state.running, true)
        };
        assert!(!already, "block_on was called from within itself");
        Self(shared)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.running = false;
        state.ready.retain(|id| *id != MAIN);
        state.queued.remove(&MAIN);
    }
}

struct TaskWaker {
    id: u64,
    shared: Weak<Shared>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        if let Some(shared) = self.shared.upgrade() {
            shared.state().enqueue(self.id);
        }
    }
}
