use std::time::Duration;

use reqwest::Method;

use crate::ApiVersion;

/// One row a call: all that the door needs to know of it.
#[derive(Debug)]
pub(crate) struct Operation {
    /// The name in errors and spans.
    pub(crate) name: &'static str,
    pub(crate) method: Method,
    /// After `/partner/{version}/`, in the v2 spelling.
    pub(crate) path: &'static str,
    pub(crate) effect: Effect,
    /// The one version that has it; the shop's own where both do.
    pub(crate) version: Option<ApiVersion>,
    /// For one attempt, from connecting to the last byte.
    pub(crate) limit: Duration,
}

/// Whether a call changes something at the bank, which decides what may be repeated.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Effect {
    /// Changes nothing, whatever its method.
    Read,
    /// Changes something, and the bank has no idempotency key.
    Write,
}

const fn row(
    name: &'static str,
    method: Method,
    path: &'static str,
    effect: Effect,
    seconds: u64,
) -> Operation {
    Operation {
        name,
        method,
        path,
        effect,
        version: None,
        limit: Duration::from_secs(seconds),
    }
}

impl Operation {
    const fn only_in(mut self, version: ApiVersion) -> Self {
        self.version = Some(version);
        self
    }
}

// The bank publishes no times. Reads are cheap to repeat, so they give up early; a write that gives
// up leaves an unknown outcome behind, so it waits long.
const READ: u64 = 10;
const WRITE: u64 = 30;
// Statements of some 20 MB over a shop's uplink.
const UPLOAD: u64 = 180;

pub(crate) static PING: Operation = row("ping", Method::GET, "ping", Effect::Read, READ);
pub(crate) static PRODUCT: Operation = row(
    "product.show",
    Method::GET,
    "shops/{shop}/products",
    Effect::Read,
    READ,
);
pub(crate) static CALCULATION: Operation = row(
    "calculation",
    Method::POST,
    "shops/{shop}/calculations",
    Effect::Read,
    READ,
);
pub(crate) static SESSION_OPEN: Operation = row(
    "session.open",
    Method::POST,
    "shops/{shop}/pos_sessions",
    Effect::Write,
    WRITE,
);
pub(crate) static SESSION_SHOW: Operation = row(
    "session.show",
    Method::GET,
    "shops/{shop}/pos_sessions/{id}",
    Effect::Read,
    READ,
);
pub(crate) static CONTRACT_SHOW: Operation = row(
    "contract.show",
    Method::GET,
    "shops/{shop}/contracts/{id}",
    Effect::Read,
    READ,
);
pub(crate) static CONTRACT_APPROVE: Operation = row(
    "contract.approve",
    Method::POST,
    "shops/{shop}/contracts/{id}/merchant_approval",
    Effect::Write,
    WRITE,
);
pub(crate) static CONTRACT_CANCEL: Operation = row(
    "contract.cancel",
    Method::POST,
    "shops/{shop}/contracts/{id}/cancel",
    Effect::Write,
    WRITE,
);
pub(crate) static APPLICATION_SUBMIT: Operation = row(
    "application.submit",
    Method::POST,
    "shops/{shop}/applications",
    Effect::Write,
    WRITE,
);
pub(crate) static APPLICATION_SHOW: Operation = row(
    "application.show",
    Method::GET,
    "shops/{shop}/applications/{id}",
    Effect::Read,
    READ,
);
pub(crate) static APPLICATION_ACCEPT: Operation = row(
    "application.accept",
    Method::POST,
    "shops/{shop}/applications/{id}/accept",
    Effect::Write,
    WRITE,
);
pub(crate) static APPLICATION_CANCEL: Operation = row(
    "application.cancel",
    Method::POST,
    "shops/{shop}/applications/{id}/cancel",
    Effect::Write,
    WRITE,
);
// Second-hand: in no guide's text; docs/bank.md.
pub(crate) static APPLICATION_SIGN: Operation = row(
    "application.sign",
    Method::POST,
    "shops/{shop}/applications/{id}/signings",
    Effect::Write,
    WRITE,
);
pub(crate) static APPLICATION_CONFIRM: Operation = row(
    "application.confirm",
    Method::PATCH,
    "shops/{shop}/applications/{id}/signings",
    Effect::Write,
    WRITE,
);
pub(crate) static APPLICATION_PRINTOUT: Operation = row(
    "application.printout",
    Method::GET,
    "shops/{shop}/applications/{id}/printouts",
    Effect::Read,
    WRITE,
);
pub(crate) static APPLICATION_SCHEDULE: Operation = row(
    "application.schedule",
    Method::GET,
    "shops/{shop}/applications/{id}/payment_schedules",
    Effect::Read,
    READ,
);
pub(crate) static APPLICATION_RECALCULATE: Operation = row(
    "application.recalculate",
    Method::PUT,
    "shops/{shop}/applications/{id}/recalculate_schedule",
    Effect::Write,
    WRITE,
);
pub(crate) static APPLICATION_CUSTOMER: Operation = row(
    "application.customer",
    Method::GET,
    "shops/{shop}/applications/{id}/customer",
    Effect::Read,
    READ,
);
pub(crate) static ATTACHMENT_UPLOAD: Operation = row(
    "application.attach",
    Method::POST,
    "shops/{shop}/applications/{id}/attachments",
    Effect::Write,
    UPLOAD,
);
pub(crate) static BANK_LIST: Operation = row(
    "application.banks",
    Method::GET,
    "shops/{shop}/account_statements/bank_list",
    Effect::Read,
    READ,
);
pub(crate) static BANK_LIST_IN_PATH: Operation = row(
    "application.banks",
    Method::GET,
    "shops/{shop}/account_statements/bank_list/{id}",
    Effect::Read,
    READ,
);
pub(crate) static STATEMENT_RETRIEVE: Operation = row(
    "application.retrieve_statement",
    Method::POST,
    "shops/{shop}/account_statements/initiate_retrieval",
    Effect::Write,
    WRITE,
);
pub(crate) static PRINTOUT: Operation = row(
    "contract.printout",
    Method::GET,
    "shops/{shop}/contracts/{id}/printouts",
    Effect::Read,
    WRITE,
);
pub(crate) static SIGNING_START: Operation = row(
    "contract.sign",
    Method::POST,
    "shops/{shop}/contracts/{id}/signings",
    Effect::Write,
    WRITE,
);
pub(crate) static SIGNING_CONFIRM: Operation = row(
    "contract.confirm",
    Method::PATCH,
    "shops/{shop}/contracts/{id}/signings",
    Effect::Write,
    WRITE,
);
pub(crate) static PAYMENT_LINK: Operation = row(
    "contract.payment_link",
    Method::POST,
    "shops/{shop}/contracts/{id}/payment_link",
    Effect::Write,
    WRITE,
);

// *Smart Rent 3.04* calls these in v3, beside a session in v2.
pub(crate) static RENTAL_MODEL: Operation = row(
    "rental.model",
    Method::GET,
    "shops/{shop}/rental/products/{product}/detailed_asset_model",
    Effect::Read,
    READ,
)
.only_in(ApiVersion::V3);
pub(crate) static RENTAL_CALCULATION: Operation = row(
    "rental.calculation",
    Method::POST,
    "shops/{shop}/rental/products/{product}/calculations",
    Effect::Read,
    READ,
)
.only_in(ApiVersion::V3);
pub(crate) static RENTAL_ASSIGN: Operation = row(
    "rental.assign",
    Method::PATCH,
    "shops/{shop}/rental/products/{product}/contracts/{id}/asset_identifiers",
    Effect::Write,
    WRITE,
)
.only_in(ApiVersion::V3);

// Here the versions truly differ: v3 has the product in the path.
pub(crate) static RENTAL_ACTIVATE_V2: Operation = row(
    "rental.activate",
    Method::POST,
    "shops/{shop}/contracts/{id}/activation",
    Effect::Write,
    WRITE,
)
.only_in(ApiVersion::V2);
pub(crate) static RENTAL_ACTIVATE_V3: Operation = row(
    "rental.activate",
    Method::POST,
    "shops/{shop}/rental/products/{product}/contracts/{id}/activation",
    Effect::Write,
    WRITE,
)
.only_in(ApiVersion::V3);
pub(crate) static RENTAL_CONTRACT_V2: Operation = row(
    "rental.contract",
    Method::GET,
    "shops/{shop}/contracts/{id}",
    Effect::Read,
    READ,
)
.only_in(ApiVersion::V2);
pub(crate) static RENTAL_CONTRACT_V3: Operation = row(
    "rental.contract",
    Method::GET,
    "shops/{shop}/rental/products/{product}/contracts/{id}",
    Effect::Read,
    READ,
)
.only_in(ApiVersion::V3);
