//! A browser without script: follows links, sends forms, keeps a cookie.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use tower::ServiceExt as _;

pub(crate) const HOST: &str = "pay.example";

#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    cookie: Option<String>,
    /// Where it asks from; none where the server doesn't say.
    peer: Option<IpAddr>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Where it leads.
    pub(crate) fn location(&self) -> &str {
        assert!(
            self.status.is_redirection(),
            "{} {}",
            self.status,
            self.text
        );
        self.header("location")
    }

    /// What a person reads: without tags, with single spaces.
    pub(crate) fn words(&self) -> String {
        let mut words = String::new();
        let mut in_tag = false;
        for letter in self.text.chars() {
            match letter {
                '<' => in_tag = true,
                '>' => {
                    in_tag = false;
                    words.push(' ');
                }
                letter if !in_tag => words.push(letter),
                _ => {}
            }
        }
        let words = plain(&words);
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The address behind a link or button of this text.
    pub(crate) fn link(&self, text: &str) -> Option<String> {
        let mut anchors = self.text.split("<a ").skip(1);
        let anchor = anchors.find(|anchor| {
            let inner = anchor.split_once('>').map_or("", |(_, rest)| rest);
            inner.split("</a>").next().map(name) == Some(text)
        })?;
        let (attributes, _) = anchor.split_once('>')?;
        let (_, rest) = attributes.split_once("href=\"")?;
        Some(plain(rest.split('"').next()?))
    }

    /// The address behind a link whose text is this once its escapes are gone.
    pub(crate) fn link_to(&self, text: &str) -> Option<String> {
        let mut anchors = self.text.split("<a href=\"").skip(1);
        let anchor = anchors.find(|anchor| {
            let inner = anchor.split_once('>').map_or("", |(_, rest)| rest);
            inner.split("</a>").next().map(name).map(plain).as_deref() == Some(text)
        })?;
        Some(plain(anchor.split('"').next()?))
    }

    /// Where the field for finding an order leads to.
    pub(crate) fn finding(&self, reference: &str) -> String {
        assert!(self.text.contains("action=\"/console/find\""));
        format!(
            "/console/find?{}",
            encoded(&fields(&[("reference", reference)]))
        )
    }

    /// The form that leads to a page.
    fn form(&self, page: &str) -> &str {
        let mut forms = self.text.split("<form ");
        let form = forms.find(|form| {
            let marker = format!("action=\"{page}");
            let rest = form.split_once(&marker).map_or("", |(_, rest)| rest);
            rest.starts_with(['"', '?'])
        });
        let form = form.unwrap_or_else(|| panic!("no form to {page}: {}", self.words()));
        form.split("</form>").next().unwrap()
    }

    /// The whole address that the form to a page leads to.
    pub(crate) fn action(&self, page: &str) -> String {
        let (_, rest) = self.form(page).split_once("action=\"").unwrap();
        plain(rest.split('"').next().unwrap())
    }

    /// What stands in a field, as it is shown.
    pub(crate) fn value(&self, field: &str) -> String {
        let marker = format!("<input id=\"{field}\"");
        let (_, rest) = self.text.split_once(&marker).unwrap();
        let rest = rest.split('>').next().unwrap();
        let value = rest.split_once("value=\"");
        value.map_or(String::new(), |(_, value)| {
            plain(value.split('"').next().unwrap())
        })
    }

    /// The hidden fields of the form that leads to a page.
    pub(crate) fn hidden(&self, page: &str) -> Vec<(String, String)> {
        let form = self.form(page);
        let fields = form.split("<input type=\"hidden\" ").skip(1);
        fields
            .map(|field| {
                let value = |name: &str| {
                    let rest = field.split_once(&format!("{name}=\"")).unwrap().1;
                    plain(rest.split('"').next().unwrap())
                };
                (value("name"), value("value"))
            })
            .collect()
    }
}

/// Without escapes.
fn plain(html: &str) -> String {
    html.replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
}

pub(crate) fn encoded(fields: &[(String, String)]) -> String {
    let part = |text: &str| {
        let mut part = String::new();
        for byte in text.bytes() {
            write!(part, "%{byte:02X}").unwrap();
        }
        part
    };
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{}={}", part(name), part(value)));
    pairs.collect::<Vec<_>>().join("&")
}

pub(crate) fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

impl Browser {
    pub(crate) fn new(router: Router) -> Self {
        Self {
            router,
            cookie: None,
            peer: Some(Ipv4Addr::new(198, 51, 100, 1).into()),
        }
    }

    /// The same browser elsewhere.
    pub(crate) fn at(&self, peer: Option<&str>) -> Self {
        Self {
            peer: peer.map(|peer| peer.parse().unwrap()),
            ..self.clone()
        }
    }

    /// The same browser, of a console that was started anew.
    pub(crate) fn of(&self, router: Router) -> Self {
        Self {
            router,
            ..self.clone()
        }
    }

    pub(crate) fn cookie(&self) -> Option<&str> {
        self.cookie.as_deref()
    }

    pub(crate) async fn ask(&mut self, mut request: Request<Body>) -> Answer {
        let headers = request.headers_mut();
        headers.entry(header::HOST).or_insert(HOST.parse().unwrap());
        if let Some(cookie) = &self.cookie {
            headers.insert(header::COOKIE, cookie.parse().unwrap());
        }
        if let Some(peer) = self.peer {
            let peer = ConnectInfo(SocketAddr::new(peer, 4711));
            request.extensions_mut().insert(peer);
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        if let Some(set) = parts.headers.get(header::SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
            self.cookie = (!pair.ends_with('=')).then_some(pair);
        }
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// What comes of a page, where it may break off.
    pub(crate) async fn body(&mut self, path: &str) -> Result<Bytes, axum::Error> {
        let cookie = self.cookie.clone().unwrap_or_default();
        let request = Request::get(path)
            .header(header::HOST, HOST)
            .header(header::COOKIE, cookie);
        let request = request.body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        to_bytes(response.into_body(), usize::MAX).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.ask(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    /// A page that is there.
    pub(crate) async fn page(&mut self, path: &str) -> Answer {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.words());
        answer
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(String, String)]) -> Answer {
        self.post_from(path, fields, &[("sec-fetch-site", "same-origin")])
            .await
    }

    pub(crate) async fn post_from(
        &mut self,
        path: &str,
        fields: &[(String, String)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request =
            Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.ask(request.body(encoded(fields).into()).unwrap())
            .await
    }

    /// Sends a form of a page, with what somebody filled in.
    pub(crate) async fn send(
        &mut self,
        page: &Answer,
        action: &str,
        filled: &[(&str, &str)],
    ) -> Answer {
        let mut sent = page.hidden(action);
        sent.extend(fields(filled));
        self.post(&page.action(action), &sent).await
    }

    pub(crate) async fn sign_in(&mut self, token: &str) -> Answer {
        self.post("/console/sign-in", &fields(&[("token", token)]))
            .await
    }
}

/// What an element has, without the marks of a name.
fn name(inner: &str) -> &str {
    let name = inner.strip_prefix("<bdi>");
    name.and_then(|name| name.strip_suffix("</bdi>"))
        .unwrap_or(inner)
}
