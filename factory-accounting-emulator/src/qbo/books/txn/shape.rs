//! The shapes of transactions, in the order in which answers show their members (qbo.md 5.9 to 5.21).

use super::line_shape::{CARD_PAYMENT, CASH_BACK, CHECK_PAYMENT, DELIVERY, LINE, LINKED_TXN, MEMO, TXN_TAX_DETAIL};
use crate::qbo::books::entity::Entity;
use crate::qbo::books::shape::{ADDRESS, CUSTOM_FIELD, EMAIL, Field, Shape};

const PRINT: [&str; 3] = ["NotSet", "NeedToPrint", "PrintComplete"];
const MAIL: [&str; 3] = ["NotSet", "NeedToSend", "EmailSent"];
const TAX: [&str; 3] = ["TaxInclusive", "TaxExcluded", "NotApplicable"];
/// Estimates; the sheet knows these five (qbo.md 5.11).
const ESTIMATE_STATUS: [&str; 5] = ["Pending", "Accepted", "Closed", "Rejected", "Converted"];

/// What sales documents share, behind what each has of its own (qbo.md 5.9).
macro_rules! sales {
    ($name:literal, [$($own:expr),* $(,)?]) => {
        Shape::new($name, &[
            $($own,)*
            Field::list("CustomField", &CUSTOM_FIELD),
            Field::text("DocNumber", 21).sortable(),
            Field::date("TxnDate").sortable(),
            Field::reference("DepartmentRef", &[Entity::Department]),
            Field::currency("CurrencyRef"),
            Field::decimal("ExchangeRate"),
            Field::text("PrivateNote", 4000),
            Field::list("LinkedTxn", &LINKED_TXN),
            Field::list("Line", &LINE),
            Field::record("TxnTaxDetail", &TXN_TAX_DETAIL),
            Field::text("TxnSource", 100),
            Field::text("TransactionLocationType", 40),
            Field::reference("ProjectRef", &[]).filterable(),
            Field::flag("AutoDocNumber"),
            Field::reference("CustomerRef", &[Entity::Customer]).sortable(),
            Field::record("CustomerMemo", &MEMO),
            Field::record("BillAddr", &ADDRESS),
            Field::record("ShipAddr", &ADDRESS),
            Field::record("ShipFromAddr", &ADDRESS),
            Field::flag("FreeFormAddress"),
            Field::reference("ClassRef", &[Entity::Class]),
            Field::reference("SalesTermRef", &[Entity::Term]).filterable(),
            Field::date("DueDate").sortable(),
            Field::reference("ShipMethodRef", &[]),
            Field::date("ShipDate").sortable(),
            Field::text("TrackingNum", 31),
            Field::word("GlobalTaxCalculation", &TAX),
            Field::decimal("TotalAmt").read_only().sortable(),
            Field::decimal("HomeTotalAmt").read_only(),
            Field::word("PrintStatus", &PRINT),
            Field::word("EmailStatus", &MAIL),
            Field::record("BillEmail", &EMAIL),
            Field::record("BillEmailCc", &EMAIL),
            Field::record("BillEmailBcc", &EMAIL),
            Field::decimal("Balance").read_only().sortable(),
            Field::decimal("HomeBalance").read_only(),
            Field::flag("ApplyTaxAfterDiscount"),
            Field::reference("TaxExemptionRef", &[]),
            Field::record("DeliveryInfo", &DELIVERY).read_only(),
            Field::reference("RecurDataRef", &[]).read_only(),
        ])
    };
}

/// What bills, vendor credits and purchase orders share.
macro_rules! purchases {
    ($name:literal, [$($own:expr),* $(,)?]) => {
        Shape::new($name, &[
            $($own,)*
            Field::list("CustomField", &CUSTOM_FIELD),
            Field::text("DocNumber", 21).sortable(),
            Field::date("TxnDate").sortable(),
            Field::reference("DepartmentRef", &[Entity::Department]),
            Field::currency("CurrencyRef"),
            Field::decimal("ExchangeRate"),
            Field::text("PrivateNote", 4000),
            Field::list("LinkedTxn", &LINKED_TXN),
            Field::list("Line", &LINE),
            Field::record("TxnTaxDetail", &TXN_TAX_DETAIL),
            Field::text("TransactionLocationType", 40),
            Field::reference("ProjectRef", &[]),
            Field::reference("VendorRef", &[Entity::Vendor]).sortable(),
            Field::reference("APAccountRef", &[Entity::Account]),
            Field::record("VendorAddr", &ADDRESS),
            Field::decimal("TotalAmt").read_only().sortable(),
            Field::decimal("HomeTotalAmt").read_only(),
            Field::word("GlobalTaxCalculation", &TAX),
            Field::reference("RecurDataRef", &[]).read_only(),
        ])
    };
}

pub(in crate::qbo::books) static INVOICE: Shape = sales!(
    "Invoice",
    [
        Field::decimal("Deposit"),
        Field::reference("DepositToAccountRef", &[Entity::Account]),
        Field::flag("AllowIPNPayment"),
        Field::flag("AllowOnlinePayment"),
        Field::flag("AllowOnlineCreditCardPayment"),
        Field::flag("AllowOnlineACHPayment"),
        Field::text("EInvoiceStatus", 40).read_only(),
        Field::text("InvoiceLink", 4000).read_only(),
    ]
);

pub(in crate::qbo::books) static ESTIMATE: Shape = sales!(
    "Estimate",
    [
        Field::word("TxnStatus", &ESTIMATE_STATUS).sortable(),
        Field::date("ExpirationDate").sortable(),
        Field::text("AcceptedBy", 100),
        Field::date("AcceptedDate").sortable(),
    ]
);

pub(in crate::qbo::books) static SALES_RECEIPT: Shape = sales!(
    "SalesReceipt",
    [
        Field::reference("PaymentMethodRef", &[Entity::PaymentMethod]).filterable(),
        Field::text("PaymentRefNum", 21).sortable(),
        Field::reference("DepositToAccountRef", &[Entity::Account]).filterable(),
    ]
);

pub(in crate::qbo::books) static CREDIT_MEMO: Shape = sales!(
    "CreditMemo",
    [
        Field::decimal("RemainingCredit").read_only(),
        Field::reference("InvoiceRef", &[]),
        Field::reference("PaymentMethodRef", &[Entity::PaymentMethod]),
    ]
);

pub(in crate::qbo::books) static REFUND_RECEIPT: Shape = sales!(
    "RefundReceipt",
    [
        Field::reference("PaymentMethodRef", &[Entity::PaymentMethod]),
        Field::text("PaymentRefNum", 21),
        Field::reference("DepositToAccountRef", &[Entity::Account]),
    ]
);

pub(in crate::qbo::books) static PAYMENT: Shape = Shape::new(
    "Payment",
    &[
        Field::reference("CustomerRef", &[Entity::Customer]).sortable(),
        Field::reference("ARAccountRef", &[Entity::Account]),
        Field::reference("DepositToAccountRef", &[Entity::Account]).filterable(),
        Field::reference("PaymentMethodRef", &[Entity::PaymentMethod]).filterable(),
        Field::text("PaymentRefNum", 21).sortable(),
        Field::decimal("TotalAmt").sortable(),
        Field::decimal("UnappliedAmt").read_only(),
        Field::flag("ProcessPayment"),
        // qbo.md 6: not filterable.
        Field::text("DocNumber", 21),
        Field::date("TxnDate").sortable(),
        Field::currency("CurrencyRef").filterable(),
        Field::decimal("ExchangeRate"),
        Field::text("PrivateNote", 4000),
        Field::text("TxnSource", 100),
        Field::text("TransactionLocationType", 40),
        Field::reference("ProjectRef", &[]),
        Field::list("LinkedTxn", &LINKED_TXN).read_only(),
        Field::list("Line", &LINE),
    ],
);

pub(in crate::qbo::books) static PURCHASE_ORDER: Shape = purchases!(
    "PurchaseOrder",
    [
        Field::word("POStatus", &["Open", "Closed"]),
        Field::reference("ClassRef", &[Entity::Class]),
        Field::reference("SalesTermRef", &[Entity::Term]),
        Field::date("DueDate").sortable(),
        Field::date("ExpectedDate"),
        Field::reference("ShipTo", &[Entity::Customer]),
        Field::record("ShipAddr", &ADDRESS),
        Field::reference("ShipMethodRef", &[]),
        Field::text("Memo", 4000),
        Field::record("POEmail", &EMAIL),
        Field::word("PrintStatus", &PRINT),
        Field::word("EmailStatus", &MAIL),
        Field::record("DeliveryInfo", &DELIVERY).read_only(),
    ]
);

pub(in crate::qbo::books) static BILL: Shape = purchases!(
    "Bill",
    [
        Field::reference("SalesTermRef", &[Entity::Term]).filterable(),
        Field::date("DueDate").sortable(),
        Field::decimal("Balance").read_only().sortable(),
        Field::decimal("HomeBalance").read_only(),
        Field::flag("IncludeInAnnualTPAR"),
    ]
);

pub(in crate::qbo::books) static VENDOR_CREDIT: Shape =
    purchases!("VendorCredit", [Field::decimal("Balance").read_only(), Field::flag("IncludeInAnnualTPAR")]);

pub(in crate::qbo::books) static BILL_PAYMENT: Shape = Shape::new(
    "BillPayment",
    &[
        Field::reference("VendorRef", &[Entity::Vendor]).sortable(),
        Field::reference("APAccountRef", &[Entity::Account]),
        Field::word("PayType", &["Check", "CreditCard"]),
        Field::record("CheckPayment", &CHECK_PAYMENT),
        Field::record("CreditCardPayment", &CARD_PAYMENT),
        Field::decimal("TotalAmt").sortable(),
        Field::text("DocNumber", 21).sortable(),
        Field::date("TxnDate").sortable(),
        Field::reference("DepartmentRef", &[Entity::Department]),
        Field::currency("CurrencyRef"),
        Field::decimal("ExchangeRate"),
        Field::text("PrivateNote", 4000),
        Field::text("TransactionLocationType", 40),
        Field::flag("ProcessBillPayment"),
        Field::list("Line", &LINE),
    ],
);

pub(in crate::qbo::books) static PURCHASE: Shape = Shape::new(
    "Purchase",
    &[
        Field::reference("AccountRef", &[Entity::Account]),
        Field::reference("PaymentMethodRef", &[Entity::PaymentMethod]),
        Field::text("PaymentRefNum", 21),
        Field::word("PaymentType", &["Cash", "Check", "CreditCard"]).filterable(),
        Field::reference("EntityRef", &[Entity::Vendor, Entity::Customer, Entity::Employee]),
        Field::record("RemitToAddr", &ADDRESS),
        Field::flag("Credit"),
        Field::decimal("TotalAmt").read_only().sortable(),
        Field::word("PrintStatus", &PRINT),
        Field::list("CustomField", &CUSTOM_FIELD),
        Field::text("DocNumber", 21).sortable(),
        Field::date("TxnDate").sortable(),
        Field::reference("DepartmentRef", &[Entity::Department]),
        Field::currency("CurrencyRef"),
        Field::decimal("ExchangeRate"),
        Field::text("PrivateNote", 4000),
        Field::text("TxnSource", 100),
        Field::text("TransactionLocationType", 40),
        Field::reference("ProjectRef", &[]),
        Field::flag("IncludeInAnnualTPAR"),
        Field::list("LinkedTxn", &LINKED_TXN).read_only(),
        Field::list("Line", &LINE),
        Field::record("TxnTaxDetail", &TXN_TAX_DETAIL),
        Field::word("GlobalTaxCalculation", &TAX),
    ],
);

pub(in crate::qbo::books) static DEPOSIT: Shape = Shape::new(
    "Deposit",
    &[
        Field::reference("DepositToAccountRef", &[Entity::Account]),
        Field::record("CashBack", &CASH_BACK),
        Field::decimal("TotalAmt").read_only().sortable(),
        Field::decimal("HomeTotalAmt").read_only(),
        Field::text("DocNumber", 21),
        Field::date("TxnDate").sortable(),
        Field::reference("DepartmentRef", &[Entity::Department]),
        Field::currency("CurrencyRef"),
        Field::decimal("ExchangeRate"),
        Field::text("PrivateNote", 4000),
        Field::text("TxnSource", 100),
        Field::text("TransactionLocationType", 40),
        Field::list("Line", &LINE),
        Field::word("GlobalTaxCalculation", &TAX),
    ],
);

/// Read only: the books make one for each billable line (qbo.md 5.21).
pub(in crate::qbo::books) static REIMBURSE_CHARGE: Shape = Shape::new(
    "ReimburseCharge",
    &[
        Field::reference("CustomerRef", &[Entity::Customer]).filterable(),
        Field::flag("HasBeenInvoiced").filterable(),
        Field::decimal("Amount"),
        Field::decimal("HomeTotalAmt"),
        Field::date("TxnDate").sortable(),
        Field::currency("CurrencyRef"),
        Field::text("PrivateNote", 4000),
        Field::list("LinkedTxn", &LINKED_TXN),
        Field::list("Line", &LINE),
    ],
);
