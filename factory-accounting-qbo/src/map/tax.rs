//! Tax on documents: tax codes per line and net amounts outside the United States, where a tax that is to be other than
//! what QuickBooks would come to is stated per rate; taxable or not in the United States, where QuickBooks reckons
//! (qbo.md 12).

use factory_accounting_core::error::ProviderError;
use factory_accounting_core::model::TaxMode;
use factory_accounting_core::planned::{Charge, StatedTax};
use factory_accounting_http::json::Number;
use rust_decimal::Decimal;

use super::QUICKBOOKS;
use crate::config::Region;
use crate::wire::write::RefWrite;
use crate::wire::write::document::{TaxLineDetailWrite, TaxLineWrite, TxnTaxDetailWrite};

/// The codes of lines in the United States (qbo.md 12.2).
const TAXED: &str = "TAX";
const UNTAXED: &str = "NON";

/// How the amounts of a document are to be read. There is no such member in the United States, and prices with tax in them
/// are turned into net ones before: what QuickBooks makes of them is not settled (qbo.md 12.3, 15).
pub(crate) fn calculation(region: Region, mode: TaxMode) -> Result<Option<&'static str>, ProviderError> {
    match (region, mode) {
        (_, TaxMode::Inclusive) => {
            Err(QUICKBOOKS.unsupported("tax_mode", "QuickBooks is sent net prices only: turn them into net prices"))
        }
        (Region::UnitedStates, _) => Ok(None),
        (Region::International, TaxMode::Exclusive) => Ok(Some("TaxExcluded")),
        (Region::International, TaxMode::NoTax) => Ok(Some("NotApplicable")),
    }
}

/// The tax code of a line. Never left to QuickBooks: a missing code is refused outside the United States and means taxable
/// within (qbo.md 12.2, 12.3).
pub(crate) fn code(
    region: Region,
    mode: TaxMode,
    at: usize,
    charge: &Charge,
) -> Result<Option<RefWrite>, ProviderError> {
    let path = || format!("lines[{at}].tax");
    match (region, mode) {
        (Region::UnitedStates, TaxMode::NoTax) => Ok(Some(RefWrite::new(UNTAXED))),
        (Region::UnitedStates, _) if matches!(charge.tax_code.as_str(), TAXED | UNTAXED) => {
            Ok(Some(RefWrite::new(charge.tax_code.clone())))
        }
        (Region::UnitedStates, _) => {
            let message =
                format!("tax code {:?} is none of a company in the United States: use TAX or NON", charge.tax_code);
            Err(QUICKBOOKS.refused(path(), message))
        }
        (Region::International, TaxMode::NoTax) => Ok(None),
        (Region::International, _) if charge.tax_code.is_empty() => {
            Err(QUICKBOOKS.refused(path(), "is missing: QuickBooks needs a tax code on every line"))
        }
        (Region::International, _) => Ok(Some(RefWrite::new(charge.tax_code.clone()))),
    }
}

/// The tax as it is to be, rate by rate; nothing where QuickBooks comes to it by itself.
pub(crate) fn stated(region: Region, taxes: &[StatedTax]) -> Result<Option<TxnTaxDetailWrite>, ProviderError> {
    if taxes.is_empty() {
        return Ok(None);
    }
    if region == Region::UnitedStates {
        return Err(QUICKBOOKS
            .unsupported("total", "QuickBooks reckons the tax itself in the United States: leave the total out"));
    }
    let total = taxes.iter().try_fold(Decimal::ZERO, |sum, tax| sum.checked_add(tax.tax));
    let total = total.ok_or_else(|| QUICKBOOKS.refused("total", "is too large"))?;
    let line = |tax: &StatedTax| TaxLineWrite {
        amount: Number(tax.tax),
        detail_type: "TaxLineDetail",
        tax_line_detail: TaxLineDetailWrite {
            tax_rate_ref: RefWrite::from(&tax.component),
            percent_based: true,
            tax_percent: Number(tax.rate),
            net_amount_taxable: Number(tax.net),
        },
    };
    Ok(Some(TxnTaxDetailWrite { total_tax: Number(total), tax_line: taxes.iter().map(line).collect() }))
}
