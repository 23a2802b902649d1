//! Shops, added and removed while the service runs.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use inbank::{Invalid, ShopName};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::body::Sent;
use super::caller::{Caller, Named, ShopPath};
use super::problem::{Problem, Problems};
use crate::shops::{KeySource, Settings};

/// A shop, as the bank knows it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ShopSetting {
    #[schema(example = "estonia")]
    region: String,
    /// `demo` or `live`; `demo` unless given.
    environment: Option<String>,
    /// `v2` or `v3`; the region's own unless given.
    api_version: Option<String>,
    /// A sandbox, a proxy; the bank's own unless given.
    base_url: Option<String>,
    /// The shop's identifier at the bank.
    #[schema(example = "a93f1f44-d5dd-4469-bfcc-c1de9e969213")]
    shop_uuid: String,
    /// Its keys at the bank, kept encrypted: the first signs and sends, all verify.
    api_keys: Option<Vec<String>>,
    /// Or the variable of the service's environment that holds them, separated by commas; its name begins with `INBANK_SHOP_`.
    api_keys_env: Option<String>,
    /// Or the name of a file in the service's `secrets_folder` that does.
    api_keys_file: Option<String>,
    /// Where customers are sent on to.
    #[schema(example = "https://shop.example.com/orders/{order_reference}")]
    return_url: Option<String>,
}

/// A shop's keys at the bank, all of them: the first signs and sends, all verify.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeySetting {
    /// Kept encrypted.
    api_keys: Option<Vec<String>>,
    /// Or the variable of the service's environment that holds them.
    api_keys_env: Option<String>,
    /// Or the name of a file in the service's `secrets_folder` that does. It is read now, and when a process starts.
    api_keys_file: Option<String>,
}

/// A shop that was set.
#[derive(Serialize, ToSchema)]
pub(super) struct ShopAnswer {
    shop: String,
}

/// Adds a shop, or changes it. Every process takes it up within seconds.
#[utoipa::path(put, operation_id = "set_shop", path = "/v1/shops/{shop}", tag = "shops", params(ShopPath),
    request_body = ShopSetting,
    responses((status = 200, description = "It is set", body = ShopAnswer),
        Problems))]
pub(super) async fn set(
    State(api): State<Shared>,
    caller: Caller,
    Named(path): Named<ShopPath>,
    body: Sent,
) -> Result<Json<ShopAnswer>, Problem> {
    let shop = caller.founds(&path.shop)?;
    let setting: ShopSetting = body.json()?;
    let keys = source(
        setting.api_keys,
        setting.api_keys_env,
        setting.api_keys_file,
    )?;
    let settings = Settings {
        region: setting.region,
        environment: setting.environment,
        api_version: setting.api_version,
        base_url: setting.base_url,
        shop_uuid: setting.shop_uuid,
        return_url: setting.return_url,
        api_keys_env: None,
        api_keys_file: None,
    };
    let by = caller.entry("shop.set", &shop);
    api.shops.set(&shop, settings, keys, &by).await?;
    Ok(answer(&shop))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Removal {
    /// Removes it although it has open orders.
    #[serde(default)]
    force: bool,
}

/// Removes a shop that a call has added, with its webhook. Its orders stay in the ledger, and are worked on again once it is added
/// again: while some are open it is refused with 409, unless `force` is true.
#[utoipa::path(delete, operation_id = "remove_shop", path = "/v1/shops/{shop}", tag = "shops", params(ShopPath, Removal),
    responses((status = 204, description = "It is removed"),
        Problems))]
pub(super) async fn remove(
    State(api): State<Shared>,
    caller: Caller,
    Named(path): Named<ShopPath>,
    removal: Result<Query<Removal>, QueryRejection>,
) -> Result<StatusCode, Problem> {
    let Query(removal) = removal.map_err(|_| Problem::of_query())?;
    let shop = caller.founds(&path.shop)?;
    let by = caller.entry("shop.remove", &shop);
    api.shops.remove(&shop, removal.force, None, &by).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes a shop's keys at the bank. To change without a pause, give the new one first and the former behind it, and a day after the
/// bank has withdrawn the former the new one alone.
#[utoipa::path(post, path = "/v1/shops/{shop}/keys", tag = "shops", params(ShopPath),
    request_body = KeySetting,
    responses((status = 200, description = "They are changed", body = ShopAnswer),
        Problems))]
pub(super) async fn change_keys(
    State(api): State<Shared>,
    caller: Caller,
    Named(path): Named<ShopPath>,
    body: Sent,
) -> Result<Json<ShopAnswer>, Problem> {
    let shop = caller.administers(&path.shop)?;
    let setting: KeySetting = body.json()?;
    let keys = source(
        setting.api_keys,
        setting.api_keys_env,
        setting.api_keys_file,
    )?;
    let by = caller.entry("shop.keys", &shop);
    api.shops.change_keys(&shop, keys, None, &by).await?;
    Ok(answer(&shop))
}

fn source(
    given: Option<Vec<String>>,
    variable: Option<String>,
    file: Option<String>,
) -> Result<KeySource, Invalid> {
    match (given, variable, file) {
        (Some(keys), None, None) => Ok(KeySource::Given(keys)),
        (None, Some(name), None) => Ok(KeySource::Variable(name)),
        (None, None, Some(name)) => Ok(KeySource::File(name)),
        _ => {
            let problem = "must be there, or api_keys_env or api_keys_file, and one of them alone";
            Err(Invalid::new("api_keys", problem))
        }
    }
}

fn answer(shop: &ShopName) -> Json<ShopAnswer> {
    Json(ShopAnswer {
        shop: shop.to_string(),
    })
}
