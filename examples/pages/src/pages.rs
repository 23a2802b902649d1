//! Templates, texts and files, and what holds of every answer.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::body::HttpBody as _;
use axum::extract::{Path, Request, State};
use axum::http::header::{self, HeaderName, InvalidHeaderValue};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};
use include_dir::Dir;
use minijinja::{Environment, UndefinedBehavior, Value, context};

use crate::language;
use crate::visit::Reader;

/// The page for an answer that says what went wrong by its status alone.
const TROUBLE: &str = "trouble.html";

/// What pages are made of.
pub struct Pages {
    templates: Environment<'static>,
    /// By the codes of their languages.
    texts: BTreeMap<&'static str, Value>,
    assets: BTreeMap<&'static str, &'static str>,
    /// For who reads none of those that are named.
    language: String,
    policy: HeaderValue,
}

/// Pages that are served, until `stop` is done.
pub(crate) struct Served {
    pages: Pages,
    pub(crate) stop: Shared<BoxFuture<'static, ()>>,
}

impl Pages {
    /// Pages from `files`: `templates`; `texts`, a JSON file for each language, called by its code; `assets`, styles,
    /// scripts and pictures. Who reads none of the languages gets `language`. Forms lead to the shop itself, and to
    /// the origin `forms_lead_to`: browsers let them lead nowhere else.
    ///
    /// # Errors
    /// A template or a text that can't be read, an origin that can't be part of a header.
    pub fn new(
        files: &'static Dir<'static>,
        language: &str,
        forms_lead_to: &str,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, text) in files_in(files, "templates") {
            templates.add_template(name, text)?;
        }
        let mut texts = BTreeMap::new();
        for (name, text) in files_in(files, "texts") {
            let code = name.strip_suffix(".json").unwrap_or(name);
            texts.insert(code, serde_json::from_str(text)?);
        }
        Ok(Self {
            templates,
            texts,
            assets: files_in(files, "assets").collect(),
            language: language.to_owned(),
            policy: policy(forms_lead_to)?,
        })
    }

    /// Routes whose visitors get pages: with the assets beside them, the visitor's language, the headers of every
    /// answer, no form of another site's, and `trouble.html` for what went wrong, with the name of its text under
    /// `troubles`: the status, or its class (`4xx`). Pages that are told news are so until `stop` is done.
    pub fn serve(self, routes: Router, stop: impl Future<Output = ()> + Send + 'static) -> Router {
        let pages = Arc::new(Served {
            pages: self,
            stop: stop.boxed().shared(),
        });
        let assets = get(asset).with_state(pages.clone());
        routes
            .route("/assets/{file}", assets)
            .fallback(async || StatusCode::NOT_FOUND)
            .layer(from_fn_with_state(pages, attend))
    }

    fn known(&self, code: &str) -> Option<&'static str> {
        self.texts.get_key_value(code).map(|(code, _)| *code)
    }
}

/// The files of a folder that are text, by their names.
fn files_in(
    files: &'static Dir<'static>,
    folder: &str,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    let files = files.get_dir(folder).into_iter().flat_map(Dir::files);
    files.filter_map(|file| Some((file.path().file_name()?.to_str()?, file.contents_utf8()?)))
}

/// Nothing from elsewhere, and nothing that stands in a page is run.
fn policy(forms_lead_to: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    // Where a redirect leads that answers a form counts as where the form leads.
    HeaderValue::from_str(&format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self' {forms_lead_to}; base-uri 'none'; frame-ancestors 'none'"
    ))
}

impl Served {
    pub(crate) fn text(&self, language: &str, name: &str) -> String {
        let texts = self.pages.texts.get(language);
        let text = texts.and_then(|texts| texts.get_attr(name).ok());
        text.map_or_else(String::new, |text| text.to_string())
    }
}

impl Reader {
    pub(crate) fn page(&self, template: &str, content: Value) -> Response {
        let pages = &self.pages.pages;
        let texts = pages.texts.get(self.language.as_str());
        let frame = context! { lang => self.language.clone(), t => texts, languages => pages.texts.clone() };
        let page = pages.templates.get_template(template);
        let html = page.and_then(|page| page.render(context! { ..content, ..frame }));
        // A mistake of ours, which the tests find.
        html.map_or_else(
            |_| StatusCode::SERVICE_UNAVAILABLE.into_response(),
            |html| Html(html).into_response(),
        )
    }

    /// A page in place of an answer that has none.
    fn told(&self, answer: Response) -> Response {
        let status = answer.status();
        let wrong = status.is_client_error() || status.is_server_error();
        if !wrong || answer.body().size_hint().exact() != Some(0) {
            return answer;
        }
        let texts = self.pages.pages.texts.get(self.language.as_str());
        let texts = texts.and_then(|texts| texts.get_attr("troubles").ok());
        let exactly = status.as_str().to_owned();
        let known = texts.and_then(|texts| texts.get_attr(&exactly).ok());
        let trouble = match known {
            Some(text) if !text.is_undefined() => exactly,
            _ => format!("{}xx", status.as_u16() / 100),
        };
        let page = self.page(TROUBLE, context! { trouble });
        (status, page).into_response()
    }
}

async fn attend(State(pages): State<Arc<Served>>, mut request: Request, next: Next) -> Response {
    let known = |code: &str| pages.pages.known(code);
    let asked = language::asked(request.uri().query().unwrap_or_default(), known);
    let language = asked.or_else(|| language::preferred(request.headers(), known));
    let reader = Reader {
        language: language.unwrap_or(&pages.pages.language).to_owned(),
        pages: pages.clone(),
    };
    let answer = if *request.method() == Method::POST && comes_from_elsewhere(request.headers()) {
        StatusCode::FORBIDDEN.into_response()
    } else {
        request.extensions_mut().insert(reader.clone());
        next.run(request).await
    };
    let mut answer = reader.told(answer);
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, pages.pages.policy.clone());
    let mut insert = |name: HeaderName, value| {
        let value = HeaderValue::from_static(value);
        headers.entry(name).or_insert(value);
    };
    insert(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    insert(header::REFERRER_POLICY, "same-origin");
    insert(header::CACHE_CONTROL, "no-store");
    if let Some(language) = asked {
        let cookie = HeaderValue::from_str(&language::cookie(language));
        headers.extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    }
    answer
}

/// Another site's form must decide nothing.
fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let origin = headers
        .get(header::ORIGIN)
        .map(|origin| origin.to_str().unwrap_or_default());
    origin.is_some_and(|origin| origin.split("://").nth(1) != host)
}

async fn asset(State(pages): State<Arc<Served>>, Path(file): Path<String>) -> Response {
    let Some(text) = pages.pages.assets.get(file.as_str()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = match file.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        _ => "image/svg+xml",
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "max-age=300"),
    ];
    (headers, *text).into_response()
}
