//! Charts of accounts.

use crate::qbo::books::Country;

/// Name, type, classification and subtype.
type Entry = (&'static str, &'static str, &'static str, &'static str);

/// The chart of a country; the words for tax and labour differ.
pub(super) fn of(country: Country) -> Vec<Entry> {
    let (bank, tax, labour) = match country {
        Country::Au => ("Business Cheque Account", "GST Liabilities Payable", "Cost of Labour"),
        Country::Us => ("Checking", "Sales Tax Payable", "Cost of Labor"),
        Country::Gb => ("Current Account", "VAT Control", "Cost of Labour"),
        Country::Ca => ("Chequing", "GST/HST Payable", "Cost of Labour"),
    };
    let tax_subtype = if country.is_us() { "SalesTaxPayable" } else { "GlobalTaxPayable" };
    let mut chart = vec![
        (bank, "Bank", "Asset", "Checking"),
        ("Savings", "Bank", "Asset", "Savings"),
        ("Petty Cash", "Bank", "Asset", "CashOnHand"),
        (tax, "Other Current Liability", "Liability", tax_subtype),
        (labour, "Cost of Goods Sold", "Expense", "CostOfLabor"),
    ];
    chart.extend(COMMON);
    chart
}

const COMMON: [Entry; 32] = [
    ("Accounts Receivable (A/R)", "Accounts Receivable", "Asset", "AccountsReceivable"),
    ("Undeposited Funds", "Other Current Asset", "Asset", "UndepositedFunds"),
    ("Inventory Asset", "Other Current Asset", "Asset", "Inventory"),
    ("Prepaid Expenses", "Other Current Asset", "Asset", "PrepaidExpenses"),
    ("Plant and Equipment", "Fixed Asset", "Asset", "MachineryAndEquipment"),
    ("Accumulated Depreciation", "Fixed Asset", "Asset", "AccumulatedDepreciation"),
    ("Accounts Payable (A/P)", "Accounts Payable", "Liability", "AccountsPayable"),
    ("Business Credit Card", "Credit Card", "Liability", "CreditCard"),
    ("Equipment Loan", "Long Term Liability", "Liability", "NotesPayable"),
    ("Opening Balance Equity", "Equity", "Equity", "OpeningBalanceEquity"),
    ("Retained Earnings", "Equity", "Equity", "RetainedEarnings"),
    ("Services", "Income", "Revenue", "ServiceFeeIncome"),
    ("Sales of Product Income", "Income", "Revenue", "SalesOfProductIncome"),
    ("Billable Expense Income", "Income", "Revenue", "ServiceFeeIncome"),
    ("Markup", "Income", "Revenue", "ServiceFeeIncome"),
    ("Shipping Income", "Income", "Revenue", "SalesOfProductIncome"),
    ("Discounts Given", "Income", "Revenue", "DiscountsRefundsGiven"),
    ("Cost of Goods Sold", "Cost of Goods Sold", "Expense", "SuppliesMaterialsCogs"),
    ("Subcontractors", "Cost of Goods Sold", "Expense", "OtherCostsOfServiceCos"),
    ("Freight and Delivery", "Cost of Goods Sold", "Expense", "ShippingFreightDeliveryCos"),
    ("Advertising", "Expense", "Expense", "AdvertisingPromotional"),
    ("Bank Charges", "Expense", "Expense", "BankCharges"),
    ("Insurance", "Expense", "Expense", "Insurance"),
    ("Office Expenses", "Expense", "Expense", "OfficeGeneralAdministrativeExpenses"),
    ("Rent", "Expense", "Expense", "RentOrLeaseOfBuildings"),
    ("Repairs and Maintenance", "Expense", "Expense", "RepairMaintenance"),
    ("Tools and Consumables", "Expense", "Expense", "SuppliesMaterials"),
    ("Travel", "Expense", "Expense", "Travel"),
    ("Utilities", "Expense", "Expense", "Utilities"),
    ("Uncategorised Expense", "Expense", "Expense", "OtherMiscellaneousServiceCost"),
    ("Interest Earned", "Other Income", "Revenue", "InterestEarned"),
    ("Depreciation", "Other Expense", "Expense", "Depreciation"),
];
