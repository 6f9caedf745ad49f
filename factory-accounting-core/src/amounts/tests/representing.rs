//! In which form packages can hold lines.

use super::{currency, line, rows};
use crate::amounts::{Representation, represent};
use crate::capability::{AmountRules, TaxRounding};
use crate::model::Discount;
use crate::money::Halves;
use crate::settings::FinePrices;

/// `4`: decimals of unit prices that the package keeps, next to 4 of quantities and discount rates. `lines`: lines may
/// carry discounts.
const LINES: &str = "
| line                    | currency | keeps | discounts | fine prices | sent                                            |
|-------------------------|----------|-------|-----------|-------------|-------------------------------------------------|
| 2 x 10.1234             | NZD      | 4     | lines     | refuse      | as it is                                        |
| 2 x 10.12340000         | NZD      | 4     | lines     | refuse      | as it is                                        |
| 2 x 10.1234             | NZD      | 2     | lines     | refuse      | refused: lines[0].unit_price                    |
| 2 x 10.1234             | NZD      | 2     | lines     | one unit    | 1 x 20.25 and the text (2 x 10.1234)            |
| 1000 x 0.061171         | NZD      | 4     | lines     | refuse      | refused: lines[0].unit_price                    |
| 1000 x 0.061171         | NZD      | 4     | lines     | one unit    | 1 x 61.17 and the text (1000 x 0.061171)        |
| 1000 x 0.061171 -10%    | NZD      | 4     | lines     | one unit    | 1 x 55.05 and the text (1000 x 0.061171 less 10 %) |
| 1000 x -0.061171        | NZD      | 4     | lines     | one unit    | 1 x -61.17 and the text (1000 x -0.061171)      |
| 0.33333 x 3.00          | NZD      | 4     | lines     | refuse      | refused: lines[0].quantity                      |
| 0.33333 x 3.00          | NZD      | 4     | lines     | one unit    | 1 x 1.00 and the text (0.33333 x 3.00)          |
| 3 x 10 -5%              | NZD      | 4     | lines     | refuse      | as it is                                        |
| 3 x 10 -5.00            | NZD      | 4     | lines     | refuse      | as it is                                        |
| 3 x 10 -5%              | NZD      | 4     | none      | refuse      | 9.5 each                                        |
| 3 x 9.99 -10%           | NZD      | 4     | none      | refuse      | 8.991 each                                      |
| 3 x 9.99 -10%           | NZD      | 2     | none      | refuse      | 1 x 26.97 and the text (3 x 9.99 less 10 %)     |
| 7 x 10 -5.00            | NZD      | 4     | none      | refuse      | 1 x 65.00 and the text (7 x 10 less 5.00)       |
| 7 x 10 -0%              | NZD      | 4     | none      | refuse      | 10 each                                         |
| 1 x 100 -33.33333%      | NZD      | 4     | lines     | refuse      | refused: lines[0].discount.rate                 |
| 1 x 100 -33.33333%      | NZD      | 4     | lines     | one unit    | 1 x 66.67 and the text (1 x 100 less 33.33333 %) |
| 1 x 100000 -0.00001%    | NZD      | 4     | lines     | refuse      | 100000 each less 0.01                           |
| 1 x -100000 -0.00001%   | NZD      | 4     | lines     | refuse      | refused: lines[0].discount.rate                 |
| 1 x 10 -0.005           | NZD      | 4     | lines     | refuse      | refused: lines[0].discount.amount               |
| 1 x 10 -0.005           | NZD      | 4     | lines     | one unit    | 1 x 10.00 and the text (1 x 10 less 0.005)      |
| 1 x 10 -10.01           | NZD      | 4     | lines     | one unit    | refused: lines[0].discount.amount               |
| 1 x 10 -101%            | NZD      | 4     | none      | one unit    | refused: lines[0].discount.rate                 |
| 1 x 1.2345              | BHD      | 2     | lines     | one unit    | refused: lines[0].unit_price                    |
| 0.5 x 333.33333         | JPY      | 4     | lines     | one unit    | 1 x 167 and the text (0.5 x 333.33333)          |
";

#[test]
fn r13_lines_survive_where_representable_and_fall_back_as_the_settings_say() {
    for row in rows(LINES) {
        let [text, code, keeps, discounts, policy, sent] = row[..] else { panic!("{row:?}") };
        let rules = AmountRules::new(keeps.parse().unwrap(), 4, TaxRounding::PerLine, Halves::AwayFromZero);
        let policy = if policy == "refuse" { FinePrices::Refuse } else { FinePrices::OneUnit };
        let form = represent(0, &line(text).unwrap(), policy, discounts == "lines", currency(code), &rules);
        assert_eq!(told(&form), sent, "{row:?}");
    }
}

#[test]
fn a_refused_fine_price_names_the_setting_that_would_let_it_pass() {
    let rules = AmountRules::new(4, 4, TaxRounding::PerLine, Halves::AwayFromZero);
    let input = line("1000 x 0.061171").unwrap();
    let form = represent(7, &input, FinePrices::Refuse, true, currency("NZD"), &rules);
    let issue = form.apply(&input).unwrap_err();
    assert_eq!(issue.path, "lines[7].unit_price");
    assert_eq!(
        issue.message,
        "is 0.061171, the accounting package keeps 4 decimals: round it, or let fine prices be sent as one unit \
         (settings, fine_prices)"
    );
}

fn told(form: &Representation) -> String {
    match form {
        Representation::AsIs => "as it is".to_owned(),
        Representation::Rewritten { unit_price, discount: None } => format!("{unit_price} each"),
        Representation::Rewritten { unit_price, discount: Some(Discount::Amount(amount)) } => {
            format!("{unit_price} each less {amount}")
        }
        Representation::Rewritten { unit_price, discount: Some(Discount::Rate(rate)) } => {
            format!("{unit_price} each less {rate} %")
        }
        Representation::OneUnit { description_suffix, unit_price } => {
            format!("1 x {unit_price} and the text{description_suffix}")
        }
        Representation::Refused(issue) => format!("refused: {}", issue.path),
    }
}
