//! The one that writes: a thread with a connection of its own, to which all writes of this process go. What waits for it is
//! done in one transaction, since waiting for the disk is what costs. One that fails takes no other with it: where one has to be
//! taken back, all are, and then done again, each in a savepoint of its own. That is rare, and savepoints cost: each copies every page
//! that is changed in it.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use inbank_ports::LedgerError;
use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::connection::{Done, LOG_LIMIT, execute, open_writer, patiently};
use super::file::DatabaseFile;
use super::migration::{check, migrate};
use super::queue::{Priority, Queue, Taken, Wait};
use crate::failure::Failure;

/// So much may wait; whoever comes then waits for room.
const ROOM: usize = 4096;
/// So much goes into one transaction at the most, …
const BATCH: usize = 512;
/// … and nothing is begun any more after this.
const LONGEST: Duration = Duration::from_millis(20);
/// So long those are waited for who were answered together, and mostly come back together.
const GATHER: Duration = Duration::from_micros(200);
/// After this without work the log is emptied.
const IDLE: Duration = Duration::from_secs(2);
/// How often the log's length is looked at, in transactions.
const LOOK_AT_LOG: u32 = 64;

pub(super) struct Writer {
    queue: Arc<Queue<Box<dyn Job>>>,
    room: Arc<Semaphore>,
    place: String,
}

/// Something to be written for somebody who waits.
trait Job: Send {
    /// Has it keep its place among those that may wait.
    fn hold(&mut self, room: OwnedSemaphorePermit);
    /// Whether nobody waits any more.
    fn is_given_up(&self) -> bool;
    /// Does it, and keeps the answer. False when what it wrote is to be taken back.
    fn run(&mut self, connection: &Connection) -> bool;
    fn fail(&mut self, failure: Failure);
    /// Gives the answer, once it holds.
    fn answer(self: Box<Self>);
}

struct Waiting<T, F> {
    work: F,
    answer: Option<Result<T, Failure>>,
    answer_to: oneshot::Sender<Result<T, Failure>>,
    room: Option<OwnedSemaphorePermit>,
}

impl<T, F> Job for Waiting<T, F>
where
    T: Send,
    F: Fn(&Connection) -> Result<Done<T>, Failure> + Send,
{
    fn hold(&mut self, room: OwnedSemaphorePermit) {
        self.room = Some(room);
    }

    fn is_given_up(&self) -> bool {
        self.answer_to.is_closed()
    }

    fn run(&mut self, connection: &Connection) -> bool {
        let (keep, answer) = match (self.work)(connection) {
            Ok(Done::Keep(answer)) => (true, Ok(answer)),
            Ok(Done::Undo(answer)) => (false, Ok(answer)),
            Err(failure) => (false, Err(failure)),
        };
        self.answer = Some(answer);
        keep
    }

    fn fail(&mut self, failure: Failure) {
        self.answer = Some(Err(failure));
    }

    fn answer(self: Box<Self>) {
        if let Some(answer) = self.answer {
            // Whoever has gone away doesn't need to know.
            let _ = self.answer_to.send(answer);
        }
        drop(self.room);
    }
}

impl Writer {
    /// Opens the file, brings its tables up to date or makes sure that they are, and starts the thread.
    pub(super) async fn start(file: Arc<DatabaseFile>, migrates: bool) -> Result<Self, Failure> {
        let queue = Arc::new(Queue::new());
        let place = file.place();
        let (opened, answer) = oneshot::channel();
        let jobs = Arc::clone(&queue);
        let body = move || {
            let connection = open_writer(&file).and_then(|mut connection| {
                if migrates {
                    migrate(&mut connection)?;
                } else {
                    check(&connection)?;
                }
                Ok(connection)
            });
            match connection {
                Ok(connection) => {
                    if opened.send(Ok(())).is_ok() {
                        serve(&connection, &file, &jobs);
                    }
                }
                Err(failure) => {
                    let _ = opened.send(Err(failure));
                }
            }
        };
        start_thread("inbank-ledger-writer", body)?;
        answer.await.map_err(|_| gone())??;
        Ok(Self {
            queue,
            room: Arc::new(Semaphore::new(ROOM)),
            place,
        })
    }

    /// Does something in a transaction, and answers once that is durable. It may be done more than once, each time with what
    /// was done before taken back.
    pub(super) async fn run<T, F>(&self, priority: Priority, work: F) -> Result<T, LedgerError>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> Result<Done<T>, Failure> + Send + 'static,
    {
        let (answer_to, answer) = oneshot::channel();
        let job = Box::new(Waiting {
            work,
            answer: None,
            answer_to,
            room: None,
        });
        self.push(priority, job).await?;
        let answer = answer.await.map_err(|_| gone());
        answer.flatten().map_err(|failure| failure.at(&self.place))
    }

    async fn push(&self, priority: Priority, mut job: Box<dyn Job>) -> Result<(), LedgerError> {
        let room = Arc::clone(&self.room).acquire_owned().await;
        job.hold(room.map_err(|_| gone().at(&self.place))?);
        self.queue.push(priority, job);
        Ok(())
    }
}

/// The thread does what still waits, and ends.
impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.close();
    }
}

pub(super) fn start_thread(
    name: &str,
    body: impl FnOnce() + Send + 'static,
) -> Result<(), Failure> {
    let thread = thread::Builder::new().name(name.to_owned());
    let started = thread.spawn(body).map(drop);
    started.map_err(|error| Failure::unavailable(format!("no thread can be started: {error}")))
}

pub(super) fn gone() -> Failure {
    Failure::unavailable("the ledger's thread is gone; connect again")
}

fn serve(connection: &Connection, file: &DatabaseFile, queue: &Queue<Box<dyn Job>>) {
    let (mut written, mut last) = (0, 0);
    loop {
        let wait = Wait {
            most: BATCH,
            gather: last / 2,
            moment: GATHER,
            idle: (written > 0).then_some(IDLE),
        };
        match queue.take(wait) {
            Taken::Jobs(jobs) => {
                last = jobs.len();
                transaction(connection, jobs, queue);
                written += 1;
                if written % LOOK_AT_LOG == 0 && file.log_bytes() > LOG_LIMIT {
                    empty_log(connection);
                }
            }
            Taken::Idle => {
                empty_log(connection);
                (written, last) = (0, 0);
            }
            Taken::Closed => return,
        }
    }
}

/// Moves the log into the file. SQLite does that by itself now and then, but never so that the log gets shorter; and it can't
/// while somebody reads all the time. Whether it succeeds matters to nobody.
fn empty_log(connection: &Connection) {
    let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
}

fn transaction(
    connection: &Connection,
    mut jobs: VecDeque<Box<dyn Job>>,
    queue: &Queue<Box<dyn Job>>,
) {
    // What nobody waits for is not begun: it is as if it had never been asked for.
    jobs.retain(|job| !job.is_given_up());
    if jobs.is_empty() {
        return;
    }
    if let Err(failure) = begin(connection) {
        return answer(jobs, Some(&failure));
    }
    let started = Instant::now();
    let mut done = VecDeque::with_capacity(jobs.len());
    let mut holds = true;
    while let Some(mut job) = jobs.pop_front() {
        holds = run(connection, job.as_mut()) && !connection.is_autocommit();
        done.push_back(job);
        if !holds || started.elapsed() > LONGEST {
            break;
        }
    }
    if !holds {
        rollback(connection);
        holds = begin(connection).is_ok()
            && done
                .iter_mut()
                .all(|job| in_savepoint(connection, job.as_mut()));
    }
    if !jobs.is_empty() {
        queue.put_back(jobs);
    }
    if holds && commit(connection).is_ok() {
        return answer(done, None);
    }
    // The disk is full, say: SQLite has taken the whole transaction back. Each that was in it is tried alone.
    for mut job in done {
        alone(connection, job.as_mut());
        job.answer();
    }
}

fn begin(connection: &Connection) -> Result<(), Failure> {
    if !connection.is_autocommit() {
        rollback(connection);
    }
    // A transaction that starts by reading can't wait for the lock later: another's write makes it fail at once.
    patiently(|| {
        connection
            .prepare_cached("BEGIN IMMEDIATE")?
            .execute([])
            .map(drop)
    })?;
    Ok(())
}

fn commit(connection: &Connection) -> Result<(), Failure> {
    let committed = patiently(|| connection.prepare_cached("COMMIT")?.execute([]).map(drop));
    if !connection.is_autocommit() {
        rollback(connection);
    }
    Ok(committed?)
}

fn rollback(connection: &Connection) {
    // Where it fails there is nothing to be taken back.
    let _ = connection.execute_batch("ROLLBACK");
}

/// Whether the transaction still stands: SQLite takes it back by itself when the disk is full.
fn in_savepoint(connection: &Connection, job: &mut dyn Job) -> bool {
    if let Err(failure) = execute(connection, "SAVEPOINT one", &[]) {
        job.fail(failure);
        return !connection.is_autocommit();
    }
    let keep = run(connection, job);
    if connection.is_autocommit() {
        return false;
    }
    let ended = if keep {
        execute(connection, "RELEASE one", &[])
    } else {
        execute(connection, "ROLLBACK TO one", &[])
            .and_then(|_| execute(connection, "RELEASE one", &[]))
    };
    if let Err(failure) = ended {
        job.fail(failure);
        return false;
    }
    true
}

fn alone(connection: &Connection, job: &mut dyn Job) {
    if let Err(failure) = begin(connection) {
        return job.fail(failure);
    }
    if run(connection, job) {
        if let Err(failure) = commit(connection) {
            job.fail(failure);
        }
    } else if !connection.is_autocommit() {
        rollback(connection);
    }
}

/// A panic ends this job, and not the thread that all others wait for.
fn run(connection: &Connection, job: &mut dyn Job) -> bool {
    let run = catch_unwind(AssertUnwindSafe(|| job.run(connection)));
    run.unwrap_or_else(|_| {
        job.fail(Failure::unavailable("writing panicked"));
        false
    })
}

fn answer(jobs: VecDeque<Box<dyn Job>>, failure: Option<&Failure>) {
    for mut job in jobs {
        if let Some(failure) = failure {
            job.fail(failure.clone());
        }
        job.answer();
    }
}
