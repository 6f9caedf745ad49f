//! Records to write.

use chrono::NaiveDate;
use factory_accounting_core::capability::OrderForm;
use factory_accounting_core::ids::{RemoteId, VersionToken};
use factory_accounting_core::model::{RecordKind, TaxMode};
use factory_accounting_core::money::{Currency, Money, Quantity, TaxAmount, Totals, UnitPrice};
use factory_accounting_core::planned::{
    AccountRef, Charge, Content, Planned, PlannedAllocation, PlannedDocument, PlannedItem, PlannedItemRef, PlannedJob,
    PlannedLine, PlannedParty, PlannedPayment, PlannedPrice, TargetStatus,
};
use factory_accounting_core::provider::{RemoteRecord, RemoteStatus};
pub(super) use factory_accounting_testkit::plans::{based, batch, planned};
use secrecy::SecretString;

use crate::config::{QboConfig, Region};
pub(super) use crate::testing::decimal;

pub(super) fn config(region: Region) -> QboConfig {
    QboConfig::new("app", SecretString::from("planted-secret"), "https://host.example/back", region)
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
    AccountRef { id: id(text), code: Some("200".to_owned()) }
}

pub(super) fn held(kind: RecordKind, text: &str, status: RemoteStatus) -> RemoteRecord {
    let mut base = RemoteRecord::new(kind, id(text), status);
    base.version = Some(VersionToken::new("3"));
    base
}

pub(super) fn party(kind: RecordKind) -> Planned {
    let party = serde_json::from_str(
        r#"{"id":"1042","name":"Acme Fabrication Ltd","email":"ap@acme.test","phone":"+61 3 5550 0100",
            "tax_number":"51 824 753 556","currency":"AUD","terms":{"days":20,"from":"day_of_next_month"},
            "addresses":[{"kind":"postal","lines":["PO Box 9"],"city":"Geelong","region":"VIC","postal_code":"3220","country":"Australia"},
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

pub(super) fn job() -> Planned {
    let job = PlannedJob {
        external_key: "J-42".to_owned(),
        number: "PRJ-042".to_owned(),
        name: "Hopper rebuild".to_owned(),
        parent: id("customer:61"),
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
        sales: Some(side("0.2248", "79", "5")),
        purchases: Some(side("0.11", "80", "6")),
    }
}

pub(super) fn planned_item(item: PlannedItem) -> Planned {
    planned(RecordKind::Product, "BOLT-M8", Content::Item(item))
}

pub(super) fn charge() -> Charge {
    Charge {
        quantity: Quantity(decimal("2.000")),
        unit_price: UnitPrice(decimal("591.50")),
        discount: None,
        item: Some(PlannedItemRef { id: id("item:243"), code: Some("HOPPER".to_owned()) }),
        account: account("79"),
        tax_code: "5".to_owned(),
        tax_rate: decimal("10"),
        amount: decimal("1183.00"),
        tax: TaxAmount(decimal("118.30")),
        jobs: Vec::new(),
    }
}

pub(super) fn line(charge: Charge) -> PlannedLine {
    PlannedLine { remote: None, description: "Hopper".to_owned(), charge: Some(charge), source_line: None }
}

pub(super) fn text(text: &str) -> PlannedLine {
    PlannedLine { remote: None, description: text.to_owned(), charge: None, source_line: None }
}

pub(super) fn document(party: &str) -> PlannedDocument {
    PlannedDocument {
        party: id(party),
        number: Some("INV-1042".to_owned()),
        reference: Some("job 17".to_owned()),
        date: day(21),
        due: Some(day(30)),
        currency: aud(),
        exchange_rate: None,
        tax_mode: TaxMode::Exclusive,
        status: TargetStatus::Approved,
        lines: vec![line(charge()), text("as per drawing 7")],
        totals: Totals { subtotal: decimal("1183.00"), tax: decimal("118.30"), total: decimal("1301.30") },
        tax_authority: factory_accounting_core::capability::TaxAuthority::Rates,
        tax_slack: decimal("0"),
        stated_taxes: Vec::new(),
        source: None,
        title: None,
        summary: None,
        terms: None,
        mark_sent: false,
        delivery: None,
    }
}

pub(super) fn planned_document(kind: RecordKind, document: PlannedDocument) -> Planned {
    let name = document.number.clone().unwrap_or_default();
    let mut planned = planned(kind, &name, Content::Document(Box::new(document)));
    planned.probe.order_form = (kind == RecordKind::Order).then_some(OrderForm::AcceptedQuote);
    planned
}

pub(super) fn payment(kind: RecordKind) -> PlannedPayment {
    let (document, party) =
        if kind == RecordKind::Bill { ("bill:146", "vendor:56") } else { ("invoice:145", "customer:62") };
    PlannedPayment {
        document: id(document),
        document_kind: kind,
        party: Some(id(party)),
        account: account("35"),
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
    let content = PlannedAllocation {
        credit_note: id("creditmemo:150"),
        invoice: id("invoice:145"),
        party: Some(id("customer:62")),
        amount: Money::new(decimal("60.50"), aud()),
        date: day(21),
    };
    planned(RecordKind::Allocation, "CN-1", Content::Allocation(content))
}
