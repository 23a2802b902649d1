use inbank_domain::SessionId;
use inbank_ports::{Connection, GatewayError, GatewayErrorKind, Sessions};

/// What came of asking a bank whether it can be reached, and takes the shop's key.
#[derive(Debug)]
pub enum Reach {
    /// It answers, and takes the key.
    Answers {
        /// Whether it said so to a ping; else to a question about a session, since some shops aren't given `ping`.
        ping: bool,
    },
    /// It answers, and doesn't take the key.
    KeyRefused(GatewayError),
    /// Nothing usable comes back.
    NoAnswer(GatewayError),
}

impl Reach {
    /// Asks a bank. Two reads at the most, and nothing is changed there.
    ///
    /// Calls that a shop isn't given are answered like wrong keys, or like addresses that don't exist: so where a ping is refused,
    /// a session is asked for that nobody has opened, and a bank that takes the key says that it doesn't know it.
    pub async fn of(connection: &dyn Connection, sessions: &dyn Sessions) -> Self {
        let error = match connection.ping().await {
            Ok(()) => return Self::Answers { ping: true },
            Err(error) if error.kind() == GatewayErrorKind::Unreachable => {
                return Self::NoAnswer(error);
            }
            Err(error) => error,
        };
        match session_of_nobody(sessions).await {
            Ok(()) => Self::Answers { ping: false },
            Err(refused) if refused.kind() == GatewayErrorKind::NotAuthorised => {
                Self::KeyRefused(refused)
            }
            Err(_) => Self::NoAnswer(error),
        }
    }
}

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

async fn session_of_nobody(sessions: &dyn Sessions) -> Result<(), GatewayError> {
    let nobody =
        SessionId::parse(NOBODY).map_err(|error| GatewayError::invalid("session.show", error))?;
    match sessions.session(&nobody).await {
        Err(error) if error.kind() == GatewayErrorKind::NotFound => Ok(()),
        answer => answer.map(drop),
    }
}
