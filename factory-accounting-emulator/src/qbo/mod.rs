//! QuickBooks Online: identity, gateway and books behind one `handle`.
//!
//! All of Intuit's hosts are told apart by path: `/connect/oauth2`, `/oauth2/v1/tokens/bearer`,
//! `/v2/oauth2/tokens/revoke`, `/.well-known/openid_configuration`, `/op/v1/jwks`, `/v1/openid_connect/userinfo`,
//! `/v3/company/{realm}/...` and `/temporary/...` for attached files; the control surface is under `/_emulator/`.
//!
//! ```
//! use chrono::{TimeZone, Utc};
//! use factory_accounting_emulator::{Outcome, qbo::{QboConfig, QboEmulator}};
//!
//! let now = Utc.with_ymd_and_hms(2026, 11, 21, 1, 0, 0).unwrap();
//! let mut qbo = QboEmulator::new(QboConfig::default());
//! let realm = qbo.companies()[0].realm.clone();
//! let token = qbo.authorised(&realm, "com.intuit.quickbooks.accounting", now);
//!
//! let request = http::Request::get(format!("/v3/company/{realm}/companyinfo/{realm}?minorversion=75"))
//!     .header("authorization", format!("Bearer {}", token.access_token))
//!     .header("accept", "application/json")
//!     .body(bytes::Bytes::new())
//!     .unwrap();
//! let Outcome::Reply(response) = qbo.handle(request, now) else { panic!("no fault was injected") };
//! assert_eq!(response.status(), 200);
//! assert!(response.headers().contains_key("intuit_tid"));
//! ```

mod batch;
mod books;
mod call;
mod config;
mod control;
mod distort;
mod fault_body;
mod gateway;
mod identity;
mod limits;
mod metering;
mod replay;
pub mod switches;
mod target;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod upload;
mod webhook;

use std::fmt;

use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use http::Request;
use serde_json::{Value, json};

pub use books::{BookedDocument, Country};
pub use config::{AppConfig, CompanyConfig, QboConfig, RateLimits};
pub use identity::TokenSet;

use crate::bench::{Bench, CONTROL};
use crate::calls::{CallCount, CallRecord};
use crate::fault::{CallFacts, FaultRule};
use crate::outcome::Outcome;
use crate::package::{Delivery, DeliveryAnswer, Package};
use crate::seeded::Seeded;
use books::Books;
use config::realm_number;
use identity::Identity;
use limits::Limits;
use metering::Metering;
use replay::Replays;
use switches::Switches;
use target::Target;
use webhook::{Event, WebhookSender};

/// QuickBooks Online as one deterministic value: companies, apps, consents, limits, remembered answers and webhooks.
///
/// A call is over when [`QboEmulator::handle`] returns, so a limit of calls in flight counts only calls whose answer is
/// held back: a delayed one until it is there, a hanging one for 120 seconds of virtual time, or until
/// [`QboEmulator::finish_calls`]. A clone goes its own way from there: what a test forks.
#[derive(Clone)]
pub struct QboEmulator {
    config: QboConfig,
    bench: Bench,
    identity: Identity,
    companies: Vec<OwnCompany>,
    limits: Limits,
    metering: Metering,
    replays: Replays,
    webhook: WebhookSender,
    switches: Switches,
    consent: ConsentMode,
    /// Companies that are added get their realms from here.
    realms: Seeded,
    traces: Seeded,
}

/// One company and its books.
#[derive(Clone, Debug)]
struct OwnCompany {
    realm: u64,
    country: Country,
    books: Books,
}

/// Who answers the consent page, and for which company.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ConsentMode {
    /// A person or a program that posts the form.
    Page,
    /// The page itself, for the first company.
    First,
    /// The page itself, for this company.
    Only(u64),
}

/// A company as a client finds it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Company {
    /// The realm id, a number in text.
    pub realm: String,
    /// The company's name.
    pub name: String,
    /// Whose tax model and currency it has.
    pub country: Country,
}

impl QboEmulator {
    /// An emulator with freshly seeded books. A config from outside is worth a [`QboConfig::check`] first; one without
    /// any app gets the default app, and a realm that is no number is replaced by a derived one.
    pub fn new(mut config: QboConfig) -> Self {
        if config.apps.is_empty() {
            config.apps.push(AppConfig::default());
        }
        let seed = config.seed;
        let verifier = config.apps.first().map(|app| app.verifier.clone()).unwrap_or_default();
        Self {
            bench: Bench::new(seed, config.clock),
            identity: Identity::new(seed, config.apps.clone()),
            companies: seeded_companies(&config),
            limits: Limits::new(config.limits),
            metering: Metering::default(),
            replays: Replays::default(),
            webhook: WebhookSender::new(seed, verifier),
            switches: config.switches.clone(),
            consent: if config.auto_consent { ConsentMode::First } else { ConsentMode::Page },
            realms: Seeded::new(seed, "qbo realms added"),
            traces: Seeded::new(seed, "qbo traces"),
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
        let target = Target::of(&path);
        let (method, resource) = (request.method().as_str(), target.resource());
        let fault = self.bench.faults.strike(&CallFacts { method, path: &path, resource });
        let outcome = self.outcome(&target, &request, fault, at);
        let status = outcome.status().map(|status| status.as_u16());
        self.bench.calls.record(CallRecord { method: method.to_owned(), path, status, at }, target.resource());
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

    /// The companies, in the order of the config.
    pub fn companies(&self) -> Vec<Company> {
        self.companies
            .iter()
            .map(|own| Company {
                realm: own.realm.to_string(),
                name: own.books.company_name().to_owned(),
                country: own.country,
            })
            .collect()
    }

    /// What a company's books hold, one row for each transaction; empty for an unknown realm.
    pub fn documents(&self, realm: &str) -> Vec<BookedDocument> {
        self.named(realm).map(|own| own.books.documents()).unwrap_or_default()
    }

    /// The customers, vendors and items of a company as rows of the same form; empty for an unknown realm.
    pub fn register(&self, realm: &str) -> Vec<BookedDocument> {
        self.named(realm).map(|own| own.books.register()).unwrap_or_default()
    }

    /// Everything in a company's books, with totals as decimal text; `null` for an unknown realm.
    pub fn ledger(&self, realm: &str) -> Value {
        self.named(realm).map(|own| own.books.ledger()).unwrap_or_default()
    }

    /// Acts as a person who works in QuickBooks itself, such as `{"do":"record_payment", ...}`.
    ///
    /// # Errors
    /// The reason why QuickBooks would not let the person, or why the action is not known.
    pub fn act(&mut self, realm: &str, action: &Value, now: DateTime<Utc>) -> Result<Value, String> {
        let at = self.bench.clock.at(now);
        let number = realm_number(realm);
        let own = self.companies.iter_mut().find(|own| Some(own.realm) == number);
        let own = own.ok_or_else(|| format!("company {realm} is unknown"))?;
        let result = own.books.act(action, at, &self.switches);
        let realm = own.realm;
        self.collect_events(realm);
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

    /// Core and CorePlus calls by app, company and month, with the cap (qbo.md 3.2).
    pub fn metering(&self) -> Value {
        self.metering.show(self.limits.settings.core_plus_month)
    }

    /// Consent to the first app and its tokens at once, without a browser. The scopes are separated by spaces and taken
    /// as they are; tokens for a realm that is not there open nothing.
    pub fn authorised(&mut self, realm: &str, scopes: &str, now: DateTime<Utc>) -> TokenSet {
        let at = self.bench.clock.at(now);
        let scopes: Vec<String> = scopes.split_whitespace().map(str::to_owned).collect();
        self.identity.authorised(realm_number(realm).unwrap_or(0), &scopes, at)
    }

    /// Ends a company's grants as a person does inside QuickBooks; answers how many there were.
    pub fn disconnect(&mut self, realm: &str) -> usize {
        realm_number(realm).map_or(0, |realm| self.identity.disconnect(realm))
    }

    /// Takes the connecting user's admin role in a company away: calls are refused with 120 although the tokens look
    /// good. Answers how many grants are struck; a new consent works again.
    pub fn remove_admin(&mut self, realm: &str) -> usize {
        realm_number(realm).map_or(0, |realm| self.identity.remove_admin(realm))
    }

    /// Revokes every grant.
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

    /// Adds another company and answers its realm, which is derived from the seed where none is given.
    ///
    /// # Errors
    /// The realm is no number, or a company has it.
    pub fn add_company(&mut self, country: Country, realm: Option<&str>) -> Result<String, String> {
        let number = match realm {
            Some(text) => realm_number(text).ok_or_else(|| format!("realm {text} must be a number"))?,
            None => derived_realm(&mut self.realms),
        };
        if self.company(number).is_some() {
            return Err(format!("realm {number} is taken by another company"));
        }
        self.companies.push(OwnCompany::seeded(country, number, self.config.seed));
        Ok(number.to_string())
    }

    /// Seeds all books anew, without the companies that were added, and forgets remembered answers. Consents, tokens,
    /// limits and time stay.
    pub fn reset_books(&mut self) {
        self.companies = seeded_companies(&self.config);
        self.replays = Replays::default();
    }

    /// Sets the receiver of the first app's webhooks; there is no handshake (qbo.md 9).
    pub fn configure_webhook(&mut self, url: &str, verifier: Option<&str>) {
        self.webhook.configure(url.to_owned(), verifier.map(str::to_owned));
    }

    fn company(&self, realm: u64) -> Option<&OwnCompany> {
        self.companies.iter().find(|own| own.realm == realm)
    }

    fn named(&self, realm: &str) -> Option<&OwnCompany> {
        self.company(realm_number(realm)?)
    }

    /// Passes what happened in a company's books to the webhook, if the app is connected to it.
    fn collect_events(&mut self, realm: u64) {
        let Some(own) = self.companies.iter_mut().find(|own| own.realm == realm) else { return };
        let events = own.books.take_events();
        if self.webhook.listens() && self.identity.is_connected(0, realm) {
            events.into_iter().for_each(|event| self.webhook.note(Event::of(realm, event)));
        }
    }
}

impl Package for QboEmulator {
    fn handle(&mut self, request: Request<Bytes>, now: DateTime<Utc>) -> Outcome {
        Self::handle(self, request, now)
    }

    fn due_deliveries(&mut self, now: DateTime<Utc>) -> Vec<Delivery> {
        let at = self.bench.clock.at(now);
        let faults = &mut self.bench.faults;
        self.webhook.due(at, &self.switches, || faults.strike_delivery())
    }

    fn delivered(&mut self, id: u64, answer: Option<DeliveryAnswer>, now: DateTime<Utc>) {
        let at = self.bench.clock.at(now);
        self.webhook.delivered(id, answer, at);
    }

    fn card(&self, base: &str) -> Value {
        let app = self.identity.app(0);
        json!({
            "package": "qbo",
            "api": base,
            "authorize": format!("{base}/connect/oauth2"),
            "token": format!("{base}/oauth2/v1/tokens/bearer"),
            "revocation": format!("{base}/v2/oauth2/tokens/revoke"),
            "discovery": format!("{base}/.well-known/openid_configuration"),
            "control": format!("{base}{CONTROL}"),
            "companies": self.companies(),
            "client_id": app.map(|app| &app.client_id),
            "client_secret": app.map(|app| &app.client_secret),
            "redirect_uri": app.and_then(|app| app.redirect_uris.first()),
            "webhook_verifier": self.webhook.verifier(),
        })
    }
}

impl fmt::Debug for QboEmulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QboEmulator")
            .field("bench", &self.bench)
            .field("companies", &self.companies())
            .field("identity", &self.identity)
            .field("limits", &self.limits.settings)
            .field("webhook", &self.webhook)
            .field("switches", &self.switches)
            .finish_non_exhaustive()
    }
}

impl OwnCompany {
    fn seeded(country: Country, realm: u64, seed: u64) -> Self {
        Self { realm, country, books: Books::seeded(country, realm, seed) }
    }
}

/// The config's companies; realms that it does not name are derived from the seed and the position. A realm that is
/// taken already is left to the first that has it.
fn seeded_companies(config: &QboConfig) -> Vec<OwnCompany> {
    let mut derived = Seeded::new(config.seed, "qbo realms");
    let mut companies: Vec<OwnCompany> = Vec::new();
    for company in &config.companies {
        let fallback = derived_realm(&mut derived);
        let realm = company.realm.as_deref().and_then(realm_number).unwrap_or(fallback);
        if companies.iter().all(|own| own.realm != realm) {
            companies.push(OwnCompany::seeded(company.country, realm, config.seed));
        }
    }
    companies
}

/// Sixteen digits that begin as real ones do.
fn derived_realm(chance: &mut Seeded) -> u64 {
    let (high, _) = chance.uuid().as_u64_pair();
    9_341_450_000_000_000 + high % 10_000_000_000
}
