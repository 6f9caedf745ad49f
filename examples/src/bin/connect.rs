//! Signs in to an accounting package in a person's browser and writes the connection file that `push` reads.

use std::io::{self, BufRead as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Parser;
use examples::connection::{Addresses, ConnectionFile, Secrets};
use examples::console::{self, finish, say};
use examples::package::{App, Package, Reached};
use examples::sign_in::RedirectListener;
use examples::wiring::{self, Wiring};
use factory_accounting::http::SystemClock;
use factory_accounting::ids::ConnectionId;
use factory_accounting::sqlite::{SqliteOptions, SqliteStore};
use url::Url;

/// Signs in to an accounting package: prints the page to open, waits for the browser to come back to this machine, lets a
/// person choose the organisation where the package's own page does not, and keeps the tokens encrypted in the SQLite store.
///
/// What is about one package stands in the environment under its name: FA_XERO_CLIENT_ID, FA_QBO_CLIENT_SECRET,
/// FA_QBO_API_URL. The app's secret comes from there or from a file, the key for the tokens from FA_TOKEN_KEY or a file;
/// neither is ever an argument or written anywhere. Running it again for the same connection file signs in anew and loses
/// nothing.
#[derive(Debug, Parser)]
struct Cli {
    /// The accounting package; that of the connection file where there is one.
    #[arg(long, value_enum)]
    package: Option<Package>,
    /// Connection file to write, or to sign in again for.
    #[arg(long, default_value = "connection.json", value_name = "FILE")]
    config: PathBuf,
    /// Client id of the app, as the package's developer pages show it; else the environment's FA_XERO_CLIENT_ID,
    /// FA_QBO_CLIENT_ID or FA_MYOB_CLIENT_ID, else that of the connection file.
    #[arg(long)]
    client_id: Option<String>,
    /// Redirect URI as registered for the app: http://localhost:PORT/PATH.
    #[arg(long, env = "FA_REDIRECT_URI", default_value = "http://localhost:8910/callback")]
    redirect_uri: Url,
    /// SQLite file for outbox, links and tokens; factory-accounting-PACKAGE.sqlite3 where absent.
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Organisation to connect: its number in the list, its name or its id. Asked for where absent.
    #[arg(long)]
    organisation: Option<String>,
    #[command(flatten)]
    addresses: Addresses,
    #[command(flatten)]
    secrets: Secrets,
}

/// How long a person may take.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    finish(run(Cli::parse()).await)
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let known = if cli.config.exists() { Some(ConnectionFile::read(&cli.config)?) } else { None };
    let package = package(&cli, known.as_ref())?;
    let client_id = client_id(&cli, package, known.as_ref())?;
    let addresses = match &known {
        Some(file) => file.addresses.clone(),
        None => cli.addresses.clone().or_from_environment(package)?,
    };
    let app = app(&cli, package, &client_id, &addresses, known.as_ref())?;
    let connection = known.as_ref().map_or_else(new_connection, |file| file.connection.clone());
    let path = known.as_ref().map(|file| file.store.clone()).or(cli.store.clone());
    let path = path.unwrap_or_else(|| format!("factory-accounting-{package}.sqlite3").into());
    let options = SqliteOptions::file(&path).token_key(cli.secrets.token_key()?);
    let store = SqliteStore::open_with(options).with_context(|| format!("failed to open {}", path.display()))?;
    let redirect_uri = Url::parse(app.redirect_uri())?;

    let wiring = Wiring::new(app, connection.clone(), store, wiring::transport(package)?, Arc::new(SystemClock));
    let authoriser = wiring.app.authoriser(wiring.seams("connect"))?;
    let listener = RedirectListener::at(&redirect_uri).await?;
    let begun = authoriser.begin();
    say(format_args!("Open this page, choose the organisation and allow access:\n\n  {}\n", begun.url))?;
    let back = tokio::time::timeout(PATIENCE, listener.wait())
        .await
        .map_err(|_| anyhow::anyhow!("nobody came back within {} minutes: run it again", PATIENCE.as_secs() / 60))??;
    let reached = authoriser.finish(&begun, &back).await?;

    let wanted = known.as_ref().map(|file| file.organisation.clone()).or(cli.organisation.clone());
    let chosen = choose(&reached, wanted.as_deref())?;
    let file = ConnectionFile {
        connection,
        package,
        organisation: chosen.id.clone(),
        name: chosen.name.clone(),
        known: chosen.app.trait_of().map(str::to_owned),
        client_id,
        redirect_uri,
        addresses,
        store: std::path::absolute(path)?,
    };
    file.write(&cli.config)?;
    say(format_args!("Connected {}. The connection is in {}.", chosen.name, cli.config.display()))?;
    console::to_set_up(&chosen.app.set_up())?;
    say(format_args!("Push with: cargo run -p examples --bin push -- --config {} FILE.jsonl", cli.config.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// A connection that is known keeps its package.
fn package(cli: &Cli, known: Option<&ConnectionFile>) -> anyhow::Result<Package> {
    match (cli.package, known.map(|file| file.package)) {
        (Some(wanted), Some(own)) if wanted != own => bail!(
            "{} is a connection to {}: give --config another file for {}",
            cli.config.display(),
            own.title(),
            wanted.title()
        ),
        (wanted, own) => Ok(wanted.or(own).unwrap_or_default()),
    }
}

fn client_id(cli: &Cli, package: Package, known: Option<&ConnectionFile>) -> anyhow::Result<String> {
    let variable = package.variable("CLIENT_ID");
    let known = known.map(|file| file.client_id.clone());
    let found = cli.client_id.clone().or_else(|| std::env::var(&variable).ok()).or(known);
    found.with_context(|| format!("no client id: give --client-id or set {variable}"))
}

/// A connection that is known keeps its organisation: another sign-in must be for the same one (R55).
fn app(
    cli: &Cli,
    package: Package,
    client_id: &str,
    addresses: &Addresses,
    known: Option<&ConnectionFile>,
) -> anyhow::Result<App> {
    let secret = cli.secrets.client_secret(package)?;
    match known {
        Some(file) => file.app(secret),
        None => package.app(client_id, &cli.redirect_uri, secret, addresses),
    }
}

#[expect(clippy::disallowed_methods, reason = "a connection's id must be unique in the world: no seed can give that")]
fn new_connection() -> ConnectionId {
    ConnectionId::new(uuid::Uuid::new_v4().to_string())
}

/// The organisation that is meant; the person is asked where nobody has said.
fn choose<'a>(reached: &'a [Reached], wanted: Option<&str>) -> anyhow::Result<&'a Reached> {
    match (reached, wanted) {
        ([], _) => bail!("the sign-in reaches no organisation: allow one there"),
        (_, Some(wanted)) => named(reached, wanted),
        ([only], None) => Ok(only),
        (_, None) => {
            say("The sign-in reaches these organisations:")?;
            for (number, one) in (1..).zip(reached) {
                say(format_args!("  {number}  {}", one.name))?;
            }
            write!(io::stdout(), "Which one? ")?;
            io::stdout().flush()?;
            let mut answer = String::new();
            io::stdin().lock().read_line(&mut answer)?;
            named(reached, answer.trim())
        }
    }
}

fn named<'a>(reached: &'a [Reached], wanted: &str) -> anyhow::Result<&'a Reached> {
    let by_number = wanted.parse::<usize>().ok().and_then(|number| reached.get(number.checked_sub(1)?));
    let by_name =
        || reached.iter().find(|one| one.name.eq_ignore_ascii_case(wanted) || one.id.eq_ignore_ascii_case(wanted));
    by_number.or_else(by_name).with_context(|| {
        let names: Vec<&str> = reached.iter().map(|one| one.name.as_str()).collect();
        format!("no organisation {wanted:?} among {}", names.join(", "))
    })
}
