use inbank::ShopName;

use super::*;
use crate::Scope;

const FILE: &str = r#"
public_url = "https://pay.example.com"
api_tokens_env = "TOKENS"

[[tokens]]
env = "READER"
scope = "read"
shops = ["main"]

[[shops]]
id = "main"
region = "estonia"
environment = "demo"
api_version = "v3"
base_url = "http://127.0.0.1:8480"
shop_uuid_env = "UUID"
api_keys_env = "KEYS"
return_url = "https://shop.example.com/orders/{order_reference}"
"#;

fn environment(name: &str) -> Option<String> {
    let held = match name {
        "TOKENS" => "first-token-of-many, second-token-of-many",
        "READER" => "token-for-reading-only",
        "UUID" => "a93f1f44-d5dd-4469-bfcc-c1de9e969213",
        "KEYS" => "former-key,key-of-today",
        "SHORT" => "short",
        "ODD" => "first-token-öf-many",
        "BAD" => "not an id",
        "EMPTY" => " , ",
        _ => return None,
    };
    Some(held.to_owned())
}

fn error(text: &str) -> String {
    Config::read(text, environment).unwrap_err().to_string()
}

#[test]
fn a_whole_file_is_read() {
    let config = Config::read(FILE, environment).unwrap();
    assert_eq!(config.shops.len(), 1);
    for token in ["first-token-of-many", "second-token-of-many"] {
        assert!(config.tokens.find(token).unwrap().may(Scope::Admin));
    }
    let reader = config.tokens.find("token-for-reading-only").unwrap();
    assert!(!reader.may(Scope::Write));
    assert!(!reader.sees(&ShopName::parse("other").unwrap()));
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    for (from, to, says) in [
        (
            "environment = \"demo\"",
            "environment = \"test\"",
            "line 13: environment",
        ),
        (
            "region = \"estonia\"",
            "region = \"finland\"",
            "line 12: region must be one of",
        ),
        ("id = \"main\"\n", "", "line 10: "),
        ("\"v3\"", "\"v4\"", "line 14: api_version"),
        ("http://127", "ftp://127", "line 15: base_url"),
        (
            "\"UUID\"",
            "\"NONE\"",
            "line 16: shop_uuid_env: the variable NONE is not set",
        ),
        (
            "\"UUID\"",
            "\"A KEY=1\"",
            "line 16: shop_uuid_env must be the name of a variable",
        ),
        (
            "\"TOKENS\"",
            "\"\"",
            "line 3: api_tokens_env must be the name of a variable",
        ),
        (
            "https://pay.example.com",
            "http://12=.0.1.1:8080",
            "line 2: public_url must be an address that a browser can open",
        ),
        (
            "pay.example.com",
            "pay.example.com/?x=1",
            "line 2: public_url must have neither query nor fragment",
        ),
        (
            "pay.example.com",
            "pay.example.com/{x}",
            "line 2: public_url must have no braces",
        ),
        ("\"UUID\"", "\"BAD\"", "line 16: shop_uuid_env: BAD "),
        (
            "\"KEYS\"",
            "\"EMPTY\"",
            "line 17: api_keys_env: EMPTY holds nothing",
        ),
        (
            "\"TOKENS\"",
            "\"SHORT\"",
            "line 3: api_tokens_env: SHORT has a token that can be guessed",
        ),
        (
            "\"TOKENS\"",
            "\"ODD\"",
            "line 3: api_tokens_env: ODD has a token that no header can carry",
        ),
        ("[\"main\"]", "[\"a_b\"]", "line 8: shops"),
        (
            "scope = \"read\"",
            "scope = \"look\"",
            "line 7: scope must be",
        ),
        (
            "return_url",
            "return_uri",
            "line 18: unknown field `return_uri`",
        ),
        ("public_url = ", "public_url ", "line 2: "),
        (
            "https://pay",
            "http://pay",
            "line 2: public_url must be https",
        ),
        (
            "environment = \"demo\"",
            "environment = \"live\"",
            "line 15: base_url is of this machine",
        ),
    ] {
        let says_now = error(&FILE.replacen(from, to, 1));
        assert!(says_now.starts_with(says), "{from} -> {to}: {says_now}");
    }
}

#[test]
fn plain_http_is_for_this_machine() {
    for url in [
        "http://127.0.0.1:8080",
        "http://localhost/x",
        "http://[::1]:1",
    ] {
        let text = FILE.replacen("https://pay.example.com", url, 1);
        assert_eq!(Config::read(&text, environment).unwrap().public_url, url);
    }
}

#[test]
fn a_token_that_stands_twice_is_refused() {
    let text = FILE.replacen("\"READER\"", "\"TOKENS\"", 1);
    assert!(
        error(&text).starts_with("a token stands twice"),
        "{}",
        error(&text)
    );
}

#[test]
fn no_value_of_a_variable_is_repeated() {
    for text in [
        FILE.replacen("\"UUID\"", "\"BAD\"", 1),
        FILE.replacen("\"TOKENS\"", "\"SHORT\"", 1),
    ] {
        let says = error(&text);
        assert!(
            !says.contains("short") && !says.contains("not an id"),
            "{says}"
        );
    }
}

#[test]
fn a_file_in_which_nobody_may_call_is_refused() {
    let text = FILE.replacen("api_tokens_env = \"TOKENS\"\n", "", 1);
    let (before, after) = text.split_once("[[tokens]]").unwrap();
    let (_, shops) = after.split_once("[[shops]]").unwrap();
    assert!(error(&format!("{before}[[shops]]{shops}")).starts_with("nobody may call"));
}

#[test]
fn a_file_may_leave_all_shops_to_calls() {
    let (without, _) = FILE.split_once("[[shops]]").unwrap();
    let config = Config::read(without, environment).unwrap();
    assert!(config.shops.is_empty());
    let outlet = without.replacen("\"main\"", "\"outlet\"", 1);
    let config = Config::read(&outlet, environment).unwrap();
    let reader = config.tokens.find("token-for-reading-only").unwrap();
    assert!(reader.sees(&ShopName::parse("outlet").unwrap()));
    assert!(!reader.sees(&ShopName::parse("main").unwrap()));
    let nameless = without.replacen("\"main\"", "\"\"", 1);
    assert!(error(&nameless).starts_with("line 8: shops "));
}

#[test]
fn a_token_may_be_of_a_shop_that_a_call_adds() {
    let text = FILE.replace("[\"main\"]", "[\"outlet\"]");
    let config = Config::read(&text, environment).unwrap();
    let reader = config.tokens.find("token-for-reading-only").unwrap();
    let sees = |name| reader.sees(&ShopName::parse(name).unwrap());
    assert!(sees("outlet") && !sees("main"));
}

#[test]
fn two_shops_of_one_name_are_refused_by_the_second_ones_line() {
    let (_, shop) = FILE.split_once("[[shops]]").unwrap();
    let text = format!("{FILE}[[shops]]{shop}");
    assert_eq!(error(&text), "line 20: id: another [[shops]] has it");
}
