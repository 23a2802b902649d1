//! Tests that cross crates: guides, flows, faults, architecture
