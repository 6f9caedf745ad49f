//! Records to write.

use chrono::NaiveDate;
use factory_accounting_core::ids::{RemoteId, VersionToken};
use factory_accounting_core::model::{Discount, RecordKind, TaxMode};
use factory_accounting_core::money::{Currency, Money, Quantity, Rate, TaxAmount, Totals, UnitPrice};
use factory_accounting_core::planned::{
    AccountRef, Charge, Content, Planned, PlannedAllocation, PlannedDocument, PlannedItem, PlannedItemRef, PlannedJob,
    PlannedLine, PlannedParty, PlannedPayment, PlannedPrice, TargetStatus,
};
use factory_accounting_core::provider::{RemoteRecord, RemoteStatus};
pub(super) use factory_accounting_testkit::plans::{based, batch, planned};
use secrecy::SecretString;

use crate::config::MyobConfig;
use crate::profile::FileProfile;
pub(super) use crate::testing::decimal;

pub(super) const CUSTOMER: &str = "contact/customer/c0000000-0000-4000-8000-000000000001";
pub(super) const SUPPLIER: &str = "contact/supplier/c0000000-0000-4000-8000-000000000002";
pub(super) const ITEM: &str = "inventory/item/c0000000-0000-4000-8000-000000000003";
pub(super) const JOB: &str = "generalledger/job/c0000000-0000-4000-8000-000000000004";
pub(super) const INVOICE: &str = "sale/invoice/item/c0000000-0000-4000-8000-000000000005";
pub(super) const QUOTE: &str = "sale/quote/service/c0000000-0000-4000-8000-000000000006";
pub(super) const ORDER: &str = "sale/order/item/c0000000-0000-4000-8000-000000000007";
pub(super) const PURCHASE_ORDER: &str = "purchase/order/item/c0000000-0000-4000-8000-000000000008";
pub(super) const BILL: &str = "purchase/bill/service/c0000000-0000-4000-8000-000000000009";
pub(super) const RECEIPT: &str = "sale/customerpayment/c0000000-0000-4000-8000-00000000000a";
pub(super) const SETTLEMENT: &str = "sale/creditsettlement/c0000000-0000-4000-8000-00000000000b";

/// The UID of a typed id.
pub(super) fn uid(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or_default()
}

pub(super) fn config() -> MyobConfig {
    let code = |text: &str| Some(RemoteId::new(text));
    let profile = FileProfile {
        customer_tax_code: code("gst"),
        customer_freight_tax_code: code("fre"),
        supplier_tax_code: code("gst"),
        supplier_freight_tax_code: code("cap"),
        untaxed: code("n-t"),
        ..FileProfile::default()
    };
    MyobConfig::new("key", SecretString::from("planted-secret"), "https://host.example/back").with_profile(profile)
}

pub(super) fn day(day: u32) -> NaiveDate {
    crate::testing::day(2026, 11, day)
}

pub(super) fn aud() -> Currency {
    "AUD".parse().expect("a currency")
}

pub(super) fn id(text: &str) -> RemoteId {
    RemoteId::new(text)
}

pub(super) fn account(text: &str) -> AccountRef {
    AccountRef { id: id(text), code: Some("4-1000".to_owned()) }
}

/// A record as just read, with its whole content.
pub(super) fn held(kind: RecordKind, text: &str, carry: &str) -> RemoteRecord {
    let mut base = RemoteRecord::new(kind, id(text), RemoteStatus::Open);
    base.version = Some(VersionToken::new("-69"));
    base.carry = Some(carry.to_owned());
    base
}

pub(super) fn party(kind: RecordKind) -> Planned {
    let party = serde_json::from_str(
        r#"{"id":"1042","name":"Acme Fabrication Ltd","email":"ap@acme.test","phone":"+61 3 5550 0100",
            "tax_number":"ABN 51824753556","currency":"AUD","terms":{"days":20,"from":"day_of_next_month"},
            "addresses":[{"kind":"postal","lines":["PO Box 9","Mail Centre"],"city":"Geelong","region":"VIC","postal_code":"3220","country":"Australia"},
                         {"kind":"delivery","attention":"Stores","lines":["1 Dock Rd"],"city":"Corio"}],
            "contacts":[{"first_name":"Ana","last_name":"Rau"},{"first_name":"Bo","last_name":"Lee"}]}"#,
    )
    .expect("a party");
    let key = if kind == RecordKind::Supplier { "S-1042" } else { "C-1042" };
    let content = PlannedParty { external_key: key.to_owned(), party, terms: None, distinct: false };
    planned(kind, "Acme Fabrication Ltd", Content::Party(content))
}

pub(super) fn changed_party(kind: RecordKind, change: impl FnOnce(&mut PlannedParty)) -> Planned {
    let mut planned = party(kind);
    if let Content::Party(content) = &mut planned.content {
        change(content);
    }
    planned
}

pub(super) fn job(parent: &str) -> Planned {
    let job = PlannedJob {
        external_key: "J-42".to_owned(),
        number: "PRJ-042".to_owned(),
        name: "Hopper rebuild".to_owned(),
        parent: id(parent),
    };
    planned(RecordKind::Job, "PRJ-042", Content::Job(job))
}

pub(super) fn item() -> PlannedItem {
    let side = |price: &str, at: &str, tax: &str| PlannedPrice {
        unit_price: Some(UnitPrice(decimal(price))),
        account: Some(account(at)),
        tax_code: Some(tax.to_owned()),
    };
    PlannedItem {
        code: "BOLT-M8".to_owned(),
        name: "Bolt M8".to_owned(),
        description: Some("Bolt M8 x 40, zinc".to_owned()),
        sales: Some(side("0.2248", "income", "gst")),
        purchases: Some(side("0.11", "expense", "cap")),
    }
}

pub(super) fn planned_item(item: PlannedItem) -> Planned {
    planned(RecordKind::Product, "BOLT-M8", Content::Item(item))
}

pub(super) fn charge() -> Charge {
    Charge {
        quantity: Quantity(decimal("2.000")),
        unit_price: UnitPrice(decimal("650.65")),
        discount: None,
        item: Some(PlannedItemRef { id: id(ITEM), code: Some("HOPPER".to_owned()) }),
        account: account("income"),
        tax_code: "gst".to_owned(),
        tax_rate: decimal("10"),
        amount: decimal("1301.30"),
        tax: TaxAmount(decimal("118.30")),
        jobs: Vec::new(),
    }
}

/// By account rather than by item.
pub(super) fn service() -> Charge {
    Charge { item: None, ..charge() }
}

pub(super) fn discounted(rate: &str, amount: &str) -> Charge {
    Charge { discount: Some(Discount::Rate(Rate(decimal(rate)))), amount: decimal(amount), ..charge() }
}

pub(super) fn line(charge: Charge) -> PlannedLine {
    PlannedLine { remote: None, description: "Hopper".to_owned(), charge: Some(charge), source_line: None }
}

pub(super) fn text(text: &str) -> PlannedLine {
    PlannedLine { remote: None, description: text.to_owned(), charge: None, source_line: None }
}

/// A line that continues one of the books.
pub(super) fn continuing(row: &str, line: PlannedLine) -> PlannedLine {
    PlannedLine { remote: Some(id(row)), ..line }
}

/// A sale of one item and a text, tax in the prices.
pub(super) fn document() -> PlannedDocument {
    PlannedDocument {
        party: id(CUSTOMER),
        number: Some("INV-1042".to_owned()),
        reference: Some("job 17".to_owned()),
        date: day(21),
        due: Some(day(30)),
        currency: aud(),
        exchange_rate: None,
        tax_mode: TaxMode::Inclusive,
        status: TargetStatus::Approved,
        lines: vec![line(charge()), text("as per drawing 7")],
        totals: Totals { subtotal: decimal("1183.00"), tax: decimal("118.30"), total: decimal("1301.30") },
        tax_authority: factory_accounting_core::capability::TaxAuthority::WithinTotal,
        tax_slack: decimal("0.01"),
        stated_taxes: Vec::new(),
        source: None,
        title: None,
        summary: None,
        terms: None,
        mark_sent: false,
        delivery: None,
    }
}

/// A purchase by account.
pub(super) fn purchase() -> PlannedDocument {
    PlannedDocument { party: id(SUPPLIER), reference: None, lines: vec![line(service())], ..document() }
}

pub(super) fn planned_document(kind: RecordKind, document: PlannedDocument) -> Planned {
    planned(kind, "INV-1042", Content::Document(Box::new(document)))
}

pub(super) fn payment(document: &str, kind: RecordKind) -> PlannedPayment {
    PlannedPayment {
        document: id(document),
        document_kind: kind,
        party: Some(id(if kind == RecordKind::Bill { SUPPLIER } else { CUSTOMER })),
        account: account("bank"),
        by_card: false,
        date: day(21),
        amount: Money::new(decimal("1301.30"), aud()),
        reference: "EFT 778".to_owned(),
    }
}

pub(super) fn planned_payment(payment: PlannedPayment) -> Planned {
    planned(RecordKind::Payment, "EFT 778", Content::Payment(payment))
}

pub(super) fn planned_allocation() -> Planned {
    let allocation = PlannedAllocation {
        credit_note: id("sale/invoice/service/c0000000-0000-4000-8000-00000000000c"),
        invoice: id(INVOICE),
        party: Some(id(CUSTOMER)),
        amount: Money::new(decimal("60.50"), aud()),
        date: day(21),
    };
    planned(RecordKind::Allocation, "CN-7", Content::Allocation(allocation))
}
