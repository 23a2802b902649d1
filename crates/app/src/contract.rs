//! What an order's contract takes besides commands: reading it, having it signed, the down payment. An
//! application that is signed before the decision is signed here as well.

use inbank_domain::{
    ApplicationId, Attempt, AttemptKind, AttemptState, Command, CommandRefused, ConfirmationCode,
    ContractId, Invalid, Order, Printout, Regeneration, Signature, Signed, SigningMethod,
    SigningStarted, WebAddress,
};
use inbank_ports::Due;
use time::OffsetDateTime;

use crate::bank::port;
use crate::order::not_written;
use crate::store::How;
use crate::{CommandOutcome, OrderError, OrderHandle};

/// What came of having a contract, or an application, signed.
#[derive(Debug)]
pub enum SigningOutcome {
    /// The bank was told that the customer has signed.
    Told(CommandOutcome),
    /// The customer goes on: at the address, or with the message that the bank has sent.
    Started(SigningStarted),
}

impl OrderHandle {
    /// The contract as a document for the customer to read. Its link opens the customer's contract:
    /// show it to nobody else.
    ///
    /// ```no_run
    /// # use inbank_domain::Regeneration;
    /// # async fn example(order: &inbank_app::OrderHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// let contract = order.printout(Regeneration::NotNeeded).await?;
    /// println!("read it at {}", contract.link);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::NotFound`] while there is no contract, [`OrderError::Bank`].
    pub async fn printout(&self, regeneration: Regeneration) -> Result<Printout, OrderError> {
        let contract = self.contract().await?;
        let signing = port(self.bank().signing.as_ref(), "contract.printout")?;
        let printing = signing.printout(&contract, regeneration);
        Ok(self.caller().call("contract.printout", printing).await?)
    }

    /// Has the contract signed; before there is one, the application, where its product wants that
    /// (`action_wanted: application_signature`). By the platform's own means or on paper the bank is told
    /// that it is signed: a command, safe to repeat. By the other methods the bank sends something to the
    /// customer, and each call sends it again.
    ///
    /// ```no_run
    /// # use inbank_app::SigningOutcome;
    /// # use inbank_domain::SigningMethod;
    /// # async fn example(order: &inbank_app::OrderHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// match order.sign(&SigningMethod::Sms).await? {
    ///     SigningOutcome::Started(_) => println!("enter the code that you got"),
    ///     SigningOutcome::Told(outcome) => println!("the order is {}", outcome.status()),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::Invalid`] (`method`) when the product isn't signed so, [`OrderError::NotFound`] while
    /// there is nothing to sign, [`OrderError::Refused`], [`OrderError::Bank`].
    pub async fn sign(&self, method: &SigningMethod) -> Result<SigningOutcome, OrderError> {
        let attempt = self.present_attempt().await?;
        let subject = ToSign::of(&attempt)?;
        self.check_method(&attempt, &subject, method).await?;
        let signature = match method {
            SigningMethod::Digital => Some(Signature::Digital),
            SigningMethod::Paper => Some(Signature::Paper),
            SigningMethod::Sms
            | SigningMethod::Redirect
            | SigningMethod::SendToSigningEmail
            | SigningMethod::SendToSigningSms
            | SigningMethod::Unrecognised(_) => None,
        };
        if let Some(signature) = signature {
            let told = match subject {
                ToSign::Application(_) => {
                    let command = Command::SignApplication(signature);
                    self.decide(|_| Ok(command.clone())).await?
                }
                ToSign::Contract(_) => self.signed(signature).await?,
            };
            return Ok(SigningOutcome::Told(told));
        }
        let signing = port(self.bank().signing.as_ref(), "contract.sign")?.clone();
        let method = method.clone();
        let operation = match &subject {
            ToSign::Application(_) => "application.sign",
            ToSign::Contract(_) => "contract.sign",
        };
        let starting = async move {
            match subject {
                ToSign::Application(id) => {
                    signing.sign_application(&id, &method).await?;
                    Ok(SigningStarted::default())
                }
                ToSign::Contract(id) => signing.sign(&id, &method).await,
            }
        };
        let started = self.at_the_bank(operation, starting).await?;
        Ok(SigningOutcome::Started(started))
    }

    /// Brings the code back that the customer got by text message: for the contract, or for the
    /// application before there is one. From then on the bank is read once a second for a while.
    ///
    /// ```no_run
    /// # use inbank_domain::ConfirmationCode;
    /// # async fn example(order: &inbank_app::OrderHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// // What the customer got by text message.
    /// let code = ConfirmationCode::parse("123456")?;
    /// order.confirm(&code).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::Bank`]: a wrong code is `Refused`; after an unknown outcome the bank is read.
    /// [`OrderError::NotFound`] while there is nothing to sign.
    pub async fn confirm(&self, code: &ConfirmationCode) -> Result<Signed, OrderError> {
        let attempt = self.present_attempt().await?;
        let signing = port(self.bank().signing.as_ref(), "contract.confirm")?.clone();
        let code = code.clone();
        match ToSign::of(&attempt)? {
            ToSign::Contract(id) => {
                let confirming = async move { signing.confirm(&id, &code).await };
                self.at_the_bank("contract.confirm", confirming).await
            }
            ToSign::Application(id) => {
                let confirming = async move { signing.confirm_application(&id, &code).await };
                let confirmed = self.at_the_bank("application.confirm", confirming);
                let at = confirmed.await?.at;
                self.note(Order::application_signed).await?;
                let mut signed = Signed::new(SigningMethod::Sms);
                signed.at = at;
                Ok(signed)
            }
        }
    }

    /// A method that the product is known not to have is refused before it is sent. What isn't known is
    /// the bank's to refuse.
    async fn check_method(
        &self,
        attempt: &Attempt,
        subject: &ToSign,
        method: &SigningMethod,
    ) -> Result<(), OrderError> {
        let product = self.product_if_told(&attempt.terms.product).await;
        let methods = match subject {
            ToSign::Application(_) => product.map(|product| product.application_signing),
            ToSign::Contract(_) => product.map(|product| product.contract_signing),
        };
        let methods = methods.unwrap_or_default();
        if methods.is_empty() || methods.contains(method) {
            return Ok(());
        }
        let names: Vec<_> = methods.iter().map(SigningMethod::as_str).collect();
        let problem = format!("must be one that this product has: {}", names.join(", "));
        Err(Invalid::new("method", problem).into())
    }

    /// An address where the customer makes the down payment; each try needs a new one. `return_url`
    /// ends in the literal `{status}`, which the bank fills in.
    ///
    /// ```no_run
    /// # use inbank_domain::WebAddress;
    /// # async fn example(order: &inbank_app::OrderHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// let back = WebAddress::parse("https://shop.example.com/paid/{status}")?;
    /// println!("pay at {}", order.payment_link(&back).await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OrderError::Bank`]; [`OrderError::NotFound`] while there is no contract.
    pub async fn payment_link(&self, return_url: &WebAddress) -> Result<WebAddress, OrderError> {
        let contract = self.contract().await?;
        let signing = port(self.bank().signing.as_ref(), "contract.payment_link")?;
        let asking = signing.payment_link(&contract, return_url);
        Ok(self.caller().call("contract.payment_link", asking).await?)
    }

    async fn contract(&self) -> Result<ContractId, OrderError> {
        let attempt = self.present_attempt().await?;
        attempt.contract.ok_or(OrderError::NotFound)
    }

    /// Something was done at the bank beside the commands: it is read more often from now on.
    pub(crate) async fn something_happened(&self) -> Result<(), OrderError> {
        self.note(|order, number, now| {
            if let Some(attempt) = order.attempt_mut(number) {
                attempt.news_at = now;
                attempt.refresh_at = Some(now);
            }
        })
        .await
    }

    async fn note(
        &self,
        change: impl Fn(&mut Order, u32, OffsetDateTime),
    ) -> Result<(), OrderError> {
        let mut order = self.present().await?;
        let number = self.number(&order)?;
        let how = How::default();
        let noted = self.store().change(&mut order, &how, |order, now| {
            change(order, number, now);
            ((), Due::Now)
        });
        noted.await.map_err(not_written)
    }
}

/// What an attempt's customer is to sign.
enum ToSign {
    Application(ApplicationId),
    Contract(ContractId),
}

impl ToSign {
    /// The contract, once there is one. Whether a pending application is to be signed is not known of a
    /// product that the bank doesn't describe: then it is tried.
    fn of(attempt: &Attempt) -> Result<Self, OrderError> {
        let state = attempt.state;
        if state.is_over() && state != AttemptState::Completed {
            let command = Command::Sign(Signature::Digital);
            return Err(CommandRefused::NotNow { command, state }.into());
        }
        let undecided = matches!(
            attempt.state,
            AttemptState::ApplicationSignatureWanted | AttemptState::Pending
        );
        let application = attempt.application.as_ref().filter(|_| undecided);
        match (&attempt.contract, application) {
            (Some(contract), _) => Ok(Self::Contract(contract.clone())),
            (None, Some(application)) if attempt.terms.kind == AttemptKind::Application => {
                Ok(Self::Application(application.clone()))
            }
            (None, Some(_) | None) => Err(OrderError::NotFound),
        }
    }
}
