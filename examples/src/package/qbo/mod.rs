//! QuickBooks Online: its emulator, the workshop's books there, and how they are read.

mod bare;
mod ledger;

use anyhow::{Context as _, bail};
use factory_accounting::qbo::{QboConfig, Region};
use factory_accounting_emulator::qbo::{
    AppConfig, CompanyConfig, Country as Books, QboConfig as EmulatorConfig, QboEmulator,
};
use factory_accounting_emulator::{CommitPoint, Fault, FaultRule, LimitProblem, OfflineText};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{Acquaintance, App, Package, Reached, Seams};
use crate::books::rows;
use crate::chaos::{Seeded, strikes};
use crate::connection::{Addresses, change};
use crate::control::Control;
use crate::country::Country;
use crate::emulator::Start;

pub(super) use bare::by_hand;
pub(super) use ledger::booked;

pub(super) fn emulator(start: &Start) -> QboEmulator {
    let country = match start.place.country {
        Country::Us => Books::Us,
        Country::Uk => Books::Gb,
        Country::Au | Country::Nz => Books::Au,
    };
    QboEmulator::new(EmulatorConfig {
        seed: start.seed,
        companies: vec![CompanyConfig { country, realm: None }],
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
) -> anyhow::Result<QboConfig> {
    let secret = Package::Qbo.secret(secret)?;
    if addresses.connections.is_some() {
        bail!("{} has no list of connections: leave --connections-url away", Package::Qbo.title());
    }
    let mut config = QboConfig::new(client_id, secret, redirect_uri.as_str(), Region::International);
    change(&mut config.api_base, &addresses.api);
    change(&mut config.authorize_url, &addresses.authorize);
    change(&mut config.token_url, &addresses.token);
    change(&mut config.revocation_url, &addresses.revocation);
    Ok(config)
}

#[derive(Deserialize)]
struct Card {
    companies: Vec<Company>,
    client_id: String,
    client_secret: SecretString,
    redirect_uri: String,
}

#[derive(Deserialize)]
struct Company {
    realm: String,
    country: String,
}

pub(super) fn app_of_card(card: &Value, host: &Url) -> anyhow::Result<QboConfig> {
    let card = Card::deserialize(card).context("failed to read the emulator's card")?;
    let company = card.companies.first().context("the emulator has no company")?;
    let config = QboConfig::new(card.client_id, card.client_secret, card.redirect_uri, Region::of(&company.country));
    Ok(config.on_host(host).with_realm(company.realm.as_str()))
}

const UNITED_STATES: &str = "united_states";
const INTERNATIONAL: &str = "international";

pub(super) fn region_name(config: &QboConfig) -> &'static str {
    if config.region == Region::UnitedStates { UNITED_STATES } else { INTERNATIONAL }
}

pub(super) fn with_region(mut config: QboConfig, name: &str) -> anyhow::Result<QboConfig> {
    config.region = match name {
        UNITED_STATES => Region::UnitedStates,
        INTERNATIONAL => Region::International,
        other => bail!("a company is taxed as {UNITED_STATES} or {INTERNATIONAL}, not {other:?}: run connect again"),
    };
    Ok(config)
}

pub(super) fn unpaced(mut config: QboConfig) -> QboConfig {
    (config.calls_per_minute, config.calls_per_second) = (u32::MAX, u32::MAX);
    config.batches_per_minute = u32::MAX;
    config
}

/// The company that the person chose, by its name, and in the region that it is taxed in: the provider refuses the other.
pub(super) async fn reached(config: QboConfig, seams: &Seams) -> anyhow::Result<Reached> {
    let realm = config.realm.clone().context("the sign-in names no company")?;
    let mut refused = None;
    for region in [INTERNATIONAL, UNITED_STATES] {
        let app = App::Qbo(with_region(config.clone(), region)?);
        match app.provider(seams.clone())?.organisation().await {
            Ok(organisation) => return Ok(Reached { id: realm.to_string(), name: organisation.name, app }),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    match refused {
        Some(error) => Err(error.into()),
        None => bail!("the company {realm} did not answer"),
    }
}

pub(super) fn settings_file(country: Country) -> (&'static str, &'static str) {
    match country {
        Country::Us => ("settings-qbo-us.json", include_str!("../../../data/settings-qbo-us.json")),
        Country::Uk => ("settings-qbo-uk.json", include_str!("../../../data/settings-qbo-uk.json")),
        Country::Au | Country::Nz => ("settings-qbo-au.json", include_str!("../../../data/settings-qbo-au.json")),
    }
}

/// The workshop's own numbers for accounts of a new company's chart.
const NUMBERED: [(&str, &str); 7] = [
    ("Sales of Product Income", "200"),
    ("Services", "260"),
    ("Cost of Goods Sold", "300"),
    ("Subcontractors", "310"),
    ("Advertising", "400"),
    ("Office Expenses", "429"),
    ("Savings", "091"),
];

/// Items for lines without a product, each with the account that it posts to.
const ITEMS: [(&str, &str, &str); 3] =
    [("Sundry sales", "SALES", "200"), ("Installation", "INSTALLATION", "260"), ("Rounding", "ROUNDING", "860")];

/// QuickBooks shows no account numbers until somebody gives them, and posts sales through items (qbo.md 5.2, 5.9).
pub(super) async fn furnish(control: &Control) -> anyhow::Result<()> {
    let numbers =
        json!({ "do": "set_preference", "section": "AccountingInfoPrefs", "set": { "UseAccountNumbers": true } });
    control.act(&numbers).await?;
    let ledger = control.ledger().await?;
    let accounts: Vec<&Value> = rows(&ledger, "Account").collect();
    let named = |name: &str| accounts.iter().find(|account| account["Name"] == name);
    let bank =
        accounts.iter().find(|account| account["AccountType"] == "Bank" && account["AccountSubType"] == "Checking");
    let numbered = NUMBERED.into_iter().map(|(name, number)| (named(name), number)).chain([(bank, "090")]);
    let mut ids: Vec<(&str, Value)> = Vec::new();
    for (account, number) in numbered {
        let id = &account.with_context(|| format!("the new company has no account for number {number}"))?["Id"];
        control.act(&json!({ "do": "edit", "entity": "Account", "id": id, "set": { "AcctNum": number } })).await?;
        ids.push((number, id.clone()));
    }
    let rounding = json!({ "Name": "Rounding", "AccountType": "Income", "AcctNum": "860" });
    let made = control.act(&json!({ "do": "create", "entity": "Account", "set": rounding })).await?;
    ids.push(("860", made["Id"].clone()));
    for (name, code, account) in ITEMS {
        let income = ids.iter().find(|(number, _)| *number == account).map(|(_, id)| id);
        let item = json!({ "Name": name, "Sku": code, "Type": "Service", "IncomeAccountRef": { "value": income } });
        control.act(&json!({ "do": "create", "entity": "Item", "set": item })).await?;
    }
    Ok(())
}

pub(super) async fn close_june(control: &Control) -> anyhow::Result<()> {
    control.act(&json!({ "do": "close_books", "date": "2026-06-30" })).await?;
    let ledger = control.ledger().await?;
    let advertising = rows(&ledger, "Account").find(|account| account["AcctNum"] == "400");
    let id = &advertising.context("the company has no account 400")?["Id"];
    control.act(&json!({ "do": "inactivate", "entity": "Account", "id": id })).await?;
    Ok(())
}

pub(super) fn faults(seeded: &mut Seeded) -> Vec<FaultRule> {
    let limit = |retry_after| Fault::RateLimited { problem: LimitProblem::default(), retry_after };
    let writes = [
        Fault::CommitThenDrop,
        Fault::CommitThen500,
        Fault::TruncateBody { at: 40 },
        Fault::Html502 { work: CommitPoint::Done },
        Fault::Html502 { work: CommitPoint::NotDone },
        Fault::DropBeforeCommit,
        Fault::EmptyBody,
        Fault::GarbageJson,
        Fault::Unavailable503 { text: OfflineText::Temporary },
        Fault::Unauthorised401,
        limit(Some(30)),
        limit(None),
        Fault::FaultInside200,
        Fault::XmlInsteadOfJson,
        Fault::BatchAnswerLacks { items: 2 },
    ];
    let reads = [
        Fault::DropBeforeCommit,
        Fault::Html502 { work: CommitPoint::NotDone },
        Fault::TruncateBody { at: 9 },
        limit(Some(20)),
    ];
    let api = "/v3/company";
    let mut rules: Vec<FaultRule> = writes.into_iter().map(|fault| strikes(seeded, "POST", api, fault, 3)).collect();
    rules.extend(reads.into_iter().map(|fault| strikes(seeded, "GET", api, fault, 2)));
    rules
}

/// What a person does who enters one customer more.
pub(super) fn newcomer(who: &Acquaintance) -> Value {
    json!({ "do": "create", "entity": "Customer", "set": { "DisplayName": who.name, "GivenName": "Ana",
        "FamilyName": "Rua", "PrimaryEmailAddr": { "Address": who.email },
        "PrimaryPhone": { "FreeFormNumber": who.phone },
        "BillAddr": { "Line1": who.street, "City": "Nelson" } } })
}
