//! Sales tax arithmetic: per rate, on the sum of the lines that bear it (qbo.md 12.2, 12.3).

use super::amounts::cents;
use rust_decimal::Decimal;

/// One rate of a tax code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    /// Id of the TaxRate.
    pub(super) id: String,
    pub(super) percent: Decimal,
}

/// What one line contributes: its net amount and the rates of its tax code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Net, not rounded where it was derived from a gross amount.
    pub(super) base: Decimal,
    pub(super) rates: Vec<Rate>,
}

/// One line of TxnTaxDetail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::qbo::books) struct TaxLine {
    /// Id of the TaxRate.
    pub(super) rate: String,
    pub(super) percent: Decimal,
    pub(super) net: Decimal,
    pub(super) amount: Decimal,
    /// How far the caller's own amount lies from the computed one (OverrideDeltaAmount).
    pub(super) delta: Decimal,
}

/// Why a caller's own tax amounts are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mistake {
    /// The rate belongs to none of the lines' tax codes.
    Foreign(String),
    /// A rate is named twice.
    Twice(String),
}

/// Takes the tax out of a gross amount; the result is not rounded.
pub(super) fn net_of(gross: Decimal, rates: &[Rate]) -> Decimal {
    let whole = Decimal::ONE_HUNDRED + rates.iter().map(|rate| rate.percent).sum::<Decimal>();
    gross.checked_mul(Decimal::ONE_HUNDRED).and_then(|hundredfold| hundredfold.checked_div(whole)).unwrap_or(gross)
}

/// A net amount with its tax, rounded to cents.
pub(super) fn gross_of(net: Decimal, rates: &[Rate]) -> Decimal {
    let percent = rates.iter().map(|rate| rate.percent).sum::<Decimal>();
    cents(net + tax_on(net, percent))
}

/// Lessens every part in proportion, as a discount of the whole document without a tax code of its own does.
pub(super) fn spread(parts: &mut [Part], discount: Decimal, subtotal: Decimal) {
    for part in parts {
        let off = part.base.checked_mul(discount).and_then(|product| product.checked_div(subtotal));
        part.base -= off.unwrap_or_default();
    }
}

/// Tax per rate in the order in which the lines name them.
pub(super) fn per_rate(parts: &[Part]) -> Vec<TaxLine> {
    let mut lines: Vec<TaxLine> = Vec::new();
    for part in parts {
        for rate in &part.rates {
            let at = lines.iter().position(|line| line.rate == rate.id).unwrap_or_else(|| {
                let (rate, percent) = (rate.id.clone(), rate.percent);
                let zero = Decimal::ZERO;
                lines.push(TaxLine { rate, percent, net: zero, amount: zero, delta: zero });
                lines.len() - 1
            });
            lines[at].net += part.base;
        }
    }
    for line in &mut lines {
        line.amount = cents(tax_on(line.net, line.percent));
        line.net = cents(line.net);
    }
    lines
}

/// Lays the caller's own amounts over the computed ones; each rate at most once and only rates of the lines.
pub(super) fn lay_over(lines: &mut [TaxLine], sent: &[(String, Decimal)]) -> Result<(), Mistake> {
    for (place, (rate, amount)) in sent.iter().enumerate() {
        if sent[..place].iter().any(|(earlier, _)| earlier == rate) {
            return Err(Mistake::Twice(rate.clone()));
        }
        let line = lines.iter_mut().find(|line| line.rate == *rate).ok_or_else(|| Mistake::Foreign(rate.clone()))?;
        line.delta = cents(*amount) - line.amount;
        line.amount = cents(*amount);
    }
    Ok(())
}

fn tax_on(net: Decimal, percent: Decimal) -> Decimal {
    net.checked_mul(percent).map_or(Decimal::ZERO, |hundredfold| hundredfold / Decimal::ONE_HUNDRED)
}

/// Shares a total out over the computed lines, as an amount set by hand in place of the automated tax is
/// (qbo.md 12.2); the last line takes what rounding leaves.
pub(super) fn share_out(lines: &mut [TaxLine], total: Decimal) {
    let percent: Decimal = lines.iter().map(|line| line.percent).sum();
    let last = lines.len().saturating_sub(1);
    let mut rest = cents(total);
    for (at, line) in lines.iter_mut().enumerate() {
        let part = total.checked_mul(line.percent).and_then(|product| product.checked_div(percent));
        let amount = if at == last { rest } else { cents(part.unwrap_or_default()) };
        rest -= amount;
        line.delta = amount - line.amount;
        line.amount = amount;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    fn decimal(text: &str) -> Decimal {
        Decimal::from_str(text).unwrap_or_else(|_| panic!("not a decimal: {text}"))
    }

    fn part(base: &str, rates: &[(&str, &str)]) -> Part {
        let rates = rates.iter().map(|(id, percent)| Rate { id: (*id).to_owned(), percent: decimal(percent) });
        Part { base: decimal(base), rates: rates.collect() }
    }

    #[test]
    fn tax_is_rounded_on_the_sum_of_a_rate_and_not_by_line() {
        // Net amounts of the lines, the rate, tax on their sum (qbo.md 12.3).
        let table = "
            277.69 3109.00 79.55 38.91 49.20 18.15 19.89 | 10   | 359.24
            0.04 0.04 0.04                               | 10   | 0.01
            0.05                                         | 10   | 0.01
            1183                                         | 10   | 118.30
            2.20                                         | 20   | 0.44
            -10.05 5                                     | 10   | -0.51
            99.99                                        | 9.975| 9.97
        ";
        for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let parts: Vec<Part> = cells[0].split_whitespace().map(|net| part(net, &[("3", cells[1])])).collect();
            let lines = per_rate(&parts);
            assert_eq!(lines.len(), 1, "{line}");
            assert_eq!(lines[0].amount, decimal(cells[2]), "{line}");
        }
    }

    #[test]
    fn a_code_of_two_rates_makes_two_tax_lines() {
        let lines = per_rate(&[part("100", &[("1", "5"), ("2", "7")]), part("50", &[("1", "5")])]);
        let figures: Vec<_> = lines.iter().map(|line| (line.rate.as_str(), line.net, line.amount)).collect();
        assert_eq!(figures, [("1", decimal("150"), decimal("7.50")), ("2", decimal("100"), decimal("7.00"))]);
    }

    #[test]
    fn gross_and_net_go_with_each_other_as_real_files_show() {
        let gst = part("0", &[("3", "10")]).rates;
        for (net, gross) in [("1183", "1301.30"), ("277.69", "305.46"), ("79.55", "87.51"), ("18.15", "19.97")] {
            assert_eq!(gross_of(decimal(net), &gst), decimal(gross));
        }
        assert_eq!(cents(net_of(decimal("1301.30"), &gst)), decimal("1183.00"));
        assert_eq!(cents(net_of(decimal("87.50"), &gst)), decimal("79.55"));
    }

    #[test]
    fn a_discount_lessens_every_rate_in_proportion() {
        let mut parts = vec![part("100", &[("3", "10")]), part("100", &[("4", "0")])];
        spread(&mut parts, decimal("50"), decimal("200"));
        let lines = per_rate(&parts);
        assert_eq!((lines[0].net, lines[0].amount), (decimal("75"), decimal("7.50")));
        assert_eq!((lines[1].net, lines[1].amount), (decimal("75"), decimal("0")));
        spread(&mut parts, decimal("50"), Decimal::ZERO);
        assert_eq!(per_rate(&parts)[0].net, decimal("75"), "nothing to spread over leaves the parts alone");
    }

    #[test]
    fn an_own_amount_shows_its_distance_and_must_name_a_rate_of_the_lines_once() {
        let mut lines = per_rate(&[part("1183", &[("3", "10")])]);
        assert_eq!(lay_over(&mut lines, &[("3".to_owned(), decimal("118.31"))]), Ok(()));
        assert_eq!((lines[0].amount, lines[0].delta), (decimal("118.31"), decimal("0.01")));
        let foreign = lay_over(&mut lines, &[("9".to_owned(), decimal("1"))]);
        assert_eq!(foreign, Err(Mistake::Foreign("9".to_owned())));
        let twice = lay_over(&mut lines, &[("3".to_owned(), decimal("1")), ("3".to_owned(), decimal("2"))]);
        assert_eq!(twice, Err(Mistake::Twice("3".to_owned())));
    }

    #[test]
    fn a_total_set_by_hand_is_shared_out_to_the_cent() {
        let mut lines = per_rate(&[part("100", &[("3", "4"), ("4", "4.875")])]);
        share_out(&mut lines, decimal("10"));
        assert_eq!((lines[0].amount, lines[0].delta), (decimal("4.51"), decimal("0.51")));
        assert_eq!((lines[1].amount, lines[1].delta), (decimal("5.49"), decimal("0.61")));
    }
}
