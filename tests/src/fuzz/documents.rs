//! A partner's own document (`--from`): what is read goes out as it was written, in either dialect.

use inbank::http::{
    ApiVersion, PartnerApi, RegionProfile, read_application_request, read_rental_request,
    read_session_request,
};
use inbank::ports::{Applications as _, GatewayErrorKind, Rentals as _, Sessions as _};
use inbank::{Currency, Money, ProductCode, Region};

use super::bank::{Bank, at_once};
use super::json;

thread_local! {
    static BANKS: [Bank; 2] = [&RegionProfile::ESTONIA, &RegionProfile::POLAND].map(Bank::new);
}

/// The first byte says what the document is and where; the rest is the document.
pub fn check(bytes: &[u8]) {
    let Some((choice, document)) = bytes.split_first() else {
        return;
    };
    let Ok(document) = std::str::from_utf8(document) else {
        return;
    };
    BANKS.with(|[estonia, poland]| {
        let bank = if choice % 2 == 0 { estonia } else { poland };
        let region = bank.api(ApiVersion::V2).region();
        match choice / 2 % 3 {
            0 => session(bank, region, document),
            1 => application(bank, region, document),
            _ => rental(bank, region, document),
        }
    });
}

fn session(bank: &Bank, region: &Region, document: &str) {
    let read = |document: &str| read_session_request(document, region);
    let Ok(request) = read(document) else { return };
    let rents = request.rental_request().is_none() || region.smart_rent;
    let sent = both(bank, rents, |api| at_once(api.open(&request)).map(drop));
    if let Some(sent) = sent {
        for sent in &sent {
            assert_eq!(read(sent).as_ref(), Ok(&request), "{sent}");
        }
        keeps_what_is_the_merchants(document, &sent[0], ["additional_data", "additionalData"]);
        keeps_what_is_the_merchants(document, &sent[0], ["integration_info", "integrationInfo"]);
    }
    if let Some(item) = request.purchase.items.first()
        && item.amount.is_some()
    {
        let mut foreign = request.clone();
        foreign.purchase.items[0].amount = Some(dollars());
        stays_here(bank, |api| at_once(api.open(&foreign)).map(drop));
    }
}

fn application(bank: &Bank, region: &Region, document: &str) {
    let read = |document: &str| read_application_request(document, region);
    let Ok(request) = read(document) else { return };
    let sent = both(bank, true, |api| at_once(api.submit(&request)).map(drop));
    // It can be sent everywhere.
    let sent = sent.unwrap();
    for sent in &sent {
        assert_eq!(read(sent).as_ref(), Ok(&request), "{sent}");
    }
    keeps_what_is_the_merchants(document, &sent[0], ["customer_pep", "customerPep"]);
    let mut foreign = request.clone();
    foreign.means.monthly_income = Some(dollars().into());
    stays_here(bank, |api| at_once(api.submit(&foreign)).map(drop));
}

fn rental(bank: &Bank, region: &Region, document: &str) {
    let read = |document: &str| read_rental_request(document, region);
    let Ok(request) = read(document) else { return };
    let product = ProductCode::parse("p").unwrap();
    let rent = |api: &PartnerApi| at_once(api.calculate(&product, &request)).map(drop);
    if let Some(sent) = both(bank, region.smart_rent, rent) {
        for sent in &sent {
            assert_eq!(read(sent).as_ref(), Ok(&request), "{sent}");
        }
    }
}

/// What goes out in either version; v3 is v2 by the announced rule. Nothing where nothing may.
fn both(
    bank: &Bank,
    may_be: bool,
    call: impl Fn(&PartnerApi) -> Result<(), inbank::ports::GatewayError>,
) -> Option<[String; 2]> {
    let [v2, v3] = [ApiVersion::V2, ApiVersion::V3].map(|version| {
        bank.answers(500, b"");
        let error = call(bank.api(version)).unwrap_err();
        let sent = bank.sent();
        assert_eq!(sent.is_some(), may_be, "{error}");
        sent.map(|sent| String::from_utf8(sent).unwrap())
    });
    let (v2, v3) = (v2?, v3?);
    assert_eq!(json::camel(&v2), v3);
    Some([v2, v3])
}

/// The merchant's own container as it was written, whatever is in it.
fn keeps_what_is_the_merchants(document: &str, sent: &str, names: [&str; 2]) {
    let of = |document: &str| {
        let entries = json::entries(document)?;
        json::compact(json::only(&entries, &names)?)
    };
    if let Some(own) = of(document).filter(|own| own != "null") {
        assert_eq!(of(sent), Some(own));
    }
}

/// An amount in another currency than the document's doesn't go out as so much of the document's.
fn stays_here(bank: &Bank, call: impl Fn(&PartnerApi) -> Result<(), inbank::ports::GatewayError>) {
    for &version in ApiVersion::ALL {
        bank.answers(500, b"");
        let error = call(bank.api(version)).unwrap_err();
        let known = [GatewayErrorKind::Invalid, GatewayErrorKind::Unsupported];
        assert!(known.contains(&error.kind()), "{error}");
        assert_eq!(bank.sent(), None);
    }
}

fn dollars() -> Money {
    Money::parse("100", Currency::from_code(*b"USD").unwrap()).unwrap()
}
