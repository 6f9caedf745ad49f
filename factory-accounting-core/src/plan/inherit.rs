//! What lines take over from their products: account and tax, where the line names none.

use std::collections::BTreeMap;

use super::subject::Subject;
use crate::ids::LocalId;
use crate::model::{Line, Product, Record};

/// Products whose account or tax a record's lines may take over.
#[must_use]
pub fn lenders(subject: &Subject) -> Vec<LocalId> {
    let Subject::Record(record) = subject else { return Vec::new() };
    let Some(trade) = record.trade() else { return Vec::new() };
    let lines = trade.lines.iter().filter_map(Line::as_item);
    lines.filter(|line| line.account.is_none() || line.tax.is_none()).filter_map(|line| line.product.clone()).collect()
}

/// Fills the account and the tax of lines that name none from the side of their product that the document trades on.
pub fn inherit(subject: &mut Subject, products: &BTreeMap<LocalId, Product>) {
    let Subject::Record(record) = subject else { return };
    let purchase = record.kind().is_purchase();
    let lines = match record.as_mut() {
        Record::Quote(document) => &mut document.lines,
        Record::Order(document) => &mut document.lines,
        Record::Invoice(document) => &mut document.lines,
        Record::CreditNote(document) => &mut document.lines,
        Record::PurchaseOrder(document) => &mut document.lines,
        Record::Bill(document) => &mut document.lines,
        Record::Customer(_) | Record::Supplier(_) | Record::Product(_) | Record::Job(_) | Record::Payment(_) => return,
    };
    for line in lines {
        let Line::Item(line) = line else { continue };
        let product = line.product.as_ref().and_then(|id| products.get(id));
        let side =
            product.and_then(|product| if purchase { product.purchases.as_ref() } else { product.sales.as_ref() });
        if let Some(side) = side {
            line.account = line.account.take().or_else(|| side.account.clone());
            line.tax = line.tax.take().or_else(|| side.tax.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_takes_account_and_tax_from_its_products_side_of_trade_unless_it_names_its_own() {
        let product: Product = serde_json::from_str(
            r#"{"id":"p1","code":"P-1","name":"Hinge","sales":{"account":"260","tax":"ZERO"},"purchases":{"account":"310"}}"#,
        )
        .expect("a product");
        let products = BTreeMap::from([(product.id.clone(), product)]);
        let lines = r#"[{"type":"item","product":"p1","description":"a","quantity":"1","unit_price":"1"},
            {"type":"item","product":"p1","description":"b","quantity":"1","unit_price":"1","account":"200"},
            {"type":"item","product":"p2","description":"c","quantity":"1","unit_price":"1"}]"#;
        let named = |kind: &str, party: &str| {
            let json = format!(
                r#"{{"kind":"{kind}","id":"1","number":"1","{party}":"x","date":"2026-07-01","currency":"NZD","lines":{lines}}}"#
            );
            let mut subject = Subject::Record(Box::new(Record::parse(&json).expect("a record")));
            assert_eq!(lenders(&subject).len(), 3);
            inherit(&mut subject, &products);
            let Subject::Record(record) = subject else { unreachable!("it was a record") };
            let trade = record.trade().expect("a document");
            let items = trade.lines.iter().filter_map(Line::as_item);
            items.map(|line| (line.account.clone(), line.tax.clone())).collect::<Vec<_>>()
        };
        let text = |text: &str| Some(text.to_owned());
        let sold = [(text("260"), text("ZERO")), (text("200"), text("ZERO")), (None, None)];
        assert_eq!(named("invoice", "customer"), sold);
        assert_eq!(named("bill", "supplier"), [(text("310"), None), (text("200"), None), (None, None)]);
    }
}
