//! What the rules work with: planning and writing samples without an engine.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use chrono::DateTime;
use factory_accounting_core::capability::LineItems;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{Record, RecordKey, RecordKind};
use factory_accounting_core::plan::{self, Catalogue, Context, Lent, Subject};
use factory_accounting_core::planned::{Changes, Content, Planned};
use factory_accounting_core::provider::{
    AccountingProvider, CatalogueKind, CatalogueRequest, EncodeError, EncodedWrite, Fate, Intent, Organisation,
    RemoteRecord, WriteBatch, WriteReport,
};
use factory_accounting_core::settings::Settings;
use factory_accounting_core::store::{Link, LinkOrigin};

use super::Bench;

/// A bench with the organisation and lists read, and the records written so far.
#[derive(Debug)]
pub struct Workbench<'a> {
    pub(crate) bench: &'a dyn Bench,
    pub(crate) provider: Arc<dyn AccountingProvider>,
    settings: Settings,
    organisation: Organisation,
    catalogue: Catalogue,
    links: RefCell<BTreeMap<RecordKey, Link>>,
    keys: RefCell<u64>,
}

impl<'a> Workbench<'a> {
    /// Reads what planning needs.
    ///
    /// # Panics
    /// Where the provider cannot even read its lists.
    pub fn new(bench: &'a dyn Bench) -> Self {
        let provider = bench.provider();
        let clock = bench.clock();
        let organisation = clock.run(provider.organisation()).unwrap_or_else(|error| panic!("organisation: {error}"));
        let mut entries = Vec::new();
        let own = provider.capabilities();
        let through_items = own.records.values().any(|own| own.line_items != LineItems::Optional);
        let wanted = own.lists.iter().filter(|kind| match kind {
            CatalogueKind::Accounts | CatalogueKind::TaxCodes | CatalogueKind::Currencies => true,
            CatalogueKind::Items => through_items,
            _ => false,
        });
        for kind in wanted {
            let mut request = CatalogueRequest::new(*kind, 1);
            loop {
                let answer =
                    clock.run(provider.catalogue(&request)).unwrap_or_else(|error| panic!("{kind:?}: {error}"));
                entries.extend(answer.entries);
                if !answer.more {
                    break;
                }
                request = request.next();
            }
        }
        Self {
            bench,
            provider,
            settings: bench.settings(),
            organisation,
            catalogue: Catalogue::new(entries),
            links: RefCell::default(),
            keys: RefCell::new(0),
        }
    }

    pub(crate) fn run<F: Future>(&self, future: F) -> F::Output {
        self.bench.clock().run(future)
    }

    /// What a record is to become.
    pub(crate) fn planned(&self, record: &Record) -> Planned {
        let links = self.links.borrow();
        let context = Context {
            settings: &self.settings,
            capabilities: self.provider.capabilities(),
            organisation: &self.organisation,
            catalogue: &self.catalogue,
            links: &links,
            former: &BTreeMap::new(),
            sources: &BTreeMap::new(),
            billed: &BTreeMap::new(),
            lent: Lent::NOTHING,
            trail: None,
            distinct: false,
            package: self.provider.info().title,
        };
        let draft = plan::draft(&record.key(), &Subject::Record(Box::new(record.clone())), &context);
        let draft = match draft {
            Ok(Ok(draft)) => draft,
            other => panic!("the sample {} cannot be planned: {other:?}", record.key()),
        };
        Planned {
            key: record.key(),
            name: record.name().to_owned(),
            content: draft.content,
            base: None,
            changes: Changes::ALL,
            probe: draft.probe,
        }
    }

    pub(crate) fn batch(&self, intent: Intent, members: Vec<Planned>) -> WriteBatch {
        *self.keys.borrow_mut() += 1;
        let key = format!("{:0>64}", self.keys.borrow());
        let kind = members.first().map_or(RecordKind::Invoice, |planned| planned.key.kind);
        WriteBatch { kind, intent, key, members }
    }

    pub(crate) fn encode(&self, batch: &WriteBatch) -> Result<EncodedWrite, EncodeError> {
        self.provider.encode(batch)
    }

    pub(crate) fn write(&self, intent: Intent, planned: Planned) -> WriteReport {
        let name = planned.key.to_string();
        let encoded = self.encode(&self.batch(intent, vec![planned]));
        self.run(self.provider.write(&encoded.unwrap_or_else(|error| panic!("{} of {name}: {error}", intent.as_str()))))
    }

    /// Creates a record and remembers its link.
    pub(crate) fn create(&self, record: &Record) -> (Planned, RemoteRecord) {
        let planned = self.planned(record);
        let report = self.write(Intent::Create, planned.clone());
        match report.fates() {
            [Fate::Applied(echo)] => {
                self.links.borrow_mut().insert(record.key(), link(record, echo));
                (planned, (**echo).clone())
            }
            other => panic!("creating {} came to {other:?}", record.key()),
        }
    }

    /// Remembers the link of a record that was written otherwise.
    pub(crate) fn adopt(&self, record: &Record, id: &RemoteId) {
        let kind = record.kind();
        let echo = RemoteRecord::new(kind, id.clone(), factory_accounting_core::provider::RemoteStatus::Open);
        let found = self.fetched(kind, &echo).unwrap_or(echo);
        self.links.borrow_mut().insert(record.key(), link(record, &found));
    }

    /// Creates every sample whose kind can be created.
    pub(crate) fn create_all(&self, suffix: &str) -> Vec<(Planned, RemoteRecord)> {
        let able = |record: &&Record| self.provider.capabilities().of(record.kind()).is_some_and(|own| own.create > 0);
        self.bench.samples(suffix).iter().filter(able).map(|record| self.create(record)).collect()
    }

    /// Voids what was created.
    pub(crate) fn void(&self, planned: &Planned, base: RemoteRecord) -> WriteReport {
        let planned = Planned {
            content: Content::Void,
            base: Some(Box::new(base)),
            changes: Changes { status: true, ..Changes::NONE },
            ..planned.clone()
        };
        self.write(Intent::Void, planned)
    }

    /// A record as the books hold it now.
    pub(crate) fn fetched(&self, kind: RecordKind, record: &RemoteRecord) -> Option<RemoteRecord> {
        let found = self.run(self.provider.fetch(kind, std::slice::from_ref(&record.id)));
        found.unwrap_or_else(|error| panic!("fetch of {kind}: {error}")).pop().flatten()
    }
}

fn link(record: &Record, echo: &RemoteRecord) -> Link {
    Link {
        key: record.key(),
        remote: echo.id.clone(),
        number: echo.number.clone(),
        version: echo.version.clone(),
        revision: None,
        fingerprint: None,
        status: echo.status.clone(),
        party: echo.party.clone(),
        totals: echo.totals,
        settled: echo.settled,
        seen_at: DateTime::UNIX_EPOCH,
        origin: LinkOrigin::Written,
        url: None,
        settled_since: None,
        suppressed: false,
        merged_into: None,
    }
}
