//! The arrows between the crates, what may not stand under which, and rules that hold for all of them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Which of our crates each one may build on. A new crate gets its row here.
const ARROWS: [(&str, &[&str]); 15] = [
    ("domain", &[]),
    ("ports", &["domain"]),
    ("app", &["domain", "ports"]),
    ("adapters-http", &["domain", "ports"]),
    ("adapters-sql", &["domain", "ports"]),
    ("testkit", &["domain", "ports", "app"]),
    // A second way in would be one without the rules of orders: it has the use cases, and no adapter.
    ("console", &["domain", "ports", "app"]),
    (
        "inbank",
        &[
            "domain",
            "ports",
            "app",
            "adapters-http",
            "adapters-sql",
            "console",
        ],
    ),
    (
        "service",
        &[
            "domain",
            "ports",
            "app",
            "adapters-http",
            "adapters-sql",
            "inbank",
            "console",
        ],
    ),
    (
        "cli",
        &[
            "domain",
            "ports",
            "app",
            "adapters-http",
            "adapters-sql",
            "inbank",
            "service",
            "sandbox",
            "storefront",
        ],
    ),
    // An example, so it knows what an embedder knows.
    ("storefront", &["inbank", "pages"]),
    // What a shop has without us.
    ("pages", &[]),
    ("sandbox", &[]),
    ("xtask", &[]),
    (
        "tests",
        &[
            "domain",
            "ports",
            "app",
            "adapters-http",
            "adapters-sql",
            "inbank",
            "service",
            "sandbox",
            "testkit",
        ],
    ),
];

/// What a crate's own tests build on besides: stand-ins.
const FOR_TESTS: [(&str, &[&str]); 8] = [
    ("app", &["testkit"]),
    ("adapters-http", &["testkit"]),
    ("adapters-sql", &["testkit"]),
    ("console", &["testkit"]),
    ("inbank", &["testkit"]),
    ("service", &["testkit"]),
    ("cli", &["testkit"]),
    ("storefront", &["sandbox"]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// What cargo says. It may have to fetch: a tree of all targets has packages that this machine has never
/// built, and on one that has seen nothing yet, none is there.
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--locked")
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The names of all crates that are built into one of ours, itself left out.
fn under(name: &str) -> BTreeSet<String> {
    let tree = cargo(&[
        "tree", "-p", name, "-e", "normal", "--target", "all", "--prefix", "none",
    ]);
    let names = tree.lines().filter_map(|line| line.split(' ').next());
    names
        .filter(|other| *other != name && !other.is_empty())
        .map(str::to_owned)
        .collect()
}

fn packages() -> Vec<Value> {
    let text = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&text).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// `inbank-app` is `app`; other people's crates have no short name.
fn short(name: &str) -> Option<&str> {
    match name {
        "inbank" | "xtask" => Some(name),
        name => name.strip_prefix("inbank-"),
    }
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut folders = vec![root().join("crates"), root().join("tests")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    assert!(found.len() > 100, "the walk finds the sources");
    found
}

#[test]
fn the_domain_builds_on_exact_numbers_times_and_error_texts_alone() {
    let expected = [
        "arrayvec",
        "deranged",
        "num-conv",
        "num-traits",
        "powerfmt",
        "proc-macro2",
        "quote",
        "rust_decimal",
        "syn",
        "thiserror",
        "thiserror-impl",
        "time",
        "time-core",
        "unicode-ident",
    ];
    assert_eq!(under("inbank-domain"), expected.map(str::to_owned).into());
}

#[test]
fn no_transport_store_format_or_runtime_stands_under_ports_use_cases_and_testkit() {
    let banned = [
        "axum",
        "hyper",
        "reqwest",
        "rusqlite",
        "serde",
        "serde_json",
        "sqlx",
        "tokio",
        "url",
    ];
    for name in [
        "inbank-domain",
        "inbank-ports",
        "inbank-app",
        "inbank-testkit",
    ] {
        let under = under(name);
        for banned in banned {
            assert!(!under.contains(banned), "{banned} stands under {name}");
        }
    }
}

#[test]
fn nothing_of_ours_stands_under_the_sandbox() {
    let ours: Vec<_> = under("inbank-sandbox")
        .into_iter()
        .filter(|n| short(n).is_some())
        .collect();
    assert_eq!(
        ours, [""; 0],
        "it is a second, independent reading of the guides"
    );
}

#[test]
fn the_arrows_between_our_crates_point_one_way() {
    for package in packages() {
        let name = short(package["name"].as_str().unwrap()).unwrap();
        let row = ARROWS.iter().find(|row| row.0 == name);
        let allowed = row
            .unwrap_or_else(|| panic!("{name} has no row in ARROWS"))
            .1;
        for dependency in package["dependencies"].as_array().unwrap() {
            let on = dependency["name"].as_str().unwrap();
            // For its own tests a crate may switch on more of what it builds on anyway.
            if let Some(on) = short(on) {
                let more = FOR_TESTS.iter().find(|row| row.0 == name);
                let for_tests =
                    dependency["kind"] == "dev" && more.is_some_and(|row| row.1.contains(&on));
                assert!(
                    allowed.contains(&on) || for_tests,
                    "{name} must not build on {on}"
                );
            }
        }
    }
}

#[test]
fn nothing_changes_serde_json_for_whoever_embeds_us() {
    let tree = cargo(&[
        "tree",
        "--workspace",
        "-e",
        "all",
        "--target",
        "all",
        "--prefix",
        "none",
        "-f",
        "{p} {f}",
    ]);
    let lines: Vec<_> = tree
        .lines()
        .filter(|line| line.starts_with("serde_json v"))
        .collect();
    assert!(!lines.is_empty());
    for line in lines {
        for feature in [
            "arbitrary_precision",
            "preserve_order",
            "float_roundtrip",
            "unbounded_depth",
        ] {
            assert!(!line.contains(feature), "{line}");
        }
    }
}

#[test]
fn there_is_one_tls_and_it_is_not_the_systems() {
    let tree = cargo(&[
        "tree",
        "--workspace",
        "-e",
        "all",
        "--target",
        "all",
        "--prefix",
        "none",
    ]);
    let names: BTreeSet<_> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert!(names.contains("rustls"));
    for banned in ["openssl", "openssl-sys", "native-tls", "hyper-tls"] {
        assert!(!names.contains(banned), "{banned}");
    }
}

/// The packages in the lock file of a program that embeds us with these features. The lock file is what counts: cargo refuses
/// two packages that link the same library (`links = "sqlite3"`) if they stand in it, built or not.
fn locked_by_an_embedder(features: &str) -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    let inbank = root().join("crates/inbank");
    let manifest = format!(
        "[package]\nname = \"embedder\"\nedition = \"2024\"\n\n[dependencies]\n\
         inbank = {{ path = \"{}\", default-features = false, features = [{features}] }}\n\n[workspace]\n",
        inbank.display()
    );
    std::fs::create_dir(folder.path().join("src")).unwrap();
    std::fs::write(folder.path().join("src/lib.rs"), "").unwrap();
    std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    // Cut down to what it needs; the versions are those that are here already.
    let lock = folder.path().join("Cargo.lock");
    std::fs::copy(root().join("Cargo.lock"), &lock).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let lock = std::fs::read_to_string(lock).unwrap();
    let names = lock.lines().filter_map(|line| line.strip_prefix("name = "));
    names
        .map(|name| name.trim_matches('"').to_owned())
        .collect()
}

#[test]
fn what_an_embedder_does_not_ask_for_stays_out_of_its_lock_file() {
    let sqlite = ["libsqlite3-sys", "rusqlite", "sqlx-sqlite"];
    let databases = [&sqlite[..], &["inbank-adapters-sql", "sqlx", "sqlx-core"]].concat();
    for (features, wanted, banned) in [
        (r#""postgres""#, Some("sqlx-postgres"), &sqlite[..]),
        (
            r#""postgres", "rustls", "axum""#,
            Some("sqlx-postgres"),
            &sqlite,
        ),
        (r#""rustls""#, Some("rustls"), &databases),
        (r#""rustls", "axum""#, Some("rustls"), &databases),
        (r#""axum""#, None, &databases),
        (
            r#""sqlite", "rustls""#,
            Some("rusqlite"),
            &["sqlx", "sqlx-core"],
        ),
    ] {
        let locked = locked_by_an_embedder(features);
        assert!(locked.contains("inbank-domain"), "{features}");
        assert!(
            wanted.is_none_or(|wanted| locked.contains(wanted)),
            "{features}"
        );
        for banned in banned {
            assert!(!locked.contains(*banned), "{banned} comes with {features}");
        }
    }
}

#[test]
fn every_crate_inherits_lints_edition_version_and_stays_unpublished() {
    for package in packages() {
        let path = package["manifest_path"].as_str().unwrap();
        let manifest = std::fs::read_to_string(path).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true"), "{path}");
        for line in ["edition", "version", "rust-version", "publish"] {
            assert!(
                manifest.contains(&format!("\n{line}.workspace = true")),
                "{path}: {line}"
            );
        }
    }
}

#[test]
fn no_source_file_is_longer_than_a_person_reads() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= 600, "{}: {lines} lines", path.display());
    }
}

#[test]
fn no_test_is_skipped_and_none_sleeps() {
    // Spelled apart, so that this file isn't one of those it looks for.
    let ignored = ["#[", "ignore"].concat();
    let sleeps = [
        ["thread::", "sleep"].concat(),
        ["time::", "sleep("].concat(),
    ];
    for (path, text) in sources() {
        let inside = path.strip_prefix(root()).unwrap().to_str().unwrap();
        assert!(!text.contains(&ignored), "{inside} skips a test");
        let whole = inside.starts_with("tests/") || inside.contains("/tests");
        let from = if whole {
            Some(0)
        } else {
            text.find("#[cfg(test)]")
        };
        let tests = from.map_or("", |from| &text[from..]);
        for sleep in &sleeps {
            assert!(!tests.contains(sleep), "{inside} sleeps in a test");
        }
        // A clock of a test's own may hand on what it is asked for; nobody there asks it.
        let asked = tests.matches(&[".", "sleep("].concat()).count();
        let handed_on = tests.matches(&["fn ", "sleep("].concat()).count();
        assert!(asked <= handed_on, "{inside} has a clock sleep in a test");
    }
}

#[test]
fn nothing_counts_on_packages_that_are_there_already() {
    let offline = ["--off", "line"].concat();
    let run = root().join(".ci/run");
    let script = std::fs::read_to_string(&run).unwrap();
    assert!(
        script.contains("rm -rf \"$CARGO_HOME\""),
        "its cache starts empty"
    );
    for (path, text) in sources().into_iter().chain([(run, script)]) {
        assert!(!text.contains(&offline), "{}", path.display());
    }
}

#[test]
fn no_folder_hides_behind_a_mod_file_or_a_name_for_anything() {
    for (path, _) in sources() {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        for banned in ["mod", "utils", "util", "common", "helpers", "types"] {
            assert_ne!(name, banned, "{}", path.display());
        }
    }
}
