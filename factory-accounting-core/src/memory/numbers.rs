//! Numbers: runs, blocks and what documents have.

use std::collections::BTreeMap;
use std::convert::Infallible;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::MemoryStore;
use crate::ids::{BlockId, ConnectionId, DeviceId, LocalId};
use crate::model::{RecordKey, RecordKind};
use crate::numbers::gaps::{self, Hand, Span, Used};
use crate::numbers::{
    self, Act, Block, BlockState, GapReport, NumberError, Standing, admit_lease, admit_reclaim, admit_use, allot,
};
use crate::store::{BlockQuery, GapQuery, LeaseRequest, NumberStore, NumberUse, RefusedUse};

/// The numbers of one connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Register {
    runs: BTreeMap<(RecordKind, String), Run>,
    blocks: BTreeMap<BlockId, BlockState>,
    requests: BTreeMap<(DeviceId, String), BlockId>,
    gone: BTreeMap<DeviceId, Act>,
}

/// The numbers of one kind and prefix.
#[derive(Clone, Debug, Default)]
struct Run {
    /// The first value never given, and the first ever given.
    next: Option<u64>,
    first: u64,
    uses: BTreeMap<u64, Use>,
    /// What was taken back: the last value of each range by its first, and who did.
    free: BTreeMap<u64, (u64, Act)>,
}

#[derive(Clone, Debug)]
struct Use {
    document: LocalId,
    block: BlockId,
    voided: Option<DateTime<Utc>>,
}

fn run_key(kind: RecordKind, prefix: &str) -> (RecordKind, String) {
    (kind, numbers::run_of(prefix))
}

impl Register {
    fn lease(&mut self, request: LeaseRequest, now: DateTime<Utc>) -> Result<Block, NumberError> {
        let asked = (request.device.clone(), request.request.clone());
        let known = self.requests.get(&asked).and_then(|id| self.blocks.get(id));
        if let Some(block) = admit_lease(&request, self.gone.get(&request.device), known)? {
            return Ok(block);
        }
        let run = self.runs.entry(run_key(request.kind, &request.series.prefix)).or_default();
        let start = request.series.start;
        let free = run.free.iter().find(|(_, (last, _))| *last >= start).map(|(first, (last, _))| (*first, *last));
        let allotted = allot(&request, run.next, free)?;
        match free {
            Some((first, last)) if allotted.reclaimed => {
                if let Some((_, act)) = run.free.remove(&first) {
                    let taken = allotted.first..=allotted.last;
                    for (first, last) in numbers::unused(first, last, taken) {
                        run.free.insert(first, (last, act.clone()));
                    }
                }
            }
            _ => {
                run.first = if run.next.is_none() { allotted.first } else { run.first };
                run.next = Some(allotted.last + 1);
            }
        }
        let id = BlockId(self.blocks.len() as u64 + 1);
        let block = Block {
            id,
            kind: request.kind,
            prefix: request.series.prefix,
            width: request.series.width,
            first: allotted.first,
            last: allotted.last,
            device: request.device,
            leased_at: now,
        };
        self.blocks.insert(id, BlockState::new(block.clone(), request.request));
        self.requests.insert(asked, id);
        Ok(block)
    }

    /// The newest block that holds a number.
    fn block_of(&self, run: &(RecordKind, String), value: u64, device: Option<&DeviceId>) -> Option<&BlockState> {
        self.blocks.values().rev().find(|state| {
            let block = &state.block;
            block.holds(value)
                && run_key(block.kind, &block.prefix) == *run
                && device.is_none_or(|device| block.device == *device)
        })
    }

    fn use_one(&mut self, device: &DeviceId, reported: &NumberUse) -> Result<(), NumberError> {
        let (prefix, value) = numbers::split(&reported.number)?;
        let kind = reported.document.kind;
        let key = run_key(kind, prefix);
        let known = self.runs.get(&key).and_then(|run| run.uses.get(&value));
        let holder = known.map(|used| RecordKey::new(kind, used.document.clone()));
        let own = self.block_of(&key, value, Some(device));
        let leased_to = self.block_of(&key, value, None).map(|state| &state.block.device);
        let standing = Standing { holder: holder.as_ref(), own, leased_to };
        if !admit_use(&reported.number, &reported.document, device, standing)? {
            return Ok(());
        }
        let Some(block) = own.map(|state| state.block.id) else { return Ok(()) };
        let document = reported.document.id.clone();
        self.runs.entry(key).or_default().uses.insert(value, Use { document, block, voided: None });
        if let Some(state) = self.blocks.get_mut(&block) {
            state.used += 1;
        }
        Ok(())
    }

    fn mark_voided(&mut self, documents: &[RecordKey], now: DateTime<Utc>) {
        for ((kind, _), run) in &mut self.runs {
            for used in run.uses.values_mut().filter(|used| used.voided.is_none()) {
                if documents.iter().any(|document| document.kind == *kind && document.id == used.document) {
                    used.voided = Some(now);
                    if let Some(state) = self.blocks.get_mut(&used.block) {
                        state.voided += 1;
                    }
                }
            }
        }
    }

    fn retire(&mut self, device: &DeviceId, act: &Act) {
        if !self.gone.contains_key(device) {
            self.gone.insert(device.clone(), act.clone());
            for state in self.blocks.values_mut().filter(|state| state.block.device == *device) {
                state.gone = Some(act.clone());
            }
        }
    }

    fn reclaim(&mut self, id: BlockId, act: &Act) -> Result<u64, NumberError> {
        let state = self.blocks.get_mut(&id).ok_or(NumberError::UnknownBlock(id))?;
        if !admit_reclaim(state)? {
            return Ok(0);
        }
        state.reclaimed = Some(act.clone());
        let (first, last) = (state.block.first, state.block.last);
        let run = self.runs.entry(run_key(state.block.kind, &state.block.prefix)).or_default();
        let used = run.uses.range(first..=last).map(|(value, _)| *value);
        let left = numbers::unused(first, last, used);
        let many = left.iter().map(|(first, last)| last - first + 1).sum();
        run.free.extend(left.into_iter().map(|(first, last)| (first, (last, act.clone()))));
        Ok(many)
    }

    fn blocks(&self, query: &BlockQuery) -> Vec<BlockState> {
        let limit = if query.limit == 0 { 1_000 } else { query.limit };
        let wanted = |state: &&BlockState| {
            state.block.kind == query.kind
                && query.device.as_ref().is_none_or(|device| state.block.device == *device)
                && query.after.is_none_or(|after| state.block.id > after)
        };
        self.blocks.values().filter(wanted).take(limit).cloned().collect()
    }

    fn gaps(&self, query: &GapQuery) -> GapReport {
        let key = run_key(query.kind, &query.prefix);
        let Some((run, next)) = self.runs.get(&key).and_then(|run| Some((run, run.next?))) else {
            return GapReport::default();
        };
        let range = (query.first.max(run.first), query.last.min(next - 1));
        if range.0 > range.1 {
            return GapReport::default();
        }
        let free = run.free.iter().map(|(first, (last, act))| Span {
            first: *first,
            last: *last,
            hand: Hand::Nobody(act.clone()),
        });
        let leased = self
            .blocks
            .values()
            .filter(|state| state.reclaimed.is_none() && run_key(state.block.kind, &state.block.prefix) == key);
        let mut spans: Vec<Span> = leased
            .map(|state| Span {
                first: state.block.first,
                last: state.block.last,
                hand: Hand::Device {
                    device: state.block.device.clone(),
                    since: state.block.leased_at,
                    gone: state.gone.clone(),
                    used: state.used,
                    voided: state.voided,
                },
            })
            .chain(free)
            .collect();
        spans.sort_by_key(|span| span.first);
        let read = |first, last, each: &mut dyn FnMut(Used)| {
            for (value, used) in run.uses.range(first..=last) {
                each(Used { value: *value, document: used.document.clone(), voided: used.voided });
            }
            Ok::<(), Infallible>(())
        };
        match gaps::report(range, spans.into_iter().map(Ok), read, query.limit) {
            Ok(report) => report,
            Err(never) => match never {},
        }
    }
}

impl MemoryStore {
    fn with_register<T>(&self, connection: &ConnectionId, work: impl FnOnce(&mut Register) -> T) -> T {
        work(self.state().registers.entry(connection.clone()).or_default())
    }
}

#[async_trait]
impl NumberStore for MemoryStore {
    async fn lease(
        &self,
        connection: &ConnectionId,
        request: LeaseRequest,
        now: DateTime<Utc>,
    ) -> Result<Block, NumberError> {
        self.with_register(connection, |register| register.lease(request, now))
    }

    async fn mark_used(
        &self,
        connection: &ConnectionId,
        device: &DeviceId,
        uses: Vec<NumberUse>,
        _now: DateTime<Utc>,
    ) -> Result<Vec<RefusedUse>, NumberError> {
        self.with_register(connection, |register| {
            let refused = uses.into_iter().filter_map(|reported| {
                let why = register.use_one(device, &reported).err()?;
                Some(RefusedUse { refused: reported, why })
            });
            Ok(refused.collect())
        })
    }

    async fn mark_voided(
        &self,
        connection: &ConnectionId,
        documents: &[RecordKey],
        now: DateTime<Utc>,
    ) -> Result<(), NumberError> {
        self.with_register(connection, |register| register.mark_voided(documents, now));
        Ok(())
    }

    async fn holder(
        &self,
        connection: &ConnectionId,
        kind: RecordKind,
        number: &str,
    ) -> Result<Option<RecordKey>, NumberError> {
        let (prefix, value) = numbers::split(number)?;
        self.with_register(connection, |register| {
            let used = register.runs.get(&run_key(kind, prefix)).and_then(|run| run.uses.get(&value));
            Ok(used.map(|used| RecordKey::new(kind, used.document.clone())))
        })
    }

    async fn retire(
        &self,
        connection: &ConnectionId,
        device: &DeviceId,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<(), NumberError> {
        let act = Act { by: by.to_owned(), at: now };
        self.with_register(connection, |register| register.retire(device, &act));
        Ok(())
    }

    async fn reclaim(
        &self,
        connection: &ConnectionId,
        block: BlockId,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<u64, NumberError> {
        let act = Act { by: by.to_owned(), at: now };
        self.with_register(connection, |register| register.reclaim(block, &act))
    }

    async fn blocks(&self, connection: &ConnectionId, query: BlockQuery) -> Result<Vec<BlockState>, NumberError> {
        Ok(self.with_register(connection, |register| register.blocks(&query)))
    }

    async fn next_value(
        &self,
        connection: &ConnectionId,
        kind: RecordKind,
        prefix: &str,
    ) -> Result<Option<u64>, NumberError> {
        let key = run_key(kind, prefix);
        Ok(self.with_register(connection, |register| register.runs.get(&key).and_then(|run| run.next)))
    }

    async fn gaps(&self, connection: &ConnectionId, query: GapQuery) -> Result<GapReport, NumberError> {
        Ok(self.with_register(connection, |register| register.gaps(&query)))
    }
}
