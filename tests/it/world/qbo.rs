//! QuickBooks Online.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::AccountingProvider;
use factory_accounting_core::settings::Settings;
use factory_accounting_core::token::TokenSet;
use factory_accounting_emulator::qbo::switches::{RequestIds, Switches};
use factory_accounting_emulator::qbo::{
    BookedDocument, CompanyConfig, Country, QboConfig as EmulatorConfig, QboEmulator, RateLimits,
};
use factory_accounting_emulator::{CommitPoint, Fault, LimitProblem, OfflineText};
use factory_accounting_http::AppPacer;
use factory_accounting_qbo::{QboConfig, QboProvider, ReferenceTarget, Region, limits};
use factory_accounting_testkit::Wire;
use factory_accounting_testkit::sweep::{Booked, Seams, World};
use http::{Method, Request};
use rust_decimal::{Decimal, RoundingStrategy};
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::qbo_people::{self, original};
use super::{Books, Entry, State};
use crate::make::merge;

/// One company, and the app that is connected to it. Its bookkeeper has given numbers to accounts and made the items that
/// stand for two of them.
#[derive(Clone, Debug)]
pub(crate) struct QboWorld {
    pub(crate) emulator: QboEmulator,
    pub(crate) realm: String,
    country: Country,
    /// For how long the provider trusts `requestid`.
    replay_window: Option<Duration>,
    /// Where the reference of documents goes.
    pub(crate) reference: ReferenceTarget,
    /// What stood in the books before anybody pushed: kind and id.
    before: BTreeSet<(String, String)>,
}

/// The bookkeeper's numbers for accounts of a new company.
const NUMBERED: [(&str, &str); 5] = [
    ("Sales of Product Income", "200"),
    ("Services", "260"),
    ("Cost of Goods Sold", "300"),
    ("Subcontractors", "310"),
    ("Savings", "091"),
];

impl QboWorld {
    pub(crate) fn of(country: Country) -> Self {
        let config =
            EmulatorConfig { companies: vec![CompanyConfig { country, realm: None }], ..EmulatorConfig::default() };
        let emulator = QboEmulator::new(config);
        let realm = emulator.companies()[0].realm.clone();
        let replay_window = Some(Duration::from_secs(15 * 60));
        let reference = ReferenceTarget::default();
        let mut world = Self { emulator, realm, country, replay_window, reference, before: BTreeSet::new() };
        world.furnish();
        world
    }

    /// A company that heeds no `requestid`, and a provider that knows.
    pub(crate) fn forgetful() -> Self {
        let mut world = Self::of(Country::Au);
        let switches = Switches { request_ids: RequestIds::Ignored, ..world.emulator.switches().clone() };
        world.emulator.set_switches(switches);
        world.replay_window = None;
        world
    }

    fn furnish(&mut self) {
        let born = DateTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
        let on =
            |section: &str, name: &str| json!({ "do": "set_preference", "section": section, "set": { name: true } });
        self.act(&on("AccountingInfoPrefs", "UseAccountNumbers"), born);
        // The host numbers, and a number that is taken is refused (qbo.md 5.10).
        self.act(&on("SalesFormsPrefs", "CustomTxnNumbers"), born);
        let ledger = self.ledger();
        let id = |fits: &dyn Fn(&Value) -> bool| {
            let rows = ledger["Account"].as_array().expect("accounts");
            rows.iter().find(|row| fits(row)).expect("an account")["Id"].clone()
        };
        let bank = id(&|row| row["AccountType"] == "Bank" && row["AccountSubType"] == "Checking");
        let numbered = NUMBERED.map(|(name, number)| (id(&|row| row["Name"] == name), number));
        for (account, number) in numbered.iter().cloned().chain([(bank, "090")]) {
            self.act(&json!({ "do": "edit", "entity": "Account", "id": account, "set": { "AcctNum": number } }), born);
        }
        let rounding = json!({ "Name": "Rounding", "AccountType": "Income", "AcctNum": "860" });
        let rounding = self.act(&json!({ "do": "create", "entity": "Account", "set": rounding }), born)["Id"].clone();
        for (name, code, income) in [
            ("Sundry sales", "SALES", &numbered[0].0),
            ("Installation", "INSTALLATION", &numbered[1].0),
            ("Rounding", "ROUNDING", &rounding),
        ] {
            let item = json!({ "Name": name, "Sku": code, "Type": "Service", "IncomeAccountRef": { "value": income } });
            self.act(&json!({ "do": "create", "entity": "Item", "set": item }), born);
        }
        self.before = self.emulator.register(&self.realm).into_iter().map(|row| (row.kind, row.id)).collect();
    }

    /// Everything in the books, in its wire form.
    pub(crate) fn ledger(&self) -> Value {
        self.emulator.ledger(&self.realm)
    }

    /// What the app is configured with.
    pub(crate) fn config(&self) -> QboConfig {
        let host = Url::parse("http://localhost").expect("a URL");
        let region = if self.country == Country::Us { Region::UnitedStates } else { Region::International };
        let (id, secret) = ("ABEmulatorClientId00000000000000000000000000000001", "emulator-client-secret");
        QboConfig::new(id, SecretString::from(secret), "http://localhost:8910/callback", region)
            .with_realm(self.realm.as_str())
            .with_replay_window(self.replay_window)
            .with_reference_field(self.reference.clone())
            .on_host(&host)
    }

    /// Standard, zero and exempt codes of sales; those of purchases are the same.
    pub(crate) fn tax_codes(&self) -> [&'static str; 3] {
        match self.country {
            Country::Au => ["5", "2", "3"],
            Country::Gb => ["2", "4", "5"],
            Country::Us => ["TAX", "NON", "NON"],
            Country::Ca => ["5", "3", "2"],
        }
    }

    pub(crate) fn currency(&self) -> &'static str {
        match self.country {
            Country::Au => "AUD",
            Country::Gb => "GBP",
            Country::Us => "USD",
            Country::Ca => "CAD",
        }
    }
}

impl World for QboWorld {
    fn provider(&self, seams: Seams) -> Arc<dyn AccountingProvider> {
        provided!(QboProvider, self.config(), seams)
    }

    fn handle(&mut self, request: Request<Bytes>, fault: Option<&'static str>, now: DateTime<Utc>) -> Wire {
        answered!(self.emulator, FAULTS, request, fault, now)
    }

    fn faults(&self, method: &Method, path: &str) -> Vec<&'static str> {
        let of_tokens = path.starts_with("/oauth2/");
        let of_files = !of_tokens && !path.starts_with("/v3/company/");
        let applies = |name: &&str| {
            let for_tokens = matches!(*name, "invalid grant" | "tokens rotated, answer lost");
            let of_api =
                name.starts_with("429") || matches!(*name, "401" | "fault inside 200") || name.starts_with("503");
            let of_batch = name.starts_with("batch answer");
            if of_tokens || of_files {
                !of_api && !of_batch && (of_tokens || !for_tokens)
            } else {
                let committing = name.starts_with("answered, then");
                !for_tokens && (method != Method::GET || !committing) && (!of_batch || path.ends_with("/batch"))
            }
        };
        FAULTS.iter().map(|(name, _)| *name).filter(applies).collect()
    }

    fn intrusions(&self, method: &Method, path: &str) -> Vec<&'static str> {
        qbo_people::can_do(method, path)
    }

    fn intrude(&mut self, what: &'static str, request: &Request<Bytes>, now: DateTime<Utc>) -> Vec<RemoteId> {
        self.meddle(what, request, now)
    }

    fn sign_in(&mut self, now: DateTime<Utc>) -> TokenSet {
        let granted = self.emulator.authorised(&self.realm, "com.intuit.quickbooks.accounting", now);
        TokenSet {
            access: SecretString::from(granted.access_token),
            refresh: Some(SecretString::from(granted.refresh_token)),
            expires_at: granted.expires_at,
            scopes: granted.scope,
            ends_at: Some(granted.hard_expires_at),
        }
    }

    fn books(&self) -> Vec<Booked> {
        let register = self.emulator.register(&self.realm);
        let pushed = register.iter().filter(|row| !self.before.contains(&(row.kind.clone(), row.id.clone())));
        let documents = self.emulator.documents(&self.realm);
        let sets_off = |row: &BookedDocument| row.kind == "Payment" && row.total.is_zero() && row.status != "Voided";
        let ledger = documents.iter().any(sets_off).then(|| self.ledger());
        let booked = documents.iter().map(|row| match &ledger {
            Some(ledger) if sets_off(row) => set_off(row, ledger),
            _ => booked(row),
        });
        pushed.map(listed).chain(booked).collect()
    }
}

/// A payment of nothing sets credit off (qbo.md 5.15): it is known by the credit memo.
fn set_off(row: &BookedDocument, ledger: &Value) -> Booked {
    let find =
        |list: &str, id: &Value| ledger[list].as_array().into_iter().flatten().find(|row| row["Id"] == *id).cloned();
    let payment = find("Payment", &json!(row.id)).unwrap_or_default();
    let links = payment["Line"].as_array().into_iter().flatten().flat_map(|line| line["LinkedTxn"].as_array());
    let memo = links.flatten().find(|link| link["TxnType"] == "CreditMemo").map(|link| link["TxnId"].clone());
    let memo = memo.and_then(|id| find("CreditMemo", &id)).unwrap_or_default();
    Booked {
        kind: "Set-off".to_owned(),
        label: memo["DocNumber"].as_str().unwrap_or_default().to_owned(),
        state: format!("for {}", original(&row.party)),
        remote: remote(row),
        gone: false,
    }
}

pub(super) fn remote(row: &BookedDocument) -> RemoteId {
    RemoteId::new(format!("{}:{}", row.kind.to_lowercase(), row.id))
}

fn listed(row: &BookedDocument) -> Booked {
    let label = if row.kind == "Item" && !row.number.is_empty() { &row.number } else { &row.reference };
    Booked {
        kind: row.kind.clone(),
        label: original(label).to_owned(),
        state: row.status.clone(),
        remote: remote(row),
        gone: row.status == "Inactive",
    }
}

fn booked(row: &BookedDocument) -> Booked {
    let remote = remote(row);
    let gone = row.status == "Voided";
    if matches!(row.kind.as_str(), "Payment" | "BillPayment") {
        let label = if row.number.is_empty() { &row.reference } else { &row.number };
        let state = format!("{} {:.2}", row.status, row.total);
        return Booked { kind: row.kind.clone(), label: label.clone(), state, remote, gone };
    }
    // A number that QuickBooks gave itself says nothing to the host: its own number is in the note then.
    let own_number = row.number.chars().all(|c| c.is_ascii_digit()) && !row.reference.is_empty() && !gone;
    let label = if own_number { &row.reference } else { &row.number };
    let applied = if row.applied.is_zero() { String::new() } else { format!(", {:.2} applied", row.applied) };
    Booked {
        kind: row.kind.clone(),
        label: label.clone(),
        state: format!("{} {:.2} for {}{applied}", row.status, row.total, original(&row.party)),
        remote,
        gone,
    }
}

impl Books for QboWorld {
    const CURRENCY: &'static str = "AUD";
    const SALES: &'static str = "200";
    const TOKEN_LIFE: Duration = Duration::from_secs(60 * 60);

    fn fresh() -> Self {
        Self::of(Country::Au)
    }

    fn unlimited(mut self) -> Self {
        self.emulator.set_limits(RateLimits::off());
        self
    }

    fn settings(&self, changes: Value) -> Settings {
        let [standard, untaxed, _] = self.tax_codes();
        let purchases = if self.country == Country::Us { untaxed } else { standard };
        let mut form = json!({
            "accounts": { "sales": "200", "purchases": "300", "rounding": "860", "payments": "090" },
            "default_tax": { "sales": standard, "purchases": purchases },
            "items": { "by_account": { "200": "SALES", "260": "INSTALLATION", "860": "ROUNDING" } },
        });
        merge(&mut form, changes);
        serde_json::from_value(form).expect("settings")
    }

    fn act(&mut self, action: &Value, now: DateTime<Utc>) -> Value {
        let realm = self.realm.clone();
        self.emulator.act(&realm, action, now).unwrap_or_else(|refusal| panic!("{action}: {refusal}"))
    }

    /// Somebody retires the item of an account after the lists were read.
    fn spoil(&mut self, now: DateTime<Utc>) {
        let ledger = self.ledger();
        let items = ledger["Item"].as_array().expect("items");
        let id = &items.iter().find(|item| item["Sku"] == "INSTALLATION").expect("the item")["Id"];
        self.act(&json!({ "do": "inactivate", "entity": "Item", "id": id }), now);
    }

    fn refused_line() -> Value {
        json!({ "type": "item", "description": "On site", "quantity": "1", "unit_price": "10", "account": "260" })
    }

    fn person_pays(&mut self, invoice: &str, amount: &str, reference: &str, now: DateTime<Utc>) {
        // Nobody pays what is not there, nor more than is open.
        let wanted: Decimal = amount.parse().expect("an amount");
        let open = |row: &BookedDocument| row.number == invoice && row.total - row.applied >= wanted;
        if !self.emulator.documents(&self.realm).iter().any(open) {
            return;
        }
        self.act(
            &json!({ "do": "record_payment", "invoice": invoice, "amount": amount, "date": "2026-11-20",
                "reference": reference }),
            now,
        );
    }

    fn stranger_invoices(&mut self, number: &str, now: DateTime<Utc>) {
        let stranger = json!({ "do": "create", "entity": "Customer", "set": { "DisplayName": "Stranger" } });
        let stranger = self.act(&stranger, now)["Id"].clone();
        let [code, ..] = self.tax_codes();
        let line = json!({ "Amount": "9", "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": { "ItemRef": { "value": "1" }, "TaxCodeRef": { "value": code } } });
        let set = json!({ "CustomerRef": { "value": stranger }, "DocNumber": number, "TxnDate": "2026-11-01",
            "GlobalTaxCalculation": "TaxExcluded", "Line": [line] });
        self.act(&json!({ "do": "create_invoice", "set": set }), now);
    }

    fn numbers_itself(&mut self, now: DateTime<Utc>) {
        let off = json!({ "CustomTxnNumbers": false });
        self.act(&json!({ "do": "set_preference", "section": "SalesFormsPrefs", "set": off }), now);
    }

    fn says(&self, entry: &Entry<'_>) -> Option<String> {
        let Entry { kind, label, state, net, party, applied, .. } = entry;
        let list = match kind {
            RecordKind::Customer => return Some(format!("Customer {label}: Active")),
            RecordKind::Supplier => return Some(format!("Vendor {label}: Active")),
            RecordKind::Product => return Some(format!("Item {label}: Active")),
            // What is deleted leaves no trace (qbo.md 5.0).
            RecordKind::Order if *state == State::MadeWay => return None,
            RecordKind::Order | RecordKind::Quote => "Estimate",
            RecordKind::Invoice => "Invoice",
            RecordKind::CreditNote => "CreditMemo",
            RecordKind::Bill => "Bill",
            RecordKind::PurchaseOrder => "PurchaseOrder",
            RecordKind::Payment => "Payment",
            RecordKind::Allocation => return Some(format!("Set-off {label}: for {party}")),
            other => panic!("no story is about a {other}"),
        };
        let net: Decimal = net.parse().expect("an amount");
        // Voiding leaves the number and nothing else (qbo.md 5.0).
        let net = if *state == State::Voided { Decimal::ZERO } else { net };
        if *kind == RecordKind::Payment {
            let status = if *state == State::Voided { "Voided" } else { "Booked" };
            return Some(format!("{list} {label}: {status} {net:.2}"));
        }
        let status = match (kind, state) {
            (RecordKind::Order, State::Ordered) => "Accepted",
            (RecordKind::Order, _) | (RecordKind::PurchaseOrder, State::Moved) => "Closed",
            (RecordKind::Quote, _) => "Pending",
            (_, State::Paid) => "Paid",
            (_, State::Voided) => "Voided",
            _ => "Open",
        };
        let total = (net * Decimal::new(110, 2)).round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        let applied = if applied.is_empty() { String::new() } else { format!(", {applied} applied") };
        Some(format!("{list} {label}: {status} {total:.2} for {party}{applied}"))
    }
}

fn limited(retry_after: Option<u64>) -> Fault {
    Fault::RateLimited { problem: LimitProblem::default(), retry_after }
}

/// The emulator's own faults (qbo.md 14), by the names that a plan shows.
static FAULTS: std::sync::LazyLock<Vec<(&'static str, Fault)>> = std::sync::LazyLock::new(|| {
    vec![
        ("answered, then dropped", Fault::CommitThenDrop),
        ("answered, then 500", Fault::CommitThen500),
        ("answered, then silence", Fault::CommitThenTimeout),
        ("dropped", Fault::DropBeforeCommit),
        ("slow body", Fault::SlowBody { delay_ms: 150_000 }),
        ("429", limited(None)),
        ("429 with a wait", limited(Some(26))),
        ("503", Fault::Unavailable503 { text: OfflineText::Temporary }),
        ("401", Fault::Unauthorised401),
        ("502 page, nothing done", Fault::Html502 { work: CommitPoint::NotDone }),
        ("answered, then 502 page", Fault::Html502 { work: CommitPoint::Done }),
        ("garbage", Fault::GarbageJson),
        ("empty body", Fault::EmptyBody),
        ("fault inside 200", Fault::FaultInside200),
        ("answer in XML", Fault::XmlInsteadOfJson),
        ("batch answer lacks one", Fault::BatchAnswerLacks { items: 1 }),
        ("batch answer lacks all", Fault::BatchAnswerLacks { items: 30 }),
        ("unknown values", Fault::UnknownEnumValues { members: Vec::new() }),
        ("unknown members", Fault::ExtraFields),
        ("null members", Fault::NullInsteadOfAbsent),
        ("empty members", Fault::EmptyTextInsteadOfAbsent),
        ("tokens rotated, answer lost", Fault::TokenLostResponse),
        ("invalid grant", Fault::InvalidGrant),
    ]
});
