//! Products and services (qbo.md 5.5).

use super::entity::Entity;
use super::errors::{self, Fault};
use super::shape::{Field, Shape};
use super::tree::Tree;
use super::write::Draft;
use super::{Books, Context};
use rust_decimal::Decimal;

static GROUP_LINE: Shape =
    Shape::new("ItemComponentLine", &[Field::reference("ItemRef", &[Entity::Item]), Field::decimal("Qty")]);

static GROUP_DETAIL: Shape = Shape::new("ItemGroupDetail", &[Field::list("ItemGroupLine", &GROUP_LINE)]);

pub(super) static ITEM: Shape = Shape::new(
    "Item",
    &[
        Field::name("Name", 100).sortable(),
        Field::text("Sku", 100).sortable(),
        Field::text("Description", 4000),
        Field::flag("Active").filterable(),
        Field::flag("SubItem"),
        Field::reference("ParentRef", &[Entity::Item]),
        Field::whole("Level", 0, 4).read_only(),
        Field::text("FullyQualifiedName", 4000).read_only().sortable(),
        Field::flag("Taxable"),
        Field::flag("SalesTaxIncluded"),
        Field::decimal("UnitPrice").sortable(),
        Field::word("Type", &["Inventory", "Service", "NonInventory", "Category", "Group"]).sortable(),
        Field::reference("IncomeAccountRef", &[Entity::Account]),
        Field::text("PurchaseDesc", 1000),
        Field::flag("PurchaseTaxIncluded"),
        Field::decimal("PurchaseCost").sortable(),
        Field::reference("ExpenseAccountRef", &[Entity::Account]),
        Field::reference("AssetAccountRef", &[Entity::Account]),
        Field::reference("PrefVendorRef", &[Entity::Vendor]),
        Field::flag("TrackQtyOnHand"),
        Field::decimal("QtyOnHand"),
        Field::decimal("ReorderPoint"),
        Field::reference("SalesTaxCodeRef", &[Entity::TaxCode]),
        Field::reference("PurchaseTaxCodeRef", &[Entity::TaxCode]),
        Field::date("InvStartDate"),
        Field::record("ItemGroupDetail", &GROUP_DETAIL).read_only(),
        Field::flag("PrintGroupedItems").read_only(),
        Field::text("ItemCategoryType", 50).read_only(),
        Field::text("Source", 100).read_only(),
        Field::reference("TaxClassificationRef", &[]),
        Field::reference("ClassRef", &[Entity::Class]),
    ],
);

const ITEMS: Tree = Tree { name: "Name", flag: "SubItem", leveled: true };

/// The largest price (qbo.md 5.5).
const DEAREST: Decimal = Decimal::from_parts(1_215_752_191, 23, 0, false, 0);

impl Books {
    pub(super) fn check_item(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        draft.body.set_default("Active", true);
        if !draft.body.has("Name") {
            return Err(errors::required("Name"));
        }
        let kind = draft.body.text("Type").ok_or_else(|| errors::required("Type"))?.to_owned();
        if kind == "Group" {
            return Err(errors::unsupported("create or update of an Item of type Group"));
        }
        let was = draft.stored().and_then(|stored| stored.text("Type"));
        if was.is_some_and(|was| was == "Inventory" && was != kind) {
            return Err(errors::business("The type of an inventory item can't be changed").on("Type"));
        }
        let tracked = draft.stored().is_some_and(|stored| stored.flag("TrackQtyOnHand"));
        if tracked && !draft.body.flag("TrackQtyOnHand") {
            return Err(errors::business("TrackQtyOnHand can't be set back to false").on("TrackQtyOnHand"));
        }
        for member in needed(&kind) {
            if !draft.body.has(member) {
                return Err(errors::required(member));
            }
        }
        for price in ["UnitPrice", "PurchaseCost"] {
            if draft.body.amount(price).abs() > DEAREST {
                return Err(Fault::of(2140, format!("Invalid Amount : {}", draft.body.amount(price))).on(price));
            }
        }
        let places = ctx.switches.unit_price_places;
        if let Some(price) = draft.body.decimal("UnitPrice").filter(|price| price.normalize().scale() > places) {
            return Err(Fault::of(2110, format!("Invalid Decimal : {price}")).on("UnitPrice"));
        }
        if kind != "Category" {
            draft.body.set_default("UnitPrice", Decimal::ZERO);
            draft.body.set_default("PurchaseCost", Decimal::ZERO);
            draft.body.set_default("TrackQtyOnHand", kind == "Inventory");
            draft.body.set_default("Taxable", false);
        }
        self.check_unique_in_parent(draft)?;
        self.place(draft, &ITEMS)
    }
}

/// What each type needs besides its name (qbo.md 5.5).
fn needed(kind: &str) -> &'static [&'static str] {
    match kind {
        "Inventory" => {
            &["IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef", "TrackQtyOnHand", "QtyOnHand", "InvStartDate"]
        }
        "Service" => &["IncomeAccountRef"],
        _ => &[],
    }
}
