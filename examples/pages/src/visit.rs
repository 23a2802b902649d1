//! One request, and what answers it.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ops::Deref;
use std::sync::Arc;

use axum::RequestExt as _;
use axum::extract::{Form, FromRequest, Path, Query, Request};
use axum::http::{Method, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Redirect, Response};
use futures::StreamExt as _;
use minijinja::{Value, context};

use crate::pages::Served;
use crate::rows::{ALL, Rows};

/// A request behind [`Pages::serve`](crate::Pages::serve): by whom, and what was given with it. It stands for the routes'
/// state, too.
pub struct Visit<S> {
    state: S,
    reader: Reader,
    given: BTreeMap<String, String>,
    posted: bool,
}

/// Who reads the answer.
#[derive(Clone)]
pub(crate) struct Reader {
    pub(crate) pages: Arc<Served>,
    pub(crate) language: String,
}

/// What was given in the path, in the query, in the form: each name once.
impl<S: Clone + Send + Sync> FromRequest<S> for Visit<S> {
    type Rejection = StatusCode;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, StatusCode> {
        let reader = request.extensions().get::<Reader>().cloned();
        let reader = reader.ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
        let unreadable = StatusCode::UNPROCESSABLE_ENTITY;
        let mut given = BTreeMap::new();
        let query = request.extract_parts::<Query<Vec<_>>>().await;
        given.extend(query.map_err(|_| unreadable)?.0);
        let path = request.extract_parts::<Path<Vec<_>>>().await;
        let posted = *request.method() == Method::POST;
        if posted {
            let form = request.extract::<Form<Vec<_>>, _>().await;
            given.extend(form.map_err(|_| unreadable)?.0);
        }
        // A path without places to fill has none to give.
        given.extend(path.map_or_else(|_| Vec::new(), |path| path.0));
        Ok(Self {
            state: state.clone(),
            reader,
            given,
            posted,
        })
    }
}

impl<S> Deref for Visit<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.state
    }
}

impl<S> Visit<S> {
    /// What was given under a name, trimmed; nothing where it wasn't.
    pub fn given(&self, name: &str) -> &str {
        self.given.get(name).map_or("", |text| text.trim())
    }

    /// Whether a form was sent.
    pub const fn posted(&self) -> bool {
        self.posted
    }

    /// The code of the language, one of those that there are texts in.
    pub fn language(&self) -> &str {
        &self.reader.language
    }

    /// A text in that language, by its name.
    pub fn text(&self, name: &str) -> String {
        self.reader.pages.text(&self.reader.language, name)
    }

    /// A page of a template: `content`, what was `given`, and the `problem` among it.
    pub fn page(&self, template: &str, content: Value) -> Response {
        let given = self.given.clone();
        let problem = self.given("problem");
        let content = context! { given, problem, ..content };
        self.reader.page(template, content)
    }

    /// Tells an open page when there is something new, as server-sent events: of the row of a key, or of
    /// [all](ALL), since the number of changes that was `seen`.
    pub fn news<T>(&self, rows: &Rows<T>, key: &str) -> Response
    where
        T: Clone + Send + Sync + 'static,
    {
        if key != ALL && rows.find(key).is_none() {
            return StatusCode::NOT_FOUND.into_response();
        }
        let seen = self.given("seen").parse().unwrap_or_default();
        let events = rows.follow(key, seen).map(|count| {
            let event = Event::default().data(count.to_string());
            Ok::<_, Infallible>(event)
        });
        // An open page holds up no shutdown.
        let events = events.take_until(self.reader.pages.stop.clone());
        let news = Sse::new(events).keep_alive(KeepAlive::default());
        news.into_response()
    }
}

/// Leads the browser there, to read.
pub fn see(address: &str) -> Response {
    Redirect::to(address).into_response()
}

const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const LENGTH: usize = 12;

/// Nobody can guess it, so whoever has the address of something may see it. No letter of it is taken for a digit.
///
/// # Panics
/// Where the operating system has no random numbers: names that can be guessed must not be given away.
pub fn new_reference() -> String {
    let mut bytes = [0; LENGTH];
    if let Err(error) = getrandom::fill(&mut bytes) {
        panic!("the operating system has no random numbers: {error}");
    }
    let letter = |byte| char::from(LETTERS[usize::from(byte % 32)]);
    bytes.into_iter().map(letter).collect()
}

/// Whether it may be one of those, by its form.
pub fn is_reference(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_have_the_form_of_one_and_differ() {
        let (one, other) = (new_reference(), new_reference());
        assert_ne!(one, other);
        assert!(is_reference(&one) && is_reference(&other));
        assert!(!is_reference("../../office"));
    }
}
