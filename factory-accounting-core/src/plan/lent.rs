//! What lines take over from other records of the host: from their product, and from the customer or supplier of their
//! document.

use std::collections::BTreeMap;

use super::subject::Subject;
use crate::ids::LocalId;
use crate::model::{Line, Party, PriceSide, Product, Record, RecordKey, RecordKind, Trade};
use crate::provider::TradeSide;

/// Records whose accounts and taxes hold for lines that name none of their own.
#[derive(Clone, Debug, Default)]
pub struct Lent {
    products: BTreeMap<LocalId, Product>,
    parties: BTreeMap<RecordKey, Party>,
}

impl Lent {
    /// Nothing to take over.
    pub const NOTHING: &'static Self = &Self { products: BTreeMap::new(), parties: BTreeMap::new() };

    /// The records among these that have something to lend: products, customers and suppliers.
    pub fn new(records: impl IntoIterator<Item = Record>) -> Self {
        let mut lent = Self::default();
        for record in records {
            let key = record.key();
            match record {
                Record::Product(product) => {
                    lent.products.insert(key.id, product);
                }
                Record::Customer(party) | Record::Supplier(party) => {
                    lent.parties.insert(key, party);
                }
                _ => {}
            }
        }
        lent
    }

    /// How a product is traded on one side.
    pub(super) fn side(&self, product: &LocalId, side: TradeSide) -> Option<&PriceSide> {
        let product = self.products.get(product)?;
        match side {
            TradeSide::Sales => product.sales.as_ref(),
            TradeSide::Purchases => product.purchases.as_ref(),
        }
    }

    /// The customer or supplier of a document.
    pub(super) fn party(&self, trade: &Trade<'_>) -> Option<&Party> {
        self.parties.get(&trade.party)
    }
}

/// Records that a subject's lines may take something over from: none where every line names its account and its tax.
#[must_use]
pub fn lenders(subject: &Subject) -> Vec<RecordKey> {
    let Subject::Record(record) = subject else { return Vec::new() };
    let Some(trade) = record.trade() else { return Vec::new() };
    let lines = trade.lines.iter().filter_map(Line::as_item);
    let mut open = lines.filter(|line| line.account.is_none() || line.tax.is_none()).peekable();
    let party = open.peek().map(|_| trade.party.clone());
    let products = open.filter_map(|line| line.product.clone()).map(|id| RecordKey::new(RecordKind::Product, id));
    products.chain(party).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(lines: &str) -> Subject {
        let json = format!(
            r#"{{"kind":"invoice","id":"1","number":"1","customer":"x","date":"2026-07-01","currency":"NZD","lines":[{lines}]}}"#
        );
        Subject::Record(Box::new(Record::parse(&json).expect("a record")))
    }

    #[test]
    fn only_lines_that_leave_something_open_have_lenders() {
        let line = |more: &str| format!(r#"{{"type":"item","description":"a","quantity":"1","unit_price":"1"{more}}}"#);
        let names =
            |lines: &[String]| lenders(&subject(&lines.join(","))).iter().map(ToString::to_string).collect::<Vec<_>>();
        let whole = line(r#","account":"200","tax":"GST","product":"p1""#);
        assert_eq!(names(std::slice::from_ref(&whole)), Vec::<String>::new());
        let open = line(r#","account":"200","product":"p2""#);
        assert_eq!(names(&[whole, open]), ["product p2", "customer x"]);
    }
}
