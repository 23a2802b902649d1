//! Draws the documents' pictures to `docs/pictures`.
#![expect(clippy::unwrap_used, reason = "a developer's command")]

use inbank_tests::pictures;

fn main() {
    let folder = pictures::folder();
    std::fs::create_dir_all(&folder).unwrap();
    for (name, draw) in pictures::ALL {
        std::fs::write(folder.join(name), draw()).unwrap();
    }
}
