//! Tax and totals of a whole document; what a client sends of them is ignored (myob.md 3.4, 7).

use super::lines::is_transaction;
use crate::myob::books::errors::{self, Fault};
use crate::myob::books::record::Record;
use crate::myob::books::table::Form;
use crate::myob::books::wire::reader::cents;
use crate::myob::books::{Books, Context};
use crate::myob::switches::{ConsolidatedCodes, SubtotalOf, SubtotalTax, TaxRounding};
use rust_decimal::Decimal;
use uuid::Uuid;

/// An amount and the code that it is taxed at.
pub(in crate::myob::books) struct Taxed {
    pub(in crate::myob::books) amount: Decimal,
    pub(in crate::myob::books) code: Option<Uuid>,
}

/// The tax on several amounts, which contain it or not, rounded where the switch says (myob.md 13.8).
pub(in crate::myob::books) fn tax_on(
    books: &Books,
    amounts: &[Taxed],
    inclusive: bool,
    rounding: TaxRounding,
) -> Result<Decimal, Fault> {
    let mut sum = Decimal::ZERO;
    for taxed in amounts {
        let rate = taxed.code.map(|code| books.rate(code)).unwrap_or_default();
        let base = if inclusive { Decimal::ONE_HUNDRED + rate } else { Decimal::ONE_HUNDRED };
        let tax = taxed.amount.checked_mul(rate).and_then(|product| product.checked_div(base));
        let tax = tax.ok_or_else(|| errors::invalid("TaxCode", "The tax is too large to work out"))?;
        sum += if rounding == TaxRounding::PerLine { cents(tax) } else { tax };
    }
    Ok(cents(sum))
}

/// Puts Subtotal, TotalTax and TotalAmount.
pub(super) fn work_out(books: &Books, body: &mut Record, ctx: &Context<'_>) -> Result<(), Fault> {
    let inclusive = body.flag("IsTaxInclusive");
    let mut amounts: Vec<Taxed> = body
        .list("Lines")
        .iter()
        .filter(|line| is_transaction(line))
        .map(|line| Taxed { amount: line.amount("Total"), code: line.link("TaxCode") })
        .collect();
    let lines: Decimal = amounts.iter().map(|taxed| taxed.amount).sum();
    let tax_of_lines = tax_on(books, &amounts, inclusive, ctx.switches.tax_rounding)?;
    let freight = body.amount("Freight");
    amounts.push(Taxed { amount: freight, code: body.link("FreightTaxCode") });
    let tax = tax_on(books, &amounts, inclusive, ctx.switches.tax_rounding)?;

    let with_freight = ctx.switches.subtotal_of == SubtotalOf::LinesAndFreight;
    let contained = match ctx.switches.subtotal_tax {
        _ if !inclusive => Decimal::ZERO,
        SubtotalTax::AsSent => Decimal::ZERO,
        SubtotalTax::Excluded if with_freight => tax,
        SubtotalTax::Excluded => tax_of_lines,
    };
    let subtotal = if with_freight { lines + freight } else { lines };
    body.set("Subtotal", cents(subtotal - contained));
    body.set("TotalTax", tax);
    body.set("TotalAmount", cents(if inclusive { lines + freight } else { lines + freight + tax }));
    let percent = body.record("Terms").map(|terms| terms.amount("DiscountForEarlyPayment")).unwrap_or_default();
    let discount = body.amount("TotalAmount").checked_mul(percent / Decimal::ONE_HUNDRED).unwrap_or_default();
    if let Some(terms) = body.record_mut("Terms") {
        terms.set("Discount", cents(discount));
    }
    Ok(())
}

impl Books {
    /// A code's rate in percent, below zero where the code says so (myob.md 3.3).
    pub(in crate::myob::books) fn rate(&self, code: Uuid) -> Decimal {
        let Some(row) = self.find(code) else { return Decimal::ZERO };
        let rate = row.body.amount("Rate");
        if row.body.flag("IsRateNegative") { -rate } else { rate }
    }

    /// Some codes may not stand on a sale, and some on no line (myob.md 3.3, 6).
    pub(super) fn check_tax_codes(&self, body: &Record, form: Form, ctx: &Context<'_>) -> Result<(), Fault> {
        for (at, line) in body.list("Lines").iter().enumerate() {
            if let Some(code) = line.link("TaxCode") {
                self.check_tax_code(code, form.is_sale(), &format!("Lines[{at}].TaxCode"), ctx)?;
            }
        }
        match body.link("FreightTaxCode") {
            Some(code) => self.check_tax_code(code, form.is_sale(), "FreightTaxCode", ctx),
            None => Ok(()),
        }
    }

    pub(in crate::myob::books) fn check_tax_code(
        &self,
        code: Uuid,
        sale: bool,
        path: &str,
        ctx: &Context<'_>,
    ) -> Result<(), Fault> {
        let kind = self.find(code).and_then(|row| row.body.text("Type")).unwrap_or("GST_VAT");
        match kind {
            "ImportDuty" | "InputTaxed" if sale => Err(Fault::of("InvalidTaxCode", path)),
            "Consolidated" if ctx.switches.consolidated_codes == ConsolidatedCodes::Refused => {
                Err(Fault::of("ConsolidatedTaxCode", path))
            }
            "GST_VAT" | "SalesTax" | "InputTaxed" | "Consolidated" | "ImportDuty" => Ok(()),
            other => Err(errors::gap(&format!("tax codes of type {other} ({path})"))),
        }
    }
}
