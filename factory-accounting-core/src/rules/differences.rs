//! How the lines in the books differ from the lines that are planned.

use rust_decimal::Decimal;

use crate::capability::AmountRules;
use crate::model::Discount;
use crate::planned::{Charge, PlannedLine};
use crate::provider::RemoteLine;

/// How the lines in the books differ from the lines that are planned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineDifferences {
    /// In what money depends on: lines that charge something, quantities, prices, discounts, tax codes.
    pub pricing: bool,
    /// In texts.
    pub text: bool,
    /// In accounts and items: how the money is filed.
    pub coding: bool,
    /// Each difference, one line: `line 2: unit price 12.50 planned, 12.00 in the books`. Lines count from 1.
    pub details: Vec<String>,
}

impl LineDifferences {
    /// Whether there is any.
    #[must_use]
    pub fn any(&self) -> bool {
        self.pricing || self.text || self.coding
    }

    fn pricing(&mut self, detail: String) {
        self.pricing = true;
        self.details.push(detail);
    }
}

/// Compares planned lines with those in the books. A planned line that names the line it continues is compared with that
/// one; the others are compared, in order, with the lines that nobody continues. Numbers are compared at the decimals that
/// the package keeps, texts in their canonical form (R38), and a package that tells a discount in the other form than
/// planned is compared by the line's amount.
#[must_use]
pub fn line_differences(planned: &[PlannedLine], remote: &[RemoteLine], rules: &AmountRules) -> LineDifferences {
    let mut found = LineDifferences::default();
    let (pairs, left_over) = paired(planned, remote);
    for (index, (planned, remote)) in pairs.iter().enumerate() {
        let line = index + 1;
        match remote {
            Some(remote) => compare(line, planned, remote, rules, &mut found),
            None if planned.charge.is_some() => found.pricing(format!("line {line}: not in the books")),
            None => {
                found.text = true;
                found.details.push(format!("line {line}: text not in the books"));
            }
        }
    }
    for line in left_over {
        let detail = format!("not planned, but in the books: {:?}", line.description);
        if is_charge(line) {
            found.pricing(detail);
        } else {
            found.text = true;
            found.details.push(detail);
        }
    }
    found
}

/// A text without what packages change on their own: all line ends are `\n`, and no line nor the whole ends in white space
/// (R38).
#[must_use]
pub fn canonical_text(text: &str) -> String {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = unified.split('\n').map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned()
}

pub(crate) type Pair<'a> = (&'a PlannedLine, Option<&'a RemoteLine>);

/// Planned lines with their counterparts, and the lines in the books that are left over.
pub(crate) fn paired<'a>(planned: &'a [PlannedLine], remote: &'a [RemoteLine]) -> (Vec<Pair<'a>>, Vec<&'a RemoteLine>) {
    let continued = |line: &&RemoteLine| {
        line.id.is_some() && planned.iter().any(|planned| planned.remote.is_some() && planned.remote == line.id)
    };
    let mut free = remote.iter().filter(|line| !continued(line));
    let pairs = planned
        .iter()
        .map(|planned| {
            let counterpart = match &planned.remote {
                Some(id) => remote.iter().find(|line| line.id.as_ref() == Some(id)),
                None => free.next(),
            };
            (planned, counterpart)
        })
        .collect();
    (pairs, free.collect())
}

fn is_charge(line: &RemoteLine) -> bool {
    let priced = line.quantity.is_some() || line.unit_price.is_some();
    priced || line.account.is_some() || line.amount.is_some_and(|amount| !amount.is_zero())
}

fn compare(line: usize, planned: &PlannedLine, remote: &RemoteLine, rules: &AmountRules, found: &mut LineDifferences) {
    if canonical_text(&planned.description) != canonical_text(&remote.description) {
        found.text = true;
        found.details.push(format!("line {line}: text differs"));
    }
    match (&planned.charge, is_charge(remote)) {
        (Some(charge), true) => compare_charge(line, charge, remote, rules, found),
        (Some(_), false) => found.pricing(format!("line {line}: a charge planned, text in the books")),
        (None, true) => found.pricing(format!("line {line}: text planned, a charge in the books")),
        (None, false) => {}
    }
}

fn compare_charge(line: usize, charge: &Charge, remote: &RemoteLine, rules: &AmountRules, found: &mut LineDifferences) {
    let numbers = [
        ("quantity", charge.quantity.0, remote.quantity, rules.quantity_decimals),
        ("unit price", charge.unit_price.0, remote.unit_price, rules.price_decimals),
    ];
    // Where a package keeps neither on a line, its amount is all that there is to compare.
    let only_amount = remote.quantity.is_none() && remote.unit_price.is_none() && remote.amount.is_some();
    if only_amount && remote.amount != Some(charge.amount) {
        let held = remote.amount.map(|value| value.normalize().to_string());
        found.pricing(differs(line, "amount", &charge.amount.normalize().to_string(), held));
    }
    for (what, planned, remote, decimals) in numbers.into_iter().filter(|_| !only_amount) {
        let kept = |value| rules.halves.round(value, decimals);
        if remote.map(kept) != Some(kept(planned)) {
            found.pricing(differs(
                line,
                what,
                &planned.normalize().to_string(),
                remote.map(|value| value.normalize().to_string()),
            ));
        }
    }
    if !same_discount(charge, remote, rules) {
        found.pricing(format!(
            "line {line}: discount differs, amount {} planned, {} in the books",
            charge.amount,
            shown(remote.amount)
        ));
    }
    // A document without tax plans no tax code, and the package fills in its own for "none" (xero.md 9.7).
    if !charge.tax_code.is_empty() && remote.tax_code.as_deref() != Some(charge.tax_code.as_str()) {
        found.pricing(differs(line, "tax code", &charge.tax_code, remote.tax_code.clone()));
    }
    // A line that posts through its item may not tell the account.
    let told = remote.account.as_deref().or_else(|| charge.item.is_none().then_some(""));
    if told.is_some_and(|account| !charge.account.is(account)) {
        found.coding = true;
        found.details.push(differs(line, "account", charge.account.name(), remote.account.clone()));
    }
    let item = remote.item.as_deref().filter(|item| !item.is_empty());
    let same_item = match (&charge.item, item) {
        (Some(planned), Some(theirs)) => planned.is(theirs),
        (planned, theirs) => planned.is_none() && theirs.is_none(),
    };
    if !same_item {
        found.coding = true;
        let planned = charge.item.as_ref().map_or("none", |item| item.name());
        found.details.push(differs(line, "item", planned, item.map(str::to_owned)));
    }
}

fn same_discount(charge: &Charge, remote: &RemoteLine, rules: &AmountRules) -> bool {
    let none = |value: Option<Decimal>| value.is_none_or(|value| value.is_zero());
    match (charge.discount, remote.discount_rate, remote.discount_amount) {
        (None, rate, amount) => none(rate) && none(amount),
        (Some(Discount::Rate(planned)), Some(rate), _) => {
            let kept = |value| rules.halves.round(value, rules.discount_decimals);
            kept(planned.0) == kept(rate)
        }
        (Some(Discount::Amount(planned)), _, Some(amount)) => planned == amount,
        // Told in the other form, or not at all: only the amount can tell.
        (Some(_), _, _) => remote.amount == Some(charge.amount),
    }
}

fn differs(line: usize, what: &str, planned: &str, remote: Option<String>) -> String {
    format!("line {line}: {what} {planned} planned, {} in the books", remote.as_deref().unwrap_or("none"))
}

fn shown(amount: Option<Decimal>) -> String {
    amount.map_or_else(|| "none".to_owned(), |amount| amount.to_string())
}
