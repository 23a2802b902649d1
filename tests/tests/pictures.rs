//! The pictures in the documents are those that the code draws.

use inbank_tests::pictures;

#[test]
fn every_picture_is_the_one_that_the_code_draws() {
    for (name, draw) in pictures::ALL {
        let there = std::fs::read_to_string(pictures::folder().join(name)).unwrap_or_default();
        let same = there == draw();
        assert!(
            same,
            "{name} is not what the code draws: `cargo run -p inbank-tests --bin pictures` draws it anew"
        );
    }
}
