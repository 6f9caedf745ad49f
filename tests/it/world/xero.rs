//! Xero.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::AccountingProvider;
use factory_accounting_core::settings::Settings;
use factory_accounting_core::token::TokenSet;
use factory_accounting_emulator::xero::{
    BookedDocument, Region, TenantConfig, XeroConfig as EmulatorConfig, XeroEmulator,
};
use factory_accounting_emulator::{CommitPoint, Fault, LimitProblem, OfflineText};
use factory_accounting_http::AppPacer;
use factory_accounting_testkit::Wire;
use factory_accounting_testkit::sweep::{Booked, Seams, World};
use factory_accounting_xero::{XeroConfig, XeroProvider, limits};
use http::{Method, Request};
use rust_decimal::{Decimal, RoundingStrategy};
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::xero_people::{self, original};
use super::{Books, Entry, State};
use crate::make::merge;

/// One organisation in New Zealand and the app that is connected to it.
#[derive(Clone, Debug)]
pub(crate) struct XeroWorld {
    pub(crate) emulator: XeroEmulator,
    pub(crate) tenant: Uuid,
}

impl XeroWorld {
    pub(crate) fn new() -> Self {
        let config = EmulatorConfig {
            tenants: vec![TenantConfig { region: Region::Nz, id: None }],
            ..EmulatorConfig::default()
        };
        Self::with(config)
    }

    pub(crate) fn with(config: EmulatorConfig) -> Self {
        let emulator = XeroEmulator::new(config);
        let tenant = emulator.tenants()[0].id;
        Self { emulator, tenant }
    }

    /// What the app is configured with.
    pub(crate) fn config(&self) -> XeroConfig {
        let host = Url::parse("https://xero.emulator.test").expect("a URL");
        XeroConfig::new("EMULATOR0000000000000000CLIENTID", "http://localhost:8910/callback")
            .with_secret(SecretString::from("emulator-client-secret"))
            .with_tenant(self.tenant.to_string())
            .on_host(&host)
    }
}

impl World for XeroWorld {
    fn provider(&self, seams: Seams) -> Arc<dyn AccountingProvider> {
        provided!(XeroProvider, self.config(), seams)
    }

    fn handle(&mut self, request: Request<Bytes>, fault: Option<&'static str>, now: DateTime<Utc>) -> Wire {
        answered!(self.emulator, FAULTS, request, fault, now)
    }

    fn faults(&self, method: &Method, path: &str) -> Vec<&'static str> {
        let of_tokens = path.starts_with("/connect/");
        let applies = |name: &&str| {
            let for_tokens = matches!(*name, "invalid grant" | "tokens rotated, answer lost");
            let of_limits = name.starts_with("429") || *name == "401" || name.starts_with("503");
            if of_tokens {
                !of_limits
            } else {
                !for_tokens && (method != Method::GET || !name.starts_with("answered, then"))
            }
        };
        FAULTS.iter().map(|(name, _)| *name).filter(applies).collect()
    }

    fn intrusions(&self, method: &Method, path: &str) -> Vec<&'static str> {
        xero_people::can_do(method, path)
    }

    fn intrude(&mut self, what: &'static str, request: &Request<Bytes>, now: DateTime<Utc>) -> Vec<RemoteId> {
        self.meddle(what, request, now)
    }

    fn sign_in(&mut self, now: DateTime<Utc>) -> TokenSet {
        let scopes = self.config().scopes().join(" ");
        let granted = self.emulator.authorised(&[self.tenant], &scopes, now);
        TokenSet {
            access: SecretString::from(granted.access_token),
            refresh: granted.refresh_token.map(SecretString::from),
            expires_at: granted.expires_at,
            scopes: granted.scope,
            ends_at: None,
        }
    }

    fn books(&self) -> Vec<Booked> {
        let register = self.emulator.register(self.tenant);
        let name = |id: Uuid| register.iter().find(|row| row.id == id).map_or("nobody", |row| original(&row.reference));
        let documents = self.emulator.documents(self.tenant);
        register.iter().map(entry).chain(documents.iter().map(|row| booked(row, name(row.contact)))).collect()
    }
}

impl Books for XeroWorld {
    const CURRENCY: &'static str = "NZD";
    const SALES: &'static str = "200";
    const TOKEN_LIFE: Duration = Duration::from_secs(30 * 60);

    fn fresh() -> Self {
        Self::new()
    }

    fn unlimited(mut self) -> Self {
        self.emulator.set_limits(factory_accounting_emulator::xero::RateLimits::off());
        self
    }

    fn settings(&self, changes: Value) -> Settings {
        let mut form = json!({
            "accounts": { "sales": "200", "purchases": "300", "rounding": "860", "payments": "090" },
            "default_tax": { "sales": "OUTPUT2", "purchases": "INPUT2" },
        });
        merge(&mut form, changes);
        serde_json::from_value(form).expect("settings")
    }

    fn act(&mut self, action: &Value, now: DateTime<Utc>) -> Value {
        self.emulator.act(self.tenant, action, now).unwrap_or_else(|refusal| panic!("{action}: {refusal}"))
    }

    fn spoil(&mut self, _: DateTime<Utc>) {}

    /// Xero refuses its debtors' account on a line; the host cannot know that 610 is that.
    fn refused_line() -> Value {
        json!({ "type": "item", "description": "Debtors", "quantity": "1", "unit_price": "10", "account": "610" })
    }

    fn person_pays(&mut self, invoice: &str, amount: &str, reference: &str, now: DateTime<Utc>) {
        let payment = json!({ "do": "record_payment", "invoice": invoice, "amount": amount, "account": "090",
            "date": "2026-11-20", "reference": reference });
        // Another person may have been quicker and left nothing to pay; a story that needs the payment sees it missing.
        let _ = self.emulator.act(self.tenant, &payment, now);
    }

    fn stranger_invoices(&mut self, number: &str, now: DateTime<Utc>) {
        self.act(&json!({ "do": "create_contact", "Name": "Stranger" }), now);
        self.act(
            &json!({ "do": "create_invoice", "Type": "ACCREC", "Contact": { "Name": "Stranger" }, "InvoiceNumber": number,
                "Date": "2026-11-01", "DueDate": "2026-11-30", "Status": "AUTHORISED",
                "LineItems": [{ "Description": "Theirs", "Quantity": "1", "UnitAmount": "9", "AccountCode": "200" }] }),
            now,
        );
    }

    fn numbers_itself(&mut self, _: DateTime<Utc>) {}

    fn says(&self, entry: &Entry<'_>) -> Option<String> {
        let Entry { kind, label, state, net, party, applied, .. } = entry;
        let list = match kind {
            RecordKind::Customer | RecordKind::Supplier => return Some(format!("CONTACT {label}: ACTIVE")),
            RecordKind::Product => return Some(format!("ITEM {label}: ACTIVE")),
            // The draft becomes the invoice (F55), and what is set off is told of both documents.
            RecordKind::Order if *state == State::Invoiced => return None,
            RecordKind::Allocation => return None,
            RecordKind::Order | RecordKind::Invoice => "ACCREC",
            RecordKind::CreditNote => "ACCRECCREDIT",
            RecordKind::Bill => "ACCPAY",
            RecordKind::PurchaseOrder => "PURCHASEORDER",
            RecordKind::Quote => "QUOTE",
            RecordKind::Payment => "PAYMENT",
            other => panic!("no story is about a {other}"),
        };
        let net: Decimal = net.parse().expect("an amount");
        if *kind == RecordKind::Payment {
            let status = if *state == State::Voided { "DELETED" } else { "AUTHORISED" };
            return Some(format!("{list} {label}: {status} {net:.2}"));
        }
        let status = match (kind, state) {
            (RecordKind::Order, State::MadeWay) => "DELETED",
            (RecordKind::Order, _) => "DRAFT",
            (RecordKind::Quote, _) => "SENT",
            (_, State::Paid) => "PAID",
            (_, State::Voided) => "VOIDED",
            _ => "AUTHORISED",
        };
        let total = (net * Decimal::new(115, 2)).round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        let applied = if applied.is_empty() { String::new() } else { format!(", {applied} applied") };
        Some(format!("{list} {label}: {status} {total:.2} for {party}{applied}"))
    }
}

fn entry(row: &BookedDocument) -> Booked {
    let label = if row.kind == "CONTACT" { original(&row.reference) } else { &row.number };
    Booked {
        kind: row.kind.clone(),
        label: label.to_owned(),
        state: row.status.clone(),
        remote: RemoteId::new(row.id.to_string()),
        gone: row.status == "ARCHIVED",
    }
}

fn booked(row: &BookedDocument, party: &str) -> Booked {
    // A number that Xero gave itself says nothing to the host: its own number is in the reference then.
    let own_number =
        row.number.is_empty() || ["INV-", "PO-", "QU-", "CN-"].iter().any(|own| row.number.starts_with(own));
    let label = if own_number { &row.reference } else { &row.number };
    let applied = if row.applied.is_zero() { String::new() } else { format!(", {:.2} applied", row.applied) };
    let whose = if row.kind == "PAYMENT" { String::new() } else { format!(" for {party}") };
    Booked {
        kind: row.kind.clone(),
        label: label.clone(),
        state: format!("{} {:.2}{whose}{applied}", row.status, row.total),
        remote: RemoteId::new(row.id.to_string()),
        gone: matches!(row.status.as_str(), "VOIDED" | "DELETED"),
    }
}

fn limited(problem: LimitProblem, retry_after: Option<u64>) -> Fault {
    Fault::RateLimited { problem, retry_after }
}

/// The emulator's own faults (xero.md 11.4), by the names that a plan shows.
static FAULTS: std::sync::LazyLock<Vec<(&'static str, Fault)>> = std::sync::LazyLock::new(|| {
    vec![
        ("answered, then dropped", Fault::CommitThenDrop),
        ("answered, then 500", Fault::CommitThen500),
        ("answered, then silence", Fault::CommitThenTimeout),
        ("dropped", Fault::DropBeforeCommit),
        ("slow body", Fault::SlowBody { delay_ms: 150_000 }),
        ("429 concurrent", limited(LimitProblem::Concurrent, None)),
        ("429 minute", limited(LimitProblem::Minute, Some(26))),
        ("429 day", limited(LimitProblem::Day, Some(40_000))),
        ("429 app minute", limited(LimitProblem::AppMinute, None)),
        ("503", Fault::Unavailable503 { text: OfflineText::Temporary }),
        ("503 organisation", Fault::Unavailable503 { text: OfflineText::Organisation }),
        ("401", Fault::Unauthorised401),
        ("502 page, nothing done", Fault::Html502 { work: CommitPoint::NotDone }),
        ("answered, then 502 page", Fault::Html502 { work: CommitPoint::Done }),
        ("garbage", Fault::GarbageJson),
        ("empty body", Fault::EmptyBody),
        ("unknown values", Fault::UnknownEnumValues { members: Vec::new() }),
        ("unknown members", Fault::ExtraFields),
        ("null members", Fault::NullInsteadOfAbsent),
        ("empty members", Fault::EmptyTextInsteadOfAbsent),
        ("tokens rotated, answer lost", Fault::TokenLostResponse),
        ("invalid grant", Fault::InvalidGrant),
    ]
});
