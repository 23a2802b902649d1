use async_trait::async_trait;
use inbank_domain::{
    Callback, Contract, ContractId, ContractStatus, Money, OpenedSession, ProductFamily,
    RentalRequest, Session, SessionCallback, SessionId, SessionRequest, SessionStatus, WebAddress,
};
use inbank_ports::{GatewayError, GatewayErrorKind, Sessions};
use rust_decimal::Decimal;
use time::OffsetDateTime;

use super::contract::{FakeContract, Origin};
use super::rental::Device;
use super::{FakeBank, State};

#[derive(Clone, Debug)]
pub(super) struct FakeSession {
    pub(super) session: Session,
    approval: bool,
    device: Option<Device>,
}

impl FakeBank {
    /// The customer applies and signs: financed or granted up to the limit, declined above it.
    /// Nothing happens unless the session is pending.
    pub fn customer_applies(&self, id: &SessionId) {
        let mut state = self.state();
        let contract_id = ContractId::parse(format!("contract-{}", state.contracts.len() + 1));
        let Some(fake) = state.pending(id) else {
            return;
        };
        let within = |total: Money| total.amount() <= Decimal::from(Self::LIMIT);
        let Some(contract_id) = contract_id
            .ok()
            .filter(|_| fake.session.total.is_some_and(within))
        else {
            return state.session_moves(id, SessionStatus::Declined);
        };
        fake.session.contract = Some(contract_id.clone());
        let (session, contract) = if fake.approval {
            (SessionStatus::Granted, ContractStatus::Signed)
        } else {
            (SessionStatus::Completed, ContractStatus::Activated)
        };
        let mut contract = Contract::new(contract_id.clone(), contract);
        contract.amount = fake.session.total;
        contract.product_code.clone_from(&fake.session.product_code);
        let contract = FakeContract {
            contract,
            origin: Origin::Session(id.clone()),
            device: fake.device.take(),
        };
        state.contracts.insert(contract_id, contract);
        state.session_moves(id, session);
    }

    /// The customer gives up. Nothing happens unless the session is pending.
    pub fn customer_cancels(&self, id: &SessionId) {
        let mut state = self.state();
        if state.pending(id).is_some() {
            state.session_moves(id, SessionStatus::Cancelled);
        }
    }

    /// The session's time runs out, which no callback tells. Nothing happens unless it is pending.
    pub fn session_expires(&self, id: &SessionId) {
        if let Some(fake) = self.state().pending(id) {
            fake.session.status = SessionStatus::Expired;
        }
    }

    /// How many sessions were ever opened.
    pub fn session_count(&self) -> usize {
        self.state().sessions.len()
    }
}

impl State {
    fn pending(&mut self, id: &SessionId) -> Option<&mut FakeSession> {
        let fake = self.sessions.get_mut(id)?;
        (fake.session.status == SessionStatus::Pending).then_some(fake)
    }

    /// Moves a session, and sends the callback that tells so.
    pub(super) fn session_moves(&mut self, id: &SessionId, to: SessionStatus) {
        let Some(fake) = self.sessions.get_mut(id) else {
            return;
        };
        fake.session.status = to.clone();
        let callback = Callback::Session(SessionCallback {
            id: id.clone(),
            status: to,
            order_reference: fake.session.order_reference.clone(),
            issued_at: OffsetDateTime::UNIX_EPOCH,
        });
        self.tell(callback);
    }
}

#[async_trait]
impl Sessions for FakeBank {
    async fn open(&self, request: &SessionRequest) -> Result<OpenedSession, GatewayError> {
        self.turn(|| {
            let operation = "session.open";
            let invalid = |error| GatewayError::invalid(operation, error);
            let rental = request.rental_request();
            if rental.is_some() {
                self.rents(operation)?;
            }
            let net = rental.map(RentalRequest::total_net_price);
            let total = net.transpose().map_err(invalid)?.or(request.total());
            let checked = total.map_or(Ok(()), |total| self.region.check_currency(total));
            checked.map_err(invalid)?;
            let mut state = self.state();
            state.fail(operation)?;
            let device =
                rental.map(|rental| state.device(operation, &request.product_code, rental));
            let device = device.transpose()?;
            let refused = || GatewayError::new(GatewayErrorKind::Refused, operation);
            let product = state
                .products
                .get(&request.product_code)
                .filter(|product| (product.family == ProductFamily::SmartRent) == device.is_some())
                .ok_or_else(refused)?;
            let approval = product.requires_merchant_approval == Some(true);
            let id = format!("session-{}", state.sessions.len() + 1);
            let redirect_url = WebAddress::parse(&format!("https://fake.example/{id}"));
            let opened = OpenedSession {
                id: SessionId::parse(id).map_err(invalid)?,
                status: SessionStatus::Pending,
                redirect_url: redirect_url.map_err(invalid)?,
            };
            let mut session = Session::new(opened.id.clone(), SessionStatus::Pending);
            session
                .order_reference
                .clone_from(&request.purchase.reference);
            session.product_code = Some(request.product_code.clone());
            session.total = total;
            let fake = FakeSession {
                session,
                approval,
                device,
            };
            state.sessions.insert(opened.id.clone(), fake);
            state.answer(operation, opened)
        })
        .await
    }

    async fn session(&self, id: &SessionId) -> Result<Session, GatewayError> {
        self.turn(|| {
            let mut state = self.state();
            state.begin_read("session.show")?;
            let (amount, hides_contracts) = (state.other_amount, state.hides_contracts);
            let session = state.seen().sessions.get(id).map(|fake| {
                let mut session = fake.session.clone();
                session.total = amount.or(session.total);
                if hides_contracts {
                    session.contract = None;
                }
                session
            });
            session.ok_or_else(|| GatewayError::new(GatewayErrorKind::NotFound, "session.show"))
        })
        .await
    }
}
