//! What a document takes over from other records of the host: its lines from their product and from its customer or supplier,
//! and the line with the host's own number from the order that it bills.

use std::collections::BTreeMap;

use super::admit::parent_of;
use super::subject::Subject;
use crate::ids::LocalId;
use crate::model::{Line, Party, PriceSide, Product, Record, RecordKey, RecordKind, Trade};
use crate::provider::TradeSide;
use crate::settings::{NumberOwner, Settings};

/// Records whose accounts and taxes hold for lines that name none of their own, and orders by whose number people know what
/// bills them.
#[derive(Clone, Debug, Default)]
pub struct Lent {
    products: BTreeMap<LocalId, Product>,
    parties: BTreeMap<RecordKey, Party>,
    numbers: BTreeMap<RecordKey, String>,
}

impl Lent {
    /// Nothing to take over.
    pub const NOTHING: &'static Self =
        &Self { products: BTreeMap::new(), parties: BTreeMap::new(), numbers: BTreeMap::new() };

    /// The records among these that have something to lend: products, customers and suppliers; documents their number.
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
                other => {
                    lent.numbers.extend(other.trade().map(|trade| (key, trade.number.to_owned())));
                }
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

    /// The number by which people know an order.
    pub(super) fn number(&self, order: &RecordKey) -> Option<&str> {
        self.numbers.get(order).map(String::as_str)
    }

    /// The customer or supplier of a document.
    pub(super) fn party(&self, trade: &Trade<'_>) -> Option<&Party> {
        self.parties.get(&trade.party)
    }
}

/// Records that a subject may take something over from. None for its lines where every line names its account and its tax;
/// of its order the number, where a line is to name it and the books do not carry it.
#[must_use]
pub fn lenders(subject: &Subject, settings: &Settings) -> Vec<RecordKey> {
    let Subject::Record(record) = subject else { return Vec::new() };
    let Some(trade) = record.trade() else { return Vec::new() };
    let elsewhere = |order: &RecordKey| {
        let carried = settings.sends(order.kind) && settings.number_owner(order.kind) == NumberOwner::Host;
        settings.host_number_line.enabled && !carried
    };
    let order = parent_of(record).filter(elsewhere);
    let lines = trade.lines.iter().filter_map(Line::as_item);
    let mut open = lines.filter(|line| line.account.is_none() || line.tax.is_none()).peekable();
    let party = open.peek().map(|_| trade.party.clone());
    let products = open.filter_map(|line| line.product.clone()).map(|id| RecordKey::new(RecordKind::Product, id));
    products.chain(party).chain(order).collect()
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

    fn named(keys: &[RecordKey]) -> Vec<String> {
        keys.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn only_lines_that_leave_something_open_have_lenders() {
        let line = |more: &str| format!(r#"{{"type":"item","description":"a","quantity":"1","unit_price":"1"{more}}}"#);
        let names = |lines: &[String]| named(&lenders(&subject(&lines.join(",")), &Settings::default()));
        let whole = line(r#","account":"200","tax":"GST","product":"p1""#);
        assert_eq!(names(std::slice::from_ref(&whole)), Vec::<String>::new());
        let open = line(r#","account":"200","product":"p2""#);
        assert_eq!(names(&[whole, open]), ["product p2", "customer x"]);
    }

    #[test]
    fn an_order_lends_its_number_where_a_line_names_it_and_the_books_do_not_carry_it() {
        let line = r#"{"type":"item","description":"a","quantity":"1","unit_price":"1","account":"200","tax":"GST"}"#;
        let text = format!(
            r#"{{"kind":"invoice","id":"1","number":"1","customer":"x","date":"2026-07-01","currency":"NZD","order":"o1",
            "lines":[{line}]}}"#
        );
        let invoice = Subject::Record(Box::new(Record::parse(&text).expect("a record")));
        let with = |path: &str, value: serde_json::Value| Settings::default().with(path, value).expect("settings");
        let numbered_there = with("numbers.order", "package".into());
        let unnamed = numbered_there.with("host_number_line.enabled", false.into()).expect("settings");
        assert_eq!(named(&lenders(&invoice, &numbered_there)), ["order o1"]);
        assert_eq!(named(&lenders(&invoice, &with("switched_off", serde_json::json!(["order"])))), ["order o1"]);
        assert_eq!(named(&lenders(&invoice, &Settings::default())), Vec::<String>::new());
        assert_eq!(named(&lenders(&invoice, &unnamed)), Vec::<String>::new());
    }
}
