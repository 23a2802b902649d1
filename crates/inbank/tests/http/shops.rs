use std::sync::Arc;

use axum::http::StatusCode;
use inbank::http::{ApiVersion, Environment, PartnerApi, RegionProfile, callback_form};
use inbank::{BuildError, Region, Shop, ShopError, ShopId};
use inbank_testkit::FakeBank;

use crate::house::{House, MESSAGE, NOW, key};

const UUID: &str = "a93f1f44-d5dd-4469-bfcc-c1de9e969213";
const OTHER: &str = "b93f1f44-d5dd-4469-bfcc-c1de9e969213";

fn shop(name: &str, uuid: &str, key: &str) -> Shop {
    Shop::new(name, Region::ESTONIA, uuid, key)
}

#[tokio::test]
async fn two_shops_with_one_identifier_or_one_key_are_refused() {
    let platform = House::new().await.platform;
    platform.add_shop(shop("first", UUID, "a-key")).unwrap();
    for twin in [
        shop("second", UUID, "another-key"),
        shop("second", OTHER, "a-key"),
        shop("second", OTHER, "another-key").with_further_key("a-key"),
    ] {
        let refused = platform.add_shop(twin).unwrap_err();
        let same = matches!(refused, BuildError::Shop(ShopError::SameIdentity(..)));
        assert!(same, "{refused}");
        assert!(!format!("{refused} {refused:?}").contains("a-key"));
    }
    let refused = platform.add_shop(shop("first", OTHER, "another-key"));
    let refused = refused.unwrap_err();
    assert!(matches!(refused, BuildError::Shop(ShopError::SameName(_))));
    platform
        .add_shop(shop("second", OTHER, "another-key"))
        .unwrap();
}

#[tokio::test]
async fn how_a_shop_is_set_up_can_be_shown_and_has_no_key_in_it() {
    let platform = House::new().await.platform;
    let live = shop("live", UUID, "a-key")
        .with_further_key("another-key")
        .with_return_url("https://shop.example/orders/{order_reference}");
    platform.add_shop(live.live()).unwrap();
    let setup = platform.setup("live").unwrap();
    assert_eq!(setup.region, Region::ESTONIA);
    assert_eq!(setup.environment, Some(Environment::Live));
    assert_eq!(setup.api_version, Some(ApiVersion::V2));
    assert_eq!(setup.shop_uuid.as_deref(), Some(UUID));
    // `printf a-key | sha256sum`.
    assert_eq!(setup.keys, ["2a8a1240f5063665", "dfc42b5169264b06"]);
    assert!(!format!("{setup:?}").contains("a-key"));
    let sandboxed = shop("sandboxed", OTHER, "third-key").with_base_url("http://127.0.0.1:1");
    platform.add_shop(sandboxed).unwrap();
    let setup = platform.setup("sandboxed").unwrap();
    assert_eq!(setup.environment, Some(Environment::Demo));
    assert_eq!(setup.base_url.as_deref(), Some("http://127.0.0.1:1"));
    assert_eq!(setup.return_url, None);
    let fake = Arc::new(FakeBank::new(Region::LATVIA));
    platform.add_shop(Shop::at("lent", fake.ports())).unwrap();
    let lent = platform.setup("lent").unwrap();
    assert_eq!(lent.region, Region::LATVIA);
    assert!(lent.keys.is_empty() && lent.api_version.is_none());
    assert!(platform.remove_shop("lent") && platform.setup("lent").is_none());
}

/// Otherwise a shop is taken for live, or for one at the sandbox, and is not.
#[tokio::test]
async fn a_setting_that_would_do_nothing_is_refused_by_its_name() {
    let platform = House::new().await.platform;
    let uuid = ShopId::parse(UUID).unwrap();
    let api = PartnerApi::builder(&RegionProfile::ESTONIA, uuid, key("own")).build();
    let api = api.unwrap();
    let fake = Arc::new(FakeBank::new(Region::ESTONIA));
    let lenders = || Shop::at("second", fake.ports());
    let by_hand = || shop("second", UUID, key("own").expose()).with_api(api.clone());
    let latvian = Shop::new("second", Region::LATVIA, UUID, key("own").expose());
    for (setting, shop) in [
        ("environment", lenders().live()),
        ("api_version", lenders().with_version(ApiVersion::V3)),
        ("base_url", lenders().with_base_url("https://bank.example")),
        ("api_key", lenders().with_further_key("another-key")),
        ("api", lenders().with_api(api.clone())),
        ("environment", by_hand().live()),
        ("api_version", by_hand().with_version(ApiVersion::V3)),
        ("base_url", by_hand().with_base_url("https://bank.example")),
        ("region", latvian.with_api(api.clone())),
    ] {
        let refused = platform.add_shop(shop).unwrap_err();
        let named = matches!(&refused, BuildError::Invalid(invalid) if invalid.field() == setting);
        assert!(named, "{setting}: {refused}");
    }
    platform.add_shop(by_hand()).unwrap();
}

#[tokio::test]
async fn a_shop_that_is_taken_away_is_not_found_and_comes_back_with_another_key() {
    let house = House::new().await;
    assert!(house.platform.remove_shop("main"));
    assert!(house.platform.shop("main").is_err());
    let path = house.path("callbacks");
    let signed = |name| callback_form(&key(name), NOW, MESSAGE).unwrap();
    let answer = house.send("POST", &path, signed("new")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let newer = key("newer");
    house
        .platform
        .add_shop(shop("main", UUID, newer.expose()))
        .unwrap();
    let answer = house.send("POST", &path, signed("new")).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let both = shop("main", UUID, newer.expose()).with_further_key(key("new").expose());
    house.platform.replace_shop(both).unwrap();
    for name in ["new", "newer"] {
        let answer = house.send("POST", &path, signed(name)).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}");
    }
}
