//! What to do about each thing that needs a person. The operators' guide says the same for the command line; a test compares what they know.

/// The sentences of concerns, where `…` stands for what differs, and what is to be done about each.
const ADVICE: [(&str, &str); 21] = [
    (
        "the bank says …, which can't follow …",
        "The bank contradicts itself. Compare with its Partner Portal, and ask Inbank which holds. Until then the state stays.",
    ),
    (
        "the bank gave a status that is not known here: …",
        "It is neither success nor failure, and is read again. Ask Inbank what the word means, and look for a newer version.",
    ),
    (
        "what the bank was read to say is about another order, or another session",
        "Nothing of it was taken on. Look whether two systems use this shop and the same references.",
    ),
    (
        "the bank names … where … was asked for",
        "Don't deliver. Find out which amount the customer signed.",
    ),
    (
        "attempt … waits for the merchant, but the bank names … where … was asked for",
        "Cancel it, and let the customer pay anew. Where you approve it, the contract is for the bank's amount: it is not told as paid, needs a person again, and the rest is settled by hand.",
    ),
    (
        "attempt … is completed, but the bank names … where … was asked for",
        "The contract is active with another amount, so it was not told as paid. Settle the difference with the customer, or have the contract taken back in the Partner Portal.",
    ),
    (
        "attempt … is completed with …, and attempt … with … as well: the customer pays twice",
        "Have one of the two taken back in the Partner Portal. Deliver once.",
    ),
    (
        "attempt … is completed with …, and the order was changed to … before: the customer pays for the former cart",
        "Deliver the former cart, or have it taken back in the Partner Portal.",
    ),
    (
        "it was decided to cancel attempt …, and it is completed",
        "It was told as paid as well. Deliver, or have it taken back in the Partner Portal.",
    ),
    (
        "attempt … is terminated, by which the order was not paid; attempt … stands",
        "One of two payments was taken back. Nothing to do, if that is what you wanted.",
    ),
    (
        "the bank has not known attempt … any more for a day",
        "The attempt has failed. Ask Inbank; if all orders of the shop do so, check the shop.",
    ),
    (
        "the bank's answers about attempt … have been unreadable for an hour: …",
        "Report it with the place that it names. It is read again, ever more rarely; look in the Partner Portal meanwhile.",
    ),
    (
        "the bank answered the opening of attempt … with a session or application that another attempt has",
        "Nobody was sent there. Ask Inbank; paying again opens another attempt.",
    ),
    (
        "a callback named a session or application of another attempt",
        "Nothing of it was taken on. Ask Inbank, with the identifiers below.",
    ),
    (
        "the bank refused to …: …",
        "Read the bank's codes at the end. Decide otherwise, or ask Inbank.",
    ),
    (
        "the bank could not be told to … for a day; nothing was done",
        "The bank was away, or the shop's key is refused: check the shop. Then decide again, unless another attempt took its place.",
    ),
    (
        "the bank took the command to … a day ago, and shows no effect",
        "The bank said yes, and nothing happened. Ask Inbank. Nothing is sent again by itself; decide again if they say so.",
    ),
    (
        "the command to … was sent a day ago and not answered, and the bank shows no effect: it is not known whether it arrived",
        "It may have arrived or not. Ask Inbank; decide again only when they say that it did not arrive.",
    ),
    (
        "the platform refused event … for good",
        "Take the event up by hand: it stands in the timeline. Later ones came all the same, marked.",
    ),
    (
        "event … can't be read, and was not delivered: it is put aside",
        "A later version wrote it, or it is damaged. Run the later version; compare this order's status with yours.",
    ),
    (
        "working on this order failed each time: it is put aside",
        "It is tried again each hour. The log says what broke; report it.",
    ),
];

/// What is to be done about something that needs a person.
pub(crate) fn advice(sentence: &str) -> &'static str {
    let found = ADVICE.iter().find(|(row, _)| is_of(row, sentence));
    found.map_or(
        "Hold the order: deliver and refund nothing before somebody has looked.",
        |(_, advice)| advice,
    )
}

/// Whether a sentence is one of a row, in which `…` stands for what differs.
fn is_of(row: &str, sentence: &str) -> bool {
    let mut parts = row.split('…');
    let Some(mut rest) = sentence.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    for part in parts {
        match rest.find(part) {
            Some(_) if part.is_empty() => rest = "",
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_console_knows_what_to_do_about_all_that_the_operators_guide_names() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operators.md");
        let document = std::fs::read_to_string(path).unwrap();
        let rows: Vec<_> = document
            .lines()
            .skip_while(|line| *line != "| the event says | so it is | do |")
            .skip(2)
            .map_while(|line| line.strip_prefix("| `")?.split_once("` | "))
            .map(|(sentence, _)| sentence)
            .collect();
        assert_eq!(rows, ADVICE.map(|(row, _)| row));
    }

    #[test]
    fn each_sentence_finds_its_own_advice() {
        for (row, expected) in ADVICE {
            let sentence = row.replace('…', "2");
            assert_eq!(advice(&sentence), expected, "{sentence}");
        }
        assert!(advice("something new").starts_with("Hold the order"));
    }
}
