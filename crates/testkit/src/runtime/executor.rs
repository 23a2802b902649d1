use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};
use std::time::Duration;

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
    /// The one that it always has: making one for each poll costs more than most polls.
    pub(super) waker: Waker,
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
    /// When it began.
    start: OffsetDateTime,
    pub(super) now: OffsetDateTime,
    /// Nanoseconds from the start until now: timers go by them, since they are quickly compared.
    elapsed: u64,
    /// Decides who goes next; apart from what tasks draw, so that drawing once more changes no order.
    order: Generator,
    pub(super) random: Generator,
    /// Who can go on, each once.
    ready: Vec<Arc<Seat>>,
    /// That of the future that `block_on` was given, once there was one.
    main: Option<Arc<Seat>>,
    /// By when they end, those of the same moment by their numbers.
    timers: BTreeMap<Timer, Waker>,
    numbers: u64,
    /// Of living processes, not taken in yet.
    spawned: Vec<(u64, Owned)>,
    killed: Vec<u64>,
    dead: BTreeSet<u64>,
    /// Processes that stand still, and until when.
    still: BTreeMap<u64, u64>,
    /// Whether the runtime is gone, and everybody with it.
    pub(super) over: bool,
    running: bool,
    polls_at_this_moment: u64,
    pub(super) livelock: u64,
    pub(super) trace: u64,
    pub(super) panics: Vec<String>,
}

/// When it ends, and its number.
pub(super) type Timer = (u64, u64);

/// Who goes next.
pub(super) enum Turn {
    /// Tasks were spawned, or processes killed: that comes first.
    Changed(Changes),
    Main(Arc<Seat>),
    /// A task, and whether its process has ever stood still.
    Task(u64, bool),
    /// Nobody can, nor ever will.
    Nobody,
}

/// A task's place among those that can go on.
pub(super) struct Seat {
    id: u64,
    process: u64,
    /// Whether it is among them.
    queued: AtomicBool,
    shared: Arc<Shared>,
}

impl Seat {
    const fn new(id: u64, process: u64, shared: Arc<Shared>) -> Self {
        Self {
            id,
            process,
            queued: AtomicBool::new(false),
            shared,
        }
    }
}

impl Wake for Seat {
    fn wake(self: Arc<Self>) {
        if !self.queued.swap(true, Ordering::Relaxed) {
            let shared = self.shared.clone();
            shared.state().queue(self);
        }
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.queued.load(Ordering::Relaxed) {
            self.clone().wake();
        }
    }
}

impl State {
    /// A number that was not given before.
    pub(super) const fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// Queues who says to be queued, and is not yet.
    fn queue(&mut self, seat: Arc<Seat>) {
        if !self.over {
            self.ready.push(seat);
        }
    }

    /// Takes a task, or gives it back.
    fn spawn(&mut self, process: u64, task: Task, shared: &Arc<Shared>) -> Option<Task> {
        if self.over || self.dead.contains(&process) {
            return Some(task);
        }
        let id = self.number();
        let seat = Arc::new(Seat::new(id, process, shared.clone()));
        seat.queued.store(true, Ordering::Relaxed);
        let waker = Waker::from(seat.clone());
        let owned = Owned {
            process,
            task,
            waker,
        };
        self.spawned.push((id, owned));
        self.queue(seat);
        None
    }

    pub(super) fn kill(&mut self, process: u64) {
        if self.dead.insert(process) {
            self.killed.push(process);
        }
    }

    pub(super) fn stand_still(&mut self, process: u64, time: Duration) {
        let until = self.after(time).unwrap_or(u64::MAX);
        self.still.insert(process, until);
    }

    /// So much later; none where that is longer than there is time.
    fn after(&self, time: Duration) -> Option<u64> {
        let nanos = u64::try_from(time.as_nanos()).ok()?;
        self.elapsed.checked_add(nanos)
    }

    /// A timer that ends so much later.
    pub(super) fn timer(&mut self, time: Duration) -> Option<Timer> {
        let until = self.after(time)?;
        Some((until, self.number()))
    }

    pub(super) const fn has_ended(&self, (until, _): Timer) -> bool {
        until <= self.elapsed
    }

    /// Has a timer wake this one; with whom it would have woken else.
    pub(super) fn wait(&mut self, timer: Timer, waker: &Waker) -> Option<Waker> {
        if let Some(present) = self.timers.get_mut(&timer) {
            if present.will_wake(waker) {
                return None;
            }
            return Some(std::mem::replace(present, waker.clone()));
        }
        self.timers.insert(timer, waker.clone())
    }

    pub(super) fn stop(&mut self, timer: Timer) -> Option<Waker> {
        self.timers.remove(&timer)
    }

    #[cfg(test)]
    pub(super) fn timers(&self) -> usize {
        self.timers.len()
    }

    fn pick(&mut self) -> Option<Arc<Seat>> {
        if self.ready.is_empty() {
            return None;
        }
        let index = self.order.below(self.ready.len() as u64);
        let index = usize::try_from(index).unwrap_or_default();
        let seat = self.ready.swap_remove(index);
        seat.queued.store(false, Ordering::Relaxed);
        self.polls_at_this_moment += 1;
        for part in [seat.id, self.elapsed] {
            self.trace = (self.trace ^ part)
                .wrapping_mul(0x0100_0000_01b3)
                .rotate_left(29);
        }
        Some(seat)
    }

    /// Moves time to the next timer, and gives whom that wakes; false where there is no timer.
    fn pass(&mut self, woken: &mut Vec<Waker>) -> bool {
        let Some((&(next, _), _)) = self.timers.first_key_value() else {
            return false;
        };
        if next > self.elapsed {
            self.elapsed = next;
            let elapsed = i64::try_from(next).unwrap_or(i64::MAX);
            let elapsed = time::Duration::nanoseconds(elapsed);
            self.now = self.start.saturating_add(elapsed);
            self.polls_at_this_moment = 0;
        }
        while let Some(entry) = self.timers.first_entry()
            && entry.key().0 <= next
        {
            woken.push(entry.remove());
        }
        true
    }

    /// Lets go of everybody who might be woken: they know the runtime, which would never be dropped.
    pub(super) fn forget(&mut self) -> impl Sized + use<> {
        let ready = std::mem::take(&mut self.ready);
        let timers = std::mem::take(&mut self.timers);
        (ready, timers, self.main.take())
    }

    fn changes(&mut self) -> Option<Changes> {
        if self.spawned.is_empty() && self.killed.is_empty() {
            return None;
        }
        Some(Changes {
            spawned: std::mem::take(&mut self.spawned),
            killed: std::mem::take(&mut self.killed),
        })
    }
}

impl Shared {
    pub(super) fn new(seed: u64) -> Self {
        let mut seeds = Generator::new(seed);
        let start = OffsetDateTime::from_unix_timestamp(1_790_000_000);
        let start = start.unwrap_or(OffsetDateTime::UNIX_EPOCH);
        Self {
            state: Mutex::new(State {
                start,
                now: start,
                elapsed: 0,
                order: Generator::new(seeds.draw()),
                random: Generator::new(seeds.draw()),
                ready: Vec::new(),
                main: None,
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

    /// Takes a task, or gives it back.
    pub(super) fn spawn(self: &Arc<Self>, process: u64, task: Task) -> Option<Task> {
        self.state().spawn(process, task, self)
    }

    /// `woken` is empty, and is so again afterwards.
    pub(super) fn next_turn(&self, woken: &mut Vec<Waker>) -> Turn {
        loop {
            {
                let mut state = self.state();
                if let Some(changes) = state.changes() {
                    return Turn::Changed(changes);
                }
                let picked = state.pick();
                let polls = state.polls_at_this_moment;
                assert!(
                    polls < state.livelock,
                    "livelock: {polls} polls, and time has not passed; who wakes itself without waiting?"
                );
                if let Some(seat) = picked {
                    if seat.id == MAIN {
                        return Turn::Main(seat);
                    }
                    let has_stood = state.still.contains_key(&seat.process);
                    return Turn::Task(seat.id, has_stood);
                }
                if !state.pass(woken) {
                    return Turn::Nobody;
                }
            }
            woken.drain(..).for_each(Waker::wake);
        }
    }

    /// Whether a task's process stands still; then the task goes on when that is over.
    pub(super) fn stands_still(&self, process: u64, task: &Waker) -> bool {
        let mut state = self.state();
        let until = state.still.get(&process).copied();
        let Some(until) = until.filter(|until| *until > state.elapsed) else {
            return false;
        };
        let timer = (until, state.number());
        state.timers.insert(timer, task.clone());
        true
    }

    pub(super) fn changes(&self) -> Option<Changes> {
        self.state().changes()
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
    pub(super) fn enter(shared: &'a Arc<Shared>) -> Self {
        let already = {
            let mut state = shared.state();
            let new = || Arc::new(Seat::new(MAIN, MAIN, shared.clone()));
            let main = state.main.get_or_insert_with(new).clone();
            if !main.queued.swap(true, Ordering::Relaxed) {
                state.queue(main);
            }
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
        state.ready.retain(|seat| seat.id != MAIN);
        if let Some(main) = &state.main {
            main.queued.store(false, Ordering::Relaxed);
        }
    }
}
