//! A stateful imitation of Inbank's demo environment of the Partner API: a second, independent reading of the guides.
//!
//! It serves e-POS, smart rent and direct applications in both versions (`/partner/v2` and `/partner/v3`), the pages on which a customer applies,
//! signs, pays and tells about an account, the signed callbacks and the browser's return. It validates as strictly as the guides allow, decides by amount as the
//! demo environment does, and keeps a clock that goes by itself and that tests move. It takes its time: a success says that a command is taken,
//! and reads show the past until it has come into effect ([`Sandbox::settle`], [`SandboxBuilder::instant`]). It breaks and contradicts itself
//! on order. Where the guides are silent or contradict
//! themselves, the place in the code says so, and what was chosen.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use inbank_sandbox::{Fault, Operation, Region, Sandbox};
//!
//! let sandbox = Sandbox::builder(Region::Estonia).seed(1).start().await?;
//! sandbox.fault(Operation::CreateSession, Fault::AnswerLost, 1);
//! // … let the client under test open a session at `sandbox.base_url()` …
//! assert_eq!(sandbox.session_count(), 1);
//! sandbox.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! One sandbox is one region, one shop and one API key. A person finds an overview at `/`; the controls of [`Sandbox`]
//! are at `/sandbox/…` as JSON too.

mod account_statement;
mod alteration;
mod answer;
mod application;
mod aprc;
mod attachment;
mod bank;
mod calculation;
mod callback;
mod clock;
mod contact;
mod contract;
mod control;
mod decision;
mod dialect;
mod document;
mod effect;
mod error;
mod fault;
mod identifier;
mod operation;
mod pages;
mod past;
mod payment_link;
mod printout;
mod product;
mod record;
mod region;
mod rental;
mod sandbox;
mod server;
mod session;
mod shared;
mod timing;
mod trigger;

pub use crate::{
    alteration::Alteration,
    application::{DecisionStatus, IncomeProof, Outcome},
    attachment::Attachment,
    callback::{ApplicationCallbackRecord, ApplicationEvent, CallbackOutcome, CallbackRecord},
    contract::{ContractStatus, ProcessStatus},
    fault::{CallbackFault, Fault},
    operation::Operation,
    product::{Family, Product},
    record::RequestRecord,
    region::{Region, UnknownRegion},
    rental::{
        AddOnCategory, AssetIdentifier, AssetIdentifierType, AssetModel, InsuranceRequirement,
        ModelIdentifierType, PriceLimits,
    },
    sandbox::{ApplicationState, Sandbox, SandboxBuilder, SessionState, StartError},
    session::{CustomerError, SessionStatus},
    timing::PartnerApprovalAt,
    trigger::{Trigger, TriggerError, TriggerKind},
};
