//! What financing at Inbank is, without saying how it is reached: money, identifiers, statuses, the
//! requests and answers of the Partner API, orders and their attempts, and the
//! graph of states that an attempt moves through.
//!
//! Nothing here does I/O, reads a clock or uses a float. A value that exists keeps the rules of the
//! bank's guides: they are checked when it is made, and an [`Invalid`] names the field that broke one.
//! Section names in these docs are those of the guide *e-POS 2.10* unless another is named.

mod application;
mod aprc;
mod attempt;
mod calculation;
mod callback;
mod cart;
mod checked;
mod contract;
mod customer;
mod excerpt;
mod free_form;
mod id;
mod identity_code;
mod income_proof;
mod invalid;
mod key;
mod locale;
mod money;
mod offer;
mod order;
mod personal;
mod product;
mod purchase;
mod rate;
mod region;
mod rental;
mod representative_example;
mod session;
mod signing;
mod status;
mod term;
mod web_address;

pub use application::{
    Application, ApplicationRequest, ApplicationStatus, Consent, CustomerConsents, DecisionStatus,
    FeeKind, FurtherField, Identification, IncomeProofType, Means, Offer, Place,
};
pub use aprc::{DayCount, MOST_PAYMENTS, NoAprc, Years, aprc, aprc_between, aprc_counted};
pub use attempt::{
    Anomaly, Attempt, AttemptKind, AttemptState, Command, CommandStage, Decider, Fingerprint,
    Opening, Reading, SettledCommand, Settlement, Signature, StandingCommand, Step, TRANSITIONS,
    Terms, Transition, step,
};
pub use calculation::{Calculation, CalculationRequest, CostBreakdown, Detail, Instalment};
pub use callback::{ApplicationCallback, Callback, CallbackSubject, SessionCallback, issued_at};
pub use cart::Cart;
pub use checked::{Check, CheckName, Checked, Difference, Figure, Verdict};
pub use contract::{Contract, ContractStatus, ProcessStatus};
pub use customer::{Address, ApplicationPrefill, Contact, Customer, Email, Gender, PhoneNumber};
pub use excerpt::excerpt;
pub use free_form::{FreeForm, JsonNumber};
pub use id::{
    ApplicationId, AssetModelId, AttemptId, ContractId, OrderReference, ProductCode, SessionId,
    ShopId, ShopName,
};
pub use identity_code::IdentityCode;
pub use income_proof::{
    Attachment, StatementBank, StatementBankId, StatementRequest, StatementRetrieval,
};
pub use invalid::Invalid;
pub use key::ApiKey;
pub use locale::Locale;
pub use money::{Currency, Money, MoneyError, parse_amount};
pub use offer::{Applicant, ApplicationDocument};
pub use order::{
    Action, CommandRefused, Concern, EventKind, Foreign, MustBeKept, NotPaid, OPENINGS_AN_HOUR,
    OpeningPlan, Order, OrderEvent, OrderKey, OrderStatus, OtherAmount, SendOutcome, Told, Wanted,
};
pub use personal::Personal;
pub use product::{Product, ProductFamily};
pub use purchase::{
    Item, ItemKind, Merchant, MerchantCategoryCode, MerchantDomain, Purchase, RegistryCode, Vehicle,
};
pub use rate::Rate;
pub use region::Region;
pub use rental::{
    AddOn, AddOnCategory, AssetCategory, AssetIdentifierType, AssetIdentifiers, AssetModel, Hero,
    Imei, InsuranceRequirement, ModelIdentifier, PriceLimits, RentalCalculation, RentalRequest,
    SerialNumber,
};
pub use representative_example::{Charges, Language, RepresentativeExample};
pub use session::{OpenedSession, PartnerUrls, Session, SessionRequest, SessionStatus};
pub use signing::{
    ApplicationSigned, ConfirmationCode, Printout, Regeneration, Signed, SigningMethod,
    SigningStarted,
};
pub use status::Unrecognised;
pub use term::{Months, PaymentDay};
pub use web_address::WebAddress;
