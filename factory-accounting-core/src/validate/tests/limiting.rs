//! Complaints about what the connected package cannot take.

use std::collections::BTreeMap;
use std::time::Duration;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{KINDS, check, parse, put, rows, sound, value};
use crate::capability::{AmountRules, Capabilities, Characters, MarkerField, NameRules, RecordCapability, TaxRounding};
use crate::model::RecordKind;
use crate::money::Halves;
use crate::validate::{check_limits, check_line_text, check_reference, normalise_spaces, validate};

/// A package that is narrow everywhere.
fn narrow() -> Capabilities {
    let amounts = AmountRules::new(4, 4, TaxRounding::PerLine, Halves::AwayFromZero);
    let mut capabilities = Capabilities::new(amounts, Duration::from_secs(60));
    capabilities.line_text = 20;
    capabilities.max_lines = 3;
    capabilities.max_amount = Some(Decimal::from(1_000));
    for kind in RecordKind::ALL.into_iter().filter(|kind| *kind != RecordKind::Bill) {
        let mut capability = RecordCapability::new(50, MarkerField::Number);
        capability.number_text = 8;
        capability.number_characters = Characters::PrintableAscii;
        capability.name_text = 25;
        capability.names = NameRules::new(true, &['<', '>']);
        capability.texts =
            BTreeMap::from([("email", 20), ("addresses[].lines[]", 10), ("contacts[].first_name", 5), ("title", 5)]);
        capability.max_contacts = Some(2);
        capability.reference_text = 6;
        capabilities.records.insert(kind, capability);
    }
    capabilities
}

const COMPLAINTS: &str = r#"
| kind        | path                   | value                        | about         | says                                  |
|-------------|------------------------|------------------------------|---------------|---------------------------------------|
| invoice     | number                 | "D-1042-10"                  | same          | has 9 characters, the accounting package takes 8: shorten it |
| invoice     | number                 | "D–1042"                     | same          | holds '–', the accounting package takes only |
| product     | code                   | "TÜR"                        | same          | holds 'Ü'                             |
| product     | code                   | "GALV-GATE"                  | same          | has 9 characters                      |
| product     | name                   | "Gate, hot dip galvanised, 2 m" | same       | has 29 characters, the accounting package takes 25 |
| customer    | name                   | "Acme  Ltd"                  | same          | write "Acme Ltd"                      |
| customer    | name                   | " Acme Ltd"                  | same          | write "Acme Ltd"                      |
| customer    | name                   | "Acme <NZ"                   | same          | holds '<', which the accounting package refuses: leave it out |
| customer    | name                   | "Ünïcödé Fäbrïcätïön Lïmïtë" | same          | has 26 characters                     |
| customer    | email                  | accounts@acme.example        | same          | has 21 characters                     |
| customer    | addresses[1].lines[0]  | "100 Quay St"                | same          | has 11 characters                     |
| customer    | contacts[0].first_name | Johanna                      | same          | has 7 characters                      |
| customer    | contacts               | [{"phone":"1"},{"phone":"2"},{"phone":"3"}] | same | are 3 people, the accounting package takes 2: leave some out |
| quote       | title                  | "Fences"                     | same          | has 6 characters                      |
| quote       | lines[0].description   | "Gate, hot dip galvan."      | same          | has 21 characters                     |
| quote       | lines[1].text          | "Gate, hot dip galvan."      | same          | has 21 characters                     |
| order       | lines[0].unit_price    | "500.01"                     | lines[0]      | comes to 1000.02, the accounting package takes 1000 at most: split it |
| invoice     | lines[0].unit_price    | "-500.01"                    | lines[0]      | comes to -1000.02                     |
| payment     | amount.amount          | "1000.01"                    | same          | comes to 1000.01                      |
| credit_note | allocations[1].amount  | "1000.01"                    | same          | comes to 1000.01                      |
"#;

#[test]
fn r36_each_limit_of_the_package_is_told_before_sending() {
    for row in rows(COMPLAINTS) {
        let [kind, path, cell, about, says] = row[..] else { panic!("{row:?}") };
        let mut record = sound(kind);
        put(&mut record, path, value(cell));
        check(&check_limits(&parse(&record), &narrow()), if about == "same" { path } else { about }, says, &row);
    }
}

#[test]
fn r36_letters_that_a_package_does_not_keep_are_told_wherever_they_would_be_written() {
    let mut western = narrow();
    western.text_characters = Characters::Latin1;
    for (kind, path, text, passes) in [
        ("customer", "name", "Müller & Ñandú", true),
        ("customer", "name", "O’Brien", false),
        ("invoice", "lines[0].description", "10 m ÿ", true),
        ("invoice", "lines[0].description", "10 m → 12 m", false),
        ("invoice", "number", "F-€", false),
        // The host's own ids do not travel as they are.
        ("invoice", "customer", "№ 7", true),
    ] {
        let mut record = sound(kind);
        put(&mut record, path, Value::from(text));
        let found = check_limits(&parse(&record), &western);
        let told = found.iter().any(|issue| issue.message.contains("keeps only the letters of western Europe"));
        assert_eq!(told, !passes, "{path} {text}: {found:?}");
    }
}

#[test]
fn records_within_the_limits_pass_and_kinds_without_a_place_do_not() {
    for kind in KINDS.into_iter().filter(|kind| *kind != "bill") {
        assert_eq!(check_limits(&parse(&sound(kind)), &narrow()), [], "{kind}");
    }
    let issues = check_limits(&parse(&sound("bill")), &narrow());
    check(&issues, "", "has no place for a bill: keep it in the host", &["bill"]);
}

#[test]
fn too_many_lines_are_refused() {
    let mut record = sound("quote");
    let text = json!({ "type": "text", "text": "more" });
    put(&mut record, "lines", Value::Array(vec![text; 4]));
    let issues = check_limits(&parse(&record), &narrow());
    check(&issues, "lines", "are 4, the accounting package takes 3: split the quote", &["lines"]);
}

#[test]
fn the_reference_is_checked_where_the_settings_have_chosen_it() {
    let issue = check_reference("references.job_number", "J-10042", RecordKind::Invoice, &narrow()).unwrap();
    assert_eq!(issue.path, "references.job_number");
    assert_eq!(issue.message, "has 7 characters, the accounting package takes 6: shorten it");
    assert_eq!(check_reference("references.job_number", "J-1004", RecordKind::Invoice, &narrow()), None);
    assert_eq!(check_reference("references.job_number", "J-10042", RecordKind::Bill, &narrow()), None);
}

#[test]
fn a_line_is_measured_with_what_is_added_to_it() {
    let issue = check_line_text(4, "Gate (1000 x 0.061171)", &narrow()).unwrap();
    assert_eq!(issue.path, "lines[4].description");
    assert_eq!(issue.message, "has 22 characters, the accounting package takes 20: shorten it");
    assert_eq!(check_line_text(4, "Gate (100 x 0.06117)", &narrow()), None);
}

#[test]
fn the_suggested_name_passes_and_stays() {
    for (name, tidy) in [(" Acme", "Acme"), ("Acme\u{a0}  Ltd ", "Acme Ltd"), ("a \t b", "a b")] {
        let suggestion = normalise_spaces(name).unwrap();
        assert_eq!(suggestion, tidy);
        assert_eq!(normalise_spaces(&suggestion), None);
    }
    assert_eq!(normalise_spaces("Acme Ltd"), None);
}

#[test]
fn checks_never_panic_on_numbers_that_do_not_fit() {
    let mut record = sound("invoice");
    put(&mut record, "lines[0].unit_price", json!("79228162514264337593543950335"));
    let record = parse(&record);
    assert_eq!(check_limits(&record, &narrow()), []);
    assert_eq!(validate(&record).len(), 1);
}
