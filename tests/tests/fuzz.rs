//! The fuzzers' targets without a fuzzer: every committed input, and play with them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use inbank_tests::fuzz::TARGETS;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz")
        .join(name)
}

fn names(folder: &Path) -> BTreeSet<String> {
    let files = fs::read_dir(folder).unwrap();
    let names = files.map(|file| file.unwrap().path().file_stem().unwrap().to_owned());
    names.map(|name| name.into_string().unwrap()).collect()
}

/// A target's inputs, small ones first, so that a failure is easy to read.
fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let files = fs::read_dir(folder("corpus").join(target)).unwrap();
    let mut inputs: Vec<_> = files
        .map(|file| file.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    inputs.sort_by_key(|(path, input)| (input.len(), path.clone()));
    assert!(inputs.len() > 3, "{target} has inputs to begin with");
    inputs
}

#[test]
fn every_target_has_a_fuzzer_and_a_corpus() {
    let targets: BTreeSet<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(targets.len(), TARGETS.len());
    assert_eq!(names(&folder("corpus")), targets);
    assert_eq!(names(&folder("fuzz_targets")), targets);
}

#[test]
fn the_corpora_are_small_enough_to_be_read() {
    for (target, _) in TARGETS {
        for (path, input) in corpus(target) {
            assert!(
                input.len() <= 8_192,
                "{}: {} bytes",
                path.display(),
                input.len()
            );
        }
    }
}

#[test]
fn what_holds_of_any_bytes_holds_of_every_committed_input() {
    let mut failed = Vec::new();
    for (target, check) in TARGETS {
        for (path, input) in corpus(target) {
            // All of them are tried, so that one finding doesn't hide another.
            if catch_unwind(AssertUnwindSafe(|| check(&input))).is_err() {
                failed.push(path);
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// A change of an input, as fuzzers make them.
#[derive(Clone, Debug)]
enum Change {
    Put(Index, u8),
    Insert(Index, Vec<u8>),
    Word(Index, Index),
    Cut(Index, Index),
    Twice(Index, Index),
    Splice(Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Put(at, byte)),
        (at(), vec(any::<u8>(), 1..8)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (at(), at()).prop_map(|(at, word)| Change::Word(at, word)),
        (at(), at()).prop_map(|(from, to)| Change::Cut(from, to)),
        (at(), at()).prop_map(|(from, to)| Change::Twice(from, to)),
        (at(), at()).prop_map(|(from, other)| Change::Splice(from, other)),
    ]
}

/// What means something in a form, an address, a number or a document.
const WORDS: [&str; 24] = [
    "&",
    "=",
    "%41",
    "+",
    "%",
    ".",
    "e-9",
    "-",
    "\"",
    "'",
    "<",
    "\\",
    "{",
    "}",
    "[]",
    ":",
    ",",
    "null",
    "\"status\":",
    "\"uuid\":",
    "_",
    "\\u0061",
    "\u{f5}",
    "\n",
];

fn changed(mut input: Vec<u8>, changes: &[Change], all: &[(PathBuf, Vec<u8>)]) -> Vec<u8> {
    for change in changes {
        let place = |at: &Index| at.index(input.len() + 1);
        let between = |from: &Index, to: &Index| {
            let (a, b) = (place(from), place(to));
            a.min(b)..a.max(b)
        };
        match change {
            Change::Put(at, byte) => {
                let at = place(at);
                if let Some(there) = input.get_mut(at) {
                    *there = *byte;
                }
            }
            Change::Insert(at, bytes) => {
                let at = place(at);
                input.splice(at..at, bytes.iter().copied());
            }
            Change::Word(at, word) => {
                let at = place(at);
                input.splice(at..at, word.get(&WORDS).bytes());
            }
            Change::Cut(from, to) => drop(input.drain(between(from, to))),
            Change::Twice(from, to) => {
                let range = between(from, to);
                let piece = input[range.clone()].to_owned();
                input.splice(range.end..range.end, piece);
            }
            Change::Splice(at, other) => {
                let at = place(at);
                let (_, other) = other.get(all);
                let tail = other.get(at..).unwrap_or_default().to_owned();
                input.truncate(at);
                input.extend(tail);
            }
        }
    }
    input
}

/// Changes of a target's inputs, and bytes that come from nowhere.
fn plays(target: &str) {
    let all = corpus(target);
    let (_, check) = TARGETS
        .into_iter()
        .find(|(name, _)| *name == target)
        .unwrap();
    // What fails here is to become a file of the corpus.
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(input in any::<Index>(), changes in vec(change(), 0..6), bytes in vec(any::<u8>(), 0..64))| {
        let (_, input) = input.get(&all);
        check(&changed(input.clone(), &changes, &all));
        check(&bytes);
    });
}

/// One test for each target.
macro_rules! plays {
    ($($name:ident($target:literal),)+) => {
        $(#[test]
        fn $name() {
            plays($target);
        })+
    };
}

plays! {
    an_answer_keeps_its_status_in_either_dialect_whatever_is_done_to_it("answers"),
    a_form_is_read_as_others_read_it_or_not_at_all("callback_form"),
    a_message_is_authentic_by_one_of_the_keys_alone("callback_message"),
    a_document_goes_out_as_it_was_written("documents"),
    a_number_keeps_its_digits_or_is_none("numbers"),
    a_wait_is_what_was_asked_for_and_never_long("retry_after"),
    an_order_of_any_name_stays_one_part_of_the_address("return_page"),
    the_key_goes_to_one_site_and_never_in_the_clear("settings"),
}
