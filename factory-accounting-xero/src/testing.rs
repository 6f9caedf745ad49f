//! A provider without a network, and records to write: for this crate's own tests.

use std::sync::Arc;

use factory_accounting_core::capability::TaxAuthority;
use factory_accounting_core::clock::Clock;
use factory_accounting_core::ids::{RemoteId, WorkerId};
pub(crate) use factory_accounting_core::memory::MemoryTokenStore;
use factory_accounting_core::model::{Party, RecordKind, TaxMode};
use factory_accounting_core::money::{Currency, Money, Quantity, TaxAmount, Totals, UnitPrice};
use factory_accounting_core::planned::{
    AccountRef, Charge, Content, Planned, PlannedAllocation, PlannedDocument, PlannedItem, PlannedItemRef, PlannedLine,
    PlannedParty, PlannedPayment, PlannedPrice, TargetStatus,
};
use factory_accounting_core::provider::{ProbeTarget, RemoteRecord, RemoteStatus};
use factory_accounting_http::AppPacer;
pub(crate) use factory_accounting_testkit::fixed::{clock, connection, day, decimal, ten_o_clock};
pub(crate) use factory_accounting_testkit::plans::{based, batch};
pub(crate) use factory_accounting_testkit::{Script, Wire};
use factory_accounting_testkit::{fixed, plans, stored};
use secrecy::SecretString;
use url::Url;

use crate::{XeroConfig, XeroProvider};

pub(crate) const TENANT: &str = "c2000000-0000-4000-8000-00000000000a";
pub(crate) const CONTACT: &str = "a1000000-0000-4000-8000-000000000001";
pub(crate) const INVOICE: &str = "1f000000-0000-4000-8000-000000000001";
pub(crate) const CREDIT_NOTE: &str = "cc000000-0000-4000-8000-000000000001";
pub(crate) const OTHER: &str = "0d000000-0000-4000-8000-000000000001";
pub(crate) const ZERO: &str = "00000000-0000-0000-0000-000000000000";

/// A store with tokens that hold for twenty minutes.
pub(crate) fn fresh_tokens() -> Arc<MemoryTokenStore> {
    stored(&connection(), fixed::tokens())
}

pub(crate) fn config() -> XeroConfig {
    let host = Url::parse("http://xero.example").expect("a URL");
    XeroConfig::new("app", "https://host.example/back")
        .with_secret(SecretString::from("planted-client-secret"))
        .on_host(&host)
}

/// A provider that is answered by a script.
pub(crate) fn provider(answers: impl IntoIterator<Item = Wire>) -> (XeroProvider, Arc<Script>) {
    let script = Script::of(answers);
    let config = config().with_tenant(TENANT);
    let clock: Arc<dyn Clock> = Arc::new(clock());
    let pacer = AppPacer::new(crate::limits(&config), Arc::clone(&clock));
    let provider = XeroProvider::new(
        config,
        Arc::<Script>::clone(&script),
        fresh_tokens(),
        connection(),
        WorkerId::new("worker"),
        clock,
        &pacer,
    );
    (provider.expect("a usable configuration"), script)
}

pub(crate) fn nzd() -> Currency {
    "NZD".parse().expect("a currency")
}

pub(crate) fn target(kind: RecordKind, marker: &str) -> ProbeTarget {
    ProbeTarget { date: Some(day(2026, 11, 21)), ..ProbeTarget::new(kind, marker) }
}

pub(crate) fn planned(kind: RecordKind, name: &str, content: Content) -> Planned {
    Planned { probe: target(kind, name), ..plans::planned(kind, name, content) }
}

pub(crate) fn party() -> Party {
    serde_json::from_str(
        r#"{"id":"C-1042","name":"Acme Fabrication Ltd","email":"ap@acme.test","phone":"+64 4 555 0100",
            "tax_number":"49-091-850","currency":"NZD","terms":{"days":20,"from":"day_of_next_month"},
            "addresses":[{"kind":"postal","lines":["PO Box 9"],"city":"Wellington","postal_code":"6011","country":"New Zealand"},
                         {"kind":"delivery","attention":"Stores","lines":["1 Dock Rd"],"city":"Petone"}],
            "contacts":[{"first_name":"Ana","last_name":"Rau"},{"first_name":"Bo","last_name":"Lee","email":"bo@acme.test"}]}"#,
    )
    .expect("a party")
}

pub(crate) fn planned_party(kind: RecordKind) -> Planned {
    let content = PlannedParty { external_key: "FA-C-1042".to_owned(), party: party(), terms: None, distinct: false };
    planned(kind, "Acme Fabrication Ltd", Content::Party(content))
}

pub(crate) fn planned_item() -> Planned {
    let side = |price: &str, account: &str, tax: &str| PlannedPrice {
        unit_price: Some(UnitPrice(decimal(price))),
        account: Some(self::account(account)),
        tax_code: Some(tax.to_owned()),
    };
    let item = PlannedItem {
        code: "BOLT-M8".to_owned(),
        name: "Bolt M8".to_owned(),
        description: Some("Bolt M8 x 40, zinc".to_owned()),
        sales: Some(side("0.2248", "200", "OUTPUT2")),
        purchases: None,
    };
    planned(RecordKind::Product, "BOLT-M8", Content::Item(item))
}

/// An account with a code.
pub(crate) fn account(code: &str) -> AccountRef {
    AccountRef { id: RemoteId::new(OTHER), code: Some(code.to_owned()) }
}

pub(crate) fn charge() -> Charge {
    Charge {
        quantity: Quantity(decimal("2.0000")),
        unit_price: UnitPrice(decimal("10.5000")),
        discount: None,
        item: Some(PlannedItemRef { id: RemoteId::new("item-1"), code: Some("BOLT-M8".to_owned()) }),
        account: account("200"),
        tax_code: "OUTPUT2".to_owned(),
        tax_rate: decimal("15"),
        amount: decimal("21.00"),
        tax: TaxAmount(decimal("3.15")),
        jobs: Vec::new(),
    }
}

pub(crate) fn document() -> PlannedDocument {
    PlannedDocument {
        party: RemoteId::new(CONTACT),
        number: Some("INV-55".to_owned()),
        reference: Some("job 17".to_owned()),
        date: day(2026, 11, 21),
        due: Some(day(2026, 12, 20)),
        currency: nzd(),
        exchange_rate: None,
        tax_mode: TaxMode::Exclusive,
        status: TargetStatus::Approved,
        lines: vec![
            PlannedLine { remote: None, description: "Bolt M8".to_owned(), charge: Some(charge()), source_line: None },
            PlannedLine { remote: None, description: "Factory order SO-9".to_owned(), charge: None, source_line: None },
        ],
        totals: Totals { subtotal: decimal("21.00"), tax: decimal("3.15"), total: decimal("24.15") },
        tax_authority: TaxAuthority::Rates,
        tax_slack: rust_decimal::Decimal::ZERO,
        stated_taxes: Vec::new(),
        source: None,
        title: None,
        summary: None,
        terms: None,
        mark_sent: false,
        delivery: None,
    }
}

pub(crate) fn planned_document(kind: RecordKind, document: PlannedDocument) -> Planned {
    let name = document.number.clone().unwrap_or_default();
    planned(kind, &name, Content::Document(Box::new(document)))
}

pub(crate) fn planned_payment(kind: RecordKind) -> Planned {
    let content = PlannedPayment {
        document: RemoteId::new(INVOICE),
        document_kind: kind,
        party: Some(RemoteId::new(CONTACT)),
        account: account("090"),
        by_card: false,
        date: day(2026, 11, 21),
        amount: Money::new(decimal("24.15"), nzd()),
        reference: "RCPT-77".to_owned(),
    };
    planned(RecordKind::Payment, "RCPT-77", Content::Payment(content))
}

pub(crate) fn planned_allocation() -> Planned {
    let content = PlannedAllocation {
        credit_note: RemoteId::new(CREDIT_NOTE),
        invoice: RemoteId::new(INVOICE),
        party: Some(RemoteId::new(CONTACT)),
        amount: Money::new(decimal("60.50"), nzd()),
        date: day(2026, 11, 21),
    };
    planned(RecordKind::Allocation, "CN-1/INV-55", Content::Allocation(content))
}

/// A record as just read, in a state, with a number that is not the planned one.
pub(crate) fn base(kind: RecordKind, id: &str, status: RemoteStatus) -> RemoteRecord {
    let mut base = RemoteRecord::new(kind, RemoteId::new(id), status);
    base.number = Some("OLD-1".to_owned());
    base.party = Some(RemoteId::new(CONTACT));
    base.date = Some(day(2026, 11, 21));
    base
}
