//! What the account, the tax and the item of a line may follow from, gathered once per line.

use super::Context;
use super::trail::Origin;
use crate::model::{ItemLine, Party, PriceSide, Record, RecordKey, RecordKind, Trade};
use crate::provider::TradeSide;
use crate::settings::{Mapping, path_of};

/// A line with everything that bears on how it is posted.
pub(super) struct Grounds<'a> {
    /// Position of the line, from 0: in the record, and in the planned document as it is made.
    pub(super) index: usize,
    pub(super) item: &'a ItemLine,
    pub(super) trade: &'a Trade<'a>,
    pub(super) side: TradeSide,
    pub(super) purpose: Purpose,
    pub(super) mapped: Mapped<'a>,
    /// The line's product on the document's side of trade.
    pub(super) product: Option<&'a PriceSide>,
    /// The document's customer or supplier.
    pub(super) party: Option<&'a Party>,
}

/// What a document is for, where that bears on its accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Usual,
    CreditNote,
    BadDebt,
    Expense,
}

/// What the settings make of a line's kind of service or expense.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mapped<'a> {
    /// The line is of no kind.
    Nothing,
    /// Nobody has said.
    Unknown(&'a str),
    /// This.
    To(&'a str, &'a Mapping),
}

impl<'a> Mapped<'a> {
    pub(super) fn mapping(self) -> Option<&'a Mapping> {
        match self {
            Self::To(_, mapping) => Some(mapping),
            Self::Nothing | Self::Unknown(_) => None,
        }
    }
}

impl<'a> Grounds<'a> {
    pub(super) fn of(
        index: usize,
        item: &'a ItemLine,
        trade: &'a Trade<'a>,
        purpose: Purpose,
        context: &Context<'a>,
    ) -> Self {
        let side = TradeSide::of(trade.kind);
        Self {
            index,
            item,
            trade,
            side,
            purpose,
            mapped: mapped(item, side, context),
            product: item.product.as_ref().and_then(|id| context.lent.side(id, side)),
            party: context.lent.party(trade),
        }
    }

    /// Path of a field of the line in the host's record.
    pub(super) fn at(&self, field: &str) -> String {
        format!("lines[{}].{field}", self.index)
    }

    /// Path of the line's charge in the planned document.
    pub(super) fn charge(&self) -> impl std::fmt::Display {
        struct Charge(usize);
        impl std::fmt::Display for Charge {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "lines[{}].charge", self.0)
            }
        }
        Charge(self.index)
    }

    /// Path of a member of a kind's mapping in the settings.
    pub(super) fn mapping_path(&self, category: &str, member: &str) -> String {
        let table = match self.side {
            TradeSide::Sales => "services",
            TradeSide::Purchases => "expenses",
        };
        path_of([table, category, member])
    }

    /// A field of the line's product, on the document's side of trade.
    pub(super) fn of_product(&self, field: &str) -> Origin {
        match &self.item.product {
            Some(id) => Origin::Lent {
                record: RecordKey::new(RecordKind::Product, id.clone()),
                path: format!("{}.{field}", self.side.label()),
            },
            None => Origin::Host { path: self.at("product") },
        }
    }
}

/// What the settings make of the kind of a line: one that is mapped to nothing is not mapped.
pub(super) fn mapped<'a>(item: &'a ItemLine, side: TradeSide, context: &Context<'a>) -> Mapped<'a> {
    let Some(category) = item.category.as_deref() else { return Mapped::Nothing };
    let table = match side {
        TradeSide::Sales => &context.settings.services,
        TradeSide::Purchases => &context.settings.expenses,
    };
    match table.get(category).filter(|mapping| !mapping.is_empty()) {
        Some(mapping) => Mapped::To(category, mapping),
        None => Mapped::Unknown(category),
    }
}

/// What a document is for.
pub(super) fn purpose_of(record: &Record) -> Purpose {
    match record {
        Record::CreditNote(note) if note.bad_debt => Purpose::BadDebt,
        Record::CreditNote(_) => Purpose::CreditNote,
        Record::Bill(bill) if bill.expense => Purpose::Expense,
        _ => Purpose::Usual,
    }
}
