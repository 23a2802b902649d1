//! The keys of a form, one a line. What can't be a key takes the place of none: a shop with keys that the bank doesn't have takes no
//! money, and refuses the bank's callbacks.

use crate::visitor::Fields;

/// A key of the bank is longer than this; what is shorter was cut off, or is something else.
const SHORTEST: usize = 16;
/// And none is longer than this.
const LONGEST: usize = 512;

/// The keys; or what is wrong with which line. A key is never repeated.
pub(super) fn keys(fields: &Fields) -> Result<Vec<String>, String> {
    let lines = (1..).zip(
        fields
            .exact("keys")
            .lines()
            .map(|line| line.trim_matches([' ', '\t'])),
    );
    let lines = lines.filter(|(_, key)| !key.is_empty());
    let keys = lines.map(|(line, key)| match problem(key) {
        Some(problem) => Err(format!("line {line} {problem}")),
        None => Ok(key.to_owned()),
    });
    let keys: Vec<_> = keys.collect::<Result<_, _>>()?;
    if let Some(twice) = (1..keys.len()).find(|&at| keys[..at].contains(&keys[at])) {
        return Err(format!(
            "the one at place {} stands before it already. Give each once.",
            twice + 1
        ));
    }
    if keys.is_empty() {
        return Err("give one at least, each on a line of its own.".to_owned());
    }
    Ok(keys)
}

fn problem(key: &str) -> Option<String> {
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        let problem = "has a space, or a character that no key has. Copy it again, each key on a line of its own.";
        return Some(problem.to_owned());
    }
    if key.contains(['"', '\'']) {
        let problem = "has a quotation mark, which no key has. Copy what stands between them.";
        return Some(problem.to_owned());
    }
    if key.len() > LONGEST {
        return Some(format!(
            "has {} characters, and no key has more than {LONGEST}. Copy it again.",
            key.len()
        ));
    }
    if key.contains(',') {
        let problem = "has a comma, which no key has. Put each key on a line of its own.";
        return Some(problem.to_owned());
    }
    (key.len() < SHORTEST).then(|| {
        format!(
            "has {} characters, and a key has {SHORTEST} at least. Copy the whole of it.",
            key.len()
        )
    })
}
