//! Rows in memory: what a shop has in a table of its database.

use futures::stream::{Stream, unfold};
use tokio::sync::watch;

/// In place of a key: every row.
pub const ALL: &str = "all";

/// Rows by their keys, which tell when they change. Clones are the same rows.
#[derive(Clone)]
pub struct Rows<T>(watch::Sender<Vec<Row<T>>>);

#[derive(Clone)]
struct Row<T> {
    key: String,
    value: T,
    /// Counts what is new of it, the row itself as the first.
    changes: u64,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self(watch::Sender::default())
    }
}

impl<T: Clone> Rows<T> {
    /// The latest first, each with its key.
    pub fn all(&self) -> Vec<(String, T)> {
        let rows = self.0.borrow();
        let rows = rows.iter().rev();
        rows.map(|row| (row.key.clone(), row.value.clone()))
            .collect()
    }

    /// The row of a key.
    pub fn find(&self, key: &str) -> Option<T> {
        let rows = self.0.borrow();
        let row = rows.iter().find(|row| row.key == key);
        row.map(|row| row.value.clone())
    }

    /// Puts a row there, unless the key has one.
    pub fn place(&self, key: &str, value: T) {
        self.0.send_if_modified(|rows| {
            let new = !rows.iter().any(|row| row.key == key);
            if new {
                rows.push(Row {
                    key: key.to_owned(),
                    value,
                    changes: 1,
                });
            }
            new
        });
    }

    /// Changes the row of a key, if there is one.
    pub fn change(&self, key: &str, change: impl FnOnce(&mut T)) {
        self.0.send_modify(|rows| {
            if let Some(row) = rows.iter_mut().find(|row| row.key == key) {
                change(&mut row.value);
                row.changes += 1;
            }
        });
    }

    /// How often the row of a key was changed, or any. Read it before the row: what happens in between is news then.
    pub fn changes(&self, key: &str) -> u64 {
        count(&self.0.borrow(), key)
    }

    /// The number of changes each time that it is above the one that was seen, as soon as it is.
    pub(crate) fn follow(&self, key: &str, seen: u64) -> impl Stream<Item = u64> + use<T> {
        let follower = (self.0.subscribe(), key.to_owned(), seen);
        unfold(follower, async |(mut rows, key, seen)| {
            let changed = rows.wait_for(|rows| count(rows, &key) > seen).await;
            let seen = count(&changed.ok()?, &key);
            Some((seen, (rows, key, seen)))
        })
    }
}

fn count<T: Clone>(rows: &[Row<T>], key: &str) -> u64 {
    let rows = rows.iter().filter(|row| key == ALL || row.key == key);
    rows.map(|row| row.changes).sum()
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures::StreamExt as _;

    use super::*;

    #[test]
    fn a_row_is_placed_once_and_the_latest_comes_first() {
        let rows = Rows::default();
        rows.place("a", 1);
        rows.place("b", 2);
        rows.place("a", 7);
        rows.change("a", |number| *number += 10);
        assert_eq!(rows.all(), [("b".to_owned(), 2), ("a".to_owned(), 11)]);
        assert_eq!(rows.find("c"), None);
    }

    #[tokio::test]
    async fn changes_of_other_rows_are_news_of_all_alone() {
        let rows = Rows::default();
        rows.place("a", 1);
        rows.place("b", 2);
        let mut news = pin!(rows.follow("a", rows.changes("a")));
        let mut all = pin!(rows.follow(ALL, rows.changes(ALL)));
        rows.change("b", |_| ());
        assert_eq!(all.next().await, Some(3));
        assert!(futures::poll!(news.next()).is_pending());
        rows.change("a", |_| ());
        assert_eq!(news.next().await, Some(2));
    }
}
