mod document;
mod graph;
mod reading;

use super::*;

#[test]
fn every_state_is_read_back_from_its_name() {
    for state in AttemptState::ALL {
        assert_eq!(state.as_str().parse(), Ok(*state));
    }
    assert!("paid".parse::<AttemptState>().is_err());
}

#[test]
fn every_kind_and_stage_is_read_back_from_its_name() {
    for kind in [
        AttemptKind::Application,
        AttemptKind::Rental,
        AttemptKind::Session,
    ] {
        assert_eq!(AttemptKind::named(kind.as_str()), Some(kind));
    }
    assert_eq!(AttemptKind::named("financing"), None);
    for stage in CommandStage::ALL {
        assert_eq!(CommandStage::named(stage.as_str()), Some(*stage));
    }
    assert_eq!(CommandStage::named("settled"), None);
}

#[test]
fn a_fingerprint_is_read_back_and_is_32_digits() {
    let fingerprint = Fingerprint::from_bytes([0x0a; 16]);
    assert_eq!(fingerprint.as_str(), "0a".repeat(16));
    assert_eq!(Fingerprint::parse(fingerprint.as_str()), Ok(fingerprint));
    for text in ["", "0a", &"0g".repeat(16), &"0a".repeat(17)] {
        let error = Fingerprint::parse(text).unwrap_err();
        assert_eq!(error.field(), "fingerprint");
    }
}
