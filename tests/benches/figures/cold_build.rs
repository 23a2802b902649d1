//! What embedding costs a build: the smallest program that has a platform, with the crate's default features,
//! against one that does by hand what such a platform stands on, with the same crates as we set them. Both
//! with cargo's own release profile, from nothing, with the versions of this workspace's lock file.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use super::calls_per_cpu::cpu_of;

const OURS: &str = r#"
use inbank::{Platform, Region, Shop};

#[tokio::main]
async fn main() {
    let platform = Platform::builder()
        .public_url("https://shop.example/inbank")
        .database("sqlite:inbank.db")
        .shop(Shop::new("main", Region::ESTONIA, "uuid", "key"))
        .on_event(|event| async move {
            println!("{event:?}");
            Ok::<(), std::io::Error>(())
        })
        .build()
        .await
        .unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    platform.serve(listener, axum::Router::new()).await.unwrap();
}
"#;

const PLAIN: &str = r#"
use std::str::FromStr;

use rust_decimal::Decimal;
use sqlx::{Connection, Row};

#[tokio::main]
async fn main() {
    let mut file = sqlx::SqliteConnection::connect("sqlite:plain.db?mode=rwc").await.unwrap();
    sqlx::query("CREATE TABLE IF NOT EXISTS quote (amount TEXT)").execute(&mut file).await.unwrap();
    let client = reqwest::Client::new();
    let question = serde_json::json!({ "amount": "499.90" });
    let request = client.post("https://bank.example/calculations").body(question.to_string());
    let answer = request.send().await.unwrap().bytes().await.unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
    let amount = Decimal::from_str(answer["amount"].as_str().unwrap()).unwrap();
    sqlx::query("INSERT INTO quote VALUES (?)").bind(amount.to_string()).execute(&mut file).await.unwrap();
    let row = sqlx::query("SELECT count(*) FROM quote").fetch_one(&mut file).await.unwrap();
    println!("{}", row.get::<i64, _>(0));
}
"#;

struct Built {
    seconds: f64,
    bytes: f64,
}

/// How many times as long the processor takes for it.
pub(crate) fn times() -> Vec<f64> {
    let [ours, plain] = built();
    vec![ours.seconds / plain.seconds]
}

/// How many times as large it is, stripped.
pub(crate) fn sizes() -> Vec<f64> {
    let [ours, plain] = built();
    vec![ours.bytes / plain.bytes]
}

/// Once for both figures. The processor's time, and not the clock's, which depends on who else builds.
fn built() -> &'static [Built; 2] {
    static BUILT: OnceLock<[Built; 2]> = OnceLock::new();
    BUILT.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let ours = root.join("crates/inbank").display().to_string();
        let ours = format!(
            "inbank = {{ path = {ours:?} }}\n\
            axum = {{ version = \"0.8\", default-features = false }}\n\
            tokio = {{ version = \"1\", default-features = false, features = [\"macros\", \"net\", \"rt-multi-thread\"] }}\n"
        );
        let plain = "reqwest = { version = \"0.13\", default-features = false, features = [\"multipart\", \"rustls\"] }\n\
            serde_json = { version = \"1\", features = [\"raw_value\"] }\n\
            rust_decimal = { version = \"1\", default-features = false, features = [\"std\"] }\n\
            sqlx = { version = \"0.9\", default-features = false, features = [\"runtime-tokio\", \"sqlite\"] }\n\
            tokio = { version = \"1\", default-features = false, features = [\"macros\", \"net\", \"rt-multi-thread\"] }\n";
        let lock = root.join("Cargo.lock");
        [
            build("ours", &ours, OURS, &lock),
            build("plain", plain, PLAIN, &lock),
        ]
    })
}

fn build(name: &str, dependencies: &str, program: &str, lock: &Path) -> Built {
    let folder = tempfile::tempdir().unwrap();
    let manifest = format!(
        "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n\
        [profile.release]\nstrip = true\n\n[workspace]\n"
    );
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.path().join("src/main.rs"), program).unwrap();
    fs::copy(lock, folder.path().join("Cargo.lock")).unwrap();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let run = |arguments: &[&str]| {
        let mut command = Command::new(&cargo);
        let command = command.args(arguments).current_dir(&folder);
        let status = command.env("CARGO_TARGET_DIR", folder.path().join("target"));
        let status = status.status().unwrap();
        assert!(status.success(), "{name}: cargo {arguments:?}: {status}");
    };
    // Downloads are not builds.
    run(&["fetch", "-q"]);
    let seconds = cpu_of(|| run(&["build", "-q", "--release", "--frozen"]));
    let program = folder.path().join("target/release").join(name);
    let bytes = fs::metadata(program).unwrap().len();
    eprintln!("  {name}: {seconds:.0} s of the processor, {bytes} bytes");
    Built {
        seconds,
        bytes: bytes as f64,
    }
}
