//! Every setting there is, for people: what it is called, what it does, what can be chosen. A test holds this table against
//! the settings' JSON Schema, leaf by leaf and choice by choice.

use super::choices::{AccountUse, Choose, NameOf, RowsOf, Section, Setting, Side, Table};
use crate::model::RecordKind;
use crate::numbers::{LARGEST, LARGEST_BLOCK, WIDEST};

/// Kinds that can be switched off.
const SENT: &[RecordKind] = &[
    RecordKind::Customer,
    RecordKind::Supplier,
    RecordKind::Product,
    RecordKind::Job,
    RecordKind::Quote,
    RecordKind::Order,
    RecordKind::Invoice,
    RecordKind::CreditNote,
    RecordKind::PurchaseOrder,
    RecordKind::Bill,
    RecordKind::Payment,
];

/// Kinds that come to occasions of their own: documents, credit notes among them, and payments.
pub(crate) const TRIGGERED: &[RecordKind] = &[
    RecordKind::Quote,
    RecordKind::Order,
    RecordKind::Invoice,
    RecordKind::CreditNote,
    RecordKind::PurchaseOrder,
    RecordKind::Bill,
    RecordKind::Payment,
];

/// Kinds that the package can number. Bills go by their suppliers' numbers.
const NUMBERED: &[RecordKind] =
    &[RecordKind::Quote, RecordKind::Order, RecordKind::Invoice, RecordKind::CreditNote, RecordKind::PurchaseOrder];

/// Kinds that the host's apps number.
const IN_SERIES: &[RecordKind] = &[
    RecordKind::Job,
    RecordKind::Quote,
    RecordKind::Order,
    RecordKind::Invoice,
    RecordKind::CreditNote,
    RecordKind::PurchaseOrder,
    RecordKind::Payment,
];

const CONTACTS: Choose = Choose::One(&[
    ("never", "Only people and imports link them"),
    ("on_create", "As soon as they are there"),
    ("on_first_document", "With the first document that needs them"),
]);
const ARRIVAL: Choose = Choose::One(&[("draft", "As a draft"), ("approved", "Approved")]);
const MARKS: Choose = Choose::One(&[
    ("nothing", "Neither"),
    ("print", "To be printed"),
    ("email", "To be mailed"),
    ("print_and_email", "To be printed and mailed"),
]);
const TRIGGERS: Choose = Choose::One(&[
    ("created", "When it is made"),
    ("finalised", "When it is final, printed or mailed"),
    ("accepted", "When it is accepted"),
    ("asked", "When somebody asks"),
]);
const REFERENCES: Choose = Choose::One(&[
    ("none", "Nothing"),
    ("job_number", "The job number"),
    ("purchase_order_number", "The customer's purchase order number"),
    ("site_address", "The address of the site"),
    ("work_order_number", "The customer's work order number"),
]);
const LONG_REFERENCES: Choose = Choose::One(&[
    ("keep_start", "Keep the beginning"),
    ("keep_end", "Keep the end"),
    ("refuse", "Ask before sending"),
]);
const ORDERS: Choose = Choose::One(&[
    ("draft_invoice", "As draft invoices"),
    ("invoice", "As invoices"),
    ("accepted_quote", "As accepted quotes"),
    ("sales_order", "As orders"),
]);
const EDITS: Choose = Choose::One(&[("send", "Send them"), ("ask", "Ask first")]);
const NAMES: Choose = Choose::One(&[("ask", "Ask"), ("distinguish", "Tell the two apart by an addition")]);
const OWNERS: Choose = Choose::One(&[("host", "Ours"), ("package", "The accounting package's")]);
const DETAIL: Choose =
    Choose::One(&[("individual", "Every line"), ("summary", "Labour and materials in one line each")]);
const DISCOUNTS: Choose = Choose::One(&[("on_line", "On the line"), ("own_line", "In a line of its own")]);
const ROUNDING: Choose =
    Choose::One(&[("refuse", "Ask before sending"), ("line", "Carry it in the tax or a rounding line")]);
const PRICES: Choose =
    Choose::One(&[("refuse", "Ask before sending"), ("one_unit", "Send one unit at the line's amount")]);
const UNLINKED: Choose = Choose::One(&[
    ("ask", "Wait until the product is linked"),
    ("default_item", "The default item"),
    ("no_item", "No item, where the package lets it"),
]);
const PAYMENTS_IN: Choose = Choose::One(&[("count", "They count"), ("ignore", "Only our own payments count")]);

const INCOME: Choose = Choose::Named(NameOf::Account(AccountUse::Income));
const COST: Choose = Choose::Named(NameOf::Account(AccountUse::Cost));
const PAYING: Choose = Choose::Named(NameOf::Account(AccountUse::Payments));
const ITEM: Choose = Choose::Named(NameOf::Item);
const SALES_TAX: Choose = Choose::Named(NameOf::TaxCode(Side::Sales));
const PURCHASE_TAX: Choose = Choose::Named(NameOf::TaxCode(Side::Purchases));

const fn setting(
    section: Section,
    path: &'static str,
    choose: Choose,
    title: &'static str,
    help: &'static str,
) -> Setting {
    Setting { path, section, title, help, choose }
}

const fn table(path: &'static str, rows: RowsOf, title: &'static str, help: &'static str) -> Table {
    Table { path, title, help, rows }
}

/// Tables among the settings.
pub const TABLES: &[Table] = &[
    table("triggers", RowsOf::Kinds(TRIGGERED), "What first sends a document", "Later changes follow by themselves."),
    table("numbers", RowsOf::Kinds(NUMBERED), "Whose numbers documents carry", "Ours where nothing is said."),
    table(
        "series",
        RowsOf::Kinds(IN_SERIES),
        "Series of our own numbers",
        "Every number is given once; gaps are no loss.",
    ),
    table("accounts.job_types", RowsOf::Words, "Income by type of job", "Goes before the labour account."),
    table(
        "accounts.payment_methods",
        RowsOf::Words,
        "Accounts by payment method",
        "Card payments may go to a clearing account.",
    ),
    table("taxes", RowsOf::Words, "Tax terms", "What each of our tax terms is in the accounting package."),
    table(
        "items.by_account",
        RowsOf::Accounts,
        "Items by account",
        "The item that lines name to be posted to an account.",
    ),
    table("services", RowsOf::Words, "Kinds of service", "What each kind that we sell is in the accounting package."),
    table("expenses", RowsOf::Words, "Kinds of expense", "What each kind that we buy is in the accounting package."),
];

use Section::{Accounts, Items, Lines, Mappings, Numbers, Payments, Records, Sending, Taxes};

/// Every setting, in the order of the form.
#[rustfmt::skip]
pub const SETTINGS: &[Setting] = &[
    setting(Sending, "switched_off", Choose::Kinds(SENT), "Kinds that are not sent", "They stay here; everything else is sent."),
    setting(Sending, "part_invoices_off", Choose::Switch, "Keep partial invoices here", "Invoices of parts of an order are not sent; whole ones are."),
    setting(Sending, "triggers.*", TRIGGERS, "Sent", "The occasion that first sends a document of this kind."),
    setting(Sending, "edits_after_sending", EDITS, "Changes to what has been sent", "Whether changes go out by themselves or wait for somebody."),
    setting(Sending, "start_date", Choose::Date, "Start date", "Documents dated before this day stay here."),
    setting(Sending, "arrival.invoices", ARRIVAL, "Invoices arrive", "A draft waits for a bookkeeper; an approved invoice awaits payment."),
    setting(Sending, "arrival.bills", ARRIVAL, "Bills arrive", "A draft waits for a bookkeeper; an approved bill is to be paid."),
    setting(Sending, "arrival.credit_notes", ARRIVAL, "Credit notes arrive", "A draft waits for a bookkeeper."),
    setting(Sending, "arrival.purchase_orders", ARRIVAL, "Purchase orders arrive", "A draft waits for a bookkeeper."),
    setting(Sending, "orders_as", ORDERS, "Orders are held", "The form that an order has until it is invoiced."),
    setting(Sending, "delete_order_when_part_invoiced", Choose::Switch, "Remove the order once a part is invoiced", "So that the order's own document does not stand beside its partial invoices."),
    setting(Sending, "mark_as_sent", Choose::Switch, "Mark invoices as sent", "The accounting package's payment reminders begin only then."),
    setting(Sending, "delivery.sales", MARKS, "Delivery of sales documents", "How new quotes, orders, invoices and credit notes are marked."),
    setting(Sending, "delivery.purchases", MARKS, "Delivery of purchase documents", "How new purchase orders and bills are marked."),
    setting(Records, "customers", CONTACTS, "Create customers", "When customers are created in the accounting package."),
    setting(Records, "suppliers", CONTACTS, "Create suppliers", "When suppliers are created in the accounting package."),
    setting(Records, "products", CONTACTS, "Create products", "When products are created as items in the accounting package."),
    setting(Records, "jobs", CONTACTS, "Create jobs", "When jobs are created in the accounting package."),
    setting(Records, "taken_names", NAMES, "When a name is taken", "What to do when the name of a customer or supplier belongs to another record there."),
    setting(Numbers, "numbers.*", OWNERS, "Number", "The package's own number takes ours along in the reference field."),
    setting(Numbers, "series.*.prefix", Choose::Text, "Prefix", "What every number begins with."),
    setting(Numbers, "series.*.start", Choose::Number { least: 0, most: LARGEST }, "First number", "Where the series begins."),
    setting(Numbers, "series.*.width", Choose::Number { least: 0, most: WIDEST as u64 }, "Digits", "Shorter numbers are filled up with zeros."),
    setting(Numbers, "series.*.block", Choose::Number { least: 1, most: LARGEST_BLOCK as u64 }, "Numbers per device", "How many numbers a device gets at a time, to work without a connection."),
    setting(Numbers, "reference", REFERENCES, "Reference field", "What the reference of sales documents shows."),
    setting(Numbers, "long_references", LONG_REFERENCES, "References that are too long", "What to do when the field does not hold all of it."),
    setting(Numbers, "host_number_line.enabled", Choose::Switch, "Line with our number", "Adds a text line that names our document."),
    setting(Numbers, "host_number_line.host_name", Choose::Text, "Our name in that line", "As in: Factory order SO-1042."),
    setting(Lines, "line_detail", DETAIL, "Lines of sales documents", "How much of them reaches the accounting package."),
    setting(Lines, "lines_as_items", Choose::Switch, "Create an item for each line", "For lines that name no product. Fills the list of items quickly."),
    setting(Lines, "work_undertaken", Choose::Switch, "Send the work undertaken", "Adds its text to invoices."),
    setting(Lines, "discounts", DISCOUNTS, "Discounts", "How discounts on lines reach the accounting package."),
    setting(Lines, "rounding", ROUNDING, "Differences of a cent", "What to do when the accounting package comes to another total."),
    setting(Lines, "fine_prices", PRICES, "Very fine unit prices", "What to do with prices of more decimals than the accounting package keeps."),
    setting(Accounts, "accounts.sales", INCOME, "Sales", "Income of lines for which nothing closer names an account."),
    setting(Accounts, "accounts.sales_tax_free", INCOME, "Tax-free sales", "The same for lines without tax."),
    setting(Accounts, "accounts.purchases", COST, "Purchases and supplier invoices", "Cost of lines for which nothing closer names an account."),
    setting(Accounts, "accounts.purchases_tax_free", COST, "Tax-free purchases", "The same for lines without tax."),
    setting(Accounts, "accounts.expenses", COST, "Expenses", "Cost of expenses."),
    setting(Accounts, "accounts.labour", INCOME, "Labour income", "Unless the type of the job has its own account."),
    setting(Accounts, "accounts.materials", INCOME, "Materials income", "Unless the product has its own account."),
    setting(Accounts, "accounts.job_types.*", INCOME, "Account", "Income from jobs of this type."),
    setting(Accounts, "accounts.credit_notes", INCOME, "Credit notes", "The sales account where nothing is chosen."),
    setting(Accounts, "accounts.bad_debt", Choose::Named(NameOf::Account(AccountUse::BadDebt)), "Bad debts", "What is written off."),
    setting(Accounts, "accounts.retention", Choose::Named(NameOf::Account(AccountUse::Retention)), "Retention", "What customers hold back until it is released."),
    setting(Accounts, "accounts.deposits", Choose::Named(NameOf::Account(AccountUse::Deposits)), "Deposits", "What customers have paid in advance."),
    setting(Accounts, "accounts.rounding", Choose::Named(NameOf::Account(AccountUse::Rounding)), "Rounding", "Where differences of a cent go."),
    setting(Accounts, "relaxed_accounts", Choose::Switch, "Offer all accounts", "Offers accounts of every class wherever one is chosen."),
    setting(Taxes, "default_tax.sales", SALES_TAX, "Default tax on sales", "For lines for which nothing closer names a tax."),
    setting(Taxes, "default_tax.purchases", PURCHASE_TAX, "Default tax on purchases", "For lines for which nothing closer names a tax."),
    setting(Taxes, "taxes.*.sales", SALES_TAX, "On sales", "The tax code of this term on sales."),
    setting(Taxes, "taxes.*.purchases", PURCHASE_TAX, "On purchases", "The tax code of this term on purchases."),
    setting(Items, "items.unlinked_products", UNLINKED, "Products without an item", "What stands in for a product that is not linked."),
    setting(Items, "items.default", ITEM, "Default item", "For lines whose account has no item of its own, and for products without one."),
    setting(Items, "items.by_account.*", ITEM, "Item", "Lines that are to be posted to this account name it."),
    setting(Items, "items.sales_discount", ITEM, "Discount item on sales", "The item of lines that carry a discount."),
    setting(Items, "items.purchase_discount", ITEM, "Discount item on purchases", "The item of lines that carry a discount."),
    setting(Mappings, "services.*.item", ITEM, "Item", "The item of lines of this kind."),
    setting(Mappings, "services.*.account", INCOME, "Account", "The income account of lines of this kind."),
    setting(Mappings, "services.*.tax", Choose::Named(NameOf::TaxTerm(Side::Sales)), "Tax", "The tax of lines of this kind."),
    setting(Mappings, "expenses.*.item", ITEM, "Item", "The item of lines of this kind."),
    setting(Mappings, "expenses.*.account", COST, "Account", "The cost account of lines of this kind."),
    setting(Mappings, "expenses.*.tax", Choose::Named(NameOf::TaxTerm(Side::Purchases)), "Tax", "The tax of lines of this kind."),
    setting(Payments, "accounts.payments", PAYING, "Payments", "The account that money is received in and paid from."),
    setting(Payments, "accounts.payment_methods.*", PAYING, "Account", "Where money paid in this way goes."),
    setting(Payments, "default_payment_method", Choose::Text, "Usual payment method", "For payments that name none."),
    setting(Payments, "payments_in", PAYMENTS_IN, "Payments entered in the accounting package", "Whether they count as paid here."),
];
