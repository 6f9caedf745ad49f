//! Numbers that somebody has already, found before anything is sent (R10).

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use factory_accounting_core::capability::OrderForm;
use factory_accounting_core::error::ErrorKind;
use factory_accounting_core::ids::{LocalId, RemoteId};
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::money::{Currency, Totals};
use factory_accounting_core::numbers::NumberError;
use factory_accounting_core::plan;
use factory_accounting_core::provider::{
    CatalogueEntry, CatalogueKind, CatalogueRequest, ChangeFeed, ProbeTarget, RemoteRecord, RemoteStatus,
};
use factory_accounting_core::settings::{NumberOwner, NumberSeries};

use crate::engine::{Engine, EngineError};
use crate::event::Verb;

/// A number that is not free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collision {
    /// The number.
    pub number: String,
    /// The record of the host that has it.
    pub ours: Option<RecordKey>,
    /// The document of the package that has it: another's where `ours` is not there.
    pub there: Option<HeldThere>,
}

/// A document of the package, as a person recognises it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldThere {
    /// Its kind: the package may number several kinds together.
    pub kind: RecordKind,
    /// The package's id.
    pub id: RemoteId,
    /// Its state. A document that counts no more may hold its number all the same.
    pub status: RemoteStatus,
    /// The package's id of its customer or supplier.
    pub party: Option<RemoteId>,
    /// Their name.
    pub party_name: Option<String>,
    /// Its date.
    pub date: Option<NaiveDate>,
    /// Its totals.
    pub totals: Option<Totals>,
    /// Their currency.
    pub currency: Option<Currency>,
    /// Link for a person into the package's pages.
    pub link: Option<String>,
}

/// Where a series can begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeNumber {
    /// The lowest start above all that is in the package and in the host's links.
    pub start: u64,
    /// The next round thousand: documents that the app has made are told at a glance (F78).
    pub round: u64,
    /// The largest number of the series found, as it stands there.
    pub highest: Option<String>,
    /// How many numbers were read.
    pub read: u64,
}

impl Engine {
    /// Which of some numbers are not free: those that the host's own records have, and those that documents of the package
    /// have, where it finds documents by number. In order of the numbers. Nothing is sent; numbers are looked for many in a
    /// call.
    ///
    /// # Errors
    /// [`NumberError::PackageNumbers`] where the package gives the numbers; refused for kinds whose numbers are others', and for
    /// payments, of which several may share one.
    pub async fn number_check(&self, kind: RecordKind, numbers: &[String]) -> Result<Vec<Collision>, EngineError> {
        self.numbers_are_ours(kind).await?;
        let inner = &self.inner;
        let mut found = vec![Vec::new(); numbers.len()];
        for kind in self.pool(kind) {
            let more = self.look_for_numbers(kind, numbers).await?;
            found.iter_mut().zip(more).for_each(|(found, more)| found.extend(more));
        }
        let ids: Vec<RemoteId> = found.iter().flatten().map(|record| record.id.clone()).collect();
        let links = inner.store.links_to(&inner.connection, &ids).await?;
        let names = self.names_of(kind, found.iter().flatten()).await?;
        // No record has an empty id, so that none is passed over as the one that asks.
        let nobody = RecordKey::new(kind, LocalId::new(""));
        let asked: Vec<(RecordKey, String)> = numbers.iter().map(|number| (nobody.clone(), number.clone())).collect();
        let own = inner.store.namesakes(&inner.connection, &asked, 1).await?;
        let mut collisions = Vec::new();
        for ((number, records), own) in numbers.iter().zip(found).zip(own) {
            let mut own = own.into_iter().next();
            for record in records {
                let tied =
                    links.iter().find(|link| link.remote == record.id && of_one_kind(link.key.kind, record.kind));
                let ours = tied.map(|link| link.key.clone());
                if ours == own {
                    own = None;
                }
                let there = Some(held(record, &names));
                collisions.push(Collision { number: number.clone(), ours, there });
            }
            collisions.extend(own.map(|own| Collision { number: number.clone(), ours: Some(own), there: None }));
        }
        Ok(collisions)
    }

    /// Where a series can begin without meeting a number that is in the package already (F78). Reads all documents that
    /// are numbered with them once, as many calls as they have pages: for the day on which a company connects.
    ///
    /// # Errors
    /// Those of [`number_check`](Self::number_check); [`NumberError::Series`]; [`NumberError::TooLong`] and
    /// [`NumberError::Characters`] where the package does not take the first block; refused where the package does not list
    /// such documents.
    pub async fn first_free_number(&self, kind: RecordKind, series: &NumberSeries) -> Result<FreeNumber, EngineError> {
        self.numbers_are_ours(kind).await?;
        series.check()?;
        let inner = &self.inner;
        let mut highest = Highest { series, highest: None, read: 0 };
        let mut after: Option<LocalId> = None;
        loop {
            let links = inner.store.list_links(&inner.connection, kind, after.as_ref(), 0).await?;
            let Some(last) = links.last() else { break };
            after = Some(last.key.id.clone());
            links.iter().filter_map(|link| link.number.as_deref()).for_each(|number| highest.meet(number));
        }
        let mut feeds = BTreeSet::new();
        for kind in self.pool(kind) {
            feeds.extend(self.feed_of(kind).await?);
        }
        match (kind, self.feed_of(kind).await?) {
            (RecordKind::Job, _) => self.read_job_numbers(&mut highest).await?,
            (_, Some(_)) => {
                for feed in feeds {
                    self.read_numbers(kind, feed, &mut highest).await?;
                }
            }
            (_, None) => {
                let reason = format!(
                    "{} does not list each {kind}: choose a start, and look at its first numbers with number_check",
                    inner.package_title()
                );
                return Err(EngineError::Refused(reason));
            }
        }
        let Highest { highest, read, .. } = highest;
        let start = highest.as_ref().map_or(series.start, |(value, _)| series.start.max(value.saturating_add(1)));
        series.block_fits(kind, start, inner.provider.capabilities())?;
        let round = start.checked_next_multiple_of(1_000).unwrap_or(start);
        Ok(FreeNumber { start, round, highest: highest.map(|(_, number)| number), read })
    }

    /// Whether the numbers of a kind are the host's, each for one document.
    async fn numbers_are_ours(&self, kind: RecordKind) -> Result<(), EngineError> {
        let reason = match kind {
            RecordKind::Job
            | RecordKind::Quote
            | RecordKind::Order
            | RecordKind::Invoice
            | RecordKind::CreditNote
            | RecordKind::PurchaseOrder => None,
            RecordKind::Payment => Some(
                "payments may share a number, as one receipt may be for several invoices, so that none is taken: choose \
                 yourself where their series begins (settings, series.payment.start)"
                    .to_owned(),
            ),
            RecordKind::Bill => Some("a bill goes by the number that its supplier gave it: there is none to give".to_owned()),
            _ => Some(format!(
                "a {kind} has no number of the host's: ask for quotes, orders, invoices, credit notes, purchase orders or jobs"
            )),
        };
        if let Some(reason) = reason {
            return Err(EngineError::Refused(reason));
        }
        match self.settings().await?.number_owner(kind) {
            NumberOwner::Host => Ok(()),
            NumberOwner::Package => Err(NumberError::PackageNumbers { kind }.into()),
        }
    }

    /// The kinds that the package numbers together with one, and that one first.
    fn pool(&self, kind: RecordKind) -> Vec<RecordKind> {
        let capability = self.inner.provider.capabilities().of(kind);
        let others = capability.map_or(&[][..], |capability| capability.numbered_with);
        [&[kind][..], others].concat()
    }

    /// Records of the package under each number; none where it does not find this kind by number.
    async fn look_for_numbers(
        &self,
        kind: RecordKind,
        numbers: &[String],
    ) -> Result<Vec<Vec<RemoteRecord>>, EngineError> {
        let inner = &self.inner;
        let capability = inner.provider.capabilities().of(kind);
        if capability.is_none_or(|capability| capability.probe == 0) {
            return Ok(vec![Vec::new(); numbers.len()]);
        }
        let form = self.form_of(kind).await?;
        let mut found = Vec::with_capacity(numbers.len());
        for numbers in numbers.chunks(inner.probe_chunk(kind)) {
            let targets: Vec<ProbeTarget> = numbers
                .iter()
                .map(|number| ProbeTarget {
                    name: (kind == RecordKind::Job).then(|| number.clone()),
                    order_form: form,
                    ..ProbeTarget::new(kind, number.as_str())
                })
                .collect();
            found.extend(inner.probe(kind, &targets).await?);
        }
        Ok(found)
    }

    async fn form_of(&self, kind: RecordKind) -> Result<Option<OrderForm>, EngineError> {
        if kind != RecordKind::Order {
            return Ok(None);
        }
        Ok(plan::order_form(&self.settings().await?, self.inner.provider.capabilities()))
    }

    /// Names of the parties on some records.
    async fn names_of(
        &self,
        kind: RecordKind,
        records: impl Iterator<Item = &RemoteRecord>,
    ) -> Result<BTreeMap<RemoteId, String>, EngineError> {
        let inner = &self.inner;
        let role = if kind.is_purchase() { RecordKind::Supplier } else { RecordKind::Customer };
        let parties: BTreeSet<RemoteId> = records.filter_map(|record| record.party.clone()).collect();
        let parties: Vec<RemoteId> = parties.into_iter().collect();
        let mut names = BTreeMap::new();
        if inner.provider.capabilities().of(role).is_none_or(|capability| capability.fetch == 0) {
            return Ok(names);
        }
        for parties in parties.chunks(inner.fetch_chunk(role)) {
            let read = match inner.fetch(role, parties).await {
                Ok(read) => read,
                // What is addressed to a job, say, stays without a name.
                Err(error) if error.kind() == ErrorKind::Unsupported => continue,
                Err(error) => return Err(error.into()),
            };
            names.extend(read.into_iter().flatten().filter_map(|party| Some((party.id, party.name?))));
        }
        Ok(names)
    }

    /// The feed that tells of documents of a kind.
    async fn feed_of(&self, kind: RecordKind) -> Result<Option<ChangeFeed>, EngineError> {
        let feed = match (kind, self.form_of(kind).await?) {
            (RecordKind::Quote, _) | (_, Some(OrderForm::AcceptedQuote)) => ChangeFeed::Quotes,
            (RecordKind::Invoice, _) | (_, Some(OrderForm::DraftInvoice | OrderForm::Invoice)) => ChangeFeed::Invoices,
            (RecordKind::CreditNote, _) => ChangeFeed::CreditNotes,
            (RecordKind::PurchaseOrder, _) => ChangeFeed::PurchaseOrders,
            _ => return Ok(None),
        };
        Ok(Some(feed).filter(|feed| self.inner.provider.capabilities().feeds.contains(feed)))
    }

    async fn read_numbers(
        &self,
        kind: RecordKind,
        feed: ChangeFeed,
        highest: &mut Highest<'_>,
    ) -> Result<(), EngineError> {
        let inner = &self.inner;
        let mut cursor = None;
        loop {
            inner.called(Verb::Changes, None, 1);
            let page = inner.provider.changes(feed, cursor.as_ref()).await?;
            // Bills carry the numbers of suppliers.
            let own = page.records.iter().filter(|record| record.kind.is_purchase() == kind.is_purchase());
            own.filter_map(|record| record.number.as_deref()).for_each(|number| highest.meet(number));
            let moved = page.next.is_some() && page.next != cursor;
            if !page.more || !moved {
                return Ok(());
            }
            cursor = page.next;
        }
    }

    /// A job's title begins with its number.
    async fn read_job_numbers(&self, highest: &mut Highest<'_>) -> Result<(), EngineError> {
        let inner = &self.inner;
        if inner.provider.capabilities().of(RecordKind::Job).is_none() {
            return Ok(());
        }
        let mut request = CatalogueRequest::new(CatalogueKind::Jobs, 1);
        loop {
            inner.called(Verb::Catalogue, Some(RecordKind::Job), 1);
            let answer = inner.provider.catalogue(&request).await?;
            for entry in &answer.entries {
                if let CatalogueEntry::Job(job) = entry {
                    highest.meet(job.name.split_whitespace().next().unwrap_or_default());
                }
            }
            if !answer.more {
                return Ok(());
            }
            request = request.next();
        }
    }
}

/// The largest number of a series met so far.
struct Highest<'a> {
    series: &'a NumberSeries,
    highest: Option<(u64, String)>,
    read: u64,
}

impl Highest<'_> {
    fn meet(&mut self, number: &str) {
        self.read += 1;
        let Ok(value) = self.series.value_of(number) else { return };
        if self.highest.as_ref().is_none_or(|(highest, _)| value > *highest) {
            self.highest = Some((value, number.trim().to_owned()));
        }
    }
}

/// An order and the invoice that it became are one document of the package.
fn of_one_kind(tied: RecordKind, asked: RecordKind) -> bool {
    let family = |kind| if kind == RecordKind::Order { RecordKind::Invoice } else { kind };
    family(tied) == family(asked)
}

fn held(record: RemoteRecord, names: &BTreeMap<RemoteId, String>) -> HeldThere {
    HeldThere {
        party_name: record.party.as_ref().and_then(|party| names.get(party)).cloned(),
        kind: record.kind,
        id: record.id,
        status: record.status,
        party: record.party,
        date: record.date,
        totals: record.totals,
        currency: record.currency,
        link: record.link,
    }
}
