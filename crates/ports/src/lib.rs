//! What the use cases need from outside, as traits, with their errors, fakes and conformance suites
