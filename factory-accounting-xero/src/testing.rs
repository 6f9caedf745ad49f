//! Doubles for the seams, and records to write: for this crate's own tests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use factory_accounting_core::capability::TaxAuthority;
use factory_accounting_core::clock::Clock;
use factory_accounting_core::ids::{ConnectionId, RemoteId, WorkerId};
use factory_accounting_core::model::{Party, TaxMode};
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::money::{Currency, Money, Quantity, TaxAmount, Totals, UnitPrice};
use factory_accounting_core::planned::{
    AccountRef, Changes, Charge, Content, Planned, PlannedAllocation, PlannedDocument, PlannedItem, PlannedItemRef,
    PlannedLine, PlannedParty, PlannedPayment, PlannedPrice, TargetStatus,
};
use factory_accounting_core::provider::{Intent, ProbeTarget, RemoteRecord, RemoteStatus, WriteBatch};
use factory_accounting_core::store::StoreError;
use factory_accounting_core::token::{Replaced, StoredTokens, TokenSet, TokenStore};
use factory_accounting_http::{AppPacer, Body, Cause, Transport, TransportError};
use secrecy::SecretString;
use url::Url;

use crate::{XeroConfig, XeroProvider};

pub(crate) const TENANT: &str = "c2000000-0000-4000-8000-00000000000a";
pub(crate) const CONTACT: &str = "a1000000-0000-4000-8000-000000000001";
pub(crate) const INVOICE: &str = "1f000000-0000-4000-8000-000000000001";
pub(crate) const CREDIT_NOTE: &str = "cc000000-0000-4000-8000-000000000001";
pub(crate) const OTHER: &str = "0d000000-0000-4000-8000-000000000001";
pub(crate) const ZERO: &str = "00000000-0000-0000-0000-000000000000";
/// Planted where secrets are, and looked for where they must not be.
pub(crate) const ACCESS_TOKEN: &str = "planted-access-token";

/// An answer to give.
#[derive(Clone, Debug)]
pub(crate) enum Canned {
    Answer(u16, Vec<(&'static str, String)>, String),
    Lost,
    NoConnection,
}

impl Canned {
    pub(crate) fn ok(body: impl Into<String>) -> Self {
        Self::Answer(200, Vec::new(), body.into())
    }

    pub(crate) fn status(status: u16, body: impl Into<String>) -> Self {
        Self::Answer(status, Vec::new(), body.into())
    }

    pub(crate) fn with(self, name: &'static str, value: &str) -> Self {
        match self {
            Self::Answer(status, mut headers, body) => {
                headers.push((name, value.to_owned()));
                Self::Answer(status, headers, body)
            }
            other => other,
        }
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// Gives canned answers in order and keeps what was asked.
#[derive(Debug, Default)]
pub(crate) struct Script {
    answers: Mutex<VecDeque<Canned>>,
    seen: Mutex<Vec<Seen>>,
}

impl Script {
    pub(crate) fn of(answers: impl IntoIterator<Item = Canned>) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(answers.into_iter().collect()), seen: Mutex::default() })
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }
}

#[async_trait]
impl Transport for Script {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        _deadline: Duration,
    ) -> Result<http::Response<Body>, TransportError> {
        let path = request.uri().path_and_query().map_or("", |path| path.as_str());
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(Seen {
            line: format!("{} {path}", request.method()),
            headers: request.headers().clone(),
            body: String::from_utf8_lossy(request.body()).into_owned(),
        });
        let next = self.answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        match next.expect("the script has an answer for every request") {
            Canned::Answer(status, headers, body) => {
                let mut answer = http::Response::builder().status(status);
                for (name, value) in headers {
                    answer = answer.header(name, value);
                }
                Ok(answer.body(Body::from(Bytes::from(body))).expect("an answer"))
            }
            Canned::Lost => Err(TransportError::maybe_sent(Cause::Lost, "the connection broke")),
            Canned::NoConnection => Err(TransportError::not_sent(Cause::Connect, "no connection")),
        }
    }
}

/// A clock that stands still; sleeping takes no time.
#[derive(Debug)]
pub(crate) struct Still;

#[async_trait]
impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        day(2026, 11, 21).and_hms_opt(10, 0, 0).expect("a time").and_utc()
    }

    async fn sleep(&self, _: Duration) {}
}

/// Tokens of one connection in memory.
#[derive(Debug, Default)]
pub(crate) struct Tokens(pub(crate) Mutex<Option<StoredTokens>>);

impl Tokens {
    pub(crate) fn fresh() -> Arc<Self> {
        let tokens = TokenSet {
            access: SecretString::from(ACCESS_TOKEN),
            refresh: Some(SecretString::from("planted-refresh-token")),
            expires_at: Still.now() + chrono::TimeDelta::minutes(20),
            scopes: String::new(),
            ends_at: None,
        };
        Arc::new(Self(Mutex::new(Some(StoredTokens { tokens, version: 1 }))))
    }
}

#[async_trait]
impl TokenStore for Tokens {
    async fn load(&self, _: &ConnectionId) -> Result<Option<StoredTokens>, StoreError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn lease_refresh(
        &self,
        _: &ConnectionId,
        _: &WorkerId,
        _: DateTime<Utc>,
        _: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        Ok(true)
    }

    async fn replace(&self, _: &ConnectionId, expected: Option<u64>, tokens: TokenSet) -> Result<Replaced, StoreError> {
        let mut stored = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(other) = stored.as_ref().filter(|stored| Some(stored.version) != expected) {
            return Ok(Replaced::Lost(other.clone()));
        }
        let version = expected.unwrap_or(0) + 1;
        *stored = Some(StoredTokens { tokens, version });
        Ok(Replaced::Stored(version))
    }

    async fn forget(&self, _: &ConnectionId) -> Result<(), StoreError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }
}

pub(crate) fn config() -> XeroConfig {
    let host = Url::parse("http://xero.example").expect("a URL");
    XeroConfig::new("app", "https://host.example/back")
        .with_secret(SecretString::from("planted-client-secret"))
        .on_host(&host)
}

/// A provider that is answered by a script.
pub(crate) fn provider(answers: impl IntoIterator<Item = Canned>) -> (XeroProvider, Arc<Script>) {
    let script = Script::of(answers);
    let config = config().with_tenant(TENANT);
    let clock: Arc<dyn Clock> = Arc::new(Still);
    let pacer = AppPacer::new(crate::limits(&config), Arc::clone(&clock));
    let provider = XeroProvider::new(
        config,
        Arc::<Script>::clone(&script),
        Tokens::fresh(),
        ConnectionId::new("connection"),
        WorkerId::new("worker"),
        clock,
        &pacer,
    );
    (provider.expect("a usable configuration"), script)
}

pub(crate) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date")
}

pub(crate) fn decimal(text: &str) -> rust_decimal::Decimal {
    text.parse().expect("a decimal")
}

pub(crate) fn nzd() -> Currency {
    "NZD".parse().expect("a currency")
}

pub(crate) fn target(kind: RecordKind, marker: &str) -> ProbeTarget {
    ProbeTarget { date: Some(day(2026, 11, 21)), ..ProbeTarget::new(kind, marker) }
}

pub(crate) fn planned(kind: RecordKind, name: &str, content: Content) -> Planned {
    Planned {
        key: RecordKey::new(kind, "local-1"),
        name: name.to_owned(),
        content,
        base: None,
        changes: Changes::ALL,
        probe: target(kind, name),
    }
}

pub(crate) fn batch(intent: Intent, members: Vec<Planned>) -> WriteBatch {
    let kind = members.first().map_or(RecordKind::Invoice, |planned| planned.key.kind);
    WriteBatch { kind, intent, key: "k-1".to_owned(), members }
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
    let content = PlannedParty { external_key: "FA-C-1042".to_owned(), party: party(), distinct: false };
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
        stated_taxes: Vec::new(),
        source: None,
        title: None,
        summary: None,
        terms: None,
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

pub(crate) fn based(mut planned: Planned, base: RemoteRecord) -> Planned {
    planned.base = Some(Box::new(base));
    planned
}
