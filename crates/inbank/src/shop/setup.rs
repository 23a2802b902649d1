use inbank_adapters_http::{ApiVersion, Environment};
use inbank_domain::Region;

/// How a shop of a platform is set up, for people to look at. No key is in it.
///
/// ```no_run
/// # fn example(platform: &inbank::Platform) {
/// if let Some(setup) = platform.setup("main") {
///     println!("{} at {}, keys {:?}", setup.region.name, setup.host, setup.keys);
/// }
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ShopSetup {
    /// The region.
    pub region: Region,
    /// The bank's servers.
    pub host: String,
    /// Which of the bank's environments it is in; none where the connection was set up by hand, and for a shop at another lender.
    pub environment: Option<Environment>,
    /// The servers, where they were named instead of the environment's own: a sandbox, a proxy.
    pub base_url: Option<String>,
    /// The version of the API; none for a shop at another lender.
    pub api_version: Option<ApiVersion>,
    /// The shop's identifier at the bank; none for a shop at another lender.
    pub shop_uuid: Option<String>,
    /// What tells its keys apart, the first signs and sends: the first 16 hexadecimal digits of a key's SHA-256.
    pub keys: Vec<String>,
    /// The page of the shop to which customers are sent on.
    pub return_url: Option<String>,
}
