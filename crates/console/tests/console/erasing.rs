use axum::http::StatusCode;

use inbank_ports::{AuditEntry, AuditLog as _, Clock as _};

use crate::house::{ADMIN, House, OTHER, READER, shop};

const ORDER: &str = "/console/order?shop=main&reference=1001";

#[tokio::test]
async fn an_order_is_erased_with_what_stays_and_why_once_nothing_of_it_lives() {
    const ERASE: &str = "/console/order/erase";
    let house = House::new();
    house.waiting("1001").await;
    let mut browser = house.signed_in(ADMIN).await;
    let page = browser.page(ORDER).await;
    assert!(page.link("Erase").is_none(), "it can still be paid");
    let asked = browser
        .get(&format!("{ERASE}?shop=main&reference=1001"))
        .await;
    assert_eq!(asked.status, StatusCode::CONFLICT);
    house.order("1001").cancel().await.unwrap();
    let page = browser.page(ORDER).await;
    let asked = browser.page(&page.link("Erase").unwrap()).await;
    for part in ["What goes", "What stays, and why", "the database’s backups"] {
        assert!(asked.words().contains(part), "{part}");
    }
    let done = browser
        .send(&asked, ERASE, &[("reason", "asked for by letter")])
        .await;
    let page = browser.page(done.location()).await;
    assert!(
        page.words().contains("Order 1001 is erased"),
        "{}",
        page.words()
    );
    assert!(house.order("1001").find().await.unwrap().is_none());
    let audit = browser.page("/console/audit").await;
    // Its own page says so too, to those who may see it.
    let own = browser.get(&audit.link("1001").unwrap()).await;
    assert_eq!(own.status, StatusCode::GONE);
    let says = ["was erased on 20", "by Anna: “ asked for by letter ”"];
    for says in says {
        assert!(own.words().contains(says), "{says}: {}", own.words());
    }
    let mut reader = house.signed_in(READER).await;
    assert_eq!(reader.get(ORDER).await.status, StatusCode::GONE);
    let mut other = house.signed_in(OTHER).await;
    assert_eq!(other.get(ORDER).await.status, StatusCode::NOT_FOUND);
    assert!(
        audit
            .words()
            .contains("order.erase main 1001 asked for by letter"),
        "{}",
        audit.words()
    );
    let again = browser
        .send(&asked, ERASE, &[("reason", "once more")])
        .await;
    assert_eq!(again.location(), done.location());
    assert_eq!(house.records().await.len(), 1);
    // Of an order that never was, nobody says so.
    for forged in [
        &format!("{ERASE}?shop=main&reference=none&done=1"),
        &format!("{ERASE}?shop=main&reference=none"),
    ] {
        assert_eq!(
            browser.get(forged).await.status,
            StatusCode::NOT_FOUND,
            "{forged}"
        );
    }
}

#[tokio::test]
async fn the_audit_leads_to_orders_of_a_shop_that_is_gone_those_who_still_see_them() {
    let house = House::new();
    let entry = AuditEntry {
        who: "Olga".to_owned(),
        what: "order.erase".to_owned(),
        shop: Some(shop("other")),
        reference: Some("2001".to_owned()),
        why: None,
    };
    house
        .ledger
        .record(&entry, house.clock.now())
        .await
        .unwrap();
    for (is_gone, token, leads) in [
        (false, OTHER, true),
        (true, OTHER, false),
        (true, ADMIN, true),
    ] {
        let mut browser = house.signed_in(token).await;
        if is_gone {
            house.worker.shops().remove(&shop("other"));
        }
        let audit = browser.page("/console/audit").await;
        assert!(audit.words().contains("2001"), "{}", audit.words());
        let link = audit.link("2001");
        assert_eq!(link.is_some(), leads, "{}", audit.words());
        if let Some(link) = link {
            assert_eq!(browser.get(&link).await.status, StatusCode::GONE);
        }
    }
}
