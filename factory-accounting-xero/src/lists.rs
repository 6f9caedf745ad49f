//! The organisation and its lists.

use chrono::{DateTime, Utc};
use factory_accounting_core::error::ProviderError;
use factory_accounting_core::ids::OrganisationId;
use factory_accounting_core::provider::{CatalogueEntry, CatalogueKind, CataloguePage, CatalogueRequest, Organisation};
use factory_accounting_http::unreadable;

use crate::capability::INCREMENTAL;
use crate::client::Client;
use crate::endpoint::{Endpoint, Resource};
use crate::map::{catalogue, party};
use crate::oauth;
use crate::read::{OVERLAP, has_more};
use crate::wire::item::Item;
use crate::wire::lists as wire;
use crate::wire::party::Contact;

/// Reads the organisation. An answer of another organisation than the pinned one is refused (R55).
pub(crate) async fn organisation(client: &Client, pinned: &OrganisationId) -> Result<Organisation, ProviderError> {
    let operation = "read the organisation";
    let endpoint = Endpoint::get(Resource::Organisation);
    let mut read: Vec<wire::Organisation> = client.parsed(operation, Resource::Organisation, &endpoint).await?;
    let first = read.pop().filter(|_| read.is_empty()).ok_or_else(|| unreadable(operation, "not one organisation"))?;
    let mut organisation = catalogue::organisation(first).map_err(|why| unreadable(operation, why))?;
    if !organisation.id.as_str().eq_ignore_ascii_case(pinned.as_str()) {
        return Err(oauth::mismatch(pinned, &organisation.id, &organisation.name));
    }
    organisation.id = pinned.clone();
    Ok(organisation)
}

/// Reads a page of a list. All but parties come whole (xero.md 6).
pub(crate) async fn catalogue(client: &Client, request: &CatalogueRequest) -> Result<CataloguePage, ProviderError> {
    let operation = "read a list";
    let since = request.since_within(&INCREMENTAL).and_then(|since| since.checked_sub_signed(OVERLAP));
    if request.kind == CatalogueKind::Parties {
        return Ok(parties(client, request.page, since).await?.of(since));
    }
    if request.page > 1 {
        return Ok(CataloguePage::end().of(since));
    }
    let broken = |why: &str| unreadable(operation, why);
    let entries: Vec<CatalogueEntry> = match request.kind {
        CatalogueKind::Accounts => {
            let read: Vec<wire::Account> = whole(client, operation, Resource::Accounts, since).await?;
            let entries = read.into_iter().map(catalogue::account).collect::<Result<Vec<_>, _>>().map_err(broken)?;
            entries.into_iter().flatten().collect()
        }
        CatalogueKind::TaxCodes => {
            let read: Vec<wire::TaxRate> = whole(client, operation, Resource::TaxRates, since).await?;
            read.into_iter().map(catalogue::tax_code).collect::<Result<_, _>>().map_err(broken)?
        }
        CatalogueKind::Items => {
            let read: Vec<Item> = whole(client, operation, Resource::Items, since).await?;
            read.into_iter().map(catalogue::item).collect::<Result<_, _>>().map_err(broken)?
        }
        CatalogueKind::Currencies => {
            let read: Vec<wire::CurrencyEntry> = whole(client, operation, Resource::Currencies, since).await?;
            read.iter().filter_map(catalogue::currency).collect()
        }
        CatalogueKind::Jobs => {
            let endpoint = Endpoint::get(Resource::TrackingCategories).with("includeArchived", "true");
            let read: Vec<wire::TrackingCategory> =
                client.parsed(operation, Resource::TrackingCategories, &endpoint).await?;
            let entries = read.into_iter().map(catalogue::jobs).collect::<Result<Vec<_>, _>>().map_err(broken)?;
            entries.into_iter().flatten().collect()
        }
        _ => {
            let message = format!("Xero has no list of {}", request.kind.as_str());
            return Err(ProviderError::new(factory_accounting_core::error::ErrorKind::Unsupported, message));
        }
    };
    Ok(CataloguePage::new(entries, false).of(since))
}

async fn whole<T: serde::de::DeserializeOwned>(
    client: &Client,
    operation: &'static str,
    resource: Resource,
    since: Option<DateTime<Utc>>,
) -> Result<Vec<T>, ProviderError> {
    let endpoint = Endpoint::get(resource).with_unit_decimals(resource);
    let envelope = client.list_since(operation, resource, &endpoint, since).await?;
    envelope.parse().map_err(|why| unreadable(operation, &why))
}

/// A page of contacts, archived ones included: a thousand at a time, so that ten thousand take ten calls.
async fn parties(client: &Client, page: u32, since: Option<DateTime<Utc>>) -> Result<CataloguePage, ProviderError> {
    let operation = "read contacts";
    let page = page.max(1);
    let endpoint = Endpoint::get(Resource::Contacts)
        .with("includeArchived", "true")
        .with("order", "Name ASC")
        .with_page(Resource::Contacts, page);
    let envelope = client.list_since(operation, Resource::Contacts, &endpoint, since).await?;
    let read: Vec<Contact> = envelope.parse().map_err(|why| unreadable(operation, &why))?;
    let entries = read
        .into_iter()
        .map(|contact| party::import(contact).map(|party| CatalogueEntry::Party(Box::new(party))))
        .collect::<Option<_>>()
        .ok_or_else(|| unreadable(operation, "a contact without id or name"))?;
    Ok(CataloguePage::new(entries, has_more(Resource::Contacts, page, &envelope)))
}
