//! The bank's Partner API over HTTP: dialects, regions, one door out, callback authenticity
