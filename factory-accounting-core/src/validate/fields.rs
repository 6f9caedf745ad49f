//! Every text of a record with its path: the one list that checks of blanks, characters and lengths go through.

use crate::model::{
    Address, ContactPerson, Line, Party, Payment, PaymentTarget, PriceSide, Product, Record, References, Trade,
};

/// A text of a record.
pub(super) struct TextField<'a> {
    /// Path without positions: `lines[].description`.
    pub(super) pattern: &'static str,
    /// What stands in place of its brackets, from the left; what there are no brackets for is not looked at.
    positions: [usize; 2],
    /// The text; may be empty.
    pub(super) text: &'a str,
    /// What it must be.
    pub(super) shape: Shape,
    /// For a text that may not be missing: what to give. Others may be absent, but not blank.
    pub(super) required: Option<&'static str>,
}

impl TextField<'_> {
    /// Path: `lines[2].description`. Spelt out only for those that there is something to say about.
    pub(super) fn path(&self) -> String {
        let fill = |path: String, at: &usize| path.replacen("[]", &format!("[{at}]"), 1);
        self.positions.iter().fold(self.pattern.to_owned(), fill)
    }
}

/// What a text must be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// An id, number or code that records are found by: one line, no spaces at the ends.
    Key,
    /// One line.
    Line,
    /// Several lines.
    Block,
}

const ID: &str = "give the host's own id";
const NUMBER: &str = "give the number that people know it by";
const NAME: &str = "give the name that people know it by";

/// Every text of a record, in the order of its fields. Absent ones are left out.
pub(super) fn text_fields(record: &Record) -> Vec<TextField<'_>> {
    let mut fields = Fields(Vec::new());
    fields.required("id", record.id().as_str(), Shape::Key, ID);
    match record {
        Record::Customer(party) | Record::Supplier(party) => fields.party(party),
        Record::Product(product) => fields.product(product),
        Record::Job(job) => {
            fields.required("number", &job.number, Shape::Key, NUMBER);
            fields.required("name", &job.name, Shape::Line, NAME);
            fields.optional("customer", job.customer.as_ref().map(|id| id.as_str()), Shape::Key);
            fields.optional("parent", job.parent.as_ref().map(|id| id.as_str()), Shape::Key);
        }
        Record::Payment(payment) => fields.payment(payment),
        Record::Quote(quote) => {
            fields.trade("customer", quote.customer.as_str(), &quote.trade());
            fields.optional("title", quote.title.as_deref(), Shape::Line);
            fields.optional("summary", quote.summary.as_deref(), Shape::Block);
            fields.optional("terms", quote.terms.as_deref(), Shape::Block);
        }
        Record::Order(order) => fields.trade("customer", order.customer.as_str(), &order.trade()),
        Record::Invoice(invoice) => {
            fields.trade("customer", invoice.customer.as_str(), &invoice.trade());
            fields.optional("order", invoice.order.as_ref().map(|id| id.as_str()), Shape::Key);
            fields.optional("work_undertaken", invoice.work_undertaken.as_deref(), Shape::Block);
        }
        Record::CreditNote(note) => {
            fields.trade("customer", note.customer.as_str(), &note.trade());
            for (index, allocation) in note.allocations.iter().enumerate() {
                fields.push("allocations[].invoice", [index, 0], allocation.invoice.as_str(), Shape::Key, Some(ID));
            }
        }
        Record::PurchaseOrder(order) => fields.trade("supplier", order.supplier.as_str(), &order.trade()),
        Record::Bill(bill) => {
            fields.trade("supplier", bill.supplier.as_str(), &bill.trade());
            fields.optional("purchase_order", bill.purchase_order.as_ref().map(|id| id.as_str()), Shape::Key);
        }
    }
    fields.0
}

struct Fields<'a>(Vec<TextField<'a>>);

impl<'a> Fields<'a> {
    fn push(
        &mut self,
        pattern: &'static str,
        positions: [usize; 2],
        text: &'a str,
        shape: Shape,
        required: Option<&'static str>,
    ) {
        self.0.push(TextField { pattern, positions, text, shape, required });
    }

    fn required(&mut self, pattern: &'static str, text: &'a str, shape: Shape, remedy: &'static str) {
        self.push(pattern, [0, 0], text, shape, Some(remedy));
    }

    fn optional(&mut self, pattern: &'static str, text: Option<&'a str>, shape: Shape) {
        self.optional_at(pattern, [0, 0], text, shape);
    }

    fn optional_at(&mut self, pattern: &'static str, positions: [usize; 2], text: Option<&'a str>, shape: Shape) {
        if let Some(text) = text {
            self.push(pattern, positions, text, shape, None);
        }
    }

    fn trade(&mut self, party_field: &'static str, party: &'a str, trade: &Trade<'a>) {
        self.required("number", trade.number, Shape::Key, NUMBER);
        self.required(party_field, party, Shape::Key, ID);
        for (index, line) in trade.lines.iter().enumerate() {
            self.line(index, line);
        }
        self.references(trade.references);
    }

    fn line(&mut self, index: usize, line: &'a Line) {
        match line {
            Line::Text(line) => {
                self.push(
                    "lines[].text",
                    [index, 0],
                    &line.text,
                    Shape::Block,
                    Some("write the text or leave the line out"),
                );
            }
            Line::Item(line) => {
                let remedy = "describe what is charged";
                self.push("lines[].description", [index, 0], &line.description, Shape::Block, Some(remedy));
                let product = line.product.as_ref().map(|id| id.as_str());
                self.optional_at("lines[].product", [index, 0], product, Shape::Key);
                self.optional_at("lines[].tax", [index, 0], line.tax.as_deref(), Shape::Key);
                self.optional_at("lines[].account", [index, 0], line.account.as_deref(), Shape::Key);
                self.optional_at("lines[].job", [index, 0], line.job.as_ref().map(|id| id.as_str()), Shape::Key);
            }
        }
    }

    fn references(&mut self, references: &'a References) {
        self.optional("references.job_number", references.job_number.as_deref(), Shape::Line);
        self.optional("references.purchase_order_number", references.purchase_order_number.as_deref(), Shape::Line);
        self.optional("references.site_address", references.site_address.as_deref(), Shape::Block);
        self.optional("references.work_order_number", references.work_order_number.as_deref(), Shape::Line);
    }

    fn party(&mut self, party: &'a Party) {
        self.required("name", &party.name, Shape::Line, NAME);
        self.optional("email", party.email.as_deref(), Shape::Line);
        self.optional("phone", party.phone.as_deref(), Shape::Line);
        self.optional("tax_number", party.tax_number.as_deref(), Shape::Line);
        for (index, address) in party.addresses.iter().enumerate() {
            self.address(index, address);
        }
        for (index, person) in party.contacts.iter().enumerate() {
            self.person(index, person);
        }
    }

    fn address(&mut self, index: usize, address: &'a Address) {
        self.optional_at("addresses[].attention", [index, 0], address.attention.as_deref(), Shape::Line);
        for (line, text) in address.lines.iter().enumerate() {
            self.optional_at("addresses[].lines[]", [index, line], Some(text), Shape::Line);
        }
        self.optional_at("addresses[].city", [index, 0], address.city.as_deref(), Shape::Line);
        self.optional_at("addresses[].region", [index, 0], address.region.as_deref(), Shape::Line);
        self.optional_at("addresses[].postal_code", [index, 0], address.postal_code.as_deref(), Shape::Line);
        self.optional_at("addresses[].country", [index, 0], address.country.as_deref(), Shape::Line);
    }

    fn person(&mut self, index: usize, person: &'a ContactPerson) {
        self.optional_at("contacts[].first_name", [index, 0], person.first_name.as_deref(), Shape::Line);
        self.optional_at("contacts[].last_name", [index, 0], person.last_name.as_deref(), Shape::Line);
        self.optional_at("contacts[].email", [index, 0], person.email.as_deref(), Shape::Line);
        self.optional_at("contacts[].phone", [index, 0], person.phone.as_deref(), Shape::Line);
    }

    fn product(&mut self, product: &'a Product) {
        self.required("code", &product.code, Shape::Key, "give the code that people know it by");
        self.required("name", &product.name, Shape::Line, NAME);
        self.optional("description", product.description.as_deref(), Shape::Block);
        self.price_side(["sales.account", "sales.tax"], product.sales.as_ref());
        self.price_side(["purchases.account", "purchases.tax"], product.purchases.as_ref());
    }

    fn price_side(&mut self, [account, tax]: [&'static str; 2], side: Option<&'a PriceSide>) {
        self.optional(account, side.and_then(|side| side.account.as_deref()), Shape::Key);
        self.optional(tax, side.and_then(|side| side.tax.as_deref()), Shape::Key);
    }

    fn payment(&mut self, payment: &'a Payment) {
        self.required("number", &payment.number, Shape::Key, NUMBER);
        let (pattern, target) = match &payment.target {
            PaymentTarget::Invoice(id) => ("target.invoice", id),
            PaymentTarget::Bill(id) => ("target.bill", id),
            PaymentTarget::CreditNote(id) => ("target.credit_note", id),
        };
        self.required(pattern, target.as_str(), Shape::Key, ID);
        self.optional("method", payment.method.as_deref(), Shape::Key);
        self.optional("account", payment.account.as_deref(), Shape::Key);
    }
}
