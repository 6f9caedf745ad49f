//! Books in this process: a provider whose writes, searches and reads can be made to fail in a given order.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use factory_accounting_core::capability::{
    AmountRules, Capabilities, Editable, MarkerField, RecordCapability, SourceTie, TaxRounding,
};
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::{Cursor, OrganisationId, RemoteId};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::money::{Halves, Totals};
use factory_accounting_core::planned::{Charge, Content, Planned, PlannedDocument, TargetStatus};
use factory_accounting_core::provider::{
    Account, AccountClass, AccountingProvider, Attachment, ByteStream, CatalogueEntry, CatalogueKind, CataloguePage,
    CatalogueRequest, ChangeFeed, ChangePage, DisconnectReport, EncodeError, EncodedWrite, Fate, Intent, NewAttachment,
    Organisation, PackageInfo, ProbeTarget, RemoteLine, RemoteRecord, RemoteStatus, Settled, TaxCode, WriteBatch,
    WriteReport,
};
use rust_decimal::Decimal;

/// What happens to a write.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// It is done and answered.
    Answer,
    /// It never arrives, and nobody can tell.
    LoseRequest,
    /// It is done and the answer is lost.
    LoseAnswer,
    /// It is provably not done.
    Refuse(ProviderError),
}

#[derive(Debug, Default)]
struct Books {
    records: Vec<RemoteRecord>,
    /// Reports by key, as a package with idempotency keys remembers them.
    answered: BTreeMap<String, WriteReport>,
    writes: VecDeque<Act>,
    probes: VecDeque<Result<(), ProviderError>>,
    short_answers: bool,
    fatal: Option<String>,
    tax_off_by: Decimal,
    one_list_of_names: bool,
    drops_ties: bool,
    orders_become_invoices: bool,
    tells_changes: bool,
    hold: u32,
    calls: Vec<String>,
    next: u64,
}

/// The provider. Everything works until the script says otherwise.
#[derive(Debug)]
pub(crate) struct ScriptedProvider {
    capabilities: Capabilities,
    books: Mutex<Books>,
}

impl ScriptedProvider {
    pub(crate) fn new(change: impl FnOnce(&mut Capabilities)) -> Self {
        let rules = AmountRules::new(4, 4, TaxRounding::PerLine, Halves::AwayFromZero);
        let mut capabilities = Capabilities::new(rules, Duration::from_secs(100));
        for kind in RecordKind::ALL.into_iter().filter(|kind| *kind != RecordKind::Job) {
            let mut capability = RecordCapability::new(50, MarkerField::Number);
            (capability.fetch, capability.probe) = (40, 20);
            capability.editable_when_settled = Editable::Descriptive;
            capability.unique_number = matches!(kind, RecordKind::Order | RecordKind::Invoice | RecordKind::CreditNote);
            if matches!(kind, RecordKind::Payment | RecordKind::Allocation) {
                capability.update = 0;
            }
            capabilities.records.insert(kind, capability);
        }
        capabilities.lists = &[CatalogueKind::Accounts, CatalogueKind::TaxCodes];
        change(&mut capabilities);
        let converts = |capability: &RecordCapability| capability.sources == SourceTie::Converted;
        let orders_become_invoices = capabilities.records.values().any(converts);
        Self { capabilities, books: Mutex::new(Books { orders_become_invoices, ..Books::default() }) }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the next writes come to, in order; those behind are answered.
    pub(crate) fn next_writes(&self, acts: impl IntoIterator<Item = Act>) {
        self.books().writes.extend(acts);
    }

    /// How the next searches fail.
    pub(crate) fn next_searches_fail(&self, errors: impl IntoIterator<Item = ProviderError>) {
        self.books().probes.extend(errors.into_iter().map(Err));
    }

    /// From now on searches and reads answer with nothing at all, not even an empty place per question.
    pub(crate) fn answer_short(&self, short: bool) {
        self.books().short_answers = short;
    }

    /// From now on whoever encodes a record of this name dies of it.
    pub(crate) fn die_of(&self, name: &str) {
        self.books().fatal = Some(name.to_owned());
    }

    /// From now on the package reckons that much more tax than it should.
    pub(crate) fn reckon_tax_off_by(&self, difference: Decimal) {
        self.books().tax_off_by = difference;
    }

    /// From now on customers, suppliers and jobs share one list of names, and are found by name.
    pub(crate) fn keep_one_list_of_names(&self) {
        self.books().one_list_of_names = true;
    }

    /// From now on documents are not tied to those that they came from, and nothing is said about it.
    pub(crate) fn drop_ties(&self) {
        self.books().drops_ties = true;
    }

    /// From now on every document is told as a change of the invoices' feed.
    pub(crate) fn tell_changes(&self) {
        self.books().tells_changes = true;
    }

    /// A record that a person has made in the package.
    pub(crate) fn made_there(&self, kind: RecordKind, name: &str) {
        let mut books = self.books();
        books.next += 1;
        let mut record = RemoteRecord::new(kind, RemoteId::new(format!("r{}", books.next)), RemoteStatus::Open);
        record.name = Some(name.to_owned());
        books.records.push(record);
    }

    /// From now on a write gives way to others so many times before it is done.
    pub(crate) fn hold_writes(&self, times: u32) {
        self.books().hold = times;
    }

    /// Calls so far, in order: `create invoice`, `probe invoice`, `fetch invoice`.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.books().calls.clone()
    }

    /// Everything of a kind, orders and invoices together, gone ones included.
    pub(crate) fn all(&self, kind: RecordKind) -> Vec<RemoteRecord> {
        self.books().records.iter().filter(|record| family(record.kind) == family(kind)).cloned().collect()
    }

    /// What counts of a kind.
    pub(crate) fn live(&self, kind: RecordKind) -> Vec<RemoteRecord> {
        self.all(kind).into_iter().filter(|record| !record.status.is_gone()).collect()
    }

    /// Somebody changes records behind our back.
    pub(crate) fn behind_our_back(&self, change: impl Fn(&mut RemoteRecord)) {
        self.books().records.iter_mut().for_each(change);
    }

    /// Somebody deletes records without a trace.
    pub(crate) fn forget(&self, kind: RecordKind) {
        self.books().records.retain(|record| record.kind != kind);
    }
}

impl Books {
    fn apply(&mut self, intent: Intent, planned: &Planned, unique: bool) -> Fate {
        match intent {
            Intent::Create => self.create(planned, unique),
            Intent::Update | Intent::Void => {
                let id = planned.base.as_ref().map(|base| base.id.clone());
                let Some(record) = self.records.iter_mut().find(|record| Some(&record.id) == id.as_ref()) else {
                    return Fate::NotApplied(ProviderError::new(ErrorKind::NotFound, "no such record"));
                };
                if record.status.is_gone() {
                    return Fate::NotApplied(ProviderError::new(ErrorKind::Locked, "it is gone"));
                }
                if intent == Intent::Void {
                    record.status = RemoteStatus::Voided;
                } else {
                    record.kind = planned.key.kind;
                    fill(record, planned, self.tax_off_by);
                }
                Fate::Applied(Box::new(record.clone()))
            }
        }
    }

    fn create(&mut self, planned: &Planned, unique: bool) -> Fate {
        self.next += 1;
        let kind = planned.key.kind;
        let mut record = RemoteRecord::new(kind, RemoteId::new(format!("r{}", self.next)), RemoteStatus::Open);
        fill(&mut record, planned, self.tax_off_by);
        let twin = |other: &&RemoteRecord| {
            family(other.kind) == family(kind) && other.number == record.number && !other.status.is_gone()
        };
        if unique && self.records.iter().find(twin).is_some() {
            return Fate::NotApplied(ProviderError::new(ErrorKind::AlreadyExists, "number taken"));
        }
        let namesake = |other: &&RemoteRecord| kind.is_party() && other.kind.is_party() && other.name == record.name;
        if self.one_list_of_names && self.records.iter().find(namesake).is_some() {
            return Fate::NotApplied(ProviderError::new(ErrorKind::AlreadyExists, "the name is taken"));
        }
        if self.drops_ties {
            record.sources = Some(Vec::new());
        }
        if self.orders_become_invoices {
            let source = record.sources.iter().flatten().next();
            let source = source.and_then(|source| self.records.iter_mut().find(|other| other.id == *source));
            source.into_iter().for_each(|source| source.status = RemoteStatus::Billed);
        }
        self.records.push(record.clone());
        Fate::Applied(Box::new(record))
    }
}

fn family(kind: RecordKind) -> RecordKind {
    if kind == RecordKind::Order { RecordKind::Invoice } else { kind }
}

fn fill(record: &mut RemoteRecord, planned: &Planned, tax_off_by: Decimal) {
    match &planned.content {
        Content::Party(party) => {
            record.number = Some(party.external_key.clone());
            let addition = if party.distinct { " (apart)" } else { "" };
            record.name = Some(format!("{}{addition}", party.party.name));
        }
        Content::Item(item) => {
            record.number = Some(item.code.clone());
            record.name = Some(item.name.clone());
        }
        Content::Document(document) => fill_document(record, document, planned, tax_off_by),
        Content::Payment(payment) => {
            record.reference = Some(payment.reference.clone());
            record.parent = Some(payment.document.clone());
            record.date = Some(payment.date);
            record.totals = Some(amount(payment.amount.amount));
        }
        Content::Allocation(allocation) => {
            record.parent = Some(allocation.credit_note.clone());
            record.counterpart = Some(allocation.invoice.clone());
            record.totals = Some(amount(allocation.amount.amount));
        }
        _ => {}
    }
}

fn amount(amount: Decimal) -> Totals {
    Totals { subtotal: amount, tax: Decimal::ZERO, total: amount }
}

fn fill_document(record: &mut RemoteRecord, document: &PlannedDocument, planned: &Planned, tax_off_by: Decimal) {
    if planned.base.is_none() || planned.changes.status {
        record.status = match document.status {
            TargetStatus::Draft => RemoteStatus::Draft,
            _ => RemoteStatus::Open,
        };
    }
    record.number.clone_from(&document.number);
    record.reference.clone_from(&document.reference);
    record.party = Some(document.party.clone());
    record.date = Some(document.date);
    record.due = document.due;
    record.currency = Some(document.currency);
    record.tax_mode = Some(document.tax_mode);
    let Totals { subtotal, tax, total } = document.totals;
    record.totals = Some(Totals { subtotal, tax: tax + tax_off_by, total: total + tax_off_by });
    record.settled.get_or_insert(Settled { due: total, ..Settled::default() });
    let lines = document.lines.iter().enumerate().map(|(at, line)| {
        let mut read = line.charge.as_ref().map(charged).unwrap_or_default();
        read.id = Some(RemoteId::new(format!("{}-{at}", record.id)));
        read.description.clone_from(&line.description);
        read
    });
    record.lines = Some(lines.collect());
    record.sources = document.source.as_ref().map(|source| vec![source.id.clone()]);
}

fn charged(charge: &Charge) -> RemoteLine {
    let mut line = RemoteLine::default();
    line.quantity = Some(charge.quantity.0);
    line.unit_price = Some(charge.unit_price.0);
    line.amount = Some(charge.amount);
    line.tax_code = Some(charge.tax_code.clone());
    line.tax = Some(charge.tax.0);
    line.account = charge.account.code.clone();
    line.item = charge.item.as_ref().and_then(|item| item.code.clone());
    line
}

fn carries(record: &RemoteRecord, target: &ProbeTarget) -> bool {
    family(record.kind) == family(target.kind)
        && match target.kind {
            RecordKind::Payment => record.reference.as_ref() == Some(&target.marker) && record.parent == target.parent,
            RecordKind::Allocation => record.parent == target.parent && record.counterpart == target.counterpart,
            _ => record.number.as_ref() == Some(&target.marker),
        }
}

fn lost() -> ProviderError {
    ProviderError::new(ErrorKind::Network, "the answer was lost")
}

fn unsupported<T>() -> Result<T, ProviderError> {
    Err(ProviderError::new(ErrorKind::Unsupported, "not in these books"))
}

#[async_trait]
impl AccountingProvider for ScriptedProvider {
    fn info(&self) -> PackageInfo {
        PackageInfo::new("scripted", "the books")
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn organisation(&self) -> Result<Organisation, ProviderError> {
        let nzd = "NZD".parse().map_err(|_| ProviderError::new(ErrorKind::Internal, "NZD"))?;
        Ok(Organisation::new(OrganisationId::new("org"), "Demo", nzd))
    }

    fn batch_now(&self, kind: RecordKind, intent: Intent) -> usize {
        self.capabilities.most(kind, intent)
    }

    fn encode(&self, batch: &WriteBatch) -> Result<EncodedWrite, EncodeError> {
        let fatal = self.books().fatal.clone();
        assert!(batch.members.iter().all(|member| Some(&member.name) != fatal.as_ref()), "a worker dies here");
        let body = serde_json::to_string(&batch.members).map_err(|error| EncodeError {
            member: 0,
            error: ProviderError::new(ErrorKind::Internal, error.to_string()),
        })?;
        Ok(EncodedWrite {
            kind: batch.kind,
            intent: batch.intent,
            key: batch.key.clone(),
            members: batch.members.len(),
            target: String::new(),
            body,
        })
    }

    async fn write(&self, write: &EncodedWrite) -> WriteReport {
        let members: Vec<Planned> = serde_json::from_str(&write.body).unwrap_or_default();
        self.books().calls.push(format!("{} {}", write.intent.as_str(), write.kind));
        let hold = self.books().hold;
        for _ in 0..hold {
            tokio::task::yield_now().await;
        }
        let mut books = self.books();
        let act = books.writes.pop_front().unwrap_or(Act::Answer);
        match &act {
            Act::LoseRequest => return WriteReport::unknown(write.members, &lost()),
            Act::Refuse(error) => return WriteReport::not_applied(write.members, error),
            Act::Answer | Act::LoseAnswer => {}
        }
        let known = books.answered.get(&write.key).filter(|_| self.capabilities.replay_window.is_some()).cloned();
        let report = known.unwrap_or_else(|| {
            let mut report = WriteReport::unknown(write.members, &lost());
            let unique = self.capabilities.of(write.kind).is_some_and(|capability| capability.unique_number);
            for (at, planned) in members.iter().enumerate() {
                report.set(at, books.apply(write.intent, planned, unique));
            }
            report
        });
        books.answered.insert(write.key.clone(), report.clone());
        if matches!(act, Act::LoseAnswer) { WriteReport::unknown(write.members, &lost()) } else { report }
    }

    async fn probe(&self, targets: &[ProbeTarget]) -> Result<Vec<Vec<RemoteRecord>>, ProviderError> {
        let mut books = self.books();
        let kind = targets.first().map_or(RecordKind::Invoice, |target| target.kind);
        books.calls.push(format!("probe {kind}"));
        if let Some(answer) = books.probes.pop_front() {
            answer?;
        }
        if books.short_answers {
            return Ok(Vec::new());
        }
        let named = |record: &&RemoteRecord, target: &ProbeTarget| {
            books.one_list_of_names && record.kind.is_party() && target.name.is_some() && record.name == target.name
        };
        let found = |target| {
            let found = books.records.iter().filter(|record| carries(record, target) || named(record, target));
            found.cloned().collect()
        };
        Ok(targets.iter().map(found).collect())
    }

    async fn fetch(&self, kind: RecordKind, ids: &[RemoteId]) -> Result<Vec<Option<RemoteRecord>>, ProviderError> {
        let mut books = self.books();
        books.calls.push(format!("fetch {kind}"));
        if books.short_answers {
            return Ok(Vec::new());
        }
        let named = |id: &RemoteId| {
            let mut record = books.records.iter().find(|record| record.id == *id).cloned()?;
            record.kind = kind;
            Some(record)
        };
        Ok(ids.iter().map(named).collect())
    }

    async fn changes(&self, feed: ChangeFeed, _: Option<&Cursor>) -> Result<ChangePage, ProviderError> {
        let books = self.books();
        if !books.tells_changes || feed != ChangeFeed::Invoices {
            return unsupported();
        }
        let invoices = books.records.iter().filter(|record| record.kind == RecordKind::Invoice);
        Ok(ChangePage { records: invoices.cloned().collect(), next: None, more: false })
    }

    async fn catalogue(&self, request: &CatalogueRequest) -> Result<CataloguePage, ProviderError> {
        let mut bank = Account::new(RemoteId::new("a0"), Some("090".into()), "Bank", AccountClass::Asset);
        (bank.usable_on_lines, bank.usable_for_payments) = (false, true);
        let sales = Account::new(RemoteId::new("a2"), Some("200".into()), "Sales", AccountClass::Income);
        let entries = match request.kind {
            CatalogueKind::Accounts => vec![CatalogueEntry::Account(bank), CatalogueEntry::Account(sales)],
            CatalogueKind::TaxCodes => {
                vec![CatalogueEntry::TaxCode(TaxCode::new("OUT", "Sales 15 %", Decimal::from(15)))]
            }
            _ => Vec::new(),
        };
        Ok(CataloguePage::new(entries, false))
    }

    async fn attachments(&self, _: RecordKind, _: &RemoteId) -> Result<Vec<Attachment>, ProviderError> {
        unsupported()
    }

    async fn attach(&self, _: RecordKind, _: &RemoteId, _: NewAttachment) -> Result<Attachment, ProviderError> {
        unsupported()
    }

    async fn download(&self, _: RecordKind, _: &RemoteId, _: &Attachment) -> Result<ByteStream, ProviderError> {
        unsupported()
    }

    async fn note(&self, _: RecordKind, _: &RemoteId, _: &str) -> Result<(), ProviderError> {
        unsupported()
    }

    async fn disconnect(&self) -> DisconnectReport {
        DisconnectReport::default()
    }
}
