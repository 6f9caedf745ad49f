//! Payments, settlements, refunds and money spent, received and moved (myob.md 3.6, 3.7, 3.8).

use super::{DELIVERY, LONG};
use crate::myob::books::shape::{Derived, Field, Shape, Target, VersionForm};
use crate::myob::books::table::Form;
use std::sync::LazyLock;

/// The document's id stands on the line itself, unlike on a supplier payment (myob.md 3.6).
static PAID_INVOICE: LazyLock<Shape> = LazyLock::new(|| {
    Shape::new(
        "CustomerPaymentLine",
        vec![
            Field::whole("RowID"),
            Field::derived("Number", Derived::PaidNumber),
            Field::guid("UID"),
            Field::money("AmountApplied"),
            Field::gap("AmountAppliedForeign", "foreign currency"),
            Field::gap("GainOrLoss", "foreign currency"),
            Field::word("Type", &["Invoice", "Order"]),
            Field::derived("Uri", Derived::PaidUri),
        ],
    )
});

static PAID_PURCHASE: LazyLock<Shape> = LazyLock::new(|| {
    Shape::new(
        "SupplierPaymentLine",
        vec![
            Field::whole("RowID"),
            Field::word("Type", &["Bill", "Order"]),
            Field::link("Purchase", Target::Purchase),
            Field::money("AmountApplied"),
            Field::gap("GainOrLossAmount", "foreign currency"),
            Field::version(VersionForm::Number),
        ],
    )
});

static SETTLED_SALE: LazyLock<Shape> = LazyLock::new(|| {
    Shape::new(
        "CreditSettlementLine",
        vec![
            Field::word("Type", &["Invoice", "Order"]),
            Field::link("Sale", Target::Sale),
            Field::money("AmountApplied"),
        ],
    )
});

static SETTLED_PURCHASE: LazyLock<Shape> = LazyLock::new(|| {
    Shape::new(
        "DebitSettlementLine",
        vec![
            Field::word("Type", &["Bill", "Order"]),
            Field::link("Purchase", Target::Purchase),
            Field::money("AmountApplied"),
        ],
    )
});

/// Only spent and received money names its amount so; documents say `Total` (myob.md 3.8).
static MONEY_LINE: LazyLock<Shape> = LazyLock::new(|| {
    Shape::new(
        "MoneyTxnLine",
        vec![
            Field::whole("RowID"),
            Field::link("Account", Target::Account),
            Field::link("Job", Target::Job),
            Field::link("TaxCode", Target::TaxCode),
            Field::money("Amount"),
            Field::text("Memo", LONG),
            Field::decimal("UnitCount"),
            Field::version(VersionForm::Number),
        ],
    )
});

const PAY_FROM: Field = Field::word("PayFrom", &["Account", "ElectronicPayments"]);
const DEPOSIT_TO: Field = Field::word("DepositTo", &["Account", "UndepositedFunds"]);
const ACCOUNT: Field = Field::link("Account", Target::Account);
const CUSTOMER: Field = Field::link("Customer", Target::Customer);
const SUPPLIER: Field = Field::link("Supplier", Target::Supplier);
const DATE: Field = Field::day("Date");
const MEMO: Field = Field::text("Memo", LONG);
const NUMBER: Field = Field::text("Number", 13);
const METHOD: Field = Field::text("PaymentMethod", LONG);
const CHEQUE_PRINTED: Field = Field::flag("ChequePrinted");
const DELIVERED: Field = Field::word("DeliveryStatus", DELIVERY);

fn foreign() -> [Field; 2] {
    [Field::gap("ForeignCurrency", "foreign currency"), Field::gap("CurrencyExchangeRate", "foreign currency")]
}

fn statement() -> [Field; 4] {
    ["PayeeAddress", "StatementParticulars", "StatementCode", "StatementReference"].map(|name| Field::text(name, LONG))
}

fn shape(name: &'static str, parts: &[&[Field]]) -> Shape {
    Shape::new(name, parts.concat())
}

pub(in crate::myob::books) static CUSTOMER_PAYMENT: LazyLock<Shape> = LazyLock::new(|| {
    let head = [
        DEPOSIT_TO,
        ACCOUNT,
        CUSTOMER,
        Field::unkept("TransactionUID", "the journal"),
        Field::text("ReceiptNumber", 13),
        DATE,
        Field::money("AmountReceived"),
        Field::gap("AmountReceivedForeign", "foreign currency"),
        METHOD,
        MEMO,
        Field::list("Invoices", &PAID_INVOICE),
    ];
    shape("CustomerPayment", &[&head, &foreign()])
});

pub(in crate::myob::books) static SUPPLIER_PAYMENT: LazyLock<Shape> = LazyLock::new(|| {
    let head = [
        PAY_FROM,
        ACCOUNT,
        SUPPLIER,
        DATE,
        Field::money("AmountPaid").read_only(),
        MEMO,
        Field::text("PaymentNumber", 13),
        DELIVERED,
        Field::list("Lines", &PAID_PURCHASE),
    ];
    shape("SupplierPayment", &[&head, &statement(), &foreign()])
});

pub(in crate::myob::books) static CREDIT_SETTLEMENT: LazyLock<Shape> = LazyLock::new(|| {
    let head = [
        Field::link("CreditFromInvoice", Target::Document(Form::Invoice)),
        CUSTOMER,
        NUMBER,
        DATE,
        Field::money("CreditAmount"),
        MEMO,
        Field::list("Lines", &SETTLED_SALE),
        Field::link("Category", Target::Category),
    ];
    shape("CreditSettlement", &[&head])
});

pub(in crate::myob::books) static DEBIT_SETTLEMENT: LazyLock<Shape> = LazyLock::new(|| {
    let head = [
        Field::link("DebitFromBill", Target::Document(Form::Bill)),
        SUPPLIER,
        NUMBER,
        DATE,
        Field::money("DebitAmount"),
        MEMO,
        Field::list("Lines", &SETTLED_PURCHASE),
        Field::link("Category", Target::Category),
    ];
    shape("DebitSettlement", &[&head])
});

pub(in crate::myob::books) static CREDIT_REFUND: LazyLock<Shape> = LazyLock::new(|| {
    let head = [
        ACCOUNT,
        Field::link("Invoice", Target::Document(Form::Invoice)),
        CUSTOMER,
        Field::text("Payee", LONG),
        NUMBER,
        DATE,
        Field::money("Amount"),
        MEMO,
        CHEQUE_PRINTED,
        DELIVERED,
    ];
    shape("CreditRefund", &[&head])
});

pub(in crate::myob::books) static DEBIT_REFUND: LazyLock<Shape> = LazyLock::new(|| {
    let head = [
        DEPOSIT_TO,
        ACCOUNT,
        Field::link("Bill", Target::Document(Form::Bill)),
        SUPPLIER,
        NUMBER,
        DATE,
        Field::money("Amount"),
        MEMO,
        METHOD,
    ];
    shape("DebitRefund", &[&head])
});

/// The other party may be any kind of card (myob.md 3.8).
const CONTACT: Field = Field::link("Contact", Target::AnyCard);
const LINES: fn() -> Field = || Field::list("Lines", &MONEY_LINE);

pub(in crate::myob::books) static SPEND_MONEY: LazyLock<Shape> = LazyLock::new(|| {
    let head = [
        PAY_FROM,
        ACCOUNT,
        CONTACT,
        Field::text("PaymentNumber", 13),
        DATE,
        Field::money("AmountPaid").read_only(),
        Field::flag("IsTaxInclusive"),
        Field::money("TotalTax").read_only(),
        MEMO,
        LINES(),
        CHEQUE_PRINTED,
        DELIVERED,
        Field::link("Category", Target::Category),
    ];
    shape("SpendMoneyTxn", &[&head, &statement(), &foreign()])
});

pub(in crate::myob::books) static RECEIVE_MONEY: LazyLock<Shape> = LazyLock::new(|| {
    let head = [
        DEPOSIT_TO,
        ACCOUNT,
        CONTACT,
        Field::text("ReceiptNumber", 13),
        DATE,
        Field::money("AmountReceived").read_only(),
        Field::flag("IsTaxInclusive"),
        Field::money("TotalTax").read_only(),
        METHOD,
        MEMO,
        LINES(),
        Field::link("Category", Target::Category),
    ];
    shape("ReceiveMoneyTxn", &[&head, &foreign()])
});

pub(in crate::myob::books) static TRANSFER_MONEY: LazyLock<Shape> = LazyLock::new(|| {
    let head = [
        Field::link("FromAccount", Target::Account),
        Field::link("ToAccount", Target::Account),
        Field::text("TransferNumber", 13),
        DATE,
        Field::money("Amount"),
        MEMO,
        Field::link("Category", Target::Category),
    ];
    shape("TransferMoneyTxn", &[&head])
});
