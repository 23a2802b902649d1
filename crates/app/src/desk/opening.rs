use std::time::Duration;

use inbank_domain::{
    Application, ApplicationRequest, Event, Financing, FinancingState, Invalid, Occurrence,
    OrderReference, ProductCode, ProductFamily, SessionRequest, WebAddress,
};
use inbank_ports::{Claim, Committed, Entry, GatewayError, Opened, Rest};
use time::OffsetDateTime;

use super::{Desk, DeskError};
use crate::checkout::family_of;
use crate::worker::LEASE;
use crate::{Started, Submitted};

/// What came of checking an order out.
#[derive(Debug)]
#[non_exhaustive]
pub enum CheckedOut {
    /// The session is open, now or since an earlier call.
    Open {
        /// The financing.
        entry: Box<Entry>,
        /// Send the customer's browser there.
        redirect_url: WebAddress,
    },
    /// The bank may or may not have opened a session, now or in an earlier call that was cut off. No
    /// customer can have been sent there: offer the next attempt. If the session exists, it ends by
    /// itself.
    Unknown {
        /// Still `Opening`.
        entry: Box<Entry>,
        /// Why it is not known, where it was asked now.
        error: Option<GatewayError>,
    },
    /// The bank refused, or was not asked; no session exists.
    Refused {
        /// `Failed` where asking again is no use; else `Opening`, and the same attempt may be checked
        /// out again.
        entry: Box<Entry>,
        /// Why.
        error: GatewayError,
    },
    /// This attempt is further along, or over: its state says how.
    Standing(Box<Entry>),
}

/// What came of filing a direct application.
#[derive(Debug)]
#[non_exhaustive]
pub enum Filed {
    /// The bank has it, now or since an earlier call.
    Sent {
        /// The financing; the decision may be there already.
        entry: Box<Entry>,
        /// The application as the bank first described it, where it was sent now.
        application: Option<Box<Application>>,
    },
    /// The bank may or may not have it, and it is not sent again: tell the customer that it is being
    /// processed. Its first callback brings it home.
    Unknown {
        /// Still `Opening`.
        entry: Box<Entry>,
        /// Why it is not known, where it was asked now.
        error: Option<GatewayError>,
    },
    /// The bank refused, or was not asked; no application exists.
    Refused {
        /// `Failed` where asking again is no use; else `Opening`, and the same attempt may be filed
        /// again.
        entry: Box<Entry>,
        /// Why.
        error: GatewayError,
    },
}

/// How long a session lives where the request doesn't say: derived from the guide's samples.
const SESSION_LIFE: Duration = Duration::from_hours(7 * 24);
/// The bank's last callback about a session may come this much after its end.
const GRACE: Duration = Duration::from_hours(24);

impl Desk {
    /// Opens a session for an order, and says where to send the customer (*Session Initiation*).
    ///
    /// Idempotent by order and attempt: the bank is asked once, and a later call finds what came of
    /// it, also after a crash. Give `attempt` 1 first, and the next one only where this says so or the
    /// attempt before it is over.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] when the request has other addresses than [`Desk::urls`] gives,
    /// [`DeskError::FinancedAlready`], [`DeskError::Ledger`]; the bank was not asked then.
    pub async fn checkout(
        &self,
        request: &SessionRequest,
        family: ProductFamily,
        attempt: u32,
    ) -> Result<CheckedOut, DeskError> {
        let order = &request.purchase.reference;
        if request.urls != self.urls(order, attempt)? {
            return Err(
                Invalid::new("partner_urls", "must be those of the order's attempt").into(),
            );
        }
        let family = family_of(request, family);
        let now = self.worker.clock().now();
        let ends = request.valid_until.unwrap_or(now + SESSION_LIFE);
        let begun = self
            .begin(
                order,
                attempt,
                family,
                &request.product_code,
                ends.max(now) + GRACE,
            )
            .await?;
        let claim = match begun {
            Begun::Ask(claim) => claim,
            Begun::Standing(entry) => return Ok(standing(entry)),
        };
        let financing = &claim.entry.financing;
        let (id, family) = (financing.id.clone(), financing.family.clone());
        let mut entry = claim.entry.clone();
        match self.shop.checkout().start(id, family, request).await {
            Started::Open {
                financing,
                redirect_url,
            } => {
                entry.financing = financing;
                entry.redirect_url = Some(redirect_url);
                Ok(standing(self.conclude(&claim, entry).await?))
            }
            Started::Unknown { error, .. } => Ok(CheckedOut::Unknown {
                entry: Box::new(self.conclude(&claim, entry).await?),
                error: Some(error),
            }),
            Started::Refused { financing, error } => {
                refused(&mut entry, financing);
                Ok(CheckedOut::Refused {
                    entry: Box::new(self.conclude(&claim, entry).await?),
                    error,
                })
            }
        }
    }

    /// Files a direct application for an order (*Direct API*, Create a new application).
    ///
    /// Idempotent by order and attempt, as [`checkout`](Self::checkout) is; an application is never
    /// sent twice. The request must have the callback address that [`Desk::urls`] gives: a callback
    /// names nothing else that leads back to the order.
    ///
    /// # Errors
    /// As for [`checkout`](Self::checkout).
    pub async fn file(
        &self,
        order: &OrderReference,
        request: &ApplicationRequest,
        family: ProductFamily,
        attempt: u32,
    ) -> Result<Filed, DeskError> {
        if request.callback_url.as_ref() != Some(&self.urls(order, attempt)?.callback_url) {
            return Err(Invalid::new("callback_url", "must be that of the order's attempt").into());
        }
        let answer_by = self.worker.clock().now() + SESSION_LIFE + GRACE;
        let begun = self
            .begin(order, attempt, family, &request.product_code, answer_by)
            .await?;
        let claim = match begun {
            Begun::Ask(claim) => claim,
            Begun::Standing(entry) if entry.financing.application.is_some() => {
                return Ok(Filed::Sent {
                    entry: Box::new(entry),
                    application: None,
                });
            }
            Begun::Standing(entry) => {
                return Ok(Filed::Unknown {
                    entry: Box::new(entry),
                    error: None,
                });
            }
        };
        let financing = &claim.entry.financing;
        let (id, family) = (financing.id.clone(), financing.family.clone());
        let mut entry = claim.entry.clone();
        let apply = self.shop.apply();
        match apply.submit(id, order.clone(), family, request).await {
            Submitted::Sent {
                financing,
                application,
            } => {
                entry.financing = financing;
                Ok(Filed::Sent {
                    entry: Box::new(self.conclude(&claim, entry).await?),
                    application: Some(application),
                })
            }
            Submitted::Unknown { financing, error } => {
                entry.financing = financing;
                Ok(Filed::Unknown {
                    entry: Box::new(self.conclude(&claim, entry).await?),
                    error: Some(error),
                })
            }
            Submitted::Refused { financing, error } => {
                refused(&mut entry, financing);
                Ok(Filed::Refused {
                    entry: Box::new(self.conclude(&claim, entry).await?),
                    error,
                })
            }
        }
    }

    /// Writes an attempt down, or finds it; says whether the bank may be asked.
    async fn begin(
        &self,
        order: &OrderReference,
        attempt: u32,
        family: ProductFamily,
        product: &ProductCode,
        answer_by: OffsetDateTime,
    ) -> Result<Begun, DeskError> {
        let others = self.attempts(order).await?;
        if let Some(other) = financed_besides(&others, attempt) {
            let (attempt, state) = (other.attempt, other.financing.state);
            return Err(DeskError::FinancedAlready(attempt, state));
        }
        let now = self.worker.clock().now();
        let id = self.shop.financing_id(order, attempt);
        let financing = Financing::new(id, order.clone(), family);
        let shop = self.shop.name().clone();
        let entry = Entry::new(shop, attempt, product.clone(), financing, now, answer_by);
        let standing = match self.ledger().open(&entry, now + LEASE).await? {
            Opened::Written(claim) => return Ok(Begun::Ask(*claim)),
            Opened::Standing(entry) => *entry,
        };
        if standing.asked {
            return Ok(Begun::Standing(standing));
        }
        // Nothing was opened before, so asking again is the first time.
        let id = &standing.financing.id;
        let claim = self
            .ledger()
            .claim_one(self.shop.name(), id, now, now + LEASE)
            .await?;
        let Some(claim) = claim.filter(|claim| !claim.entry.asked) else {
            return Ok(Begun::Standing(self.financing(id).await?));
        };
        let mut entry = claim.entry.clone();
        entry.asked = true;
        match self.ledger().commit(&claim, &entry, &[], now).await? {
            Committed::Written(claim) => Ok(Begun::Ask(*claim)),
            Committed::Lost | Committed::Taken => Ok(Begun::Standing(self.financing(id).await?)),
        }
    }

    /// Writes down what came of asking; gives back what then stands.
    async fn conclude(&self, claim: &Claim, entry: Entry) -> Result<Entry, DeskError> {
        let now = self.worker.clock().now();
        let occurrences: Vec<_> = told_by(claim.entry.financing.state, &entry.financing)
            .map(Occurrence::Moved)
            .collect();
        match self
            .ledger()
            .commit(claim, &entry, &occurrences, now)
            .await?
        {
            Committed::Written(claim) => {
                let rest = Rest {
                    delivered: None,
                    failures: 0,
                    // The worker tells of it, and knows when to look again.
                    due: Some(now),
                    at: now,
                };
                // Should this fail, the lease lapses, and a worker comes to the same.
                if let Err(error) = self.ledger().release(&claim, &rest).await {
                    tracing::warn!(%error, "a new financing is left to its lease");
                }
                Ok(claim.entry)
            }
            Committed::Lost | Committed::Taken => self.financing(&claim.entry.financing.id).await,
        }
    }
}

/// Another attempt at an order that came through, or is about to.
pub(crate) fn financed_besides(attempts: &[Entry], attempt: u32) -> Option<&Entry> {
    attempts.iter().find(|other| {
        let state = other.financing.state;
        other.attempt != attempt
            && matches!(state, FinancingState::Granted | FinancingState::Completed)
    })
}

/// Whether the bank may be asked.
enum Begun {
    /// By whoever holds this.
    Ask(Claim),
    /// Not again.
    Standing(Entry),
}

fn standing(entry: Entry) -> CheckedOut {
    let entry = Box::new(entry);
    match (entry.financing.state, entry.redirect_url.clone()) {
        (FinancingState::Opening, _) => CheckedOut::Unknown { entry, error: None },
        (FinancingState::Pending, Some(redirect_url)) => CheckedOut::Open {
            entry,
            redirect_url,
        },
        _ => CheckedOut::Standing(entry),
    }
}

fn refused(entry: &mut Entry, financing: Financing) {
    entry.asked = financing.state != FinancingState::Opening;
    entry.financing = financing;
}

/// The events of going from a state to where a financing is now.
fn told_by(from: FinancingState, now: &Financing) -> impl Iterator<Item = Event> {
    let moved = now.state != from;
    let opened = moved && !matches!(now.state, FinancingState::Pending | FinancingState::Failed);
    let last = Event::of(now.state).filter(|_| moved);
    opened.then_some(Event::Opened).into_iter().chain(last)
}
