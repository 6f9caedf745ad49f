//! An office with its register, phones that write documents without a connection, and everything that happens to them.

use std::collections::BTreeMap;
use std::fmt::Debug;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use factory_accounting_core::ids::{BlockId, ConnectionId, DeviceId};
use factory_accounting_core::memory::MemoryStore;
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::numbers::{Block, BlockState, DeviceNumbers, GapReport, NumberError};
use factory_accounting_core::settings::NumberSeries;
use factory_accounting_core::store::{BlockQuery, GapQuery, LeaseRequest, NumberStore, NumberUse, RefusedUse};

pub(super) const KIND: RecordKind = RecordKind::Invoice;
pub(super) const PREFIX: &str = "INV-";
const BLOCK: u32 = 2;
const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

pub(super) fn connection() -> ConnectionId {
    ConnectionId::from("workshop")
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A phone asks for a block.
    Ask { phone: usize, answer: Answer },
    /// An answer that was under way arrives.
    Arrive { phone: usize },
    /// A phone writes a document, without a connection.
    Write { phone: usize },
    /// A phone tells what it has written; its answer may be lost.
    Tell { phone: usize, answered: bool },
    /// The app is deleted and installed anew: what it had not told is lost (F81).
    Reinstall { phone: usize },
    /// A phone is set up from another's backup: two phones under one name with one block.
    Copy { from: usize, to: usize },
    /// The office declares a device gone.
    Retire { device: DeviceId },
    /// The office takes back what a device has not used.
    Reclaim { block: BlockId },
}

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Comes,
    IsLost,
    ComesLater,
}

/// What a register does that keeps numbers apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Safety {
    /// Refuses a number that another document has.
    OneDocumentEach,
    /// Refuses what was taken back.
    RefusesTheLate,
    /// Gives no more than it notes.
    GivesWhatItNotes,
}

/// A register, perhaps without one of its safeties.
#[derive(Clone, Debug)]
pub(super) struct Writing<S> {
    store: S,
    without: Option<Safety>,
}

impl<S> Writing<S> {
    pub(super) fn new(store: S, without: Option<Safety>) -> Self {
        Self { store, without }
    }
}

#[async_trait]
impl<S: NumberStore> NumberStore for Writing<S> {
    async fn lease(
        &self,
        connection: &ConnectionId,
        request: LeaseRequest,
        now: DateTime<Utc>,
    ) -> Result<Block, NumberError> {
        let block = self.store.lease(connection, request, now).await?;
        if self.without == Some(Safety::GivesWhatItNotes) {
            // What it gives is not what it has noted.
            return Ok(Block { last: block.last + 1, ..block });
        }
        Ok(block)
    }

    async fn mark_used(
        &self,
        connection: &ConnectionId,
        device: &DeviceId,
        uses: Vec<NumberUse>,
        now: DateTime<Utc>,
    ) -> Result<Vec<RefusedUse>, NumberError> {
        let mut refused = self.store.mark_used(connection, device, uses, now).await?;
        refused.retain(|refused| match self.without {
            Some(Safety::OneDocumentEach) => !matches!(refused.why, NumberError::Taken { .. }),
            Some(Safety::RefusesTheLate) => !matches!(refused.why, NumberError::Reclaimed { .. }),
            _ => true,
        });
        Ok(refused)
    }

    async fn mark_voided(
        &self,
        connection: &ConnectionId,
        documents: &[RecordKey],
        now: DateTime<Utc>,
    ) -> Result<(), NumberError> {
        self.store.mark_voided(connection, documents, now).await
    }

    async fn holder(
        &self,
        connection: &ConnectionId,
        kind: RecordKind,
        number: &str,
    ) -> Result<Option<RecordKey>, NumberError> {
        self.store.holder(connection, kind, number).await
    }

    async fn retire(
        &self,
        connection: &ConnectionId,
        device: &DeviceId,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<(), NumberError> {
        self.store.retire(connection, device, by, now).await
    }

    async fn reclaim(
        &self,
        connection: &ConnectionId,
        block: BlockId,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<u64, NumberError> {
        self.store.reclaim(connection, block, by, now).await
    }

    async fn blocks(&self, connection: &ConnectionId, query: BlockQuery) -> Result<Vec<BlockState>, NumberError> {
        self.store.blocks(connection, query).await
    }

    async fn next_value(
        &self,
        connection: &ConnectionId,
        kind: RecordKind,
        prefix: &str,
    ) -> Result<Option<u64>, NumberError> {
        self.store.next_value(connection, kind, prefix).await
    }

    async fn gaps(&self, connection: &ConnectionId, query: GapQuery) -> Result<GapReport, NumberError> {
        self.store.gaps(connection, query).await
    }
}

/// A phone and the documents on it.
#[derive(Clone, Debug)]
struct Phone {
    numbers: DeviceNumbers,
    /// Written and not told yet: number and document.
    untold: Vec<(String, String)>,
    /// Refused, to be written under another number.
    refused: Vec<String>,
    under_way: Option<Block>,
    installs: u32,
    written: u32,
}

impl Phone {
    fn new(place: usize, installs: u32, written: u32) -> Self {
        let numbers = DeviceNumbers::new(KIND, format!("phone {place}.{installs}"), 0);
        Self { numbers, untold: Vec::new(), refused: Vec::new(), under_way: None, installs, written }
    }
}

/// The office, the phones, and what the office has been told.
#[derive(Clone, Debug)]
pub(super) struct World<S> {
    store: S,
    phones: Vec<Phone>,
    /// Documents by the number under which the register has taken them.
    taken: BTreeMap<String, String>,
    copied: bool,
    story: Vec<Step>,
}

impl World<Writing<MemoryStore>> {
    /// What is, on its own.
    pub(super) fn fork(&self) -> Self {
        let store = Writing::new(self.store.store.fork(), self.store.without);
        Self { store, phones: self.phones.clone(), taken: self.taken.clone(), story: self.story.clone(), ..*self }
    }
}

impl<S: NumberStore + Debug> World<S> {
    pub(super) fn new(store: S, phones: usize) -> Self {
        let phones = (0..phones).map(|place| Phone::new(place, 0, 0)).collect();
        Self { store, phones, taken: BTreeMap::new(), copied: false, story: Vec::new() }
    }

    pub(super) fn store(&self) -> &S {
        &self.store
    }

    pub(super) fn story(&self) -> String {
        self.story.iter().map(|step| format!("{step:?}\n")).collect()
    }

    async fn blocks(&self) -> Vec<BlockState> {
        let query = BlockQuery { kind: KIND, device: None, after: None, limit: 0 };
        self.store.blocks(&connection(), query).await.expect("blocks")
    }

    async fn report(&self) -> GapReport {
        let query = GapQuery { kind: KIND, prefix: PREFIX.to_owned(), first: 0, last: u64::MAX, limit: 0 };
        self.store.gaps(&connection(), query).await.expect("a report")
    }

    /// Everything by which two moments differ.
    pub(super) async fn digest(&self) -> String {
        format!("{:?}{:?}{:?}{:?}{}", self.blocks().await, self.report().await, self.phones, self.taken, self.copied)
    }

    /// Everything that can happen now and makes a difference.
    pub(super) async fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let blocks = self.blocks().await;
        for (phone, it) in self.phones.iter().enumerate() {
            let known_gone =
                blocks.iter().any(|state| state.block.device == *it.numbers.device() && state.gone.is_some());
            if it.numbers.wants().is_some() && !known_gone {
                steps.extend([Answer::Comes, Answer::IsLost].map(|answer| Step::Ask { phone, answer }));
                if it.under_way.is_none() {
                    steps.push(Step::Ask { phone, answer: Answer::ComesLater });
                }
            }
            if it.under_way.is_some() {
                steps.push(Step::Arrive { phone });
            }
            if it.numbers.remaining() > 0 {
                steps.push(Step::Write { phone });
            }
            if !it.untold.is_empty() {
                steps.extend([true, false].map(|answered| Step::Tell { phone, answered }));
            }
            if it.installs == 0 && blocks.iter().any(|state| state.block.device == *it.numbers.device()) {
                steps.push(Step::Reinstall { phone });
            }
            let others =
                (0..self.phones.len()).filter(|other| *other != phone && !self.copied && it.numbers.remaining() > 0);
            steps.extend(others.map(|to| Step::Copy { from: phone, to }));
        }
        let mut devices: Vec<&DeviceId> =
            blocks.iter().filter(|state| state.gone.is_none()).map(|state| &state.block.device).collect();
        devices.sort();
        devices.dedup();
        steps.extend(devices.into_iter().map(|device| Step::Retire { device: device.clone() }));
        let back = blocks.iter().filter(|state| state.gone.is_some() && state.reclaimed.is_none());
        steps.extend(back.map(|state| Step::Reclaim { block: state.block.id }));
        steps
    }

    /// A phone asks; the register answers.
    pub(super) async fn ask(&self, phone: usize) -> Result<Block, NumberError> {
        let numbers = &self.phones[phone].numbers;
        let request = LeaseRequest {
            kind: KIND,
            series: NumberSeries { prefix: PREFIX.to_owned(), start: 1, width: 4, block: BLOCK },
            device: numbers.device().clone(),
            request: numbers.wants().unwrap_or_default(),
            size: BLOCK,
        };
        self.store.lease(&connection(), request, NOW).await
    }

    /// Lets something happen. The error tells what must never be.
    pub(super) async fn take(&mut self, step: &Step) -> Result<(), String> {
        self.story.push(step.clone());
        match step {
            Step::Ask { phone, answer } => {
                let block = match self.ask(*phone).await {
                    Ok(block) => block,
                    // One of two phones under one name asks for what the other has used already, or after it was declared gone.
                    Err(NumberError::RequestReused { .. } | NumberError::DeviceGone { .. }) => return Ok(()),
                    Err(error) => return Err(error.to_string()),
                };
                let asking = &mut self.phones[*phone];
                match answer {
                    Answer::Comes => asking.numbers.receive(block).map_err(|error| error.to_string())?,
                    Answer::IsLost => {}
                    Answer::ComesLater => asking.under_way = Some(block),
                }
            }
            Step::Arrive { phone } => {
                let it = &mut self.phones[*phone];
                if let Some(block) = it.under_way.take() {
                    it.numbers.receive(block).map_err(|error| error.to_string())?;
                }
            }
            Step::Write { phone } => {
                let it = &mut self.phones[*phone];
                let number = it.numbers.take().ok_or("no number where some are left")?;
                let document = it.refused.pop().unwrap_or_else(|| {
                    it.written += 1;
                    format!("{phone}-{}", it.written)
                });
                it.untold.push((number, document));
            }
            Step::Tell { phone, answered } => self.tell(*phone, *answered).await?,
            Step::Reinstall { phone } => {
                let Phone { installs, written, .. } = self.phones[*phone];
                self.phones[*phone] = Phone::new(*phone, installs + 1, written);
            }
            Step::Copy { from, to } => {
                self.copied = true;
                let numbers = self.phones[*from].numbers.clone();
                let it = &mut self.phones[*to];
                (it.numbers, it.under_way) = (numbers, None);
            }
            Step::Retire { device } => {
                self.store.retire(&connection(), device, "Ann", NOW).await.map_err(|error| error.to_string())?;
            }
            Step::Reclaim { block } => {
                self.store.reclaim(&connection(), *block, "Ann", NOW).await.map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }

    async fn tell(&mut self, phone: usize, answered: bool) -> Result<(), String> {
        let it = &self.phones[phone];
        let uses: Vec<NumberUse> = it
            .untold
            .iter()
            .map(|(number, document)| NumberUse {
                number: number.clone(),
                document: RecordKey::new(KIND, document.as_str()),
            })
            .collect();
        let refused = self.store.mark_used(&connection(), it.numbers.device(), uses.clone(), NOW).await;
        let refused = refused.map_err(|error| error.to_string())?;
        for (number, document) in &it.untold {
            let is_it = |told: &NumberUse| told.number == *number && told.document.id.as_str() == document;
            if refused.iter().any(|refused| is_it(&refused.refused)) {
                continue;
            }
            if let Some(other) = self.taken.insert(number.clone(), document.clone()).filter(|other| other != document) {
                return Err(format!("{number} is on {other} and on {document}"));
            }
        }
        if answered {
            let it = &mut self.phones[phone];
            it.untold.clear();
            it.refused.extend(refused.into_iter().map(|refused| refused.refused.document.id.as_str().to_owned()));
        }
        Ok(())
    }

    /// What must hold at every moment.
    pub(super) async fn check(&self) -> Result<(), String> {
        for (number, document) in &self.taken {
            let holder = self.store.holder(&connection(), KIND, number).await.map_err(|error| error.to_string())?;
            if holder.as_ref().map(|holder| holder.id.as_str()) != Some(document) {
                return Err(format!("{number} is on {document} and with {holder:?}"));
            }
        }
        let blocks = self.blocks().await;
        let held: Vec<&Block> =
            blocks.iter().filter(|state| state.reclaimed.is_none()).map(|state| &state.block).collect();
        for (at, one) in held.iter().enumerate() {
            if let Some(other) =
                held.iter().skip(at + 1).find(|other| one.first <= other.last && other.first <= one.last)
            {
                return Err(format!("{} and {} share numbers", one.id, other.id));
            }
        }
        for state in blocks.iter().filter(|state| state.gone.is_none()) {
            let taken_back = self.store.reclaim(&connection(), state.block.id, "Bob", NOW).await;
            if !matches!(taken_back, Err(NumberError::DeviceInUse { .. })) {
                return Err(format!("block {} was taken back from a device in use", state.block.id));
            }
        }
        self.accounted_for().await
    }

    /// Every number that has been given is on a document or explained, and not both.
    async fn accounted_for(&self) -> Result<(), String> {
        let report = self.report().await;
        let next = self.store.next_value(&connection(), KIND, PREFIX).await.map_err(|error| error.to_string())?;
        let given = next.map_or(0, |next| next - 1);
        let on_phones = self.phones.iter().flat_map(|phone| &phone.untold).map(|(number, _)| number);
        let known = |value: &u64| (1..=given).contains(value);
        let mut values =
            on_phones.chain(self.taken.keys()).filter_map(|number| number.strip_prefix(PREFIX)?.parse().ok());
        let explained: u64 = report.gaps.iter().map(|gap| gap.last - gap.first + 1).sum();
        let double = self
            .taken
            .keys()
            .filter_map(|number| number.strip_prefix(PREFIX)?.parse::<u64>().ok())
            .find(|value| report.gaps.iter().any(|gap| (gap.first..=gap.last).contains(value)));
        let whole = report.totals.all() == given
            && explained + self.taken.len() as u64 == given
            && values.all(|value| known(&value))
            && double.is_none();
        if whole { Ok(()) } else { Err(format!("not all numbers are accounted for: {given} given, {report:?}")) }
    }
}
