//! Shops that two people, or a person and a call, change in the same moment, in one process or in two.

use axum::http::{Method, StatusCode};

use super::{Browser, CHANGE, OUTLET, fingerprint};
use crate::sending::House;
use crate::{ADMIN, answered};

#[tokio::test]
async fn keys_that_were_changed_in_another_process_are_changed_by_nobody_who_has_not_seen_it() {
    let house = House::new().await;
    let first = house.start().await;
    let here = Browser::at(&first.router, ADMIN).await;
    let added = here.does("/console/shop/add", &OUTLET).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
    let second = house.start().await;
    let there = Browser::at(&second.router, ADMIN).await;
    let change = "/console/shop/change?shop=outlet&change=keys";
    let asked = there.get(change).await;
    let about = [
        ("shop", "outlet"),
        ("change", "keys"),
        ("reason", "rotated"),
    ];
    let [shop, keys, why] = about;
    let theirs = [shop, keys, why, ("keys", "new-key-of-the-outlet")];
    let changed = here.does(change, &theirs).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text);
    let own = [
        shop,
        keys,
        why,
        ("keys", "next-key-of-the-outlet"),
        ("form", asked.hidden("form")),
        ("once", asked.hidden("once")),
        ("view", asked.hidden("view")),
    ];
    let refused = there.post("/console/shop/change", &own).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    // `printf new-key-of-the-outlet | sha256sum`.
    let shown = "29ad2087bccc5e0e";
    assert!(refused.text.contains(shown), "{}", refused.text);
    first.stop().await;
    second.stop().await;
}

#[tokio::test]
async fn of_two_changes_of_the_same_keys_in_one_moment_one_is_taken() {
    let house = House::new().await;
    let first = house.start().await;
    let here = Browser::at(&first.router, ADMIN).await;
    let added = here.does("/console/shop/add", &OUTLET).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
    let second = house.start().await;
    let there = Browser::at(&second.router, ADMIN).await;
    for round in 0..8 {
        // Both in one process, and each in its own.
        let other = if round % 2 == 0 { &here } else { &there };
        let own = here
            .asked_for_keys(&format!("key-{round}-of-the-one"))
            .await;
        let others = other
            .asked_for_keys(&format!("key-{round}-of-the-other"))
            .await;
        let (one, another) =
            tokio::join!(here.post_all(CHANGE, &own), other.post_all(CHANGE, &others));
        let mut statuses = [one.status, another.status];
        statuses.sort();
        let says = format!("{round}: {} {}", one.text, another.text);
        assert_eq!(
            statuses,
            [StatusCode::SEE_OTHER, StatusCode::CONFLICT],
            "{says}"
        );
        assert!(says.contains("The shop was changed since this page was shown"));
        // Who was refused has changed nothing, in no process.
        let won = if one.status == StatusCode::SEE_OTHER {
            "one"
        } else {
            "other"
        };
        let print = fingerprint(&format!("key-{round}-of-the-{won}"));
        for browser in [&here, &there] {
            let shop = browser.get("/console/shop?shop=outlet").await;
            assert!(shop.text.contains(&print), "{round}: {}", shop.text);
        }
    }
    let audit = here.get("/console/audit").await;
    assert_eq!(audit.text.matches("shop.keys").count(), 8, "{}", audit.text);
    first.stop().await;
    second.stop().await;
}

#[tokio::test]
async fn of_a_change_of_keys_and_a_removal_in_one_moment_one_is_taken() {
    let house = House::new().await;
    let first = house.start().await;
    let here = Browser::at(&first.router, ADMIN).await;
    for round in 0..8 {
        let added = here.does("/console/shop/add", &OUTLET).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
        let second = house.start().await;
        let there = Browser::at(&second.router, ADMIN).await;
        let (one, other) = if round % 2 == 0 {
            (&here, &there)
        } else {
            (&there, &here)
        };
        let change = one.asked_for_keys(&format!("key-{round}-of-the-one")).await;
        let removal = other.asked_for("remove", "").await;
        let (changed, removed) = tokio::join!(
            one.post_all(CHANGE, &change),
            other.post_all(CHANGE, &removal)
        );
        let mut statuses = [changed.status, removed.status];
        statuses.sort();
        assert_eq!(
            statuses,
            [StatusCode::SEE_OTHER, StatusCode::CONFLICT],
            "{round}: {} {}",
            changed.text,
            removed.text
        );
        if removed.status == StatusCode::CONFLICT {
            let again = other.asked_for("remove", "").await;
            let removed = other.post_all(CHANGE, &again).await;
            assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.text);
        }
        second.stop().await;
        // What was removed elsewhere is taken up within seconds, and by a call at once.
        let none = answered(
            &first.router,
            Method::POST,
            "/v1/shops/outlet/keys",
            ADMIN,
            Some(r#"{"api_keys":["key-of-nothing-at-all"]}"#),
        )
        .await;
        assert_eq!(none.status, StatusCode::NOT_FOUND, "{}", none.text);
    }
    first.stop().await;
}

#[tokio::test]
async fn what_a_call_replaces_is_audited_as_another_process_has_set_it() {
    let house = House::new().await;
    let (first, second) = (house.start().await, house.start().await);
    let here = Browser::at(&first.router, ADMIN).await;
    let added = here.does("/console/shop/add", &OUTLET).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
    let path = "/v1/shops/outlet";
    let put = async |router, key: &str| {
        let body = format!(
            r#"{{"region":"latvia","shop_uuid":"{}","base_url":"http://127.0.0.1:1","api_keys":["{key}"]}}"#,
            OUTLET[2].1
        );
        let set = answered(router, Method::PUT, path, ADMIN, Some(&body)).await;
        assert_eq!(set.status, StatusCode::OK, "{}", set.text);
    };
    let keys = ["second-key-of-it", "third-key-of-it", "fourth-key-of-it"];
    put(&second.router, keys[0]).await;
    put(&first.router, keys[1]).await;
    put(&second.router, keys[2]).await;
    let removed = answered(&first.router, Method::DELETE, path, ADMIN, None).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT, "{}", removed.text);
    put(&second.router, keys[0]).await;
    // Also once it is there no more.
    let audit = here.get("/console/audit?shop=outlet").await.text;
    let prints = ["key-of-the-outlet", keys[0], keys[1], keys[2]].map(fingerprint);
    for pair in prints.windows(2) {
        let says = format!("shop.set {} → {}", pair[0], pair[1]);
        assert!(audit.contains(&says), "{says}: {audit}");
    }
    assert_eq!(audit.matches("→").count(), 3, "{audit}");
    first.stop().await;
    second.stop().await;
}
