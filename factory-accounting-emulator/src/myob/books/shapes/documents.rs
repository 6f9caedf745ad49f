//! Quotes, orders, invoices and bills by layout (myob.md 3.4, 3.7).

use super::{DELIVERY, DUE, LONG};
use crate::myob::books::shape::{Field, Shape, Target, VersionForm};
use crate::myob::books::table::{Form, Layout};
use std::sync::LazyLock;

static TERMS: LazyLock<Shape> = LazyLock::new(|| {
    Shape::new(
        "Terms",
        vec![
            Field::word("PaymentIsDue", DUE),
            Field::whole("DiscountDate"),
            Field::whole("BalanceDueDate"),
            Field::decimal("DiscountForEarlyPayment"),
            Field::decimal("MonthlyChargeForLatePayment"),
            Field::day("DiscountExpiryDate").read_only(),
            Field::money("Discount").read_only(),
            Field::day("DueDate").read_only(),
            Field::money("FinanceCharge").read_only(),
        ],
    )
});

/// One shape for each form and layout, in the order of both enumerations.
static DOCUMENTS: LazyLock<Vec<Shape>> =
    LazyLock::new(|| pairs().map(|(form, layout)| Shape::new(form.word(), document(form, layout))).collect());

static LINES: LazyLock<Vec<Shape>> = LazyLock::new(|| pairs().map(|(form, layout)| line(form, layout)).collect());

fn pairs() -> impl Iterator<Item = (Form, Layout)> {
    Form::ALL.into_iter().flat_map(|form| Layout::ALL.map(|layout| (form, layout)))
}

pub(in crate::myob::books) fn of(form: Form, layout: Layout) -> &'static Shape {
    &DOCUMENTS[place(form, layout)]
}

fn place(form: Form, layout: Layout) -> usize {
    form as usize * Layout::ALL.len() + layout as usize
}

fn document(form: Form, layout: Layout) -> Vec<Field> {
    let mut fields = head(form);
    if layout.has_freight() {
        fields.extend([Field::money("Freight"), Field::link("FreightTaxCode", Target::TaxCode)]);
    }
    fields.extend(totals(form));
    fields.push(Field::list("Lines", &LINES[place(form, layout)]));
    fields.push(Field::text("ShipToAddress", LONG));
    if layout != Layout::Miscellaneous {
        fields.push(Field::text("Comment", LONG));
    }
    if matches!(layout, Layout::Item | Layout::Service | Layout::TimeBilling) {
        fields.push(Field::text("ShippingMethod", 20));
    }
    fields.push(Field::day("PromisedDate"));
    fields.push(Field::word(delivery(form), DELIVERY));
    fields.extend(tail(form));
    fields
}

/// The name of the delivery member differs from form to form (myob.md 3.4, 3.7).
pub(in crate::myob::books) fn delivery(form: Form) -> &'static str {
    match form {
        Form::Quote | Form::Order => "DeliveryStatus",
        Form::Invoice => "InvoiceDeliveryStatus",
        Form::PurchaseOrder => "OrderDeliveryStatus",
        Form::Bill => "BillDeliveryStatus",
    }
}

fn head(form: Form) -> Vec<Field> {
    let mut fields = vec![Field::text("Number", 13), Field::day("Date")];
    if form.is_sale() {
        fields.push(Field::link("Customer", Target::Customer));
        fields.push(Field::text("CustomerPurchaseOrderNumber", 20));
    } else {
        fields.push(Field::link("Supplier", Target::Supplier));
        fields.push(Field::text("SupplierInvoiceNumber", LONG));
    }
    fields.extend([Field::record("Terms", &TERMS), Field::flag("IsTaxInclusive")]);
    if !form.is_sale() {
        fields.push(Field::flag("IsReportable"));
    }
    fields.push(Field::money("Subtotal").read_only());
    fields
}

fn totals(form: Form) -> Vec<Field> {
    let mut fields = vec![
        Field::money("TotalTax").read_only(),
        Field::money("TotalAmount").read_only(),
        Field::link("Category", Target::Category),
    ];
    if form.is_sale() {
        fields.push(Field::link("Salesperson", Target::Employee));
    }
    fields.push(Field::text("JournalMemo", LONG));
    if form.is_sale() {
        fields.push(Field::text("ReferralSource", LONG));
    }
    if form != Form::Invoice {
        fields.push(Field::money("AppliedToDate").read_only());
    }
    let status = Field::word("Status", statuses(form));
    fields.extend([
        Field::money("BalanceDueAmount").read_only(),
        // Only a quote's is the client's, if anyone's (myob.md 3.5).
        if form == Form::Quote { status } else { status.read_only() },
        Field::day("LastPaymentDate").read_only(),
        Field::gap("ForeignCurrency", "foreign currency"),
        Field::gap("CurrencyExchangeRate", "foreign currency"),
    ]);
    fields
}

pub(in crate::myob::books) fn statuses(form: Form) -> &'static [&'static str] {
    match form {
        Form::Quote => &["Open", "Accepted", "Declined", "Invoiced"],
        Form::Order => &["Open", "ConvertedToInvoice"],
        Form::Invoice => &["Open", "Closed", "Credit", "Unknown"],
        Form::PurchaseOrder => &["Open", "ConvertedToBill"],
        Form::Bill => &["Open", "Closed", "Debit", "Unknown"],
    }
}

fn tail(form: Form) -> Vec<Field> {
    match form {
        Form::Invoice => vec![
            Field::link("Order", Target::Document(Form::Order)),
            Field::flag("CanApplySurcharge"),
            Field::flag("CanApplyBPay"),
            Field::word("OnlinePaymentMethod", &["None", "All"]),
        ],
        Form::Bill => vec![Field::link("Order", Target::Document(Form::PurchaseOrder))],
        _ => Vec::new(),
    }
}

/// Header and subtotal lines carry only a description (myob.md 3.4).
fn line(form: Form, layout: Layout) -> Shape {
    let mut fields = vec![
        Field::whole("RowID"),
        Field::word("Type", &["Transaction", "Header", "SubTotal"]),
        Field::text("Description", LONG),
    ];
    let dated = (form == Form::Invoice).then(|| Field::day("Date"));
    match layout {
        Layout::Item => fields.extend(item_line(form)),
        Layout::Service => {
            fields.extend(dated);
            fields.push(Field::link("Account", Target::Account));
            if !matches!(form, Form::Order | Form::PurchaseOrder) {
                fields.extend([
                    Field::decimal("UnitCount"),
                    Field::text("UnitOfMeasure", LONG),
                    Field::decimal("UnitPrice"),
                    Field::decimal("DiscountPercent"),
                ]);
            }
        }
        Layout::Professional => fields.extend([Field::day("Date"), Field::link("Account", Target::Account)]),
        Layout::Miscellaneous => {
            fields.extend(dated);
            fields.push(Field::link("Account", Target::Account));
        }
        Layout::TimeBilling => fields.extend([
            Field::day("Date"),
            Field::decimal("Hours"),
            Field::gap("Activity", "time billing activities"),
            Field::decimal("Units"),
            Field::link("Item", Target::Item),
            Field::decimal("Rate"),
        ]),
    }
    fields.extend([
        Field::money("Total"),
        Field::gap("TotalForeign", "foreign currency"),
        Field::link("Job", Target::Job),
        Field::link("TaxCode", Target::TaxCode),
        Field::version(VersionForm::Text),
    ]);
    Shape::new("Line", fields)
}

fn item_line(form: Form) -> Vec<Field> {
    let mut fields = vec![Field::decimal(form.quantity())];
    if !form.is_sale() {
        fields.push(Field::decimal("ReceivedQuantity"));
    }
    if form == Form::Bill {
        fields.push(Field::unkept("BackorderQuantity", "back orders"));
    }
    fields.extend([
        Field::decimal("UnitPrice"),
        Field::gap("UnitPriceForeign", "foreign currency"),
        Field::decimal("DiscountPercent"),
        Field::link("Item", Target::Item),
        Field::gap("Location", "stock in several locations"),
    ]);
    if !matches!(form, Form::Order | Form::PurchaseOrder) {
        fields.extend([
            Field::text("UnitOfMeasure", LONG),
            Field::decimal("UnitCount"),
            Field::link("Account", Target::Account),
        ]);
    }
    if form == Form::Invoice {
        fields.push(Field::unkept("CostOfGoodsSold", "costs of stock"));
    }
    fields
}
