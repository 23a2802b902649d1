//! The files in `examples/deploy` go together.

use inbank_service::Config;

const SETTINGS: &str = include_str!("../../../../examples/deploy/inbank.toml");
const VARIABLES: &str = include_str!("../../../../examples/deploy/environment.example");
const CONTAINER: &str = include_str!("../../../../examples/deploy/Containerfile");
const TOOLCHAIN: &str = include_str!("../../../../rust-toolchain.toml");

#[test]
fn the_settings_are_read_with_the_variables_that_stand_beside_them() {
    let held = |name: &str| {
        let named = VARIABLES.lines().any(|line| line == format!("{name}="));
        let value = match name {
            "MAIN_SHOP_UUID" => "a93f1f44-d5dd-4469-bfcc-c1de9e969213",
            "MAIN_WEBHOOK_SECRET" => "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            _ => "something-that-is-long-enough",
        };
        named.then(|| value.to_owned())
    };
    let config = Config::read(SETTINGS, held).unwrap();
    assert_eq!(config.shops.len(), 1);
}

#[test]
fn the_container_is_built_with_the_promised_rust() {
    let channel = TOOLCHAIN
        .lines()
        .find_map(|line| line.strip_prefix("channel = \""));
    let channel = channel.unwrap().trim_end_matches('"');
    let minor = channel.rsplit_once('.').unwrap().0;
    assert!(CONTAINER.contains(&format!("FROM rust:{minor}-")));
}
