//! Customers with their jobs, vendors and employees: one space of names (qbo.md 5.0, 5.3, 5.4).

mod shape;

pub(super) use shape::{CUSTOMER, EMPLOYEE, VENDOR};

use super::entity::Entity;
use super::errors::{self, Fault};
use super::ids::Id;
use super::record::Record;
use super::tree::Tree;
use super::write::Draft;
use super::{Books, Context};
use crate::qbo::switches::{NameCase, NamesOfInactive, Switches};

const KINDS: [Entity; 3] = [Entity::Customer, Entity::Vendor, Entity::Employee];
const PARTS: [&str; 5] = ["Title", "GivenName", "MiddleName", "FamilyName", "Suffix"];
const DELETED: &str = " (deleted)";

const JOBS: Tree = Tree { name: "DisplayName", flag: "Job", leveled: true };

impl Books {
    /// The rule of customers, vendors and employees.
    pub(super) fn check_name(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        draft.body.set_default("Active", true);
        let name = display_name(&draft.body).ok_or_else(|| {
            let text = "Title, GivenName, MiddleName, FamilyName, DisplayName, Suffix - one of these must be non-empty";
            Fault::of(6080, text)
        })?;
        draft.body.set("DisplayName", name);
        self.inactivate(draft, ctx)?;
        self.check_unique_name(draft, ctx.switches)?;
        if draft.entity != Entity::Employee {
            self.check_currency(draft)?;
            draft.body.set_default("Balance", rust_decimal::Decimal::ZERO);
        }
        let printed = draft.body.text("DisplayName").unwrap_or_default().to_owned();
        draft.body.set_default("PrintOnCheckName", printed.chars().take(100).collect::<String>());
        if draft.entity == Entity::Customer { self.check_customer(draft) } else { Ok(()) }
    }

    fn check_customer(&mut self, draft: &mut Draft) -> Result<(), Fault> {
        draft.body.set_default("Taxable", true);
        draft.body.set_default("BalanceWithJobs", rust_decimal::Decimal::ZERO);
        draft.body.set_default("PreferredDeliveryMethod", "None");
        // REST cannot make a project (qbo.md 10.1).
        draft.body.set_default("IsProject", false);
        self.place(draft, &JOBS)?;
        if !draft.body.flag("Job") {
            // It has a meaning for jobs only (qbo.md 5.3).
            draft.body.set("BillWithParent", false);
        }
        draft.body.set_default("BillWithParent", false);
        let was = draft.stored().is_some_and(|stored| stored.flag("BillWithParent"));
        let id = draft.id.to_string();
        let invoiced = self.shelf(Entity::Invoice).find("CustomerRef", &id).next().is_some();
        if !draft.is_new() && was != draft.body.flag("BillWithParent") && invoiced {
            let text = "You can't change who this customer bills with because there are invoices connected to it.";
            return Err(Fault::of(6130, text).on("BillWithParent"));
        }
        Ok(())
    }

    /// The currency is the home one, and it stays (qbo.md 5.3).
    fn check_currency(&self, draft: &mut Draft) -> Result<(), Fault> {
        let home = self.country.currency();
        match draft.body.text("CurrencyRef") {
            None => draft.body.set("CurrencyRef", home),
            Some(code) if code == home => {}
            Some(code) => {
                return Err(errors::gap(&format!("multicurrency: CurrencyRef {code} in books kept in {home}")));
            }
        }
        Ok(())
    }

    /// Refuses to inactivate what is still owed, and marks the name of what was inactivated (qbo.md 5.0, 5.3).
    fn inactivate(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        let was_active = draft.stored().is_none_or(|stored| stored.flag("Active"));
        let active = draft.body.flag("Active");
        let name = draft.body.text("DisplayName").unwrap_or_default().to_owned();
        if active {
            // Whoever comes back gets the bare name back, unless it was sent.
            if !was_active && !draft.input.sent("DisplayName") {
                draft.body.set("DisplayName", bare(&name));
            }
            return Ok(());
        }
        if was_active && draft.before.is_some() {
            let balance = draft.stored().map(|stored| stored.amount("Balance") + stored.amount("BalanceWithJobs"));
            if balance.is_some_and(|balance| !balance.is_zero()) {
                return Err(Fault::of(6220, "The object you are trying to make inactive has a balance."));
            }
            let id = draft.id.to_string();
            let mut charges = self.shelf(Entity::ReimburseCharge).find("CustomerRef", &id);
            if draft.entity == Entity::Customer && charges.any(|row| !row.body.flag("HasBeenInvoiced")) {
                return Err(Fault::of(6280, "This customer can't be deleted because they have unbilled charges."));
            }
        }
        if ctx.switches.deleted_suffix {
            let marked = self.deleted_name(bare(&name), draft.id);
            draft.body.set("DisplayName", marked);
        }
        Ok(())
    }

    /// The name with the suffix of the deleted, numbered where that is taken already.
    fn deleted_name(&self, name: &str, own: Id) -> String {
        let first = format!("{name}{DELETED}");
        let rest = (1_u32..).map(|number| format!("{name} (deleted {number})"));
        let free = |candidate: &String| !self.holders(candidate).any(|(id, _)| id != own);
        std::iter::once(first).chain(rest).find(free).unwrap_or_default()
    }

    /// 6240: names are unique over customers, vendors and employees (qbo.md 5.0).
    fn check_unique_name(&self, draft: &Draft, switches: &Switches) -> Result<(), Fault> {
        let name = draft.body.text("DisplayName").unwrap_or_default();
        if draft.stored().is_some_and(|stored| stored.text("DisplayName") == Some(name)) {
            return Ok(());
        }
        let inactive_count = switches.names_of_inactive == NamesOfInactive::StayTaken;
        let marked = format!("{name}{DELETED}");
        let same = |held: &str| {
            let held = if inactive_count { bare(held) } else { held };
            switches.name_case == NameCase::Ignored || held == bare(name)
        };
        let mut holders = self.holders(name).chain(self.holders(&marked).filter(|(_, row)| !row.flag("Active")));
        let taken = holders.any(|(id, row)| {
            id != draft.id
                && (inactive_count || row.flag("Active"))
                && same(row.text("DisplayName").unwrap_or_default())
        });
        if taken && draft.body.flag("Active") {
            let text = "The name supplied already exists. : Another customer, vendor or employee is already using this name. Please use a different name.";
            return Err(Fault::of(6240, text));
        }
        Ok(())
    }

    /// Whoever has a display name, whatever its case. Ids are unique over the three kinds.
    fn holders(&self, name: &str) -> impl Iterator<Item = (Id, &Record)> {
        let found = KINDS.iter().flat_map(|kind| self.shelf(*kind).find("DisplayName", name).collect::<Vec<_>>());
        found.map(|row| (row.id, &row.body))
    }
}

/// The name that was sent, or one made of the parts of a person's name (qbo.md 5.3).
fn display_name(body: &Record) -> Option<String> {
    let sent = body.text("DisplayName").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
    sent.or_else(|| {
        let parts: Vec<&str> = PARTS.iter().filter_map(|part| body.text(part)).collect();
        Some(parts.join(" ")).filter(|name| !name.trim().is_empty())
    })
}

/// The name without the suffix of the deleted, numbered or not.
fn bare(name: &str) -> &str {
    match name.rsplit_once(" (deleted") {
        Some((own, tail))
            if tail.trim_start().trim_end_matches(|end: char| end.is_ascii_digit() || end == ')').is_empty() =>
        {
            own
        }
        _ => name,
    }
}
