//! The accounting packages' servers as stateful books: what a client of the real API would meet, without the network,
//! the clock or the chance.
//!
//! The core is sans-IO: [`xero::XeroEmulator::handle`], [`qbo::QboEmulator::handle`] and [`myob::MyobEmulator::handle`]
//! take an HTTP request and an instant and give an [`Outcome`], which is an answer or one of the ways in which an answer fails to arrive. Two
//! emulators with the same seed that are asked the same things at the same instants answer the same bytes. Around that
//! core stand a loopback listener ([`server`]) and the `factory-accounting-emulator` binary, for clients in any language.
//!
//! Nothing here is shared with the SDK that is tested against it: neither types nor mapping, money or tax code, so that
//! a wrong field name or rounding cannot agree with itself on both sides.
//!
//! ```
//! use chrono::{TimeZone, Utc};
//! use factory_accounting_emulator::{Outcome, xero::{XeroConfig, XeroEmulator}};
//!
//! let now = Utc.with_ymd_and_hms(2026, 11, 21, 1, 0, 0).unwrap();
//! let mut xero = XeroEmulator::new(XeroConfig::default());
//! let tenant = xero.tenants()[0].id;
//! let token = xero.authorised(&[tenant], "accounting.settings.read", now);
//!
//! let request = http::Request::get("/api.xro/2.0/Organisation")
//!     .header("authorization", format!("Bearer {}", token.access_token))
//!     .header("xero-tenant-id", tenant.to_string())
//!     .header("accept", "application/json")
//!     .body(bytes::Bytes::new())
//!     .unwrap();
//! let Outcome::Reply(response) = xero.handle(request, now) else { panic!("no fault was injected") };
//! assert_eq!(response.status(), 200);
//! assert_eq!(response.headers()["x-minlimit-remaining"], "59");
//! ```

mod answer;
mod bench;
mod calls;
mod clock;
mod consent;
mod credentials;
mod distort;
mod fault;
mod gzip;
mod html;
mod json;
pub mod myob;
mod outcome;
mod package;
mod pdf;
pub mod qbo;
mod seeded;
pub mod server;
mod signing;
mod target;
mod window;
pub mod xero;

pub use calls::{CallCount, CallRecord};
pub use clock::ClockMode;
pub use fault::{CommitPoint, Fault, FaultRule, LateAnswer, LimitProblem, Matcher, OfflineText};
pub use outcome::Outcome;
pub use package::{Delivery, DeliveryAnswer, Package};
