//! The record as it was read, made ready to be sent back.
//!
//! An update replaces the whole record: what is left out is reset, and lines that are left out go (myob.md 4). So every
//! update starts from the record as just read, with all that people and other programs have put into it, and lays over it
//! what is ours. What MYOB alone writes is taken out: totals, balances, states, addresses of records, and the names beside
//! links.

use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::provider::RemoteRecord;
use serde_json::value::{RawValue, to_raw_value};

use super::unwritable;
use crate::remote_id;
use crate::wire::members::Members;
use crate::wire::write::HeadWrite;

/// Members that are read but not written, by their path in the record; positions in lists are left out.
type ReadOnly = &'static [&'static str];

/// Of quotes, orders, invoices and bills (myob.md 3.4, 3.7). The state of a quote is not among them: it is ours to send.
pub(crate) const QUOTE: ReadOnly = &[
    "Created",
    "LastModified",
    "QuoteType",
    "OrderType",
    "InvoiceType",
    "BillType",
    "Subtotal",
    "SubtotalForeign",
    "TotalTax",
    "TotalTaxForeign",
    "TotalAmount",
    "TotalAmountForeign",
    "AppliedToDate",
    "BalanceDueAmount",
    "BalanceDueAmountForeign",
    "LastPaymentDate",
    "Terms.DueDate",
    "Terms.Discount",
    "Terms.DiscountForeign",
    "Terms.DiscountExpiryDate",
    "Terms.FinanceCharge",
    "Terms.FinanceChargeForeign",
    "Lines.TotalForeign",
    "Lines.UnitPriceForeign",
    "Lines.CostOfGoodsSold",
    "Lines.BackorderQuantity",
];

/// Of everything else with lines.
pub(crate) const DOCUMENT: ReadOnly = &["Status"];

/// Of customers and suppliers (myob.md 3.1).
pub(crate) const PARTY: ReadOnly = &[
    "Created",
    "LastModified",
    "Type",
    "CurrentBalance",
    "PhotoURI",
    "SellingDetails.ItemPriceLevel",
    "SellingDetails.Credit.Available",
    "SellingDetails.Credit.PastDue",
    "BuyingDetails.Credit.Available",
    "BuyingDetails.Credit.PastDue",
];

/// Of items (myob.md 3.2). Stock is never sent, in whatever member it stands (R21).
pub(crate) const ITEM: ReadOnly = &[
    "Created",
    "LastModified",
    "QuantityOnHand",
    "QuantityCommitted",
    "QuantityOnOrder",
    "QuantityAvailable",
    "AverageCost",
    "CurrentValue",
    "BaseSellingPrice",
    "PhotoURI",
    "LocationDetails",
    "BuyingDetails.LastPurchasePrice",
    "SellingDetails.PriceMatrixURI",
];

/// Of jobs (myob.md 3.3).
pub(crate) const JOB: ReadOnly = &["Created", "LastModified"];

/// Levels of a record that are looked into; deeper ones go back as they came.
const DEPTH: usize = 8;

/// The record as just read, without what MYOB alone writes, naming itself and its version.
///
/// # Errors
/// Where the record was read without its content or version; it has to be read anew.
pub(crate) fn of(base: &RemoteRecord, read_only: &[ReadOnly]) -> Result<Members, ProviderError> {
    let unread = |what: &str| {
        let message = format!("{} was read without its {what}: read it from MYOB anew", base.id);
        ProviderError::new(ErrorKind::Internal, message)
    };
    let (_, uid) = remote_id::split(&base.id).ok_or_else(|| unread("id"))?;
    let version = base.version.as_ref().ok_or_else(|| unread("version"))?;
    let text = base.carry.as_deref().ok_or_else(|| unread("content"))?;
    let held = Members::parse(text).map_err(|_| unread("content"))?;
    let is_read_only = |path: &str| read_only.iter().any(|list| list.contains(&path));
    let mut record = held.filter_map(|name, value| writable(name, value, &is_read_only, DEPTH));
    let head = HeadWrite { uid: uid.to_owned(), row_version: version.as_str().to_owned() };
    record.overlay(&head).map_err(|error| unwritable(&error))?;
    Ok(record)
}

/// A member as it may be sent back; `None` where it may not or says nothing (myob.md 3.1).
fn writable(
    path: &str,
    value: Box<RawValue>,
    is_read_only: &impl Fn(&str) -> bool,
    depth: usize,
) -> Option<Box<RawValue>> {
    let name = path.rsplit('.').next().unwrap_or(path);
    if is_read_only(path) || name.eq_ignore_ascii_case("URI") || matches!(value.get(), "null" | r#""""#) {
        return None;
    }
    if depth == 0 {
        return Some(value);
    }
    match value.get().as_bytes().first() {
        Some(b'{') => {
            let members = Members::parse(value.get()).ok()?;
            // Of a link only the id counts.
            if let Some(uid) = members.text("UID") {
                return to_raw_value(&crate::wire::write::LinkWrite::new(uid)).ok();
            }
            let kept =
                members.filter_map(|name, value| writable(&format!("{path}.{name}"), value, is_read_only, depth - 1));
            if kept.is_empty() { None } else { to_raw_value(&kept).ok() }
        }
        Some(b'[') => {
            let elements: Vec<Box<RawValue>> = serde_json::from_str(value.get()).ok()?;
            let kept: Vec<_> =
                elements.into_iter().filter_map(|one| writable(path, one, is_read_only, depth - 1)).collect();
            to_raw_value(&kept).ok()
        }
        _ => Some(value),
    }
}

#[cfg(test)]
mod tests {
    use factory_accounting_core::ids::VersionToken;
    use factory_accounting_core::model::RecordKind;
    use factory_accounting_core::provider::RemoteStatus;

    use super::*;
    use crate::remote_id::{Collection, Layout, compose};

    const UID: &str = "3f6c0a52-1b7e-4d0a-9a57-0c2f6f3c9e11";

    fn base(carry: &str) -> RemoteRecord {
        let id = compose(Collection::Invoice(Layout::Item), UID);
        let mut base = RemoteRecord::new(RecordKind::Invoice, id, RemoteStatus::Open);
        base.version = Some(VersionToken::new("-69"));
        base.carry = Some(carry.to_owned());
        base
    }

    #[test]
    fn what_people_wrote_goes_back_and_what_myob_writes_does_not() {
        let carry = r#"{"UID":"other","Number":"1042","Comment":"call first","Memo":"","Salesperson":{"UID":"s","Name":"Jo","URI":"http"},
            "Category":null,"Status":"Open","TotalAmount":67.10,"Terms":{"BalanceDueDate":30,"DueDate":"2026-12-21"},
            "CustomField1":{"Label":"Bay","Value":"7"},"Lines":[{"RowID":1,"Total":51.00,"Item":{"UID":"i","Number":"x"},
            "Location":null,"UnitOfMeasure":"ea","RowVersion":"-1","CostOfGoodsSold":3}],"URI":"http","RowVersion":"-69"}"#;
        let record = of(&base(carry), &[QUOTE, DOCUMENT]).expect("a record");
        let expected = format!(
            r#"{{"UID":"{UID}","Number":"1042","Comment":"call first","Salesperson":{{"UID":"s"}},"Terms":{{"BalanceDueDate":30}},"CustomField1":{{"Label":"Bay","Value":"7"}},"Lines":[{{"RowID":1,"Total":51.00,"Item":{{"UID":"i"}},"UnitOfMeasure":"ea","RowVersion":"-1"}}],"RowVersion":"-69"}}"#
        );
        assert_eq!(serde_json::to_string(&record).expect("JSON"), expected);
    }

    #[test]
    fn a_record_that_was_read_without_its_content_is_not_replaced() {
        let mut without = base("{}");
        without.carry = None;
        assert_eq!(of(&without, &[QUOTE]).map_err(|error| error.kind()).err(), Some(ErrorKind::Internal));
        assert!(of(&base("[1]"), &[QUOTE]).is_err());
    }

    #[test]
    fn levels_without_end_are_sent_back_unread() {
        let deep = format!("{}1{}", r#"{"a":"#.repeat(100_000), "}".repeat(100_000));
        let record = of(&base(&deep), &[QUOTE]).expect("a record");
        assert!(serde_json::to_string(&record).expect("JSON").len() > deep.len());
    }
}
