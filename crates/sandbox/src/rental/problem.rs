//! What is wrong with a rental request, told in the words of the call that was made.

use crate::{dialect::Dialect, document::Refusals, error::Refusal};

/// How a field breaks its constraint. The words are those of the one public sample, and of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    Blank,
    Null,
    Empty,
    Invalid,
}

impl Broken {
    const fn words(self) -> &'static str {
        match self {
            Self::Blank => "must not be blank",
            Self::Null => "must not be null",
            Self::Empty => "must not be empty",
            Self::Invalid => "is not valid",
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::Blank | Self::Null => "is_missing",
            Self::Empty => "is_empty",
            Self::Invalid => "is_not_valid",
        }
    }
}

/// Everything that was found. Fields that break a constraint go first: rules are about values, which then are not known.
///
/// Of the codes of rules, `ASSET_MODEL_NOT_FOUND` alone is public; the others follow its pattern.
#[derive(Debug, Default)]
pub(super) struct Problems {
    /// Paths in `snake_case`.
    constraints: Vec<(String, Broken)>,
    rules: Vec<(&'static str, String)>,
}

impl Problems {
    pub(super) fn constraint(&mut self, path: impl Into<String>, broken: Broken) {
        let path = path.into();
        if self.constraints.iter().all(|(other, _)| *other != path) {
            self.constraints.push((path, broken));
        }
    }

    pub(super) fn rule(&mut self, holds: bool, code: &'static str, message: impl Into<String>) {
        if !holds {
            self.rules.push((code, message.into()));
        }
    }

    /// The refusal of a rental call: 400 for constraints, all of them in one message, or else 422 for the first rule.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        if !self.constraints.is_empty() {
            let told = self.constraints.iter().map(|(path, broken)| {
                let path = Dialect::V3.spell(path);
                format!("{path}: {}", broken.words())
            });
            return Some(Refusal::Rental {
                status: 400,
                code: "CONSTRAINTS_VIOLATED_GENERAL",
                message: told.collect::<Vec<_>>().join(", "),
            });
        }
        let (code, message) = self.rules.first()?;
        Some(Refusal::rental(code, message.clone()))
    }

    /// The codes of a session's refusal: those of every other field there, and a rule's code in their spelling.
    pub(super) fn tell(&self, object: &str, refusals: &mut Refusals) {
        for (path, broken) in &self.constraints {
            let mut inside = false;
            let field: String = path
                .chars()
                .filter(|character| {
                    inside = *character == '[' || inside && *character != ']';
                    !inside && *character != ']'
                })
                .map(|character| if character == '.' { '_' } else { character })
                .collect();
            refusals.add(format!("{object}_{field}_{}", broken.code()));
        }
        for (code, _) in &self.rules {
            refusals.add(code.to_lowercase());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_told_in_the_words_of_the_call() {
        let mut problems = Problems::default();
        problems.constraint("assets[0].model_id", Broken::Blank);
        problems.rule(false, "ASSET_MODEL_NOT_FOUND", "none");
        let Some(Refusal::Rental { message, .. }) = problems.refusal() else {
            panic!("no refusal");
        };
        assert_eq!(message, "assets[0].modelId: must not be blank");
        let mut refusals = Refusals::default();
        problems.tell("rental_application_data", &mut refusals);
        assert_eq!(
            refusals.refuse(),
            Refusal::Invalid(vec![
                "rental_application_data_assets_model_id_is_missing".to_owned(),
                "asset_model_not_found".to_owned(),
            ])
        );
    }
}
