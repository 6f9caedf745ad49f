//! MYOB Business.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use factory_accounting_core::capability::TaxRounding;
use factory_accounting_core::ids::{ConnectionId, RemoteId, WorkerId};
use factory_accounting_core::memory::MemoryTokenStore;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::AccountingProvider;
use factory_accounting_core::settings::Settings;
use factory_accounting_core::token::{TokenSet, TokenStore as _};
use factory_accounting_emulator::myob::switches::{self, OrderAfterConversion, Switches, UniqueNumbers};
use factory_accounting_emulator::myob::{
    BookedDocument, Country, FileConfig, MyobConfig as EmulatorConfig, MyobEmulator, RateLimits,
};
use factory_accounting_emulator::{CommitPoint, Fault, LateAnswer, LimitProblem, OfflineText};
use factory_accounting_http::AppPacer;
use factory_accounting_myob::{MyobConfig, MyobProvider, discover, limits};
use factory_accounting_testkit::sweep::{Booked, Seams, World};
use factory_accounting_testkit::{SimClock, Wire, WireTransport};
use http::{Method, Request};
use rust_decimal::{Decimal, RoundingStrategy};
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::{Books, Entry, State};
use crate::make::merge;

/// Income of what is installed on site: an account of the seeded chart that a test may take out of use.
pub(crate) const INSTALLATION: &str = "4-1100";

/// One company file, and the app that is connected to it.
#[derive(Clone, Debug)]
pub(crate) struct MyobWorld {
    pub(crate) emulator: MyobEmulator,
    pub(crate) file: Uuid,
    country: Country,
    /// What the app is configured with, and what it has found out about the file.
    config: MyobConfig,
    /// What stood in the books before anybody pushed.
    before: BTreeSet<String>,
}

impl MyobWorld {
    pub(crate) fn of(country: Country) -> Self {
        Self::with(country, |_| ())
    }

    /// A company file of which what nobody has settled is so or otherwise.
    pub(crate) fn with(country: Country, change: impl FnOnce(&mut Switches)) -> Self {
        // A number that is taken is refused (myob.md 4): what the other reading leads to is told in a world of its own.
        let mut switches = Switches { sale_numbers: UniqueNumbers::Reject, ..Switches::default() };
        change(&mut switches);
        let files = vec![FileConfig::of(country)];
        let emulator = MyobEmulator::new(EmulatorConfig { files, switches, ..EmulatorConfig::default() });
        let file = emulator.files()[0].id;
        let before = emulator.register(file).into_iter().map(|row| row.id).collect();
        let config = config(&emulator, file);
        let mut world = Self { emulator, file, country, config, before };
        world.discover();
        world
    }

    /// A file that rounds tax on each line, keeps no order that was converted, and lets two documents share a number.
    pub(crate) fn otherwise() -> Self {
        Self::with(Country::Au, |switches| {
            switches.tax_rounding = switches::TaxRounding::PerLine;
            switches.order_after_conversion = OrderAfterConversion::Gone;
            switches.sale_numbers = UniqueNumbers::Off;
        })
    }

    /// Several files of one app at one server.
    pub(crate) fn files(many: usize) -> Vec<Self> {
        let files = vec![FileConfig::of(Country::Au); many];
        let emulator = MyobEmulator::new(EmulatorConfig { files, ..EmulatorConfig::default() });
        let ids: Vec<Uuid> = emulator.files().iter().map(|file| file.id).collect();
        let world = |file| {
            let (config, before) = (config(&emulator, file), BTreeSet::new());
            let mut world = Self { emulator: emulator.clone(), file, country: Country::Au, config, before };
            world.discover();
            world
        };
        ids.into_iter().map(world).collect()
    }

    /// The app looks at the file, as it does when it is connected; what a person has changed since is known then.
    pub(crate) fn discover(&mut self) {
        let born = DateTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
        let clock = SimClock::starting_at(born);
        // A copy is asked, so that what is looked up here is no call of any test.
        let mut copy = self.clone();
        copy.emulator.set_limits(RateLimits::off());
        let tokens = copy.sign_in(born);
        let server = Mutex::new(copy);
        let transport = WireTransport::new(Arc::new(clock.clone()), move |request, now| {
            crate::host::locked(&server).handle(request, None, now)
        });
        let connection = ConnectionId::new("discovery");
        let store = MemoryTokenStore::new();
        let pacer = AppPacer::new(limits(&self.config), Arc::new(clock.clone()));
        let found = clock.run(async {
            store.replace(&connection, None, tokens).await.expect("tokens are stored");
            let (tokens, clock) = (Arc::new(store.clone()), Arc::new(clock.clone()));
            let worker = WorkerId::new("discovery");
            discover(&self.config, Arc::new(transport), tokens, connection.clone(), worker, clock, &pacer).await
        });
        self.config.profile = found.unwrap_or_else(|error| panic!("the file cannot be looked at: {error}"));
    }

    /// What the app is configured with.
    pub(crate) fn config(&self) -> MyobConfig {
        self.config.clone()
    }

    /// The app is told where the file rounds tax.
    pub(crate) fn rounding(mut self, rounding: TaxRounding) -> Self {
        self.config.tax_rounding = Some(rounding);
        self
    }

    /// A person consents to what the app asks for of a file.
    pub(crate) fn signed_in(&mut self, file: Uuid, now: DateTime<Utc>) -> TokenSet {
        let scopes = self.config.scopes.join(" ");
        let granted = self.emulator.authorised(file, &scopes, now);
        TokenSet {
            access: SecretString::from(granted.access_token),
            refresh: Some(SecretString::from(granted.refresh_token)),
            expires_at: granted.expires_at,
            scopes: granted.scope,
            ends_at: Some(granted.consent_ends_at),
        }
    }

    pub(crate) fn change(&mut self, change: impl FnOnce(&mut MyobConfig)) {
        change(&mut self.config);
    }

    pub(crate) fn switch(&mut self, change: impl FnOnce(&mut Switches)) {
        let mut switches = self.emulator.switches().clone();
        change(&mut switches);
        self.emulator.set_switches(switches);
    }

    /// Everything in the books, in its wire form.
    pub(crate) fn ledger(&self) -> Value {
        self.emulator.ledger(self.file)
    }

    /// The id of a row by one of its members.
    pub(crate) fn uid(&self, path: &str, member: &str, value: &str) -> Option<String> {
        let ledger = self.ledger();
        let mut rows = ledger[path].as_array().into_iter().flatten();
        rows.find(|row| row[member] == value)?["UID"].as_str().map(str::to_owned)
    }

    pub(crate) fn account(&self, number: &str) -> String {
        self.uid("GeneralLedger/Account", "DisplayID", number).expect("an account of the chart")
    }

    /// Standard, zero and out of scope: their codes are their ids, which nobody can change.
    pub(crate) fn tax_codes(&self) -> [String; 3] {
        let codes = match self.country {
            Country::Au => ["GST", "FRE", "N-T"],
            Country::Nz => ["S15", "Z", "E"],
        };
        codes.map(|code| self.uid("GeneralLedger/TaxCode", "Code", code).expect("a seeded tax code"))
    }

    pub(crate) fn currency(&self) -> &'static str {
        match self.country {
            Country::Au => "AUD",
            Country::Nz => "NZD",
        }
    }

    fn document(&self, number: &str) -> Option<String> {
        let documents = self.emulator.documents(self.file);
        documents.into_iter().find(|row| row.number == number).map(|row| row.id)
    }
}

fn config(emulator: &MyobEmulator, file: Uuid) -> MyobConfig {
    let host = Url::parse("http://localhost").expect("a URL");
    let secret = SecretString::from("emulator-client-secret");
    MyobConfig::new(emulator.api_key(), secret, "http://localhost:8910/callback")
        .with_file(file.to_string())
        .on_host(&host)
}

impl World for MyobWorld {
    fn provider(&self, seams: Seams) -> Arc<dyn AccountingProvider> {
        provided!(MyobProvider, self.config(), seams)
    }

    fn handle(&mut self, request: Request<Bytes>, fault: Option<&'static str>, now: DateTime<Utc>) -> Wire {
        answered!(self.emulator, FAULTS, request, fault, now)
    }

    fn faults(&self, method: &Method, path: &str) -> Vec<&'static str> {
        let of_tokens = path.starts_with("/oauth2/");
        let applies = |name: &&str| {
            let for_tokens = matches!(*name, "invalid grant" | "tokens rotated, answer lost");
            let of_api =
                ["limit", "401", "503", "lands late", "504", "500"].iter().any(|start| name.starts_with(start));
            let committing =
                ["answered, then", "lands late", "no location"].iter().any(|start| name.starts_with(start));
            if of_tokens { !of_api } else { !for_tokens && (method != Method::GET || !committing) }
        };
        FAULTS.iter().map(|(name, _)| *name).filter(applies).collect()
    }

    fn sign_in(&mut self, now: DateTime<Utc>) -> TokenSet {
        self.signed_in(self.file, now)
    }

    /// What is on its way counts as landed: nobody looks before it is.
    fn books(&self) -> Vec<Booked> {
        let landed = self.emulator.late_writes().iter().all(|write| write.status.is_some());
        if !landed {
            let mut later = self.clone();
            later.emulator.finish_calls();
            return later.books();
        }
        let register = self.emulator.register(self.file);
        let pushed = register.iter().filter(|row| !self.before.contains(&row.id));
        let documents = self.emulator.documents(self.file);
        let is_settlement = |row: &BookedDocument| row.kind == "Sale/CreditSettlement";
        let converted = self.emulator.switches().order_after_conversion == OrderAfterConversion::Gone;
        let whole = converted || documents.iter().any(is_settlement);
        let ledger = if whole { self.ledger() } else { Value::Null };
        let notes = notes(&ledger);
        let booked = documents.iter().map(|row| {
            let booked = booked(row);
            match notes.get(&row.id) {
                Some(note) => Booked { label: note.clone(), state: format!("for {}", row.party), ..booked },
                None => booked,
            }
        });
        pushed.map(listed).chain(booked).chain(gone(&ledger)).collect()
    }
}

/// Numbers of the credit notes that settlements are from, by the settlements' ids.
fn notes(ledger: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = ledger["Sale/CreditSettlement"].as_array().into_iter().flatten();
    rows.map(|row| (text(&row["UID"]), text(&row["CreditFromInvoice"]["Number"]))).collect()
}

/// Orders that a conversion has taken away: a link to one leads nowhere, and that is known (myob.md 3.5).
fn gone(ledger: &Value) -> Vec<Booked> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = ledger["converted"].as_array().into_iter().flatten();
    rows.map(|row| Booked {
        kind: without_layout(&text(&row["path"])).to_owned(),
        label: text(&row["Number"]),
        state: CONVERTED.to_owned(),
        remote: remote(&text(&row["path"]), &text(&row["UID"])),
        gone: false,
    })
    .collect()
}

/// How the books show an order that is gone by its conversion.
const CONVERTED: &str = "converted";

fn remote(path: &str, id: &str) -> RemoteId {
    RemoteId::new(format!("{}/{id}", path.to_lowercase()))
}

/// `Sale/Invoice` of `Sale/Invoice/Item`: which layout a document has is not what a story is about.
fn without_layout(path: &str) -> &str {
    ["/Item", "/Service"]
        .iter()
        .find_map(|layout| path.strip_suffix(layout).filter(|rest| rest.contains('/')))
        .filter(|_| path.starts_with("Sale/") || path.starts_with("Purchase/"))
        .unwrap_or(path)
}

fn listed(row: &BookedDocument) -> Booked {
    let label = if row.kind == "Inventory/Item" { &row.number } else { &row.reference };
    Booked {
        kind: row.kind.clone(),
        label: label.clone(),
        state: row.status.clone(),
        remote: remote(&row.kind, &row.id),
        gone: row.status == "Inactive",
    }
}

fn booked(row: &BookedDocument) -> Booked {
    let remote = remote(&row.kind, &row.id);
    let path = without_layout(&row.kind);
    // A credit note is an invoice below zero (myob.md 3.6).
    let is_credit = path == "Sale/Invoice" && row.total < Decimal::ZERO;
    let sign = if is_credit { -Decimal::ONE } else { Decimal::ONE };
    let kind = if is_credit { CREDIT } else { path }.to_owned();
    // A number that MYOB gave itself says nothing to the host: its own number is in the reference then. A bill goes by its
    // supplier's number.
    let own_number = row.number.chars().all(|c| c.is_ascii_digit()) || path == "Purchase/Bill";
    let label = if own_number && !row.reference.is_empty() { &row.reference } else { &row.number };
    if path.ends_with("Payment") || path.ends_with("Refund") {
        let state = format!("{} {:.2}", row.status, row.total);
        return Booked { kind, label: label.clone(), state, remote, gone: false };
    }
    let applied = row.applied * sign;
    let applied = if applied.is_zero() { String::new() } else { format!(", {applied:.2} applied") };
    let state = format!("{} {:.2} for {}{applied}", row.status, row.total * sign, row.party);
    Booked { kind, label: label.clone(), state, remote, gone: false }
}

/// What a credit note is called in the stories.
const CREDIT: &str = "Sale/Credit";

impl Books for MyobWorld {
    const CURRENCY: &'static str = "AUD";
    const SALES: &'static str = "4-1000";
    const KEYED: bool = false;
    const NUMBERS_PURCHASE_ORDERS: bool = false;
    const TOKEN_LIFE: Duration = Duration::from_secs(20 * 60);

    fn fresh() -> Self {
        Self::of(Country::Au)
    }

    fn unlimited(mut self) -> Self {
        self.emulator.set_limits(RateLimits::off());
        self
    }

    fn settings(&self, changes: Value) -> Settings {
        let [standard, ..] = self.tax_codes();
        let mut form = json!({
            "accounts": {
                "sales": Self::SALES, "purchases": "5-1000", "rounding": "6-1900", "payments": "1-1110",
            },
            "default_tax": { "sales": standard, "purchases": standard },
        });
        merge(&mut form, changes);
        serde_json::from_value(form).expect("settings")
    }

    fn act(&mut self, action: &Value, now: DateTime<Utc>) -> Value {
        let file = self.file;
        self.emulator.act(file, action, now).unwrap_or_else(|refusal| panic!("{action}: {refusal}"))
    }

    /// Somebody takes an account out of use after the lists were read.
    fn spoil(&mut self, now: DateTime<Utc>) {
        let account = self.account(INSTALLATION);
        self.act(&json!({ "do": "archive", "uid": account }), now);
    }

    fn refused_line() -> Value {
        json!({ "type": "item", "description": "On site", "quantity": "1", "unit_price": "10", "account": INSTALLATION })
    }

    fn person_pays(&mut self, invoice: &str, amount: &str, reference: &str, now: DateTime<Utc>) {
        // Nobody pays what is not there.
        let Some(document) = self.document(invoice) else { return };
        self.act(
            &json!({ "do": "record_payment", "document": document, "amount": amount, "date": "2026-11-20",
                "number": reference, "memo": reference }),
            now,
        );
    }

    fn stranger_invoices(&mut self, number: &str, now: DateTime<Utc>) {
        let [code, ..] = self.tax_codes().map(|uid| json!({ "UID": uid }));
        let stranger = json!({ "CompanyName": "Stranger", "IsIndividual": false,
            "SellingDetails": { "TaxCode": code, "FreightTaxCode": code } });
        let stranger = self.act(&json!({ "do": "create", "path": "Contact/Customer", "set": stranger }), now);
        let line = json!({ "Type": "Transaction", "Description": "By hand", "Account": { "UID": self.account(Self::SALES) },
            "Total": "9.90", "TaxCode": code });
        let set = json!({ "Customer": { "UID": stranger["UID"] }, "Number": number, "Date": "2026-11-01",
            "IsTaxInclusive": true, "Lines": [line] });
        self.act(&json!({ "do": "create", "path": "Sale/Invoice/Service", "set": set }), now);
    }

    /// It always does where it is sent none.
    fn numbers_itself(&mut self, _: DateTime<Utc>) {}

    fn numbers_are_shared(&self) -> bool {
        self.emulator.switches().sale_numbers == UniqueNumbers::Off
    }

    fn says(&self, entry: &Entry<'_>) -> Option<String> {
        let Entry { kind, label, state, net, party, applied, left } = entry;
        let list = match kind {
            RecordKind::Customer => return Some(format!("Contact/Customer {label}: Active")),
            RecordKind::Supplier => return Some(format!("Contact/Supplier {label}: Active")),
            RecordKind::Product => return Some(format!("Inventory/Item {label}: Active")),
            RecordKind::Allocation => return Some(format!("Sale/CreditSettlement {label}: for {party}")),
            RecordKind::Quote => "Sale/Quote",
            RecordKind::Order => "Sale/Order",
            RecordKind::Invoice => "Sale/Invoice",
            RecordKind::CreditNote => CREDIT,
            RecordKind::PurchaseOrder => "Purchase/Order",
            RecordKind::Bill => "Purchase/Bill",
            RecordKind::Payment => "Sale/CustomerPayment",
            other => panic!("no story is about a {other}"),
        };
        // What is taken back is deleted (myob.md 4).
        if *state == State::Voided {
            return None;
        }
        let net: Decimal = if left.is_empty() { net } else { left }.parse().expect("an amount");
        if *kind == RecordKind::Payment {
            return Some(format!("{list} {label}: Booked {net:.2}"));
        }
        let status = match (kind, state) {
            (RecordKind::Order, State::Invoiced) | (RecordKind::PurchaseOrder, State::Moved)
                if self.emulator.switches().order_after_conversion == OrderAfterConversion::Gone =>
            {
                return Some(format!("{list} {label}: {CONVERTED}"));
            }
            (RecordKind::Order, State::Invoiced) => "ConvertedToInvoice",
            (RecordKind::PurchaseOrder, State::Moved) => "ConvertedToBill",
            (_, State::Paid) => "Closed",
            (RecordKind::CreditNote, _) => "Credit",
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

/// A write that is booked when the caller has long had its answer (myob.md 2, 13.6).
fn late(after: TimeDelta, answer: LateAnswer) -> Fault {
    Fault::LandsLate { after_ms: u32::try_from(after.num_milliseconds()).unwrap_or(u32::MAX), answer }
}

/// The emulator's own faults (myob.md 12.5), by the names that a plan shows.
static FAULTS: std::sync::LazyLock<Vec<(&'static str, Fault)>> = std::sync::LazyLock::new(|| {
    vec![
        ("answered, then dropped", Fault::CommitThenDrop),
        ("answered, then 500", Fault::CommitThen500),
        ("answered, then silence", Fault::CommitThenTimeout),
        ("answered, then 504", Fault::GatewayTimeout504 { work: CommitPoint::Done }),
        ("answered, then 502 page", Fault::Html502 { work: CommitPoint::Done }),
        ("lands late, 504", late(TimeDelta::seconds(90), LateAnswer::GatewayTimeout504)),
        ("lands late, 500", late(TimeDelta::minutes(4), LateAnswer::InternalError500)),
        ("lands late, dropped", late(TimeDelta::minutes(8), LateAnswer::Drop)),
        ("lands late, silence", late(TimeDelta::minutes(9), LateAnswer::Hang)),
        ("dropped", Fault::DropBeforeCommit),
        ("slow body", Fault::SlowBody { delay_ms: 200_000 }),
        ("limit", limited(None)),
        ("limit with a wait", limited(Some(26))),
        ("503", Fault::Unavailable503 { text: OfflineText::Temporary }),
        ("504", Fault::GatewayTimeout504 { work: CommitPoint::NotDone }),
        ("500", Fault::InternalError500),
        ("401", Fault::Unauthorised401),
        ("502 page, nothing done", Fault::Html502 { work: CommitPoint::NotDone }),
        ("garbage", Fault::GarbageJson),
        ("empty body", Fault::EmptyBody),
        ("no location", Fault::LocationMissing),
        ("unknown values", Fault::UnknownEnumValues { members: Vec::new() }),
        ("unknown members", Fault::ExtraFields),
        ("null members", Fault::NullInsteadOfAbsent),
        ("empty members", Fault::EmptyTextInsteadOfAbsent),
        ("tokens rotated, answer lost", Fault::TokenLostResponse),
        ("invalid grant", Fault::InvalidGrant),
    ]
});
