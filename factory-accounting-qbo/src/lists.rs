//! The company and its lists.

use chrono::{DateTime, TimeDelta, Utc};
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::OrganisationId;
use factory_accounting_core::provider::{CatalogueEntry, CatalogueKind, CataloguePage, CatalogueRequest, Organisation};
use factory_accounting_http::unreadable;

use crate::capability::INCREMENTAL;
use crate::client::{Client, parse_all};
use crate::config::Region;
use crate::endpoint::{Endpoint, Entity};
use crate::map::{catalogue, import};
use crate::oauth;
use crate::query::{PAGE, Property, Query};
use crate::wire::item::Item;
use crate::wire::lists as wire;
use crate::wire::party::Name;

/// Reads the company. One that is taxed in another way than the configuration says is refused.
pub(crate) async fn organisation(
    client: &Client,
    realm: &OrganisationId,
    region: Region,
) -> Result<Organisation, ProviderError> {
    let operation = "read the company";
    let endpoint = Endpoint::get(Entity::CompanyInfo).at(realm.as_str());
    let company: wire::CompanyInfo = client.one(operation, Entity::CompanyInfo, &endpoint).await?;
    let preferences = preferences(client, operation).await?;
    let organisation =
        catalogue::organisation(realm, company, &preferences).map_err(|why| unreadable(operation, why))?;
    if let Some(country) = organisation.country.as_deref().filter(|country| Region::of(country) != region) {
        return Err(oauth::wrong_region(realm, country));
    }
    Ok(organisation)
}

async fn preferences(client: &Client, operation: &'static str) -> Result<wire::Preferences, ProviderError> {
    client.one(operation, Entity::Preferences, &Endpoint::get(Entity::Preferences)).await
}

/// Changes may become visible a little after their time, and clocks differ.
const OVERLAP: TimeDelta = TimeDelta::minutes(5);

/// Reads a page of a list. Tax codes and currencies come whole.
pub(crate) async fn catalogue(client: &Client, request: &CatalogueRequest) -> Result<CataloguePage, ProviderError> {
    let page = request.page.max(1);
    let since = request.since_within(&INCREMENTAL).and_then(|since| since.checked_sub_signed(OVERLAP));
    let of = |entity| Query::of(entity).changed_since(since);
    let read = match request.kind {
        CatalogueKind::Accounts => {
            let (rows, more) = rows::<wire::Account>(client, "read accounts", of(Entity::Account), page).await?;
            entries("read accounts", rows, more, catalogue::account)?
        }
        CatalogueKind::Items => {
            let (rows, more) = rows::<Item>(client, "read items", of(Entity::Item), page).await?;
            entries("read items", rows, more, catalogue::item)?
        }
        CatalogueKind::Jobs => {
            let query = of(Entity::Customer).flagged(Property::Job, true);
            let (rows, more) = rows::<Name>(client, "read jobs", query, page).await?;
            entries("read jobs", rows, more, |job| catalogue::job(job).map(Some))?
        }
        CatalogueKind::Terms => {
            let (rows, more) = rows::<wire::Term>(client, "read terms", of(Entity::Term), page).await?;
            entries("read terms", rows, more, catalogue::terms)?
        }
        CatalogueKind::Parties => parties(client, page, since).await?,
        CatalogueKind::TaxCodes if page == 1 => tax_codes(client).await?,
        CatalogueKind::Currencies if page == 1 => currencies(client).await?,
        CatalogueKind::TaxCodes | CatalogueKind::Currencies => CataloguePage::end(),
        _ => {
            let message = format!("QuickBooks has no list of {}", request.kind.as_str());
            return Err(ProviderError::new(ErrorKind::Unsupported, message));
        }
    };
    Ok(read.of(since))
}

async fn rows<T: serde::de::DeserializeOwned>(
    client: &Client,
    operation: &'static str,
    query: Query,
    page: u32,
) -> Result<(Vec<T>, bool), ProviderError> {
    let rows = client.rows(operation, &query.page(page)).await?.rows;
    Ok((parse_all(operation, &rows)?, rows.len() >= PAGE))
}

fn entries<T>(
    operation: &'static str,
    rows: Vec<T>,
    more: bool,
    read: impl Fn(T) -> Result<Option<CatalogueEntry>, &'static str>,
) -> Result<CataloguePage, ProviderError> {
    let entries =
        rows.into_iter().map(read).collect::<Result<Vec<_>, _>>().map_err(|why| unreadable(operation, why))?;
    Ok(CataloguePage::new(entries.into_iter().flatten().collect(), more))
}

async fn tax_codes(client: &Client) -> Result<CataloguePage, ProviderError> {
    let operation = "read tax codes";
    let codes = client.all(operation, &Query::of(Entity::TaxCode)).await?;
    let rates = client.all(operation, &Query::of(Entity::TaxRate)).await?;
    let entries = catalogue::tax_codes(codes, rates).map_err(|why| unreadable(operation, why))?;
    Ok(CataloguePage::new(entries, false))
}

/// The company's own currency, and the others where it uses several.
async fn currencies(client: &Client) -> Result<CataloguePage, ProviderError> {
    let operation = "read currencies";
    let preferences = preferences(client, operation).await?;
    let home =
        catalogue::home_currency(&preferences).ok_or_else(|| unreadable(operation, "a company without a currency"))?;
    let mut entries = vec![CatalogueEntry::Currency(home)];
    let several = preferences.currency_prefs.is_some_and(|prefs| prefs.multi_currency_enabled == Some(true));
    if several {
        let listed: Vec<wire::CompanyCurrency> = client.all(operation, &Query::of(Entity::CompanyCurrency)).await?;
        let used = listed.into_iter().filter(|currency| currency.active != Some(false));
        // One that ISO 4217 does not know cannot be used by a document.
        let codes = used.filter_map(|currency| currency.code?.parse().ok()).filter(|currency| *currency != home);
        entries.extend(codes.map(CatalogueEntry::Currency));
    }
    Ok(CataloguePage::new(entries, false))
}

/// A page of customers; the last one with all vendors, of which there are fewer. Jobs are no parties.
async fn parties(client: &Client, page: u32, since: Option<DateTime<Utc>>) -> Result<CataloguePage, ProviderError> {
    let operation = "read customers and vendors";
    let of = |entity| Query::of(entity).changed_since(since);
    let (customers, more) = rows::<Name>(client, operation, of(Entity::Customer), page).await?;
    let vendors: Vec<Name> = if more { Vec::new() } else { client.all(operation, &of(Entity::Vendor)).await? };
    let bound = customers.iter().chain(&vendors).any(|name| name.sales_term_ref.is_some());
    let terms = if bound { client.all(operation, &Query::of(Entity::Term)).await? } else { Vec::new() };
    let terms = import::terms(terms);
    let customers = customers.into_iter().filter(|name| name.job != Some(true)).map(|name| (Entity::Customer, name));
    let vendors = vendors.into_iter().map(|name| (Entity::Vendor, name));
    let entries = customers
        .chain(vendors)
        .map(|(entity, name)| import::party(entity, name, &terms).map(|party| CatalogueEntry::Party(Box::new(party))))
        .collect::<Result<_, _>>()
        .map_err(|why| unreadable(operation, why))?;
    Ok(CataloguePage::new(entries, more))
}
