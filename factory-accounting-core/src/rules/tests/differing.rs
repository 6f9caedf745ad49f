//! Planned lines against those in the books.

use super::{decimal, rows};
use crate::capability::{AmountRules, TaxRounding};
use crate::ids::RemoteId;
use crate::model::Discount;
use crate::money::{Halves, Quantity, Rate, TaxAmount, UnitPrice};
use crate::planned::{AccountRef, Charge, PlannedItemRef, PlannedLine};
use crate::provider::RemoteLine;
use crate::rules::{LineDifferences, canonical_text, line_differences};

fn rules() -> AmountRules {
    AmountRules::new(4, 4, TaxRounding::PerLine, Halves::AwayFromZero)
}

fn planned() -> PlannedLine {
    PlannedLine {
        remote: Some(RemoteId::new("l-1")),
        description: "Gate\nhot dip".to_owned(),
        charge: Some(Charge {
            quantity: Quantity(decimal("2")),
            unit_price: UnitPrice(decimal("10.1234")),
            discount: Some(Discount::Rate(Rate(decimal("10")))),
            item: Some(PlannedItemRef { id: RemoteId::new("item-1"), code: Some("GATE".to_owned()) }),
            account: AccountRef { id: RemoteId::new("account-1"), code: Some("200".to_owned()) },
            tax_code: "OUTPUT2".to_owned(),
            tax_rate: decimal("15"),
            amount: decimal("18.22"),
            tax: TaxAmount(decimal("2.73")),
            jobs: Vec::new(),
        }),
        source_line: None,
    }
}

fn in_books() -> RemoteLine {
    RemoteLine {
        id: Some(RemoteId::new("l-1")),
        description: "Gate\r\nhot dip  \n".to_owned(),
        quantity: Some(decimal("2.0000")),
        unit_price: Some(decimal("10.1234")),
        amount: Some(decimal("18.22")),
        discount_rate: Some(decimal("10.00")),
        discount_amount: None,
        tax_code: Some("OUTPUT2".to_owned()),
        tax: Some(decimal("2.73")),
        account: Some("200".to_owned()),
        item: Some("GATE".to_owned()),
        source_line: None,
        party: None,
        billable: None,
    }
}

fn text(id: Option<&str>, text: &str) -> (PlannedLine, RemoteLine) {
    let planned =
        PlannedLine { remote: id.map(RemoteId::new), description: text.to_owned(), charge: None, source_line: None };
    let id = Some(RemoteId::new(id.unwrap_or("l-new")));
    (planned, RemoteLine { id, description: text.to_owned(), ..RemoteLine::default() })
}

fn told(found: &LineDifferences) -> String {
    let marks = [(found.pricing, "pricing"), (found.text, "text"), (found.coding, "coding")];
    marks.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
}

/// What someone did to the line in the books; `none` takes the field away.
const EDITS: &str = "
| field           | value      | differs in | detail                                              |
|-----------------|------------|------------|-----------------------------------------------------|
| nothing         |            |            |                                                     |
| quantity        | 3          | pricing    | line 1: quantity 2 planned, 3 in the books          |
| quantity        | 2.00004    |            |                                                     |
| quantity        | none       | pricing    | line 1: quantity 2 planned, none in the books       |
| unit_price      | 10.12      | pricing    | line 1: unit price 10.1234 planned, 10.12 in the books |
| discount_rate   | 5          | pricing    | line 1: discount differs, amount 18.22 planned, 18.22 in the books |
| discount_rate   | 10.00001   |            |                                                     |
| discount_rate   | none       |            |                                                     |
| amount          | 20.25      |            |                                                     |
| tax_code        | NONE       | pricing    | line 1: tax code OUTPUT2 planned, NONE in the books |
| tax_code        | none       | pricing    | line 1: tax code OUTPUT2 planned, none in the books |
| account         | 201        | coding     | line 1: account 200 planned, 201 in the books       |
| item            | none       | coding     | line 1: item GATE planned, none in the books        |
| description     | Gate, zinc | text       | line 1: text differs                                |
";

#[test]
fn r38_f82_each_edit_in_the_books_is_told_by_what_it_touches() {
    for row in rows(EDITS) {
        let [field, value, expected, detail] = row[..] else { panic!("{row:?}") };
        let mut remote = in_books();
        let number = (value != "none" && !value.is_empty()).then(|| value.parse().ok()).flatten();
        let word = (value != "none").then(|| value.to_owned());
        match field {
            "nothing" => {}
            "quantity" => remote.quantity = number,
            "unit_price" => remote.unit_price = number,
            "discount_rate" => remote.discount_rate = number,
            "amount" => remote.amount = number,
            "tax_code" => remote.tax_code = word,
            "account" => remote.account = word,
            "item" => remote.item = word,
            "description" => remote.description = value.to_owned(),
            other => panic!("{other:?}"),
        }
        let found = line_differences(&[planned()], &[remote], &rules());
        assert_eq!(told(&found), expected, "{row:?}: {found:?}");
        assert_eq!(found.details.first().map_or("", String::as_str), detail, "{row:?}");
        assert_eq!(found.any(), !expected.is_empty());
    }
}

#[test]
fn a_discount_told_in_the_other_form_is_compared_by_the_amount() {
    let mut remote = in_books();
    (remote.discount_rate, remote.discount_amount) = (None, Some(decimal("2.03")));
    assert_eq!(told(&line_differences(&[planned()], std::slice::from_ref(&remote), &rules())), "");
    remote.amount = Some(decimal("18.21"));
    assert_eq!(told(&line_differences(&[planned()], &[remote], &rules())), "pricing");

    let mut fixed = planned();
    fixed.charge.as_mut().unwrap().discount = Some(Discount::Amount(decimal("2.03")));
    let mut remote = in_books();
    (remote.discount_rate, remote.discount_amount) = (Some(decimal("10.0272")), Some(decimal("2.03")));
    assert_eq!(told(&line_differences(&[fixed], &[remote], &rules())), "");

    let mut plain = planned();
    plain.charge.as_mut().unwrap().discount = None;
    assert_eq!(told(&line_differences(&[plain], &[in_books()], &rules())), "pricing");
}

#[test]
fn the_packages_own_code_for_no_tax_is_no_difference() {
    let mut untaxed = planned();
    untaxed.charge.as_mut().unwrap().tax_code = String::new();
    let remote = RemoteLine { tax_code: Some("NONE".to_owned()), ..in_books() };
    assert_eq!(told(&line_differences(&[untaxed], &[remote], &rules())), "");
}

#[test]
fn lines_that_only_one_side_has_are_told() {
    let (note, note_in_books) = text(None, "thank you");
    let cases = [
        (vec![], vec![in_books()], "pricing"),
        (vec![planned()], vec![], "pricing"),
        (vec![], vec![note_in_books.clone()], "text"),
        (vec![note.clone()], vec![], "text"),
        (vec![note.clone()], vec![in_books()], "pricing text"),
        (vec![PlannedLine { remote: None, ..planned() }], vec![note_in_books.clone()], "pricing text"),
        (vec![planned(), note.clone()], vec![in_books(), note_in_books.clone()], ""),
        (vec![note.clone(), planned()], vec![in_books(), note_in_books.clone()], ""),
        (vec![planned(), note], vec![note_in_books, in_books()], ""),
    ];
    for (number, (planned, remote, expected)) in cases.into_iter().enumerate() {
        let found = line_differences(&planned, &remote, &rules());
        assert_eq!(told(&found), expected, "case {number}: {found:?}");
    }
}

#[test]
fn a_line_that_was_replaced_in_the_books_is_missed_even_if_another_looks_like_it() {
    let mut other = in_books();
    other.id = Some(RemoteId::new("l-2"));
    let found = line_differences(&[planned()], &[other.clone()], &rules());
    assert_eq!(found.details[0], "line 1: not in the books");
    let fresh = PlannedLine { remote: None, ..planned() };
    assert!(!line_differences(&[fresh], &[other], &rules()).any());
}

#[test]
fn r38_text_is_compared_without_what_packages_change_on_their_own() {
    assert_eq!(canonical_text("a  \r\nb\rc\t\n\n"), "a\nb\nc");
    assert_eq!(canonical_text("  indented"), "  indented");
    assert_ne!(canonical_text("a\n\nb"), canonical_text("a\nb"));
}
