//! A database server of the tests' own, from the installed programs: on loopback, with nobody else's data.
#![expect(
    clippy::unwrap_used,
    reason = "part of a test: panicking is how it fails"
)]

mod programs;

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

/// Below the ports that systems give to outgoing connections: none of those takes a stopped server's.
const PORTS: std::ops::Range<u16> = 20_000..30_000;

/// Durable as in production, because tests crash it and benchmarks measure it; small, because many run at once.
const SETTINGS: [(&str, &str); 6] = [
    ("listen_addresses", "127.0.0.1"),
    ("unix_socket_directories", ""),
    ("max_connections", "200"),
    ("shared_buffers", "16MB"),
    ("fsync", "on"),
    ("synchronous_commit", "on"),
];

/// Obeys its owner line by line. The pipe closes when the owner lets go of it and also when the owner is killed: then it
/// stops the server and clears up. A signal on the parent's death wouldn't do: it comes when the *thread* ends that
/// started the server, and each test has a thread. Signals for the whole terminal aren't for this one.
const KEEPER: &str = r#"
trap '' HUP INT TERM PIPE
control() { "$1" -D "$2/data" -l "$2/log" -m immediate -w "$3" >>"$2/log" 2>&1; }
while read -r order; do control "$1" "$2" "$order"; echo $?; done
control "$1" "$2" stop
rm -rf "$2"
"#;

/// A server of its own; stopped and removed when dropped, and when the process that owns it is gone in whatever way. Its
/// methods block, for some tenths of a second at most.
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    databases: AtomicU32,
    keeper: Mutex<Keeper>,
}

struct Keeper {
    process: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Postgres {
    /// The server that all tests of a process share, each with databases of its own. Don't stop it.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Starts a server with durable settings. Panics with what to install if there is none.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same with other settings, as in `postgresql.conf`: `("fsync", "off")`.
    ///
    /// # Panics
    /// Where the server can't be started.
    pub fn start_with(settings: &[(&str, &str)]) -> Self {
        let programs = programs::folder();
        let (folder, port) = reserve();
        let account = account();
        if let Some((user, group)) = account {
            chown(&folder, Some(user), Some(group)).unwrap();
        }
        let mut keeper = command(Path::new("sh"), account);
        keeper.args(["-c", KEEPER, "keeper"]);
        // In a group of its own: a test runner that kills the test's whole group leaves it to clear up.
        let keeper = keeper.arg(programs.join("pg_ctl")).arg(&folder);
        let keeper = keeper.process_group(0).stderr(Stdio::null());
        let keeper = keeper.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = keeper.spawn().unwrap();
        let server = Self {
            programs,
            folder,
            port,
            databases: AtomicU32::new(0),
            keeper: Mutex::new(Keeper {
                orders: process.stdin.take(),
                answers: BufReader::new(process.stdout.take().unwrap()),
                process,
            }),
        };
        create_data(&server.programs, &server.folder, account);
        let conf = server.folder.join("data/postgresql.conf");
        let mut conf = OpenOptions::new().append(true).open(conf).unwrap();
        writeln!(conf, "port = {port}").unwrap();
        for (name, value) in SETTINGS.iter().chain(settings) {
            writeln!(conf, "{name} = '{value}'").unwrap();
        }
        server.order("start");
        server
    }

    /// The URL of a new, empty database.
    pub fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        // Nobody can be connected to template0, which would forbid copying it.
        let create = format!("create database {name} template template0");
        self.psql(&self.url("postgres"), &create);
        self.url(&name)
    }

    /// What a statement answers: a line for each row, `|` between columns.
    ///
    /// # Panics
    /// When the statement fails.
    pub fn psql(&self, url: &str, statement: &str) -> String {
        let mut psql = command(&self.programs.join("psql"), None);
        psql.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", url]);
        let output = psql.args(["-c", statement]).output().unwrap();
        succeeded(&output, statement);
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Writes what a database holds to a file, as one that is to be kept elsewhere.
    ///
    /// # Panics
    /// Where that fails.
    pub fn dump(&self, url: &str, file: &Path) {
        let mut dump = command(&self.programs.join("pg_dump"), None);
        dump.args(["--no-owner", "-d", url, "-f"]).arg(file);
        succeeded(&dump.output().unwrap(), "pg_dump");
    }

    /// Brings a database, an empty one, to what such a file holds.
    ///
    /// # Panics
    /// Where that fails.
    pub fn restore(&self, url: &str, file: &Path) {
        let mut psql = command(&self.programs.join("psql"), None);
        psql.args(["-Xq", "--single-transaction", "-v", "ON_ERROR_STOP=1"]);
        psql.args(["-d", url, "-f"]).arg(file);
        succeeded(&psql.output().unwrap(), "psql");
    }

    /// Where it listens on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where its data are, and its `log`.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Stops it as a crash would: connections break, and what isn't on disk is lost.
    pub fn stop_now(&self) {
        self.order("stop");
    }

    /// Starts it again with the same data on the same port; stops it as a crash would if it is running.
    pub fn restart(&self) {
        self.order("restart");
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    fn order(&self, order: &str) {
        let mut keeper = self.keeper.lock().unwrap();
        writeln!(keeper.orders.as_mut().unwrap(), "{order}").unwrap();
        let mut answer = String::new();
        keeper.answers.read_line(&mut answer).unwrap();
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        assert_eq!(answer, "0\n", "PostgreSQL did not {order}:\n{log}");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let keeper = self.keeper.get_mut();
        let keeper = keeper.unwrap_or_else(std::sync::PoisonError::into_inner);
        drop(keeper.orders.take());
        let _ = keeper.process.wait();
        // Its account may empty the folder everywhere, but remove it only in a folder that is open to all.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A folder and a port that no other server has, running or stopped: who creates the port's folder has it.
fn reserve() -> (PathBuf, u16) {
    let first = u16::try_from(std::process::id() % u32::from(PORTS.end - PORTS.start)).unwrap();
    let start = PORTS.start + first;
    for port in (start..PORTS.end).chain(PORTS.start..start) {
        let folder = std::env::temp_dir().join(format!("inbank-postgres-{port}"));
        match DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) if TcpListener::bind(("127.0.0.1", port)).is_ok() => return (folder, port),
            Ok(()) => fs::remove_dir(&folder).unwrap(),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => panic!("{} can't be created: {error}", folder.display()),
        }
    }
    panic!("no port is free: remove inbank-postgres-* from the temporary folder")
}

/// A server refuses to run as root; then it gets another account.
fn account() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(arguments).output().unwrap();
        String::from_utf8(output.stdout)
            .unwrap()
            .trim()
            .parse()
            .ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    let accounts = ["postgres", "nobody"];
    let account = |name| Some((id(&["-u", name])?, id(&["-g", name])?));
    let found = accounts.into_iter().find_map(account);
    assert!(
        found.is_some(),
        "PostgreSQL refuses to run as root, and there is no account `postgres` or `nobody`"
    );
    found
}

/// `initdb` takes most of a start, and its result is always the same: the first one is kept beside the test programs.
fn create_data(programs: &Path, folder: &Path, account: Option<(u32, u32)>) {
    let version = command(&programs.join("postgres"), None)
        .arg("--version")
        .output();
    let version = String::from_utf8(version.unwrap().stdout).unwrap();
    let mut name = version.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    name += &account.map_or(String::new(), |(user, _)| user.to_string());
    let (data, kept) = (folder.join("data"), build_folder().join(name));
    if kept.exists() {
        copy(&kept, &data);
        return;
    }
    let mut initdb = command(&programs.join("initdb"), account);
    initdb.args(["--no-sync", "-A", "trust", "-U", "postgres"]);
    initdb.args(["-E", "UTF8", "--locale=C", "-D"]).arg(&data);
    succeeded(&initdb.output().unwrap(), "initdb");
    // Several processes may be the first; a rename decides, and nobody sees half a copy.
    let mine = kept.with_extension(folder.file_name().unwrap());
    if fs::create_dir(&mine).is_ok() {
        copy(&data, &mine.join("data"));
        let _ = fs::rename(mine.join("data"), &kept);
        fs::remove_dir_all(&mine).unwrap();
    }
}

/// With owners and modes, which the server checks.
fn copy(from: &Path, to: &Path) {
    let output = Command::new("cp").arg("-a").args([from, to]).output();
    succeeded(&output.unwrap(), "cp");
}

/// Where the tests were built to.
fn build_folder() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    program.parent().unwrap().to_owned()
}

/// A program that neither the caller's settings for such servers nor a folder closed to its account disturb.
fn command(program: &Path, account: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PG") {
            command.env_remove(name);
        }
    }
    if let Some((user, group)) = account {
        command.uid(user).gid(group);
    }
    command
}

fn succeeded(output: &Output, what: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what} failed: {said}");
}
