//! Signs in to Xero in a person's browser and writes the connection file that `push` reads.

use std::io::{self, BufRead as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Parser;
use examples::connection::{Addresses, ConnectionFile, Secrets};
use examples::console::{finish, say};
use examples::sign_in::RedirectListener;
use examples::wiring;
use factory_accounting::http::SystemClock;
use factory_accounting::ids::{ConnectionId, WorkerId};
use factory_accounting::sqlite::{SqliteOptions, SqliteStore};
use factory_accounting::xero::{Tenant, XeroAuthoriser, XeroConfig};
use url::Url;

/// Signs in to Xero: prints the page to open, waits for the browser to come back to this machine, lets a person choose the
/// organisation, and keeps the tokens encrypted in the SQLite store.
///
/// The app's secret comes from FA_XERO_CLIENT_SECRET or a file, the key for the tokens from FA_TOKEN_KEY or a file; neither
/// is ever an argument or written anywhere. Running it again for the same connection file signs in anew and loses nothing.
#[derive(Debug, Parser)]
struct Cli {
    /// Connection file to write, or to sign in again for.
    #[arg(long, default_value = "connection.json", value_name = "FILE")]
    config: PathBuf,
    /// Client id of the app, as Xero's developer pages show it; that of the connection file where there is one.
    #[arg(long, env = "FA_XERO_CLIENT_ID")]
    client_id: Option<String>,
    /// Redirect URI as registered for the app: http://localhost:PORT/PATH.
    #[arg(long, env = "FA_XERO_REDIRECT_URI", default_value = "http://localhost:8910/callback")]
    redirect_uri: Url,
    /// SQLite file for outbox, links and tokens.
    #[arg(long, default_value = "factory-accounting-xero.sqlite3", value_name = "FILE")]
    store: PathBuf,
    /// Organisation to connect: its number in the list, its name or its tenant id. Asked for where absent.
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
    let config = config(&cli, known.as_ref())?;
    let connection = known.as_ref().map_or_else(new_connection, |file| file.connection.clone());
    let path = known.as_ref().map_or(&cli.store, |file| &file.store);
    let options = SqliteOptions::file(path).token_key(cli.secrets.token_key()?);
    let store = SqliteStore::open_with(options).with_context(|| format!("failed to open {}", path.display()))?;
    let redirect_uri = Url::parse(&config.redirect_uri)?;

    let authoriser = XeroAuthoriser::new(
        config,
        wiring::transport()?,
        Arc::new(store),
        connection.clone(),
        WorkerId::new("connect"),
        Arc::new(SystemClock),
    )?;
    let listener = RedirectListener::at(&redirect_uri).await?;
    let begun = authoriser.begin();
    say(format_args!("Open this page, choose the organisation and allow access:\n\n  {}\n", begun.url))?;
    let back = tokio::time::timeout(PATIENCE, listener.wait())
        .await
        .map_err(|_| anyhow::anyhow!("nobody came back within {} minutes: run it again", PATIENCE.as_secs() / 60))??;
    let tenants = authoriser.finish(&begun, back.as_str()).await?;

    let wanted = known.as_ref().map(|file| file.tenant.clone()).or(cli.organisation.clone());
    let tenant = choose(&tenants, wanted.as_deref())?;
    authoriser.choose(tenant)?;
    let file = ConnectionFile {
        connection,
        tenant: tenant.id.to_string(),
        organisation: tenant.name.clone(),
        client_id: client_id(&cli, known.as_ref())?,
        redirect_uri,
        addresses: known.as_ref().map_or(cli.addresses, |file| file.addresses.clone()),
        store: std::path::absolute(path)?,
    };
    file.write(&cli.config)?;
    say(format_args!("Connected {}. The connection is in {}.", tenant.name, cli.config.display()))?;
    say(format_args!("Push with: cargo run -p examples --bin push -- --config {} FILE.jsonl", cli.config.display()))?;
    Ok(ExitCode::SUCCESS)
}

fn client_id(cli: &Cli, known: Option<&ConnectionFile>) -> anyhow::Result<String> {
    let known = known.map(|file| file.client_id.clone());
    cli.client_id.clone().or(known).context("no client id: give --client-id or set FA_XERO_CLIENT_ID")
}

/// A connection that is known keeps its organisation: another sign-in must be for the same one (R55).
fn config(cli: &Cli, known: Option<&ConnectionFile>) -> anyhow::Result<XeroConfig> {
    let secret = cli.secrets.client_secret()?;
    if let Some(file) = known {
        return Ok(file.config(secret));
    }
    let config = XeroConfig::new(client_id(cli, None)?, cli.redirect_uri.as_str());
    let config = cli.addresses.apply(config);
    Ok(match secret {
        Some(secret) => config.with_secret(secret),
        None => config,
    })
}

#[expect(clippy::disallowed_methods, reason = "a connection's id must be unique in the world: no seed can give that")]
fn new_connection() -> ConnectionId {
    ConnectionId::new(uuid::Uuid::new_v4().to_string())
}

/// The organisation that is meant; the person is asked where nobody has said.
fn choose<'a>(tenants: &'a [Tenant], wanted: Option<&str>) -> anyhow::Result<&'a Tenant> {
    match (tenants, wanted) {
        ([], _) => bail!("the sign-in reaches no organisation: allow one at Xero"),
        (_, Some(wanted)) => named(tenants, wanted),
        ([only], None) => Ok(only),
        (_, None) => {
            say("The sign-in reaches these organisations:")?;
            for (number, tenant) in (1..).zip(tenants) {
                say(format_args!("  {number}  {}", tenant.name))?;
            }
            write!(io::stdout(), "Which one? ")?;
            io::stdout().flush()?;
            let mut answer = String::new();
            io::stdin().lock().read_line(&mut answer)?;
            named(tenants, answer.trim())
        }
    }
}

fn named<'a>(tenants: &'a [Tenant], wanted: &str) -> anyhow::Result<&'a Tenant> {
    let by_number = wanted.parse::<usize>().ok().and_then(|number| tenants.get(number.checked_sub(1)?));
    let by_name = || {
        tenants
            .iter()
            .find(|tenant| tenant.name.eq_ignore_ascii_case(wanted) || tenant.id.as_str().eq_ignore_ascii_case(wanted))
    };
    by_number.or_else(by_name).with_context(|| {
        let names: Vec<&str> = tenants.iter().map(|tenant| tenant.name.as_str()).collect();
        format!("no organisation {wanted:?} among {}", names.join(", "))
    })
}
