//! Work that waits for a thread.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Which work goes first when more waits than goes into one transaction.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Priority {
    /// What somebody waits for, or what ends other work: commands, callbacks, ends of leases.
    First,
    /// What starts other work: claims, deliveries, and what may wait.
    Second,
}

/// So much of a batch is kept for what goes second, which would else never get its turn under load.
const SHARE_OF_SECOND: usize = 8;

/// What came of waiting for work.
pub(super) enum Taken<J> {
    Jobs(VecDeque<J>),
    /// There was none for as long as one waits.
    Idle,
    /// There will be none any more.
    Closed,
}

/// How long to wait, and for what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wait {
    /// At most so many at once.
    pub(super) most: usize,
    /// So many are worth waiting a moment for, once there is one.
    pub(super) gather: usize,
    /// That moment.
    pub(super) moment: Duration,
    /// Says that it is idle after this.
    pub(super) idle: Option<Duration>,
}

#[derive(Debug)]
pub(super) struct Queue<J> {
    waiting: Mutex<Waiting<J>>,
    arrived: Condvar,
}

#[derive(Debug)]
struct Waiting<J> {
    first: VecDeque<J>,
    second: VecDeque<J>,
    /// From so many on the thread wants to be woken.
    wanted: usize,
    closed: bool,
}

impl<J> Waiting<J> {
    fn len(&self) -> usize {
        self.first.len() + self.second.len()
    }

    fn take(&mut self, most: usize) -> VecDeque<J> {
        let second = self.second.len();
        let share = second.min(most.div_ceil(SHARE_OF_SECOND));
        let first = self.first.len().min(most - share);
        let mut jobs: VecDeque<J> = self.first.drain(..first).collect();
        let second = second.min(most - first);
        jobs.extend(self.second.drain(..second));
        jobs
    }
}

impl<J> Queue<J> {
    pub(super) const fn new() -> Self {
        Self {
            waiting: Mutex::new(Waiting {
                first: VecDeque::new(),
                second: VecDeque::new(),
                wanted: 1,
                closed: false,
            }),
            arrived: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<J>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, priority: Priority, job: J) {
        let mut waiting = self.lock();
        match priority {
            Priority::First => waiting.first.push_back(job),
            Priority::Second => waiting.second.push_back(job),
        }
        if waiting.len() >= waiting.wanted {
            drop(waiting);
            self.arrived.notify_one();
        }
    }

    /// Puts back what was taken and is not begun.
    pub(super) fn put_back(&self, jobs: VecDeque<J>) {
        let mut waiting = self.lock();
        for job in jobs.into_iter().rev() {
            waiting.first.push_front(job);
        }
    }

    /// What waits is still done; then whoever takes hears that it is over.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    pub(super) fn take(&self, wait: Wait) -> Taken<J> {
        let mut waiting = self.lock();
        waiting.wanted = 1;
        while waiting.len() == 0 {
            if waiting.closed {
                return Taken::Closed;
            }
            waiting = match wait.idle {
                None => self
                    .arrived
                    .wait(waiting)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(idle) => {
                    let woken = self.arrived.wait_timeout(waiting, idle);
                    let (waiting, late) = woken.unwrap_or_else(PoisonError::into_inner);
                    if late.timed_out() && waiting.len() == 0 && !waiting.closed {
                        return Taken::Idle;
                    }
                    waiting
                }
            };
        }
        // Those whom the last batch answered are just waking up, one after the other: the first of them is not sent alone.
        let (gather, started) = (wait.gather.min(wait.most), Instant::now());
        waiting.wanted = gather;
        while waiting.len() < gather && !waiting.closed {
            let Some(left) = wait.moment.checked_sub(started.elapsed()) else {
                break;
            };
            let woken = self.arrived.wait_timeout(waiting, left);
            waiting = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        waiting.wanted = usize::MAX;
        Taken::Jobs(waiting.take(wait.most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Wait = Wait {
        most: 8,
        gather: 1,
        moment: Duration::ZERO,
        idle: Some(Duration::ZERO),
    };

    fn taken(queue: &Queue<u32>) -> Vec<u32> {
        match queue.take(WAIT) {
            Taken::Jobs(jobs) => jobs.into(),
            Taken::Idle | Taken::Closed => Vec::new(),
        }
    }

    #[test]
    fn what_goes_first_goes_first_and_what_goes_second_goes_too() {
        let queue = Queue::new();
        queue.push(Priority::Second, 100);
        queue.push(Priority::Second, 101);
        for n in 0..10 {
            queue.push(Priority::First, n);
        }
        assert_eq!(taken(&queue), [0, 1, 2, 3, 4, 5, 6, 100]);
        assert_eq!(taken(&queue), [7, 8, 9, 101]);
    }

    #[test]
    fn what_is_put_back_comes_next() {
        let queue = Queue::new();
        queue.push(Priority::First, 3);
        queue.put_back(VecDeque::from([1, 2]));
        assert_eq!(taken(&queue), [1, 2, 3]);
    }

    #[test]
    fn a_queue_says_when_there_is_nothing_and_when_there_will_be_nothing() {
        let queue = Queue::<u32>::new();
        assert!(matches!(queue.take(WAIT), Taken::Idle));
        queue.push(Priority::First, 1);
        queue.close();
        assert_eq!(taken(&queue), [1]);
        assert!(matches!(queue.take(WAIT), Taken::Closed));
    }
}
