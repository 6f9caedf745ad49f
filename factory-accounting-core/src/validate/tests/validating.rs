//! Complaints about records in themselves.

use serde_json::json;

use super::{KINDS, check, line, parse, put, rows, sound, value};
use crate::validate::validate;

/// `path`: where the value is put. `about`: the path of the one complaint; the same where it says `same`.
const COMPLAINTS: &str = r#"
| kind           | path                        | value                   | about | says                                        |
|----------------|-----------------------------|-------------------------|-------|---------------------------------------------|
| customer       | id                          | ""                      | same  | is empty: give the host's own id            |
| customer       | name                        | "  "                    | same  | is empty: give the name                     |
| customer       | name                        | "A\u0007B"              | same  | holds the control character                 |
| customer       | name                        | "A\nB"                  | same  | holds the control character                 |
| customer       | phone                       | ""                      | same  | is blank: fill it in or leave it out        |
| customer       | email                       | acme                    | same  | is no e-mail address: give one              |
| customer       | email                       | ap@acme                 | same  | is no e-mail address                        |
| customer       | email                       | @acme.example           | same  | is no e-mail address                        |
| customer       | email                       | ap@acme..example        | same  | is no e-mail address                        |
| customer       | email                       | a@b@acme.example        | same  | is no e-mail address                        |
| customer       | email                       | a@acme.nz, b@acme.nz    | same  | is no e-mail address                        |
| customer       | email                       | a b@acme.example        | same  | is no e-mail address                        |
| supplier       | contacts[0].email           | jo.acme.example         | same  | is no e-mail address                        |
| supplier       | contacts[1]                 | {}                      | same  | is empty: fill it in or leave it out        |
| supplier       | contacts[0].first_name      | " "                     | same  | is blank                                    |
| supplier       | addresses[1].kind           | postal                  | same  | given twice: keep one                       |
| supplier       | addresses[0].lines          | ["1","2","3","4","5"]   | same  | are 5: put the address into four lines      |
| supplier       | addresses[1].lines[1]       | ""                      | same  | is blank                                    |
| supplier       | addresses[0]                | {"kind":"delivery"}     | same  | is empty: fill it in                        |
| supplier       | terms.days                  | 32                      | same  | is 32: give 31 or less                      |
| supplier       | terms.days                  | 0                       | same  | is 0: give a day of the month               |
| product        | code                        | ""                      | same  | is empty: give the code                     |
| product        | code                        | " GATE"                 | same  | begins or ends with a space: remove it      |
| product        | name                        | ""                      | same  | is empty: give the name                     |
| product        | description                 | "a\u0000b"              | same  | holds the control character                 |
| product        | sales.account               | ""                      | same  | is blank                                    |
| product        | sales.unit_price            | 79228162514264337593543950335 | same | more than 28 digits: give a shorter number |
| product        | purchases.unit_price        | 79228162514264337593543950335 | same | more than 28 digits                    |
| job            | number                      | ""                      | same  | is empty: give the number                   |
| job            | name                        | ""                      | same  | is empty: give the name                     |
| job            | parent                      | j-1                     | same  | is the job itself: name another job or none |
| job            | customer                    | ""                      | same  | is blank                                    |
| payment        | number                      | ""                      | same  | is empty: give the number                   |
| payment        | target.invoice              | ""                      | same  | is empty: give the host's own id            |
| payment        | amount.amount               | "0"                     | same  | is 0: give an amount above zero             |
| payment        | amount.amount               | "-1.00"                 | same  | is -1: give an amount above zero            |
| payment        | amount.amount               | "1.005"                 | same  | is 1.005, NZD has 2 decimals: round it      |
| payment        | amount.amount               | 79228162514264337593543950335 | same | more than 28 digits                    |
| payment        | amount.currency             | XAU                     | same  | is XAU, which nobody pays in: give          |
| payment        | date                        | 1899-12-31              | same  | between the years 1900 and 2200             |
| payment        | method                      | ""                      | same  | is blank                                    |
| quote          | customer                    | ""                      | same  | is empty: give the host's own id            |
| quote          | expires                     | 2026-11-19              | same  | is 2026-11-19, before the quote's date 2026-11-20: correct |
| quote          | title                       | "a\nb"                  | same  | holds the control character                 |
| quote          | terms                       | " "                     | same  | is blank                                    |
| order          | due                         | 2026-11-19              | same  | before the order's date                     |
| invoice        | due                         | 2026-11-19              | same  | before the invoice's date                   |
| invoice        | due                         | 2201-01-01              | same  | between the years 1900 and 2200             |
| invoice        | number                      | "D-1042 "               | same  | begins or ends with a space                 |
| invoice        | currency                    | XXX                     | same  | which nobody pays in                        |
| invoice        | exchange_rate               | "0"                     | same  | is 0: give a rate above zero or leave it out |
| invoice        | exchange_rate               | 79228162514264337593543950335 | same | more than 28 digits                    |
| invoice        | references.job_number       | ""                      | same  | is blank                                    |
| invoice        | order                       | ""                      | same  | is blank                                    |
| invoice        | extent                      | partial                 | order | is missing on a partial invoice: name the order |
| invoice        | lines                       | []                      | same  | has none: add at least one line             |
| invoice        | lines[0].description        | ""                      | same  | is empty: describe what is charged          |
| invoice        | lines[1].text               | "\n"                    | same  | is empty: write the text or leave           |
| invoice        | lines[0].tax                | ""                      | same  | is blank                                    |
| invoice        | lines[0].quantity           | "0"                     | same  | is 0: give a quantity, or make it a text line |
| invoice        | lines[0].quantity           | "-2"                    | same  | is -2: give a quantity above zero and a unit price below zero |
| invoice        | lines[0].quantity           | 79228162514264337593543950335 | same | more than 28 digits                    |
| invoice        | lines[0].unit_price         | 79228162514264337593543950335 | same | more than 28 digits                    |
| invoice        | lines[0].unit_price         | 9999999999999999999999999999 | lines[0] | comes to more than 28 digits        |
| invoice        | lines[0].unit_price         | "-50"                   | lines | come to -100.00, less than nothing: push a credit note |
| credit_note    | lines[0].unit_price         | "-50"                   | lines | push an invoice instead                     |
| bill           | lines[0].unit_price         | "-50"                   | lines | lower the deductions                        |
| invoice        | lines[0].discount           | {"rate":"100.1"}        | lines[0].discount.rate | is 100.1 %: give a rate from 0 to 100 |
| invoice        | lines[0].discount           | {"rate":"-1"}           | lines[0].discount.rate | is -1 %           |
| invoice        | lines[0].discount           | {"rate":"7.9228162514264337593543950335"} | lines[0].discount.rate | more than 28 digits |
| invoice        | lines[0].discount           | {"amount":"100.01"}     | lines[0].discount.amount | is 100.01, more than the line's amount of 100: lower it |
| invoice        | lines[0].discount           | {"amount":"-0.01"}      | lines[0].discount.amount | give zero or more, or raise the unit price |
| invoice        | lines[0].discount           | {"amount":"0.005"}      | lines[0].discount.amount | NZD has 2 decimals |
| invoice        | total                       | "-1"                    | same  | is -1: give zero or more                    |
| invoice        | total                       | "115.005"               | same  | NZD has 2 decimals                          |
| invoice        | total                       | "99.98"                 | same  | is 99.98, the lines come to 100.00: correct the total or the lines |
| credit_note    | allocations[0].invoice      | ""                      | same  | is empty: give the host's own id            |
| credit_note    | allocations[1].invoice      | d-8                     | same  | is d-8 a second time: put both amounts      |
| credit_note    | allocations[1].amount       | "0"                     | same  | give an amount above zero                   |
| credit_note    | allocations[1].amount       | "1.005"                 | same  | NZD has 2 decimals                          |
| credit_note    | allocations[1].amount       | "54.51"                 | allocations | come to 115.01, more than the credit note's total of 115: lower them |
| purchase_order | supplier                    | ""                      | same  | is empty: give the host's own id            |
| purchase_order | delivery                    | 2026-11-19              | same  | before the purchase order's date            |
| bill           | due                         | 2026-11-19              | same  | before the bill's date                      |
| bill           | purchase_order              | ""                      | same  | is blank                                    |
| bill           | date                        | 2201-01-01              | same  | between the years 1900 and 2200             |
"#;

#[test]
fn each_complaint_names_its_field_and_a_remedy() {
    for row in rows(COMPLAINTS) {
        let [kind, path, cell, about, says] = row[..] else { panic!("{row:?}") };
        let mut record = sound(kind);
        put(&mut record, path, number_as_text(path, cell));
        check(&validate(&parse(&record)), if about == "same" { path } else { about }, says, &row);
    }
}

/// Decimals are text in the JSON form; a table is easier to read without the quotes.
fn number_as_text(path: &str, cell: &str) -> serde_json::Value {
    if path != "terms.days" && cell.bytes().all(|byte| byte.is_ascii_digit()) { json!(cell) } else { value(cell) }
}

#[test]
fn sound_records_of_every_kind_pass() {
    for kind in KINDS {
        assert_eq!(validate(&parse(&sound(kind))), [], "{kind}");
    }
}

/// What looks odd but is not wrong in itself.
const ODD_BUT_SOUND: &str = r#"
| kind     | path                 | value                          |
|----------|----------------------|--------------------------------|
| customer | name                 | "O'Brien & Söhne: <Gates>  #1" |
| customer | email                | jo+gates@sub.acme.example      |
| customer | terms                | {"days":0,"from":"document_date"} |
| product  | sales.unit_price     | "-5"                           |
| invoice  | due                  | 2026-11-20                     |
| invoice  | lines[0].description | "a\r\n\tb"                     |
| invoice  | lines[0].unit_price  | "0"                            |
| invoice  | lines[0].unit_price  | "0.061171"                     |
| invoice  | lines[0].discount    | {"rate":"100"}                 |
| invoice  | lines[0].discount    | {"amount":"100"}               |
| invoice  | lines[0].discount    | {"rate":"33.33333"}            |
| invoice  | total                | "115.00"                       |
| invoice  | total                | "99.99"                        |
| invoice  | currency             | XPF                            |
| invoice  | lines                | [{"type":"text","text":"see order"}] |
"#;

#[test]
fn r15_what_is_odd_but_not_wrong_passes() {
    for row in rows(ODD_BUT_SOUND) {
        let [kind, path, cell] = row[..] else { panic!("{row:?}") };
        let mut record = sound(kind);
        put(&mut record, path, value(cell));
        assert_eq!(validate(&parse(&record)), [], "{row:?}");
    }
}

#[test]
fn a_total_is_checked_as_far_as_tax_is_known() {
    // By mode of prices: totals that can be, and totals that cannot, of lines that come to 100.00.
    let cases = [
        ("exclusive", vec!["100.00", "99.99", "115.00", "140.00"], vec!["99.98", "0"]),
        ("inclusive", vec!["100.00", "99.99", "100.01"], vec!["99.98", "100.02", "115.00"]),
        ("no_tax", vec!["100.00", "99.99", "100.01"], vec!["99.98", "115.00"]),
    ];
    for (mode, possible, impossible) in cases {
        for (totals, complaints) in [(possible, 0), (impossible, 1)] {
            for total in totals {
                let mut record = sound("invoice");
                put(&mut record, "tax_mode", json!(mode));
                put(&mut record, "total", json!(total));
                assert_eq!(validate(&parse(&record)).len(), complaints, "{mode} {total}");
            }
        }
    }
}

#[test]
fn a_deduction_with_another_tax_may_bring_the_total_below_the_lines() {
    let mut record = sound("invoice");
    let mut deduction = line("pr-2");
    put(&mut deduction, "quantity", json!("1"));
    put(&mut deduction, "unit_price", json!("-50"));
    put(&mut record, "lines", json!([line("pr-1"), deduction]));
    put(&mut record, "total", json!("42.50"));
    assert_eq!(validate(&parse(&record)), []);
}

#[test]
fn everything_wrong_is_said_at_once() {
    let mut record = sound("invoice");
    for (path, cell) in [("number", ""), ("customer", ""), ("due", "2026-01-01"), ("lines[0].quantity", "-1")] {
        put(&mut record, path, json!(cell));
    }
    let paths: Vec<_> = validate(&parse(&record)).into_iter().map(|issue| issue.path).collect();
    assert_eq!(paths, ["number", "customer", "due", "lines[0].quantity"]);
}

#[test]
fn lines_that_are_too_much_together_are_refused() {
    let mut record = sound("invoice");
    let mut big = line("pr-1");
    put(&mut big, "quantity", json!("1"));
    put(&mut big, "unit_price", json!("99999999999999999999999999.99"));
    put(&mut record, "lines", serde_json::Value::Array(vec![big; 8]));
    check(&validate(&parse(&record)), "lines", "come to more than 28 digits: split the document", &["eight big lines"]);
}
