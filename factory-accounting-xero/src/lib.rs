//! Xero as an accounting provider.
