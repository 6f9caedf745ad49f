//! From lines to totals: discounts, sales tax by country, the caller's own tax amounts (qbo.md 5.9, 12.2, 12.3).

use super::amounts::{cents, share, unit_price};
use super::line_shape::{TAX_LINE, TAX_LINE_DETAIL, TXN_TAX_DETAIL};
use super::lines::within_bounds;
use super::lines::{detail, detail_name, subtotal};
use super::tax::{self, Mistake, Part, Rate, TaxLine};
use crate::qbo::books::entity::Entity;
use crate::qbo::books::errors::{self, Fault};
use crate::qbo::books::ids::Id;
use crate::qbo::books::record::Record;
use crate::qbo::books::write::Draft;
use crate::qbo::books::zone::Country;
use crate::qbo::books::{Books, Context};
use crate::qbo::switches::{GrossAmount, MissingTaxCalculation, UsTaxCalculation};
use rust_decimal::Decimal;

/// Which side of a tax code applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Sales,
    Purchases,
}

/// What a document comes to.
#[derive(Debug)]
struct Sums {
    taxes: Vec<TaxLine>,
    /// The tax code that automated sales tax chose.
    code: Option<Id>,
    total: Decimal,
}

impl Books {
    /// Computes tax and total of a document and puts them on the draft, with what the lines show of it.
    pub(super) fn total(
        &mut self,
        draft: &mut Draft,
        lines: &mut [Record],
        side: Side,
        ctx: &Context<'_>,
    ) -> Result<(), Fault> {
        let us = self.country.is_us();
        self.settle_tax_mode(draft, ctx)?;
        let mut sums = match (us, self.preference_flag("TaxPrefs", "UsingSalesTax")) {
            (false, true) => self.tax_by_code(draft, lines, side, ctx)?,
            (true, true) if side == Side::Sales => self.tax_by_address(draft, lines)?,
            // Without sales tax TxnTaxDetail has no effect (qbo.md 12.2), and US purchases bear none.
            _ => {
                discount(lines);
                Sums { taxes: Vec::new(), code: None, total: net_total(lines) }
            }
        };
        sums.total = cents(sums.total);
        if sums.total < Decimal::ZERO {
            return Err(errors::business("Transaction amount must be 0 or greater.").on("Amount"));
        }
        draft.body.set_or_clear("TxnTaxDetail", self.shows_tax(draft, side).then(|| tax_detail(&sums)));
        draft.body.set("TotalAmt", sums.total);
        if draft.body.has("ExchangeRate") && draft.body.shape().position("HomeTotalAmt").is_some() {
            draft.body.set("HomeTotalAmt", sums.total);
        }
        Ok(())
    }

    /// Whether totals have to be computed again: an update that touches neither lines nor tax leaves them alone.
    pub(super) fn retotals(&self, draft: &Draft) -> bool {
        const MOVERS: [&str; 7] = [
            "Line",
            "TxnTaxDetail",
            "GlobalTaxCalculation",
            "ApplyTaxAfterDiscount",
            "CustomerRef",
            "ShipAddr",
            "BillAddr",
        ];
        draft.is_new() || !draft.input.sparse || MOVERS.iter().any(|name| draft.input.sent(name))
    }

    fn shows_tax(&self, draft: &Draft, side: Side) -> bool {
        if self.country.is_us() {
            return side == Side::Sales;
        }
        self.preference_flag("TaxPrefs", "UsingSalesTax")
            && draft.body.text("GlobalTaxCalculation") != Some("NotApplicable")
    }

    /// GlobalTaxCalculation: nothing in the US, required elsewhere (qbo.md 12.2, 12.3).
    fn settle_tax_mode(&self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        if self.country.is_us() {
            if draft.input.body.has("GlobalTaxCalculation")
                && ctx.switches.us_tax_calculation == UsTaxCalculation::Refused
            {
                return Err(errors::business("GlobalTaxCalculation is not applicable to US companies")
                    .on("GlobalTaxCalculation"));
            }
            draft.body.clear("GlobalTaxCalculation");
            return Ok(());
        }
        if !draft.body.has("GlobalTaxCalculation") {
            if ctx.switches.missing_tax_calculation == MissingTaxCalculation::Refused {
                return Err(errors::required("GlobalTaxCalculation"));
            }
            draft.body.set("GlobalTaxCalculation", "TaxExcluded");
        }
        Ok(())
    }

    /// Tax codes on every line that has an amount (qbo.md 12.3).
    fn tax_by_code(&self, draft: &Draft, lines: &mut [Record], side: Side, ctx: &Context<'_>) -> Result<Sums, Fault> {
        let own = draft.input.body.record("TxnTaxDetail");
        let mode = draft.body.text("GlobalTaxCalculation");
        if mode == Some("NotApplicable") {
            return not_applicable(lines, own);
        }
        let inclusive = mode == Some("TaxInclusive");
        let mut parts = Vec::new();
        // What the lines come to with tax, as long as each of them says it.
        let mut gross = inclusive.then_some(Decimal::ZERO);
        for line in lines.iter_mut().filter(|line| line.has("Amount") && !is_discount(line)) {
            let code = detail(line).and_then(|own| own.reference("TaxCodeRef"));
            let rates = self.rates_of(code.ok_or_else(|| no_code(self.country))?, side);
            let (base, own_gross) = if inclusive { include(line, &rates, ctx) } else { exclude(line) };
            gross = gross.zip(own_gross).map(|(sum, own)| sum + own);
            parts.push(Part { base, rates });
        }
        let sum = subtotal(lines);
        if let Some(line) = discount(lines) {
            gross = None;
            let amount = line.amount("Amount");
            match detail(line).and_then(|own| own.reference("TaxCodeRef")) {
                Some(code) => parts.push(Part { base: -amount, rates: self.rates_of(code, side) }),
                None => tax::spread(&mut parts, amount, sum),
            }
        }
        let mut taxes = tax::per_rate(&parts);
        tax::lay_over(&mut taxes, &own_taxes(own)?).map_err(tax_fault)?;
        let tax: Decimal = taxes.iter().map(|line| line.amount).sum();
        let overridden = taxes.iter().any(|line| !line.delta.is_zero());
        let total = gross.filter(|_| !overridden).unwrap_or_else(|| net_total(lines) + tax);
        Ok(Sums { taxes, code: None, total })
    }

    /// The rates of a tax code on one side.
    fn rates_of(&self, code: &str, side: Side) -> Vec<Rate> {
        let Some(row) = Id::parse(code).and_then(|id| self.get(Entity::TaxCode, id)) else { return Vec::new() };
        let rates = self.tax_code_rates(row, side == Side::Sales);
        rates.into_iter().map(|(id, percent)| Rate { id: id.to_string(), percent }).collect()
    }

    /// Automated sales tax: TAX or NON on the lines, the rate by the ship-to address (qbo.md 12.2).
    fn tax_by_address(&self, draft: &Draft, lines: &mut [Record]) -> Result<Sums, Fault> {
        let customer = draft.body.target("CustomerRef").and_then(|id| self.get(Entity::Customer, id));
        let exempt = customer.is_some_and(|row| row.body.has("Taxable") && !row.body.flag("Taxable"));
        // A company collects tax only where it has a tax agency.
        let code = self.ship_to_state(&draft.body).and_then(|state| self.state_tax_code(state));
        let rates = code.map(|code| self.rates_of(&code.to_string(), Side::Sales)).unwrap_or_default();
        let mut parts = Vec::new();
        for line in lines.iter_mut().filter(|line| line.has("Amount") && !is_discount(line)) {
            if automated_code(line)? && !exempt {
                parts.push(Part { base: line.amount("Amount"), rates: rates.clone() });
            }
        }
        let sum = subtotal(lines);
        if let Some(line) = discount(lines)
            && draft.body.flag("ApplyTaxAfterDiscount")
        {
            tax::spread(&mut parts, line.amount("Amount"), sum);
        }
        let mut taxes = tax::per_rate(&parts);
        let own = draft.input.body.record("TxnTaxDetail");
        let manual = own.filter(|own| own.has("UseAutomatedSalesTax") && !own.flag("UseAutomatedSalesTax"));
        if let Some(total) = manual.and_then(|own| own.decimal("TotalTax")) {
            if taxes.is_empty() {
                taxes = tax::per_rate(&[Part { base: Decimal::ZERO, rates }]);
            }
            if taxes.is_empty() {
                return Err(tax_fault(Mistake::Foreign("of the ship-to address".to_owned())));
            }
            tax::share_out(&mut taxes, within_bounds(total, "TotalTax")?);
        }
        let tax: Decimal = taxes.iter().map(|line| line.amount).sum();
        Ok(Sums { code: code.filter(|_| !taxes.is_empty()), taxes, total: net_total(lines) + tax })
    }

    /// Where the goods go: the document's addresses, then the company's.
    fn ship_to_state<'a>(&'a self, body: &'a Record) -> Option<&'a str> {
        let state = |address: Option<&'a Record>| address.and_then(|address| address.text("CountrySubDivisionCode"));
        let company = || self.get(Entity::CompanyInfo, Id::Number(1)).map(|row| &row.body);
        state(body.record("ShipAddr"))
            .or_else(|| state(body.record("BillAddr")))
            .or_else(|| state(company()?.record("CompanyAddr")))
    }
}

/// Whether a US line is taxable; one without a code is since August 2018 (qbo.md 12.2).
fn automated_code(line: &mut Record) -> Result<bool, Fault> {
    let name = detail_name(line);
    let Some(own) = line.record_mut(name) else { return Ok(false) };
    own.set_default("TaxCodeRef", Id::Tax);
    match own.reference("TaxCodeRef") {
        Some("TAX") => Ok(true),
        Some("NON") => Ok(false),
        other => {
            let code = other.unwrap_or_default();
            let text = format!("Valid Line TaxCodes for US should be TAX or NON. Supplied value:{code}");
            Err(Fault::of(6100, text).on("TaxCodeRef"))
        }
    }
}

/// What lines come to without tax.
fn net_total(lines: &[Record]) -> Decimal {
    let off: Decimal = lines.iter().filter(|line| is_discount(line)).map(|line| line.amount("Amount")).sum();
    subtotal(lines) - off
}

fn is_discount(line: &Record) -> bool {
    detail_name(line) == "DiscountLineDetail"
}

/// The discount line, once a percentage has become an amount.
fn discount(lines: &mut [Record]) -> Option<&Record> {
    let sum = subtotal(lines);
    let line = lines.iter_mut().find(|line| is_discount(line))?;
    let own = line.record("DiscountLineDetail").filter(|own| own.flag("PercentBased"));
    if let Some(percent) = own.and_then(|own| own.decimal("DiscountPercent")) {
        line.set("Amount", share(sum, percent));
    }
    Some(line)
}

/// No tax and no tax codes either (qbo.md 8.2, 12.3).
fn not_applicable(lines: &mut [Record], own: Option<&Record>) -> Result<Sums, Fault> {
    if own.is_some_and(|own| !own.list("TaxLine").is_empty() || !own.amount("TotalTax").is_zero()) {
        let text =
            "Invalid TxnTaxDetail Error : TxnTaxDetail is not allowed when GlobalTaxCalculation is NotApplicable";
        return Err(Fault::of(6170, text).on("TxnTaxDetail"));
    }
    if lines.iter().filter_map(detail).any(|own| own.has("TaxCodeRef")) {
        let text = "Invalid TaxCodeRef Error : TaxCodeRef is not allowed when GlobalTaxCalculation is NotApplicable";
        return Err(Fault::of(6160, text).on("TaxCodeRef"));
    }
    discount(lines);
    Ok(Sums { taxes: Vec::new(), code: None, total: net_total(lines) })
}

/// A line whose Amount is net; TaxInclusiveAmt has no meaning on it.
fn exclude(line: &mut Record) -> (Decimal, Option<Decimal>) {
    let name = detail_name(line);
    if let Some(own) = line.record_mut(name) {
        own.clear("TaxInclusiveAmt");
    }
    (line.amount("Amount"), None)
}

/// Amount net beside TaxInclusiveAmt gross (qbo.md 12.3). Answers the taxable base and, where the caller said it,
/// the gross amount.
fn include(line: &mut Record, rates: &[Rate], ctx: &Context<'_>) -> (Decimal, Option<Decimal>) {
    let name = detail_name(line);
    let amount = line.amount("Amount");
    let Some(own) = line.record_mut(name) else { return (amount, None) };
    match own.decimal("TaxInclusiveAmt") {
        Some(gross) if cents(tax::net_of(gross, rates)) == amount => (tax::net_of(gross, rates), Some(cents(gross))),
        None if ctx.switches.gross_amount == GrossAmount::TakenAsGross => {
            let base = tax::net_of(amount, rates);
            own.set("TaxInclusiveAmt", amount);
            if own.has("UnitPrice")
                && let Some(price) = own.decimal("Qty").and_then(|quantity| unit_price(cents(base), quantity))
            {
                own.set("UnitPrice", price);
            }
            line.set("Amount", cents(base));
            (base, Some(amount))
        }
        _ => {
            own.set("TaxInclusiveAmt", tax::gross_of(amount, rates));
            (amount, None)
        }
    }
}

/// The caller's own tax amounts by rate.
fn own_taxes(own: Option<&Record>) -> Result<Vec<(String, Decimal)>, Fault> {
    let lines = own.map_or(&[] as &[Record], |own| own.list("TaxLine"));
    lines
        .iter()
        .map(|line| {
            let rate = line.record("TaxLineDetail").and_then(|own| own.reference("TaxRateRef"));
            let rate = rate.ok_or_else(|| errors::required("TaxRateRef"))?;
            let missing = || Fault::of(2280, "Missing Tax Amount : a TaxLine needs an Amount").on("TaxLine");
            let amount = line.decimal("Amount").ok_or_else(missing)?;
            Ok((rate.to_owned(), within_bounds(amount, "TaxLine")?))
        })
        .collect()
}

fn tax_fault(mistake: Mistake) -> Fault {
    let text = match mistake {
        Mistake::Foreign(rate) => format!("The tax rate {rate} belongs to none of the tax codes on the lines"),
        Mistake::Twice(rate) => format!("The tax rate {rate} is named by more than one TaxLine"),
    };
    errors::business(&text).on("TxnTaxDetail")
}

/// 6000 in the words of the country (qbo.md 8.2, 12.3).
fn no_code(country: Country) -> Fault {
    let tax = match country {
        Country::Gb => "VAT",
        Country::Ca => "GST/HST",
        Country::Au | Country::Us => "GST",
    };
    errors::business(&format!("Make sure all your transactions have a {tax} rate before you save.")).on("TaxCodeRef")
}

fn tax_detail(sums: &Sums) -> Record {
    let mut own = Record::new(&TXN_TAX_DETAIL);
    own.set_or_clear("TxnTaxCodeRef", sums.code);
    own.set("TotalTax", sums.taxes.iter().map(|line| line.amount).sum::<Decimal>());
    let lines: Vec<Record> = sums.taxes.iter().map(tax_line).collect();
    own.set_or_clear("TaxLine", Some(lines).filter(|lines| !lines.is_empty()));
    own
}

fn tax_line(line: &TaxLine) -> Record {
    let mut own = Record::new(&TAX_LINE_DETAIL)
        .with("PercentBased", true)
        .with("TaxPercent", line.percent)
        .with("NetAmountTaxable", line.net);
    own.set_or_clear("TaxRateRef", Id::parse(&line.rate));
    own.set_or_clear("OverrideDeltaAmount", Some(line.delta).filter(|delta| !delta.is_zero()));
    Record::new(&TAX_LINE).with("Amount", line.amount).with("DetailType", "TaxLineDetail").with("TaxLineDetail", own)
}
