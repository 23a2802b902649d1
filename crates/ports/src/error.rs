use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use inbank_domain::Invalid;

/// Why a call to the bank gave no answer.
///
/// A *decline* is an answer, not an error. `Display` is one line that says what happened and what to
/// do next; it never shows a key, personal data or the bank's prose. The cause, where there is one,
/// is the [`source`](StdError::source).
#[derive(Debug)]
pub struct GatewayError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: GatewayErrorKind,
    operation: &'static str,
    bank_status: Option<u16>,
    bank_codes: Vec<String>,
    retry_after: Option<Duration>,
    trouble: Option<Trouble>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What is wrong with an answer that came.
#[derive(Debug)]
enum Trouble {
    /// It is about another thing.
    Another(&'static str),
    /// It can't be read, and where.
    Unreadable(String),
}

/// What went wrong, by the decision that a caller can take.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum GatewayErrorKind {
    /// The request breaks a rule of the guides; nothing was sent.
    Invalid,
    /// The bank did not accept the key, or not for this shop.
    NotAuthorised,
    /// The bank does not know the thing asked about.
    NotFound,
    /// A write was sent and not answered, or not so that it could be understood: it may have
    /// happened.
    OutcomeUnknown,
    /// Too many calls; nothing was done.
    RateLimited,
    /// The bank refused; nothing was done.
    Refused,
    /// The bank answered a read with something that can't be understood.
    Undecodable,
    /// The bank was reached and gave no usable answer to a read.
    Unavailable,
    /// The bank was not reached: nothing was sent.
    Unreachable,
    /// This region or version has no such call; nothing was sent.
    Unsupported,
}

/// What may be done about an error.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Advice {
    /// The same call fails again: change it first.
    NeverRetry,
    /// It may have happened: read the bank before anything else, never just send it again.
    OutcomeUnknown,
    /// Nothing happened: the same call may be made again, later.
    SafeToRetry,
}

impl GatewayErrorKind {
    /// What may be done about it.
    pub const fn advice(self) -> Advice {
        match self {
            Self::Invalid
            | Self::NotAuthorised
            | Self::NotFound
            | Self::Refused
            | Self::Unsupported => Advice::NeverRetry,
            Self::OutcomeUnknown => Advice::OutcomeUnknown,
            Self::RateLimited | Self::Unavailable | Self::Undecodable | Self::Unreachable => {
                Advice::SafeToRetry
            }
        }
    }

    /// The name for machines: `outcome_unknown`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::NotAuthorised => "not_authorised",
            Self::NotFound => "not_found",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::RateLimited => "rate_limited",
            Self::Refused => "refused",
            Self::Undecodable => "undecodable",
            Self::Unavailable => "unavailable",
            Self::Unreachable => "unreachable",
            Self::Unsupported => "unsupported",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::Invalid => "the request is not valid and was not sent",
            Self::NotAuthorised => {
                "the bank did not accept the API key for this shop; check both, and that they belong to this environment"
            }
            Self::NotFound => "the bank does not know it; check the identifier and the environment",
            Self::OutcomeUnknown => {
                "sent, but no usable answer came, so it may have happened; read the bank's state before trying again"
            }
            Self::RateLimited => "the bank wants fewer calls; nothing was done, try again later",
            Self::Refused => "the bank refused; nothing was done, correct the request first",
            Self::Undecodable => {
                "the bank's answer could not be understood; try again, and report it if it stays"
            }
            Self::Unavailable => "the bank gave no usable answer; try again later",
            Self::Unreachable => {
                "the bank could not be reached and nothing was sent; try again later"
            }
            Self::Unsupported => "this region or API version has no such call",
        }
    }
}

/// *Direct API 2.05*, important note for test environments: what the bank says where a document, a
/// telephone number or an e-mail address is another customer's.
const SENTENCES: &[&str] = &["Error has occurred, contact customer support"];

impl GatewayError {
    /// The longest that a bank can make anybody wait, whatever it [asks
    /// for](Self::with_retry_after): a header of one answer must not put an order to sleep for days.
    pub const LONGEST_WAIT: Duration = Duration::from_hours(1);

    /// The most [codes](Self::bank_codes) of one answer that are kept. An answer has a handful; one
    /// that has thousands says no more by them.
    pub const MOST_CODES: usize = 20;

    /// An error of a kind, in an operation such as `session.open`.
    pub fn new(kind: GatewayErrorKind, operation: &'static str) -> Self {
        Self(Box::new(Inner {
            kind,
            operation,
            bank_status: None,
            bank_codes: Vec::new(),
            retry_after: None,
            trouble: None,
            source: None,
        }))
    }

    /// A request that breaks a rule; nothing was sent.
    pub fn invalid(operation: &'static str, error: Invalid) -> Self {
        Self::new(GatewayErrorKind::Invalid, operation).with_source(error)
    }

    /// With what the bank answered: the HTTP status, and its codes where the body had some.
    ///
    /// Only [codes](Self::is_code) are kept, and the [sentence](Self::known_sentence) that the guides
    /// print; the first [`MOST_CODES`](Self::MOST_CODES) of them.
    #[must_use]
    pub fn with_answer(
        mut self,
        status: u16,
        codes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.0.bank_status = Some(status);
        let codes = codes.into_iter().map(Into::into);
        let codes = codes.filter_map(|code: String| {
            let known = Self::known_sentence(&code).map(str::to_owned);
            known.or_else(|| Self::is_code(&code).then_some(code))
        });
        self.0.bank_codes = codes.take(Self::MOST_CODES).collect();
        self
    }

    /// One of the bank's sentences that the guides print as a refusal, in their spelling. It says what
    /// nothing else does and repeats nothing that was sent; any other prose may, and is dropped.
    pub fn known_sentence(text: &str) -> Option<&'static str> {
        let text = text.trim().trim_end_matches('.');
        let mut known = SENTENCES.iter().copied();
        known.find(|known| known.eq_ignore_ascii_case(text))
    }

    /// With what the answer is about, where that is another thing than was asked about: `session`.
    #[must_use]
    pub fn about_another(mut self, what: &'static str) -> Self {
        self.0.trouble = Some(Trouble::Another(what));
        self
    }

    /// With the place at which the answer can't be read; never what stands there.
    #[must_use]
    pub fn unreadable(mut self, place: impl Into<String>) -> Self {
        self.0.trouble = Some(Trouble::Unreadable(place.into()));
        self
    }

    /// Whether a text is one of the bank's codes: `product_code_is_missing`,
    /// `ASSET_MODEL_NOT_FOUND`. One case throughout, which names and prose are not: those may repeat
    /// what was sent, and are dropped.
    pub fn is_code(text: &str) -> bool {
        let has = |class: fn(&u8) -> bool| text.bytes().any(|byte| class(&byte));
        let one_case = !(has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase));
        let letter_first = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
        one_case && letter_first && text.len() <= 80 && text.bytes().all(plain)
    }

    /// With how long the bank asked to wait, up to [`LONGEST_WAIT`](Self::LONGEST_WAIT).
    #[must_use]
    pub fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait.map(|wait| wait.min(Self::LONGEST_WAIT));
        self
    }

    /// With its cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> GatewayErrorKind {
        self.0.kind
    }

    /// What may be done about it.
    pub fn advice(&self) -> Advice {
        self.0.kind.advice()
    }

    /// The operation: `session.open`.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// The HTTP status, where the bank answered.
    pub fn bank_status(&self) -> Option<u16> {
        self.0.bank_status
    }

    /// The bank's codes, such as `product_code_is_missing`, or its one known
    /// [sentence](Self::known_sentence).
    pub fn bank_codes(&self) -> &[String] {
        &self.0.bank_codes
    }

    /// How long the bank asked to wait; never more than [`LONGEST_WAIT`](Self::LONGEST_WAIT), so it
    /// can be added to any present time.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether this counts against the host that was called: what a circuit breaker counts.
    ///
    /// True where no connection came about, no answer came in time or it broke off, and for a status
    /// of 5xx: then other calls to the same host are likely to fail alike. False for every other
    /// answer, since somebody was there to give it: a refusal (4xx), a wish for fewer calls (429, which
    /// concerns one shop), a redirect, or a success that can't be read. False also for what was not
    /// sent because of the call itself.
    pub fn is_host_failure(&self) -> bool {
        match self.0.kind {
            GatewayErrorKind::Unreachable => true,
            GatewayErrorKind::OutcomeUnknown
            | GatewayErrorKind::Undecodable
            | GatewayErrorKind::Unavailable => {
                let status = self.0.bank_status;
                status.is_none_or(|status| (500..600).contains(&status))
            }
            GatewayErrorKind::Invalid
            | GatewayErrorKind::NotAuthorised
            | GatewayErrorKind::NotFound
            | GatewayErrorKind::RateLimited
            | GatewayErrorKind::Refused
            | GatewayErrorKind::Unsupported => false,
        }
    }
}

impl fmt::Display for GatewayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        write!(f, "{}: ", inner.operation)?;
        match (&inner.trouble, inner.kind) {
            (Some(Trouble::Another(what)), GatewayErrorKind::Undecodable) => write!(
                f,
                "the bank's answer is about another {what} than asked for; check the identifier, and report it if it stays"
            )?,
            (Some(Trouble::Another(what)), kind) => write!(
                f,
                "{}: the answer is about another {what} than asked for",
                kind.sentence()
            )?,
            (Some(Trouble::Unreadable(place)), kind) => {
                write!(f, "{}: {place}", kind.sentence())?;
            }
            (None, kind) => f.write_str(kind.sentence())?,
        }
        if let Some(invalid) = inner
            .source
            .as_ref()
            .and_then(|s| s.downcast_ref::<Invalid>())
        {
            write!(f, ": {invalid}")?;
        }
        if let Some(status) = inner.bank_status {
            write!(f, " (HTTP {status}")?;
            for (n, code) in inner.bank_codes.iter().enumerate() {
                write!(f, "{}{code}", if n == 0 { ": " } else { ", " })?;
            }
            write!(f, ")")?;
        }
        Ok(())
    }
}

impl StdError for GatewayError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_says_what_happened_and_what_the_bank_said() {
        let error = GatewayError::new(GatewayErrorKind::Refused, "session.open")
            .with_answer(422, ["product_code_is_missing", "currency_is_not_valid"]);
        assert_eq!(
            error.to_string(),
            "session.open: the bank refused; nothing was done, correct the request first \
             (HTTP 422: product_code_is_missing, currency_is_not_valid)"
        );
    }

    #[test]
    fn a_rule_that_was_broken_is_named_with_its_field() {
        let error = GatewayError::invalid("session.open", Invalid::new("currency", "must be EUR"));
        assert_eq!(error.advice(), Advice::NeverRetry);
        assert!(
            error
                .to_string()
                .ends_with("not sent: currency: must be EUR")
        );
    }

    #[test]
    fn no_bank_can_make_anybody_wait_for_more_than_an_hour() {
        let wait = |asked| {
            let error = GatewayError::new(GatewayErrorKind::RateLimited, "session.show");
            error.with_retry_after(asked).retry_after()
        };
        for asked in [3_601, 1_790_000_000, 300_000_000_000, u64::MAX] {
            let asked = Duration::from_secs(asked);
            assert_eq!(wait(Some(asked)), Some(Duration::from_hours(1)));
        }
        assert_eq!(wait(Some(Duration::MAX)), Some(GatewayError::LONGEST_WAIT));
        let short = Some(Duration::from_secs(7));
        assert_eq!(wait(short), short);
        assert_eq!(wait(None), None);
    }

    #[test]
    fn of_80_000_codes_the_first_are_kept_and_shown() {
        let codes = (0..80_000).map(|n| format!("code_{n}_is_missing"));
        let error = GatewayError::new(GatewayErrorKind::Refused, "session.open");
        let error = error.with_answer(422, codes);
        assert_eq!(error.bank_codes().len(), GatewayError::MOST_CODES);
        assert!(error.to_string().len() < 1_000);
        let long = format!("{}_is_missing", "x".repeat(1_000_000));
        let error = GatewayError::new(GatewayErrorKind::Refused, "session.open");
        assert!(error.with_answer(422, [long]).bank_codes().is_empty());
    }

    #[test]
    fn what_counts_against_a_host_is_that_nobody_answered_or_a_5xx() {
        use GatewayErrorKind as Kind;
        let counts = |kind, status: Option<u16>| {
            let error = GatewayError::new(kind, "session.show");
            let none: [&str; 0] = [];
            match status {
                Some(status) => error.with_answer(status, none).is_host_failure(),
                None => error.is_host_failure(),
            }
        };
        for (kind, status, expected) in [
            (Kind::Unreachable, None, true),
            (Kind::Unavailable, None, true),
            (Kind::OutcomeUnknown, None, true),
            (Kind::Unavailable, Some(503), true),
            (Kind::OutcomeUnknown, Some(504), true),
            (Kind::OutcomeUnknown, Some(200), false),
            (Kind::Undecodable, Some(200), false),
            (Kind::Unavailable, Some(302), false),
            (Kind::Unavailable, Some(408), false),
            (Kind::RateLimited, Some(429), false),
            (Kind::Refused, Some(422), false),
            (Kind::NotAuthorised, Some(401), false),
            (Kind::NotFound, Some(404), false),
            (Kind::Invalid, None, false),
            (Kind::Unsupported, None, false),
        ] {
            assert_eq!(counts(kind, status), expected, "{kind:?} {status:?}");
        }
    }

    #[test]
    fn prose_of_the_bank_is_not_repeated() {
        let error = GatewayError::new(GatewayErrorKind::Refused, "session.open").with_answer(
            422,
            [
                "38808050001",
                "Mari is unknown",
                "mari@example.com",
                "Mari",
                "ASSET_MODEL_NOT_FOUND",
            ],
        );
        assert_eq!(error.bank_codes(), ["ASSET_MODEL_NOT_FOUND"]);
    }
}
