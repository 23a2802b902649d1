//! What the documents point to is there: other documents and their sections, files, log lines.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use inbank::{Action, AttemptState, NotPaid};

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
    let folders = [
        "",
        "docs",
        "docs/adr",
        "docs/how-to",
        "docs/runbooks",
        "examples/clients",
        "examples/deploy",
        "examples/django",
        "examples/vendure",
        "tests/fixtures",
        "tests/vectors",
    ];
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
                // The site's table of contents has two pages that are made for it.
                let made = ["../reference.md", "../examples/README.md"].contains(&link);
                if link.starts_with("https://") || (made && file.ends_with("SUMMARY.md")) {
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

/// The sources beneath some folders, as one text.
fn sources(folders: &[&str]) -> String {
    let mut text = String::new();
    let mut folders: Vec<_> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                text += &fs::read_to_string(&path).unwrap();
            }
        }
    }
    text
}

/// What stands before the parenthesis that closes.
fn arguments(text: &str) -> &str {
    let (mut depth, mut in_text) = (0_u32, false);
    for (at, character) in text.char_indices() {
        match (character, in_text) {
            ('"', _) => in_text = !in_text,
            ('(', false) => depth += 1,
            (')', false) if depth == 0 => return &text[..at],
            (')', false) => depth -= 1,
            _ => {}
        }
    }
    text
}

/// The first cells of the table under a head.
fn first_cells<'a>(text: &'a str, head: &str) -> BTreeSet<&'a str> {
    let lines = text.lines().skip_while(|line| *line != head).skip(2);
    let rows = lines.take_while(|line| line.starts_with('|'));
    rows.filter_map(|line| cells(line).first().copied())
        .collect()
}

/// Who looks for a line in the log finds it by the guide's words, and what to do beside it.
#[test]
fn every_warning_and_error_of_the_log_is_in_the_operators_guide() {
    let text = document("docs/operators.md");
    let quoted: BTreeSet<&str> = first_cells(&text, "| the log says | level | do |")
        .into_iter()
        .map(|cell| cell.trim_matches('*'))
        .collect();
    let sources = sources(&[
        "crates/app/src",
        "crates/console/src",
        "crates/inbank/src",
        "crates/adapters-http/src",
        "crates/adapters-sql/src",
    ]);
    let mut logged = BTreeSet::new();
    for macro_name in ["tracing::warn!(", "tracing::error!("] {
        for call in sources.split(macro_name).skip(1) {
            // What is said stands last.
            logged.insert(arguments(call).rsplit('"').nth(1).unwrap());
        }
    }
    assert_eq!(quoted, logged);
}

/// A ledger's error by itself says no more than that it is away: what its database says stands in its cause.
#[test]
fn what_the_database_says_is_logged_with_what_could_not_be_done() {
    let sources = sources(&["crates/app/src"]);
    let mut without_cause = BTreeSet::new();
    for macro_name in ["tracing::warn!(", "tracing::error!("] {
        for call in sources.split(macro_name).skip(1).map(arguments) {
            if call.contains("%error") {
                without_cause.insert(call.rsplit('"').nth(1).unwrap());
            }
        }
    }
    let not_of_the_ledger = [
        "callbacks are refused; the reason of the last one",
        "the bank gave no answer",
    ];
    assert_eq!(without_cause, BTreeSet::from(not_of_the_ledger));
}

#[test]
fn every_figure_of_a_platforms_health_is_in_the_operators_guide() {
    let text = document("docs/operators.md");
    let shown = format!("{:?}", inbank::Health::default());
    let figures: BTreeSet<String> = shown
        .split(['{', ','])
        .filter_map(|part| Some(format!("`{}`", part.split_once(": ")?.0.trim())))
        .collect();
    let named = first_cells(&text, "| figure | is | alarm |");
    let figures: BTreeSet<&str> = figures.iter().map(String::as_str).collect();
    assert_eq!(named, figures);
}

/// The methods of an `impl` that take a setting, by their names.
fn settings(file: &str, head: &str) -> BTreeSet<String> {
    let text = document(file);
    let (_, body) = text.split_once(head).unwrap();
    let body = body.split_once("\n}\n").unwrap().0;
    let methods = body.split("    pub ").skip(1).filter_map(|method| {
        let (name, arguments) = method.split_once("fn ")?.1.split_once('(')?;
        let takes = arguments.trim_start().starts_with("mut self")
            || arguments.trim_start().starts_with("self")
            || arguments.trim_start().starts_with("&self, pool");
        let name = name.split('<').next()?;
        (takes && name != "build").then(|| format!("`{name}`"))
    });
    methods.collect()
}

#[test]
fn every_setting_is_in_the_operators_guide() {
    let text = document("docs/operators.md");
    let named: BTreeSet<&str> = text
        .lines()
        .flat_map(|line| {
            cells(line)
                .first()
                .map_or(Vec::new(), |cell| quoted(cell).collect())
        })
        .collect();
    for (file, head) in [
        (
            "crates/inbank/src/platform/builder.rs",
            "impl PlatformBuilder {",
        ),
        ("crates/inbank/src/shop.rs", "impl Shop {"),
        ("crates/adapters-sql/src/options.rs", "impl LedgerOptions {"),
    ] {
        let settings = settings(file, head);
        assert!(settings.len() > 4, "{file}");
        for setting in settings {
            assert!(
                named.contains(setting.trim_matches('`')),
                "{setting} of {file}"
            );
        }
    }
}

/// What a page quotes of an example is there, to the letter.
#[test]
fn every_block_that_is_quoted_of_an_example_stands_in_it() {
    let mut quotes = 0;
    for (file, text) in documents() {
        let mut from = None;
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let named = line.trim().strip_prefix("From `");
            if let Some(name) = named.and_then(|named| named.strip_suffix("`:")) {
                from = Some(document(name));
            } else if line.starts_with("```") {
                let block = lines.by_ref().take_while(|line| *line != "```");
                let block: String = block.map(|line| line.to_owned() + "\n").collect();
                if let Some(example) = from.take() {
                    quotes += 1;
                    let stands = example.contains(&block);
                    assert!(stands, "{}: not in the example:\n{block}", file.display());
                }
            }
        }
    }
    assert!(quotes > 4);
}

#[test]
fn what_is_promised_to_be_short_is_short() {
    let mut long = Dead::new();
    for (file, text) in documents() {
        let most = match file.parent().unwrap().to_str().unwrap() {
            "docs/how-to" => 60,
            "docs/runbooks" => 40,
            _ if file == Path::new("README.md") => 100,
            _ => continue,
        };
        let lines = text.lines().count();
        if lines > most {
            long.push(format!("{}: {lines} of {most} lines", file.display()));
        }
    }
    let words = document("docs/embedding.md").split_whitespace().count();
    if words > 1050 {
        long.push(format!("docs/embedding.md: {words} of 1050 words"));
    }
    assert_eq!(long, Dead::new());
}

#[test]
fn every_page_of_a_folder_is_in_its_list() {
    let mut missing = Dead::new();
    for folder in ["docs/adr", "docs/how-to", "docs/runbooks"] {
        let list = document(&format!("{folder}/README.md"));
        for page in fs::read_dir(root().join(folder)).unwrap() {
            let name = page.unwrap().file_name().into_string().unwrap();
            if name != "README.md" && !list.contains(&format!("({name})")) {
                missing.push(format!("{folder}/{name}"));
            }
        }
    }
    assert_eq!(missing, Dead::new());
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

/// Whoever writes a plugin in another language has no types to look the words up in.
#[test]
fn every_word_of_the_services_answers_is_explained() {
    let text = document("docs/answers.md");
    let said: BTreeSet<&str> = text.lines().flat_map(quoted).collect();
    let states = AttemptState::ALL.iter().map(|state| state.as_str());
    let actions = Action::ALL.iter().map(|action| action.as_str());
    let ends = NotPaid::ALL.iter().map(|end| end.as_str());
    let mut words: Vec<String> = states.chain(actions).chain(ends).map(Into::into).collect();
    let service = sources(&["crates/service/src/api"]);
    let problems = between(&service, "\"/problems/", "\"");
    words.extend(problems.iter().map(|name| format!("/problems/{name}")));
    assert!(words.len() > 40);
    words.retain(|word| !said.contains(word.as_str()));
    assert_eq!(words, Dead::new());
}
