use std::collections::HashMap;

use anyhow::{Context as _, Result, bail};
use reqwest::{Client, Response};
use url::Url;

/// A customer with a browser without script: reads a page's forms, fills them in and submits them.
pub(super) struct Customer {
    client: Client,
    url: Url,
    page: String,
}

/// What a customer of the demo says about themselves.
const ANSWERS: [(&str, &str); 5] = [
    ("first_name", "Mari"),
    ("last_name", "Maasikas"),
    ("identity_code", "60001019906"),
    ("mobile", "+37250000000"),
    ("email", "mari@example.com"),
];

impl Customer {
    /// Follows the shop's redirect to the bank.
    pub(super) async fn arrive(client: &Client, url: &str) -> Result<Self> {
        let page = client.get(url).send().await?;
        Self::at(client.clone(), page).await
    }

    async fn at(client: Client, answer: Response) -> Result<Self> {
        if !answer.status().is_success() {
            bail!("the customer's browser got {}", answer.status());
        }
        Ok(Self {
            client,
            url: answer.url().clone(),
            page: answer.text().await?,
        })
    }

    pub(super) async fn reload(self) -> Result<Self> {
        Self::arrive(&self.client, self.url.as_str()).await
    }

    /// Chooses the period on offer and applies.
    pub(super) async fn apply(self) -> Result<Self> {
        self.submit("continue-form", &[])
            .await?
            .submit("apply-form", &ANSWERS)
            .await
    }

    /// Accepts the offer and signs.
    pub(super) async fn sign(self) -> Result<Self> {
        self.submit("accept-form", &[])
            .await?
            .submit("sign-form", &[])
            .await
    }

    /// Signs on a page for nothing else.
    pub(super) async fn sign_contract(self) -> Result<Self> {
        self.submit("sign-form", &[]).await
    }

    /// Lets their bank tell about the account, and comes back to the shop.
    pub(super) async fn share_statement(self) -> Result<Self> {
        self.submit("share-form", &[]).await
    }

    /// Pays, or fails to, and comes back to the shop.
    pub(super) async fn pay(self, ending: &str) -> Result<Self> {
        self.submit(&format!("{ending}-form"), &[]).await
    }

    pub(super) async fn cancel(self) -> Result<Self> {
        self.submit("cancel-form", &[]).await
    }

    pub(super) async fn go_back_to_merchant(self) -> Result<Self> {
        self.submit("return-form", &[]).await
    }

    async fn submit(self, id: &str, answers: &[(&str, &str)]) -> Result<Self> {
        let form = Form::find(&self.page, id)
            .with_context(|| format!("the bank's page has no {id}, which should come now"))?;
        let mut fields = form.fields;
        for (name, value) in answers {
            fields.insert((*name).to_owned(), (*value).to_owned());
        }
        let action = self.url.join(&form.action)?;
        let request = if form.posts {
            self.client.post(action).form(&fields)
        } else {
            self.client.get(action).query(&fields)
        };
        Self::at(self.client, request.send().await?).await
    }
}

struct Form {
    posts: bool,
    action: String,
    fields: HashMap<String, String>,
}

impl Form {
    fn find(page: &str, id: &str) -> Option<Self> {
        let wanted = format!("id=\"{id}\"");
        let form = page.split("<form ").skip(1).find(|form| {
            form.split('>')
                .next()
                .is_some_and(|tag| tag.contains(&wanted))
        })?;
        let form = form.split("</form>").next()?;
        let fields = form.split("<input ").skip(1).filter_map(|input| {
            Some((
                attribute(input, "name")?,
                attribute(input, "value").unwrap_or_default(),
            ))
        });
        Some(Self {
            posts: attribute(form, "method").as_deref() == Some("post"),
            action: attribute(form, "action")?,
            fields: fields.collect(),
        })
    }
}

/// An attribute of the tag that the text begins within.
fn attribute(text: &str, name: &str) -> Option<String> {
    let tag = text.split('>').next()?;
    let value = tag.split_once(&format!("{name}=\""))?.1;
    Some(unescaped(value.split('"').next()?))
}

fn unescaped(text: &str) -> String {
    let entities = [
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
    ];
    entities
        .iter()
        .fold(text.to_owned(), |text, (entity, plain)| {
            text.replace(entity, plain)
        })
}
