//! Pushes a trading company's books that nobody here wrote into an emulated accounting package.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser;
use examples::book::Month;
use examples::console::{finish, say, warn};
use examples::meter::Meter;
use examples::northwind::{self, Options};
use examples::package::Choice;
use examples::progress::Progress;
use examples::session;
use examples::tally::{Rates, Reckoning};
use examples::wiring::Stage;
use factory_accounting::money::Currency;

/// Pushes a Northwind-shaped JSON Lines file into an emulated accounting package: customers, suppliers, products, an invoice for each
/// shipped order, an order for each unshipped one, purchase orders for what is on order.
#[derive(Debug, Parser)]
struct Cli {
    /// The file: one JSON object a line, its member `table` says what it is.
    file: PathBuf,
    #[command(flatten)]
    choice: Choice,
    /// SQLite file with the outbox; the emulator's books are kept beside it. Without it nothing is kept.
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Currency of the documents, which the file does not name; the company's own where absent.
    #[arg(long)]
    currency: Option<Currency>,
    /// Years by which dates are moved. Those of 1996 to 1998 lie in a closed period of any organisation; 28 years later every
    /// day falls on the same day of the week.
    #[arg(long, default_value_t = 28)]
    years_later: u32,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    finish(run(Cli::parse()).await)
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let file = File::open(&cli.file).with_context(|| format!("failed to open {}", cli.file.display()))?;
    let place = cli.choice.place()?;
    let currency = cli.currency.unwrap_or(place.country.currency());
    let options = Options { currency, years_later: cli.years_later };
    let mut records = Vec::new();
    let mut bad = 0;
    for record in northwind::records(BufReader::new(file), options) {
        match record {
            Ok(record) => records.push(record),
            Err(line) => {
                bad += 1;
                warn(format_args!("{}, {line}", cli.file.display()));
            }
        }
    }
    let reckoning = Reckoning::of(&records, Rates::default());

    let folder = tempfile::tempdir().context("failed to make a folder for the store")?;
    let stage = match &cli.store {
        Some(store) => Stage::kept(place, store).await?,
        None => Stage::passing(place, &folder.path().join("northwind.sqlite3"), 1).await?,
    };
    let meter = Arc::new(Meter::with_progress(Progress::new("Pushing")));
    let engine = stage.wiring.engine("northwind", meter.clone())?;
    let organisation = stage.wiring.open(&engine, &northwind::settings(place)?).await?;
    say(format_args!("Connected {organisation} at {} (emulated)", stage.emulator.host()))?;
    say(format_args!("Pushing   {} records, dates {} years later\n", records.len(), cli.years_later))?;
    session::push_months(&engine, &meter, &[Month { name: "all".to_owned(), records }]).await?;
    let closing = session::close(&engine, &meter, &stage.emulator, &reckoning).await?;
    meter.finish();
    say(&closing.text)?;
    stage.emulator.stop().await;
    if !closing.agree {
        say("The books' totals are NOT the host's: see the differences above.")?;
        return Ok(ExitCode::FAILURE);
    }
    say("The books' totals are the host's to the cent; what is not in the books waits above with its reason.")?;
    Ok(if bad == 0 { ExitCode::SUCCESS } else { ExitCode::from(3) })
}
