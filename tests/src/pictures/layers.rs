//! Which crate builds on which, from their manifests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::canvas::{At, BLUE, Canvas, GREY};
use super::root;

const BOX: At = (150, 48);
const ROW: i32 = 96;

/// What each crate of ours builds on, by the names of their folders; without those that have to do with no other.
fn crates() -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for folder in fs::read_dir(root().join("crates")).unwrap() {
        let folder = folder.unwrap();
        let manifest = fs::read_to_string(folder.path().join("Cargo.toml")).unwrap();
        let ours = manifest
            .lines()
            .skip_while(|line| *line != "[dependencies]")
            .skip(1)
            .take_while(|line| !line.starts_with('['))
            .filter_map(|line| line.split(['.', ' ', '=']).next())
            .filter_map(|name| Some(name.strip_prefix("inbank")?.trim_start_matches('-')))
            .map(|name| if name.is_empty() { "inbank" } else { name }.to_owned())
            .collect();
        all.insert(folder.file_name().into_string().unwrap(), ours);
    }
    // The example that the command line carries is none of the layers.
    let here: BTreeSet<String> = all.keys().cloned().collect();
    for ours in all.values_mut() {
        ours.retain(|name| here.contains(name));
    }
    let used: BTreeSet<String> = all.values().flatten().cloned().collect();
    all.retain(|name, ours: &mut Vec<String>| !ours.is_empty() || used.contains(name));
    all
}

/// How many crates of ours are beneath one, on the longest way down.
fn height(crates: &BTreeMap<String, Vec<String>>, name: &str) -> i32 {
    let beneath = crates[name].iter().map(|other| 1 + height(crates, other));
    beneath.max().unwrap_or(0)
}

/// Whether one builds on another, by way of others.
fn reaches(crates: &BTreeMap<String, Vec<String>>, from: &str, to: &str) -> bool {
    crates[from]
        .iter()
        .any(|next| next == to || reaches(crates, next, to))
}

/// What follows from other arrows is left out.
pub(super) fn draw() -> String {
    let crates = crates();
    let top = crates
        .keys()
        .map(|name| height(&crates, name))
        .max()
        .unwrap();
    let mut places: BTreeMap<&str, At> = BTreeMap::new();
    let mut in_row: BTreeMap<i32, i32> = BTreeMap::new();
    for name in crates.keys() {
        let row = height(&crates, name);
        let column = in_row.entry(row).or_default();
        // Every other row stands in between, so that an arrow past a row crosses no box.
        places.insert(
            name,
            (40 + *column * 200 + row % 2 * 60, 30 + (top - row) * ROW),
        );
        *column += 1;
    }
    let widest = in_row.values().max().copied().unwrap_or(1);
    let width = 40 + widest * 200 + 80;
    let mut canvas = Canvas::new(width, 30 + (top + 1) * ROW, "Which crate builds on which");
    for (name, beneath) in &crates {
        for other in beneath {
            let by_way = beneath
                .iter()
                .any(|next| next != other && reaches(&crates, next, other));
            if by_way {
                continue;
            }
            let ((x1, y1), (x2, y2)) = (places[name.as_str()], places[other.as_str()]);
            if y2 - y1 > ROW {
                // Round the rows between.
                let half = BOX.1 / 2;
                let bend = (width + 300, i32::midpoint(y1, y2));
                let (from, to) = ((x1 + BOX.0, y1 + half), (x2 + BOX.0, y2 + half));
                canvas.bow(from, bend, to, BLUE, "");
            } else {
                canvas.arrow((x1 + BOX.0 / 2, y1 + BOX.1), (x2 + BOX.0 / 2, y2), BLUE, "");
            }
        }
    }
    for (name, (x, y)) in &places {
        canvas.frame((*x, *y), BOX, GREY, "#f6f8fa");
        canvas.bold((x + BOX.0 / 2, y + 29), "middle", name);
    }
    canvas.done()
}
