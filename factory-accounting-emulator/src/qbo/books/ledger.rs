//! The books as tests look at them: whole as JSON, or in short.

use super::Books;
use super::entity::{Entity, Family};
use super::shelf::Row;
use rust_decimal::Decimal;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// One row of the books in short, as it stands now. Deleted rows are gone, as in QuickBooks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BookedDocument {
    /// The entity, such as `Invoice`.
    pub kind: String,
    /// Id in the books; unique for each kind.
    pub id: String,
    /// DocNumber; empty when there is none.
    pub number: String,
    /// PaymentRefNum of a payment, else PrivateNote; of a list row its name.
    pub reference: String,
    /// `Voided`, or by kind: `Open` and `Paid` by the balance, TxnStatus of an estimate, POStatus of an order,
    /// `Billable` and `Invoiced` of a charge, `Booked` of everything else; `Active` and `Inactive` of a list row.
    pub status: String,
    /// Name of the customer or vendor; empty when there is none.
    pub party: String,
    /// Total in the document's currency.
    pub total: Decimal,
    /// Paid, credited and deposited together, in the document's currency; of a payment what it applies.
    pub applied: Decimal,
}

impl Books {
    /// Every transaction in the order of creation.
    pub(crate) fn documents(&self) -> Vec<BookedDocument> {
        let mut rows: Vec<&Row> = transactions().flat_map(|kind| self.shelf(kind).rows()).map(AsRef::as_ref).collect();
        rows.sort_by_key(|row| row.id);
        rows.into_iter().map(|row| self.booked(row)).collect()
    }

    /// Every customer, vendor and item as such rows.
    pub(crate) fn register(&self) -> Vec<BookedDocument> {
        let kinds = [Entity::Customer, Entity::Vendor, Entity::Item];
        let rows = kinds.into_iter().flat_map(|kind| self.shelf(kind).rows());
        rows.map(|row| BookedDocument {
            kind: row.entity.name().to_owned(),
            id: row.id.to_string(),
            number: row.body.text("Sku").or(row.body.text("AcctNum")).unwrap_or_default().to_owned(),
            reference: row.body.text("DisplayName").or(row.body.text("Name")).unwrap_or_default().to_owned(),
            status: if row.is_active() { "Active" } else { "Inactive" }.to_owned(),
            party: String::new(),
            total: row.body.amount("Balance"),
            applied: Decimal::ZERO,
        })
        .collect()
    }

    /// Every row by entity in its wire form, and under `totals` the sums of transactions by kind and status as decimal
    /// strings in the home currency.
    pub(crate) fn ledger(&self) -> Value {
        let mut whole = Map::new();
        for kind in Entity::all() {
            let json = |row| serde_json::from_str::<Value>(&self.row_json(row)).unwrap_or_default();
            whole.insert(kind.name().to_owned(), self.shelf(kind).rows().map(|row| json(row)).collect());
        }
        let mut sums: BTreeMap<String, BTreeMap<String, Decimal>> = BTreeMap::new();
        for row in self.documents() {
            *sums.entry(row.kind).or_default().entry(row.status).or_default() += row.total;
        }
        let totals = sums.into_iter().map(|(kind, statuses)| {
            let statuses = statuses.into_iter().map(|(status, sum)| (status, Value::String(format!("{sum:.2}"))));
            (kind, Value::Object(statuses.collect()))
        });
        whole.insert("totals".to_owned(), Value::Object(totals.collect()));
        Value::Object(whole)
    }

    fn booked(&self, row: &Row) -> BookedDocument {
        let body = &row.body;
        let total = body.decimal("TotalAmt").unwrap_or_else(|| body.amount("Amount"));
        let party = [("CustomerRef", Entity::Customer), ("VendorRef", Entity::Vendor)]
            .into_iter()
            .find_map(|(member, entity)| self.name_of(entity, body.reference(member)?))
            .or_else(|| {
                let link = body.link("EntityRef")?;
                self.name_of(link.entity?, &link.value)
            });
        let applied = match row.entity {
            Entity::Invoice | Entity::CreditMemo | Entity::Bill | Entity::VendorCredit => {
                total - body.amount("Balance")
            }
            Entity::Payment => total - body.amount("UnappliedAmt"),
            Entity::SalesReceipt | Entity::Purchase | Entity::BillPayment => total,
            _ => Decimal::ZERO,
        };
        BookedDocument {
            kind: row.entity.name().to_owned(),
            id: row.id.to_string(),
            number: body.text("DocNumber").unwrap_or_default().to_owned(),
            reference: body.text("PaymentRefNum").or(body.text("PrivateNote")).unwrap_or_default().to_owned(),
            status: status(row).to_owned(),
            party: party.unwrap_or_default().to_owned(),
            total,
            applied,
        }
    }
}

fn transactions() -> impl Iterator<Item = Entity> {
    Entity::all().filter(|kind| kind.family() == Family::Transaction)
}

fn status(row: &Row) -> &str {
    let body = &row.body;
    if row.voided {
        return "Voided";
    }
    match row.entity {
        Entity::Invoice | Entity::CreditMemo | Entity::Bill | Entity::VendorCredit => {
            // Paid is a balance of nothing on a total of something (qbo.md 5.13).
            if body.amount("Balance").is_zero() && !body.amount("TotalAmt").is_zero() { "Paid" } else { "Open" }
        }
        Entity::Estimate => body.text("TxnStatus").unwrap_or_default(),
        Entity::PurchaseOrder => body.text("POStatus").unwrap_or_default(),
        Entity::ReimburseCharge => {
            if body.flag("HasBeenInvoiced") {
                "Invoiced"
            } else {
                "Billable"
            }
        }
        _ => "Booked",
    }
}
