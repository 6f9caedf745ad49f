//! Members that Intuit's types have and these books do not keep.
//!
//! Clients send whole objects with the members that they never set at their defaults, and QuickBooks takes them; so an
//! empty one is taken here as well, and one with content is refused as a gap. Only what Intuit's schema does not know
//! is an unknown property (qbo.md 2, 8.2).

use serde_json::Value;

const TRANSACTIONS: &[&str] = &[
    "Invoice",
    "Estimate",
    "SalesReceipt",
    "CreditMemo",
    "RefundReceipt",
    "Payment",
    "PurchaseOrder",
    "Bill",
    "VendorCredit",
    "BillPayment",
    "Purchase",
    "Deposit",
];

const SALES: &[&str] = &["Invoice", "Estimate", "SalesReceipt", "CreditMemo", "RefundReceipt"];

const NAMES: &[&str] = &["Customer", "Vendor", "Employee"];

const LISTS: &[&str] =
    &["Account", "Attachable", "AttachableRef", "Class", "CompanyInfo", "Department", "Item", "PaymentMethod", "Term"];

/// Types, and members of each that no shape has.
const UNKEPT: &[(&[&str], &[&str])] = &[
    (
        TRANSACTIONS,
        &[
            "AttachableRef",
            "CustomField",
            "DepartmentRef",
            "HomeTotalCostAmount",
            "LinkedTxn",
            "ProjectRef",
            "RecurDataRef",
            "RecurringInfo",
            "Tag",
            "TaxFormNum",
            "TaxFormType",
            "TotalCostAmount",
            "TxnApprovalInfo",
            "TxnSource",
            "TxnStatus",
            "TxnTaxDetail",
        ],
    ),
    (
        SALES,
        &[
            "ARAccountRef",
            "CheckPayment",
            "CreditCardPayment",
            "DepositToAccountRef",
            "DiscountAmt",
            "DiscountRate",
            "FOB",
            "FinanceCharge",
            "GovtTxnRefIdentifier",
            "LessCIS",
            "PONumber",
            "PaymentMethodRef",
            "PaymentRefNum",
            "PaymentType",
            "RemainingCredit",
            "RemitToRef",
            "SalesRepRef",
            "ShippingTaxIncludedInTotalTax",
            "TemplateRef",
        ],
    ),
    (
        &["Invoice"],
        &[
            "AllowOnlinePayPalPayment",
            "AutoPayEligible",
            "CfdiUse",
            "ConvenienceFeeDetail",
            "ECloudStatusTimeStamp",
            "Exportation",
            "FinancingProductType",
            "GlobalInfo",
            "GratuityEnabled",
            "InvoiceLinkExpiryDate",
            "InvoiceLinkSecurityCode",
            "PaymentDetailsMessage",
            "SchedulePayEligible",
            "ScheduledPaymentId",
            "SubscriptionPaymentsSetting",
            "callToAction",
            "invoiceStatus",
            "invoiceStatusLog",
        ],
    ),
    (&["Payment"], &["CheckPayment", "CreditCardPayment", "PaymentType", "RemitToRef"]),
    (&["Bill", "VendorCredit", "PurchaseOrder"], &["BillEmail", "Memo", "ReplyEmail"]),
    (&["Bill"], &["LessCIS", "PayerRef", "RemitToAddr", "ShipAddr"]),
    (
        &["PurchaseOrder"],
        &[
            "DropShipToEntity",
            "FOB",
            "InventorySiteRef",
            "ManuallyClosed",
            "ReimbursableInfoRef",
            "TaxCodeRef",
            "TemplateRef",
        ],
    ),
    (&["Purchase"], &["CheckPayment", "CreditCardPayment", "LessCIS", "Memo"]),
    (&["BillPayment"], &["VendorAddr"]),
    (&["BillPaymentCheck"], &["CheckDetail", "PayeeAddr"]),
    (&["BillPaymentCreditCard"], &["CCDetail"]),
    (
        &["Line"],
        &[
            "ItemAdjustmentLineDetail",
            "ItemReceiptLineDetail",
            "JournalEntryLineDetail",
            "PaymentLineDetail",
            "PurchaseOrderItemLineDetail",
            "SalesOrderItemLineDetail",
            "TDSLineDetail",
            "TaxLineDetail",
        ],
    ),
    (
        &[
            "GroupLineDetail",
            "ItemBasedExpenseLineDetail",
            "ItemComponentLine",
            "ReimburseLineDetail",
            "SalesItemLineDetail",
        ],
        &["InventorySiteRef", "PriceLevelRef", "RatePercent", "TaxClassificationRef", "UOMRef", "UnitCostPrice"],
    ),
    (&["TxnTaxDetail"], &["TaxReviewStatus"]),
    (
        NAMES,
        &[
            "AlternatePhone",
            "AttachableRef",
            "CompanyName",
            "CustomField",
            "DefaultTaxCodeRef",
            "Fax",
            "FullyQualifiedName",
            "IntuitId",
            "Organization",
            "OtherContactInfo",
            "UserId",
            "WebAddr",
        ],
    ),
    (
        &["Customer", "Vendor"],
        &[
            "AltContactName",
            "ContactName",
            "CreditLimit",
            "GSTIN",
            "GSTRegistrationType",
            "OpenBalanceDate",
            "OtherAddr",
            "ParentRef",
            "ShipAddr",
            "TDSEnabled",
        ],
    ),
    (
        &["Customer"],
        &[
            "CCDetail",
            "ClientCompanyId",
            "IsCISContractor",
            "JobInfo",
            "OverDueBalance",
            "PriceLevelRef",
            "SalesRepRef",
            "TaxGroupCodeRef",
            "TaxRateRef",
            "TaxRegime",
            "TotalExpense",
            "TotalRevenue",
        ],
    ),
    (
        &["Vendor"],
        &[
            "CISRate",
            "IsSubContractor",
            "PrefillAccountRef",
            "SubcontractorType",
            "TDSEntityTypeId",
            "TDSOverrideThreshold",
            "TDSSectionTypeId",
            "TaxCountry",
            "TaxIdEffectiveDate",
            "VendorTypeRef",
        ],
    ),
    (&["Employee"], &["BirthDate", "EmployeeType", "Gender", "Notes", "OtherAddr", "SSN", "UseTimeEntry"]),
    (LISTS, &["AttachableRef", "CustomField"]),
    (
        &["Account"],
        &[
            "AccountAlias",
            "AccountPurposes",
            "AcctNumExtn",
            "BankNum",
            "FIName",
            "JournalCodeRef",
            "OnlineBankingEnabled",
            "OpeningBalance",
            "OpeningBalanceDate",
            "TaxAccount",
            "TxnLocationType",
        ],
    ),
    (
        &["Item"],
        &[
            "AbatementRate",
            "AvgCost",
            "BuildPoint",
            "COGSAccountRef",
            "DeferredRevenue",
            "DepositToAccountRef",
            "ItemAssemblyDetail",
            "ManPartNum",
            "PaymentMethodRef",
            "PercentBased",
            "QtyOnPurchaseOrder",
            "QtyOnSalesOrder",
            "RatePercent",
            "ReverseChargeRate",
            "ServiceType",
            "SpecialItem",
            "SpecialItemType",
            "UOMSetRef",
            "UQCDisplayText",
            "UQCId",
        ],
    ),
    (&["PhysicalAddress"], &["County"]),
    (&["TelephoneNumber"], &["AreaCode", "CountryCode", "Default", "DeviceType", "ExchangeCode", "Extension", "Tag"]),
    (&["EmailAddress", "WebSiteAddress"], &["Default", "Tag"]),
    (&["ContactInfo"], &["Email", "OtherContact", "WebSite"]),
    (
        &["Preferences"],
        &[
            "AdvancedInventoryPrefs",
            "AttachableRef",
            "CustomField",
            "EmailMessagesPrefs",
            "FinanceChargesPrefs",
            "PrintDocumentPrefs",
            "ReportPrefs",
        ],
    ),
    (
        &["CompanyAccountingPrefs"],
        &[
            "AutoJournalEntryNumber",
            "DefaultAPAccount",
            "DefaultARAccount",
            "OtherContactInfo",
            "RequiresAccounts",
            "TaxForm",
        ],
    ),
    (
        &["ProductAndServicesPrefs"],
        &["InventoryAndPurchaseOrder", "RevenueRecognition", "RevenueRecognitionFrequency", "UOM"],
    ),
    (
        &["SalesFormsPrefs"],
        &[
            "AutoApplyPayments",
            "DefaultDeliveryMethod",
            "DefaultDiscountAccount",
            "DefaultFOB",
            "DefaultItem",
            "DefaultMarkup",
            "DefaultShipMethodRef",
            "DefaultShippingAccount",
            "DelayedCharges",
            "ETransactionAttachPDF",
            "ETransactionEnabledStatus",
            "EstimateMessage",
            "IPNSupportEnabled",
            "InvoiceMessage",
            "PrintItemWithZeroAmount",
            "TrackReimbursableExpensesAsIncome",
            "UsingPriceLevels",
            "UsingSalesOrders",
        ],
    ),
    (
        &["VendorAndPurchasesPrefs"],
        &[
            "AutomaticBillPayment",
            "DaysBillsAreDue",
            "DiscountAccountRef",
            "EnableBills",
            "UsingInventory",
            "UsingMultiLocationInventory",
        ],
    ),
    (&["TimeTrackingPrefs"], &["DefaultTimeItem", "MarkExpensesAsBillable", "TimeTrackingEnabled"]),
    (
        &["TaxPrefs"],
        &["HideTaxManagement", "NonTaxableSalesTaxCodeRef", "PaySalesTax", "TaxRateRef", "TaxableSalesTaxCodeRef"],
    ),
];

/// Whether Intuit's type has the member although no shape does.
pub(in crate::qbo::books) fn is_unkept(type_name: &str, member: &str) -> bool {
    UNKEPT.iter().any(|(types, members)| types.contains(&type_name) && members.contains(&member))
}

/// Whether a value says nothing: null, empty, false, zero, or made of nothing but such values.
pub(super) fn is_empty(raw: &str) -> bool {
    serde_json::from_str::<Value>(raw).is_ok_and(|value| says_nothing(&value))
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(rows) => rows.iter().all(says_nothing),
        Value::Object(members) => members.values().all(says_nothing),
    }
}
