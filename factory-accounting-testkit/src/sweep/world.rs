//! What a sweep needs to know about a package, and what it does to the books.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use factory_accounting_core::clock::Clock;
use factory_accounting_core::code::Code;
use factory_accounting_core::ids::{ConnectionId, RemoteId, WorkerId};
use factory_accounting_core::model::{Record, RecordKey};
use factory_accounting_core::provider::AccountingProvider;
use factory_accounting_core::settings::Settings;
use factory_accounting_core::store::Decision;
use factory_accounting_core::token::{TokenSet, TokenStore};
use factory_accounting_http::Transport;
use http::{Method, Request};

use crate::wire::Wire;

/// The label of what a person adds to the books during an intrusion, such as the reference of a payment.
pub const BY_HAND: &str = "by hand";

/// A package with its books in this process: a provider, the server it talks to, and a look into the books.
///
/// Everything is deterministic: two clones that are asked the same at the same instants answer the same.
pub trait World: Clone + Send + Sync + fmt::Debug + 'static {
    /// A provider as a freshly started process makes it, with nothing remembered.
    fn provider(&self, seams: Seams) -> Arc<dyn AccountingProvider>;

    /// Answers a request, hit by one of the package's own faults where one is named.
    fn handle(&mut self, request: Request<Bytes>, fault: Option<&'static str>, now: DateTime<Utc>) -> Wire;

    /// Names of the package's own faults that can hit a call.
    fn faults(&self, method: &Method, path: &str) -> Vec<&'static str>;

    /// Names of what a person can do in the package while a call is under way, to what it writes or to its party. A world
    /// whose people wait offers none.
    fn intrusions(&self, method: &Method, path: &str) -> Vec<&'static str> {
        let _ = (method, path);
        Vec::new()
    }

    /// A person does it, if it can be done: to what the request is about to write, or to what it has just written. What the
    /// person adds to the books is labelled [`BY_HAND`]. Returns what was touched.
    fn intrude(&mut self, what: &'static str, request: &Request<Bytes>, now: DateTime<Utc>) -> Vec<RemoteId> {
        let _ = (what, request, now);
        Vec::new()
    }

    /// A person signs in anew.
    fn sign_in(&mut self, now: DateTime<Utc>) -> TokenSet;

    /// Everything in the books that a push can have made.
    fn books(&self) -> Vec<Booked>;
}

/// What a provider is made of in a sweep.
#[derive(Clone, Debug)]
pub struct Seams {
    /// The way to the package.
    pub transport: Arc<dyn Transport>,
    /// Where the tokens are.
    pub tokens: Arc<dyn TokenStore>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The connection.
    pub connection: ConnectionId,
    /// The process.
    pub worker: WorkerId,
}

/// One record in the books, reduced to what a person compares.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Booked {
    /// Which list it is in, in the package's words.
    pub kind: String,
    /// What the host's record is recognised by: number, reference or name.
    pub label: String,
    /// The rest as a person reads it: state, total, what is applied, whose it is.
    pub state: String,
    /// The package's id.
    pub remote: RemoteId,
    /// Whether it counts no more.
    pub gone: bool,
}

impl fmt::Display for Booked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.kind, self.label, self.state)
    }
}

/// A person's work in the package itself.
pub type Act<W> = fn(&mut W, DateTime<Utc>);

/// What a host does, one after the other. A step in which the process dies is done again by the next process.
#[derive(Clone, Debug)]
pub enum Step<W> {
    /// Pushes records in one transaction.
    Push(Vec<Record>),
    /// Asks for a record to count no more.
    Void(RecordKey),
    /// A person answers the question that a record has become, where it is one of this code.
    Decide(RecordKey, Code, Decision),
    /// Works until nothing is left that time alone can move.
    Work,
    /// One round of work, so that the next step meets what is under way.
    Round,
    /// A person works in the package.
    Person(Act<W>),
}

/// A small story with a known end.
#[derive(Clone, Debug)]
pub struct Scenario<W> {
    /// What it is about.
    pub name: &'static str,
    /// The company's decisions.
    pub settings: Settings,
    /// The books before the host comes.
    pub prepare: Act<W>,
    /// How old the sign-in is when the story begins.
    pub token_age: Duration,
    /// What the host does.
    pub steps: Vec<Step<W>>,
    /// What the books must hold in the end, each line as [`Booked`] writes itself, in any order.
    pub books: Vec<String>,
    /// Records that must end as a question to a person.
    pub questions: Vec<RecordKey>,
}
