use std::sync::{Arc, LazyLock};

use inbank::http::{ApiVersion, PartnerApi, RegionProfile, RetryPolicy, Site};
use inbank::{ApiKey, Bank, Shop, ShopId};
use inbank_testkit::{Effects, FakeBank, SimProcess};

use super::around::Around;
use super::bank::Caller;
use super::books::{Books, FakeBooks, SandboxBooks};
use super::fleet::{REGION, shop_name};
use super::lender::Lender;
use super::plan::Dialect;
use super::wire::Wire;

/// Where a shop's bank is asked: at its ports, or by HTTP requests and answers.
#[derive(Clone)]
pub(super) enum Desk {
    Ports(Arc<FakeBooks>),
    Wire(Dialect, Arc<SandboxBooks>),
}

/// Nothing is sent with it: a client costs more to make than a whole run.
static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(reqwest::Client::new);

impl Desk {
    pub(super) fn new(shop: usize, around: &Around) -> Self {
        let setting = &around.setting;
        if let Some(dialect) = setting.dialect {
            let seed = shop as u64 + 1;
            return Self::Wire(dialect, SandboxBooks::new(seed, around.now(), setting));
        }
        let fake = Arc::new(FakeBank::new(REGION));
        if setting.effect_seconds > 0 {
            fake.set_effects(Effects::WhenSettled);
        }
        Self::Ports(Arc::new(FakeBooks::new(fake)))
    }

    pub(super) fn books(&self) -> Arc<dyn Books> {
        match self {
            Self::Ports(books) => books.clone(),
            Self::Wire(_, books) => books.clone(),
        }
    }

    /// The shop, as one process reaches its bank.
    pub(super) fn shop(&self, lender: Arc<Lender>, life: u32, sim: &SimProcess) -> Shop {
        let name = shop_name(lender.shop);
        match self {
            Self::Ports(books) => {
                let caller = Arc::new(Caller::new(lender, books.fake.clone(), life));
                let host = format!("bank-of-{name}");
                let bank = Bank::new(REGION, host, [name.clone()], caller.clone());
                Shop::at(name, bank.with_all(caller))
            }
            Self::Wire(dialect, books) => {
                let (id, key) = (books.sandbox.shop(), books.sandbox.api_key());
                let wire = Wire::new(lender, books.clone(), life);
                let api = PartnerApi::builder(
                    &RegionProfile::ESTONIA,
                    ShopId::parse(id).unwrap(),
                    ApiKey::parse(key).unwrap(),
                );
                let version = match dialect {
                    Dialect::V2 => ApiVersion::V2,
                    Dialect::V3 => ApiVersion::V3,
                };
                let api = api
                    .version(version)
                    .site(Site::parse("https://bank.example").unwrap())
                    .client(CLIENT.clone())
                    .transport(Arc::new(wire))
                    .clock(Arc::new(sim.clone()))
                    // The pauses of retries are random, and not the run's.
                    .retry(RetryPolicy::NONE);
                Shop::new(name, REGION, id, key).with_api(api.build().unwrap())
            }
        }
    }
}
