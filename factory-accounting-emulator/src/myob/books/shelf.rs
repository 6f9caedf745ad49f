//! One collection: rows by id and by indexed members, without a scan.

use super::record::{Node, Record};
use super::table::Table;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// One row with what every entity carries (myob.md 3).
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) table: Table,
    pub(super) uid: Uuid,
    /// The order of creation over all collections.
    pub(super) sequence: u64,
    /// Another number after each write; opaque and not ordered (myob.md 5).
    pub(super) version: i64,
    pub(super) created: DateTime<Utc>,
    pub(super) modified: DateTime<Utc>,
    pub(super) body: Record,
}

impl Row {
    /// Rows without `IsActive` are always active.
    pub(super) fn is_active(&self) -> bool {
        self.body.flag("IsActive") || !self.table.is_list() || self.table == Table::TaxCode
    }

    /// What people call it.
    pub(super) fn name(&self) -> String {
        let body = &self.body;
        if self.table.is_card() && body.flag("IsIndividual") {
            let names = [body.text("FirstName"), body.text("LastName")];
            return names.into_iter().flatten().collect::<Vec<_>>().join(" ");
        }
        let members = ["CompanyName", "Name", "Description"];
        members.into_iter().find_map(|member| body.filled(member)).unwrap_or_default().to_owned()
    }

    /// The number that people see; empty if it has none.
    pub(super) fn number(&self) -> &str {
        self.body.text(self.table.number_member()).unwrap_or_default()
    }
}

/// The rows of one collection; a clone shares them.
#[derive(Clone, Debug, Default)]
pub(super) struct Shelf {
    rows: BTreeMap<Uuid, Arc<Row>>,
    index: BTreeMap<&'static str, BTreeMap<String, BTreeSet<Uuid>>>,
}

impl Shelf {
    pub(super) fn get(&self, uid: Uuid) -> Option<&Arc<Row>> {
        self.rows.get(&uid)
    }

    /// Adds or replaces a row; answers the one that it replaced.
    pub(super) fn put(&mut self, row: Arc<Row>) -> Option<Arc<Row>> {
        let replaced = self.take(row.uid);
        for (member, text) in keys(&row) {
            self.index.entry(member).or_default().entry(text).or_default().insert(row.uid);
        }
        self.rows.insert(row.uid, row);
        replaced
    }

    /// Takes a row away and keeps every index true.
    pub(super) fn take(&mut self, uid: Uuid) -> Option<Arc<Row>> {
        let row = self.rows.remove(&uid)?;
        for (member, text) in keys(&row) {
            if let Some(texts) = self.index.get_mut(member)
                && let Some(uids) = texts.get_mut(&text)
            {
                uids.remove(&uid);
                if uids.is_empty() {
                    texts.remove(&text);
                }
            }
        }
        Some(row)
    }

    /// Every row, by id: an order that means nothing to a client, as in the real service.
    pub(super) fn rows(&self) -> impl Iterator<Item = &Arc<Row>> {
        self.rows.values()
    }

    /// Rows whose indexed member has exactly this text. A member that is not indexed finds nothing.
    pub(super) fn find(&self, member: &str, text: &str) -> impl Iterator<Item = &Arc<Row>> {
        let uids = self.index.get(member).and_then(|texts| texts.get(text));
        uids.into_iter().flatten().filter_map(|uid| self.rows.get(uid))
    }
}

/// The indexed members as they stand.
fn keys(row: &Row) -> impl Iterator<Item = (&'static str, String)> {
    row.table.indexed().iter().filter_map(|member| {
        let head = member.strip_suffix("/UID").unwrap_or(member);
        match row.body.get(head)? {
            Node::Text(text) => Some((*member, text.clone())),
            Node::Link(uid) => Some((*member, uid.to_string())),
            _ => None,
        }
    })
}
