//! What every page has around it.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use crate::console::House;
use crate::visible;
use crate::visitor::Visitor;

/// The head of a page: where it is, and for whom.
pub(crate) struct Frame {
    pub(crate) base: String,
    pub(crate) title: String,
    pub(crate) user: Option<Named>,
    /// The part that is open, by its address under the base.
    pub(crate) part: &'static str,
    /// The parts there are.
    pub(crate) parts: Vec<Part>,
}

/// Who has signed in.
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) scope: &'static str,
    /// What forms of this session carry.
    pub(crate) form: String,
}

/// A part of the console.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    pub(crate) path: &'static str,
    pub(crate) name: &'static str,
}

const PARTS: [Part; 5] = [
    Part {
        path: "/",
        name: "Overview",
    },
    Part {
        path: "/orders",
        name: "Orders",
    },
    Part {
        path: "/shops",
        name: "Shops",
    },
    Part {
        path: "/export",
        name: "Export",
    },
    Part {
        path: "/audit",
        name: "Audit",
    },
];

impl Frame {
    /// A page for somebody who has signed in.
    pub(crate) fn of(house: &House, visitor: &Visitor, title: &str) -> Self {
        let mut parts = PARTS.to_vec();
        if house.audit.is_none() {
            parts.retain(|part| part.path != "/audit");
        }
        Self {
            base: house.base.clone(),
            title: title.to_owned(),
            user: Some(Named {
                name: visitor.user.name.clone(),
                scope: visitor.user.may.as_str(),
                form: visitor.session.form().to_owned(),
            }),
            part: "",
            parts,
        }
    }

    /// A page for anybody.
    pub(crate) fn of_nobody(house: &House, title: &str) -> Self {
        Self {
            base: house.base.clone(),
            title: title.to_owned(),
            user: None,
            part: "",
            parts: Vec::new(),
        }
    }

    /// The same as a page of this part.
    pub(crate) const fn in_part(mut self, part: &'static str) -> Self {
        self.part = part;
        self
    }

    /// The name under which it is written down what somebody decides.
    pub(crate) fn who(&self) -> &str {
        self.user.as_ref().map_or("", |user| &user.name)
    }

    /// What the forms of a page carry.
    pub(crate) fn form(&self) -> &str {
        self.user.as_ref().map_or("", |user| &user.form)
    }
}

/// Why nothing was done.
#[derive(Template)]
#[template(path = "refused.html")]
pub(crate) struct Refused {
    pub(crate) frame: Frame,
    pub(crate) text: String,
    /// Where to go on, in words and as an address.
    pub(crate) onward: Option<(&'static str, String)>,
}

/// A page that leads on by itself.
#[derive(Template)]
#[template(path = "onward.html")]
pub(crate) struct Onward {
    pub(crate) frame: Frame,
    pub(crate) to: String,
}

/// Something that is said at the head of a page.
pub(crate) struct Notice {
    /// `good`, `wait`, `bad`.
    pub(crate) class: &'static str,
    pub(crate) text: String,
    /// Whether it says of a command what its order shows by itself once the bank does.
    pub(crate) until_shown: bool,
}

/// A page, in which nothing is hidden.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, Html(visible::with_unseen_shown(&html))).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page can't be made");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
