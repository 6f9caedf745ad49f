//! The values of a line as people read them: money with the decimals of its currency, other numbers as short as they are.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::FieldChange;
use crate::model::Discount;
use crate::money::Currency;
use crate::planned::PlannedLine;
use crate::provider::RemoteLine;

/// A line of the books in the words of the one that continues it. Either may name an account or an item by its code or by its
/// id, and packages do not tell everything of a line: neither is a change.
pub(super) fn as_planned(remote: &RemoteLine, planned: &PlannedLine, currency: Currency) -> Values {
    let mut told = remote_values(remote, currency);
    let (Some(charge), Some(_)) = (&planned.charge, remote.amount) else { return told };
    let own = planned_values(planned, currency);
    let is = |text: &Option<String>, named: &dyn Fn(&str) -> bool| text.as_deref().is_some_and(named);
    let item = charge.item.as_ref();
    let same = [
        ("account", is(&remote.account, &|text| charge.account.is(text)) || remote.account.is_none() && item.is_some()),
        ("item", is(&remote.item, &|text| item.is_some_and(|item| item.is(text)))),
        ("tax", remote.tax.is_none()),
        ("tax_code", remote.tax_code.is_none()),
    ];
    for (path, _) in same.into_iter().filter(|(_, same)| *same) {
        told.retain(|(told, _)| *told != path);
        told.extend(own.iter().find(|(own, _)| *own == path).cloned());
    }
    told
}

/// Values of a line by their paths, each path once; those of one line alone are told in this order.
pub(super) type Values = Vec<(&'static str, String)>;

pub(super) fn line_fields(before: Option<Values>, after: Option<Values>) -> Vec<FieldChange> {
    let change = |path: &str, before, after| FieldChange { path: path.to_owned(), before, after };
    let (before, after) = match (before, after) {
        (None, after) => {
            return after.into_iter().flatten().map(|(path, value)| change(path, None, Some(value))).collect();
        }
        (Some(before), None) => {
            return before.into_iter().map(|(path, value)| change(path, Some(value), None)).collect();
        }
        (Some(before), Some(after)) => (BTreeMap::from_iter(before), BTreeMap::from_iter(after)),
    };
    let mut paths: Vec<&str> = before.keys().chain(after.keys()).copied().collect();
    paths.sort_unstable();
    paths.dedup();
    let differing = paths.into_iter().filter(|path| before.get(path) != after.get(path));
    differing.map(|path| change(path, before.get(path).cloned(), after.get(path).cloned())).collect()
}

pub(super) fn planned_values(line: &PlannedLine, currency: Currency) -> Values {
    let description = line.description.clone();
    let Some(charge) = &line.charge else { return vec![("description", description)] };
    let mut values = Vec::with_capacity(9);
    values.push(("account", charge.account.name().to_owned()));
    values.push(("amount", currency.shown(charge.amount)));
    values.push(("description", description));
    match charge.discount {
        Some(Discount::Rate(rate)) => values.push(("discount_rate", number(rate.0))),
        Some(Discount::Amount(amount)) => values.push(("discount_amount", currency.shown(amount))),
        None => {}
    }
    values.extend(charge.item.as_ref().map(|item| ("item", item.name().to_owned())));
    values.push(("quantity", number(charge.quantity.0)));
    values.push(("tax", currency.shown(charge.tax.0)));
    values.extend((!charge.tax_code.is_empty()).then(|| ("tax_code", charge.tax_code.clone())));
    values.push(("unit_price", currency.shown(charge.unit_price.0)));
    values
}

pub(super) fn remote_values(line: &RemoteLine, currency: Currency) -> Values {
    let mut values = vec![("description", line.description.clone())];
    let numbers = [("quantity", line.quantity), ("discount_rate", line.discount_rate.filter(|rate| !rate.is_zero()))];
    values.extend(numbers.into_iter().filter_map(|(path, value)| Some((path, number(value?)))));
    let amounts = [
        ("unit_price", line.unit_price),
        ("amount", line.amount),
        ("tax", line.tax),
        ("discount_amount", line.discount_amount.filter(|amount| !amount.is_zero())),
    ];
    values.extend(amounts.into_iter().filter_map(|(path, value)| Some((path, currency.shown(value?)))));
    let texts = [("account", &line.account), ("item", &line.item), ("tax_code", &line.tax_code)];
    values.extend(texts.into_iter().filter_map(|(path, value)| Some((path, value.clone()?))));
    values.sort_unstable_by_key(|(path, _)| *path);
    values
}

/// A number that is no money: a quantity, a rate.
pub(super) fn number(value: Decimal) -> String {
    value.normalize().to_string()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::ids::RemoteId;
    use crate::money::Money;
    use crate::planned::{Content, PlannedAllocation};
    use crate::preview::field_changes;

    fn decimal(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    #[test]
    fn money_has_the_decimals_of_its_currency_and_a_finer_price_its_own() {
        let shown = |amount: &str, currency: &str| currency.parse::<Currency>().expect("one").shown(decimal(amount));
        assert_eq!(
            ["12.5", "12", "-0.1", "0", "12.5000"].map(|amount| shown(amount, "NZD")),
            ["12.50", "12.00", "-0.10", "0.00", "12.50"]
        );
        assert_eq!(
            (shown("0.06117", "NZD"), shown("100", "JPY"), shown("1.5", "KWD")),
            ("0.06117".to_owned(), "100".to_owned(), "1.500".to_owned())
        );
    }

    #[test]
    fn a_line_of_the_books_shows_its_money_in_full_and_its_quantity_in_short() {
        let line = RemoteLine {
            quantity: Some(decimal("2.50")),
            unit_price: Some(decimal("12.5")),
            amount: Some(decimal("31.250")),
            tax: Some(decimal("4.7")),
            discount_rate: Some(decimal("10.0")),
            discount_amount: Some(decimal("3")),
            ..RemoteLine::default()
        };
        let values = remote_values(&line, "NZD".parse().expect("a currency"));
        let told: Vec<String> = values.iter().map(|(path, value)| format!("{path} {value}")).collect();
        let wanted = [
            "amount 31.25",
            "description ",
            "discount_amount 3.00",
            "discount_rate 10",
            "quantity 2.5",
            "tax 4.70",
            "unit_price 12.50",
        ];
        assert_eq!(told, wanted);
    }

    #[test]
    fn an_amount_that_is_set_off_is_shown_in_full() {
        let content = Content::Allocation(PlannedAllocation {
            credit_note: RemoteId::new("cn"),
            invoice: RemoteId::new("inv"),
            party: None,
            amount: Money::new(decimal("12.5"), "NZD".parse().expect("a currency")),
            date: NaiveDate::default(),
        });
        let fields = field_changes(None, &content);
        let told = |path: &str| fields.iter().find(|field| field.path == path).and_then(|field| field.after.clone());
        assert_eq!(told("amount.amount").zip(told("amount.currency")), Some(("12.50".to_owned(), "NZD".to_owned())));
    }
}
