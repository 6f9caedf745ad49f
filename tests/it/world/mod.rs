//! The packages as worlds: the real provider, and the emulator's books in the same process.

/// Has an emulator answer a request, under the fault that a plan names, if it names one. The emulators have no type in
/// common.
macro_rules! answered {
    ($emulator:expr, $faults:expr, $request:expr, $fault:expr, $now:expr) => {{
        if let Some((_, fault)) = $faults.iter().find(|(name, _)| Some(*name) == $fault) {
            $emulator.inject(factory_accounting_emulator::FaultRule::next(fault.clone()));
        }
        let outcome = $emulator.handle($request, $now);
        $emulator.clear_faults();
        $crate::world::wire(outcome)
    }};
}

/// Makes a package's provider out of a world's configuration. The providers have no type in common before they are one.
macro_rules! provided {
    ($provider:ident, $config:expr, $seams:expr) => {{
        let config = $config;
        let Seams { transport, tokens, clock, connection, worker } = $seams;
        let pacer = AppPacer::new(limits(&config), Arc::clone(&clock));
        let provider = $provider::new(config, transport, tokens, connection, worker, clock, &pacer);
        Arc::new(provider.expect("the configuration is whole"))
    }};
}

/// One story over each package.
macro_rules! everywhere {
    ($story:ident) => {
        $story::<$crate::world::XeroWorld>();
        $story::<$crate::world::QboWorld>();
        $story::<$crate::world::MyobWorld>();
    };
}

mod myob;
mod qbo;
mod qbo_people;
mod xero;
mod xero_people;

use std::time::Duration;

use chrono::{DateTime, Utc};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::settings::Settings;
use factory_accounting_emulator::Outcome;
use factory_accounting_testkit::Wire;
use factory_accounting_testkit::sweep::World;
use serde_json::Value;

pub(crate) use everywhere;
pub(crate) use myob::{INSTALLATION, MyobWorld};
pub(crate) use qbo::QboWorld;
pub(crate) use xero::XeroWorld;

/// A package as the tests that are the same for all of them need it: what its people do, and how its books say what a story
/// leads to.
pub(crate) trait Books: World {
    /// The company's currency.
    const CURRENCY: &'static str;
    /// The account that sales are posted to.
    const SALES: &'static str;
    /// Whether a write can be repeated under its key: where there are no keys, no safety can lie in them.
    const KEYED: bool = true;
    /// Whether a purchase order has a reference that carries the host's number, so that the package may give it its own.
    const NUMBERS_PURCHASE_ORDERS: bool = true;
    /// How long an access token lives.
    const TOKEN_LIFE: Duration;

    /// Books in which nothing has happened, of the company that most tests are about.
    fn fresh() -> Self;

    /// Lifts the limits on calls: for what counts documents and not calls.
    fn unlimited(self) -> Self;

    /// Settings of a workshop that keeps the seeded chart of accounts, with some of them changed.
    fn settings(&self, changes: Value) -> Settings;

    /// A person works in the package itself. Panics where it would not let them.
    fn act(&mut self, action: &Value, now: DateTime<Utc>) -> Value;

    /// Makes [`refused_line`](Self::refused_line) one that the package refuses, and that nobody else can know of.
    fn spoil(&mut self, now: DateTime<Utc>);

    /// A line of an invoice that the package refuses once it is spoilt.
    fn refused_line() -> Value;

    /// A person records a payment of an invoice.
    fn person_pays(&mut self, invoice: &str, amount: &str, reference: &str, now: DateTime<Utc>);

    /// A person invoices a customer called Stranger over 9 before tax.
    fn stranger_invoices(&mut self, number: &str, now: DateTime<Utc>);

    /// The package gives its own numbers from now on.
    fn numbers_itself(&mut self, now: DateTime<Utc>);

    /// Whether two invoices may have one number.
    fn numbers_are_shared(&self) -> bool {
        false
    }

    /// How the books say it; `None` for what leaves no trace in them.
    fn says(&self, entry: &Entry<'_>) -> Option<String>;
}

/// What a story leads to, in no package's words.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) kind: RecordKind,
    /// Number, code or name.
    pub(crate) label: &'a str,
    pub(crate) state: State,
    /// Before tax.
    pub(crate) net: &'a str,
    pub(crate) party: &'a str,
    /// Tax included.
    pub(crate) applied: &'a str,
    /// Before tax: what a package that cuts an order down for each part invoiced still shows of it.
    pub(crate) left: &'a str,
}

/// State of a document that a story leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// In use, or open.
    Open,
    /// Settled in full.
    Paid,
    /// A quote that has been sent, a purchase order that has been billed.
    Moved,
    /// Counts no more.
    Voided,
    /// An order that is not invoiced, or in part.
    Ordered,
    /// An order that its invoice has taken the place of.
    Invoiced,
    /// An order whose document has made way for the invoices of its parts, where the package does not cut it down itself.
    MadeWay,
}

/// An entry; what it lacks is added by the methods.
pub(crate) fn entry(kind: RecordKind, label: &str) -> Entry<'_> {
    Entry { kind, label, state: State::Open, net: "0", party: "", applied: "", left: "" }
}

impl<'a> Entry<'a> {
    pub(crate) fn of(self, party: &'a str, net: &'a str) -> Self {
        Self { party, net, ..self }
    }

    pub(crate) fn amount(self, net: &'a str) -> Self {
        Self { net, ..self }
    }

    pub(crate) fn state(self, state: State) -> Self {
        Self { state, ..self }
    }

    pub(crate) fn left(self, left: &'a str) -> Self {
        Self { left, ..self }
    }

    pub(crate) fn applied(self, applied: &'a str) -> Self {
        Self { applied, ..self }
    }
}

/// An emulator's outcome as what reaches the client.
pub(crate) fn wire(outcome: Outcome) -> Wire {
    match outcome {
        Outcome::Reply(response) => Wire::Answer(response),
        Outcome::Truncated { response, bytes } => Wire::Truncated(response, bytes),
        Outcome::Hang => Wire::Silence,
        Outcome::Delayed { by, response } => Wire::Slow(response, by.to_std().unwrap_or(Duration::ZERO)),
        Outcome::Endless { response, bytes } => Wire::Endless(response, bytes),
        _ => Wire::Dropped,
    }
}
