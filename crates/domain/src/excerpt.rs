/// The start of a text from outside, of at most `longest` bytes and cut between two characters.
///
/// For what is kept of an answer, shown in an error or written into a log: none of these may grow as
/// large as the answer.
pub fn excerpt(text: &str, longest: usize) -> &str {
    &text[..text.floor_char_boundary(longest)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_two_characters() {
        assert_eq!(excerpt("võti", 10), "võti");
        assert_eq!(excerpt("võti", 2), "v");
        assert_eq!(excerpt("võti", 3), "võ");
        assert_eq!(excerpt("", 0), "");
    }
}
