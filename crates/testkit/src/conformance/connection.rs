use super::Bank;

pub(super) async fn ping_is_answered(bank: &dyn Bank) {
    bank.connection().ping().await.unwrap();
}
