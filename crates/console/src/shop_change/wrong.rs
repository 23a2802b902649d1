//! What is wrong with the form that adds a shop: all of it at once, each by the label of its field.

use crate::decide::capital;

/// The fields, in their order on the form, and their labels.
const LABELS: [(&str, &str); 9] = [
    ("name", "Name"),
    ("region", "Region"),
    ("environment", "Environment"),
    ("api_version", "API version"),
    ("shop_uuid", "Identifier at the bank"),
    ("keys", "Keys at the bank"),
    ("return_url", "Customers return to"),
    ("base_url", "Another address than the bank’s own"),
    ("reason", "Why"),
];

/// A field by its name, and what is wrong there.
#[derive(Default)]
pub(super) struct Wrong(Vec<(String, String)>);

impl Wrong {
    pub(super) fn add(&mut self, field: &str, problem: &str) {
        self.0.push((field.to_owned(), capital(problem)));
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with a field.
    pub(super) fn at(&self, field: &str) -> Option<&str> {
        let found = self.0.iter().find(|(other, _)| other == field);
        found.map(|(_, problem)| &**problem)
    }

    /// Each with its field's name and label, in their order.
    pub(super) fn listed(&self) -> Vec<(&str, &str, &str)> {
        let own = LABELS.into_iter();
        let own = own.filter_map(|(field, label)| Some((field, label, self.at(field)?)));
        let others = self.0.iter();
        let others = others.filter(|(name, _)| LABELS.iter().all(|(field, _)| field != name));
        own.chain(others.map(|(name, problem)| (&**name, &**name, &**problem)))
            .collect()
    }
}
