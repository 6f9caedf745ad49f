//! Accounts and taxes that lines leave to their products, named on the lines, so that parts of them are parted by them.

use std::collections::BTreeMap;

use crate::ids::LocalId;
use crate::model::{Line, Product};

/// Names the account and the tax of lines that name none, from how their product is sold. A line of a kind of service keeps
/// what it says: its kind goes before its product (docs/resolution.md).
pub(super) fn name(lines: &mut [Line], products: &BTreeMap<LocalId, Product>) {
    for line in lines {
        let Line::Item(line) = line else { continue };
        let product = line.product.as_ref().filter(|_| line.category.is_none()).and_then(|id| products.get(id));
        if let Some(side) = product.and_then(|product| product.sales.as_ref()) {
            line.account = line.account.take().or_else(|| side.account.clone());
            line.tax = line.tax.take().or_else(|| side.tax.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_takes_account_and_tax_from_how_its_product_is_sold_unless_it_names_its_own_or_is_of_a_kind() {
        let product: Product =
            serde_json::from_str(r#"{"id":"p1","code":"P-1","name":"Hinge","sales":{"account":"260","tax":"ZERO"}}"#)
                .expect("a product");
        let products = BTreeMap::from([(product.id.clone(), product)]);
        let named = |more: &str| {
            let json = format!(r#"{{"type":"item","description":"a","quantity":"1","unit_price":"1"{more}}}"#);
            let mut lines: Vec<Line> = vec![serde_json::from_str(&json).expect("a line")];
            name(&mut lines, &products);
            let line = lines.first().and_then(Line::as_item).expect("it was one");
            (line.account.clone(), line.tax.clone())
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(named(r#","product":"p1""#), (text("260"), text("ZERO")));
        assert_eq!(named(r#","product":"p1","account":"200""#), (text("200"), text("ZERO")));
        assert_eq!(named(r#","product":"p1","category":"Hire""#), (None, None));
        assert_eq!(named(r#","product":"p2""#), (None, None));
    }
}
