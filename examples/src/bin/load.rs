//! What a document costs: new invoices for known customers through engine and SQLite store, beside a bare loop that posts
//! the same batches and keeps nothing.
//!
//! The emulator runs in a process of its own, so that what is measured is the client's. The two take turns, slice by slice:
//! a machine that is slower for a while is slower for both.

use std::fmt::Write as _;
use std::ops::Range;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Parser;
use examples::apart::{self, Apart};
use examples::console::{finish, say};
use examples::control::Control;
use examples::cost::{cpu_time, peak_memory};
use examples::meter::Meter;
use examples::package::{ByHand, Choice, Place};
use examples::report::measures;
use examples::sign_in::RedirectListener;
use examples::wiring::{self, Wiring};
use factory_accounting::clock::Clock as _;
use factory_accounting::engine::Engine;
use factory_accounting::http::SystemClock;
use factory_accounting::model::{Invoice, ItemLine, Line, Party, Record, RecordKey, RecordKind, References, TaxMode};
use factory_accounting::money::{Currency, Quantity, UnitPrice};
use factory_accounting::provider::CatalogueKind;
use factory_accounting::settings::{HostNumberLine, Settings};
use factory_accounting::token::TokenStore as _;
use rust_decimal::Decimal;
use secrecy::ExposeSecret as _;
use url::Url;

/// Measures what pushing new invoices costs. Run it with --release.
#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    choice: Choice,
    /// How many invoices.
    #[arg(long, default_value_t = 10_000)]
    invoices: u64,
    /// Serves the emulator to the measuring process, for a client that comes back to this redirect URI.
    #[arg(long, hide = true, value_name = "URL")]
    serve: Option<Url>,
}

/// Invoices pushed in one transaction, and sent in one turn: two whole rounds of the engine.
const PUSH: u64 = 600;
/// Customers that they are for.
const CUSTOMERS: u64 = 100;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    finish(run(Cli::parse()).await)
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let place = cli.choice.place()?;
    match cli.serve {
        Some(redirect_uri) => apart::serve(place, redirect_uri, |_| Ok(())).await,
        None => measure(place, cli.invoices).await,
    }
}

/// What one way of sending has come to so far.
#[derive(Default)]
struct Measured {
    wall: Duration,
    cpu: Duration,
    calls: u64,
}

impl Measured {
    /// Adds a turn, which says how many calls it made.
    async fn add(&mut self, turn: impl Future<Output = anyhow::Result<u64>>) -> anyhow::Result<()> {
        let (begun, cpu) = (SystemClock.now(), cpu_time());
        self.calls += turn.await?;
        self.wall += (SystemClock.now() - begun).to_std().unwrap_or_default();
        self.cpu += cpu_time().zip(cpu).map(|(now, then)| now.saturating_sub(then)).unwrap_or_default();
        Ok(())
    }

    /// Processor time in µs; `None` where the system does not tell.
    fn cpu_per_document(&self, documents: u64) -> Option<u64> {
        let micros = u64::try_from(self.cpu.as_micros()).ok()? / documents.max(1);
        (micros > 0).then_some(micros)
    }
}

async fn measure(place: Place, invoices: u64) -> anyhow::Result<ExitCode> {
    let listener = RedirectListener::on_free_port().await?;
    let emulator = Apart::start(place, listener.redirect_uri(), &[]).await?;
    place.furnish(&Control::at(emulator.host().clone())).await?;
    let folder = tempfile::tempdir()?;
    let wiring = emulator.wire("load", &folder.path().join("load.sqlite3"))?;
    wiring::sign_in(&wiring, &listener).await?;
    let wiring = wiring.prepared().await?;

    let meter = Arc::new(Meter::default());
    let engine = wiring.engine("load", meter.clone())?;
    wiring.open(&engine, &settings(place)?).await?;
    engine.push_all((0..CUSTOMERS).map(customer).collect()).await?;
    engine.run_until_idle().await?;

    let currency = place.country.currency();
    let by_hand = BareLoop::prepare(&wiring, &engine).await?;
    let (mut through_engine, mut bare) = (Measured::default(), Measured::default());
    let mut next = 0;
    while next < invoices {
        let slice = next..invoices.min(next + PUSH);
        next = slice.end;
        through_engine.add(push(&engine, &meter, slice.clone(), currency)).await?;
        bare.add(by_hand.send(slice, currency)).await?;
    }
    if let Some(question) = engine.attention().await?.first() {
        bail!("{} was not to be parked: {:?}", question.name, question.state);
    }
    say(format_args!("{}, emulated in another process", place.package.title()))?;
    say(told(invoices, &through_engine, &bare))?;
    Ok(ExitCode::SUCCESS)
}

fn settings(place: Place) -> anyhow::Result<Settings> {
    let host_number_line = HostNumberLine { enabled: false, host_name: String::new() };
    Ok(Settings { host_number_line, ..place.settings()? })
}

fn customer(number: u64) -> Record {
    Record::Customer(Party::new(format!("c-{number}"), format!("Customer {number}")))
}

/// Three lines, one of them at four decimals.
fn invoice(number: u64, currency: Currency) -> Invoice {
    let line = |description: &str, quantity: Decimal, price: Decimal| {
        Line::Item(ItemLine::new(description, Quantity(quantity), UnitPrice(price)))
    };
    let day = chrono::NaiveDate::from_ymd_opt(2026, 7, 1).unwrap_or_default();
    Invoice {
        id: format!("inv-{number}").into(),
        number: format!("LOAD-{number}"),
        customer: format!("c-{}", number % CUSTOMERS).into(),
        date: day,
        due: day.checked_add_days(chrono::Days::new(20)),
        currency,
        exchange_rate: None,
        tax_mode: TaxMode::Exclusive,
        lines: vec![
            line("Countersunk wood screw 4x30, zinc", Decimal::from(1_250), Decimal::new(825, 4)),
            line("Concealed hinge 110°, soft close", Decimal::from(12 + number % 7), Decimal::new(890, 2)),
            line("Workshop labour", Decimal::new(275, 2), Decimal::from(88)),
        ],
        total: None,
        references: References::default(),
        do_not_send: false,
        order: None,
        extent: Default::default(),
        above_order: false,
        work_undertaken: None,
    }
}

/// Makes invoices, pushes and sends them; says in how many calls.
async fn push(engine: &Engine, meter: &Meter, slice: Range<u64>, currency: Currency) -> anyhow::Result<u64> {
    let before = meter.read().calls();
    engine.push_all(slice.map(|number| Record::Invoice(invoice(number, currency))).collect()).await?;
    engine.run_until_idle().await?;
    Ok(meter.read().calls() - before)
}

/// The same batches by hand: made, sent, and the answer read; nothing is kept, checked or found again.
struct BareLoop {
    client: reqwest::Client,
    customers: Vec<String>,
    way: ByHand,
}

impl BareLoop {
    async fn prepare(wiring: &Wiring, engine: &Engine) -> anyhow::Result<Self> {
        let keys: Vec<RecordKey> =
            (0..CUSTOMERS).map(|number| RecordKey::new(RecordKind::Customer, format!("c-{number}"))).collect();
        let links = engine.store().links(engine.connection(), &keys).await?;
        let customers = links.into_iter().flatten().map(|link| link.remote.to_string()).collect();
        let tokens = wiring.store.load(&wiring.connection).await?.context("there are no tokens")?;
        let accounts = engine.store().catalogue(engine.connection(), CatalogueKind::Accounts).await?;
        let accounts = accounts.map(|(_, entries)| entries).unwrap_or_default();
        let bearer = format!("Bearer {}", tokens.tokens.access.expose_secret());
        let way = wiring.app.by_hand(bearer, &engine.settings().await?, &accounts)?;
        Ok(Self { client: reqwest::Client::builder().no_proxy().build()?, customers, way })
    }

    /// Makes invoices and sends them; says in how many calls.
    async fn send(&self, slice: Range<u64>, currency: Currency) -> anyhow::Result<u64> {
        let ByHand { method, url, headers, batch, words, body, taken } = &self.way;
        let of = |number: u64| usize::try_from(number).unwrap_or_default() % self.customers.len().max(1);
        let (mut next, mut calls) = (slice.start, 0);
        while next < slice.end {
            let end = slice.end.min(next + *batch as u64);
            let made: Vec<(Invoice, String)> = (next..end)
                .map(|number| {
                    let numbered = Invoice { number: format!("BARE-{number}"), ..invoice(number, currency) };
                    (numbered, self.customers.get(of(number)).cloned().unwrap_or_default())
                })
                .collect();
            let mut request = self
                .client
                .request(method.parse()?, url.clone())
                .header("accept", "application/json")
                .header("content-type", "application/json");
            for (name, value) in headers {
                request = request.header(*name, value);
            }
            let answer = request.body(body(&made, words)).send().await?.error_for_status()?;
            if taken(&answer.bytes().await?) != made.len() {
                bail!("the bare loop's batch was not taken");
            }
            (next, calls) = (end, calls + 1);
        }
        Ok(calls)
    }
}

fn told(invoices: u64, engine: &Measured, bare: &Measured) -> String {
    let per_document = |measured: &Measured| measured.cpu_per_document(invoices);
    let a_second = |measured: &Measured| u128::from(invoices) * 1_000 / measured.wall.as_millis().max(1);
    let calls = |measured: &Measured| (measured.calls * 1_000).div_ceil(invoices.max(1));
    let shown = |value: Option<u64>| value.map_or_else(|| "(not told here)".to_owned(), |value| value.to_string());
    let mut text = measures(
        ["", "engine and SQLite", "bare loop"],
        &[
            ["documents".to_owned(), invoices.to_string(), invoices.to_string()],
            ["documents a second".to_owned(), a_second(engine).to_string(), a_second(bare).to_string()],
            ["calls per 1,000 documents".to_owned(), calls(engine).to_string(), calls(bare).to_string()],
            ["CPU µs per document".to_owned(), shown(per_document(engine)), shown(per_document(bare))],
            ["peak memory, MB".to_owned(), shown(peak_memory().map(|bytes| bytes >> 20)), String::new()],
        ],
    );
    if let (Some(ours), Some(theirs)) = (per_document(engine), per_document(bare)) {
        let tenths = ours * 10 / theirs.max(1);
        // Writing to a String cannot fail.
        let _ = write!(text, "\nCPU per document: {}.{} times the bare loop's, and durable.", tenths / 10, tenths % 10);
    }
    text
}
