//! What follows from all rows together and is kept true by every change: where a row is, who uses it, what a card owes,
//! what is in stock, and which payments a document has.

use super::payment;
use super::shelf::Row;
use super::table::{Form, Layout, Table};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Pieces of one item (myob.md 3.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stock {
    pub(super) on_hand: Decimal,
    /// On open sales orders.
    pub(super) committed: Decimal,
    /// On open purchase orders.
    pub(super) on_order: Decimal,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Derived {
    places: BTreeMap<Uuid, Table>,
    uses: BTreeMap<Uuid, u32>,
    owed: BTreeMap<Uuid, Decimal>,
    stock: BTreeMap<Uuid, Stock>,
    payments: BTreeMap<Uuid, BTreeMap<Uuid, NaiveDate>>,
}

impl Derived {
    pub(super) fn place(&self, uid: Uuid) -> Option<Table> {
        self.places.get(&uid).copied()
    }

    /// How many links point at a row.
    pub(super) fn uses(&self, uid: Uuid) -> u32 {
        self.uses.get(&uid).copied().unwrap_or_default()
    }

    /// The open balances of a card's invoices or bills together.
    pub(super) fn owed(&self, card: Uuid) -> Decimal {
        self.owed.get(&card).copied().unwrap_or_default()
    }

    pub(super) fn stock(&self, item: Uuid) -> Stock {
        self.stock.get(&item).copied().unwrap_or_default()
    }

    /// Stock from before the books begin.
    pub(super) fn open_stock(&mut self, item: Uuid, pieces: Decimal) {
        self.stock.entry(item).or_default().on_hand += pieces;
    }

    /// The payments, settlements and refunds that touch a document, with their days.
    pub(super) fn payments(&self, document: Uuid) -> impl Iterator<Item = (Uuid, NaiveDate)> {
        self.payments.get(&document).into_iter().flatten().map(|(uid, day)| (*uid, *day))
    }

    pub(super) fn is_paid(&self, document: Uuid) -> bool {
        self.payments.contains_key(&document)
    }

    pub(super) fn add(&mut self, row: &Row) {
        self.places.insert(row.uid, row.table);
        row.body.targets(&mut |uid| *self.uses.entry(uid).or_default() += 1);
        for (document, _) in payment::applications(row) {
            let day = row.body.day("Date").unwrap_or_default();
            self.payments.entry(document).or_default().insert(row.uid, day);
        }
        self.count(row, Decimal::ONE);
    }

    pub(super) fn subtract(&mut self, row: &Row) {
        self.places.remove(&row.uid);
        row.body.targets(&mut |uid| {
            if let Some(uses) = self.uses.get_mut(&uid) {
                *uses = uses.saturating_sub(1);
            }
        });
        for (document, _) in payment::applications(row) {
            if let Some(payments) = self.payments.get_mut(&document) {
                payments.remove(&row.uid);
                if payments.is_empty() {
                    self.payments.remove(&document);
                }
            }
        }
        self.count(row, Decimal::NEGATIVE_ONE);
    }

    fn count(&mut self, row: &Row, sign: Decimal) {
        let Table::Document(form, layout) = row.table else { return };
        if form.posts()
            && let Some(card) = row.body.link(form.party())
        {
            *self.owed.entry(card).or_default() += sign * row.body.amount("BalanceDueAmount");
        }
        let is_open = row.body.text("Status") == Some("Open");
        if layout != Layout::Item || form == Form::Quote || !form.posts() && !is_open {
            return;
        }
        for line in row.body.list("Lines") {
            let Some(item) = line.link("Item") else { continue };
            let pieces = sign * line.amount(form.quantity());
            let stock = self.stock.entry(item).or_default();
            match form {
                Form::Invoice => stock.on_hand -= pieces,
                Form::Bill => stock.on_hand += pieces,
                Form::Order => stock.committed += pieces,
                Form::PurchaseOrder => stock.on_order += pieces,
                Form::Quote => {}
            }
        }
    }
}
