//! The shapes inside transactions: lines of every kind, links, tax details and small parts (qbo.md 5.9, 5.16 to 5.23).

use crate::qbo::books::entity::Entity;
use crate::qbo::books::shape::{CUSTOM_FIELD, Field, Shape};

/// `{"TxnId","TxnType","TxnLineId"}` (qbo.md 5.23).
pub(super) static LINKED_TXN: Shape =
    Shape::new("LinkedTxn", &[Field::text("TxnId", 30), Field::text("TxnType", 40), Field::text("TxnLineId", 30)]);

/// `{"value"}` of a memo that the customer sees.
pub(super) static MEMO: Shape = Shape::new("MemoRef", &[Field::text("value", 1000)]);

static MARKUP: Shape = Shape::new(
    "MarkupInfo",
    &[
        Field::flag("PercentBased"),
        Field::decimal("Value"),
        Field::decimal("Percent"),
        Field::reference("PriceLevelRef", &[]),
        Field::reference("MarkUpIncomeAccountRef", &[Entity::Account]),
    ],
);

static SALES_ITEM: Shape = Shape::new(
    "SalesItemLineDetail",
    &[
        Field::date("ServiceDate"),
        Field::reference("ItemRef", &[Entity::Item]),
        Field::reference("ClassRef", &[Entity::Class]),
        Field::decimal("UnitPrice"),
        Field::decimal("RatePercent"),
        Field::reference("PriceLevelRef", &[]),
        Field::record("MarkupInfo", &MARKUP),
        Field::decimal("Qty"),
        Field::reference("ItemAccountRef", &[Entity::Account]),
        Field::reference("TaxCodeRef", &[Entity::TaxCode]),
        Field::reference("TaxClassificationRef", &[]),
        Field::decimal("TaxInclusiveAmt"),
        Field::decimal("DiscountRate"),
        Field::decimal("DiscountAmt"),
        Field::flag("DeferredRevenue"),
    ],
);

static ITEM_EXPENSE: Shape = Shape::new(
    "ItemBasedExpenseLineDetail",
    &[
        Field::word("BillableStatus", &BILLABLE),
        Field::reference("CustomerRef", &[Entity::Customer]),
        Field::reference("ItemRef", &[Entity::Item]),
        Field::reference("ClassRef", &[Entity::Class]),
        Field::decimal("UnitPrice"),
        Field::reference("PriceLevelRef", &[]),
        Field::record("MarkupInfo", &MARKUP),
        Field::decimal("Qty"),
        Field::reference("ItemAccountRef", &[Entity::Account]),
        Field::reference("TaxCodeRef", &[Entity::TaxCode]),
        Field::decimal("TaxInclusiveAmt"),
    ],
);

static ACCOUNT_EXPENSE: Shape = Shape::new(
    "AccountBasedExpenseLineDetail",
    &[
        Field::reference("CustomerRef", &[Entity::Customer]),
        Field::reference("ClassRef", &[Entity::Class]),
        Field::reference("AccountRef", &[Entity::Account]),
        Field::word("BillableStatus", &BILLABLE),
        Field::record("MarkupInfo", &MARKUP),
        Field::decimal("TaxAmount"),
        Field::reference("TaxCodeRef", &[Entity::TaxCode]),
        Field::decimal("TaxInclusiveAmt"),
    ],
);

const BILLABLE: [&str; 3] = ["Billable", "NotBillable", "HasBeenBilled"];

pub(super) static DESCRIPTION: Shape = Shape::new(
    "DescriptionLineDetail",
    &[Field::date("ServiceDate"), Field::reference("TaxCodeRef", &[Entity::TaxCode])],
);

static DISCOUNT: Shape = Shape::new(
    "DiscountLineDetail",
    &[
        Field::reference("DiscountRef", &[]),
        Field::flag("PercentBased"),
        Field::decimal("DiscountPercent"),
        Field::reference("DiscountAccountRef", &[Entity::Account]),
        Field::date("ServiceDate"),
        Field::reference("ClassRef", &[Entity::Class]),
        Field::reference("TaxCodeRef", &[Entity::TaxCode]),
    ],
);

pub(super) static SUB_TOTAL: Shape =
    Shape::new("SubTotalLineDetail", &[Field::reference("ItemRef", &[]), Field::date("ServiceDate")]);

static GROUP: Shape = Shape::new(
    "GroupLineDetail",
    &[
        Field::reference("GroupItemRef", &[Entity::Item]),
        Field::decimal("Quantity"),
        Field::date("ServiceDate"),
        Field::list("Line", &LINE_OF_GROUP).read_only(),
    ],
);

/// Bundles are not modelled, so their lines hold nothing.
static LINE_OF_GROUP: Shape = Shape::new("Line", &[]);

static DEPOSIT_LINE: Shape = Shape::new(
    "DepositLineDetail",
    &[
        Field::reference("Entity", &[Entity::Customer, Entity::Vendor, Entity::Employee]),
        Field::reference("ClassRef", &[Entity::Class]),
        Field::reference("AccountRef", &[Entity::Account]),
        Field::reference("PaymentMethodRef", &[Entity::PaymentMethod]),
        Field::text("CheckNum", 21),
        Field::text("TxnType", 40),
        Field::reference("TaxCodeRef", &[Entity::TaxCode]),
        Field::word("TaxApplicableOn", &["Sales", "Purchase"]),
    ],
);

pub(super) static REIMBURSE_LINE: Shape = Shape::new(
    "ReimburseLineDetail",
    &[
        Field::reference("ItemRef", &[Entity::Item]),
        Field::reference("ClassRef", &[Entity::Class]),
        Field::decimal("UnitPrice"),
        Field::record("MarkupInfo", &MARKUP),
        Field::decimal("Qty"),
        Field::reference("ItemAccountRef", &[Entity::Account]),
        Field::reference("TaxCodeRef", &[Entity::TaxCode]),
    ],
);

/// What a payment's line tells of the transaction that it pays (qbo.md 5.16).
pub(super) static LINE_EX: Shape = Shape::new("LineEx", &[Field::list("any", &ANY)]);

pub(super) static ANY: Shape = Shape::new("IntuitAnyType", &[Field::text("name", 200), Field::record("value", &NAMED)]);

pub(super) static NAMED: Shape = Shape::new("NameValue", &[Field::text("Name", 100), Field::text("Value", 4000)]);

/// A line of any transaction.
pub(super) static LINE: Shape = Shape::new(
    "Line",
    &[
        Field::text("Id", 30),
        Field::whole("LineNum", 0, 100_000),
        Field::text("Description", 4000),
        Field::decimal("Amount"),
        Field::decimal("Received").read_only(),
        Field::list("LinkedTxn", &LINKED_TXN),
        Field::word(
            "DetailType",
            &[
                "SalesItemLineDetail",
                "ItemBasedExpenseLineDetail",
                "AccountBasedExpenseLineDetail",
                "DescriptionOnly",
                "DiscountLineDetail",
                "SubTotalLineDetail",
                "GroupLineDetail",
                "DepositLineDetail",
                "PaymentLineDetail",
                "ReimburseLineDetail",
                "TaxLineDetail",
                "JournalEntryLineDetail",
                "PurchaseOrderItemLineDetail",
                "ItemReceiptLineDetail",
                "SalesOrderItemLineDetail",
                "TDSLineDetail",
                "ItemAdjustmentLineDetail",
            ],
        ),
        Field::record("SalesItemLineDetail", &SALES_ITEM),
        Field::record("ItemBasedExpenseLineDetail", &ITEM_EXPENSE),
        Field::record("AccountBasedExpenseLineDetail", &ACCOUNT_EXPENSE),
        Field::record("DescriptionLineDetail", &DESCRIPTION),
        Field::record("DiscountLineDetail", &DISCOUNT),
        Field::record("SubTotalLineDetail", &SUB_TOTAL),
        Field::record("GroupLineDetail", &GROUP),
        Field::record("DepositLineDetail", &DEPOSIT_LINE),
        Field::record("ReimburseLineDetail", &REIMBURSE_LINE),
        Field::list("CustomField", &CUSTOM_FIELD),
        Field::record("LineEx", &LINE_EX).read_only(),
        Field::reference("ProjectRef", &[]),
        Field::decimal("CostAmount"),
        Field::decimal("HomeCostAmount").read_only(),
    ],
);

pub(super) static TAX_LINE_DETAIL: Shape = Shape::new(
    "TaxLineDetail",
    &[
        Field::reference("TaxRateRef", &[Entity::TaxRate]),
        Field::flag("PercentBased"),
        Field::decimal("TaxPercent"),
        Field::decimal("NetAmountTaxable"),
        Field::decimal("TaxInclusiveAmount").read_only(),
        Field::decimal("OverrideDeltaAmount").read_only(),
        Field::date("ServiceDate"),
    ],
);

pub(super) static TAX_LINE: Shape = Shape::new(
    "TaxLine",
    &[
        Field::text("Id", 30),
        Field::whole("LineNum", 0, 100_000),
        Field::decimal("Amount"),
        Field::word("DetailType", &["TaxLineDetail"]),
        Field::record("TaxLineDetail", &TAX_LINE_DETAIL),
    ],
);

pub(super) static TXN_TAX_DETAIL: Shape = Shape::new(
    "TxnTaxDetail",
    &[
        Field::reference("DefaultTaxCodeRef", &[Entity::TaxCode]),
        Field::reference("TxnTaxCodeRef", &[Entity::TaxCode]),
        Field::decimal("TotalTax"),
        Field::list("TaxLine", &TAX_LINE),
        Field::flag("UseAutomatedSalesTax"),
    ],
);

pub(super) static DELIVERY: Shape = Shape::new(
    "TransactionDeliveryInfo",
    &[Field::text("DeliveryType", 40), Field::text("DeliveryTime", 40), Field::text("DeliveryErrorType", 40)],
);

pub(super) static CHECK_PAYMENT: Shape = Shape::new(
    "BillPaymentCheck",
    &[
        Field::reference("BankAccountRef", &[Entity::Account]),
        Field::word("PrintStatus", &["NotSet", "NeedToPrint", "PrintComplete"]),
    ],
);

pub(super) static CARD_PAYMENT: Shape =
    Shape::new("BillPaymentCreditCard", &[Field::reference("CCAccountRef", &[Entity::Account])]);

pub(super) static CASH_BACK: Shape = Shape::new(
    "CashBackInfo",
    &[Field::reference("AccountRef", &[Entity::Account]), Field::decimal("Amount"), Field::text("Memo", 4000)],
);
