use std::borrow::Cow;

/// A value that no reading of the bank's guides allows.
///
/// Names the field as the guides spell it (`purchase.merchant.merchant_registry_code`) and what to
/// change. Never repeats the value: it may be personal data.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct Invalid {
    field: Cow<'static, str>,
    problem: Cow<'static, str>,
}

impl Invalid {
    /// A broken rule: the field in the guide's spelling, and what it must be.
    pub fn new(field: impl Into<Cow<'static, str>>, problem: impl Into<Cow<'static, str>>) -> Self {
        Self {
            field: field.into(),
            problem: problem.into(),
        }
    }

    /// The field, dotted from the top of the request once the request is known.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What the field must be.
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// The same error, with the field seen from one level further out.
    #[must_use]
    pub fn inside(self, parent: &str) -> Self {
        Self {
            field: format!("{parent}.{}", self.field).into(),
            problem: self.problem,
        }
    }

    /// The same error, about another field: for values that several fields share.
    #[must_use]
    pub fn named(self, field: impl Into<Cow<'static, str>>) -> Self {
        Self {
            field: field.into(),
            problem: self.problem,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_grows_from_the_inside_out() {
        let error = Invalid::new("merchant_mcc_code", "must be 4 digits")
            .inside("merchant")
            .inside("purchase");
        assert_eq!(
            error.to_string(),
            "purchase.merchant.merchant_mcc_code: must be 4 digits"
        );
    }
}
