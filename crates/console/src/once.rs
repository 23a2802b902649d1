//! Forms that do something are taken once each, so that a double click writes down nothing twice and sends nothing twice. Commands are
//! idempotent by themselves; this is kept in memory, by each process for the forms that it is sent.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

/// So many forms are remembered.
const REMEMBERED: usize = 4096;

/// The forms that were taken.
#[derive(Debug, Default)]
pub(crate) struct Once(Mutex<Taken>);

#[derive(Debug, Default)]
struct Taken {
    forms: HashSet<String>,
    oldest: VecDeque<String>,
}

impl Once {
    /// Whether a form is taken for the first time.
    pub(crate) fn takes(&self, form: &str) -> bool {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !taken.forms.insert(form.to_owned()) {
            return false;
        }
        taken.oldest.push_back(form.to_owned());
        if taken.oldest.len() > REMEMBERED
            && let Some(oldest) = taken.oldest.pop_front()
        {
            taken.forms.remove(&oldest);
        }
        true
    }

    /// What came of a form is nothing: it may be sent again as it is.
    pub(crate) fn forget(&self, form: &str) {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.forms.remove(form);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_taken_once_and_only_so_many_are_remembered() {
        let once = Once::default();
        assert!(once.takes("a"));
        assert!(!once.takes("a"));
        once.forget("a");
        assert!(once.takes("a"));
        for number in 0..REMEMBERED {
            assert!(once.takes(&number.to_string()));
        }
        assert!(once.takes("a"), "it is forgotten by now");
        let taken = once.0.lock().unwrap();
        assert!(taken.forms.len() <= REMEMBERED);
        assert_eq!(taken.oldest.len(), REMEMBERED);
    }
}
