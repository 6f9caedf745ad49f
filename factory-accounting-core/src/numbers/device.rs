//! The numbers that a device carries with it, to be used without a connection (F79).

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{Block, NumberError};
use crate::ids::{BlockId, DeviceId};
use crate::model::RecordKind;

/// The numbers of one kind that a device has leased and not yet used. A value that the app keeps itself: it stores it, in the
/// transaction that stores the document, after every [`take`](Self::take), and before it trusts what it has
/// [received](Self::receive).
///
/// ```
/// use factory_accounting_core::numbers::DeviceNumbers;
/// use factory_accounting_core::model::RecordKind;
///
/// let mut numbers = DeviceNumbers::new(RecordKind::Invoice, "phone 7, installed 2026-11-02", 5);
/// assert_eq!(numbers.take(), None);
/// // Few are left: the key to ask for a block under, the same until the answer has come.
/// assert_eq!(numbers.wants().as_deref(), Some("invoice-1"));
/// assert_eq!(numbers.wants(), numbers.wants());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceNumbers {
    kind: RecordKind,
    device: DeviceId,
    low_water: u64,
    answered: u64,
    newest: Option<BlockId>,
    blocks: VecDeque<Held>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Held {
    block: Block,
    next: u64,
}

impl Held {
    fn remaining(&self) -> u64 {
        (self.block.last + 1).saturating_sub(self.next.max(self.block.first))
    }
}

impl DeviceNumbers {
    /// A device without numbers. `device` names this installation of the app and no other, also not an earlier one on the
    /// same phone (F81). It wants a block as soon as no more than `low_water` numbers are left.
    pub fn new(kind: RecordKind, device: impl Into<DeviceId>, low_water: u32) -> Self {
        let (device, low_water) = (device.into(), u64::from(low_water));
        Self { kind, device, low_water, answered: 0, newest: None, blocks: VecDeque::new() }
    }

    /// Kind of the documents that they are for.
    #[must_use]
    pub fn kind(&self) -> RecordKind {
        self.kind
    }

    /// Whose they are.
    #[must_use]
    pub fn device(&self) -> &DeviceId {
        &self.device
    }

    /// How many are left.
    #[must_use]
    pub fn remaining(&self) -> u64 {
        self.blocks.iter().map(Held::remaining).fold(0, u64::saturating_add)
    }

    /// Takes the next number; `None` where none is left. It never comes again.
    pub fn take(&mut self) -> Option<String> {
        while let Some(held) = self.blocks.front_mut() {
            let value = held.next.max(held.block.first);
            if value <= held.block.last {
                held.next = value + 1;
                return Some(held.block.format(value));
            }
            self.blocks.pop_front();
        }
        None
    }

    /// The key under which to ask for the next block, where few numbers are left. It stays the same until a block has been
    /// received, so that asking again after a lost answer gives the same block.
    #[must_use]
    pub fn wants(&self) -> Option<String> {
        (self.remaining() <= self.low_water).then(|| format!("{}-{}", self.kind.as_str(), self.answered + 1))
    }

    /// Puts a leased block behind what is left. A block that was received before changes nothing, however late it comes again.
    ///
    /// # Errors
    /// [`NumberError::OtherBlock`] where it was leased to another device or for another kind.
    pub fn receive(&mut self, block: Block) -> Result<(), NumberError> {
        if block.device != self.device || block.kind != self.kind {
            return Err(NumberError::OtherBlock {
                block: block.id,
                found: format!("device {} for each {}", block.device, block.kind),
                expected: format!("device {} for each {}", self.device, self.kind),
            });
        }
        if self.newest.is_some_and(|newest| block.id <= newest) {
            return Ok(());
        }
        self.newest = Some(block.id);
        self.answered += 1;
        self.blocks.push_back(Held { next: block.first, block });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn block(id: u64, first: u64, last: u64) -> Block {
        Block {
            id: BlockId(id),
            kind: RecordKind::Invoice,
            prefix: "INV-".to_owned(),
            width: 4,
            first,
            last,
            device: DeviceId::from("phone"),
            leased_at: DateTime::UNIX_EPOCH,
        }
    }

    fn all(numbers: &mut DeviceNumbers) -> Vec<String> {
        std::iter::from_fn(|| numbers.take()).collect()
    }

    #[test]
    fn f79_numbers_are_taken_in_order_without_a_connection() {
        let mut numbers = DeviceNumbers::new(RecordKind::Invoice, "phone", 1);
        numbers.receive(block(1, 1, 2)).expect("its own");
        numbers.receive(block(4, 26, 27)).expect("its own");
        assert_eq!(numbers.remaining(), 4);
        assert_eq!(all(&mut numbers), ["INV-0001", "INV-0002", "INV-0026", "INV-0027"]);
        assert_eq!((numbers.remaining(), numbers.take()), (0, None));
    }

    #[test]
    fn the_next_block_is_wanted_before_the_last_runs_out_and_under_one_key() {
        let mut numbers = DeviceNumbers::new(RecordKind::Invoice, "phone", 2);
        assert_eq!(numbers.wants().as_deref(), Some("invoice-1"));
        numbers.receive(block(1, 1, 4)).expect("its own");
        assert_eq!(numbers.wants(), None);
        numbers.take().expect("one");
        assert_eq!(numbers.wants(), None);
        numbers.take().expect("two");
        assert_eq!(numbers.wants().as_deref(), Some("invoice-2"));
        assert_eq!(numbers.take().as_deref(), Some("INV-0003"), "what is left is used meanwhile");
        assert_eq!(numbers.wants().as_deref(), Some("invoice-2"), "the answer has not come");
    }

    #[test]
    fn a_block_that_comes_again_gives_no_number_again() {
        let mut numbers = DeviceNumbers::new(RecordKind::Invoice, "phone", 2);
        numbers.receive(block(1, 1, 2)).expect("its own");
        assert_eq!(all(&mut numbers).len(), 2);
        numbers.receive(block(1, 1, 2)).expect("late, and ignored");
        numbers.receive(block(2, 3, 4)).expect("its own");
        numbers.receive(block(1, 1, 2)).expect("later still");
        assert_eq!(all(&mut numbers), ["INV-0003", "INV-0004"]);
    }

    #[test]
    fn a_block_of_another_device_or_kind_is_refused() {
        let mut phone = DeviceNumbers::new(RecordKind::Invoice, "tablet", 2);
        let mut quotes = DeviceNumbers::new(RecordKind::Quote, "phone", 2);
        for numbers in [&mut phone, &mut quotes] {
            let refused = numbers.receive(block(1, 1, 2)).expect_err("not its own");
            assert!(matches!(refused, NumberError::OtherBlock { .. }), "{refused}");
            assert_eq!(numbers.take(), None);
        }
    }

    #[test]
    fn it_survives_the_app_s_own_storage() {
        let mut numbers = DeviceNumbers::new(RecordKind::Invoice, "phone", 2);
        numbers.receive(block(1, 1, 9)).expect("its own");
        numbers.take().expect("one");
        let stored = serde_json::to_string(&numbers).expect("JSON");
        let mut read: DeviceNumbers = serde_json::from_str(&stored).expect("reads back");
        assert_eq!(read, numbers);
        assert_eq!(read.take().as_deref(), Some("INV-0002"));
    }
}
