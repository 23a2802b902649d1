use async_trait::async_trait;
use inbank_domain::{
    ApplicationId, ApplicationSigned, ConfirmationCode, ContractId, ContractStatus, Invalid,
    Printout, ProcessStatus, Regeneration, Signed, SigningMethod, SigningStarted, WebAddress,
};
use inbank_ports::{GatewayError, GatewayErrorKind, Signing};
use time::OffsetDateTime;

use super::contract::{FakeContract, Handling};
use super::effect::Effect;
use super::{FakeBank, State};

impl FakeBank {
    /// The code that customers get by text message.
    pub const CODE: &str = "0000";

    /// The customer signs, whichever way was begun. Nothing happens unless they are to.
    pub fn customer_signs(&self, id: &ContractId) {
        self.state().customer_signs(id);
    }

    /// The customer makes the down payment. Nothing happens unless one is awaited.
    pub fn down_payment_paid(&self, id: &ContractId) {
        let mut state = self.state();
        let Some(handling) = state.contracts.get_mut(id).and_then(FakeContract::handling) else {
            return;
        };
        if std::mem::take(&mut handling.down_payment) {
            let application = handling.application.clone();
            state.tell_of_contract(&application, "DOWN_PAYMENT_PAID_BY_CUSTOMER");
            state.goes_on(id);
        }
    }
}

impl State {
    pub(super) fn customer_signs(&mut self, id: &ContractId) {
        let handling = self.contracts.get_mut(id).and_then(FakeContract::handling);
        let Some(handling) = handling.filter(|handling| !handling.signed) else {
            return;
        };
        handling.signed = true;
        let application = handling.application.clone();
        self.tell_of_contract(&application, "SIGNED");
        self.goes_on(id);
    }

    /// On to the next thing that a signed contract waits for.
    fn goes_on(&mut self, id: &ContractId) {
        let Some(fake) = self.contracts.get_mut(id) else {
            return;
        };
        let Some(handling) = fake.handling().filter(|handling| handling.signed) else {
            return;
        };
        let application = handling.application.clone();
        let (status, process, word) = if handling.down_payment {
            (
                ContractStatus::Unsigned,
                ProcessStatus::WaitingForDownPayment,
                None,
            )
        } else if handling.approval {
            (
                ContractStatus::Signed,
                ProcessStatus::WaitingForPartnersConfirmation,
                Some("ACTIVATION_REQUIRES_PARTNER_APPROVAL"),
            )
        } else {
            (
                ContractStatus::Activated,
                ProcessStatus::Activated,
                Some("ACTIVATED"),
            )
        };
        fake.contract.status = status;
        fake.contract.process_status = Some(process);
        if let Some(word) = word {
            self.tell_of_contract(&application, word);
        }
    }

    /// What is to come of a contract that can still be signed.
    fn awaiting_signature(
        &mut self,
        operation: &'static str,
        id: &ContractId,
    ) -> Result<&mut Handling, GatewayError> {
        let not_found = || GatewayError::new(GatewayErrorKind::NotFound, operation);
        let fake = self.contracts.get_mut(id).ok_or_else(not_found)?;
        let unsigned = fake.contract.status == ContractStatus::Unsigned;
        let handling = fake.handling().ok_or_else(not_found)?;
        if unsigned && !handling.signed {
            Ok(handling)
        } else {
            Err(GatewayError::new(GatewayErrorKind::Refused, operation))
        }
    }
}

fn address(operation: &'static str, url: &str) -> Result<WebAddress, GatewayError> {
    WebAddress::parse(url).map_err(|error| GatewayError::invalid(operation, error))
}

#[async_trait]
impl Signing for FakeBank {
    async fn printout(
        &self,
        contract: &ContractId,
        _regeneration: Regeneration,
    ) -> Result<Printout, GatewayError> {
        self.turn(|| {
            let operation = "contract.printout";
            let mut state = self.state();
            state.fail(operation)?;
            if !state.contracts.contains_key(contract) {
                return Err(GatewayError::new(GatewayErrorKind::NotFound, operation));
            }
            Ok(Printout {
                id: Some(format!("printout-of-{contract}")),
                link: address(operation, &format!("https://fake.example/{contract}.pdf"))?,
            })
        })
        .await
    }

    async fn sign(
        &self,
        contract: &ContractId,
        method: &SigningMethod,
    ) -> Result<SigningStarted, GatewayError> {
        self.turn(|| {
            let operation = "contract.sign";
            let mut state = self.state();
            state.fail(operation)?;
            let handling = state.awaiting_signature(operation, contract)?;
            let mut started = SigningStarted::default();
            match method {
                SigningMethod::Digital | SigningMethod::Paper => {
                    state.take(Effect::Sign(contract.clone()));
                }
                SigningMethod::Sms => handling.code_sent = true,
                SigningMethod::Redirect => {
                    let url = format!("https://fake.example/sign/{contract}");
                    started.redirect_url = Some(address(operation, &url)?);
                }
                SigningMethod::SendToSigningEmail | SigningMethod::SendToSigningSms => {}
                SigningMethod::Unrecognised(_) => {
                    return Err(GatewayError::new(GatewayErrorKind::Refused, operation));
                }
            }
            state.answer(operation, started)
        })
        .await
    }

    async fn confirm(
        &self,
        contract: &ContractId,
        code: &ConfirmationCode,
    ) -> Result<Signed, GatewayError> {
        self.turn(|| {
            let operation = "contract.confirm";
            let mut state = self.state();
            state.fail(operation)?;
            let handling = state.awaiting_signature(operation, contract)?;
            if !handling.code_sent || code.expose() != Self::CODE {
                return Err(GatewayError::new(GatewayErrorKind::Refused, operation));
            }
            state.take(Effect::Sign(contract.clone()));
            state.answer(operation, Signed::new(SigningMethod::Sms))
        })
        .await
    }

    async fn sign_application(
        &self,
        application: &ApplicationId,
        method: &SigningMethod,
    ) -> Result<(), GatewayError> {
        self.turn(|| {
            let operation = "application.sign";
            let mut state = self.state();
            state.fail(operation)?;
            let fake = state.unsigned(operation, application)?;
            match method {
                SigningMethod::Digital | SigningMethod::Paper => {
                    state.take(Effect::SignApplication(application.clone()));
                }
                SigningMethod::Sms => fake.code_sent = true,
                SigningMethod::Redirect
                | SigningMethod::SendToSigningEmail
                | SigningMethod::SendToSigningSms
                | SigningMethod::Unrecognised(_) => {
                    return Err(GatewayError::new(GatewayErrorKind::Refused, operation));
                }
            }
            state.answer(operation, ())
        })
        .await
    }

    async fn confirm_application(
        &self,
        application: &ApplicationId,
        code: &ConfirmationCode,
    ) -> Result<ApplicationSigned, GatewayError> {
        self.turn(|| {
            let operation = "application.confirm";
            let mut state = self.state();
            state.fail(operation)?;
            let fake = state.unsigned(operation, application)?;
            if !fake.code_sent || code.expose() != Self::CODE {
                return Err(GatewayError::new(GatewayErrorKind::Refused, operation));
            }
            state.take(Effect::SignApplication(application.clone()));
            let at = Some(OffsetDateTime::UNIX_EPOCH);
            state.answer(operation, ApplicationSigned::new(at))
        })
        .await
    }

    async fn payment_link(
        &self,
        contract: &ContractId,
        return_url: &WebAddress,
    ) -> Result<WebAddress, GatewayError> {
        self.turn(|| {
            let operation = "contract.payment_link";
            if !return_url.as_str().ends_with("{status}") {
                let error = Invalid::new("return_url", "must end in {status}");
                return Err(GatewayError::invalid(operation, error));
            }
            let mut state = self.state();
            state.fail(operation)?;
            let not_found = || GatewayError::new(GatewayErrorKind::NotFound, operation);
            let fake = state.contracts.get_mut(contract).ok_or_else(not_found)?;
            let unsigned = fake.contract.status == ContractStatus::Unsigned;
            let due = fake
                .handling()
                .is_some_and(|handling| handling.down_payment);
            if !unsigned || !due {
                return Err(GatewayError::new(GatewayErrorKind::Refused, operation));
            }
            let link = address(operation, &format!("https://fake.example/pay/{contract}"))?;
            state.answer(operation, link)
        })
        .await
    }
}
