#![doc = include_str!("../README.md")]

mod backoff;
mod body;
mod call;
mod exchange;
mod file_store;
mod headers;
pub mod json;
mod oauth;
mod pacing;
mod reqwest_transport;
mod sketch;
mod stream;
mod system_clock;
mod target;
mod tokens;
mod transport;
mod unanswered;
mod webhook;

pub use body::{Body, Chunks};
pub use call::{Answer, Call, Effect, ExchangeError, json_request, unreadable};
pub use exchange::{Exchange, ExchangeBuilder};
pub use file_store::fetch_file;
pub use headers::retry_after;
pub use oauth::{
    Authorisation, ClientAuth, Detail, GrantType, Granted, OAuthClient, OAuthConfig, OAuthError, Redirect,
    parse_redirect,
};
pub use pacing::{AppPacer, LimitSignals, Limits, Pacer, Permit, Scope, Signals, Throttle, Window};
pub use reqwest_transport::{ReqwestTransport, ReqwestTransportBuilder};
pub use sketch::sketch;
pub use system_clock::SystemClock;
pub use target::{Target, UnusableBase, below, read_target, target};
pub use tokens::{Bearer, TokenManager};
pub use transport::{Cause, Stage, Transport, TransportError};
pub use unanswered::{base_of, foreign, without_answer};
pub use webhook::{sign_hmac_sha256_base64, verify_hmac_sha256_base64};
