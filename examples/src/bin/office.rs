//! Walks through every screen that a host shows of its accounting package, against an emulated one.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use examples::console::finish;
use examples::office::{self, Product};
use examples::package::Choice;
use examples::wiring::Stage;

/// Shows, as text, what a host's screens show of an accounting package: settings, customers to pick from, plans, parts of an
/// order, numbers, what waits for a person. Nothing is kept.
#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    choice: Choice,
    /// The product whose way of using the settings is followed.
    #[arg(long, value_enum, default_value_t)]
    profile: Product,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    finish(run(Cli::parse()).await)
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let place = cli.choice.place()?;
    let folder = tempfile::tempdir().context("failed to make a folder for the store")?;
    let stage = Stage::passing(place, &folder.path().join("office.sqlite3"), 1).await?;
    office::walk(&stage, place, cli.profile).await?;
    stage.emulator.stop().await;
    Ok(ExitCode::SUCCESS)
}
