use std::fmt;

/// Personal data: names, identity codes, contacts, addresses, income.
///
/// `Debug` shows nothing and there is no `Display`, so it cannot slip into a log, an error or a span;
/// who needs it says so with [`expose`](Self::expose).
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Personal<T>(T);

impl<T> Personal<T> {
    /// Marks a value as personal.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Its only way should be to the bank.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value itself, owned.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(personal)")
    }
}

impl<T> From<T> for Personal<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_value() {
        assert_eq!(
            format!("{:?}", Personal::new("Mari Maasikas")),
            "(personal)"
        );
    }
}
