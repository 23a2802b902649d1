use super::BankUnderTest;

pub(super) async fn ping_is_answered(bank: &dyn BankUnderTest) {
    bank.connection().ping().await.unwrap();
}
