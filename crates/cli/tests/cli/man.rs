use tempfile::TempDir;

use crate::run::{Run, inbank};

#[test]
fn every_command_gets_its_page_from_what_help_shows() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("share/man1");
    let mut man = inbank(&["man", "--output", "json", "--out", out.to_str().unwrap()]);
    let written = Run::of(&mut man).json();
    let pages: Vec<&str> = written["pages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|page| page.as_str().unwrap())
        .collect();
    for (page, says) in [
        ("inbank.1", "Exit codes"),
        ("inbank-trigger.1", "income\\-proof"),
        ("inbank-order-list.1", "needs\\-person"),
        ("inbank-callback-verify.1", "explain"),
    ] {
        assert!(pages.contains(&page), "{pages:?}");
        let text = std::fs::read_to_string(out.join(page)).unwrap();
        assert!(
            text.contains(".TH") && text.contains(says),
            "{page}: {text}"
        );
    }
    // Again, over the old ones; and the same from the same program.
    let before = std::fs::read(out.join("inbank.1")).unwrap();
    assert_eq!(Run::of(&mut man).json(), written);
    assert_eq!(std::fs::read(out.join("inbank.1")).unwrap(), before);
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Run::of(&mut inbank(&[
        "man",
        "--output",
        "json",
        "--out",
        file.to_str().unwrap(),
    ]))
    .error(1);
    assert_eq!(error["kind"], "other");
}
