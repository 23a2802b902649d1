//! Forms that do something are taken once each, so that a double click writes down nothing twice and sends nothing twice, and whoever
//! sends one again is told what came of it. This is kept in memory, by each process for the forms that it is sent; beyond, commands are
//! idempotent by themselves.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

use crate::came::Came;

/// So many forms are remembered.
const REMEMBERED: usize = 4096;

/// The forms that were taken.
#[derive(Debug, Default)]
pub(crate) struct Once(Mutex<Taken>);

#[derive(Debug, Default)]
struct Taken {
    forms: HashMap<String, watch::Receiver<Option<Came>>>,
    oldest: VecDeque<String>,
}

/// What is known of a form.
pub(crate) enum Form {
    /// It is taken now, by whoever tells here what came of it.
    First(watch::Sender<Option<Came>>),
    /// It was taken before, and this tells what came of it.
    Before(watch::Receiver<Option<Came>>),
}

impl Once {
    /// Takes a form, unless it was taken before.
    pub(crate) fn take(&self, form: &str) -> Form {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = taken.forms.get(form) {
            return Form::Before(before.clone());
        }
        let (sender, receiver) = watch::channel(None);
        taken.forms.insert(form.to_owned(), receiver);
        taken.oldest.push_back(form.to_owned());
        if taken.oldest.len() > REMEMBERED
            && let Some(oldest) = taken.oldest.pop_front()
        {
            taken.forms.remove(&oldest);
        }
        Form::First(sender)
    }

    /// What comes of a form that was taken before.
    pub(crate) fn before(&self, form: &str) -> Option<watch::Receiver<Option<Came>>> {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.forms.get(form).cloned()
    }

    /// What came of a form is nothing: it may be sent again as it is.
    pub(crate) fn forget(&self, form: &str) {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.forms.remove(form);
        taken.oldest.retain(|other| other != form);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_taken_once_and_only_so_many_are_remembered() {
        let once = Once::default();
        let is_first = |form: &str| matches!(once.take(form), Form::First(_));
        assert!(once.before("a").is_none());
        assert!(is_first("a"));
        assert!(!is_first("a") && once.before("a").is_some());
        once.forget("a");
        assert!(is_first("a"));
        for number in 0..REMEMBERED {
            assert!(is_first(&number.to_string()));
        }
        assert!(is_first("a"), "it is forgotten by now");
        let taken = once.0.lock().unwrap();
        assert_eq!(taken.forms.len(), REMEMBERED);
        assert_eq!(taken.oldest.len(), REMEMBERED);
    }
}
