use axum::http::StatusCode;
use inbank::http::callback_form;
use inbank::{BuildError, Region, Shop, ShopError};

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
