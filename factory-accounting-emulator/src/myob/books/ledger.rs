//! The books as tests look at them: whole as JSON, or in short.

use super::shelf::Row;
use super::table::Table;
use super::{Books, Context, payment};
use crate::myob::switches::Switches;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// One row of the books in short, as it stands now. Deleted rows are gone, as in MYOB.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BookedDocument {
    /// The collection, such as `Sale/Invoice/Item`.
    pub kind: String,
    /// The UID.
    pub id: String,
    /// Number, ReceiptNumber or PaymentNumber; DisplayID of a card. Empty when there is none.
    pub number: String,
    /// CustomerPurchaseOrderNumber or SupplierInvoiceNumber, else the memo; of a list row its name.
    pub reference: String,
    /// Status of a document, `Booked` of everything else; `Active` and `Inactive` of a list row.
    pub status: String,
    /// Name of the customer, supplier or contact; empty when there is none.
    pub party: String,
    /// Total in the file's currency.
    pub total: Decimal,
    /// What is paid or settled of a document; what a payment, settlement or refund applies.
    pub applied: Decimal,
}

impl Books {
    /// Every transaction in the order of creation.
    pub(crate) fn documents(&self) -> Vec<BookedDocument> {
        let mut rows: Vec<&Row> =
            transactions().flat_map(|table| self.shelf(table).rows()).map(AsRef::as_ref).collect();
        rows.sort_by_key(|row| row.sequence);
        rows.into_iter().map(|row| self.booked(row)).collect()
    }

    /// Every customer, supplier and item as such rows, in the order of creation.
    pub(crate) fn register(&self) -> Vec<BookedDocument> {
        let tables = [Table::Customer, Table::Supplier, Table::Item];
        let mut rows: Vec<&Row> =
            tables.into_iter().flat_map(|table| self.shelf(table).rows()).map(AsRef::as_ref).collect();
        rows.sort_by_key(|row| row.sequence);
        rows.into_iter()
            .map(|row| BookedDocument {
                kind: row.table.path().to_owned(),
                id: row.uid.to_string(),
                number: row.number().to_owned(),
                reference: row.name(),
                status: if row.is_active() { "Active" } else { "Inactive" }.to_owned(),
                party: String::new(),
                total: self.derived.owed(row.uid),
                applied: Decimal::ZERO,
            })
            .collect()
    }

    /// Every row by collection in its wire form, the files that are attached, the orders that a conversion took away,
    /// and under `totals` the sums of transactions by collection and status as decimal strings.
    pub(crate) fn ledger(&self) -> Value {
        let switches = Switches::default();
        let ctx = Context {
            now: Default::default(),
            country: self.country,
            switches: &switches,
            base: "",
            uris: false,
            person: true,
        };
        let mut whole = Map::new();
        for table in Table::all() {
            let mut rows: Vec<&Row> = self.shelf(table).rows().map(AsRef::as_ref).collect();
            rows.sort_by_key(|row| row.sequence);
            let json = |row| serde_json::from_str::<Value>(&self.view(row, &ctx).json()).unwrap_or_default();
            whole.insert(table.path().to_owned(), rows.into_iter().map(json).collect());
        }
        let mut sums: BTreeMap<String, BTreeMap<String, Decimal>> = BTreeMap::new();
        let mut files = Map::new();
        for row in self.documents() {
            if let Ok(uid) = row.id.parse()
                && !self.file_names(uid).is_empty()
            {
                files.insert(row.id.clone(), json!(self.file_names(uid)));
            }
            *sums.entry(row.kind).or_default().entry(row.status).or_default() += row.total;
        }
        let totals = sums.into_iter().map(|(kind, statuses)| {
            let statuses = statuses.into_iter().map(|(status, sum)| (status, Value::String(format!("{sum:.2}"))));
            (kind, Value::Object(statuses.collect()))
        });
        whole.insert("totals".to_owned(), Value::Object(totals.collect()));
        whole.insert("attachments".to_owned(), Value::Object(files));
        let gone =
            self.gone.iter().map(|(uid, (table, number))| json!({"UID": uid, "path": table.path(), "Number": number}));
        whole.insert("converted".to_owned(), gone.collect());
        Value::Object(whole)
    }

    fn booked(&self, row: &Row) -> BookedDocument {
        let body = &row.body;
        let members = ["TotalAmount", "AmountReceived", "AmountPaid", "CreditAmount", "DebitAmount", "Amount"];
        let total = members.into_iter().find_map(|member| body.number(member)).unwrap_or_default();
        let party = ["Customer", "Supplier", "Contact"].into_iter().find_map(|member| body.link(member));
        let references = ["CustomerPurchaseOrderNumber", "SupplierInvoiceNumber", "Memo", "JournalMemo"];
        let applied = match row.table.form() {
            Some(_) => total - body.amount("BalanceDueAmount"),
            None => payment::applications(row).into_iter().map(|(_, amount)| amount.max(Decimal::ZERO)).sum(),
        };
        BookedDocument {
            kind: row.table.path().to_owned(),
            id: row.uid.to_string(),
            number: row.number().to_owned(),
            reference: references.into_iter().find_map(|member| body.filled(member)).unwrap_or_default().to_owned(),
            status: body.text("Status").unwrap_or("Booked").to_owned(),
            party: party.and_then(|uid| self.find(uid)).map(|row| row.name()).unwrap_or_default(),
            total,
            applied,
        }
    }
}

fn transactions() -> impl Iterator<Item = Table> {
    Table::all().filter(|table| !table.is_list())
}
