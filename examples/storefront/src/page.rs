//! What holds of every page: its language, what a browser may do with it, and what is shown instead of it.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use axum::extract::{Form, FromRequest, Path, Query, Request, State};
use axum::http::header::{self, InvalidHeaderValue};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::{Extension, RequestExt as _};
use inbank::{GatewayErrorKind, Language, OrderError, OrderHandle};
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};

use crate::Front;
use crate::book::Placed;
use crate::catalogue::{Article, Way};
use crate::files::{ASSETS, TEMPLATES, TEXTS};

pub(crate) type Found<T> = Result<T, Trouble>;
pub(crate) type Page = Found<Response>;

/// A request: to which shop, in which language, and what was given with it.
pub(crate) struct Visit {
    pub(crate) front: Arc<Front>,
    pub(crate) language: Language,
    given: BTreeMap<String, String>,
}

pub(crate) struct Pages {
    templates: Environment<'static>,
    texts: BTreeMap<&'static str, Value>,
    policy: HeaderValue,
}

impl Pages {
    pub(crate) fn new(bank_pages: &str) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, text) in TEMPLATES {
            templates.add_template(name, text)?;
        }
        let mut texts = BTreeMap::new();
        for (code, text) in TEXTS {
            texts.insert(code, serde_json::from_str(text)?);
        }
        Ok(Self {
            templates,
            texts,
            policy: policy(bank_pages)?,
        })
    }
}

/// Nothing from elsewhere, and nothing that stands in a page is run.
fn policy(bank_pages: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    // Where a redirect leads that answers a form counts as where the form leads.
    HeaderValue::from_str(&format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self' {bank_pages}; base-uri 'none'; frame-ancestors 'none'"
    ))
}

/// In the path, in the query, in the form: each name once.
impl FromRequest<Arc<Front>> for Visit {
    type Rejection = Trouble;

    async fn from_request(mut request: Request, front: &Arc<Front>) -> Found<Self> {
        let language = request.extensions().get().copied();
        let language = language.unwrap_or(Language::of_region(&front.region));
        let mut given = BTreeMap::new();
        let query = request.extract_parts::<Query<Vec<_>>>().await;
        given.extend(query.map_err(|_| Trouble::Invalid)?.0);
        let path = request.extract_parts::<Path<Vec<_>>>().await;
        let path = path.map_or_else(|_| Vec::new(), |path| path.0);
        if *request.method() == Method::POST {
            let form = request.extract::<Form<Vec<_>>, _>().await;
            given.extend(form.map_err(|_| Trouble::Invalid)?.0);
        }
        given.extend(path);
        let front = front.clone();
        Ok(Self {
            front,
            language,
            given,
        })
    }
}

impl Visit {
    /// Nothing where it wasn't given.
    pub(crate) fn given(&self, name: &str) -> &str {
        self.given.get(name).map_or("", |text| text.trim())
    }

    pub(crate) fn order(&self) -> OrderHandle {
        self.front.shop.order(self.given("order"))
    }

    pub(crate) fn placed(&self) -> Found<Placed> {
        self.front
            .book
            .find(self.given("order"))
            .ok_or(Trouble::Missing)
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Placed)) {
        self.front.book.change(self.given("order"), change);
    }

    /// The ways to pay for an article here.
    pub(crate) fn ways(&self, article: &Article) -> impl Iterator<Item = &Way> {
        self.front.catalogue.ways(article, &self.front.region)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        let texts = self.front.pages.texts.get(self.language.code());
        let text = texts.and_then(|texts| texts.get_attr(name).ok());
        text.map_or_else(String::new, |text| text.to_string())
    }

    /// An article, as it is shown.
    pub(crate) fn shown(&self, article: &Article) -> Value {
        let price = self.language.money(article.price(&self.front.region));
        context! { price, ..Value::from(Serde(article)) }
    }

    pub(crate) fn page(&self, name: &str, content: Value) -> Page {
        self.front.pages.show(
            self.language,
            name,
            context! { given => self.given.clone(), problem => self.given("problem"), ..content },
        )
    }
}

impl Pages {
    fn show(&self, language: Language, name: &str, content: Value) -> Page {
        let lang = language.code();
        let frame = context! { lang, t => self.texts.get(lang), languages => self.texts.clone() };
        let page = self.templates.get_template(name);
        let html = page.and_then(|page| page.render(context! { ..content, ..frame }));
        // A mistake of ours, which the tests find.
        html.map(|html| Html(html).into_response())
            .map_err(|_| Trouble::Later)
    }
}

/// Back to the page that shows how it stands. Pressed twice, or on a page that is out of date, there was nothing
/// left to do; what was filled in may be wrong.
pub(crate) fn back<T>(done: Result<T, OrderError>, page: String) -> Page {
    match done {
        Ok(_) | Err(OrderError::Refused(_)) => see(&page),
        Err(OrderError::Invalid(_)) => see(&(page + "?problem=refused")),
        Err(OrderError::Bank(error)) if error.kind() == GatewayErrorKind::Refused => {
            see(&(page + "?problem=refused"))
        }
        Err(error) => Err(error.into()),
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "this is what answers a request, as a page does"
)]
pub(crate) fn see(address: &str) -> Page {
    Ok(Redirect::to(address).into_response())
}

/// Why there is no page.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trouble {
    Missing,
    /// Bank or ledger give no answer now. Nothing is lost, and every call may be repeated.
    Later,
    Invalid,
}

impl<E: Into<OrderError>> From<E> for Trouble {
    fn from(error: E) -> Self {
        match error.into() {
            OrderError::NotFound => Self::Missing,
            OrderError::Invalid(_) | OrderError::Kept(_) | OrderError::Refused(_) => Self::Invalid,
            OrderError::Bank(_)
            | OrderError::Busy
            | OrderError::Ledger(_)
            | OrderError::Taken
            | OrderError::TooMany(_)
            | OrderError::Unclear(_) => Self::Later,
        }
    }
}

/// Left to `attend`, which knows the language, to be shown.
impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let (status, name) = match self {
            Self::Missing => (StatusCode::NOT_FOUND, "missing"),
            Self::Later => (StatusCode::SERVICE_UNAVAILABLE, "later"),
            Self::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
        };
        (status, Extension(name)).into_response()
    }
}

pub(crate) async fn missing() -> Trouble {
    Trouble::Missing
}

pub(crate) async fn asset(visit: Visit) -> Page {
    let file = ASSETS.iter().find(|(file, _)| *file == visit.given("file"));
    let (_, text) = file.ok_or(Trouble::Missing)?;
    let kind = match visit.given("file").rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        _ => "image/svg+xml",
    };
    Ok((
        [
            (header::CONTENT_TYPE, kind),
            (header::CACHE_CONTROL, "max-age=300"),
        ],
        *text,
    )
        .into_response())
}

pub(crate) async fn attend(
    State(front): State<Arc<Front>>,
    mut request: Request,
    next: Next,
) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let asked = query
        .split('&')
        .find_map(|pair| front.language(pair.strip_prefix("lang=")?));
    let language = asked.unwrap_or_else(|| front.preferred(request.headers()));
    if *request.method() == Method::POST && comes_from_elsewhere(request.headers()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    request.extensions_mut().insert(language);
    let mut response = next.run(request).await;
    if let Some(name) = response.extensions_mut().remove::<&'static str>() {
        let page = front
            .pages
            .show(language, "trouble.html", context! { trouble => name });
        response = (response.status(), page).into_response();
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, front.pages.policy.clone());
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    let cache = headers.entry(header::CACHE_CONTROL);
    cache.or_insert(HeaderValue::from_static("no-store"));
    if let Some(language) = asked {
        let cookie = format!(
            "lang={}; Path=/; Max-Age=31536000; SameSite=Lax",
            language.code()
        );
        headers.extend(HeaderValue::from_str(&cookie).map(|cookie| (header::SET_COOKIE, cookie)));
    }
    response
}

impl Front {
    fn language(&self, code: &str) -> Option<Language> {
        let language: Language = code.parse().ok()?;
        let known = self.pages.texts.contains_key(language.code());
        known.then_some(language)
    }

    /// What the visitor chose before, or what the browser asks for, or the region's.
    fn preferred(&self, headers: &HeaderMap) -> Language {
        let text = |name| {
            headers
                .get(name)
                .and_then(|text: &HeaderValue| text.to_str().ok())
        };
        let mut cookies = text(header::COOKIE).unwrap_or_default().split("; ");
        let chosen = cookies.find_map(|cookie| self.language(cookie.strip_prefix("lang=")?));
        // Browsers name the dearest first.
        let mut accepted = text(header::ACCEPT_LANGUAGE)
            .unwrap_or_default()
            .split([',', ';']);
        let accepted = chosen.or_else(|| accepted.find_map(|code| self.language(code.trim())));
        accepted.unwrap_or_else(|| Language::of_region(&self.region))
    }
}

/// Another site's form must not approve an order.
fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let origin = headers
        .get(header::ORIGIN)
        .map(|origin| origin.to_str().unwrap_or_default());
    origin.is_some_and(|origin| origin.split("://").nth(1) != host)
}
