//! Create, update, delete, void: one way for every entity, with the entity's own rule in the middle (qbo.md 5.0).

use super::entity::{Entity, Family, GAPS};
use super::errors::{self, Fault};
use super::ids::Id;
use super::journal::Change;
use super::record::{Record, Ref};
use super::shelf::Row;
use super::wire::reader::{self, Input};
use super::{Books, Context, EntityJson};
use crate::json::Writer;
use crate::qbo::switches::Switches;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// One write on its way to being stored.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) entity: Entity,
    /// The row's id, which a new row has already.
    pub(super) id: Id,
    /// The row as it stands; none for a new one.
    pub(super) before: Option<Arc<Row>>,
    pub(super) input: Input,
    /// The row as it will stand: the input over what a sparse update keeps.
    pub(super) body: Record,
    pub(super) voided: bool,
}

impl Draft {
    pub(super) fn is_new(&self) -> bool {
        self.before.is_none()
    }

    /// The body as it stands in the books.
    pub(super) fn stored(&self) -> Option<&Record> {
        self.before.as_ref().map(|row| &row.body)
    }
}

impl Books {
    /// One operation from a batch item: the entity by its name, the body its JSON (qbo.md 7.1).
    pub(crate) fn apply(
        &mut self,
        entity: &str,
        operation: &str,
        options: &str,
        body: &str,
        now: DateTime<Utc>,
        switches: &Switches,
    ) -> Result<EntityJson, Fault> {
        let options: Vec<&str> = options.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
        let ctx = Context { now, switches, options: &options };
        match (Entity::named(entity), GAPS.into_iter().find(|gap| *gap == entity)) {
            (Some(entity), _) => self.operate(entity, operation, body, &ctx),
            (None, Some(gap)) => Err(errors::gap(gap)),
            (None, None) => Err(Fault::of(2000, format!("Invalid or unsupported object name : {entity}"))),
        }
    }

    /// One operation; a failed one leaves no trace.
    pub(super) fn operate(
        &mut self,
        entity: Entity,
        operation: &str,
        body: &str,
        ctx: &Context<'_>,
    ) -> Result<EntityJson, Fault> {
        let input = reader::read(entity.shape(), body, ctx.switches)?;
        self.attempt(|books| match operation {
            "" | "create" | "update" if ctx.asks("void") => books.void(entity, &input, ctx),
            "" | "create" | "update" => books.save(entity, input, ctx),
            "delete" => books.delete(entity, &input, ctx),
            "void" if entity == Entity::Invoice => books.void(entity, &input, ctx),
            other => Err(errors::unsupported(&format!("{other} on {}", entity.name()))),
        })
    }

    /// Creates or updates, by whether an id was sent.
    pub(super) fn save(&mut self, entity: Entity, input: Input, ctx: &Context<'_>) -> Result<EntityJson, Fault> {
        allow(entity, input.id.is_none())?;
        let before = match input.id {
            Some(_) => Some(self.current(entity, &input)?),
            None => None,
        };
        self.check_references(&input.body, ctx)?;
        let id = before.as_ref().map_or_else(|| self.next_id(entity), |row| row.id);
        let body = merged(before.as_deref(), &input);
        let voided = before.as_ref().is_some_and(|row| row.voided);
        let mut draft = Draft { entity, id, before, input, body, voided };
        self.check(&mut draft, ctx)?;
        self.commit(draft, ctx);
        self.shown(entity, id)
    }

    /// The entity's own rule.
    fn check(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        match draft.entity {
            Entity::Customer | Entity::Vendor | Entity::Employee => self.check_name(draft, ctx),
            Entity::Item => self.check_item(draft, ctx),
            Entity::Account => self.check_account(draft, ctx),
            Entity::Class | Entity::Department => self.check_tree(draft),
            Entity::Term => self.check_term(draft),
            Entity::PaymentMethod => self.check_payment_method(draft),
            Entity::TaxAgency => self.check_tax_agency(draft),
            Entity::CompanyInfo => self.check_company(draft),
            Entity::Preferences => self.check_preferences(draft),
            Entity::Attachable => self.check_attachable(draft),
            _ => self.check_txn(draft, ctx),
        }
    }

    fn commit(&mut self, draft: Draft, ctx: &Context<'_>) {
        let Draft { entity, id, before, body, voided, .. } = draft;
        let (sync_token, created, change) = match &before {
            Some(row) => (row.sync_token + 1, row.created, Change::Update),
            None => (0, ctx.now, Change::Create),
        };
        self.put(Row { entity, id, sync_token, created, updated: ctx.now, voided, body });
        self.announce(entity, id, change, ctx.now);
    }

    /// A row as the answer to its write.
    pub(super) fn shown(&self, entity: Entity, id: Id) -> Result<EntityJson, Fault> {
        let row = self.get(entity, id).ok_or_else(errors::not_found)?;
        Ok(EntityJson { name: entity.name(), json: self.row_json(row) })
    }

    /// Lists are never deleted (qbo.md 5.0).
    fn delete(&mut self, entity: Entity, input: &Input, ctx: &Context<'_>) -> Result<EntityJson, Fault> {
        if !matches!(entity.family(), Family::Transaction | Family::Attachment) || entity == Entity::ReimburseCharge {
            return Err(errors::unsupported(&format!("delete on {}", entity.name())));
        }
        let row = self.current(entity, input)?;
        if entity == Entity::Attachable {
            self.contents.remove(&row.id);
        } else {
            self.delete_txn(&row, ctx)?;
        }
        self.remove(entity, row.id, ctx);
        let mut out = Writer::default();
        out.object(|out| {
            out.text("domain", "QBO");
            out.text("status", "Deleted");
            out.text("Id", &row.id.to_string());
        });
        Ok(EntityJson { name: entity.name(), json: out.finish() })
    }

    /// The API voids four kinds only (qbo.md 5.0).
    fn void(&mut self, entity: Entity, input: &Input, ctx: &Context<'_>) -> Result<EntityJson, Fault> {
        if !matches!(entity, Entity::Invoice | Entity::Payment | Entity::SalesReceipt | Entity::BillPayment) {
            return Err(errors::unsupported(&format!("void on {}", entity.name())));
        }
        let row = self.current(entity, input)?;
        self.void_txn(&row, ctx)?;
        self.shown(entity, row.id)
    }

    /// The row that an update, delete or void is about, if the caller knows its latest version (qbo.md 5.0).
    fn current(&self, entity: Entity, input: &Input) -> Result<Arc<Row>, Fault> {
        let id = input.id.ok_or_else(|| errors::required("Id"))?;
        let row = self.present(entity, &id.to_string())?;
        let token = input.sync_token.as_deref().ok_or_else(|| errors::required("SyncToken"))?;
        if token == row.sync_token.to_string() { Ok(row) } else { Err(errors::stale(super::seed::ADMIN)) }
    }

    /// Every reference that was sent names an active row (qbo.md 5.0); a re-saved one as well (qbo.md 13.22).
    fn check_references(&self, body: &Record, ctx: &Context<'_>) -> Result<(), Fault> {
        let mut outcome = Ok(());
        body.references(&mut |name, targets, link| {
            if outcome.is_ok() {
                outcome = self.check_reference(targets, link, ctx).map_err(|fault| fault.on(name));
            }
        });
        outcome
    }

    fn check_reference(&self, targets: &'static [Entity], link: &Ref, ctx: &Context<'_>) -> Result<(), Fault> {
        let Some(entity) = link.entity.filter(|_| !targets.is_empty()).or(targets.first().copied()) else {
            return Ok(());
        };
        // Shipping and gratuity are lines with a word in place of an item (qbo.md 5.9).
        let word = entity == Entity::Item && matches!(link.value.as_str(), "SHIPPING_ITEM_ID" | "GRATUITY_ITEM_ID");
        if word { Ok(()) } else { self.resolve(entity, &link.value, ctx).map(drop) }
    }
}

/// What a client may create or change at all (qbo.md 5.0, 5.7, 5.21).
fn allow(entity: Entity, create: bool) -> Result<(), Fault> {
    let refused = match entity {
        Entity::TaxCode | Entity::TaxRate | Entity::ReimburseCharge => true,
        Entity::CompanyInfo | Entity::Preferences => create,
        Entity::TaxAgency => !create,
        _ => false,
    };
    let operation = if create { "create" } else { "update" };
    if refused { Err(errors::unsupported(&format!("{operation} on {}", entity.name()))) } else { Ok(()) }
}

/// A full update empties every writable member that was left out; a sparse one changes what was sent (qbo.md 5.0).
fn merged(before: Option<&Row>, input: &Input) -> Record {
    let Some(row) = before else { return input.body.clone() };
    // Updates of attachments are full, whatever they say (qbo.md 5.0).
    let sparse = input.sparse && row.entity != Entity::Attachable;
    let mut body = if sparse { row.body.clone() } else { row.body.read_only_part() };
    body.merge(&input.body);
    for name in &input.cleared {
        body.clear(name);
    }
    body
}
