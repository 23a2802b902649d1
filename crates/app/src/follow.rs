use std::sync::Arc;
use std::time::Duration;

use inbank_domain::{
    Application, ApplicationId, Callback, Contract, Financing, Observation, Region, Session,
    SessionId, SessionStatus, Step, advance,
};
use inbank_ports::{
    Applications, CallbackAuthenticator, CallbackError, Clock, Contracts, GatewayError, Headers,
    NotUnderstood, Sessions, Subject,
};

/// Brings a financing up to date with the bank: after a callback, after the customer's return, or
/// whenever it should be asked.
///
/// A callback decides nothing. It says when to look; what counts is what the bank then answers.
///
/// A session may say `completed` a moment before its contract is active. Then nothing changes yet, and
/// no further callback is promised: [`refresh`](Self::refresh) until it does. A session that says
/// `completed` and names no contract counts as it stands (*Session Details*).
#[derive(Clone)]
pub struct Follow {
    ports: FollowPorts,
    region: Region,
}

/// What following needs from outside.
#[derive(Clone)]
pub struct FollowPorts {
    /// Tells callbacks.
    pub authenticator: Arc<dyn CallbackAuthenticator>,
    /// Reads sessions.
    pub sessions: Arc<dyn Sessions>,
    /// Reads applications.
    pub applications: Arc<dyn Applications>,
    /// Reads contracts.
    pub contracts: Arc<dyn Contracts>,
    /// Waits between two readings.
    pub clock: Arc<dyn Clock>,
}

/// How long to wait for news, and how often to look.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Patience {
    /// Between two readings.
    pub every: Duration,
    /// Altogether; what is then still open is handed back as it is.
    pub at_most: Duration,
}

impl Patience {
    /// For a decision: once a second, 30 s at most (*Direct API*, application details).
    pub const DECISION: Self = Self::each_second(30);
    /// For a contract after signing: once a second, 15 s at most (*Direct API Poland*, contract
    /// details).
    pub const SIGNATURE: Self = Self::each_second(15);

    const fn each_second(at_most: u64) -> Self {
        Self {
            every: Duration::from_secs(1),
            at_most: Duration::from_secs(at_most),
        }
    }
}

/// What the bank said of a financing.
#[derive(Debug)]
pub struct News {
    /// The financing as it stands now. Store it only where the stored state is still the one that went
    /// in: two callbacks at once may both have moved the same financing, and one event is one.
    pub financing: Financing,
    /// What changed. Tell the shop of an event only where it moved.
    pub step: Step,
    /// The session, where the financing has one.
    pub session: Option<Session>,
    /// The application, where it was read.
    pub application: Option<Application>,
    /// The contract, where it was read.
    pub contract: Option<Contract>,
}

/// Why a financing could not be brought up to date. It stays as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FollowError {
    /// The callback is not taken: answer it with 401.
    #[error(transparent)]
    Callback(#[from] CallbackError),
    /// The callback is authentic and not understood: answer it with 400, and read the bank.
    #[error(transparent)]
    NotUnderstood(#[from] NotUnderstood),
    /// The bank gave no answer: try again later.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// Neither session nor application is known for it: opening it was not answered, and no callback
    /// has come yet. Comes from [`Follow::refresh`] and [`Follow::wait`] only.
    #[error("what the bank has of this financing is not known yet; wait for its first callback")]
    NotKnown,
    /// What came is about another order or session than this financing's: answer a callback with 400.
    #[error("this is about another {0} than the financing's")]
    Another(&'static str),
}

impl Follow {
    /// Follows financings of a region.
    pub const fn new(ports: FollowPorts, region: Region) -> Self {
        Self { ports, region }
    }

    /// Takes a callback, or the same form from the customer's returning browser, by the raw bytes of
    /// its body, and reads the bank.
    ///
    /// Safe to repeat: a copy finds nothing new. Where the opening was never answered, the callback's
    /// session is taken on once the bank has confirmed that it belongs to the order. A callback about
    /// an application names no order, so its application is taken on as it comes: give each financing
    /// a callback URL of its own, with its id in it.
    ///
    /// # Errors
    /// [`FollowError`]; the financing stays as it was.
    pub async fn callback(&self, body: &[u8], financing: &Financing) -> Result<News, FollowError> {
        let signed = self
            .ports
            .authenticator
            .authenticate(&Headers::NONE, body)?;
        match signed.callback? {
            Callback::Session(callback) => {
                let known = financing.session.as_ref();
                if financing.application.is_some() || known.is_some_and(|id| *id != callback.id) {
                    return Err(FollowError::Another("session"));
                }
                self.read_session(financing, &callback.id).await
            }
            Callback::Application(callback) => {
                let known = financing.application.as_ref();
                if financing.session.is_some() {
                    return Err(FollowError::Another("application"));
                }
                // Ours, or the one that ours took the place of, or took the place of ours.
                let about = known.unwrap_or(&callback.application);
                self.read_application(financing, about).await
            }
            _ => Err(FollowError::Another("kind of financing")),
        }
    }

    /// Reads the bank about what an authentic callback of the financing's own address named, where
    /// opening it was never answered.
    ///
    /// # Errors
    /// [`FollowError`]; the financing stays as it was.
    pub async fn take_on(
        &self,
        subject: &Subject,
        financing: &Financing,
    ) -> Result<News, FollowError> {
        match subject {
            Subject::Session(id) => self.read_session(financing, id).await,
            Subject::Application(id) => self.read_application(financing, id).await,
        }
    }

    /// Reads the bank.
    ///
    /// # Errors
    /// [`FollowError`]; the financing stays as it was.
    pub async fn refresh(&self, financing: &Financing) -> Result<News, FollowError> {
        match (&financing.session, &financing.application) {
            (Some(session), _) => self.read_session(financing, session).await,
            (None, Some(application)) => self.read_application(financing, application).await,
            (None, None) => Err(FollowError::NotKnown),
        }
    }

    /// Reads the bank again and again until something has changed, or patience ends; then what was
    /// read last comes back, unchanged.
    ///
    /// # Errors
    /// [`FollowError`]; the financing stays as it was.
    pub async fn wait(
        &self,
        financing: &Financing,
        patience: Patience,
    ) -> Result<News, FollowError> {
        let mut waited = Duration::ZERO;
        loop {
            let news = self.refresh(financing).await?;
            if news.step != Step::Unchanged || waited >= patience.at_most {
                return Ok(news);
            }
            self.ports.clock.sleep(patience.every).await;
            waited += patience.every;
        }
    }

    async fn read_session(
        &self,
        financing: &Financing,
        id: &SessionId,
    ) -> Result<News, FollowError> {
        let session = self.ports.sessions.session(id).await?;
        match &session.order_reference {
            Some(order) if *order != financing.order => return Err(FollowError::Another("order")),
            // Without a reference in the answer, only a session that we opened is known to be ours.
            None if financing.session.is_none() => return Err(FollowError::Another("order")),
            _ => {}
        }
        let mut financing = financing.clone();
        financing.session = Some(session.id.clone());
        financing.contract = session.contract.clone().or(financing.contract);
        // *API Requests*, step 5: once completed, the contract must say `activated` before goods are
        // sent, except for families whose contracts must not be read.
        let contract = match &financing.contract {
            Some(id)
                if session.status == SessionStatus::Completed
                    && self.region.reads_contracts_of(&financing.family) =>
            {
                Some(self.ports.contracts.contract(id).await?)
            }
            _ => None,
        };
        let observation = Observation::Session(&session, contract.as_ref());
        let step = take(&mut financing, observation);
        Ok(News {
            financing,
            step,
            session: Some(session),
            application: None,
            contract,
        })
    }

    async fn read_application(
        &self,
        financing: &Financing,
        id: &ApplicationId,
    ) -> Result<News, FollowError> {
        let application = self.ports.applications.application(id).await?;
        let mut financing = financing.clone();
        // Changed conditions come under a new id, which takes the old one's place everywhere.
        financing.application = Some(application.id.clone());
        financing.contract = application.contract.clone().or(financing.contract);
        let contract = match &financing.contract {
            Some(id) if self.region.reads_contracts_of(&financing.family) => {
                Some(self.ports.contracts.contract(id).await?)
            }
            _ => None,
        };
        let merchant_approval = financing.merchant_approval;
        let observation = match &contract {
            Some(contract) => Observation::Contract {
                contract,
                merchant_approval,
            },
            None => Observation::Application(&application),
        };
        let step = take(&mut financing, observation);
        Ok(News {
            financing,
            step,
            session: None,
            application: Some(application),
            contract,
        })
    }
}

fn take(financing: &mut Financing, observation: Observation<'_>) -> Step {
    let step = advance(financing.state, observation);
    match &step {
        Step::Moved(edge) => financing.state = edge.to,
        Step::Unchanged => {}
        Step::Anomaly(anomaly) => {
            tracing::error!(financing = %financing.id, %anomaly, "a person should look at this");
        }
    }
    step
}

#[cfg(test)]
mod tests;
