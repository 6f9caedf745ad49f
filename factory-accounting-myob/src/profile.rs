//! What one company file offers and asks for: found once at connect, kept by the host beside the configuration.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use factory_accounting_core::clock::Clock;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::{ConnectionId, RemoteId, WorkerId};
use factory_accounting_core::money::Currency;
use factory_accounting_core::token::TokenStore;
use factory_accounting_http::{AppPacer, Transport};
use serde::{Deserialize, Serialize};

use crate::client::{Client, config_error};
use crate::config::{MyobConfig, SCOPES, SignIn};
use crate::endpoint::Endpoint;
use crate::map::catalogue;
use crate::oauth::Grant;
use crate::odata::Query;
use crate::remote_id::{Collection, is_uid};
use crate::wire::file as wire;
use crate::wire::lists::TaxCode;

/// A company file. Everything in it is a fact of the file's, but for `default_category`, which is the host's choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FileProfile {
    /// Where the company is taxed.
    pub country: Country,
    /// Name of the company file.
    pub name: Option<String>,
    /// Product in MYOB's own words.
    pub product: Option<String>,
    /// Level of the product: 10 Basic, 20 Standard, 30 Plus, 50 Premier (myob.md 1.5).
    pub level: Option<u32>,
    /// Serial number.
    pub serial: Option<String>,
    /// Whether nothing can be written, because the subscription has lapsed or the file is checked out.
    pub read_only: bool,
    /// Whether the file lies with MYOB rather than in the customer's network; only then it takes attachments (myob.md 3.9).
    pub online: bool,
    /// Transactions dated on or before this day are refused (myob.md 6).
    pub lock_date: Option<NaiveDate>,
    /// Whether transactions can neither be changed nor deleted, but only reversed.
    pub must_reverse: bool,
    /// Whether every transaction needs a category.
    pub category_required: bool,
    /// UID of the category that documents get from here; set by the host.
    pub default_category: Option<RemoteId>,
    /// UID of the tax code of new customers.
    pub customer_tax_code: Option<RemoteId>,
    /// UID of the tax code of freight to new customers.
    pub customer_freight_tax_code: Option<RemoteId>,
    /// UID of the tax code of new suppliers.
    pub supplier_tax_code: Option<RemoteId>,
    /// UID of the tax code of freight from new suppliers.
    pub supplier_freight_tax_code: Option<RemoteId>,
    /// UID of the tax code without tax, for documents that carry none.
    pub untaxed: Option<RemoteId>,
    /// What the file offers, by path in lower case; empty where it does not say, which counts as everything.
    pub resources: BTreeSet<String>,
    /// Scopes that this crate needs and the person has not agreed to.
    pub missing_scopes: BTreeSet<String>,
}

/// Where a company is taxed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Country {
    /// Australia.
    #[default]
    #[serde(rename = "AU")]
    Au,
    /// New Zealand.
    #[serde(rename = "NZ")]
    Nz,
}

impl Country {
    /// Code of two letters.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Au => "AU",
            Self::Nz => "NZ",
        }
    }

    /// The currency that its companies keep their books in.
    #[must_use]
    pub fn currency(self) -> Currency {
        match self {
            Self::Au => constant("AUD"),
            Self::Nz => constant("NZD"),
        }
    }

    fn of(code: &str) -> Option<Self> {
        [Self::Au, Self::Nz].into_iter().find(|country| country.code().eq_ignore_ascii_case(code.trim()))
    }
}

fn constant(code: &str) -> Currency {
    code.parse().expect("the code is a constant")
}

impl Default for FileProfile {
    /// An Australian file with MYOB that offers everything and of which nothing else is known.
    fn default() -> Self {
        Self {
            country: Country::default(),
            name: None,
            product: None,
            level: None,
            serial: None,
            read_only: false,
            online: true,
            lock_date: None,
            must_reverse: false,
            category_required: false,
            default_category: None,
            customer_tax_code: None,
            customer_freight_tax_code: None,
            supplier_tax_code: None,
            supplier_freight_tax_code: None,
            untaxed: None,
            resources: BTreeSet::new(),
            missing_scopes: BTreeSet::new(),
        }
    }
}

impl FileProfile {
    /// Whether the file has a collection, its plan and the person's consent allowing it.
    pub(crate) fn offers(&self, collection: Collection) -> bool {
        self.has(collection) && !self.missing_scopes.contains(collection.scope())
    }

    /// Whether the file's plan has a collection.
    pub(crate) fn has(&self, collection: Collection) -> bool {
        self.has_path(collection.wire())
    }

    /// Whether the file's plan has a path, or one below it. Where the file lists no more than the beginning of a path, all
    /// that lies below is taken to be there: how fine the list is is not described (myob.md 1.5).
    pub(crate) fn has_path(&self, path: &str) -> bool {
        let path = path.to_ascii_lowercase();
        let is_divided = |known: &str| self.resources.iter().any(|other| leads_to(known, other));
        let has =
            |known: &String| *known == path || leads_to(&path, known) || leads_to(known, &path) && !is_divided(known);
        self.resources.is_empty() || self.resources.iter().any(has)
    }
}

/// A new token may be refused for about twenty seconds (myob.md 1.2).
const PROPAGATION: [Duration; 4] =
    [Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8), Duration::from_secs(12)];

const OPERATION: &str = "look at the company file";

/// Reads what the company file offers and asks for: five calls, once after connecting and again whenever the file's
/// settings may have changed. What the host has chosen in `config.profile` stays. `app_pacer` is shared by all connections
/// of the app.
///
/// # Errors
/// Where the file cannot be read, or lies in a country that this crate does not know.
pub async fn discover(
    config: &MyobConfig,
    transport: Arc<dyn Transport>,
    token_store: Arc<dyn TokenStore>,
    connection: ConnectionId,
    worker: WorkerId,
    clock: Arc<dyn Clock>,
    app_pacer: &AppPacer,
) -> Result<FileProfile, ProviderError> {
    let grant = Grant::new(
        config,
        Arc::clone(&transport),
        Arc::clone(&token_store),
        connection.clone(),
        worker,
        Arc::clone(&clock),
    )
    .map_err(|error| config_error(&error))?;
    let client =
        Client::new(config, transport, &grant, Arc::clone(&clock), app_pacer).map_err(|error| config_error(&error))?;
    let root: wire::Root = patiently(&client, clock.as_ref()).await?;
    let company: wire::Company = client.one(OPERATION, &Endpoint::company()).await?;
    let preferences: wire::Preferences = client.one(OPERATION, &Endpoint::preferences()).await?;
    let info: wire::Info = client.one(OPERATION, &Endpoint::info()).await?;
    let codes: Vec<TaxCode> = client.all(OPERATION, &Query::of(Collection::TaxCode)).await?;
    let granted = grant.scopes().await;
    let missing_scopes = match (config.sign_in, granted) {
        (SignIn::Cloud, Some(granted)) if !granted.trim().is_empty() => {
            let has = |scope: &&str| granted.split_whitespace().any(|held| held == *scope);
            SCOPES.into_iter().filter(|scope| !has(scope)).map(str::to_owned).collect()
        }
        _ => BTreeSet::new(),
    };
    let file = root.company_file.unwrap_or_default();
    let stated = file.country.as_deref().unwrap_or_default();
    // A local file does not always name its country; only New Zealand's companies have this number (myob.md 1.5).
    let told = if stated.is_empty() && company.gst_registration_number.is_some() { "NZ" } else { stated };
    let country = if told.is_empty() { Some(Country::Au) } else { Country::of(told) };
    let Some(country) = country else {
        let message = format!("the company file lies in {told:?}: only Australia and New Zealand are known");
        return Err(ProviderError::new(ErrorKind::Unsupported, message));
    };
    let checked_out = file.checked_out_by.is_some() || file.checked_out_date.is_some();
    let level = file.product_level.as_ref().and_then(|level| level.code);
    let system = preferences.system.unwrap_or_default();
    let (sales, purchases) = (terms(preferences.sales), terms(preferences.purchases));
    Ok(FileProfile {
        country,
        name: file.name.or(company.company_name),
        product: file.subscription.and_then(|held| held.product?.display_name).or(file.product_version),
        level,
        serial: file.serial_number.or(company.serial_number),
        read_only: company.read_only == Some(true) || checked_out,
        online: config.sign_in == SignIn::Cloud,
        lock_date: system.lock_period_prior_to,
        must_reverse: system.transactions_cannot_be_changed_must_be_reversed == Some(true),
        category_required: system.category_tracking.as_deref() == Some("OnAndRequired"),
        default_category: config.profile.default_category.clone(),
        customer_tax_code: uid(sales.tax_code),
        customer_freight_tax_code: uid(sales.freight_tax_code),
        supplier_tax_code: uid(purchases.tax_code),
        supplier_freight_tax_code: uid(purchases.freight_tax_code),
        untaxed: catalogue::untaxed(&codes).map(RemoteId::new),
        resources: offered(&root.resources, &info, level),
        missing_scopes,
    })
}

fn terms(side: Option<wire::TradePreferences>) -> wire::DefaultTerms {
    side.and_then(|side| side.terms).unwrap_or_default()
}

fn uid(link: Option<crate::wire::link::Link>) -> Option<RemoteId> {
    link.and_then(|link| link.uid).filter(|uid| is_uid(uid)).map(RemoteId::new)
}

/// The first call with a new token, repeated while it is refused.
async fn patiently(client: &Client, clock: &dyn Clock) -> Result<wire::Root, ProviderError> {
    for wait in PROPAGATION {
        match client.try_one(OPERATION, &Endpoint::root()).await {
            Err(error) if error.kind() == ErrorKind::Unauthorised && error.status() == Some(401) => {
                clock.sleep(wait).await;
            }
            read => return read,
        }
    }
    client.one(OPERATION, &Endpoint::root()).await
}

/// The paths that the file has and its product allows, in lower case.
fn offered(addresses: &[String], info: &wire::Info, level: Option<u32>) -> BTreeSet<String> {
    let too_high = |path: &str| {
        let told = info
            .resources
            .iter()
            .find(|resource| resource.resource_path.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(path)));
        let least = told.and_then(|resource| resource.minimum_product_level.as_ref()?.code);
        matches!((least, level), (Some(least), Some(level)) if level < least)
    };
    let listed: BTreeSet<String> = addresses.iter().filter_map(|address| below_file(address)).collect();
    let allowed = |path: &&String| !too_high(path);
    // What is left of a path whose every part is too high is no path of its own.
    let is_left = |path: &&String| {
        let mut parts = listed.iter().filter(|part| leads_to(path, part)).peekable();
        parts.peek().is_none() || parts.any(|part| allowed(&part))
    };
    listed.iter().filter(allowed).filter(is_left).cloned().collect()
}

/// Whether a path lies below another.
fn leads_to(path: &str, part: &str) -> bool {
    part.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
}

/// The path below the company file of an address, whatever its host (myob.md 1.5).
fn below_file(address: &str) -> Option<String> {
    let path = address.split_once("://").map_or(address, |(_, rest)| rest);
    let mut segments = path.split('/').skip_while(|segment| uuid::Uuid::try_parse(segment).is_err());
    segments.next()?;
    let below: Vec<&str> = segments.filter(|segment| !segment.is_empty()).collect();
    (!below.is_empty()).then(|| below.join("/").to_ascii_lowercase())
}

#[cfg(test)]
mod tests;
