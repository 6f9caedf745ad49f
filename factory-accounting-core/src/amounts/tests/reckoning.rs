//! What documents come to.

use super::{currency, decimal, line, lines, rows, rules};
use crate::amounts::exact::product;
use crate::amounts::{AmountError, net_amount, reckon};
use crate::capability::TaxRounding;
use crate::model::{ItemLine, Line, TaxMode, TextLine};
use crate::money::Halves;

/// `line`: tax is rounded per line, `rate`: per rate. `away`: halves go away from zero, `even`: to the even neighbour.
const DOCUMENTS: &str = "
| prices    | currency | rounded   | lines                                                 | subtotal | tax    | total   |
|-----------|----------|-----------|-------------------------------------------------------|----------|--------|---------|
| exclusive | NZD      | line away | 1 x 25.06 @15; 1 x 25.61 @15; 1 x 25.63 @15           | 76.30    | 11.44  | 87.74   |
| exclusive | NZD      | rate away | 1 x 25.06 @15; 1 x 25.61 @15; 1 x 25.63 @15           | 76.30    | 11.45  | 87.75   |
| exclusive | NZD      | rate even | 1 x 25.06 @15; 1 x 25.61 @15; 1 x 25.63 @15           | 76.30    | 11.44  | 87.74   |
| exclusive | NZD      | line away | 2 x 10.5 @15                                          | 21.00    | 3.15   | 24.15   |
| inclusive | NZD      | line away | 1 x 541.25 @15                                        | 470.65   | 70.60  | 541.25  |
| inclusive | NZD      | line away | 1 x 500 @15                                           | 434.78   | 65.22  | 500.00  |
| inclusive | NZD      | line away | 1 x 89 @15                                            | 77.39    | 11.61  | 89.00   |
| inclusive | NZD      | line away | 1 x 97 @15                                            | 84.35    | 12.65  | 97.00   |
| inclusive | NZD      | line away | 1 x 10 @15; 1 x 10 @15                                | 17.40    | 2.60   | 20.00   |
| inclusive | NZD      | rate away | 1 x 10 @15; 1 x 10 @15                                | 17.39    | 2.61   | 20.00   |
| no tax    | NZD      | line away | 2 x 50 @15                                            | 100.00   | 0.00   | 100.00  |
| exclusive | CAD      | line away | 1 x 4495.16 @9.975                                    | 4495.16  | 448.39 | 4943.55 |
| exclusive | NZD      | line away | 3 x 9.99 -10% @15                                     | 26.97    | 4.05   | 31.02   |
| exclusive | NZD      | line even | 3 x 9.99 -10% @15                                     | 26.97    | 4.05   | 31.02   |
| exclusive | NZD      | line away | 3 x 9.99 -5.00 @15                                    | 24.97    | 3.75   | 28.72   |
| exclusive | NZD      | line away | 1 x 50 -100% @15                                      | 0.00     | 0.00   | 0.00    |
| exclusive | NZD      | line away | 1 x 50 -50.00 @15                                     | 0.00     | 0.00   | 0.00    |
| exclusive | NZD      | line away | 1 x 0 @15                                             | 0.00     | 0.00   | 0.00    |
| exclusive | NZD      | line away | 1 x 100 @15; text; 1 x -20 @15                        | 80.00    | 12.00  | 92.00   |
| exclusive | NZD      | line away | 1 x -100 -10% @15                                     | -90.00   | -13.50 | -103.50 |
| exclusive | NZD      | line away | 1 x -0.3 @15                                          | -0.30    | -0.05  | -0.35   |
| exclusive | NZD      | line even | 1 x -0.3 @15                                          | -0.30    | -0.04  | -0.34   |
| exclusive | NZD      | line away | 0.5 x 0.25 @0                                         | 0.13     | 0.00   | 0.13    |
| exclusive | NZD      | line even | 0.5 x 0.25 @0                                         | 0.12     | 0.00   | 0.12    |
| exclusive | NZD      | line away | 1 x 0.3 @15; 1 x 0.3 @15; 1 x 0.3 @15                 | 0.90     | 0.15   | 1.05    |
| exclusive | NZD      | rate away | 1 x 0.3 @15; 1 x 0.3 @15; 1 x 0.3 @15                 | 0.90     | 0.14   | 1.04    |
| exclusive | NZD      | rate away | 1 x 0.3 @15; 1 x 0.3 @10; 1 x 0.3 @15; 1 x 0.3 @15.00 | 1.20     | 0.17   | 1.37    |
| exclusive | JPY      | line away | 3 x 333 @10                                           | 999      | 100    | 1099    |
| exclusive | JPY      | line away | 0.5 x 333 @10                                         | 167      | 17     | 184     |
| exclusive | JPY      | line even | 0.5 x 333 @10                                         | 166      | 17     | 183     |
| inclusive | JPY      | line away | 1 x 1085 @10                                          | 986      | 99     | 1085    |
| exclusive | BHD      | line away | 1 x 1.2345 @10                                        | 1.235    | 0.124  | 1.359   |
| exclusive | BHD      | line even | 1 x 1.2345 @10                                        | 1.234    | 0.123  | 1.357   |
| exclusive | NZD      | line away | text                                                  | 0        | 0      | 0       |
";

#[test]
fn r14_documents_come_to_what_their_package_reckons() {
    for row in rows(DOCUMENTS) {
        let [mode, code, rounded, text, subtotal, tax, total] = row[..] else { panic!("{row:?}") };
        let mode = match mode {
            "exclusive" => TaxMode::Exclusive,
            "inclusive" => TaxMode::Inclusive,
            "no tax" => TaxMode::NoTax,
            other => panic!("{other:?}"),
        };
        let (place, halves) = rounded.split_once(' ').unwrap();
        let place = if place == "line" { TaxRounding::PerLine } else { TaxRounding::PerRate };
        let halves = if halves == "away" { Halves::AwayFromZero } else { Halves::ToEven };
        let reckoned = reckon(&lines(text), mode, currency(code), &rules(place, halves)).unwrap();
        let totals = reckoned.totals;
        assert_eq!(
            (totals.subtotal, totals.tax, totals.total),
            (decimal(subtotal), decimal(tax), decimal(total)),
            "{row:?}"
        );
    }
}

#[test]
fn tax_rounded_per_rate_is_shared_out_so_that_the_lines_add_up() {
    let rules = rules(TaxRounding::PerRate, Halves::AwayFromZero);
    let lines = lines("1 x 25.06 @15; 1 x 25.61 @15; text; 1 x 25.63 @15");
    let reckoned = reckon(&lines, TaxMode::Exclusive, currency("NZD"), &rules).unwrap();
    let shares: Vec<_> = reckoned.lines.iter().map(|line| line.map(|line| line.tax)).collect();
    assert_eq!(shares, [Some(decimal("3.76")), Some(decimal("3.84")), None, Some(decimal("3.85"))]);
}

#[test]
fn a_number_that_needs_29_digits_is_refused_rather_than_rounded() {
    // The exact product has 32 decimals and lies just above a half; rounded to 28 digits first it would lie on it.
    let mut rules = rules(TaxRounding::PerLine, Halves::ToEven);
    (rules.price_decimals, rules.quantity_decimals) = (16, 16);
    let lines = [line("1.0000000000000001 x 0.1250000000000001")];
    let error = reckon(&lines, TaxMode::Exclusive, currency("NZD"), &rules).unwrap_err();
    assert_eq!(error, AmountError::Overflow { line: 0 });
}

#[test]
fn a_product_that_fits_once_its_trailing_zeros_are_gone_is_exact() {
    let (tiny, tinier) = (decimal("0.000000000000005"), decimal("0.00000000000002"));
    assert_eq!(product(tiny, tinier), Some(decimal("0.0000000000000000000000000001")));
    assert_eq!(product(tiny, decimal("0.00000000000003")), None);
}

const REFUSALS: &str = "
| lines                                                 | path                      | fragment                              |
|-------------------------------------------------------|---------------------------|---------------------------------------|
| text; 1 x 10.00001 @15                                | lines[1].unit_price       | is 10.00001, the accounting package keeps 4 decimals |
| 1.00001 x 10 @15                                      | lines[0].quantity         | keeps 4 decimals                      |
| 1 x 10 -33.33333% @15                                 | lines[0].discount.rate    | keeps 4 decimals                      |
| 1 x 10 -0.005 @15                                     | lines[0].discount.amount  | keeps 2 decimals                      |
| 1 x 10 -10.01 @15                                     | lines[0].discount.amount  | more than the line's amount of 10     |
| 1 x -10 -1.00 @15                                     | lines[0].discount.amount  | more than the line's amount of -10    |
| 1 x 10 --1.00 @15                                     | lines[0].discount.amount  | is -1.00: give zero or more           |
| 1 x 10 -101% @15                                      | lines[0].discount.rate    | from 0 to 100                         |
| 1 x 10 --1% @15                                       | lines[0].discount.rate    | from 0 to 100                         |
| 1 x 10 @-1                                            | lines[0].tax              | rate of -1 %                          |
| 79228162514264337593543950335 x 10 @15                | lines[0]                  | more than 28 digits                   |
| 1 x 500000000000000000000000000.01; 1 x 500000000000000000000000000.01 | lines     | more than 28 digits                   |
";

#[test]
fn what_cannot_be_reckoned_is_refused_with_field_and_remedy() {
    for row in rows(REFUSALS) {
        let [text, path, fragment] = row[..] else { panic!("{row:?}") };
        let rules = rules(TaxRounding::PerLine, Halves::AwayFromZero);
        let issue = reckon(&lines(text), TaxMode::Exclusive, currency("NZD"), &rules).unwrap_err().issue();
        assert_eq!(issue.path, path, "{issue}");
        assert!(issue.message.contains(fragment) && issue.message.contains(": "), "{issue}");
    }
}

#[test]
fn l8_progress_counts_the_lines_after_discount_and_leaves_text_out() {
    let item = |text: &str| {
        let input = line(text).unwrap();
        Line::Item(ItemLine { discount: input.discount, ..ItemLine::new("work", input.quantity, input.unit_price) })
    };
    let text = Line::Text(TextLine { text: "thank you".to_owned() });
    let lines = [item("3 x 9.99 -10%"), text, item("1 x -6.97")];
    assert_eq!(net_amount(&lines, currency("NZD")), Some(decimal("20.00")));
    assert_eq!(net_amount(&[item("1 x 10 -11.00")], currency("NZD")), None);
}
