//! Use cases over the ports: quote, check out, handle callbacks, approve, cancel
