//! Transport, exchange pipeline, pacing, OAuth 2.0 and webhook signatures.
