//! Those that read: a few threads, each with a connection of its own. What is read is one statement, or statements of which
//! each is whole by itself; no snapshot outlives a call.

use std::sync::Arc;
use std::time::Duration;

use inbank_ports::LedgerError;
use rusqlite::Connection;
use tokio::sync::{Semaphore, oneshot};

use super::connection::open_reader;
use super::file::DatabaseFile;
use super::queue::{Priority, Queue, Taken, Wait};
use super::writer::{gone, start_thread};
use crate::failure::Failure;

const THREADS: usize = 3;
/// So much may wait; whoever comes then waits for room.
const ROOM: usize = 4096;

type Job = Box<dyn FnOnce(&Connection) + Send>;

pub(super) struct Readers {
    queue: Arc<Queue<Job>>,
    room: Arc<Semaphore>,
    place: String,
}

impl Readers {
    pub(super) fn start(file: &DatabaseFile) -> Result<Self, Failure> {
        // From here on the threads end when this is dropped, also when the next can't be started.
        let readers = Self {
            queue: Arc::new(Queue::new()),
            room: Arc::new(Semaphore::new(ROOM)),
            place: file.place(),
        };
        for _ in 0..THREADS {
            let (connection, queue) = (open_reader(file)?, Arc::clone(&readers.queue));
            start_thread("inbank-ledger-reader", move || serve(&connection, &queue))?;
        }
        Ok(readers)
    }

    pub(super) async fn run<T, F>(&self, work: F) -> Result<T, LedgerError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        let room = Arc::clone(&self.room).acquire_owned().await;
        let room = room.map_err(|_| gone().at(&self.place))?;
        let (answer_to, answer) = oneshot::channel();
        let job = move |connection: &Connection| {
            let _room = room;
            if !answer_to.is_closed() {
                let _ = answer_to.send(work(connection));
            }
        };
        self.queue.push(Priority::First, Box::new(job));
        let answer = answer.await.map_err(|_| gone());
        answer.flatten().map_err(|failure| failure.at(&self.place))
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue.close();
    }
}

fn serve(connection: &Connection, queue: &Queue<Job>) {
    let wait = Wait {
        most: 1,
        gather: 1,
        moment: Duration::ZERO,
        idle: None,
    };
    while let Taken::Jobs(jobs) = queue.take(wait) {
        for job in jobs {
            job(connection);
        }
    }
}
