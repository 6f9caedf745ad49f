//! Keeping an emulator's books between two runs.
//!
//! An emulator is all in memory and decides nothing by chance: asked the same things at the same instants, it answers the
//! same bytes and holds the same books. So what is kept is what it was asked. Each request is appended to a file before it
//! is handled; the next run asks it all again.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use anyhow::Context as _;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use factory_accounting::clock::Clock as _;
use factory_accounting_emulator::{Delivery, DeliveryAnswer, Outcome, Package};
use http::Request;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::clock::SwiftClock;

/// An emulator on a [`SwiftClock`] that remembers what it was asked.
#[derive(Debug)]
pub struct Journal<P> {
    package: P,
    clock: SwiftClock,
    file: Option<File>,
    replayed: u64,
    lost: Option<String>,
}

/// Whole lines of a file. A last line without its end was cut off when the program died: it was never handled.
struct Lines<R> {
    reader: R,
    line: String,
    whole: u64,
}

impl<R: BufRead> Lines<R> {
    fn next_line(&mut self) -> io::Result<Option<&str>> {
        self.line.clear();
        let read = self.reader.read_line(&mut self.line)?;
        if read == 0 || !self.line.ends_with('\n') {
            return Ok(None);
        }
        self.whole += read as u64;
        Ok(Some(&self.line))
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    at: DateTime<Utc>,
    method: String,
    uri: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// Between two runs: the calls of the one must not count against the limits of the other, which knows nothing of them.
const A_PAUSE: chrono::TimeDelta = chrono::TimeDelta::minutes(1);

impl<P: Package> Journal<P> {
    /// An emulator that nothing outlives.
    pub fn in_memory(package: P, clock: SwiftClock) -> Self {
        Self { package, clock, file: None, replayed: 0, lost: None }
    }

    /// An emulator whose books are kept in `path`: what stands there is asked again first. The first line holds what the
    /// emulator was made from; a new file begins with `start`.
    ///
    /// # Errors
    /// The file cannot be opened, or is no journal.
    pub fn kept<S: Serialize + DeserializeOwned>(
        path: &Path,
        clock: SwiftClock,
        start: S,
        make: impl FnOnce(&S) -> P,
    ) -> anyhow::Result<Self> {
        let at = path.display();
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .with_context(|| format!("failed to open {at}"))?;
        let mut lines = Lines { reader: BufReader::new(&mut file), line: String::new(), whole: 0 };
        let foreign = |number: u64| {
            format!("{at} is no journal of the emulator (line {number}): remove it, or start with --fresh")
        };
        let found = lines.next_line().with_context(|| format!("failed to read {at}"))?;
        let begun = found.map(serde_json::from_str).transpose().with_context(|| foreign(1))?;
        let fresh = begun.is_none();
        let start: S = begun.unwrap_or(start);
        let mut package = make(&start);
        let mut replayed = 0;
        let mut last = None;
        while let Some(line) = lines.next_line().with_context(|| format!("failed to read {at}"))? {
            let entry: Entry = serde_json::from_str(line).with_context(|| foreign(replayed + 2))?;
            let instant = entry.at;
            package.handle(entry.request()?, instant);
            last = Some(instant);
            replayed += 1;
        }
        if let Some(last) = last {
            clock.reach(last + A_PAUSE);
        }
        let whole = lines.whole;
        file.set_len(whole)
            .and_then(|()| file.seek(SeekFrom::End(0)))
            .with_context(|| format!("failed to mend {at}"))?;
        if fresh {
            let line = serde_json::to_string(&start)?;
            file.write_all(format!("{line}\n").as_bytes()).with_context(|| format!("failed to write {at}"))?;
        }
        Ok(Self { package, clock, file: Some(file), replayed, lost: None })
    }

    /// The emulator itself.
    pub fn package(&self) -> &P {
        &self.package
    }

    /// The emulator itself, to change; what is changed this way is not kept.
    pub fn package_mut(&mut self) -> &mut P {
        &mut self.package
    }

    /// How many requests of earlier runs were asked again.
    pub fn replayed(&self) -> u64 {
        self.replayed
    }

    /// Why the books of this run are not kept, should the file have failed.
    pub fn lost(&self) -> Option<&str> {
        self.lost.as_deref()
    }

    fn append(&mut self, request: &Request<Bytes>, at: DateTime<Utc>) {
        let Some(file) = &mut self.file else { return };
        let written = Entry::of(request, at)
            .and_then(|entry| Ok(serde_json::to_string(&entry)?))
            .and_then(|line| Ok(file.write_all(format!("{line}\n").as_bytes())?));
        if let Err(error) = written {
            // From here on the file would tell another story than the books.
            self.lost = Some(format!("{error:#}"));
            self.file = None;
        }
    }
}

impl Entry {
    fn of(request: &Request<Bytes>, at: DateTime<Utc>) -> anyhow::Result<Self> {
        let headers = request
            .headers()
            .iter()
            .map(|(name, value)| Ok((name.to_string(), value.to_str()?.to_owned())))
            .collect::<anyhow::Result<_>>()?;
        Ok(Self {
            at,
            method: request.method().to_string(),
            uri: request.uri().to_string(),
            headers,
            body: std::str::from_utf8(request.body()).context("only text can be kept, not a file")?.to_owned(),
        })
    }

    fn request(self) -> anyhow::Result<Request<Bytes>> {
        let mut request = Request::builder().method(self.method.as_str()).uri(self.uri);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        Ok(request.body(Bytes::from(self.body))?)
    }
}

impl<P: Package> Package for Journal<P> {
    fn handle(&mut self, request: Request<Bytes>, _: DateTime<Utc>) -> Outcome {
        let at = self.clock.now();
        self.append(&request, at);
        self.package.handle(request, at)
    }

    fn due_deliveries(&mut self, _: DateTime<Utc>) -> Vec<Delivery> {
        self.package.due_deliveries(self.clock.now())
    }

    fn delivered(&mut self, id: u64, answer: Option<DeliveryAnswer>, _: DateTime<Utc>) {
        self.package.delivered(id, answer, self.clock.now());
    }

    fn card(&self, base: &str) -> serde_json::Value {
        self.package.card(base)
    }
}

#[cfg(test)]
mod tests {
    use factory_accounting_emulator::xero::{XeroConfig, XeroEmulator};

    use super::*;

    fn ask(journal: &mut Journal<XeroEmulator>, method: &str, path: &str, token: &str, body: &str) -> String {
        let tenant = journal.package().tenants()[0].id.to_string();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {token}"))
            .header("xero-tenant-id", tenant)
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .body(Bytes::from(body.to_owned()))
            .unwrap();
        let outcome = journal.handle(request, DateTime::UNIX_EPOCH);
        let response = outcome.response().unwrap();
        assert!(response.status().is_success(), "{}", String::from_utf8_lossy(response.body()));
        String::from_utf8_lossy(response.body()).into_owned()
    }

    /// Signs in over HTTP, as the journal keeps only what comes that way.
    fn token(journal: &mut Journal<XeroEmulator>) -> String {
        ask(journal, "POST", "/_emulator/consent", "", r#"{"auto":true}"#);
        let authorize = "/identity/connect/authorize?response_type=code&client_id=EMULATOR0000000000000000CLIENTID\
             &redirect_uri=http%3A%2F%2Flocalhost%3A8910%2Fcallback&scope=accounting.contacts&state=s";
        let outcome = journal.handle(Request::get(authorize).body(Bytes::new()).unwrap(), DateTime::UNIX_EPOCH);
        let location = outcome.response().unwrap().headers()["location"].to_str().unwrap().to_owned();
        let url = url::Url::parse(&location).unwrap();
        let code = url.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
        let form = format!(
            "grant_type=authorization_code&code={code}&redirect_uri=http%3A%2F%2Flocalhost%3A8910%2Fcallback\
             &client_id=EMULATOR0000000000000000CLIENTID&client_secret=emulator-client-secret"
        );
        let request = Request::post("/connect/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(form))
            .unwrap();
        let outcome = journal.handle(request, DateTime::UNIX_EPOCH);
        let tokens: serde_json::Value = serde_json::from_slice(outcome.response().unwrap().body()).unwrap();
        tokens["access_token"].as_str().unwrap().to_owned()
    }

    #[test]
    fn the_books_of_the_next_run_are_those_of_the_last_ids_included() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("books.jsonl");
        let open = || {
            Journal::kept(&path, SwiftClock::default(), 7, |_: &u8| XeroEmulator::new(XeroConfig::default())).unwrap()
        };
        let mut first = open();
        let bearer = token(&mut first);
        ask(&mut first, "PUT", "/api.xro/2.0/Contacts", &bearer, r#"{"Name":"O'Brien & Söhne"}"#);
        let tenant = first.package().tenants()[0].id;
        let kept = first.package().ledger(tenant);
        assert!(kept.to_string().contains("Söhne"));
        drop(first);

        let mut second = open();
        assert!(second.replayed() > 3);
        assert_eq!(second.package().ledger(tenant), kept);
        // The token of the first run is good in the second, and what it is used for is kept as well.
        ask(&mut second, "PUT", "/api.xro/2.0/Contacts", &bearer, r#"{"Name":"Müller Küchen"}"#);
        let kept = second.package().ledger(tenant);
        drop(second);
        assert_eq!(open().package().ledger(tenant), kept);
    }

    #[test]
    fn a_line_cut_off_by_a_death_is_forgotten_and_a_foreign_file_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("books.jsonl");
        let open = || Journal::kept(&path, SwiftClock::default(), 7, |_: &u8| XeroEmulator::new(XeroConfig::default()));
        let mut first = open().unwrap();
        token(&mut first);
        drop(first);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, [whole.as_slice(), b"{\"at\":\"2026-"].concat()).unwrap();
        assert_eq!(open().unwrap().replayed(), 3);
        assert_eq!(std::fs::read(&path).unwrap(), whole);
        std::fs::write(&path, "something else\n").unwrap();
        assert!(open().unwrap_err().to_string().contains("--fresh"));
    }
}
