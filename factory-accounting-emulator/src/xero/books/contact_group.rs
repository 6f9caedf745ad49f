//! Contact groups and their members (xero.md 4.1).

use super::errors::{Findings, Refusal};
use super::filter::{Field, Filtered, Value, fold};
use super::shelf::{Key, Shelved};
use super::wire_in;
use super::wire_out::Writer;
use super::{Answer, Books, Context, Written, respond};
use crate::xero::call::Call;
use chrono::{DateTime, Utc};
use http::Method;
use uuid::Uuid;

/// So many groups an organisation can have [spec].
const MOST_GROUPS: usize = 100;

#[derive(Clone, Debug)]
pub(super) struct ContactGroup {
    pub(super) id: Uuid,
    pub(super) name: String,
    /// Deleted groups are never answered again.
    deleted: bool,
    /// In the order in which they joined.
    members: Vec<Uuid>,
    updated: DateTime<Utc>,
}

impl Shelved for ContactGroup {
    fn id(&self) -> Uuid {
        self.id
    }

    fn keys(&self) -> Vec<(Key, String)> {
        vec![(Key::Name, fold(&self.name))]
    }
}

impl Filtered for ContactGroup {
    const NAME: &'static str = "ContactGroup";

    fn field(path: &str) -> Option<Field<Self>> {
        Some(match path {
            "contactgroupid" => Field::of(|_, row: &ContactGroup| Value::Id(row.id)),
            "name" => Field::of(|_, row: &ContactGroup| Value::text(&row.name)),
            "status" => Field::of(|_, row: &ContactGroup| Value::text(row.status())),
            _ => return None,
        })
    }

    fn updated(&self) -> DateTime<Utc> {
        self.updated
    }
}

impl ContactGroup {
    fn status(&self) -> &'static str {
        if self.deleted { "DELETED" } else { "ACTIVE" }
    }
}

struct GroupInput {
    name: Option<String>,
    status: Option<String>,
}

impl GroupInput {
    fn read(body: &[u8]) -> Result<Vec<Self>, Refusal> {
        let elements = wire_in::elements(body, "ContactGroups", "ContactGroup")?;
        elements
            .iter()
            .map(|element| Ok(Self { name: element.text("Name")?, status: element.text("Status")? }))
            .collect()
    }
}

impl Books {
    pub(super) fn contact_groups_call(&mut self, call: &Call<'_>, rest: &[String], ctx: &Context<'_>) -> Answer {
        let found = rest.first().map(|key| self.active_group(key).ok_or(Refusal::NotFound)).transpose()?;
        let tail = rest.get(1..).unwrap_or_default();
        let members = tail.first().is_some_and(|part| part.eq_ignore_ascii_case("Contacts"));
        match (call.method, found, tail) {
            (&Method::GET, None, _) => {
                let rows = self.select(call, self.contact_groups.iter(), |row| !row.deleted)?;
                // Members are answered where one group is asked for [spec].
                Ok(ctx.envelope(None, |out| {
                    out.list("ContactGroups", rows, |out, row| self.render_group(out, row, false));
                }))
            }
            (&Method::GET, Some(id), []) => Ok(ctx.envelope(None, |out| {
                out.list("ContactGroups", self.contact_groups.get(id), |out, row| self.render_group(out, row, true));
            })),
            (&Method::PUT, None, _) => self.save_groups(call, None, ctx),
            (&Method::POST, Some(id), []) => self.save_groups(call, Some(id), ctx),
            (&Method::PUT, Some(id), [_]) if members => self.add_members(call, id, ctx),
            (&Method::DELETE, Some(id), [_]) if members => self.drop_members(id, None, ctx),
            (&Method::DELETE, Some(id), [_, key]) if members => self.drop_members(id, Some(key), ctx),
            (_, _, []) => Err(Refusal::MethodNotAllowed),
            (_, _, [_] | [_, _]) if members => Err(Refusal::MethodNotAllowed),
            _ => Err(Refusal::NotFound),
        }
    }

    fn active_group(&self, key: &str) -> Option<Uuid> {
        let id = Uuid::parse_str(key).ok()?;
        self.contact_groups.get(id).filter(|row| !row.deleted).map(|row| row.id)
    }

    fn save_groups(&mut self, call: &Call<'_>, held: Option<Uuid>, ctx: &Context<'_>) -> Answer {
        let inputs = GroupInput::read(call.body)?;
        let write = |books: &mut Self, input: &GroupInput| books.write_group(held, input, ctx);
        // The endpoint has no summarizeErrors (xero.md 5).
        self.respond_batch(call, "ContactGroups", false, ctx, &inputs, write, |books, out, row, findings, every| {
            books.render_group(out, row, false);
            respond::verdict(out, findings, every);
        })
    }

    fn write_group(&mut self, held: Option<Uuid>, input: &GroupInput, ctx: &Context<'_>) -> Written<ContactGroup> {
        let mut findings = Findings::default();
        let held = held.and_then(|id| self.contact_groups.get(id)).cloned();
        let is_new = held.is_none();
        let mut row = held.unwrap_or(ContactGroup {
            id: Uuid::nil(),
            name: String::new(),
            deleted: false,
            members: Vec::new(),
            updated: ctx.now,
        });
        if let Some(name) = &input.name {
            row.name.clone_from(name);
        }
        findings.limit("Name", Some(&row.name), 255);
        if row.name.trim().is_empty() {
            findings.error("A Name must be specified for a contact group"); // [impl]
        }
        match input.status.as_deref() {
            None | Some("" | "ACTIVE") => {}
            Some("DELETED") if !is_new => row.deleted = true,
            Some(other) => findings.error(format!("ContactGroup status '{other}' is not valid")), // [impl]
        }
        let full = self.contact_groups.iter().filter(|row| !row.deleted).count() >= MOST_GROUPS;
        if is_new && full {
            findings.error("You’ve reached the limit of 100 contact groups."); // [spec]
        }
        if findings.is_clean() {
            if is_new {
                row.id = self.ids.next();
            }
            row.updated = ctx.now;
            self.contact_groups.put(row.clone());
        }
        Written { row, findings }
    }

    /// Answers the members that were sent; a contact that is in the group already stays in it once.
    fn add_members(&mut self, call: &Call<'_>, group: Uuid, ctx: &Context<'_>) -> Answer {
        let mut sent = Vec::new();
        for element in wire_in::elements(call.body, "Contacts", "Contact")? {
            sent.push(element.id("ContactID")?);
        }
        let join = |books: &mut Self, contact: &Option<Uuid>| books.join_group(group, *contact, ctx);
        self.respond_batch(call, "Contacts", false, ctx, &sent, join, |_, out, contact, findings, every| {
            render_member(out, *contact, None);
            respond::verdict(out, findings, every);
        })
    }

    fn join_group(&mut self, group: Uuid, contact: Option<Uuid>, ctx: &Context<'_>) -> Written<Uuid> {
        let mut findings = Findings::default();
        let known = contact.filter(|id| self.contacts.get(*id).is_some());
        match (known, self.contact_groups.get(group).cloned()) {
            (Some(contact), Some(mut row)) => {
                if !row.members.contains(&contact) {
                    row.members.push(contact);
                }
                row.updated = ctx.now;
                self.contact_groups.put(row);
            }
            _ => findings.error("The contact could not be found"), // [impl]
        }
        Written { row: contact.unwrap_or_default(), findings }
    }

    /// One member by its id, or all of them.
    fn drop_members(&mut self, group: Uuid, key: Option<&String>, ctx: &Context<'_>) -> Answer {
        let mut row = self.contact_groups.get(group).cloned().ok_or(Refusal::NotFound)?;
        match key {
            None => row.members.clear(),
            Some(key) => {
                let leaving = Uuid::parse_str(key).map_err(|_| Refusal::NotFound)?;
                let before = row.members.len();
                row.members.retain(|member| *member != leaving);
                if row.members.len() == before {
                    return Err(Refusal::validation("The contact is not in the contact group")); // [impl]
                }
            }
        }
        row.updated = ctx.now;
        self.contact_groups.put(row);
        Ok(respond::no_content())
    }

    fn render_group(&self, out: &mut Writer, row: &ContactGroup, with_members: bool) {
        out.id("ContactGroupID", row.id);
        out.text("Name", &row.name);
        out.text("Status", row.status());
        let members = row.members.iter().filter_map(|id| self.contacts.get(*id)).filter(|_| with_members);
        out.list("Contacts", members, |out, contact| render_member(out, contact.id, Some(contact.name())));
        out.flag("HasValidationErrors", false);
    }

    /// The groups of a contact, as its reads list them (xero.md 4.2).
    pub(super) fn render_groups_of(&self, out: &mut Writer, contact: Uuid) {
        let groups = self.contact_groups.iter().filter(|row| !row.deleted && row.members.contains(&contact));
        out.list("ContactGroups", groups, |out, row| self.render_group(out, row, false));
    }
}

/// A contact by id and, where a group is read, name.
fn render_member(out: &mut Writer, contact: Uuid, name: Option<&str>) {
    out.id("ContactID", contact);
    out.some("Name", name);
    for list in ["Addresses", "Phones", "ContactGroups", "ContactPersons"] {
        out.none(list);
    }
    out.flag("HasValidationErrors", false);
}
