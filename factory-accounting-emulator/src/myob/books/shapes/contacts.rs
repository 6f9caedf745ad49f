//! Customers, suppliers, employees and personal contacts (myob.md 3.1).

use super::{DELIVERY, DUE, LABELLED, LONG, custom_fields};
use crate::myob::books::shape::{Derived, Field, Shape, Target};
use std::sync::LazyLock;

static ADDRESS: LazyLock<Shape> = LazyLock::new(|| {
    let long = ["Street", "City", "State"].map(|name| Field::text(name, LONG));
    let phones = ["Phone1", "Phone2", "Phone3", "Fax"].map(|name| Field::text(name, 21));
    let rest = ["Email", "Website", "ContactName", "Salutation"].map(|name| Field::text(name, LONG));
    let mut fields = vec![Field::whole("Location")];
    fields.extend(long);
    fields.extend([Field::text("PostCode", 10), Field::text("Country", LONG)]);
    fields.extend(phones);
    fields.extend(rest);
    Shape::new("Address", fields)
});

/// The terms of a card, without the days that a document works out.
fn terms(customer: bool) -> Vec<Field> {
    let mut fields = vec![
        Field::word("PaymentIsDue", DUE),
        Field::whole("DiscountDate"),
        Field::whole("BalanceDueDate"),
        Field::decimal("DiscountForEarlyPayment"),
    ];
    if customer {
        fields.push(Field::decimal("MonthlyChargeForLatePayment"));
    }
    fields.push(Field::decimal("VolumeDiscount"));
    fields
}

static CUSTOMER_TERMS: LazyLock<Shape> = LazyLock::new(|| Shape::new("CustomerTerms", terms(true)));
static SUPPLIER_TERMS: LazyLock<Shape> = LazyLock::new(|| Shape::new("SupplierTerms", terms(false)));

static CUSTOMER_CREDIT: LazyLock<Shape> =
    LazyLock::new(|| Shape::new("CustomerCredit", with(credit(), [Field::flag("OnHold")])));
static SUPPLIER_CREDIT: LazyLock<Shape> = LazyLock::new(|| Shape::new("SupplierCredit", credit()));

fn credit() -> Vec<Field> {
    vec![
        Field::money("Limit"),
        Field::derived("Available", Derived::CreditLeft),
        Field::derived("PastDue", Derived::PastDue),
    ]
}

static SELLING: LazyLock<Shape> = LazyLock::new(|| {
    Shape::new(
        "CustomerSellingDetails",
        vec![
            Field::word(
                "SaleLayout",
                &["NoDefault", "Service", "Item", "Professional", "TimeBilling", "Miscellaneous"],
            ),
            Field::text("PrintedForm", LONG),
            Field::word("InvoiceDelivery", DELIVERY),
            Field::text("ItemPriceLevel", LONG).read_only(),
            Field::link("IncomeAccount", Target::Account),
            Field::text("ReceiptMemo", LONG),
            Field::link("SalesPerson", Target::Employee),
            Field::text("SaleComment", LONG),
            Field::text("ShippingMethod", 20),
            Field::decimal("HourlyBillingRate"),
            Field::text("ABN", 14),
            Field::text("ABNBranch", 11),
            Field::text("TaxIdNumber", LONG),
            Field::link("TaxCode", Target::TaxCode),
            Field::link("FreightTaxCode", Target::TaxCode),
            Field::flag("UseCustomerTaxCode"),
            Field::record("Terms", &CUSTOMER_TERMS),
            Field::record("Credit", &CUSTOMER_CREDIT),
            Field::text("Memo", LONG),
        ],
    )
});

static BUYING: LazyLock<Shape> = LazyLock::new(|| {
    Shape::new(
        "SupplierBuyingDetails",
        vec![
            Field::word("PurchaseLayout", &["NoDefault", "Service", "Item", "Professional", "Miscellaneous"]),
            Field::text("PrintedForm", LONG),
            Field::word("PurchaseOrderDelivery", DELIVERY),
            Field::link("ExpenseAccount", Target::Account),
            Field::text("PaymentMemo", LONG),
            Field::text("PurchaseComment", LONG),
            Field::decimal("SupplierBillingRate"),
            Field::text("ShippingMethod", 20),
            Field::flag("IsReportable"),
            Field::decimal("CostPerHour"),
            Field::record("Credit", &SUPPLIER_CREDIT),
            Field::text("ABN", 14),
            Field::text("ABNBranch", 11),
            Field::text("TaxIdNumber", LONG),
            Field::link("TaxCode", Target::TaxCode),
            Field::link("FreightTaxCode", Target::TaxCode),
            Field::flag("UseSupplierTaxCode"),
            Field::record("Terms", &SUPPLIER_TERMS),
        ],
    )
});

static CUSTOMER_PAYMENT_DETAILS: LazyLock<Shape> = LazyLock::new(|| {
    let names = ["Method", "CardNumber", "NameOnCard", "BSBNumber", "BankAccountNumber", "BankAccountName", "Notes"];
    Shape::new("CustomerPaymentDetails", names.map(|name| Field::text(name, LONG)).to_vec())
});

static REFUND_DETAILS: LazyLock<Shape> = LazyLock::new(|| {
    let names = ["PaymentMethod", "CardNumber", "NameOnCard", "Notes"];
    Shape::new("SupplierRefundDetails", names.map(|name| Field::text(name, LONG)).to_vec())
});

static SUPPLIER_PAYMENT_DETAILS: LazyLock<Shape> = LazyLock::new(|| {
    let names =
        ["BSBNumber", "BankAccountNumber", "BankAccountName", "StatementText", "StatementCode", "StatementReference"];
    let mut fields = names.map(|name| Field::text(name, LONG)).to_vec();
    fields.push(Field::record("Refund", &REFUND_DETAILS));
    Shape::new("SupplierPaymentDetails", fields)
});

fn card() -> Vec<Field> {
    let mut fields = vec![
        Field::text("CompanyName", 50),
        Field::text("LastName", 30),
        Field::text("FirstName", 20),
        Field::flag("IsIndividual"),
        Field::text("DisplayID", 15),
        Field::flag("IsActive"),
        Field::list("Addresses", &ADDRESS),
        Field::text("Notes", LONG),
        Field::text("Tags", LONG),
        Field::list("Identifiers", &LABELLED),
    ];
    fields.extend(custom_fields());
    fields.extend([Field::derived("CurrentBalance", Derived::Balance), Field::text("PhotoURI", LONG).read_only()]);
    fields
}

fn with(mut fields: Vec<Field>, more: impl IntoIterator<Item = Field>) -> Vec<Field> {
    fields.extend(more);
    fields
}

pub(in crate::myob::books) static CUSTOMER: LazyLock<Shape> = LazyLock::new(|| {
    let more = [
        Field::record("SellingDetails", &SELLING),
        Field::record("PaymentDetails", &CUSTOMER_PAYMENT_DETAILS),
        Field::gap("ForeignCurrency", "foreign currency"),
    ];
    Shape::new("Customer", with(card(), more))
});

pub(in crate::myob::books) static SUPPLIER: LazyLock<Shape> = LazyLock::new(|| {
    let more = [
        Field::record("BuyingDetails", &BUYING),
        Field::record("PaymentDetails", &SUPPLIER_PAYMENT_DETAILS),
        Field::gap("ForeignCurrency", "foreign currency"),
    ];
    Shape::new("Supplier", with(card(), more))
});

pub(in crate::myob::books) static EMPLOYEE: LazyLock<Shape> = LazyLock::new(|| Shape::new("Employee", card()));

pub(in crate::myob::books) static PERSONAL: LazyLock<Shape> = LazyLock::new(|| Shape::new("Personal", card()));
