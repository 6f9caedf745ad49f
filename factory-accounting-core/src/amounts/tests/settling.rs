//! The host's total against the prediction.

use super::{currency, decimal, lines, rows, rules};
use crate::amounts::{TotalCheck, reckon, settle_total};
use crate::capability::TaxRounding;
use crate::model::TaxMode;
use crate::money::Halves;
use crate::settings::RoundingPolicy;

const TOTALS: &str = "
| currency | lines                         | host    | policy | check                 |
|----------|-------------------------------|---------|--------|-----------------------|
| NZD      | 1 x 10 @15; text; 1 x 20 @15  | none    | refuse | equal                 |
| NZD      | 1 x 10 @15; text; 1 x 20 @15  | 34.5    | refuse | equal                 |
| NZD      | 1 x 10 @15; text; 1 x 20 @15  | 34.51   | refuse | refused: 34.51, 34.50 |
| NZD      | 1 x 10 @15; text; 1 x 20 @15  | 34.51   | line   | line: 0.01            |
| NZD      | 1 x 10 @15; text; 1 x 20 @15  | 34.48   | line   | line: -0.02           |
| NZD      | 1 x 10 @15; text; 1 x 20 @15  | 34.53   | line   | refused: 34.53, 34.50 |
| NZD      | 1 x 10 @15; text; 1 x 20 @15  | 34.505  | line   | refused: 34.505, 34.50 |
| JPY      | 1 x 333 @10                   | 367     | line   | line: 1               |
| JPY      | 1 x 333 @10                   | 368     | line   | refused: 368, 366     |
| NZD      | text                          | 0.01    | line   | refused: 0.01, 0.00      |
| NZD      | 1 x 10 @15                    | 79228162514264337593543950335 | line | refused: 79228162514264337593543950335, 11.50 |
";

#[test]
fn r14_a_difference_is_carried_by_a_rounding_line_or_refused_with_the_numbers() {
    for row in rows(TOTALS) {
        let [code, text, host, policy, expected] = row[..] else { panic!("{row:?}") };
        let currency = currency(code);
        let rules = rules(TaxRounding::PerLine, Halves::AwayFromZero);
        let predicted = reckon(&lines(text), TaxMode::Exclusive, currency, &rules).unwrap();
        let policy = if policy == "line" { RoundingPolicy::Line } else { RoundingPolicy::Refuse };
        let host = (host != "none").then(|| decimal(host));
        let told = match settle_total(host, &predicted, predicted.lines.iter().flatten().count(), policy, currency) {
            TotalCheck::Equal => "equal".to_owned(),
            TotalCheck::RoundingLine { amount } => format!("line: {amount}"),
            TotalCheck::Refused { host, package } => format!("refused: {host}, {package}"),
        };
        assert_eq!(told, expected, "{row:?}");
    }
}
