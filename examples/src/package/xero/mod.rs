//! Xero: its emulator, the workshop's books there, and how they are read.

mod bare;
mod ledger;

use anyhow::Context as _;
use factory_accounting::xero::XeroConfig;
use factory_accounting_emulator::xero::{AppConfig, Region, TenantConfig, XeroConfig as EmulatorConfig, XeroEmulator};
use factory_accounting_emulator::{CommitPoint, Fault, FaultRule, LimitProblem, OfflineText};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::Acquaintance;
use crate::chaos::{Seeded, strikes};
use crate::connection::{Addresses, change};
use crate::control::Control;
use crate::emulator::Start;

pub(super) use bare::by_hand;
pub(super) use ledger::booked;

pub(super) fn emulator(start: &Start) -> XeroEmulator {
    XeroEmulator::new(EmulatorConfig {
        seed: start.seed,
        tenants: vec![TenantConfig { region: Region::Nz, id: None }],
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
) -> XeroConfig {
    let mut config = XeroConfig::new(client_id, redirect_uri.as_str());
    change(&mut config.api_base, &addresses.api);
    change(&mut config.authorize_url, &addresses.authorize);
    change(&mut config.token_url, &addresses.token);
    change(&mut config.revocation_url, &addresses.revocation);
    change(&mut config.connections_url, &addresses.connections);
    match secret {
        Some(secret) => config.with_secret(secret),
        None => config,
    }
}

#[derive(Deserialize)]
struct Card {
    tenants: Vec<Tenant>,
    client_id: String,
    client_secret: SecretString,
    redirect_uri: String,
}

#[derive(Deserialize)]
struct Tenant {
    id: String,
}

pub(super) fn app_of_card(card: &Value, host: &Url) -> anyhow::Result<XeroConfig> {
    let card = Card::deserialize(card).context("failed to read the emulator's card")?;
    let tenant = card.tenants.first().context("the emulator has no organisation")?.id.clone();
    let config = XeroConfig::new(card.client_id, card.redirect_uri).with_secret(card.client_secret);
    Ok(config.on_host(host).with_tenant(tenant))
}

pub(super) async fn close_june(control: &Control) -> anyhow::Result<()> {
    control.act(&json!({ "do": "lock_period", "date": "2026-06-30" })).await?;
    control.act(&json!({ "do": "archive_account", "account": "400" })).await?;
    Ok(())
}

pub(super) fn faults(seeded: &mut Seeded) -> Vec<FaultRule> {
    let limit = |problem, retry_after| Fault::RateLimited { problem, retry_after };
    let writes = [
        Fault::CommitThenDrop,
        Fault::CommitThen500,
        Fault::TruncateBody { at: 40 },
        Fault::Html502 { work: CommitPoint::Done },
        Fault::Html502 { work: CommitPoint::NotDone },
        Fault::DropBeforeCommit,
        Fault::EmptyBody,
        Fault::GarbageJson,
        Fault::Unavailable503 { text: OfflineText::Organisation },
        Fault::Unauthorised401,
        limit(LimitProblem::Minute, Some(30)),
        limit(LimitProblem::Concurrent, None),
    ];
    let reads = [
        Fault::DropBeforeCommit,
        Fault::Html502 { work: CommitPoint::NotDone },
        Fault::TruncateBody { at: 9 },
        limit(LimitProblem::Minute, Some(20)),
    ];
    let api = "/api.xro";
    let mut rules = Vec::new();
    for fault in writes {
        rules.push(strikes(seeded, "PUT", api, fault.clone(), 3));
        rules.push(strikes(seeded, "POST", api, fault, 2));
    }
    rules.extend(reads.into_iter().map(|fault| strikes(seeded, "GET", api, fault, 2)));
    rules
}

/// What a person does who enters one customer more.
pub(super) fn newcomer(who: &Acquaintance) -> Value {
    json!({ "do": "create_contact", "Name": who.name, "EmailAddress": who.email, "FirstName": "Ana", "LastName": "Rua",
        "Addresses": [{ "AddressType": "STREET", "AddressLine1": who.street, "City": "Nelson" }],
        "Phones": [{ "PhoneType": "DEFAULT", "PhoneNumber": who.phone }] })
}
