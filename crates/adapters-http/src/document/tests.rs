use std::collections::BTreeMap;

use inbank_domain::Region;
use serde_json::{Value, json};

use super::{read_application_request, read_rental_request, read_session_request};
use crate::ApiVersion;
use crate::wire::application;
use crate::wire::session::Request;

const FULL: &str = include_str!("../../../../tests/fixtures/epos-2.10/session-open.request.json");
const RENTAL: &str =
    include_str!("../../../../tests/fixtures/smart-rent-3.04/session-open.request.json");
const CART: &str =
    include_str!("../../../../tests/fixtures/smart-rent-3.04/calculation.request.json");
const MINIMAL: &str =
    include_str!("../../../../tests/fixtures/epos-2.10/session-open-minimal.request.json");

const APPLICATION: &str =
    include_str!("../../../../tests/fixtures/direct-ee-lv-2.05/application.request.json");

/// What goes out for an application's document.
fn applied(document: &str, version: ApiVersion) -> Value {
    let request = read_application_request(document, &Region::ESTONIA).unwrap();
    let currency = Region::ESTONIA.currency;
    let body = application::request::Request::new(&request, currency).unwrap();
    serde_json::from_slice(&version.encode(&body).unwrap()).unwrap()
}

fn sent(document: &str, version: ApiVersion) -> Value {
    let request = read_session_request(document, &Region::ESTONIA).unwrap();
    let currency = request.currency();
    let body = version
        .encode(&Request::new(&request, &currency).unwrap())
        .unwrap();
    serde_json::from_slice(&body).unwrap()
}

#[test]
fn the_guides_samples_go_out_as_they_are_printed() {
    for document in [FULL, MINIMAL, RENTAL] {
        let printed: Value = serde_json::from_str(document).unwrap();
        assert_eq!(sent(document, ApiVersion::V2), printed);
    }
}

#[test]
fn in_v3_the_same_document_has_camel_case_names_but_for_the_merchants_own() {
    let v3 = sent(FULL, ApiVersion::V3);
    assert_eq!(v3["productCode"], "car_loan");
    assert_eq!(
        v3["partnerUrls"]["callbackUrl"],
        sent(FULL, ApiVersion::V2)["partner_urls"]["callback_url"]
    );
    assert_eq!(v3["purchase"]["merchant"]["merchantMccCode"], "5812");
    assert_eq!(v3["purchase"]["items"][0]["vehicleLicencePlate"], "111AAA");
    assert_eq!(
        v3["purchase"]["items"][0]["additionalDetails"]["owner_amount"],
        "1"
    );
    assert_eq!(v3["integrationInfo"]["extra_key_3"], "#3");
    assert_eq!(v3["additionalData"]["key_1"], "key1");
}

#[test]
fn a_document_may_be_in_either_spelling() {
    let camel = serde_json::to_string(&sent(FULL, ApiVersion::V3)).unwrap();
    assert_eq!(sent(&camel, ApiVersion::V2), sent(FULL, ApiVersion::V2));
}

/// The minimal sample with one thing changed.
fn changed(change: impl FnOnce(&mut Value)) -> String {
    altered(MINIMAL, change)
}

fn altered(document: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut document: Value = serde_json::from_str(document).unwrap();
    change(&mut document);
    document.to_string()
}

#[test]
fn what_is_wrong_is_named_by_its_path() {
    let wrong = |change: &dyn Fn(&mut Value)| {
        let document = changed(change);
        let error = read_session_request(&document, &Region::ESTONIA).unwrap_err();
        error.field().to_owned()
    };
    assert_eq!(wrong(&|d| d["total_amount"] = 0.into()), "total_amount");
    assert_eq!(wrong(&|d| d["total_amount"] = "9,5".into()), "total_amount");
    assert_eq!(wrong(&|d| d["currency"] = "PLN".into()), "currency");
    assert_eq!(wrong(&|d| d["locale"] = "estonian".into()), "locale");
    assert_eq!(wrong(&|d| d["typo"] = 1.into()), "typo");
    assert_eq!(
        wrong(&|d| d["purchase"]["typo"] = 1.into()),
        "purchase.typo"
    );
    assert_eq!(wrong(&|d| d["product_code"] = 5.into()), "product_code");
    assert_eq!(
        wrong(&|d| d["valid_until"] = "tomorrow".into()),
        "valid_until"
    );
    assert_eq!(
        wrong(&|d| d["partner_urls"]["callback_url"] = "nowhere".into()),
        "partner_urls.callback_url"
    );
    assert_eq!(
        wrong(&|d| d["purchase"]["merchant"]["merchant_registry_code"] = "123".into()),
        "purchase.merchant.merchant_registry_code"
    );
    assert_eq!(
        wrong(&|d| d["purchase"]["items"] = serde_json::json!([{"type": "car"}])),
        "purchase.items[0].type"
    );
    assert_eq!(
        wrong(&|d| d["customer_contact_data"] = serde_json::json!({"phone": "x"})),
        "customer_contact_data.phone"
    );
    let missing = changed(|d| {
        d["purchase"]["merchant"] = serde_json::json!({"merchant_name": "Example OÜ"});
    });
    let error = read_session_request(&missing, &Region::ESTONIA).unwrap_err();
    assert!(
        error.to_string().contains("merchant_domain_name"),
        "{error}"
    );
}

#[test]
fn nothing_is_as_good_as_null_and_numbers_and_truths_may_be_text() {
    let nothing = changed(|d| {
        d["purchase"]["items"] = Value::Null;
        d["purchase"]["additional_details"] = Value::Null;
        d["customer_data"] = Value::Null;
        d["valid_until"] = Value::Null;
    });
    assert_eq!(
        sent(&nothing, ApiVersion::V2),
        sent(MINIMAL, ApiVersion::V2)
    );
    let numeric = changed(|d| d["purchase"]["purchase_reference"] = 1001.into());
    let reference = &sent(&numeric, ApiVersion::V2)["purchase"]["purchase_reference"];
    assert_eq!(*reference, "1001");
    let text = altered(RENTAL, |d| {
        d["rental_application_data"]["insurance_used"] = "false".into();
        d["rental_application_data"]["period"] = "12".into();
    });
    assert_eq!(sent(&text, ApiVersion::V2), sent(RENTAL, ApiVersion::V2));
    let silent = altered(CART, |d| d["insuranceUsed"] = Value::Null);
    let cart = read_rental_request(&silent, &Region::ESTONIA).unwrap();
    assert!(cart.insurance_used);
    let odd = altered(CART, |d| d["insuranceUsed"] = "perhaps".into());
    let error = read_rental_request(&odd, &Region::ESTONIA).unwrap_err();
    assert_eq!(error.field(), "insurance_used");
}

#[test]
fn what_is_mostly_digits_may_be_a_number() {
    let numeric = changed(|d| {
        d["customer_address_data"] = json!({ "house": 16, "apartment": 3, "zip_code": 10414 });
        d["purchase"]["merchant"]["merchant_mcc_code"] = 5812.into();
        d["purchase"]["merchant"]["merchant_registry_code"] = 12_345_678.into();
        d["customer_contact_data"] = json!({ "mobile": 51_231_412 });
        d["credit_application_data"] = json!({ "number": 8_000_000_123_u64 });
    });
    let sent = sent(&numeric, ApiVersion::V2);
    let address = json!({ "house": "16", "apartment": "3", "zip_code": "10414" });
    assert_eq!(sent["customer_address_data"], address);
    let merchant = &sent["purchase"]["merchant"];
    assert_eq!(merchant["merchant_mcc_code"], "5812");
    assert_eq!(merchant["merchant_registry_code"], "12345678");
    assert_eq!(sent["customer_contact_data"]["mobile"], "51231412");
    assert_eq!(sent["credit_application_data"]["number"], "8000000123");
    let odd = changed(|d| d["customer_address_data"] = json!({ "house": true }));
    let error = read_session_request(&odd, &Region::ESTONIA).unwrap_err();
    assert_eq!(error.field(), "customer_address_data.house");
}

#[test]
fn a_missing_part_is_named_by_its_path() {
    for (place, name) in [
        ("", "credit_application"),
        ("/credit_application", "product_code"),
        ("/credit_application", "amount"),
        ("/customer_identification", "document_type"),
        ("/consents/0", "value"),
    ] {
        let document = altered(APPLICATION, |d| {
            let part = d.pointer_mut(place).unwrap().as_object_mut();
            part.unwrap().remove(name).unwrap();
        });
        let error = read_application_request(&document, &Region::ESTONIA).unwrap_err();
        let path = format!("{place}/{name}").replace("/0", "[0]");
        assert_eq!(error.field(), path[1..].replace('/', "."));
        assert!(error.problem().starts_with("is missing (line 1"), "{error}");
    }
    let twice = APPLICATION.replacen('{', "{\"customer\":{},", 1);
    let error = read_application_request(&twice, &Region::ESTONIA).unwrap_err();
    assert_eq!(error.field(), "customer");
    assert!(error.problem().starts_with("must be there once"), "{error}");
    let nothing = read_session_request("{}", &Region::ESTONIA).unwrap_err();
    assert_eq!(nothing.field(), "product_code");
}

#[test]
fn an_application_may_leave_out_where_to_call_back_in_any_way() {
    for nothing in [json!(null), json!({}), json!({ "callback_url": null })] {
        let silent = altered(APPLICATION, |d| d["partner_urls"] = nothing.clone());
        let whole = applied(APPLICATION, ApiVersion::V2);
        assert_eq!(applied(&silent, ApiVersion::V2), whole, "{nothing}");
    }
}

#[test]
fn what_is_financed_needs_a_reference_and_what_is_rented_does_not() {
    let nameless = |d: &mut Value| {
        d["purchase"]
            .as_object_mut()
            .unwrap()
            .remove("purchase_reference");
    };
    let error = read_session_request(&changed(nameless), &Region::ESTONIA).unwrap_err();
    assert_eq!(error.field(), "purchase.purchase_reference");
    let rental = sent(&altered(RENTAL, nameless), ApiVersion::V2);
    assert!(rental["purchase"].get("purchase_reference").is_none());
    let mut application: Value = serde_json::from_str(APPLICATION).unwrap();
    application["purchase"] = serde_json::json!({ "description": "A bicycle" });
    let sent = applied(&application.to_string(), ApiVersion::V2);
    assert_eq!(sent["purchase"], application["purchase"]);
}

#[test]
fn an_application_carries_everything_that_the_banks_answer_has_of_the_applicant() {
    let mut document: Value = serde_json::from_str(APPLICATION).unwrap();
    let more = serde_json::json!({
        "payment_day": "15", "down_payment_amount": "100.50", "down_payment_amount_prc": "0.05",
        "monthly_household_costs": "1", "dependants_count": "2", "dependants_over_18": "1",
        "civil_status": "married", "housing_status": "owner", "income_source": "salary",
        "employment_position": "p", "employer_name": "Example OÜ",
        "employer_registry_code": "12345678", "employer_phone": "+3726000000",
        "employment_start_year": "2015", "employment_start_month": "2",
        "employment_end_year": "2030", "employment_end_month": "12",
        "payout_account_number": "EE", "salesperson_reference": "Earl James",
        "pos_session_uuid": "s-1",
    });
    let fields = document["credit_application"].as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    document["customer_pep"] = serde_json::json!({ "is_pep": false });
    document["customer_ubos"] = serde_json::json!([{ "first_name": "x" }]);
    document["additional_details"] = serde_json::json!({ "some_key": 1 });
    document["customer_consents"] = serde_json::json!({ "marketing_sms": false });
    assert_eq!(applied(&document.to_string(), ApiVersion::V2), document);
    let v3 = applied(&document.to_string(), ApiVersion::V3);
    assert_eq!(v3["creditApplication"]["dependantsOver18"], "1");
    assert_eq!(v3["creditApplication"]["employmentStartYear"], "2015");
    assert_eq!(v3["customerPep"], document["customer_pep"]);
    // Numbers and capitals in the document come to the same.
    assert_eq!(applied(&v3.to_string(), ApiVersion::V2), document);
    let nothing = altered(APPLICATION, |d| {
        for name in ["customer_addresses", "consents", "purchase", "customer_pep"] {
            d[name] = Value::Null;
        }
    });
    let sent = applied(&nothing, ApiVersion::V2);
    assert!(sent.get("consents").is_none() && sent.get("customer_addresses").is_none());
    let text = altered(APPLICATION, |d| d["consents"][0]["value"] = "true".into());
    assert_eq!(applied(&text, ApiVersion::V2)["consents"][0]["value"], true);
}

#[test]
fn every_key_that_has_a_field_is_refused_as_a_further_one() {
    use inbank_domain::{FreeForm, FurtherField, Place};

    // Serde names the keys that it expects.
    let keys = |place: &[&str]| {
        let document = altered(APPLICATION, |d| {
            let object = place.iter().fold(d, |object, name| &mut object[*name]);
            object["no_such_key"] = 1.into();
        });
        let error = read_application_request(&document, &Region::ESTONIA).unwrap_err();
        let problem = error.problem().to_owned();
        let names = problem.split('`').enumerate().filter(|(n, _)| n % 2 == 1);
        let names: Vec<_> = names.map(|(_, name)| name.to_owned()).collect();
        assert_eq!(names[0], "no_such_key");
        names[1..].to_vec()
    };
    for (place, path) in [
        (Place::Body, &[][..]),
        (Place::CreditApplication, &["credit_application"]),
        (Place::Customer, &["customer"]),
        (Place::Contact, &["customer_contact"]),
        (Place::Identification, &["customer_identification"]),
    ] {
        let keys = keys(path);
        assert!(keys.len() > 2, "{keys:?}");
        for key in keys {
            let error = FurtherField::new(place, key.clone(), FreeForm::Null).unwrap_err();
            assert!(error.problem().contains("field of its own"), "{key}");
        }
    }
}

#[test]
fn advice_does_not_rewrite_its_example() {
    let document = changed(|d| d["valid_until"] = "2021-02-17".into());
    let error = read_session_request(&document, &Region::ESTONIA).unwrap_err();
    let advice = error.to_string();
    assert!(
        advice.contains("such as 2021-02-17T11:10:00+02:00"),
        "{advice}"
    );
    let camel = changed(|d| d["noSuchKey"] = 1.into());
    let error = read_session_request(&camel, &Region::ESTONIA).unwrap_err();
    assert!(error.to_string().contains("`total_amount`"), "{error}");
}

#[test]
fn several_merchants_stand_in_a_list_and_none_is_left_out() {
    let merchant = |name: &str| serde_json::json!({ "merchant_domain_name": name });
    let several = Value::Array(vec![merchant("a.example"), merchant("b.example")]);
    let document = changed(|d| d["purchase"]["merchant"] = several.clone());
    assert_eq!(
        sent(&document, ApiVersion::V2)["purchase"]["merchant"],
        several
    );
    let v3 = &sent(&document, ApiVersion::V3)["purchase"]["merchant"];
    assert_eq!(v3[1]["merchantDomainName"], "b.example");
    for none in [serde_json::json!([]), Value::Null] {
        let document = changed(|d| d["purchase"]["merchant"] = none);
        assert!(
            sent(&document, ApiVersion::V2)["purchase"]
                .get("merchant")
                .is_none()
        );
    }
    let wrong = changed(|d| {
        d["purchase"]["merchant"] = several.clone();
        d["purchase"]["merchant"][1]["merchant_mcc_code"] = "1".into();
    });
    let error = read_session_request(&wrong, &Region::ESTONIA).unwrap_err();
    assert_eq!(error.field(), "purchase.merchant[1].merchant_mcc_code");
}

#[test]
fn the_main_device_may_be_given_by_a_category_of_devices() {
    let by_category = |category: &str| {
        altered(CART, |d| {
            d["assets"][0] = serde_json::json!({
                "type": "CATEGORY_BASED", "categoryCode": category, "modelName": "Phone", "netPrice": 400,
            });
        })
    };
    let cart = read_rental_request(&by_category("phone"), &Region::ESTONIA).unwrap();
    assert_eq!(
        (cart.hero().model_id.as_ref(), cart.add_ons().len()),
        (None, 1)
    );
    let currency = Region::ESTONIA.currency;
    let sent = crate::wire::rental::Request::new(&cart, currency).unwrap();
    let sent: Value = serde_json::from_slice(&ApiVersion::V3.encode(&sent).unwrap()).unwrap();
    let given: Value = serde_json::from_str(&by_category("phone")).unwrap();
    assert_eq!(sent["assets"][0], given["assets"][0]);
    for category in ["add_on", "shipping_fee"] {
        let error = read_rental_request(&by_category(category), &Region::ESTONIA).unwrap_err();
        assert_eq!(error.field(), "assets[0].type", "{category}");
    }
}

#[test]
fn a_merchant_may_stand_in_a_list_of_one() {
    let list = changed(|d| {
        d["purchase"]["merchant"] = Value::Array(vec![d["purchase"]["merchant"].take()]);
    });
    assert_eq!(sent(&list, ApiVersion::V2), sent(MINIMAL, ApiVersion::V2));
}

#[test]
fn either_spelling_of_the_licence_plate_is_taken() {
    let american = FULL.replace("vehicle_licence_plate", "vehicle_license_plate");
    assert_ne!(american, FULL);
    assert_eq!(sent(&american, ApiVersion::V2), sent(FULL, ApiVersion::V2));
}

#[test]
fn four_decimals_survive_and_no_digit_is_lost() {
    let document = changed(|d| d["purchase"]["items"] = serde_json::json!([{"amount": "31.3167"}]))
        .replace("3000", "12345678901234.123456789");
    let request = read_session_request(&document, &Region::ESTONIA).unwrap();
    let currency = request.currency();
    for version in ApiVersion::ALL {
        let body = version
            .encode(&Request::new(&request, &currency).unwrap())
            .unwrap();
        let text = String::from_utf8(body).unwrap();
        assert!(text.contains(":12345678901234.123456789,"), "{text}");
        assert!(text.contains(r#""amount":"31.3167""#), "{text}");
    }
}

#[test]
fn no_error_repeats_what_the_document_says() {
    let wrong: BTreeMap<&str, Value> = BTreeMap::from([
        ("customer_data", serde_json::json!("canary")),
        (
            "customer_contact_data",
            serde_json::json!({"email": "canary"}),
        ),
        ("user_ip", serde_json::json!({"canary": "canary"})),
        (
            "customer_address_data",
            serde_json::json!({"street": ["canary"]}),
        ),
        (
            "credit_application_data",
            serde_json::json!({"monthly_income": "canary"}),
        ),
        ("valid_until", serde_json::json!("canary")),
        ("total_amount", serde_json::json!("canary")),
        ("additional_data", serde_json::json!("fine")),
    ]);
    for (field, value) in wrong {
        let document = changed(|d| d[field] = value);
        match read_session_request(&document, &Region::ESTONIA) {
            Ok(_) => assert_eq!(field, "additional_data"),
            Err(error) => assert!(!format!("{error:?}").contains("canary"), "{error}"),
        }
    }
    let error = read_session_request("{\"canary", &Region::ESTONIA).unwrap_err();
    assert_eq!(error.field(), "document");
    assert!(!error.to_string().contains("canary"));
}

#[test]
fn a_rental_goes_out_in_v3_with_the_same_names_as_its_calculation() {
    let rental = &sent(RENTAL, ApiVersion::V3)["rentalApplicationData"];
    assert_eq!(rental["insuranceUsed"], false);
    assert_eq!(rental["grossTradeInAmount"], 80);
    assert_eq!(
        rental["assets"][0]["modelId"],
        "c1234c56-0000-1111-2222-f1bc23456e7a"
    );
    let camel = serde_json::to_string(&sent(RENTAL, ApiVersion::V3)).unwrap();
    assert_eq!(sent(&camel, ApiVersion::V2), sent(RENTAL, ApiVersion::V2));
    // As the table has it, and as the sample has it.
    let table = RENTAL
        .replace("grossTradeInAmount", "gross_trade_in_amount")
        .replace("grossCampaignDiscount", "gross_campaign_discount");
    assert_eq!(sent(&table, ApiVersion::V2), sent(RENTAL, ApiVersion::V2));
}

#[test]
fn a_rentals_prices_and_names_go_out_to_the_letter() {
    let request = read_session_request(RENTAL, &Region::ESTONIA).unwrap();
    assert!(request.total().is_none());
    let currency = request.currency();
    let body = ApiVersion::V2.encode(&Request::new(&request, &currency).unwrap());
    let text = String::from_utf8(body.unwrap()).unwrap();
    for part in [
        r#""net_price":31.3167"#,
        r#""net_price":332.5"#,
        r#"iPad 10.2\" 2021 WiFi 64GB - Space Grey"#,
        "iPad PRO 11'' Black*",
        r#""grossTradeInAmount":80"#,
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn the_guides_cart_is_read_in_either_spelling_and_insured_unless_it_says_no() {
    let cart = read_rental_request(CART, &Region::ESTONIA).unwrap();
    assert_eq!((cart.period.get(), cart.insurance_used), (24, true));
    assert_eq!(cart.hero().net_price.to_string(), "1000 EUR");
    assert_eq!((cart.hero().gross_price, cart.add_ons().len()), (None, 1));
    assert_eq!(cart.trade_in().unwrap().to_string(), "50 EUR");
    let snake = [
        "insuranceUsed",
        "grossTradeInAmount",
        "grossCampaignDiscount",
        "netPrice",
        "grossPrice",
        "modelId",
        "modelName",
        "categoryCode",
    ]
    .into_iter()
    .zip([
        "insurance_used",
        "gross_trade_in_amount",
        "gross_campaign_discount",
        "net_price",
        "gross_price",
        "model_id",
        "model_name",
        "category_code",
    ])
    .fold(CART.to_owned(), |cart, (camel, snake)| {
        assert!(cart.contains(camel));
        cart.replace(camel, snake)
    });
    assert_eq!(read_rental_request(&snake, &Region::ESTONIA).unwrap(), cart);
    let silent = altered(CART, |d| {
        d.as_object_mut().unwrap().remove("insuranceUsed");
    });
    assert!(
        read_rental_request(&silent, &Region::LATVIA)
            .unwrap()
            .insurance_used
    );
}

#[test]
fn what_is_wrong_with_a_cart_is_named_by_its_path() {
    let wrong = |change: &dyn Fn(&mut Value)| {
        let document = altered(CART, change);
        let error = read_rental_request(&document, &Region::ESTONIA).unwrap_err();
        error.field().to_owned()
    };
    let swapped = |d: &mut Value| d["assets"].as_array_mut().unwrap().reverse();
    assert_eq!(wrong(&swapped), "assets[0].type");
    let two_heroes = |d: &mut Value| d["assets"][1] = d["assets"][0].clone();
    assert_eq!(wrong(&two_heroes), "assets[1].type");
    assert_eq!(wrong(&|d| d["assets"] = serde_json::json!([])), "assets");
    assert_eq!(
        wrong(&|d| d["assets"][0]["typo"] = 1.into()),
        "assets[0].typo"
    );
    assert_eq!(wrong(&|d| d["typo"] = 1.into()), "typo");
    assert_eq!(wrong(&|d| d["period"] = 0.into()), "period");
    assert_eq!(wrong(&|d| d["period"] = 65_536.into()), "period");
    assert_eq!(
        wrong(&|d| d["assets"][0]["modelId"] = Value::Null),
        "assets[0].model_id"
    );
    for field in ["categoryCode", "modelName"] {
        assert_eq!(
            wrong(&|d| d["assets"][1][field] = Value::Null),
            format!("assets[1].{}", crate::dialect::to_snake_case(field))
        );
    }
    assert_eq!(
        wrong(&|d| d["assets"][1]["netPrice"] = "-1".into()),
        "assets[1].net_price"
    );
    assert_eq!(
        wrong(&|d| d["assets"][1]["netPrice"] = "80,".into()),
        "assets[1].net_price"
    );
    assert_eq!(
        wrong(&|d| d["grossTradeInAmount"] = (-1).into()),
        "gross_trade_in_amount"
    );
}

#[test]
fn a_session_has_a_total_or_a_rental_and_a_rental_has_a_description() {
    let wrong = |change: &dyn Fn(&mut Value)| {
        let document = altered(RENTAL, change);
        let error = read_session_request(&document, &Region::ESTONIA).unwrap_err();
        error.field().to_owned()
    };
    assert_eq!(wrong(&|d| d["total_amount"] = 100.into()), "total_amount");
    let neither = |d: &mut Value| d["rental_application_data"] = Value::Null;
    assert_eq!(wrong(&neither), "total_amount");
    let bare = |d: &mut Value| d["purchase"]["description"] = Value::Null;
    assert_eq!(wrong(&bare), "purchase.description");
    assert_eq!(wrong(&|d| d["currency"] = "PLN".into()), "currency");
    assert_eq!(
        wrong(&|d| d["rental_application_data"]["assets"][1]["type"] = "MODEL_BASED".into()),
        "rental_application_data.assets[1].type"
    );
    assert_eq!(
        wrong(&|d| d["rental_application_data"]["assets"][0]["typo"] = 1.into()),
        "rental_application_data.assets[0].typo"
    );
}
