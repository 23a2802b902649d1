//! A platform's own unit test, with the bank's ports swapped for mocks.
