use std::fmt;

use crate::excerpt;

/// Text from outside that this version doesn't know: kept as it came, counted neither as success
/// nor as failure.
///
/// Only made by reading, so that a known value never hides in here. Of a text that is longer than any
/// word of the bank the start is kept, since it ends up in logs and stores.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Unrecognised(Box<str>);

impl Unrecognised {
    /// The most bytes that are kept.
    pub const LONGEST: usize = 255;

    pub(crate) fn new(text: &str) -> Self {
        Self(excerpt(text, Self::LONGEST).into())
    }

    /// The text as it came.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Unrecognised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Whether two spellings are one word. Letter case and what joins the parts are ignored: the bank
/// spells one status `completed`, `Completed` and `COMPLETED` in three places, one sample has a space
/// behind it, and a value may be joined as the names of its version are (`waitingForDownpayment`).
pub(crate) fn same_word(one: &str, other: &str) -> bool {
    fn letters(text: &str) -> impl Iterator<Item = u8> {
        let bytes = text
            .bytes()
            .filter(|byte| !matches!(byte, b'_' | b'-' | b' '));
        bytes.map(|byte| byte.to_ascii_lowercase())
    }
    letters(one).eq(letters(other))
}

/// Declares an open enum: known values by their text, with other spellings of it behind a `|`, and
/// any other kept in `Unrecognised`. What is [one word](same_word) is read alike.
macro_rules! open_enum {
    ($(#[$docs:meta])* $name:ident {
        $($(#[$variant_docs:meta])* $variant:ident = $text:literal $(| $other:literal)*,)+
    }) => {
        $(#[$docs])*
        #[derive(Clone, Debug, Eq, Hash, PartialEq)]
        pub enum $name {
            $($(#[$variant_docs])* $variant,)+
            /// A value that this version doesn't know.
            Unrecognised($crate::Unrecognised),
        }

        impl $name {
            /// Every value that this version knows.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant,)+];

            /// The bank's text.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unrecognised(text) => text.as_str(),
                }
            }
        }

        impl From<&str> for $name {
            /// White space around the text is no part of it.
            fn from(text: &str) -> Self {
                let text = text.trim();
                // To the letter, as nearly always, before letter by letter.
                match text {
                    $($text => return Self::$variant,)+
                    _ => {}
                }
                let one_of = |words: &[&str]| {
                    words.iter().any(|word| $crate::status::same_word(text, word))
                };
                $(if one_of(&[$text $(, $other)*]) {
                    return Self::$variant;
                })+
                Self::Unrecognised($crate::Unrecognised::new(text))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use open_enum;
