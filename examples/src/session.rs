//! One run over a book: push it month by month, move the outbox until nothing is left to do, and see what came of it.

use std::collections::{BTreeMap, BTreeSet};

use factory_accounting::engine::{Engine, EngineError};
use factory_accounting::ids::RemoteId;
use factory_accounting::model::{RecordKey, RecordKind};
use factory_accounting::store::{ConnectionState, Operation};

use crate::book::Month;
use crate::books::{self, Booked};
use crate::emulator::Emulator;
use crate::meter::Meter;
use crate::package::Package;
use crate::report::{self, Sum};
use crate::tally::Reckoning;

/// Pushes each month in one transaction and runs until only a person can move what is left.
///
/// # Errors
/// The store failed, or the connection was never opened.
pub async fn push_months(engine: &Engine, meter: &Meter, months: &[Month]) -> Result<(), EngineError> {
    for month in months {
        let tickets = engine.push_all(month.records.clone()).await?;
        meter.pushed(&month.records, &tickets);
        engine.run_until_idle().await?;
    }
    Ok(())
}

/// What the host says is in the books: its own totals of everything that has a link, by kind. An order whose draft has
/// become an invoice counts as that invoice, and one that is cut down for each part billed counts as what is left of it.
///
/// # Errors
/// The store failed.
pub async fn host_sums(
    engine: &Engine,
    package: Package,
    reckoning: &Reckoning,
) -> Result<BTreeMap<RecordKind, Sum>, EngineError> {
    let keys: Vec<RecordKey> = reckoning.totals.keys().cloned().collect();
    let links = engine.store().links(engine.connection(), &keys).await?;
    let linked: Vec<_> = links.into_iter().flatten().filter(|link| !link.status.is_gone()).collect();
    let invoices: BTreeSet<&RemoteId> =
        linked.iter().filter(|link| link.key.kind == RecordKind::Invoice).map(|link| &link.remote).collect();
    let there: BTreeSet<&RecordKey> = linked.iter().map(|link| &link.key).collect();
    let mut sums: BTreeMap<RecordKind, Sum> = BTreeMap::new();
    for link in &linked {
        let promoted = link.key.kind == RecordKind::Order && invoices.contains(&link.remote);
        let left = reckoning.left_of(&link.key, |key| there.contains(key)).filter(|_| package.cuts_orders_down());
        let total = left.or_else(|| reckoning.totals.get(&link.key).copied());
        if let (false, Some(total)) = (promoted, total) {
            sums.entry(link.key.kind).or_default().add(total);
        }
    }
    Ok(sums)
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Closing {
    /// The tables.
    pub text: String,
    /// Whether the books' totals are the host's, in number and to the cent.
    pub agree: bool,
    /// What waits for a person.
    pub parked: Vec<Operation>,
    /// What is in the books.
    pub books: Vec<Booked>,
}

/// The closing report of a run against the emulator.
///
/// # Errors
/// The store failed, or the emulator could not be reached.
pub async fn close(
    engine: &Engine,
    meter: &Meter,
    emulator: &Emulator,
    reckoning: &Reckoning,
) -> anyhow::Result<Closing> {
    let metered = meter.read();
    let parked = engine.attention().await?;
    let keys: Vec<RecordKey> = reckoning.totals.keys().cloned().collect();
    let links = engine.store().links(engine.connection(), &keys).await?;
    let kinds: BTreeMap<RemoteId, RecordKind> =
        links.into_iter().flatten().map(|link| (link.remote, link.key.kind)).collect();
    let package = emulator.app().package();
    let books = package.booked(&emulator.control().ledger().await?, &|id| kinds.get(id).copied());
    let (beside, agree) = report::totals(&host_sums(engine, package, reckoning).await?, &books::sums(&books));
    let mut text = format!("{}\n\n{beside}\n", report::kinds(&metered, &engine.counts().await?));
    if !metered.differing.is_empty() {
        text.push_str("\nThe package reckoned otherwise than predicted:\n");
        metered.differing.iter().for_each(|line| text.push_str(&format!("  {line}\n")));
    }
    if !parked.is_empty() {
        text.push_str(&format!("\nWaiting for a person: {}\n{}\n", parked.len(), report::parked(&parked)));
    }
    match engine.connection_state().await? {
        Some(ConnectionState::Connected) | None => {}
        Some(state) => text.push_str(&format!("\n{}\n", report::resting(&state))),
    }
    Ok(Closing { text, agree, parked, books })
}
