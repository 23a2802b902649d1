use std::borrow::Cow;

use inbank_domain::{
    Currency, Invalid, Item, ItemKind, Merchant, MerchantCategoryCode, MerchantDomain,
    OrderReference, Purchase, RegistryCode, Vehicle,
};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::absent;
use super::customer::{personal, taken};
use super::free_form::Free;
use super::number::{Label, Number, Quoted, Whole, text_or_digits};
use crate::dialect::decode;

type Text<'a> = Option<Cow<'a, str>>;

/// `purchase`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PurchaseData<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    purchase_reference: Option<Label<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Text<'a>,
    #[serde(default, skip_serializing_if = "Merchants::is_empty")]
    merchant: Merchants<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_details: Option<Free<'a>>,
    #[serde(
        default,
        deserialize_with = "absent::or_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    items: Vec<ItemData<'a>>,
}

impl<'a> PurchaseData<'a> {
    /// For a document whose amounts are in a currency.
    pub(crate) fn new(purchase: &'a Purchase, currency: Currency) -> Result<Self, Invalid> {
        let items = purchase.items.iter().enumerate().map(|(n, item)| {
            let item = ItemData::new(item, currency);
            item.map_err(|error| error.inside(&format!("items[{n}]")))
        });
        Ok(Self {
            purchase_reference: purchase.reference.as_ref().map(|r| r.as_str().into()),
            description: purchase.description.as_deref().map(Into::into),
            merchant: Merchants(purchase.merchants.iter().map(Into::into).collect()),
            additional_details: purchase.additional_details.as_ref().map(Into::into),
            items: items.collect::<Result<_, _>>()?,
        })
    }
}

impl PurchaseData<'_> {
    pub(crate) fn into_purchase(self, currency: Currency) -> Result<Purchase, Invalid> {
        let mut purchase = Purchase::default();
        let reference = self.purchase_reference;
        let reference = reference.map(|label| OrderReference::parse(label.0));
        purchase.reference = reference.transpose()?;
        purchase.description = self.description.map(Cow::into_owned);
        let several = self.merchant.0.len() > 1;
        for (n, merchant) in self.merchant.0.into_iter().enumerate() {
            let place = if several {
                format!("merchant[{n}]")
            } else {
                "merchant".to_owned()
            };
            let merchant = Merchant::try_from(merchant).map_err(|error| error.inside(&place))?;
            purchase.merchants.push(merchant);
        }
        purchase.additional_details = self.additional_details.map(|free| free.0.into_owned());
        for (n, item) in self.items.into_iter().enumerate() {
            let item = item.into_item(currency);
            let item = item.map_err(|error| error.inside(&format!("items[{n}]")))?;
            purchase.items.push(item);
        }
        Ok(purchase)
    }
}

/// `purchase.merchant`. The table says "array of items", the samples have an object: one goes out as an
/// object and several as a list, and a list of any length is taken.
#[derive(Default)]
struct Merchants<'a>(Vec<MerchantData<'a>>);

impl Merchants<'_> {
    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Merchants<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [merchant] => merchant.serialize(serializer),
            several => several.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Merchants<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Some(raw) = Option::<&'de RawValue>::deserialize(deserializer)? else {
            return Ok(Self::default());
        };
        let body = raw.get().as_bytes();
        if body.first() == Some(&b'[') {
            return decode(body).map(Self).map_err(D::Error::custom);
        }
        let merchant = decode(body).map_err(D::Error::custom)?;
        Ok(Self(vec![merchant]))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MerchantData<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant_name: Text<'a>,
    #[serde(
        default,
        deserialize_with = "text_or_digits",
        skip_serializing_if = "Option::is_none"
    )]
    merchant_registry_code: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant_order_reference: Option<Label<'a>>,
    merchant_domain_name: Cow<'a, str>,
    #[serde(
        default,
        deserialize_with = "text_or_digits",
        skip_serializing_if = "Option::is_none"
    )]
    merchant_mcc_code: Text<'a>,
}

impl<'a> From<&'a Merchant> for MerchantData<'a> {
    fn from(merchant: &'a Merchant) -> Self {
        Self {
            merchant_name: merchant.name.as_deref().map(Into::into),
            merchant_registry_code: merchant.registry_code.as_ref().map(|c| c.as_str().into()),
            merchant_order_reference: merchant.order_reference.as_deref().map(Into::into),
            merchant_domain_name: merchant.domain.as_str().into(),
            merchant_mcc_code: merchant.mcc.as_ref().map(|mcc| mcc.as_str().into()),
        }
    }
}

impl TryFrom<MerchantData<'_>> for Merchant {
    type Error = Invalid;

    fn try_from(data: MerchantData<'_>) -> Result<Self, Invalid> {
        let mut merchant = Self::new(MerchantDomain::parse(&data.merchant_domain_name)?);
        merchant.name = data.merchant_name.map(Cow::into_owned);
        let code = data.merchant_registry_code.as_deref();
        merchant.registry_code = code.map(RegistryCode::parse).transpose()?;
        merchant.order_reference = data
            .merchant_order_reference
            .map(|label| label.0.into_owned());
        let mcc = data.merchant_mcc_code.as_deref();
        merchant.mcc = mcc.map(MerchantCategoryCode::parse).transpose()?;
        Ok(merchant)
    }
}

/// `purchase.items[n]`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ItemData<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    item_reference: Option<Label<'a>>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity: Option<Quoted<Whole>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Quoted<Number>>,
    #[serde(
        default,
        deserialize_with = "text_or_digits",
        skip_serializing_if = "Option::is_none"
    )]
    serial_number: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_details: Option<Free<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vehicle_vin: Text<'a>,
    // The table spells `license`, both samples `licence`: the samples' is sent, either is taken.
    #[serde(alias = "vehicleLicensePlate", skip_serializing_if = "Option::is_none")]
    vehicle_licence_plate: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vehicle_make: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vehicle_model: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vehicle_registration_date: Text<'a>,
}

impl<'a> ItemData<'a> {
    fn new(item: &'a Item, currency: Currency) -> Result<Self, Invalid> {
        fn text(text: Option<&String>) -> Text<'_> {
            text.map(|text| text.as_str().into())
        }
        let vehicle = item.vehicle.as_ref();
        Ok(Self {
            item_reference: item.reference.as_deref().map(Into::into),
            kind: item.kind.map(|kind| kind.as_str().into()),
            description: text(item.description.as_ref()),
            quantity: item.quantity.map(|quantity| Quoted(Whole(quantity))),
            amount: Number::maybe("amount", item.amount, currency)?.map(Quoted),
            serial_number: personal(item.serial_number.as_ref()),
            url: text(item.url.as_ref()),
            image_url: text(item.image_url.as_ref()),
            additional_details: item.additional_details.as_ref().map(Into::into),
            vehicle_vin: personal(vehicle.and_then(|v| v.vin.as_ref())),
            vehicle_licence_plate: personal(vehicle.and_then(|v| v.licence_plate.as_ref())),
            vehicle_make: text(vehicle.and_then(|v| v.make.as_ref())),
            vehicle_model: text(vehicle.and_then(|v| v.model.as_ref())),
            vehicle_registration_date: text(vehicle.and_then(|v| v.registration_date.as_ref())),
        })
    }
}

impl ItemData<'_> {
    fn into_item(self, currency: Currency) -> Result<Item, Invalid> {
        let vehicle = Vehicle {
            vin: taken(self.vehicle_vin),
            licence_plate: taken(self.vehicle_licence_plate),
            make: self.vehicle_make.map(Cow::into_owned),
            model: self.vehicle_model.map(Cow::into_owned),
            registration_date: self.vehicle_registration_date.map(Cow::into_owned),
        };
        Ok(Item {
            reference: self.item_reference.map(|label| label.0.into_owned()),
            kind: self.kind.as_deref().map(ItemKind::parse).transpose()?,
            description: self.description.map(Cow::into_owned),
            quantity: self.quantity.map(|quantity| quantity.0.0),
            amount: self.amount.map(|amount| amount.0.money(currency)),
            serial_number: taken(self.serial_number),
            url: self.url.map(Cow::into_owned),
            image_url: self.image_url.map(Cow::into_owned),
            additional_details: self.additional_details.map(|free| free.0.into_owned()),
            vehicle: (vehicle != Vehicle::default()).then_some(vehicle),
        })
    }
}
