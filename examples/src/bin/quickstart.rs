//! Pushes the order book of a joinery and metal workshop into an emulated accounting package, exactly once.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser;
use examples::books::differences;
use examples::console::{self, finish, say};
use examples::meter::Meter;
use examples::package::{Choice, Place};
use examples::progress::Progress;
use examples::wiring::{self, Stage};
use examples::workshop::{self, OrderBook};

/// Pushes a workshop's order book into an emulated accounting package and shows that the books come to the same cent.
///
/// The store and the emulator's books are kept between runs: a second run creates nothing.
#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    choice: Choice,
    /// SQLite file with the outbox; the emulator's books are kept beside it. factory-accounting-PACKAGE-COUNTRY.sqlite3 where
    /// absent.
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Removes both files first.
    #[arg(long)]
    fresh: bool,
    /// Loses answers, answers 5xx and 429 and kills the worker, at moments that the seed picks, in a store of its own; then
    /// compares the books with those of a run without trouble.
    #[arg(long, value_name = "SEED", conflicts_with_all = ["store", "fresh"])]
    chaos: Option<u64>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    finish(run(Cli::parse()).await)
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let place = cli.choice.place()?;
    match cli.chaos {
        Some(seed) => chaos(place, seed).await,
        None => calm(place, &cli).await,
    }
}

async fn calm(place: Place, cli: &Cli) -> anyhow::Result<ExitCode> {
    let store = cli.store.clone().unwrap_or_else(|| format!("factory-accounting-{place}.sqlite3").into());
    if cli.fresh {
        remove(&store)?;
    }
    let order_book = OrderBook::read(place)?;
    let stage = Stage::kept(place, &store).await?;
    let age = if stage.emulator.has_history() { "with the books of the last run" } else { "with new books" };
    say(format_args!("Store    {}", store.display()))?;
    say(format_args!("Package  {} at {}, emulated, {age}", place.package.title(), stage.emulator.host()))?;
    console::to_set_up(&stage.wiring.app.set_up())?;
    say(format_args!("Pushing {} records of a joinery and metal workshop\n", order_book.records()))?;
    let meter = Arc::new(Meter::with_progress(Progress::new("Pushing")));
    let closing = workshop::run(&stage, &order_book, &meter).await?;
    meter.finish();
    say(&closing.text)?;

    let again = Arc::new(Meter::default());
    workshop::run(&stage, &order_book, &again).await?;
    let again = again.read();
    say(format_args!(
        "Pushed all of it once more: {} created, {} written in all, {} calls.",
        again.created(),
        again.written(),
        again.calls()
    ))?;
    say(verdict(closing.agree))?;
    if let Some(reason) = stage.emulator.lost() {
        say(format_args!("The emulator's books could not be kept ({reason}): start the next run with --fresh."))?;
    }
    stage.emulator.stop().await;
    Ok(if closing.agree && again.written() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn verdict(agree: bool) -> &'static str {
    if agree {
        "The books' totals are the host's to the cent."
    } else {
        "The books' totals are NOT the host's: see the differences above."
    }
}

fn remove(store: &Path) -> anyhow::Result<()> {
    let beside = |suffix: &str| {
        let mut name = store.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    for path in [store.to_owned(), beside("-wal"), beside("-shm"), wiring::books_beside(store)] {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("failed to remove {}", path.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The same book twice, without trouble and with it; the books must be the same.
async fn chaos(place: Place, seed: u64) -> anyhow::Result<ExitCode> {
    let order_book = OrderBook::read(place)?;
    let folder = tempfile::tempdir().context("failed to make a folder for the stores")?;

    let meter = Arc::new(Meter::with_progress(Progress::new("Without trouble")));
    let stage = Stage::passing(place, &folder.path().join("calm.sqlite3"), 1).await?;
    let calm = workshop::run(&stage, &order_book, &meter).await?;
    stage.emulator.stop().await;
    meter.finish();

    let meter = Arc::new(Meter::with_progress(Progress::new("With trouble")));
    let store = folder.path().join("chaos.sqlite3");
    let (closing, trouble) = workshop::run_troubled(&order_book, &meter, &store, seed).await?;
    meter.finish();
    say(&closing.text)?;
    say(trouble)?;

    let differences = differences(&calm.books, &closing.books);
    if differences.is_empty() {
        say(format_args!("The books are those of a run without trouble, all {} records of them.", calm.books.len()))?;
    } else {
        say("The books are NOT those of a run without trouble:")?;
        differences.iter().try_for_each(|line| say(format_args!("  {line}")))?;
    }
    say(verdict(closing.agree))?;
    Ok(if differences.is_empty() && closing.agree { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
