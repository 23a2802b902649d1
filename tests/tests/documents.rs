//! What the documents point to is there: other documents and their sections, files, log lines.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Where a document's text leads nowhere: `file:line what`.
type Dead = Vec<String>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn is(file: impl AsRef<Path>, kind: &str) -> bool {
    file.as_ref().extension().is_some_and(|other| other == kind)
}

/// Every document of the repository, by its path from the root.
fn documents() -> Vec<(PathBuf, String)> {
    let folders = ["", "docs", "docs/adr", "tests/fixtures", "tests/vectors"];
    let files = folders.iter().flat_map(|folder| {
        let files = fs::read_dir(root().join(folder)).unwrap();
        files.map(|file| file.unwrap().path())
    });
    let documents = files.filter(|file| is(file, "md"));
    documents
        .map(|file| {
            let text = fs::read_to_string(&file).unwrap();
            (file.strip_prefix(root()).unwrap().to_owned(), text)
        })
        .collect()
}

fn document(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// The lines outside of code blocks, numbered from 1.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut code = false;
    let lines = text.lines().enumerate().filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    });
    lines.map(|(n, line)| (n + 1, line))
}

/// What stands between two marks, each time.
fn between<'a>(line: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    let parts = line.split(open).skip(1);
    parts
        .filter_map(|part| Some(part.split_once(close)?.0))
        .collect()
}

/// What stands in backticks.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// The anchors of a document's headings, as they are made of them when it is shown.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).filter(|(_, line)| line.starts_with('#'));
    headings
        .map(|(_, line)| {
            let heading = line.trim_start_matches('#').trim().to_lowercase();
            let kept = heading
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.collect::<String>().replace(' ', "-")
        })
        .collect()
}

/// The cells of a table's row; none where the line is none.
fn cells(line: &str) -> Vec<&str> {
    let row = line
        .strip_prefix('|')
        .and_then(|line| line.strip_suffix('|'));
    row.map_or(Vec::new(), |row| row.split(" | ").map(str::trim).collect())
}

#[test]
fn every_link_leads_to_a_document_and_a_section_that_are_there() {
    let mut dead = Dead::new();
    for (file, text) in documents() {
        for (n, line) in prose(&text) {
            for link in between(line, "](", ")") {
                if link.starts_with("https://") {
                    continue;
                }
                let (path, section) = link.split_once('#').unwrap_or((link, ""));
                let here = root().join(&file);
                let there = if path.is_empty() {
                    here
                } else {
                    here.parent().unwrap().join(path)
                };
                let found = there.exists()
                    && (section.is_empty()
                        || anchors(&fs::read_to_string(&there).unwrap()).contains(section));
                if !found {
                    dead.push(format!("{}:{n} {link}", file.display()));
                }
            }
        }
    }
    assert_eq!(dead, Dead::new());
}

#[test]
fn every_path_from_the_root_that_a_document_names_is_there() {
    let mut dead = Dead::new();
    for (file, text) in documents() {
        for (n, line) in prose(&text) {
            let paths = quoted(line).filter(|name| {
                let folders = ["crates/", "docs/", "examples/", "tests/"];
                let place = name.contains(['<', '*', ' ', '…']);
                !place && folders.iter().any(|folder| name.starts_with(folder))
            });
            let missing = paths.filter(|path| !root().join(path).exists());
            dead.extend(missing.map(|path| format!("{}:{n} {path}", file.display())));
        }
    }
    assert_eq!(dead, Dead::new());
}

#[test]
fn every_document_that_a_source_file_names_is_there() {
    let mut dead = Dead::new();
    let mut folders = vec![root().join("crates"), root().join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if !is(&path, "rs") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let comments = text.lines().filter(|line| line.contains("//"));
            for name in comments.flat_map(|line| between(line, "docs/", ".md")) {
                if !root().join(format!("docs/{name}.md")).exists() {
                    dead.push(format!("{} docs/{name}.md", path.display()));
                }
            }
        }
    }
    assert_eq!(dead, Dead::new());
}

/// A row behind an empty line is shown as text.
#[test]
fn every_row_of_a_table_stands_under_its_head() {
    let mut dead = Dead::new();
    for (file, text) in documents() {
        let lines: Vec<_> = prose(&text).collect();
        for (n, &(number, line)) in lines.iter().enumerate() {
            let first = line.starts_with('|') && (n == 0 || !lines[n - 1].1.starts_with('|'));
            let rule = lines.get(n + 1).map_or("", |next| next.1);
            if first && !rule.starts_with("|-") {
                dead.push(format!("{}:{number} {line}", file.display()));
            }
        }
    }
    assert_eq!(dead, Dead::new());
}

#[test]
fn every_file_that_a_decision_is_coded_in_is_there() {
    let text = document("docs/bank.md");
    let mut dead = Dead::new();
    let mut sections = text.split("\n## ");
    sections.next();
    for section in sections {
        let sandboxs = section.starts_with("What the sandbox chose");
        let folders: &[&str] = if sandboxs {
            &["crates/sandbox/src"]
        } else {
            &["crates/adapters-http/src", "crates", "."]
        };
        let last = section
            .lines()
            .filter_map(|line| cells(line).last().copied());
        for name in last.flat_map(quoted).filter(|name| is(name, "rs")) {
            if !folders
                .iter()
                .any(|folder| root().join(folder).join(name).exists())
            {
                dead.push(name.to_owned());
            }
        }
    }
    assert_eq!(dead, Dead::new());
}

/// Who looks for a line in the log finds it by the guide's words.
#[test]
fn every_log_line_that_the_operators_guide_quotes_is_logged() {
    let text = document("docs/operators.md");
    let quotes: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("| log: "))
        .flat_map(|line| between(line, "log: *", "*"))
        .collect();
    assert!(!quotes.is_empty());
    let mut logged = String::new();
    let mut folders = vec![
        root().join("crates/app/src"),
        root().join("crates/inbank/src"),
    ];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                logged += &fs::read_to_string(&path).unwrap();
            }
        }
    }
    let unknown: Vec<_> = quotes
        .into_iter()
        .filter(|quote| !logged.contains(&format!("\"{quote}")))
        .collect();
    assert_eq!(unknown, Vec::<&str>::new());
}

/// Who looks for a test by what it holds finds every file of them.
#[test]
fn every_file_of_tests_has_its_row_in_the_architecture() {
    let text = document("ARCHITECTURE.md");
    let named: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| cells(line).first().copied())
        .flat_map(quoted)
        .collect();
    let missing: Vec<_> = fs::read_dir(root().join("tests/tests"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        // What a property once failed with stands beside it.
        .filter(|name| !name.ends_with(".proptest-regressions"))
        .filter(|name| {
            let folder = format!("{name}/");
            !named.contains(name.as_str()) && !named.contains(folder.as_str())
        })
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}
