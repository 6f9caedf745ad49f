//! Items (xero.md 4.3).

use super::errors::{self, Findings, Refusal};
use super::filter::{Field, Filtered, Value};
use super::shelf::{Key, Shelved};
use super::wire_in::{self, Object};
use super::wire_out::Writer;
use super::{Answer, Books, Context, Verb, Written, respond};
use crate::xero::call::Call;
use chrono::{DateTime, Utc};
use http::Method;
use rust_decimal::Decimal;
use uuid::Uuid;

/// Price, account and tax of one side of an item.
#[derive(Clone, Debug, Default)]
pub(super) struct Details {
    pub(super) unit_price: Option<Decimal>,
    pub(super) account: Option<String>,
    pub(super) cogs_account: Option<String>,
    pub(super) tax_type: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) id: Uuid,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) purchase_description: String,
    pub(super) is_sold: bool,
    pub(super) is_purchased: bool,
    pub(super) sales: Details,
    pub(super) purchase: Details,
    pub(super) inventory_account: Option<String>,
    pub(super) updated: DateTime<Utc>,
}

impl Shelved for Item {
    fn id(&self) -> Uuid {
        self.id
    }

    fn keys(&self) -> Vec<(Key, String)> {
        vec![(Key::Number, self.code.to_lowercase())]
    }
}

impl Filtered for Item {
    const NAME: &'static str = "Item";

    fn field(path: &str) -> Option<Field<Self>> {
        Some(match path {
            "itemid" => Field::of(|_, row: &Item| Value::Id(row.id)),
            "code" => Field::of(|_, row: &Item| Value::text(&row.code)),
            "name" => Field::of(|_, row: &Item| Value::filled(&row.name)),
            "description" => Field::of(|_, row: &Item| Value::filled(&row.description)),
            "issold" => Field::of(|_, row: &Item| Value::Flag(row.is_sold)),
            "ispurchased" => Field::of(|_, row: &Item| Value::Flag(row.is_purchased)),
            "istrackedasinventory" => Field::of(|_, row: &Item| Value::Flag(row.inventory_account.is_some())),
            "updateddateutc" => Field::of(|_, row: &Item| Value::Moment(row.updated)),
            _ => return None,
        })
    }

    fn updated(&self) -> DateTime<Utc> {
        self.updated
    }
}

/// What a caller sent of an item; absent sections keep their value.
struct ItemInput {
    id: Option<Uuid>,
    code: Option<String>,
    name: Option<String>,
    description: Option<String>,
    purchase_description: Option<String>,
    is_sold: Option<bool>,
    is_purchased: Option<bool>,
    sales: Option<Details>,
    purchase: Option<Details>,
    inventory_account: Option<String>,
}

impl ItemInput {
    fn read(object: &Object<'_>, places: u32) -> Result<Self, Refusal> {
        Ok(Self {
            id: object.id("ItemID")?,
            code: object.text("Code")?,
            name: object.text("Name")?,
            description: object.text("Description")?,
            purchase_description: object.text("PurchaseDescription")?,
            is_sold: object.boolean("IsSold")?,
            is_purchased: object.boolean("IsPurchased")?,
            sales: object.object("SalesDetails")?.map(|details| read_details(&details, places)).transpose()?,
            purchase: object.object("PurchaseDetails")?.map(|details| read_details(&details, places)).transpose()?,
            inventory_account: object.text("InventoryAssetAccountCode")?.filter(|text| !text.is_empty()),
        })
    }
}

fn read_details(object: &Object<'_>, places: u32) -> Result<Details, Refusal> {
    let text = |name: &str| object.text(name).map(|text| text.filter(|text| !text.is_empty()));
    Ok(Details {
        // Two places unless unitdp=4 (xero.md 4.3).
        unit_price: object.decimal("UnitPrice")?.map(|price| super::lines::half_up(price, places)),
        account: text("AccountCode")?,
        cogs_account: text("COGSAccountCode")?,
        tax_type: text("TaxType")?,
    })
}

impl Books {
    pub(super) fn items_call(&mut self, call: &Call<'_>, rest: &[String], ctx: &Context<'_>) -> Answer {
        let found = rest.first().and_then(|key| self.find_item(key));
        match (call.method, rest) {
            (&Method::GET, []) => {
                let rows = self.select(call, self.items.iter(), |_| true)?;
                Ok(ctx.envelope(None, |out| {
                    out.list("Items", rows, |out, item| render(out, item, ctx.unit_places, true));
                }))
            }
            (&Method::PUT, []) => self.save_items(call, None, Verb::Put, ctx),
            (&Method::POST, []) => self.save_items(call, None, Verb::Post, ctx),
            (_, [_]) => {
                let id = found.ok_or(Refusal::NotFound)?;
                match *call.method {
                    Method::GET => Ok(ctx.envelope(None, |out| {
                        out.list("Items", self.items.get(id), |out, item| render(out, item, ctx.unit_places, true));
                    })),
                    Method::POST => self.save_items(call, Some(id), Verb::Post, ctx),
                    Method::DELETE => {
                        self.delete_item(id)?;
                        Ok(respond::no_content())
                    }
                    _ => Err(Refusal::MethodNotAllowed),
                }
            }
            (_, []) => Err(Refusal::MethodNotAllowed),
            _ => Err(Refusal::NotFound),
        }
    }

    /// By id or by code (xero.md 4.1).
    pub(super) fn find_item(&self, key: &str) -> Option<Uuid> {
        let by_id = Uuid::parse_str(key).ok().and_then(|id| self.items.get(id));
        by_id.or_else(|| self.items.find(Key::Number, key).next()).map(|item| item.id)
    }

    /// A used item can be deleted if it is not tracked (xero.md 4.3).
    pub(super) fn delete_item(&mut self, id: Uuid) -> Result<(), Refusal> {
        let item = self.items.get(id).ok_or(Refusal::NotFound)?;
        let used = self.every_document().any(|document| {
            document
                .lines
                .iter()
                .any(|line| line.item.as_deref().is_some_and(|code| code.eq_ignore_ascii_case(&item.code)))
        });
        if item.inventory_account.is_some() && used {
            return Err(Refusal::validation("A tracked item that is used in transactions cannot be deleted")); // [impl]
        }
        self.items.remove(id);
        Ok(())
    }

    fn save_items(&mut self, call: &Call<'_>, path: Option<Uuid>, verb: Verb, ctx: &Context<'_>) -> Answer {
        let mut inputs = Vec::new();
        for element in wire_in::elements(call.body, "Items", "Item")? {
            let mut input = ItemInput::read(&element, ctx.unit_places)?;
            input.id = path.or(input.id);
            if input.id.is_some_and(|id| self.items.get(id).is_none()) {
                return Err(Refusal::NotFound);
            }
            inputs.push(input);
        }
        self.respond_batch(
            call,
            "Items",
            path.is_none(),
            ctx,
            &inputs,
            |books, input| books.write_item(input, verb, ctx),
            |_, out, item, findings, every| {
                render(out, item, ctx.unit_places, false);
                respond::verdict(out, findings, every);
            },
        )
    }

    fn write_item(&mut self, input: &ItemInput, verb: Verb, ctx: &Context<'_>) -> Written<Item> {
        let mut findings = Findings::default();
        let by_code = input.code.as_deref().and_then(|code| self.items.find(Key::Number, code).next());
        let existing = match (verb, input.id) {
            (Verb::Put, _) => None,
            (Verb::Post, Some(id)) => self.items.get(id).cloned(),
            (Verb::Post, None) => by_code.cloned(),
        };
        let mut item = existing.clone().unwrap_or_else(|| Item {
            id: Uuid::nil(),
            code: String::new(),
            name: String::new(),
            description: String::new(),
            purchase_description: String::new(),
            is_sold: true,
            is_purchased: true,
            sales: Details::default(),
            purchase: Details::default(),
            inventory_account: None,
            updated: ctx.now,
        });
        merge(&mut item, input);
        if by_code.is_some_and(|other| other.id != item.id) {
            findings.error(errors::item_code_taken(&item.code));
        }
        self.check_item(&mut item, &mut findings);
        if findings.is_clean() {
            item.updated = ctx.now;
            if existing.is_none() {
                item.id = self.ids.next();
            }
            self.items.put(item.clone());
            self.note_api_write(item.id, ctx);
        }
        Written { row: item, findings }
    }

    fn check_item(&self, item: &mut Item, findings: &mut Findings) {
        if item.code.is_empty() {
            findings.error("Price List Item Code must be specified"); // [impl]
        }
        findings.limit("Code", Some(&item.code), 30);
        findings.limit("Name", Some(&item.name), 50);
        findings.limit("Description", Some(&item.description), 4000);
        findings.limit("PurchaseDescription", Some(&item.purchase_description), 4000);
        for details in [&mut item.sales, &mut item.purchase] {
            for code in [&details.account, &details.cogs_account].into_iter().flatten() {
                if self.active_account(code).is_none() {
                    findings.error(errors::account_invalid(code));
                }
            }
            let Some(account) = details.account.as_deref().and_then(|code| self.active_account(code)) else { continue };
            match &details.tax_type {
                // The tax comes back filled from the account (xero.md 4.3).
                None => details.tax_type = Some(account.tax_type.clone()),
                Some(tax) if !self.tax_fits(tax, account.class()) => {
                    findings.error(errors::tax_invalid(tax, &account.code));
                }
                Some(_) => {}
            }
        }
        let Some(code) = &item.inventory_account else { return };
        if self.active_account(code).is_none_or(|account| account.kind != "INVENTORY") {
            findings.error(errors::account_invalid(code));
        }
        if item.purchase.cogs_account.is_none() {
            findings.error("A tracked item needs a COGSAccountCode."); // [impl]
        }
    }
}

fn merge(item: &mut Item, input: &ItemInput) {
    for (slot, sent) in [
        (&mut item.code, &input.code),
        (&mut item.name, &input.name),
        (&mut item.description, &input.description),
        (&mut item.purchase_description, &input.purchase_description),
    ] {
        if let Some(sent) = sent {
            slot.clone_from(sent);
        }
    }
    item.is_sold = input.is_sold.unwrap_or(item.is_sold);
    item.is_purchased = input.is_purchased.unwrap_or(item.is_purchased);
    for (held, sent) in [(&mut item.sales, &input.sales), (&mut item.purchase, &input.purchase)] {
        let Some(sent) = sent else { continue };
        held.unit_price = sent.unit_price.or(held.unit_price);
        if sent.account.is_some() && sent.account != held.account {
            held.tax_type = None;
        }
        for (slot, sent) in [
            (&mut held.account, &sent.account),
            (&mut held.cogs_account, &sent.cogs_account),
            (&mut held.tax_type, &sent.tax_type),
        ] {
            if sent.is_some() {
                slot.clone_from(sent);
            }
        }
    }
    if input.inventory_account.is_some() {
        item.inventory_account.clone_from(&input.inventory_account);
        item.purchase.account = None;
    }
    // Switching a side off nulls its description and details (xero.md 4.3).
    if !item.is_sold {
        item.description.clear();
        item.sales = Details::default();
    }
    if !item.is_purchased {
        item.purchase_description.clear();
        item.purchase = Details::default();
    }
}

/// Write answers carry `UpdatedDateUTC` without offset (xero.md 0.5).
fn render(out: &mut Writer, item: &Item, places: u32, read: bool) {
    out.id("ItemID", item.id);
    out.text("Code", &item.code);
    out.filled("Name", &item.name);
    out.filled("Description", &item.description);
    out.filled("PurchaseDescription", &item.purchase_description);
    if read {
        out.instant("UpdatedDateUTC", item.updated);
    } else {
        out.bare_instant("UpdatedDateUTC", item.updated);
    }
    for (name, details) in [("PurchaseDetails", &item.purchase), ("SalesDetails", &item.sales)] {
        out.member(name, |out| {
            if let Some(price) = details.unit_price {
                out.decimal("UnitPrice", super::lines::half_up(price, places));
            }
            out.some("COGSAccountCode", details.cogs_account.as_deref());
            out.some("AccountCode", details.account.as_deref());
            out.some("TaxType", details.tax_type.as_deref());
        });
    }
    out.flag("IsTrackedAsInventory", item.inventory_account.is_some());
    out.some("InventoryAssetAccountCode", item.inventory_account.as_deref());
    if item.inventory_account.is_some() {
        out.decimal("TotalCostPool", Decimal::ZERO);
        out.decimal("QuantityOnHand", Decimal::ZERO);
    }
    out.flag("IsSold", item.is_sold);
    out.flag("IsPurchased", item.is_purchased);
}
