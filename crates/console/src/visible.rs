//! Shows what can't be seen: characters without a shape of their own, and those that turn the direction of what follows. An order's
//! reference, a reason or the bank's words may have them, and look like others by them. A page is gone through as a whole, so that no template
//! can forget it.
//!
//! What stands in a tag is left as it is: the value of a form's field is sent back, and must be the one that was meant. Tables for
//! accounting are left as they are for the same reason.

use std::fmt::Write as _;

/// The same page, with each of them as `[U+202E]`.
pub(crate) fn with_unseen_shown(html: &str) -> String {
    // A space at an end of a name, which stands in a `bdi`, is one that nobody sees.
    let html = html
        .replace("<bdi> ", "<bdi>[U+0020]")
        .replace(" </bdi>", "[U+0020]</bdi>");
    if !html.contains(is_unseen) {
        return html;
    }
    let mut shown = String::with_capacity(html.len() + 64);
    let mut in_tag = false;
    for sign in html.chars() {
        match sign {
            '<' => in_tag = true,
            // Elsewhere it is escaped.
            '>' => in_tag = false,
            _ => {}
        }
        if !in_tag && is_unseen(sign) {
            // A text takes whatever is written to it.
            let _ = write!(shown, "[U+{:04X}]", u32::from(sign));
        } else {
            shown.push(sign);
        }
    }
    shown
}

/// Whether a character shows nothing of itself: Unicode's `Default_Ignorable_Code_Point`, in which are those that direct
/// (`Bidi_Control`), control characters, and spaces other than the usual one.
fn is_unseen(sign: char) -> bool {
    if matches!(sign, ' ' | '\n' | '\r' | '\t') {
        return false;
    }
    sign.is_control()
        || sign.is_whitespace()
        || matches!(
            sign,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_written_out_and_what_a_form_sends_back_is_as_it_was() {
        let page = "<h1 title=\"\u{202e}\">a\u{202e}b</h1>\n<input value=\"\u{200b}\">\u{200b}";
        let shown = "<h1 title=\"\u{202e}\">a[U+202E]b</h1>\n<input value=\"\u{200b}\">[U+200B]";
        assert_eq!(with_unseen_shown(page), shown);
    }

    #[test]
    fn names_that_differ_by_a_space_at_an_end_can_be_told_apart() {
        let page = "<bdi>1001</bdi> <bdi>1001 </bdi> <bdi> 1001</bdi>";
        let shown = "<bdi>1001</bdi> <bdi>1001[U+0020]</bdi> <bdi>[U+0020]1001</bdi>";
        assert_eq!(with_unseen_shown(page), shown);
    }

    #[test]
    fn what_can_be_seen_is_left_alone() {
        for seen in [
            "Õun, žurnāls, źdźbło, č",
            "שלום 1001",
            "🙂 → ✓ – ’ “ ”",
            "a\tb\r\n",
        ] {
            assert_eq!(with_unseen_shown(seen), seen);
        }
    }
}
