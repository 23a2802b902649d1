//! The documents' pictures, drawn from the code: `cargo run -p inbank-tests --bin pictures` writes them to
//! `docs/pictures`, and a test fails where one there is another than the code draws.

mod canvas;
mod crash_points;
mod layers;
mod state_graph;
mod transitions;

use std::path::{Path, PathBuf};

/// A picture: its file's name, and what draws it.
type Picture = (&'static str, fn() -> String);

/// Every picture that is drawn.
pub const ALL: &[Picture] = &[
    ("crash-points.svg", crash_points::draw),
    ("layers.svg", layers::draw),
    ("state-graph.svg", state_graph::draw),
    ("transitions.svg", transitions::draw),
];

/// Where they are.
pub fn folder() -> PathBuf {
    root().join("docs/pictures")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}
