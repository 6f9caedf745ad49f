//! The organisation and its lists.

use factory_accounting_core::error::ProviderError;
use factory_accounting_core::ids::OrganisationId;
use factory_accounting_core::provider::{CatalogueEntry, CatalogueKind, CataloguePage, Organisation};
use factory_accounting_http::unreadable;

use crate::client::Client;
use crate::endpoint::{Endpoint, Resource};
use crate::map::{catalogue, party};
use crate::oauth;
use crate::read::has_more;
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
pub(crate) async fn catalogue(client: &Client, kind: CatalogueKind, page: u32) -> Result<CataloguePage, ProviderError> {
    let operation = "read a list";
    if kind == CatalogueKind::Parties {
        return parties(client, page).await;
    }
    if page > 1 {
        return Ok(CataloguePage { entries: Vec::new(), more: false });
    }
    let broken = |why: &str| unreadable(operation, why);
    let entries: Vec<CatalogueEntry> = match kind {
        CatalogueKind::Accounts => {
            let read: Vec<wire::Account> = whole(client, operation, Resource::Accounts).await?;
            let entries = read.into_iter().map(catalogue::account).collect::<Result<Vec<_>, _>>().map_err(broken)?;
            entries.into_iter().flatten().collect()
        }
        CatalogueKind::TaxCodes => {
            let read: Vec<wire::TaxRate> = whole(client, operation, Resource::TaxRates).await?;
            read.into_iter().map(catalogue::tax_code).collect::<Result<_, _>>().map_err(broken)?
        }
        CatalogueKind::Items => {
            let read: Vec<Item> = whole(client, operation, Resource::Items).await?;
            read.into_iter().map(catalogue::item).collect::<Result<_, _>>().map_err(broken)?
        }
        CatalogueKind::Currencies => {
            let read: Vec<wire::CurrencyEntry> = whole(client, operation, Resource::Currencies).await?;
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
            let message = format!("Xero has no list of {}", kind.as_str());
            return Err(ProviderError::new(factory_accounting_core::error::ErrorKind::Unsupported, message));
        }
    };
    Ok(CataloguePage { entries, more: false })
}

async fn whole<T: serde::de::DeserializeOwned>(
    client: &Client,
    operation: &'static str,
    resource: Resource,
) -> Result<Vec<T>, ProviderError> {
    client.parsed(operation, resource, &Endpoint::get(resource).with_unit_decimals(resource)).await
}

/// A page of contacts, archived ones included: a thousand at a time, so that ten thousand take ten calls.
async fn parties(client: &Client, page: u32) -> Result<CataloguePage, ProviderError> {
    let operation = "read contacts";
    let page = page.max(1);
    let endpoint = Endpoint::get(Resource::Contacts)
        .with("includeArchived", "true")
        .with("order", "Name ASC")
        .with_page(Resource::Contacts, page);
    let envelope = client.list(operation, Resource::Contacts, &endpoint).await?;
    let read: Vec<Contact> = envelope.parse().map_err(|why| unreadable(operation, &why))?;
    let entries = read
        .into_iter()
        .map(|contact| party::import(contact).map(|party| CatalogueEntry::Party(Box::new(party))))
        .collect::<Option<_>>()
        .ok_or_else(|| unreadable(operation, "a contact without id or name"))?;
    Ok(CataloguePage { entries, more: has_more(Resource::Contacts, page, &envelope) })
}
