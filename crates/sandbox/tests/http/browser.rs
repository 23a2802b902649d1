//! A customer without script: reads the forms of a page, fills them in and submits them.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::collections::HashMap;

use reqwest::Client;
use url::Url;

pub(crate) struct Customer {
    pub(crate) client: Client,
    pub(crate) url: Url,
    pub(crate) page: String,
}

pub(crate) struct Form {
    pub(crate) post: bool,
    pub(crate) action: Url,
    pub(crate) fields: HashMap<String, String>,
}

impl Customer {
    pub(crate) async fn visit(url: &str) -> Self {
        let client = Client::builder().no_proxy().build().unwrap();
        let answer = client.get(url).send().await.unwrap();
        Self::at(client, answer).await
    }

    pub(crate) async fn at(client: Client, answer: reqwest::Response) -> Self {
        let url = answer.url().clone();
        let page = answer.text().await.unwrap();
        Self { client, url, page }
    }

    pub(crate) fn step(&self) -> &str {
        attribute(&self.page, "data-step").unwrap()
    }

    pub(crate) fn status(&self) -> &str {
        attribute(&self.page, "data-status").unwrap()
    }

    pub(crate) fn form(&self, id: &str) -> Form {
        let form = self
            .page
            .split("<form ")
            .find(|form| form.contains(&format!("id=\"{id}\"")))
            .unwrap();
        let form = form.split("</form>").next().unwrap();
        let fields = form.split("<input ").skip(1).filter_map(|input| {
            let name = attribute(input, "name")?;
            Some((
                name.to_owned(),
                unescaped(attribute(input, "value").unwrap_or_default()),
            ))
        });
        Form {
            post: attribute(form, "method") == Some("post"),
            action: self
                .url
                .join(&unescaped(attribute(form, "action").unwrap()))
                .unwrap(),
            fields: fields.collect(),
        }
    }

    pub(crate) async fn submit(&self, id: &str, filled: &[(&str, &str)]) -> Self {
        let mut form = self.form(id);
        for (name, value) in filled {
            form.fields.insert((*name).to_owned(), (*value).to_owned());
        }
        let request = if form.post {
            self.client.post(form.action).form(&form.fields)
        } else {
            self.client.get(form.action).query(&form.fields)
        };
        Self::at(self.client.clone(), request.send().await.unwrap()).await
    }
}

pub(crate) fn attribute<'a>(html: &'a str, name: &str) -> Option<&'a str> {
    let tag = html
        .split_once('>')
        .filter(|_| name != "data-step" && name != "data-status")
        .map_or(html, |(tag, _)| tag);
    tag.split_once(&format!("{name}=\""))?.1.split('"').next()
}

pub(crate) fn unescaped(text: &str) -> String {
    text.replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
}
