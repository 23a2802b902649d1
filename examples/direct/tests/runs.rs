//! From submission to an active contract, at a sandbox.

use std::sync::Arc;

use example_direct::{Form, Next, done, submit};
use inbank::{Action, Platform, Region, Shop};
use inbank_sandbox::Sandbox;
use inbank_testkit::{MemoryLedger, RecordingSink};

#[tokio::test]
async fn an_application_becomes_an_active_contract() {
    let sandbox = Sandbox::builder(inbank_sandbox::Region::Estonia).instant();
    let sandbox = sandbox.start().await.unwrap();
    let sink = Arc::new(RecordingSink::new());
    let shop = Shop::new("main", Region::ESTONIA, sandbox.shop(), sandbox.api_key())
        .with_base_url(sandbox.base_url());
    let platform = Platform::builder()
        // No callback comes here: the bank is polled.
        .public_url("http://127.0.0.1:9")
        .ledger(Arc::new(MemoryLedger::new()))
        .event_sink(sink.clone())
        .shop(shop)
        .build()
        .await
        .unwrap();
    let worker = platform.clone();
    tokio::spawn(async move { worker.run(std::future::pending()).await });
    let told = || {
        let events = sink.events("1001").into_iter();
        events
            .map(|event| event.kind.to_string())
            .collect::<Vec<_>>()
    };

    let order = platform.shop("main").unwrap().order("1001");
    let form = Form {
        identity_code: "38001085718",
        first_name: "Mari",
        last_name: "Maasikas",
        email: "mari@example.com",
        mobile: "+37253630000",
        months: 12,
    };
    let next = submit(&order, "499.90", &form).await.unwrap();
    assert!(matches!(next, Next::Wait));
    // The bank decides at once here, and would be asked again by the worker if it did not.
    sink.delivered(1).await;
    assert_eq!(told(), ["action_wanted: offer"]);
    done(&order, Action::Offer).await.unwrap();
    sink.delivered(2).await;
    assert_eq!(told()[1..], ["action_wanted: signature"]);
    done(&order, Action::Signature).await.unwrap();
    sink.delivered(3).await;
    assert_eq!(told()[2..], ["paid"]);
}
