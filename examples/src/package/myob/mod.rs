//! MYOB Business: its emulator, the workshop's books there, and how they are read.

mod bare;
mod chart;
mod ledger;

use anyhow::{Context as _, bail};
use factory_accounting::myob::{MyobConfig, StepState, discover, setup_steps};
use factory_accounting_emulator::myob::{
    AppConfig, Country as Books, FileConfig, MyobConfig as EmulatorConfig, MyobEmulator,
};
use factory_accounting_emulator::{CommitPoint, Fault, FaultRule, LateAnswer, LimitProblem, OfflineText};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{Acquaintance, App, Package, Reached, Seams, SetUp};
use crate::books::rows;
use crate::chaos::{Seeded, strikes};
use crate::connection::{Addresses, change};
use crate::control::Control;
use crate::country::Country;
use crate::emulator::Start;

pub(super) use bare::by_hand;
pub(super) use chart::{account, renumbered};
pub(super) use ledger::booked;

pub(super) fn emulator(start: &Start) -> MyobEmulator {
    let country = if start.place.country == Country::Nz { Books::Nz } else { Books::Au };
    MyobEmulator::new(EmulatorConfig {
        seed: start.seed,
        files: vec![FileConfig::of(country)],
        apps: vec![AppConfig {
            name: "factory-accounting examples".to_owned(),
            redirect_uris: vec![start.redirect_uri.to_string()],
            ..AppConfig::default()
        }],
        ..EmulatorConfig::default()
    })
}

pub(super) fn app(
    client_id: &str,
    redirect_uri: &Url,
    secret: Option<SecretString>,
    addresses: &Addresses,
) -> anyhow::Result<MyobConfig> {
    let package = Package::Myob;
    let secret = package.secret(secret)?;
    for (address, option) in
        [(&addresses.connections, "--connections-url"), (&addresses.revocation, "--revocation-url")]
    {
        if address.is_some() {
            bail!("{} has no such address: leave {option} away", package.title());
        }
    }
    let mut config = MyobConfig::new(client_id, secret, redirect_uri.as_str());
    change(&mut config.api_base, &addresses.api);
    change(&mut config.authorize_url, &addresses.authorize);
    change(&mut config.token_url, &addresses.token);
    Ok(config)
}

#[derive(Deserialize)]
struct Card {
    files: Vec<File>,
    client_id: String,
    client_secret: SecretString,
    api_key: String,
    redirect_uri: String,
}

#[derive(Deserialize)]
struct File {
    id: String,
}

pub(super) fn app_of_card(card: &Value, host: &Url) -> anyhow::Result<MyobConfig> {
    let card = Card::deserialize(card).context("failed to read the emulator's card")?;
    let file = card.files.first().context("the emulator has no company file")?;
    let mut config = MyobConfig::new(card.client_id, card.client_secret, card.redirect_uri);
    config.api_key = Some(card.api_key);
    Ok(config.on_host(host).with_file(file.id.as_str()))
}

/// What the company file offers and asks for, as it says now.
pub(super) async fn discovered(config: MyobConfig, seams: &Seams) -> anyhow::Result<MyobConfig> {
    let Seams { transport, store, connection, worker, clock, pacer } = seams.clone();
    let profile = discover(&config, transport, store, connection, worker, clock, &pacer).await?;
    Ok(config.with_profile(profile))
}

/// The company file that the person chose on MYOB's own page.
pub(super) async fn reached(config: MyobConfig, seams: &Seams) -> anyhow::Result<Reached> {
    let id = config.file.clone().context("the sign-in names no company file")?.to_string();
    let config = discovered(config, seams).await?;
    let name = config.profile.name.clone().unwrap_or_else(|| id.clone());
    Ok(Reached { id, name, app: App::Myob(Box::new(config)) })
}

/// The steps of the set-up (F13).
pub(super) fn set_up(config: &MyobConfig) -> Vec<SetUp> {
    let steps = setup_steps(&config.profile).into_iter();
    steps
        .map(|step| SetUp {
            title: step.title.to_owned(),
            how: format!("{} ({})", step.why, step.place),
            done: match step.state {
                StepState::Done => Some(true),
                StepState::Open => Some(false),
                _ => None,
            },
        })
        .collect()
}

pub(super) fn unpaced(mut config: MyobConfig) -> MyobConfig {
    (config.calls_per_second, config.calls_per_day) = (u32::MAX, u32::MAX);
    config
}

pub(super) fn settings_file(country: Country) -> (&'static str, &'static str) {
    match country {
        Country::Nz => ("settings-myob-nz.json", include_str!("../../../data/settings-myob-nz.json")),
        _ => ("settings-myob-au.json", include_str!("../../../data/settings-myob-au.json")),
    }
}

/// What the bookkeeper has made before anything is connected: an account that the chart of a new file lacks, and an item for
/// lines without a product, because a document's lines name items all or not at all (myob.md 3.4).
pub(super) async fn furnish(control: &Control) -> anyhow::Result<()> {
    let advertising = json!({ "Name": "Advertising", "Classification": "Expense", "Type": "Expense", "Number": 1400 });
    control.act(&json!({ "do": "create", "path": "GeneralLedger/Account", "set": advertising })).await?;
    let ledger = control.ledger().await?;
    let standard = usual_tax_code(&ledger)?;
    for (number, name, account) in
        [("SALES", "Sundry sales", chart::SALES), ("INSTALLATION", "Installation", chart::INSTALLATION)]
    {
        let set = json!({
            "Number": number, "Name": name, "IsSold": true, "IncomeAccount": { "UID": chart::find(&ledger, account)? },
            "SellingDetails": { "TaxCode": { "UID": standard } }
        });
        control.act(&json!({ "do": "create", "path": "Inventory/Item", "set": set })).await?;
    }
    Ok(())
}

/// What a person does who enters one customer more, of the usual tax.
pub(super) fn newcomer(who: &Acquaintance, ledger: &Value) -> anyhow::Result<Value> {
    let code = json!({ "UID": usual_tax_code(ledger)? });
    let address = json!({ "Location": 1, "Street": who.street, "City": "Nelson", "Email": who.email,
        "Phone1": who.phone, "ContactName": "Ana Rua" });
    let set = json!({ "CompanyName": who.name, "IsIndividual": false, "Addresses": [address],
        "SellingDetails": { "TaxCode": code, "FreightTaxCode": code } });
    Ok(json!({ "do": "create", "path": "Contact/Customer", "set": set }))
}

/// The id of the tax code that most sales have.
fn usual_tax_code(ledger: &Value) -> anyhow::Result<&Value> {
    let usual =
        rows(ledger, "GeneralLedger/TaxCode").find(|code| ["GST", "S15"].iter().any(|own| code["Code"] == *own));
    Ok(&usual.context("the company file has no tax code of the usual rate")?["UID"])
}

pub(super) async fn close_june(control: &Control) -> anyhow::Result<()> {
    control.act(&json!({ "do": "lock_period", "date": "2026-06-30" })).await?;
    let ledger = control.ledger().await?;
    let advertising = chart::find(&ledger, chart::ADVERTISING)?;
    control.act(&json!({ "do": "archive", "uid": advertising })).await?;
    Ok(())
}

pub(super) fn faults(seeded: &mut Seeded) -> Vec<FaultRule> {
    let limit = |retry_after| Fault::RateLimited { problem: LimitProblem::default(), retry_after };
    let late = |after_ms, answer| Fault::LandsLate { after_ms, answer };
    let writes = [
        Fault::CommitThenDrop,
        Fault::CommitThen500,
        Fault::TruncateBody { at: 40 },
        Fault::Html502 { work: CommitPoint::Done },
        Fault::Html502 { work: CommitPoint::NotDone },
        Fault::GatewayTimeout504 { work: CommitPoint::Done },
        Fault::GatewayTimeout504 { work: CommitPoint::NotDone },
        late(90_000, LateAnswer::GatewayTimeout504),
        late(400_000, LateAnswer::Drop),
        Fault::InternalError500,
        Fault::DropBeforeCommit,
        Fault::EmptyBody,
        Fault::LocationMissing,
        Fault::GarbageJson,
        Fault::Unavailable503 { text: OfflineText::Temporary },
        Fault::Unauthorised401,
        limit(Some(30)),
        limit(None),
    ];
    let reads = [
        Fault::DropBeforeCommit,
        Fault::Html502 { work: CommitPoint::NotDone },
        Fault::TruncateBody { at: 9 },
        limit(Some(20)),
    ];
    let api = "/accountright";
    let mut rules: Vec<FaultRule> = Vec::new();
    for fault in writes {
        rules.push(strikes(seeded, "POST", api, fault.clone(), 3));
        rules.push(strikes(seeded, "PUT", api, fault, 2));
    }
    rules.extend(reads.into_iter().map(|fault| strikes(seeded, "GET", api, fault, 2)));
    rules
}
