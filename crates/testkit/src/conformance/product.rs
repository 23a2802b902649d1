use inbank_domain::ProductCode;
use inbank_ports::GatewayErrorKind;

use super::{Approval, BankUnderTest};

pub(super) async fn product_keeps_its_code(bank: &dyn BankUnderTest) {
    for approval in [Approval::NotNeeded, Approval::Needed] {
        let code = bank.product_code(approval);
        let product = bank.products().product(&code).await.unwrap();
        assert_eq!(product.code, code);
        assert!(
            product.finances(bank.granted_total()),
            "limits in the region's currency"
        );
        assert_eq!(
            product.requires_merchant_approval,
            Some(approval == Approval::Needed)
        );
    }
}

pub(super) async fn unknown_product_is_not_found(bank: &dyn BankUnderTest) {
    let code = ProductCode::parse("no_such_product_0.0%").unwrap();
    let error = bank.products().product(&code).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::NotFound);
}
