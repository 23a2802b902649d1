//! Shops whose keys are in a file that the call names.

use std::fs;

use axum::http::StatusCode;
use inbank_service::SecretsFolder;

use crate::Service;

const PATH: &str = "/v1/shops/outlet";

fn outlet(file: &str) -> String {
    format!(
        r#"{{"region":"latvia","shop_uuid":"a93f1f44-d5dd-4469-bfcc-c1de9e969213","base_url":"http://127.0.0.1:1",
        "api_keys_file":"{file}"}}"#
    )
}

#[tokio::test]
async fn a_file_outside_the_folder_is_not_read_and_nothing_is_repeated_of_one_inside() {
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("secrets");
    fs::create_dir(&folder).unwrap();
    for (name, content) in [
        ("secrets/outlet", "key-of-the-outlet,former-key\n"),
        ("secrets/tokens", "canary"),
        ("secrets/commas", " , "),
        ("secrets/lines", "canary\ncanary"),
        ("outside", "canary"),
    ] {
        fs::write(around.path().join(name), content).unwrap();
    }
    let own = folder.join("tokens");
    let service = Service::reading(SecretsFolder::new(&folder, [own])).await;
    let outside = around.path().join("outside");
    for file in [
        "../outside",
        outside.to_str().unwrap(),
        "none",
        "tokens",
        "commas",
        "",
        "lines",
    ] {
        let answer = service.put(PATH, &outlet(file)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{file}");
        assert_eq!(answer.body["field"], "api_keys_file", "{}", answer.text);
        assert!(!answer.text.contains("canary"), "{}", answer.text);
    }
    let order = format!("{PATH}/orders/1001");
    let missing = "there is no such shop for this token";
    assert_eq!(service.get(&order).await.body["detail"], missing);
    let set = service.put(PATH, &outlet("outlet")).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.text);
    assert!(!set.text.contains("key-of"));
    let there = service.get(&order).await.body["detail"].to_string();
    assert!(there.contains("no such order"), "{there}");
    let keys = format!("{PATH}/keys");
    for (body, status) in [
        (r#"{"api_keys_file":"outlet"}"#, StatusCode::OK),
        (
            r#"{"api_keys_file":"none"}"#,
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            r#"{"api_keys_file":"outlet","api_keys":["x"]}"#,
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            r#"{"api_keys_file":"outlet","api_keys_env":"INBANK_SHOP_X"}"#,
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ] {
        let answer = service.post(&keys, body).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text);
    }
}

#[tokio::test]
async fn without_a_folder_no_call_has_a_file_read() {
    let service = Service::new().await;
    let answer = service.put(PATH, &outlet("outlet")).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
    let detail = answer.body["detail"].as_str().unwrap();
    assert!(detail.contains("set secrets_folder"), "{detail}");
}
