//! Lines: what each kind needs, their ids and numbers, the subtotal that QuickBooks appends (qbo.md 5.9, 12.1).

use super::amounts::{self, Misfit, grouped, line_amount};
use super::line_shape::{DESCRIPTION, LINE, SUB_TOTAL};
use crate::qbo::books::entity::Entity;
use crate::qbo::books::errors::{self, Fault};
use crate::qbo::books::ids::Id;
use crate::qbo::books::record::Record;
use crate::qbo::books::write::Draft;
use crate::qbo::books::{Books, Context};
use crate::qbo::switches::{BillableDefault, ItemMissing};
use rust_decimal::Decimal;

/// More lines than this are refused (qbo.md 2).
const MOST: usize = 10_000;

/// What stands in the detail of a kind of line.
pub(super) fn detail_name(line: &Record) -> &'static str {
    match line.text("DetailType") {
        Some("SalesItemLineDetail") => "SalesItemLineDetail",
        Some("ItemBasedExpenseLineDetail") => "ItemBasedExpenseLineDetail",
        Some("AccountBasedExpenseLineDetail") => "AccountBasedExpenseLineDetail",
        Some("DiscountLineDetail") => "DiscountLineDetail",
        Some("SubTotalLineDetail") => "SubTotalLineDetail",
        Some("DepositLineDetail") => "DepositLineDetail",
        _ => "DescriptionLineDetail",
    }
}

/// The detail of a line that has one.
pub(super) fn detail(line: &Record) -> Option<&Record> {
    line.record(detail_name(line))
}

/// Gives every line its id and number: an id that the transaction has stays, anything else is a new line
/// (qbo.md 5.0).
pub(super) fn identify(lines: &mut [Record], stored: &[Record]) {
    let number = |line: &Record| line.text("Id").and_then(|id| id.parse::<u64>().ok());
    let held: Vec<u64> = stored.iter().filter_map(number).collect();
    let mut last = held.iter().copied().max().unwrap_or_default();
    let mut taken: Vec<u64> = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter_mut().enumerate() {
        let kept = number(line).filter(|id| held.contains(id) && !taken.contains(id));
        let id = kept.unwrap_or_else(|| {
            last += 1;
            last
        });
        if kept.is_some() {
            taken.push(id);
        }
        line.set("Id", id.to_string());
        line.set("LineNum", Decimal::from(at + 1));
    }
}

/// Sum of the lines that carry an amount of their own.
pub(super) fn subtotal(lines: &[Record]) -> Decimal {
    let counts = |line: &&Record| !matches!(detail_name(line), "DiscountLineDetail" | "SubTotalLineDetail");
    lines.iter().filter(counts).map(|line| line.amount("Amount")).sum()
}

impl Books {
    /// The lines of a sales document as they will stand.
    pub(super) fn sales_lines(&self, draft: &Draft, ctx: &Context<'_>) -> Result<Vec<Record>, Fault> {
        let mut lines = sent_lines(draft)?;
        let mut discounts = 0;
        for line in &mut lines {
            match line.text("DetailType") {
                Some("SalesItemLineDetail") => self.sales_item(line, draft, ctx)?,
                Some("DescriptionOnly") => describe(line),
                Some("DiscountLineDetail") => {
                    discounts += 1;
                    self.discount(line, discounts, ctx)?;
                }
                other => return Err(wrong_kind(other, draft.entity)),
            }
        }
        if !lines.iter().any(|line| detail_name(line) == "SalesItemLineDetail") {
            return Err(no_amount());
        }
        identify(&mut lines, draft.stored().map_or(&[], |stored| stored.list("Line")));
        Ok(lines)
    }

    fn sales_item(&self, line: &mut Record, draft: &Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        amount_of(line, "SalesItemLineDetail", ctx)?;
        let Some(own) = line.record_mut("SalesItemLineDetail") else {
            return Err(errors::required("SalesItemLineDetail"));
        };
        self.check_class_use(own, "ClassTrackingPerTxnLine", ctx)?;
        if !own.has("ItemRef") {
            match ctx.switches.item_missing {
                ItemMissing::Services => own.set("ItemRef", Id::Number(1)),
                ItemMissing::Refused => {
                    return Err(
                        Fault::of(6440, "Item Or Account Needed : a line of a sale needs an ItemRef").on("ItemRef")
                    );
                }
            }
        }
        if let Some(item) = own.target("ItemRef").and_then(|id| self.get(Entity::Item, id)) {
            usable(&item.body, own.has("Qty"), draft)?;
            if !own.has("ItemAccountRef")
                && let Some(account) = item.body.target("IncomeAccountRef")
            {
                own.set("ItemAccountRef", account);
            }
        }
        Ok(())
    }

    /// One discount for the whole document (qbo.md 5.9).
    fn discount(&self, line: &mut Record, which: usize, ctx: &Context<'_>) -> Result<(), Fault> {
        if which > 1 {
            return Err(errors::business("A transaction can have one discount line only").on("Line"));
        }
        if !self.preference_flag("SalesFormsPrefs", "AllowDiscount") {
            return Err(
                Fault::of(5030, "Feature Not Supported : discounts are off in the company's settings").on("Line")
            );
        }
        let amount = line.decimal("Amount");
        let Some(own) = line.record_mut("DiscountLineDetail") else {
            return Err(errors::required("DiscountLineDetail"));
        };
        self.check_class_use(own, "ClassTrackingPerTxnLine", ctx)?;
        if let Some(account) = self.account_of_subtype("DiscountsRefundsGiven") {
            own.set_default("DiscountAccountRef", account);
        }
        let percent = own.flag("PercentBased");
        match (percent, own.decimal("DiscountPercent"), amount) {
            (true, Some(rate), _) if rate < Decimal::ZERO || rate > Decimal::ONE_HUNDRED => {
                Err(Fault::of(2150, format!("Invalid Percent : {rate}")).on("DiscountPercent"))
            }
            (true, Some(_), _) => Ok(()),
            (false, _, Some(amount)) if amount < Decimal::ZERO => Err(negative(amount)),
            (false, _, Some(amount)) if amount > amounts::LARGEST => Err(too_large()),
            (false, _, Some(amount)) => {
                line.set("Amount", amounts::cents(amount));
                Ok(())
            }
            _ => {
                let text = "Discount Line missing required info : DiscountPercent or Amount is needed";
                Err(Fault::of(6090, text).on("DiscountLineDetail"))
            }
        }
    }

    /// The lines of a bill, purchase order, vendor credit or purchase as they will stand.
    pub(super) fn expense_lines(&self, draft: &Draft, ctx: &Context<'_>) -> Result<Vec<Record>, Fault> {
        let mut lines = sent_lines(draft)?;
        for line in &mut lines {
            match line.text("DetailType") {
                Some("AccountBasedExpenseLineDetail") => {
                    self.expense(line, "AccountBasedExpenseLineDetail", draft, ctx)?
                }
                Some("ItemBasedExpenseLineDetail") => self.expense(line, "ItemBasedExpenseLineDetail", draft, ctx)?,
                Some("DescriptionOnly") => describe(line),
                other => return Err(wrong_kind(other, draft.entity)),
            }
        }
        if lines.iter().all(|line| detail_name(line) == "DescriptionLineDetail") {
            return Err(no_amount());
        }
        let stored = draft.stored().map_or(&[] as &[Record], |stored| stored.list("Line"));
        for line in &mut lines {
            self.billable(line, stored, ctx)?;
        }
        identify(&mut lines, stored);
        Ok(lines)
    }

    fn expense(&self, line: &mut Record, kind: &'static str, draft: &Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        amount_of(line, kind, ctx)?;
        let Some(own) = line.record_mut(kind) else { return Err(errors::required(kind)) };
        self.check_class_use(own, "ClassTrackingPerTxnLine", ctx)?;
        if kind == "AccountBasedExpenseLineDetail" {
            let Some(account) = own.target("AccountRef") else { return Err(errors::required("AccountRef")) };
            let account_type = self.get(Entity::Account, account).and_then(|row| row.body.text("AccountType"));
            if let Some(found @ ("Accounts Receivable" | "Accounts Payable")) = account_type {
                let text = format!("Invalid Account Type : {found} cannot be used on a line of a purchase");
                return Err(Fault::of(6430, text).on("AccountRef"));
            }
            return Ok(());
        }
        let Some(item) = own.target("ItemRef").and_then(|id| self.get(Entity::Item, id)) else {
            return Err(errors::required("ItemRef"));
        };
        usable(&item.body, own.has("Qty"), draft)?;
        // An item that is bought has an expense account; inventory goes to its asset account (qbo.md 5.5, 5.17).
        if !item.body.has("ExpenseAccountRef") && !item.body.has("AssetAccountRef") {
            let name = item.body.text("Name").unwrap_or_default();
            let text = format!("Item Or Account Needed : the item {name} has no expense account");
            return Err(Fault::of(6440, text).on("ItemRef"));
        }
        Ok(())
    }

    /// Billable expenses (qbo.md 5.21).
    fn billable(&self, line: &mut Record, stored: &[Record], ctx: &Context<'_>) -> Result<(), Fault> {
        let name = detail_name(line);
        let was = line.text("Id").and_then(|id| stored.iter().find(|held| held.text("Id") == Some(id)));
        let billed = was.and_then(detail).is_some_and(|own| own.text("BillableStatus") == Some("HasBeenBilled"));
        let tracks = self.preference_flag("VendorAndPurchasesPrefs", "BillableExpenseTracking");
        let Some(own) = line.record_mut(name).filter(|_| name != "DescriptionLineDetail") else { return Ok(()) };
        match (own.text("BillableStatus"), own.has("CustomerRef")) {
            (Some("HasBeenBilled"), _) if !billed => {
                return Err(errors::enumeration("BillableStatus", "HAS_BEEN_BILLED"));
            }
            (Some("Billable"), false) => {
                let text = "Billable Without Customer Error : a billable line needs a CustomerRef";
                return Err(Fault::of(6310, text).on("CustomerRef"));
            }
            (Some("Billable"), true) if !tracks => {
                let text = "Invalid Billable Status Error : billable expenses are off in the company's settings";
                return Err(Fault::of(6320, text).on("BillableStatus"));
            }
            (None, true) => {
                let billable = tracks && ctx.switches.billable_default == BillableDefault::Billable;
                let word = match (billed, billable) {
                    (true, _) => "HasBeenBilled",
                    (false, true) => "Billable",
                    (false, false) => "NotBillable",
                };
                own.set("BillableStatus", word);
            }
            _ => {}
        }
        Ok(())
    }
}

/// Appends the line that shows the sum to a sales document (qbo.md 5.9). A discount stands behind the sum that it is
/// taken from, as python-quickbooks expects of a sandbox file.
pub(super) fn append_subtotal(lines: &mut Vec<Record>) {
    let sum = subtotal(lines);
    let discount = lines.iter().position(|line| detail_name(line) == "DiscountLineDetail").map(|at| lines.remove(at));
    lines.push(
        Record::new(&LINE)
            .with("Amount", sum)
            .with("DetailType", "SubTotalLineDetail")
            .with("SubTotalLineDetail", Record::new(&SUB_TOTAL)),
    );
    lines.extend(discount);
}

/// What was sent without subtotals, which are read only (qbo.md 5.9).
fn sent_lines(draft: &Draft) -> Result<Vec<Record>, Fault> {
    let sent = draft.body.list("Line");
    if sent.len() > MOST {
        return Err(errors::business(&format!("A transaction can have {MOST} lines at most")).on("Line"));
    }
    if sent.iter().any(|line| !line.has("DetailType")) {
        return Err(errors::required("DetailType"));
    }
    let own = |line: &&Record| line.text("DetailType") != Some("SubTotalLineDetail");
    let lines: Vec<Record> = sent.iter().filter(own).cloned().collect();
    if lines.is_empty() { Err(no_amount()) } else { Ok(lines) }
}

/// The amount of a line, checked against quantity and price (qbo.md 12.1).
fn amount_of(line: &mut Record, kind: &'static str, ctx: &Context<'_>) -> Result<(), Fault> {
    let own = line.record(kind).ok_or_else(|| errors::required(kind))?;
    let (quantity, price) = if kind == "AccountBasedExpenseLineDetail" {
        (None, None)
    } else {
        (own.decimal("Qty"), own.decimal("UnitPrice"))
    };
    for (name, figure) in [("Qty", quantity), ("UnitPrice", price)] {
        if figure.is_some_and(|figure| figure.normalize().scale() > ctx.switches.unit_price_places) {
            let places = ctx.switches.unit_price_places;
            return Err(Fault::of(2110, format!("Invalid Decimal : {name} has more than {places} decimals")).on(name));
        }
    }
    match line_amount(line.decimal("Amount"), quantity, price, ctx.switches.amount_tolerance) {
        Ok(amount) => {
            line.set("Amount", amount);
            Ok(())
        }
        Err(Misfit::Missing) => Err(errors::required("Amount")),
        Err(Misfit::TooLarge) => Err(too_large()),
        Err(Misfit::Product(sent)) => {
            let text = format!("Amount is not equal to UnitPrice * Qty. Supplied value:{}", grouped(sent));
            Err(Fault::of(6070, text).on("Amount"))
        }
    }
}

/// Text only: an amount on such a line has no effect (qbo.md 5.9).
fn describe(line: &mut Record) {
    line.clear("Amount");
    line.set_default("DescriptionLineDetail", Record::new(&DESCRIPTION));
}

/// Categories and bundles stand on no line; inventory needs a quantity and a date (qbo.md 5.5).
fn usable(item: &Record, has_quantity: bool, draft: &Draft) -> Result<(), Fault> {
    let name = item.text("Name").unwrap_or_default();
    match item.text("Type") {
        Some("Category") => {
            Err(errors::business(&format!("The category {name} cannot be used on a line")).on("ItemRef"))
        }
        Some("Group") => Err(errors::gap("bundles (items of type Group)")),
        Some("Inventory") if !has_quantity && item.flag("TrackQtyOnHand") => {
            let text = format!("Item Quantity Needed : a line with the inventory item {name} needs a Qty");
            Err(Fault::of(6520, text).on("Qty"))
        }
        Some("Inventory") if item.date("InvStartDate") > draft.body.date("TxnDate") => {
            let text = format!("Transaction date is prior to start date for inventory item : {name}");
            Err(Fault::of(6270, text).on("TxnDate"))
        }
        _ => Ok(()),
    }
}

fn wrong_kind(kind: Option<&str>, entity: Entity) -> Fault {
    match kind {
        Some("GroupLineDetail") => errors::gap("bundles (GroupLineDetail)"),
        kind => {
            let text = format!("Invalid Type : DetailType {} on {}", kind.unwrap_or_default(), entity.name());
            Fault::of(2120, text).on("DetailType")
        }
    }
}

fn no_amount() -> Fault {
    Fault::of(2250, "Missing Lines : at least one split line is needed").on("Line")
}

fn too_large() -> Fault {
    Fault::of(2140, "Invalid Amount : an amount can have ten digits before the decimal point").on("Amount")
}

/// 2140 for an amount that no document can have, so that sums stay within what a decimal holds.
pub(super) fn within_bounds(amount: Decimal, member: &'static str) -> Result<Decimal, Fault> {
    if amount.abs() > amounts::LARGEST { Err(too_large().on(member)) } else { Ok(amount) }
}

pub(super) fn negative(amount: Decimal) -> Fault {
    Fault::of(2290, format!("Negative Amount : {}", grouped(amount))).on("Amount")
}
