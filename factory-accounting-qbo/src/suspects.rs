//! Who is meant where QuickBooks does not say it: the reference that is inactive (R26), the record that has the name.

use std::collections::BTreeMap;

use factory_accounting_core::code::Code;
use factory_accounting_core::error::{Issue, ProviderError};
use factory_accounting_core::provider::{EncodedWrite, Fate, WriteReport};
use factory_accounting_http::json;
use serde::Deserialize;
use serde_json::Value;

use crate::client::Client;

use crate::dialect::fates::Sent;
use crate::endpoint::Entity;
use crate::query::{Property, Query};

const OPERATION: &str = "look who is meant";
/// Something that the write names is inactive, or is not there.
const REFERENCE: [&str; 2] = ["610", "2500"];
/// The name is taken.
const NAME: &str = "6240";

/// Adds to refusals who is meant. Refusals are rare, and each kind costs a question per entity; where that fails, the
/// refusal stands as it is.
pub(crate) async fn explain(client: &Client, write: &EncodedWrite, report: &mut WriteReport) {
    let explicable =
        |error: &ProviderError| error.package_code().is_some_and(|code| code == NAME || REFERENCE.contains(&code));
    let refusals = report.fates().iter().enumerate().filter_map(|(at, fate)| match fate {
        Fate::NotApplied(error) if explicable(error) => Some((at, error.clone())),
        _ => None,
    });
    let refusals: Vec<(usize, ProviderError)> = refusals.collect();
    if refusals.is_empty() {
        return;
    }
    let Some(sent) = Sent::whole(write) else { return };
    for (at, error) in refusals {
        let Some(one) = sent.members.get(at) else { continue };
        let explained = match error.package_code() {
            Some(NAME) => name_holders(client, &one.body, &error).await,
            _ => unusable(client, &one.body, &error).await,
        };
        match explained {
            Ok(error) => report.set(at, Fate::NotApplied(error)),
            Err(failure) => tracing::debug!(%failure, "the refusal stays unexplained"),
        }
    }
}

/// A list's row, as far as it tells whether it can be used.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Row {
    #[serde(deserialize_with = "json::token")]
    id: Option<String>,
    #[serde(alias = "DisplayName", deserialize_with = "json::text")]
    name: Option<String>,
    #[serde(deserialize_with = "json::flag")]
    active: Option<bool>,
}

async fn unusable(client: &Client, body: &Value, error: &ProviderError) -> Result<ProviderError, ProviderError> {
    let mut references: BTreeMap<Entity, Vec<(String, String)>> = BTreeMap::new();
    gather(body, "", &mut |entity, id, path| references.entry(entity).or_default().push((id, path)));
    let mut issues = Vec::new();
    let mut party = false;
    for (entity, named) in references {
        let query = Query::of(entity).one_of(Property::Id, named.iter().map(|(id, _)| id.as_str()))?;
        let rows: Vec<Row> = client.all(OPERATION, &query).await?;
        for (id, path) in named {
            let row = rows.iter().find(|row| row.id.as_deref() == Some(id.as_str()));
            let what = match row {
                Some(row) if row.active == Some(false) => {
                    party |= matches!(entity, Entity::Customer | Entity::Vendor);
                    let name = row.name.as_deref().unwrap_or(&id);
                    format!(
                        "{} {name:?} is inactive: make it active again in QuickBooks, or choose another",
                        entity.path()
                    )
                }
                Some(_) => continue,
                None => format!("QuickBooks holds no {} {id}: choose another and refresh the lists", entity.path()),
            };
            issues.push(Issue::new(path, what));
        }
    }
    let explained = error.clone().with_issues(issues);
    Ok(if party { explained.with_code(Code::PartyArchived) } else { explained })
}

/// Every reference to a list in what was sent, with the host's path to it.
fn gather(value: &Value, path: &str, found: &mut impl FnMut(Entity, String, String)) {
    let Some(members) = value.as_object() else { return };
    for (name, inner) in members {
        if let Some(lines) = inner.as_array().filter(|_| name == "Line") {
            for (at, line) in lines.iter().enumerate() {
                gather(line, &format!("lines[{at}]"), found);
            }
            continue;
        }
        let (entity, field) = match name.as_str() {
            "CustomerRef" if path.is_empty() => (Entity::Customer, "customer"),
            "CustomerRef" => (Entity::Customer, "jobs"),
            "ParentRef" => (Entity::Customer, "customer"),
            "VendorRef" => (Entity::Vendor, "supplier"),
            "ItemRef" => (Entity::Item, "product"),
            "AccountRef"
            | "IncomeAccountRef"
            | "ExpenseAccountRef"
            | "DepositToAccountRef"
            | "BankAccountRef"
            | "CCAccountRef" => (Entity::Account, "account"),
            "SalesTermRef" | "TermRef" => (Entity::Term, "terms"),
            _ => {
                gather(inner, path, found);
                continue;
            }
        };
        if let Some(id) = json::text_of(inner, "value") {
            let path = if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") };
            found(entity, id.to_owned(), path);
        }
    }
}

/// Customers, jobs and vendors that have the name, the inactive ones too; employees have names as well but are not ours to
/// read.
async fn name_holders(client: &Client, body: &Value, error: &ProviderError) -> Result<ProviderError, ProviderError> {
    let Some(name) = json::member(body, "DisplayName").and_then(Value::as_str) else { return Ok(error.clone()) };
    let mut issues = Vec::new();
    for entity in [Entity::Customer, Entity::Vendor] {
        let query = Query::of(entity).is(Property::DisplayName, name)?;
        let rows: Vec<Row> = client.all(OPERATION, &query).await?;
        issues.extend(rows.into_iter().filter_map(|row| {
            let state = if row.active == Some(false) { ", which is inactive" } else { "" };
            let (id, name) = (row.id?, row.name.unwrap_or_default());
            Some(Issue::new("name", format!("{} {id} {name:?}{state} has the name", entity.path())))
        }));
    }
    if issues.is_empty() {
        issues.push(Issue::new("name", "an employee has the name: add something that tells the two apart"));
    }
    Ok(error.clone().with_issues(issues))
}

#[cfg(test)]
mod tests;
