//! Numbers that the host gives itself (F78 to F81): what the office does about them, and what devices ask it for.

use std::sync::Arc;

use factory_accounting_core::ids::{BlockId, DeviceId};
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::numbers::{Block, BlockState, DeviceNumbers, GapReport, NumberError, SeriesChange};
use factory_accounting_core::settings::{NumberOwner, NumberSeries};
use factory_accounting_core::store::{BlockQuery, GapQuery, LeaseRequest, NumberStore, NumberUse, RefusedUse};

use crate::engine::{Engine, EngineError};

/// The numbers of one connection. Clones share everything.
///
/// No number is on two documents, whatever crashes, is cut off or is installed anew; that none is missing is not promised
/// (F80). Where the package gives the numbers, as [`NumberOwner::Package`] says, every verb that needs a series says so.
#[derive(Clone, Debug)]
pub struct Numbers {
    engine: Engine,
    store: Arc<dyn NumberStore>,
}

impl Engine {
    /// The numbers of this connection, kept in a register: the engine's own store, or another.
    #[must_use]
    pub fn numbers(&self, store: Arc<dyn NumberStore>) -> Numbers {
        Numbers { engine: self.clone(), store }
    }
}

impl Numbers {
    /// The series of a kind, as the settings have it.
    ///
    /// # Errors
    /// [`NumberError::PackageNumbers`] where the package gives the numbers; [`NumberError::NoSeries`] where none is set.
    pub async fn series(&self, kind: RecordKind) -> Result<NumberSeries, EngineError> {
        let mut settings = self.engine.settings().await?;
        if settings.number_owner(kind) == NumberOwner::Package {
            return Err(NumberError::PackageNumbers { kind }.into());
        }
        Ok(settings.series.remove(&kind).ok_or(NumberError::NoSeries { kind })?)
    }

    /// Whether a series may take the place of the one in the settings, and what follows: ask before saving them (F78).
    ///
    /// # Errors
    /// [`NumberError::Series`], [`NumberError::StartTooLow`]; [`NumberError::TooLong`] and [`NumberError::Characters`] where
    /// the package does not take the numbers of the first block.
    pub async fn may_change(&self, kind: RecordKind, to: &NumberSeries) -> Result<SeriesChange, EngineError> {
        let inner = &self.engine.inner;
        let settings = self.engine.settings().await?;
        let next = self.store.next_value(&inner.connection, kind, &to.prefix).await?;
        let change = to.follows(settings.series.get(&kind), next)?;
        let first = to.start.max(next.unwrap_or_default());
        to.block_fits(kind, first, inner.provider.capabilities())?;
        Ok(change)
    }

    /// Leases a block to a device, of the size that the series has (F79). `request` is the device's own key for this request:
    /// the same, asked again after a lost answer, gets the same block. See [`DeviceNumbers::wants`].
    ///
    /// # Errors
    /// Those of [`series`](Self::series) and [`NumberStore::lease`]; [`NumberError::TooLong`] and
    /// [`NumberError::Characters`] where the package does not take the numbers: none is leased then.
    pub async fn lease(&self, kind: RecordKind, device: &DeviceId, request: &str) -> Result<Block, EngineError> {
        let inner = &self.engine.inner;
        let series = self.series(kind).await?;
        series.check()?;
        // The longest that this lease can come to; what was taken back is shorter, and may be leased once the series is not.
        let next = self.store.next_value(&inner.connection, kind, &series.prefix).await?;
        let first = series.start.max(next.unwrap_or_default());
        series.block_fits(kind, first, inner.provider.capabilities())?;
        let size = series.block;
        let request = LeaseRequest { kind, series, device: device.clone(), request: request.to_owned(), size };
        Ok(self.store.lease(&inner.connection, request, inner.now()).await?)
    }

    /// Fetches blocks for a device until it has more than its low-water mark. What it has received it has to store before it
    /// uses it.
    ///
    /// # Errors
    /// Those of [`lease`](Self::lease). What was fetched by then stays.
    pub async fn fill(&self, numbers: &mut DeviceNumbers) -> Result<(), EngineError> {
        while let Some(request) = numbers.wants() {
            let left = numbers.remaining();
            let block = self.lease(numbers.kind(), numbers.device(), &request).await?;
            numbers.receive(block)?;
            if numbers.remaining() <= left {
                return Err(NumberError::NoneLeft { device: numbers.device().clone(), kind: numbers.kind() }.into());
            }
        }
        Ok(())
    }

    /// The next number of a device that is connected: fills up what it carries, and draws from it even where that failed, as
    /// long as something is left. A device without a connection draws by [`DeviceNumbers::take`] alone.
    ///
    /// # Errors
    /// Those of [`lease`](Self::lease), where nothing is left.
    pub async fn next(&self, numbers: &mut DeviceNumbers) -> Result<String, EngineError> {
        let filled = self.fill(numbers).await;
        match (numbers.take(), filled) {
            (Some(number), _) => Ok(number),
            (None, Err(error)) => Err(error),
            (None, Ok(())) => {
                Err(NumberError::NoneLeft { device: numbers.device().clone(), kind: numbers.kind() }.into())
            }
        }
    }

    /// Records which documents a device has given which numbers, and returns those that it may not have: give these documents
    /// new numbers before they are pushed (R10). The same again changes nothing.
    pub async fn report_used(&self, device: &DeviceId, uses: Vec<NumberUse>) -> Result<Vec<RefusedUse>, EngineError> {
        let inner = &self.engine.inner;
        Ok(self.store.mark_used(&inner.connection, device, uses, inner.now()).await?)
    }

    /// Records that documents count no more: their numbers stay theirs, and the report says why they are missing.
    pub async fn report_voided(&self, documents: &[RecordKey]) -> Result<(), EngineError> {
        let inner = &self.engine.inner;
        Ok(self.store.mark_voided(&inner.connection, documents, inner.now()).await?)
    }

    /// The document that has a number.
    ///
    /// # Errors
    /// [`NumberError::NoNumber`].
    pub async fn holder(&self, kind: RecordKind, number: &str) -> Result<Option<RecordKey>, EngineError> {
        Ok(self.store.holder(&self.engine.inner.connection, kind, number).await?)
    }

    /// Blocks in order of leasing.
    pub async fn blocks(&self, query: BlockQuery) -> Result<Vec<BlockState>, EngineError> {
        Ok(self.store.blocks(&self.engine.inner.connection, query).await?)
    }

    /// Declares a device gone, by a person: lost, sold, installed anew (F81). It gets no more numbers.
    pub async fn retire(&self, device: &DeviceId, by: &str) -> Result<(), EngineError> {
        let inner = &self.engine.inner;
        Ok(self.store.retire(&inner.connection, device, by, inner.now()).await?)
    }

    /// Takes back, by a person's word, what a device that is gone has not used of a block, and returns how many numbers these
    /// are (F81). They are leased again; should the device come back, it is refused what it has used of them.
    ///
    /// # Errors
    /// [`NumberError::UnknownBlock`], [`NumberError::DeviceInUse`].
    pub async fn reclaim(&self, block: BlockId, by: &str) -> Result<u64, EngineError> {
        let inner = &self.engine.inner;
        Ok(self.store.reclaim(&inner.connection, block, by, inner.now()).await?)
    }

    /// Which numbers of a range no living document has, and why (F80).
    pub async fn gaps(&self, query: GapQuery) -> Result<GapReport, EngineError> {
        Ok(self.store.gaps(&self.engine.inner.connection, query).await?)
    }
}
