use inbank_domain::{
    ApplicationId, ApplicationSigned, ConfirmationCode, Invalid, Printout, Signed, SigningMethod,
    SigningStarted, WebAddress,
};
use serde::{Deserialize, Serialize};

use super::lenient::Lenient;
use super::moment::Moment;
use super::number::{NumberOrText, TextOrNumber};
use crate::dialect::decode;
use crate::failure::{DecodeError, reports_an_error};

/// `POST` and `PATCH …/signings`, request. A code that is a number goes out as the number of the sample;
/// `0000`, which would not survive that, as text.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request<'a> {
    method: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmation_code: Option<NumberOrText<'a>>,
}

impl<'a> Request<'a> {
    pub(crate) fn start(method: &'a SigningMethod) -> Self {
        Self {
            method: method.as_str(),
            confirmation_code: None,
        }
    }

    pub(crate) fn confirm(code: &'a ConfirmationCode) -> Self {
        Self {
            method: SigningMethod::Sms.as_str(),
            confirmation_code: Some(NumberOrText::of(code.expose())),
        }
    }
}

/// `…/signings`, answer: `{"signing":{…}}` in the sample. Where a redirect's address stands is not
/// documented: beside or inside, under one of two names, or under both.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    signing: Lenient<Details>,
    #[serde(default)]
    redirect_url: Lenient<String>,
    #[serde(default)]
    url: Lenient<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    #[serde(default)]
    signed_at: Lenient<Moment>,
    #[serde(default)]
    redirect_url: Lenient<String>,
    #[serde(default)]
    url: Lenient<String>,
}

/// The address that stands under one of its two names.
fn address(redirect_url: Lenient<String>, url: Lenient<String>) -> Option<WebAddress> {
    let read = |url: Lenient<String>, field| url.parse(field, |url| WebAddress::parse(&url));
    read(redirect_url, "redirect_url").or_else(|| read(url, "url"))
}

fn answer(body: &[u8]) -> Result<Answer, DecodeError> {
    if body.trim_ascii().is_empty() {
        return Ok(Answer::default());
    }
    let answer = decode(body)?;
    // Nothing in it is required, so an error that came with a success would pass for one.
    if reports_an_error(body) {
        Err(DecodeError::Another("outcome"))
    } else {
        Ok(answer)
    }
}

/// A signing that was started. Only a redirect has to say where to.
pub(crate) fn started(body: &[u8], method: &SigningMethod) -> Result<SigningStarted, DecodeError> {
    let answer = answer(body)?;
    let inside = answer.signing.take("signing");
    let inside = inside.and_then(|signing| address(signing.redirect_url, signing.url));
    let url = address(answer.redirect_url, answer.url).or(inside);
    if *method == SigningMethod::Redirect && url.is_none() {
        return Err(DecodeError::Field("redirect_url".to_owned()));
    }
    let mut started = SigningStarted::default();
    started.redirect_url = url;
    Ok(started)
}

/// A signing that was confirmed.
pub(crate) fn signed(body: &[u8]) -> Result<Signed, DecodeError> {
    let mut signed = Signed::new(SigningMethod::Sms);
    signed.at = answer(body)?
        .signing
        .take("signing")
        .and_then(|signing| signing.signed_at.take("signed_at"))
        .map(|moment| moment.0);
    Ok(signed)
}

/// `…/applications/{id}/signings`, answer: `{"credit_application":{"uuid","number","confirmed_at"}}`,
/// second-hand. Nothing in it is needed, but what it names has to be what was asked about.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApplicationAnswer {
    #[serde(default)]
    credit_application: Lenient<SignedApplication>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignedApplication {
    #[serde(default)]
    uuid: Lenient<String>,
    #[serde(default)]
    confirmed_at: Lenient<Moment>,
}

/// An application whose signing was started, or confirmed.
pub(crate) fn application_signed(
    body: &[u8],
    asked: &ApplicationId,
) -> Result<ApplicationSigned, DecodeError> {
    if body.trim_ascii().is_empty() {
        return Ok(ApplicationSigned::default());
    }
    let answer: ApplicationAnswer = decode(body)?;
    if reports_an_error(body) {
        return Err(DecodeError::Another("outcome"));
    }
    let Some(application) = answer.credit_application.take("credit_application") else {
        return Ok(ApplicationSigned::default());
    };
    let named = application
        .uuid
        .id("credit_application.uuid", ApplicationId::parse);
    if named.is_some_and(|named| named != *asked) {
        return Err(DecodeError::Another("application"));
    }
    let at = application.confirmed_at.take("confirmed_at");
    Ok(ApplicationSigned::new(at.map(|moment| moment.0)))
}

/// `…/printouts`, answer.
#[derive(Deserialize)]
pub(crate) struct PrintoutData {
    #[serde(default)]
    uuid: Lenient<TextOrNumber>,
    link: String,
}

impl TryFrom<PrintoutData> for Printout {
    type Error = Invalid;

    fn try_from(data: PrintoutData) -> Result<Self, Invalid> {
        Ok(Self {
            id: data.uuid.text("uuid"),
            link: WebAddress::parse(&data.link).map_err(|error| error.named("link"))?,
        })
    }
}

/// `…/payment_link`, request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PaymentLinkRequest<'a> {
    pub(crate) return_url: &'a str,
}

/// `…/payment_link`, answer: where the down payment is made.
pub(crate) fn payment_link(body: &[u8]) -> Result<WebAddress, DecodeError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        #[serde(default)]
        redirect_url: Lenient<String>,
        #[serde(default)]
        url: Lenient<String>,
    }
    let answer: Answer = decode(body)?;
    let link = address(answer.redirect_url, answer.url);
    link.ok_or_else(|| DecodeError::Field("redirect_url".to_owned()))
}
