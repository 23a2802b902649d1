//! The shop, with a customer and the bank.

use inbank::{Region, Shop};
use inbank_sandbox::Sandbox;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

async fn post(address: std::net::SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("POST {path} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_customer_pays_and_the_shop_delivers() {
    let builder = Sandbox::builder(inbank_sandbox::Region::Estonia).instant();
    let bank = builder.start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shop = Shop::new("main", Region::ESTONIA, bank.shop(), bank.api_key());
    let shop = shop.with_base_url(bank.base_url());
    let database = format!("sqlite:{}/inbank.db", folder.path().display());
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(async move {
        let stop = async move { stopped.await.unwrap_or_default() };
        let url = format!("http://{address}/inbank");
        example_shop::serve(shop, url, database, listener, stop)
            .await
            .unwrap();
    });
    let answer = post(address, "/orders/1001/pay").await;
    assert!(answer.contains("/session/"), "{answer}");
    bank.customer_applies(bank.sessions()[0]).unwrap();
    bank.idle().await;
    let mut answer = String::new();
    for _ in 0..1000 {
        answer = post(address, "/orders/1001/deliver").await;
        if answer.contains("Done") {
            break;
        }
    }
    assert!(answer.contains("Done(Paid)"), "{answer}");
    let answer = post(address, "/orders/1001/give-up").await;
    assert!(answer.contains("Refused"), "{answer}");
    stop.send(()).unwrap();
    serving.await.unwrap();
}
