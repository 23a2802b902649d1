use std::sync::Arc;

use inbank_domain::{
    Callback, Contract, Financing, Observation, Region, Session, SessionId, SessionStatus, Step,
    advance,
};
use inbank_ports::{CallbackAuthenticator, CallbackError, Contracts, GatewayError, Sessions};

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
    authenticator: Arc<dyn CallbackAuthenticator>,
    sessions: Arc<dyn Sessions>,
    contracts: Arc<dyn Contracts>,
    region: Region,
}

/// What the bank said of a financing.
#[derive(Debug)]
pub struct News {
    /// The financing as it stands now. Store it only where the stored state is still the one that went
    /// in: two callbacks at once may both have moved the same financing, and one event is one.
    pub financing: Financing,
    /// What changed. Tell the shop of an event only where it moved.
    pub step: Step,
    /// The session as read.
    pub session: Session,
    /// The contract, where it was read.
    pub contract: Option<Contract>,
}

/// Why a financing could not be brought up to date. It stays as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FollowError {
    /// The callback is not taken: answer it with 401, or 400 where it is authentic.
    #[error(transparent)]
    Callback(#[from] CallbackError),
    /// The bank gave no answer: try again later.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// No session is known for it: its opening was not answered, and no callback has come yet. Comes
    /// from [`Follow::refresh`] only.
    #[error("the bank's session of this financing is not known yet; wait for its first callback")]
    NoSession,
    /// What came is about another order or session than this financing's: answer a callback with 400.
    #[error("this is about another {0} than the financing's")]
    Another(&'static str),
}

impl Follow {
    /// Follows financings of a region.
    pub fn new(
        authenticator: Arc<dyn CallbackAuthenticator>,
        sessions: Arc<dyn Sessions>,
        contracts: Arc<dyn Contracts>,
        region: Region,
    ) -> Self {
        Self {
            authenticator,
            sessions,
            contracts,
            region,
        }
    }

    /// Takes a callback, or the same form from the customer's returning browser, by the raw bytes of
    /// its body, and reads the bank.
    ///
    /// Safe to repeat: a copy finds nothing new. Where the opening was never answered, the callback's
    /// session is taken on once the bank has confirmed that it belongs to the order.
    ///
    /// # Errors
    /// [`FollowError`]; the financing stays as it was.
    pub async fn callback(&self, body: &[u8], financing: &Financing) -> Result<News, FollowError> {
        let Callback::Session(callback) = self.authenticator.authenticate(body)? else {
            return Err(FollowError::Another("kind of financing"));
        };
        if financing
            .session
            .as_ref()
            .is_some_and(|known| *known != callback.id)
        {
            return Err(FollowError::Another("session"));
        }
        self.read(financing, &callback.id).await
    }

    /// Reads the bank.
    ///
    /// # Errors
    /// [`FollowError`]; the financing stays as it was.
    pub async fn refresh(&self, financing: &Financing) -> Result<News, FollowError> {
        let session = financing.session.as_ref().ok_or(FollowError::NoSession)?;
        self.read(financing, session).await
    }

    async fn read(&self, financing: &Financing, id: &SessionId) -> Result<News, FollowError> {
        let session = self.sessions.session(id).await?;
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
                Some(self.contracts.contract(id).await?)
            }
            _ => None,
        };
        let observation = match &contract {
            Some(contract) => Observation::Contract(contract),
            None => Observation::Session(&session),
        };
        let step = advance(financing.state, observation);
        match &step {
            Step::Moved(edge) => financing.state = edge.to,
            Step::Unchanged => {}
            Step::Anomaly(anomaly) => {
                tracing::error!(financing = %financing.id, %anomaly, "a person should look at this");
            }
        }
        Ok(News {
            financing,
            step,
            session,
            contract,
        })
    }
}

#[cfg(test)]
mod tests;
