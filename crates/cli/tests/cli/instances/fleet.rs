//! The instances, and the door that they stand behind.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use inbank_sandbox::Sandbox;
use serde_json::Value;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use crate::run::inbank;

pub(super) const INSTANCES: usize = 3;
pub(super) const TOKEN: &str = "a-token-of-the-test-itself-0123456789";

/// An instance, killed with the test.
struct Instance(Child);

impl Drop for Instance {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Instances on one database.
pub(super) struct Fleet {
    pub(super) config: PathBuf,
    pub(super) database: String,
    pub(super) door: Door,
    instances: Mutex<[Option<Instance>; INSTANCES]>,
}

impl Fleet {
    pub(super) fn new(config: PathBuf, database: String, door: Door) -> Self {
        Self {
            config,
            database,
            door,
            instances: Mutex::default(),
        }
    }

    /// Starts one, in the place of one that may still run: that one is killed.
    pub(super) fn start(&self, place: usize, sandbox: &Sandbox) {
        let listen = ["serve", "--listen", "127.0.0.1:0", "--output", "json"];
        let mut process = inbank(&listen)
            .arg("--config")
            .arg(&self.config)
            .env("DATABASE_URL", &self.database)
            .env("INBANK_API_TOKENS", TOKEN)
            .env("MAIN_SHOP_UUID", sandbox.shop())
            .env("MAIN_API_KEYS", sandbox.api_key())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = process.stdout.take().unwrap();
        let instance = Instance(process);
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let listen = ready["listen"].as_str().unwrap();
        let port = listen.rsplit(':').next().unwrap().trim_end_matches('/');
        self.instances.lock().unwrap()[place] = Some(instance);
        self.door.instances[place].store(port.parse().unwrap(), Ordering::Relaxed);
    }

    /// Kills one; the door still leads there.
    pub(super) fn kill(&self, place: usize) {
        self.instances.lock().unwrap()[place] = None;
    }
}

/// Where the bank and the shop come in: each connection goes to another instance, as a proxy in front would do it.
pub(super) struct Door {
    pub(super) port: u16,
    instances: Arc<[AtomicU16; INSTANCES]>,
}

impl Door {
    pub(super) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let instances: Arc<[AtomicU16; INSTANCES]> = Arc::default();
        let behind = instances.clone();
        tokio::spawn(async move {
            let turn = AtomicUsize::new(0);
            while let Ok((mut inside, _)) = listener.accept().await {
                let next = turn.fetch_add(1, Ordering::Relaxed) % INSTANCES;
                let port = behind[next].load(Ordering::Relaxed);
                tokio::spawn(async move {
                    if let Ok(mut outside) = TcpStream::connect(("127.0.0.1", port)).await {
                        let _ = copy_bidirectional(&mut inside, &mut outside).await;
                    }
                });
            }
        });
        Self { port, instances }
    }
}
