//! The two versions of the Partner API: the same vocabulary in two spellings.

use std::borrow::Cow;

/// A version of the Partner API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Dialect {
    /// `/partner/v2`: `snake_case` names, underscores in paths.
    V2,
    /// `/partner/v3`: `camelCase` names, hyphens in paths.
    V3,
}

impl Dialect {
    /// Spells a name of the bank's vocabulary, given in `snake_case`, as this version does.
    pub(crate) fn spell(self, name: &str) -> Cow<'_, str> {
        match self {
            Self::V2 => Cow::Borrowed(name),
            Self::V3 => Cow::Owned(camel_case(name)),
        }
    }

    /// Spells a segment of a path, given with underscores, as this version does.
    pub(crate) fn segment(self, name: &str) -> Cow<'_, str> {
        match self {
            Self::V2 => Cow::Borrowed(name),
            Self::V3 => Cow::Owned(name.replace('_', "-")),
        }
    }

    pub(crate) const fn other(self) -> Self {
        match self {
            Self::V2 => Self::V3,
            Self::V3 => Self::V2,
        }
    }
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut spelled = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        spelled.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        spelled.push_str(letters.as_str());
    }
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_spells_the_same_name_its_own_way() {
        assert_eq!(
            Dialect::V2.spell("purchase_reference"),
            "purchase_reference"
        );
        assert_eq!(Dialect::V3.spell("purchase_reference"), "purchaseReference");
        assert_eq!(Dialect::V3.spell("uuid"), "uuid");
    }
}
