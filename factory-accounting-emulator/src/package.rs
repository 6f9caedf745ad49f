//! What the listener needs of a package's emulator; each package implements it once.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::Request;

use crate::Outcome;

/// One package's servers behind one address.
pub trait Package: Send + 'static {
    /// Answers one request, whichever of the package's hosts it was meant for; they are told apart by path.
    fn handle(&mut self, request: Request<Bytes>, now: DateTime<Utc>) -> Outcome;

    /// Webhook posts that are due. Each is given out once and waits for [`Package::delivered`].
    fn due_deliveries(&mut self, now: DateTime<Utc>) -> Vec<Delivery>;

    /// What the receiver of a delivery answered; `None` when it could not be reached or took too long.
    fn delivered(&mut self, id: u64, answer: Option<DeliveryAnswer>, now: DateTime<Utc>);

    /// What a client needs to start: addresses under `base` (`http://host:port`), organisations, credentials.
    fn card(&self, base: &str) -> serde_json::Value;
}

/// One webhook post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Names the delivery in [`Package::delivered`].
    pub id: u64,
    /// The receiver.
    pub url: String,
    /// Header names and values.
    pub headers: Vec<(&'static str, String)>,
    /// The exact bytes that were signed.
    pub body: Bytes,
}

/// What a receiver answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryAnswer {
    /// HTTP status.
    pub status: u16,
    /// Whether the answer had neither body nor cookies, as the contract wants (xero.md 8); QuickBooks Online asks for
    /// 200 alone (qbo.md 9).
    pub bare: bool,
}
