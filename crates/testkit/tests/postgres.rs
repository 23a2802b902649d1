//! The tests' own database server does what the tests of our store rely on.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use inbank_testkit::Postgres;

/// Set for the process that is killed.
const OWNER: &str = "INBANK_TESTS_OWNS_POSTGRES";

fn connect(port: u16) -> std::io::Result<TcpStream> {
    TcpStream::connect(("127.0.0.1", port))
}

#[test]
fn every_database_is_new_empty_and_durable() {
    let server = Postgres::shared();
    let (one, other) = (server.database(), server.database());
    server.psql(&one, "create table orders (id int)");
    let tables = "select count(*) from pg_tables where schemaname = 'public'";
    assert_eq!(server.psql(&one, tables), "1");
    assert_eq!(server.psql(&other, tables), "0");
    let settings = "select current_setting('fsync'), current_setting('synchronous_commit'), \
                    current_setting('server_encoding'), datcollate \
                    from pg_database where datname = current_database()";
    assert_eq!(server.psql(&one, settings), "on|on|UTF8|C");
}

#[test]
fn what_was_committed_survives_a_crash_and_restarts_on_the_same_port() {
    let server = Postgres::start_with(&[("work_mem", "1MB")]);
    let url = server.database();
    server.psql(&url, "create table orders (id int)");
    server.psql(&url, "insert into orders values (7)");
    server.stop_now();
    assert!(connect(server.port()).is_err());
    server.restart();
    assert_eq!(server.psql(&url, "select id from orders"), "7");
    server.restart();
    assert_eq!(server.psql(&url, "select id from orders"), "7");
    assert_eq!(server.psql(&url, "show work_mem"), "1MB");
}

#[test]
fn a_dropped_server_leaves_nothing_behind() {
    let server = Postgres::start();
    let (port, folder) = (server.port(), server.folder().to_owned());
    assert!(folder.exists());
    drop(server);
    assert!(connect(port).is_err());
    assert!(!folder.exists());
}

#[test]
fn a_server_leaves_nothing_behind_when_its_owner_is_killed() {
    if std::env::var_os(OWNER).is_some() {
        let server = Postgres::start();
        println!("\nowns {} {}", server.port(), server.folder().display());
        // Waits to be killed; or for the test to be gone.
        std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
        return;
    }
    let this = "a_server_leaves_nothing_behind_when_its_owner_is_killed";
    let mut owner = Command::new(std::env::current_exe().unwrap());
    let owner = owner.args([this, "--exact", "--nocapture"]).env(OWNER, "1");
    let owner = owner.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut owner = owner.spawn().unwrap();
    let lines = BufReader::new(owner.stdout.take().unwrap()).lines();
    let owns = lines
        .map(Result::unwrap)
        .find(|line| line.starts_with("owns "));
    let owns = owns.unwrap();
    let [_, port, folder] = owns.splitn(3, ' ').collect::<Vec<_>>()[..] else {
        panic!("{owns}")
    };
    let (port, folder) = (port.parse().unwrap(), Path::new(folder));
    let mut connection = connect(port).unwrap();
    assert!(folder.exists());

    // SIGKILL: nothing of the owner's runs any more.
    owner.kill().unwrap();
    owner.wait().unwrap();

    let patience = Duration::from_mins(1);
    connection.set_read_timeout(Some(patience)).unwrap();
    // The server hangs up, and then it takes a moment to be removed.
    let hung_up = connection.read(&mut [0]);
    assert!(
        matches!(hung_up, Ok(0))
            || hung_up.is_err_and(|e| e.kind() == std::io::ErrorKind::ConnectionReset)
    );
    let deadline = Instant::now() + patience;
    while folder.exists() {
        assert!(Instant::now() < deadline, "{} stays", folder.display());
        std::thread::yield_now();
    }
    assert!(connect(port).is_err());
}
