//! MYOB Business and AccountRight Live: identity, gateway and books behind one `handle`.
//!
//! All of MYOB's hosts are told apart by path: `/oauth2/account/authorize`, `/oauth2/v1/authorize`,
//! `/accountright/...` and `/attachments/...` for attached files; the control surface is under `/_emulator/`.
//!
//! ```
//! use chrono::{TimeZone, Utc};
//! use factory_accounting_emulator::{Outcome, myob::{MyobConfig, MyobEmulator}};
//!
//! let now = Utc.with_ymd_and_hms(2026, 11, 21, 1, 0, 0).unwrap();
//! let mut myob = MyobEmulator::new(MyobConfig::default());
//! let file = myob.files()[0].id;
//! let token = myob.authorised(file, "sme-company-file", now);
//!
//! let request = http::Request::get(format!("/accountright/{file}/Company"))
//!     .header("authorization", format!("Bearer {}", token.access_token))
//!     .header("x-myobapi-key", myob.api_key())
//!     .header("x-myobapi-version", "v2")
//!     .body(bytes::Bytes::new())
//!     .unwrap();
//! let Outcome::Reply(response) = myob.handle(request, now) else { panic!("no fault was injected") };
//! assert_eq!(response.status(), 200);
//! assert!(response.headers().contains_key("x-myobapi-requestid"));
//! ```

mod books;
mod call;
mod config;
mod control;
mod distort;
mod etag;
mod files;
mod gateway;
mod identity;
mod landing;
mod limits;
mod odata;
mod presigned;
mod refusal;
mod scopes;
pub mod switches;
mod target;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use http::Request;
use serde_json::{Value, json};
use uuid::Uuid;

pub use books::{BookedDocument, Country};
pub use config::{AppConfig, CfToken, FileConfig, MyobConfig, RateLimits};
pub use identity::TokenSet;
pub use landing::LateWrite;

use crate::bench::{Bench, CONTROL};
use crate::calls::{CallCount, CallRecord};
use crate::fault::{CallFacts, FaultRule};
use crate::outcome::Outcome;
use crate::package::{Delivery, DeliveryAnswer, Package};
use crate::seeded::Seeded;
use books::Books;
use identity::{Answering, Identity};
use landing::Landings;
use limits::Limits;
use presigned::Signer;
use switches::Switches;
use target::{API, Target};

/// MYOB as one deterministic value: company files, apps, consents, limits, and writes that are still on their way.
///
/// A call is over when [`MyobEmulator::handle`] returns, except a write that lands late: it is booked once virtual time
/// has come to it, at the next call, [`MyobEmulator::advance`] or [`MyobEmulator::finish_calls`]. A clone goes its own
/// way from there: what a test forks.
#[derive(Clone)]
pub struct MyobEmulator {
    config: MyobConfig,
    bench: Bench,
    identity: Identity,
    files: Vec<OwnFile>,
    /// What the files held when they were kept, by the names that they were kept under.
    kept: BTreeMap<String, (Vec<OwnFile>, Landings)>,
    limits: Limits,
    landings: Landings,
    switches: Switches,
    answering: Answering,
    signer: Signer,
    /// The caller's clock as it was last seen, so that writes land when only virtual time moves.
    seen: DateTime<Utc>,
    /// Files that are added get their ids from here.
    ids: Seeded,
    requests: Seeded,
}

/// One company file and its books.
#[derive(Clone, Debug)]
struct OwnFile {
    id: Uuid,
    country: Country,
    cftoken: CfToken,
    launcher: Uuid,
    books: Books,
}

/// A company file as a client finds it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct CompanyFile {
    /// The id, which MYOB also calls `businessId`.
    pub id: Uuid,
    /// The company's name.
    pub name: String,
    /// Whose tax codes and chart it has.
    pub country: Country,
}

impl MyobEmulator {
    /// An emulator with freshly seeded books. A config from outside is worth a [`MyobConfig::check`] first; one without
    /// any app gets the default app, and of two files with one id the first stays.
    pub fn new(mut config: MyobConfig) -> Self {
        if config.apps.is_empty() {
            config.apps.push(AppConfig::default());
        }
        let seed = config.seed;
        Self {
            bench: Bench::new(seed, config.clock),
            identity: Identity::new(seed, config.apps.clone()),
            files: seeded_files(&config),
            kept: BTreeMap::new(),
            limits: Limits::new(config.limits),
            landings: Landings::default(),
            switches: config.switches.clone(),
            answering: if config.auto_consent { Answering::First } else { Answering::Page },
            signer: Signer::new(seed),
            seen: DateTime::UNIX_EPOCH,
            ids: Seeded::new(seed, "myob files added"),
            requests: Seeded::new(seed, "myob requests"),
            config,
        }
    }

    /// Answers one request. `now` is the caller's clock; what was advanced is added to it.
    pub fn handle(&mut self, request: Request<Bytes>, now: DateTime<Utc>) -> Outcome {
        let at = self.seen_at(now);
        let path = request.uri().path().to_owned();
        if let Some(route) = path.strip_prefix(CONTROL).filter(|route| route.starts_with('/')) {
            let response = self.control(&request, route, now);
            self.seen_at(now);
            return Outcome::Reply(response);
        }
        let target = Target::of(&path);
        let (method, resource) = (request.method().as_str(), target.resource());
        let fault = self.bench.faults.strike(&CallFacts { method, path: &path, resource: &resource });
        let outcome = self.outcome(&target, &request, fault, at);
        let status = outcome.status().map(|status| status.as_u16());
        self.bench.calls.record(CallRecord { method: method.to_owned(), path, status, at }, &resource);
        outcome
    }

    /// Moves virtual time on, and books the late writes that it passes; a negative step is ignored.
    pub fn advance(&mut self, by: Duration) {
        self.bench.clock.advance(by);
        self.seen_at(self.seen);
    }

    /// Virtual time at the caller's instant.
    pub fn virtual_time(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.bench.clock.at(now)
    }

    /// Adds a fault.
    pub fn inject(&mut self, fault: FaultRule) {
        self.bench.faults.inject(fault);
    }

    /// Removes all faults; what is on its way still lands.
    pub fn clear_faults(&mut self) {
        self.bench.faults.clear();
    }

    /// The company files, in the order of the config.
    pub fn files(&self) -> Vec<CompanyFile> {
        let shown =
            |own: &OwnFile| CompanyFile { id: own.id, name: own.books.company_name().to_owned(), country: own.country };
        self.files.iter().map(shown).collect()
    }

    /// What `x-myobapi-key` carries for the first app.
    pub fn api_key(&self) -> &str {
        self.identity.app(0).map(|app| app.api_key.as_str()).unwrap_or_default()
    }

    /// What a file's books hold, one row for each document and payment; empty for an unknown id.
    pub fn documents(&self, id: Uuid) -> Vec<BookedDocument> {
        self.file(id).map(|own| own.books.documents()).unwrap_or_default()
    }

    /// The contacts and items of a file as rows of the same form; empty for an unknown id.
    pub fn register(&self, id: Uuid) -> Vec<BookedDocument> {
        self.file(id).map(|own| own.books.register()).unwrap_or_default()
    }

    /// Everything in a file's books, with totals as decimal text; `null` for an unknown id.
    pub fn ledger(&self, id: Uuid) -> Value {
        self.file(id).map(|own| own.books.ledger()).unwrap_or_default()
    }

    /// Acts as a person who works in MYOB itself, such as `{"do":"record_payment", ...}`.
    ///
    /// # Errors
    /// The reason why MYOB would not let the person, or why the action is not known.
    pub fn act(&mut self, id: Uuid, action: &Value, now: DateTime<Utc>) -> Result<Value, String> {
        let at = self.seen_at(now);
        let own = self.files.iter_mut().find(|own| own.id == id);
        let own = own.ok_or_else(|| format!("company file {id} is unknown"))?;
        own.books.act(action, at, &self.switches)
    }

    /// The last 1,000 calls, oldest first; control calls are not among them.
    pub fn calls(&self) -> &[CallRecord] {
        self.bench.calls.recent()
    }

    /// How often each verb on each resource got each status, since the start.
    pub fn call_counts(&self) -> Vec<CallCount> {
        self.bench.calls.counts()
    }

    /// The writes that land late: those that did, in that order, then those that are on their way.
    pub fn late_writes(&self) -> Vec<LateWrite> {
        self.landings.show()
    }

    /// Consent to the first app and its tokens at once, without a browser. The scopes are separated by spaces and taken
    /// as they are; tokens for a file that is not there open nothing.
    pub fn authorised(&mut self, id: Uuid, scopes: &str, now: DateTime<Utc>) -> TokenSet {
        let at = self.seen_at(now);
        let scopes: Vec<String> = scopes.split_whitespace().map(str::to_owned).collect();
        self.identity.authorised(id, &scopes, &self.switches, at)
    }

    /// Ends a file's grants as a person does on the page of connected apps; answers how many there were.
    pub fn disconnect(&mut self, id: Uuid) -> usize {
        self.identity.disconnect(id)
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

    /// Gives a file a sign-on of its own, or takes it away (myob.md 1.4); false for an unknown id.
    pub fn set_cftoken(&mut self, id: Uuid, cftoken: CfToken) -> bool {
        let own = self.files.iter_mut().find(|own| own.id == id);
        own.map(|own| own.cftoken = cftoken).is_some()
    }

    /// Lets every write that is on its way land now.
    pub fn finish_calls(&mut self) {
        let at = self.bench.clock.at(self.seen);
        self.land_all(at);
    }

    /// Adds another company file and answers its id, which is derived from the seed where none is given.
    ///
    /// # Errors
    /// A file has the id already.
    pub fn add_file(&mut self, country: Country, id: Option<Uuid>) -> Result<Uuid, String> {
        let id = id.unwrap_or_else(|| self.ids.uuid());
        if self.file(id).is_some() {
            return Err(format!("id {id} is taken by another company file"));
        }
        self.files.push(OwnFile::seeded(&FileConfig { id: Some(id), ..FileConfig::of(country) }, id, self.config.seed));
        Ok(id)
    }

    /// Seeds all books anew, without the files that were added, and forgets the writes that are on their way. Consents,
    /// tokens, limits and time stay.
    pub fn reset_books(&mut self) {
        self.files = seeded_files(&self.config);
        self.landings = Landings::default();
    }

    /// Keeps the files with their books, and the writes that are on their way, under a name; a later keeping under the same
    /// name takes its place (myob.md 12.6).
    pub fn keep_books(&mut self, name: impl Into<String>) {
        self.kept.insert(name.into(), (self.files.clone(), self.landings.clone()));
    }

    /// Brings back what was kept under a name; `false` where nothing was. Consents, tokens, limits, time and the list of
    /// calls stay.
    pub fn restore_books(&mut self, name: &str) -> bool {
        let Some((files, landings)) = self.kept.get(name).cloned() else { return false };
        (self.files, self.landings) = (files, landings);
        true
    }

    fn file(&self, id: Uuid) -> Option<&OwnFile> {
        self.files.iter().find(|own| own.id == id)
    }

    /// Virtual time at the caller's instant, with everything booked that lands until then.
    fn seen_at(&mut self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.seen = now;
        let at = self.bench.clock.at(now);
        self.land_due(at);
        at
    }
}

impl Package for MyobEmulator {
    fn handle(&mut self, request: Request<Bytes>, now: DateTime<Utc>) -> Outcome {
        Self::handle(self, request, now)
    }

    /// None: MYOB has no webhooks (myob.md 8).
    fn due_deliveries(&mut self, _now: DateTime<Utc>) -> Vec<Delivery> {
        Vec::new()
    }

    fn delivered(&mut self, _id: u64, _answer: Option<DeliveryAnswer>, _now: DateTime<Utc>) {}

    fn card(&self, base: &str) -> Value {
        let app = self.identity.app(0);
        json!({
            "package": "myob",
            "api": format!("{base}{API}/"),
            "authorize": format!("{base}/oauth2/account/authorize"),
            "token": format!("{base}/oauth2/v1/authorize"),
            "control": format!("{base}{CONTROL}"),
            "files": self.files(),
            "client_id": app.map(|app| &app.client_id),
            "client_secret": app.map(|app| &app.client_secret),
            "api_key": app.map(|app| &app.api_key),
            "redirect_uri": app.and_then(|app| app.redirect_uris.first()),
        })
    }
}

impl fmt::Debug for MyobEmulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MyobEmulator")
            .field("bench", &self.bench)
            .field("files", &self.files())
            .field("identity", &self.identity)
            .field("limits", &self.limits.settings)
            .field("late_writes", &self.late_writes())
            .field("switches", &self.switches)
            .finish_non_exhaustive()
    }
}

impl OwnFile {
    fn seeded(config: &FileConfig, id: Uuid, seed: u64) -> Self {
        let (high, low) = id.as_u64_pair();
        Self {
            id,
            country: config.country,
            cftoken: config.cftoken.clone(),
            launcher: Seeded::new(high ^ low, "myob launchers").uuid(),
            books: Books::seeded(config.country, id, seed),
        }
    }
}

/// The config's files; ids that it does not name are derived from the seed and the position. An id that is taken
/// already is left to the first that has it.
fn seeded_files(config: &MyobConfig) -> Vec<OwnFile> {
    let mut derived = Seeded::new(config.seed, "myob files");
    let mut files: Vec<OwnFile> = Vec::new();
    for file in &config.files {
        let fallback = derived.uuid();
        let id = file.id.unwrap_or(fallback);
        if files.iter().all(|own| own.id != id) {
            files.push(OwnFile::seeded(file, id, config.seed));
        }
    }
    files
}
