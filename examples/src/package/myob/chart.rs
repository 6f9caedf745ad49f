//! The workshop's accounts by the numbers of a new file's chart: numbers begin with the digit of their class (myob.md 3.3).

use anyhow::Context as _;
use factory_accounting::model::{Line, Record};
use serde_json::Value;

use crate::books::rows;

pub(super) const SALES: &str = "4-1000";
pub(super) const INSTALLATION: &str = "4-1100";
pub(super) const ADVERTISING: &str = "6-1400";

/// The order book's account, and the one that a workshop with MYOB keeps in its place.
const NUMBERED: [(&str, &str); 6] = [
    ("200", SALES),
    ("260", INSTALLATION),
    ("300", "5-1000"),
    ("310", "5-1200"),
    ("400", ADVERTISING),
    ("429", "6-1000"),
];

/// The number of an account here. One that no chart has stays as it is.
pub(in crate::package) fn account(number: &str) -> &str {
    NUMBERED.iter().find(|(theirs, _)| *theirs == number).map_or(number, |(_, own)| own)
}

/// A record with the numbers of such a chart.
pub(in crate::package) fn renumbered(mut record: Record) -> Record {
    let renumber = |account: &mut Option<String>| {
        *account = account.as_deref().map(|account| self::account(account).to_owned());
    };
    macro_rules! lines {
        ($($kind:ident),*) => {
            match &mut record {
                $(Record::$kind(document) => {
                    for line in &mut document.lines {
                        if let Line::Item(item) = line {
                            renumber(&mut item.account);
                        }
                    }
                })*
                Record::Product(product) => {
                    [&mut product.sales, &mut product.purchases]
                        .into_iter()
                        .flatten()
                        .for_each(|side| renumber(&mut side.account));
                }
                _ => {}
            }
        };
    }
    lines!(Quote, Order, Invoice, CreditNote, PurchaseOrder, Bill);
    record
}

/// The id of an account by its number.
pub(super) fn find<'a>(ledger: &'a Value, number: &str) -> anyhow::Result<&'a Value> {
    let mut accounts = rows(ledger, "GeneralLedger/Account");
    let account = accounts.find(|account| account["DisplayID"] == number);
    Ok(&account.with_context(|| format!("the company file has no account {number}"))?["UID"])
}
