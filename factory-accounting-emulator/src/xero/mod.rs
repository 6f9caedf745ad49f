//! Xero: identity, gateway and books behind one `handle`.
//!
//! All of Xero's hosts are told apart by path: `/identity/connect/authorize`, `/connect/token`, `/connect/revocation`,
//! `/.well-known/openid-configuration`, `/connections` and `/api.xro/2.0/...`; the control surface is under
//! `/_emulator/`.

mod books;
mod call;
mod config;
mod connections;
mod control;
mod distort;
mod gateway;
mod idempotency;
mod identity;
mod limits;
mod refusal;
mod scopes;
pub mod switches;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod webhook;

use std::fmt;

use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use http::{Method, Request};
use serde_json::{Value, json};
use uuid::Uuid;

pub use books::{BookedDocument, Region};
pub use config::{AppConfig, RateLimits, ScopeModel, TenantConfig, XeroConfig};
pub use identity::TokenSet;

use crate::bench::{Bench, CONTROL};
use crate::calls::{CallCount, CallRecord};
use crate::fault::{CallFacts, FaultRule};
use crate::outcome::Outcome;
use crate::package::{Delivery, DeliveryAnswer, Package};
use crate::seeded::Seeded;
use books::Books;
use idempotency::KeyCache;
use identity::Identity;
use limits::Limits;
use switches::Switches;
use webhook::{Event, WebhookSender};

/// Xero as one deterministic value: organisations, apps, consents, limits, remembered answers and webhooks.
///
/// A call is over when [`XeroEmulator::handle`] returns, so the limit of five calls in flight counts only calls whose
/// answer is held back: a delayed one until it is there, a hanging one for 100 seconds of virtual time, or until
/// [`XeroEmulator::finish_calls`]. A clone goes its own way from there: what a test forks.
#[derive(Clone)]
pub struct XeroEmulator {
    config: XeroConfig,
    bench: Bench,
    identity: Identity,
    organisations: Vec<Organisation>,
    limits: Limits,
    keys: KeyCache,
    webhook: WebhookSender,
    switches: Switches,
    consent: ConsentMode,
    instances: Seeded,
}

/// One organisation and its books.
#[derive(Clone, Debug)]
struct Organisation {
    id: Uuid,
    books: Books,
}

/// Who answers the consent page.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ConsentMode {
    /// A person or a program that posts the form.
    Page,
    /// The page itself, for every organisation.
    All,
    /// The page itself, for these organisations.
    Only(Vec<Uuid>),
}

/// An organisation as a client finds it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Tenant {
    /// The tenant id.
    pub id: Uuid,
    /// The organisation's name.
    pub name: String,
}

impl XeroEmulator {
    /// An emulator with freshly seeded books. A config from outside is worth a [`XeroConfig::check`] first; one without
    /// any app gets the default app.
    pub fn new(mut config: XeroConfig) -> Self {
        if config.apps.is_empty() {
            config.apps.push(AppConfig::default());
        }
        let seed = config.seed;
        let webhook_key = config.apps.first().map(|app| app.webhook_key.clone()).unwrap_or_default();
        Self {
            bench: Bench::new(seed, config.clock),
            identity: Identity::new(seed, config.apps.clone()),
            organisations: seeded_organisations(&config),
            limits: Limits::new(config.limits),
            keys: KeyCache::default(),
            webhook: WebhookSender::new(seed, webhook_key),
            switches: config.switches.clone(),
            consent: if config.auto_consent { ConsentMode::All } else { ConsentMode::Page },
            instances: Seeded::new(seed, "instances"),
            config,
        }
    }

    /// Answers one request. `now` is the caller's clock; what was advanced is added to it.
    pub fn handle(&mut self, request: Request<Bytes>, now: DateTime<Utc>) -> Outcome {
        let path = request.uri().path().to_owned();
        if let Some(route) = path.strip_prefix(CONTROL).filter(|route| route.starts_with('/')) {
            return Outcome::Reply(self.control(&request, route, now));
        }
        let at = self.bench.clock.at(now);
        let target = gateway::Target::of(&path);
        let (method, resource) = (request.method().as_str(), target.resource());
        let fault = self.bench.faults.strike(&CallFacts { method, path: &path, resource });
        let outcome = self.outcome(&target, &request, fault, at);
        let status = outcome.status().map(|status| status.as_u16());
        self.bench.calls.record(CallRecord { method: method.to_owned(), path, status, at }, resource);
        outcome
    }

    /// Moves virtual time on; a negative step is ignored.
    pub fn advance(&mut self, by: Duration) {
        self.bench.clock.advance(by);
    }

    /// Virtual time at the caller's instant.
    pub fn virtual_time(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.bench.clock.at(now)
    }

    /// Adds a fault.
    pub fn inject(&mut self, fault: FaultRule) {
        self.bench.faults.inject(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&mut self) {
        self.bench.faults.clear();
    }

    /// The organisations, in the order of the config.
    pub fn tenants(&self) -> Vec<Tenant> {
        self.organisations
            .iter()
            .map(|own| Tenant { id: own.id, name: own.books.organisation_name().to_owned() })
            .collect()
    }

    /// What an organisation's books hold, one row for each document; empty for an unknown tenant.
    pub fn documents(&self, tenant: Uuid) -> Vec<BookedDocument> {
        self.organisation(tenant).map(|own| own.books.documents()).unwrap_or_default()
    }

    /// The contacts and items of an organisation as rows of the same form; empty for an unknown tenant.
    pub fn register(&self, tenant: Uuid) -> Vec<BookedDocument> {
        self.organisation(tenant).map(|own| own.books.register()).unwrap_or_default()
    }

    /// Everything in an organisation's books, with totals as decimal text; `null` for an unknown tenant.
    pub fn ledger(&self, tenant: Uuid) -> Value {
        self.organisation(tenant).map(|own| own.books.ledger()).unwrap_or_default()
    }

    /// Acts as a person who works in Xero itself, such as `{"do":"void_invoice", ...}`.
    ///
    /// # Errors
    /// The reason why Xero would not let the person, or why the action is not known.
    pub fn act(&mut self, tenant: Uuid, action: &Value, now: DateTime<Utc>) -> Result<Value, String> {
        let at = self.bench.clock.at(now);
        let own = self.organisations.iter_mut().find(|own| own.id == tenant);
        let result = own.ok_or_else(|| format!("tenant {tenant} is unknown"))?.books.act(action, at);
        self.collect_events(tenant);
        result
    }

    /// The last 1,000 calls, oldest first; control calls are not among them.
    pub fn calls(&self) -> &[CallRecord] {
        self.bench.calls.recent()
    }

    /// How often each verb on each resource got each status, since the start.
    pub fn call_counts(&self) -> Vec<CallCount> {
        self.bench.calls.counts()
    }

    /// Consent of the demo user to the first app and its tokens at once, without a browser. The scopes are separated
    /// by spaces and taken as they are.
    pub fn authorised(&mut self, tenants: &[Uuid], scopes: &str, now: DateTime<Utc>) -> TokenSet {
        let at = self.bench.clock.at(now);
        let scopes: Vec<String> = scopes.split_whitespace().map(str::to_owned).collect();
        self.identity.authorised(tenants, &scopes, at)
    }

    /// Ends a tenant's connections as a person does inside Xero; answers how many there were.
    pub fn disconnect(&mut self, tenant: Uuid) -> usize {
        self.identity.disconnect_tenant(tenant)
    }

    /// Revokes every grant and connection.
    pub fn revoke_all(&mut self) {
        self.identity.revoke_all();
    }

    /// The settings in force.
    pub fn switches(&self) -> &Switches {
        &self.switches
    }

    /// Replaces the settings.
    pub fn set_switches(&mut self, switches: Switches) {
        self.switches = switches;
    }

    /// Replaces the limits; what was counted stays.
    pub fn set_limits(&mut self, limits: RateLimits) {
        self.limits.settings = limits;
    }

    /// Ends every call that counts as in flight.
    pub fn finish_calls(&mut self) {
        self.limits.finish_all();
    }

    /// Adds another organisation and answers its tenant id.
    pub fn add_tenant(&mut self, region: Region, id: Option<Uuid>) -> Uuid {
        let id = id.unwrap_or_else(|| self.instances.uuid());
        if self.organisation(id).is_none() {
            self.organisations.push(Organisation { id, books: Books::seeded(region, id, self.config.seed) });
        }
        id
    }

    /// Seeds all books anew, without the organisations that were added, and forgets remembered answers. Consents,
    /// tokens, limits and time stay.
    pub fn reset_books(&mut self) {
        self.organisations = seeded_organisations(&self.config);
        self.keys = KeyCache::default();
    }

    /// Sets the receiver of the first app's webhooks and starts the intent to receive (xero.md 8).
    pub fn configure_webhook(&mut self, url: &str, key: Option<&str>, now: DateTime<Utc>) {
        let at = self.bench.clock.at(now);
        self.webhook.configure(url.to_owned(), key.map(str::to_owned), at);
    }

    fn organisation(&self, tenant: Uuid) -> Option<&Organisation> {
        self.organisations.iter().find(|own| own.id == tenant)
    }

    /// Passes what happened in an organisation's books to the webhook, if the app is connected to it.
    fn collect_events(&mut self, tenant: Uuid) {
        let Some(own) = self.organisations.iter_mut().find(|own| own.id == tenant) else { return };
        let events = own.books.take_events();
        if self.webhook.listens() && self.identity.is_connected(0, tenant) {
            for event in events {
                self.webhook.note(Event::of(tenant, event));
            }
        }
    }
}

impl Package for XeroEmulator {
    fn handle(&mut self, request: Request<Bytes>, now: DateTime<Utc>) -> Outcome {
        Self::handle(self, request, now)
    }

    fn due_deliveries(&mut self, now: DateTime<Utc>) -> Vec<Delivery> {
        let at = self.bench.clock.at(now);
        let faults = &mut self.bench.faults;
        self.webhook.due(at, || faults.strike_delivery())
    }

    fn delivered(&mut self, id: u64, answer: Option<DeliveryAnswer>, now: DateTime<Utc>) {
        let at = self.bench.clock.at(now);
        self.webhook.delivered(id, answer, at);
    }

    fn card(&self, base: &str) -> Value {
        let app = self.identity.app(0);
        json!({
            "package": "xero",
            "api": format!("{base}/api.xro/2.0"),
            "authorize": format!("{base}/identity/connect/authorize"),
            "token": format!("{base}/connect/token"),
            "revocation": format!("{base}/connect/revocation"),
            "connections": format!("{base}/connections"),
            "control": format!("{base}{CONTROL}"),
            "tenants": self.tenants(),
            "client_id": app.map(|app| &app.client_id),
            "client_secret": app.and_then(|app| app.client_secret.as_ref()),
            "redirect_uri": app.and_then(|app| app.redirect_uris.first()),
            "webhook_key": self.webhook.key(),
        })
    }
}

impl fmt::Debug for XeroEmulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("XeroEmulator")
            .field("bench", &self.bench)
            .field("tenants", &self.tenants())
            .field("identity", &self.identity)
            .field("limits", &self.limits.settings)
            .field("webhook", &self.webhook)
            .field("switches", &self.switches)
            .finish_non_exhaustive()
    }
}

/// The config's organisations; ids that it does not name are derived from the seed and the position.
fn seeded_organisations(config: &XeroConfig) -> Vec<Organisation> {
    let mut ids = Seeded::new(config.seed, "tenants");
    config
        .tenants
        .iter()
        .map(|tenant| {
            let derived = ids.uuid();
            let id = tenant.id.unwrap_or(derived);
            Organisation { id, books: Books::seeded(tenant.region, id, config.seed) }
        })
        .collect()
}

/// Whether a verb changes books.
fn writes(method: &Method) -> bool {
    matches!(*method, Method::PUT | Method::POST | Method::PATCH | Method::DELETE)
}
