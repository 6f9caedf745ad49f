//! The members of everything, as the contract names them (myob.md 3).

pub(super) mod contacts;
pub(super) mod documents;
pub(super) mod lists;
pub(super) mod money;

use super::shape::{Field, Shape};
use std::sync::LazyLock;

/// Longest text where no page names a length (myob.md 12.3).
const LONG: usize = 255;

/// Such as a custom field or an identifier (myob.md 3.1).
static LABELLED: LazyLock<Shape> =
    LazyLock::new(|| Shape::new("LabelValue", vec![Field::text("Label", LONG), Field::text("Value", LONG)]));

/// When something is due (myob.md 3.1).
const DUE: &[&str] = &[
    "CashOnDelivery",
    "Prepaid",
    "InAGivenNumberOfDays",
    "OnADayOfTheMonth",
    "NumberOfDaysAfterEOM",
    "DayOfMonthAfterEOM",
];

/// What becomes of the paper (myob.md 3.1).
const DELIVERY: &[&str] = &["Print", "Nothing", "Email", "PrintAndEmail"];

fn custom_fields() -> Vec<Field> {
    ["CustomList1", "CustomList2", "CustomList3", "CustomField1", "CustomField2", "CustomField3"]
        .map(|name| Field::record(name, &LABELLED))
        .to_vec()
}
