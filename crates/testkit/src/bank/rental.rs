use async_trait::async_trait;
use inbank_domain::{
    AssetIdentifierType, AssetIdentifiers, AssetModel, AssetModelId, Contract, ContractId,
    Currency, InsuranceRequirement, Invalid, ModelIdentifier, Money, Months, Product, ProductCode,
    ProductFamily, RentalCalculation, RentalRequest,
};
use inbank_ports::{GatewayError, GatewayErrorKind, Rentals};
use rust_decimal::Decimal;

use super::contract::{Decision, FakeContract};
use super::effect::Effect;
use super::{FakeBank, State};

/// A rented device, and what the bank was told about it.
#[derive(Clone, Debug)]
pub(super) struct Device {
    model: AssetModel,
    identifiers: AssetIdentifiers,
}

impl FakeBank {
    /// The article number of the phone that it rents out: in three periods, up to 5000 of the
    /// region's currency, insured or not, by both identifiers.
    pub const EAN: &str = "88845632734657";

    /// Rents out another model, or under another identifier.
    pub fn add_model(&self, identifier: ModelIdentifier, model: AssetModel) {
        self.state().models.push((identifier, model));
    }

    /// What it was told about the device of a rental.
    pub fn assigned(&self, id: &ContractId) -> AssetIdentifiers {
        let state = self.state();
        let fake = state.contracts.get(id);
        let device = fake.and_then(|fake| fake.device.as_ref());
        device
            .map(|device| device.identifiers.clone())
            .unwrap_or_default()
    }

    /// Whether anything is rented here.
    pub(super) fn rents(&self, operation: &'static str) -> Result<(), GatewayError> {
        if self.region.smart_rent {
            Ok(())
        } else {
            Err(GatewayError::new(GatewayErrorKind::Unsupported, operation))
        }
    }
}

impl State {
    fn rents(&self, operation: &'static str, product: &ProductCode) -> Result<(), GatewayError> {
        let product = self.products.get(product);
        if product.is_some_and(|product| product.family == ProductFamily::SmartRent) {
            Ok(())
        } else {
            Err(GatewayError::new(GatewayErrorKind::NotFound, operation))
        }
    }

    /// The device of a cart, if it keeps the conditions.
    pub(super) fn device(
        &self,
        operation: &'static str,
        product: &ProductCode,
        cart: &RentalRequest,
    ) -> Result<Device, GatewayError> {
        self.rents(operation, product)?;
        // A device that only its category names has no conditions here.
        let hero = cart.hero().model_id.as_ref();
        let model = self
            .models
            .iter()
            .find(|(_, model)| Some(&model.id) == hero);
        let not_found = || GatewayError::new(GatewayErrorKind::NotFound, operation);
        let (_, model) = model.ok_or_else(not_found)?;
        let refused = |_| GatewayError::new(GatewayErrorKind::Refused, operation);
        cart.check(model).map_err(refused)?;
        Ok(Device {
            model: model.clone(),
            identifiers: AssetIdentifiers::default(),
        })
    }

    fn rental(
        &mut self,
        operation: &'static str,
        product: &ProductCode,
        contract: &ContractId,
    ) -> Result<(&mut FakeContract, bool), GatewayError> {
        self.rents(operation, product)?;
        let fake = self.contracts.get_mut(contract);
        let fake = fake.filter(|fake| fake.device.is_some());
        let fake = fake.ok_or_else(|| GatewayError::new(GatewayErrorKind::NotFound, operation))?;
        let waits = fake.waits_for_the_merchant();
        Ok((fake, waits))
    }
}

#[async_trait]
impl Rentals for FakeBank {
    async fn asset_model(
        &self,
        product: &ProductCode,
        identifier: &ModelIdentifier,
    ) -> Result<AssetModel, GatewayError> {
        self.turn(|| {
            let operation = "rental.model";
            self.rents(operation)?;
            let mut state = self.state();
            state.fail(operation)?;
            state.rents(operation, product)?;
            let model = state.models.iter().find(|(known, _)| known == identifier);
            model
                .map(|(_, model)| model.clone())
                .ok_or_else(|| GatewayError::new(GatewayErrorKind::NotFound, operation))
        })
        .await
    }

    async fn calculate(
        &self,
        product: &ProductCode,
        request: &RentalRequest,
    ) -> Result<RentalCalculation, GatewayError> {
        self.turn(|| {
            let operation = "rental.calculation";
            let invalid = |error| GatewayError::invalid(operation, error);
            self.rents(operation)?;
            let net = request.hero().net_price;
            self.region.check_currency(net).map_err(invalid)?;
            let mut state = self.state();
            state.fail(operation)?;
            let device = state.device(operation, product, request)?;
            free_of_charge(request, &device.model).map_err(invalid)
        })
        .await
    }

    async fn assign(
        &self,
        product: &ProductCode,
        contract: &ContractId,
        identifiers: &AssetIdentifiers,
    ) -> Result<(), GatewayError> {
        self.turn(|| {
            let operation = "rental.assign";
            self.rents(operation)?;
            if identifiers.is_empty() {
                let error = Invalid::new("asset_identifiers", "must be at least one");
                return Err(GatewayError::invalid(operation, error));
            }
            let mut state = self.state();
            state.fail(operation)?;
            let (fake, waits) = state.rental(operation, product, contract)?;
            let device = fake.device.as_mut().filter(|_| waits);
            let refused = || GatewayError::new(GatewayErrorKind::Refused, operation);
            let known = &mut device.ok_or_else(refused)?.identifiers;
            known.imei = identifiers.imei.clone().or(known.imei.take());
            known.serial_number = identifiers
                .serial_number
                .clone()
                .or(known.serial_number.take());
            state.answer(operation, ())
        })
        .await
    }

    async fn activate(
        &self,
        product: &ProductCode,
        contract: &ContractId,
    ) -> Result<(), GatewayError> {
        self.turn(|| {
            let operation = "rental.activate";
            self.rents(operation)?;
            let mut state = self.state();
            state.fail(operation)?;
            let (fake, waits) = state.rental(operation, product, contract)?;
            let identified = |device: &Device| device.identifiers.check(&device.model).is_ok();
            if !waits || !fake.device.as_ref().is_some_and(identified) {
                return Err(GatewayError::new(GatewayErrorKind::Refused, operation));
            }
            state.take(Effect::Decide(contract.clone(), Decision::Approve));
            state.answer(operation, ())
        })
        .await
    }

    async fn contract(
        &self,
        product: &ProductCode,
        contract: &ContractId,
    ) -> Result<Contract, GatewayError> {
        self.turn(|| {
            let operation = "rental.contract";
            self.rents(operation)?;
            let mut state = self.state();
            state.begin_read(operation)?;
            state.rents(operation, product)?;
            let amount = state.other_amount;
            let fake = state.seen().contracts.get(contract);
            let fake = fake.filter(|fake| fake.device.is_some());
            fake.map(|fake| fake.shown(amount))
                .ok_or_else(|| GatewayError::new(GatewayErrorKind::NotFound, operation))
        })
        .await
    }
}

/// What it rents out where devices are rented.
pub(super) fn phone(currency: Currency) -> Result<(Product, ModelIdentifier, AssetModel), Invalid> {
    let code = ProductCode::parse("rent")?;
    let mut product = Product::new(code, "Smart rent", ProductFamily::SmartRent);
    product.requires_merchant_approval = Some(true);
    let mut model = AssetModel::new(
        AssetModelId::parse("b748b6b0-58d0-421d-9d52-c7edd22511f1")?,
        "Phone",
        InsuranceRequirement::Optional,
        vec![AssetIdentifierType::Imei, AssetIdentifierType::SerialNumber],
    );
    model.periods = [12, 24, 36]
        .into_iter()
        .map(Months::new)
        .collect::<Result<_, _>>()?;
    model.limits.max_net = Some(Money::new(Decimal::from(5000), currency));
    model.identifiers = vec![ModelIdentifier::ean(FakeBank::EAN)?];
    model.trade_in_available = Some(true);
    model.campaign_discount_available = Some(false);
    product.periods.clone_from(&model.periods);
    Ok((product, ModelIdentifier::ean(FakeBank::EAN)?, model))
}

/// Neither VAT nor a charge: what is left of the price, in equal parts.
fn free_of_charge(
    request: &RentalRequest,
    model: &AssetModel,
) -> Result<RentalCalculation, Invalid> {
    let total = request.total_net_price()?;
    let money = |amount| Money::new(amount, total.currency());
    let amount = |money: Option<Money>| money.map(|money| money.amount()).unwrap_or_default();
    let deducted = amount(request.trade_in()) + amount(request.campaign_discount());
    let left = total.amount() - deducted;
    let monthly =
        |amount: Decimal| money((amount / Decimal::from(request.period.get())).round_dp(2));
    let mut calculation = RentalCalculation::new(request.period, monthly(left));
    calculation.vat = Some(money(Decimal::ZERO));
    calculation.net_monthly_payment = Some(monthly(left));
    calculation.total_net_price = Some(total);
    calculation.total_gross_price = Some(total);
    calculation.net_monthly_payment_discount = Some(monthly(deducted));
    calculation.gross_trade_in_amount = request.trade_in();
    calculation.gross_campaign_discount = request.campaign_discount();
    calculation.total_net_price_with_discount = Some(money(left));
    calculation.total_gross_price_with_discount = Some(money(left));
    calculation.insurance = Some(model.insurance.clone());
    calculation.insurance_used = Some(request.insurance_used);
    Ok(calculation)
}
