//! The company and its lists.

use chrono::{DateTime, TimeDelta, Utc};
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::OrganisationId;
use factory_accounting_core::provider::{
    CatalogueEntry, CatalogueKind, CataloguePage, CatalogueRequest, Notice, Organisation,
};
use factory_accounting_http::unreadable;
use serde::de::DeserializeOwned;

use crate::capability::INCREMENTAL;
use crate::client::{Client, parse_all};
use crate::endpoint::Endpoint;
use crate::map::{catalogue, import};
use crate::odata::{Field, Filter, PAGE, Query};
use crate::profile::FileProfile;
use crate::remote_id::Collection;
use crate::wire::contact::Contact;
use crate::wire::file as wire;
use crate::wire::item::Item;
use crate::wire::lists::{Account, Job, TaxCode};

/// Reads the company, with what may have changed since the file was looked at.
pub(crate) async fn organisation(
    client: &Client,
    id: &OrganisationId,
    profile: &FileProfile,
) -> Result<Organisation, ProviderError> {
    let operation = "read the company";
    let company: wire::Company = client.one(operation, &Endpoint::company()).await?;
    let preferences: wire::Preferences = client.one(operation, &Endpoint::preferences()).await?;
    let name = company.company_name.or_else(|| profile.name.clone());
    let name = name.ok_or_else(|| unreadable(operation, "a company without a name"))?;
    let mut organisation = Organisation::new(id.clone(), name, profile.country.currency());
    if company.read_only == Some(true) {
        organisation.notices.push(Notice::ReadOnly);
    }
    organisation.country = Some(profile.country.code().to_owned());
    organisation.locked_until = preferences.system.and_then(|system| system.lock_period_prior_to);
    organisation.plan = profile.product.clone();
    Ok(organisation)
}

/// In which zone times of change are told and asked for is not settled: a day covers them all (myob.md 5).
const OVERLAP: TimeDelta = TimeDelta::days(1);

/// Reads a page of a list. Currencies come whole.
pub(crate) async fn catalogue(
    client: &Client,
    profile: &FileProfile,
    request: &CatalogueRequest,
) -> Result<CataloguePage, ProviderError> {
    let page = request.page.max(1);
    let since = request.since_within(&INCREMENTAL).and_then(|since| since.checked_sub_signed(OVERLAP));
    let of = |collection| changed(collection, since);
    let read = match request.kind {
        CatalogueKind::Accounts => {
            list(client, "read accounts", of(Collection::Account), page, catalogue::account as fn(Account) -> _).await?
        }
        CatalogueKind::TaxCodes => {
            list(client, "read tax codes", of(Collection::TaxCode), page, catalogue::tax_code as fn(TaxCode) -> _)
                .await?
        }
        CatalogueKind::Items if profile.has(Collection::Item) => {
            list(client, "read items", of(Collection::Item), page, catalogue::item as fn(Item) -> _).await?
        }
        CatalogueKind::Jobs if profile.has(Collection::Job) => {
            list(client, "read jobs", of(Collection::Job), page, catalogue::job as fn(Job) -> _).await?
        }
        // The plan has none.
        CatalogueKind::Items | CatalogueKind::Jobs => CataloguePage::end(),
        CatalogueKind::Parties => parties(client, page, since).await?,
        // Others need the largest product, and are not used (myob.md 7).
        CatalogueKind::Currencies => {
            let home = (page == 1).then(|| CatalogueEntry::Currency(profile.country.currency()));
            CataloguePage::new(home.into_iter().collect(), false)
        }
        _ => {
            let message = format!("MYOB has no list of {}", request.kind.as_str());
            return Err(ProviderError::new(ErrorKind::Unsupported, message));
        }
    };
    Ok(read.of(since))
}

/// Rows of a collection, or those alone that have changed since an instant.
fn changed(collection: Collection, since: Option<DateTime<Utc>>) -> Query {
    let query = Query::of(collection);
    match since {
        Some(since) => query.matching(Filter::since(Field::LastModified, since.naive_utc())),
        None => query,
    }
}

type Entry = Result<Option<CatalogueEntry>, &'static str>;

async fn list<T: DeserializeOwned>(
    client: &Client,
    operation: &'static str,
    query: Query,
    page: u32,
    read: fn(T) -> Entry,
) -> Result<CataloguePage, ProviderError> {
    let (rows, more) = rows::<T>(client, operation, query, page).await?;
    let entries =
        rows.into_iter().map(read).collect::<Result<Vec<_>, _>>().map_err(|why| unreadable(operation, why))?;
    Ok(CataloguePage::new(entries.into_iter().flatten().collect(), more))
}

/// The rows of a page of ours. MYOB may give fewer at once than it is asked for (myob.md 2): its own pages are gone through
/// until there are as many.
async fn rows<T: DeserializeOwned>(
    client: &Client,
    operation: &'static str,
    query: Query,
    page: u32,
) -> Result<(Vec<T>, bool), ProviderError> {
    let before = usize::try_from(page.saturating_sub(1)).unwrap_or(usize::MAX).saturating_mul(PAGE);
    let read = client.some_rows(operation, &query.skipping(before), PAGE).await?;
    Ok((parse_all(operation, &read.rows)?, read.next.is_some()))
}

/// A page of customers; the last one with all suppliers, of which there are fewer.
async fn parties(client: &Client, page: u32, since: Option<DateTime<Utc>>) -> Result<CataloguePage, ProviderError> {
    let operation = "read customers and suppliers";
    let (customers, more) = rows::<Contact>(client, operation, changed(Collection::Customer, since), page).await?;
    let suppliers: Vec<Contact> =
        if more { Vec::new() } else { client.all(operation, &changed(Collection::Supplier, since)).await? };
    let customers = customers.into_iter().map(|contact| (Collection::Customer, contact));
    let suppliers = suppliers.into_iter().map(|contact| (Collection::Supplier, contact));
    let entries = customers.chain(suppliers).map(|(collection, contact)| import::party(collection, contact));
    let entries = entries.collect::<Result<Vec<_>, _>>().map_err(|why| unreadable(operation, why))?;
    Ok(CataloguePage::new(entries.into_iter().flatten().collect(), more))
}

#[cfg(test)]
mod tests;
