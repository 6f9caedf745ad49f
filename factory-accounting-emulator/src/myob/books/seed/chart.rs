//! The chart of accounts (myob.md 12.2).

use crate::myob::books::Country;

/// Number, name, type, class, and whether it is a header.
pub(super) type Entry = (&'static str, &'static str, &'static str, &'static str, bool);

/// Where money waits for the bank.
pub(super) const UNDEPOSITED: &str = "1-1210";

/// The chart of a country; the tax accounts are called the same in both.
pub(super) fn of(country: Country) -> Vec<Entry> {
    let bank = match country {
        Country::Au => ("1-1110", "Business Bank Account", "Bank", "Asset", false),
        Country::Nz => ("1-1110", "Business Cheque Account", "Bank", "Asset", false),
    };
    let mut chart = vec![("1-0000", "Assets", "", "Asset", true), bank];
    chart.extend(COMMON);
    chart
}

const COMMON: [Entry; 33] = [
    ("1-1120", "Savings Account", "Bank", "Asset", false),
    ("1-1130", "Petty Cash", "Bank", "Asset", false),
    ("1-1210", "Undeposited Funds", "OtherCurrentAsset", "Asset", false),
    ("1-1220", "Trade Debtors", "AccountReceivable", "Asset", false),
    ("1-1300", "Inventory", "OtherCurrentAsset", "Asset", false),
    ("1-2100", "Plant and Equipment", "FixedAsset", "Asset", false),
    ("2-0000", "Liabilities", "", "Liability", true),
    ("2-1100", "Business Credit Card", "CreditCard", "Liability", false),
    ("2-1200", "Trade Creditors", "AccountsPayable", "Liability", false),
    ("2-1310", "GST Collected", "OtherCurrentLiability", "Liability", false),
    ("2-1330", "GST Paid", "OtherCurrentLiability", "Liability", false),
    ("2-1400", "Customer Deposits", "OtherCurrentLiability", "Liability", false),
    ("2-2100", "Equipment Loan", "LongTermLiability", "Liability", false),
    ("3-0000", "Equity", "", "Equity", true),
    ("3-1000", "Owner's Capital", "Equity", "Equity", false),
    ("3-8000", "Retained Earnings", "Equity", "Equity", false),
    ("4-0000", "Income", "", "Income", true),
    ("4-1000", "Sales", "Income", "Income", false),
    ("4-1100", "Installation Income", "Income", "Income", false),
    ("4-2000", "Freight Income", "Income", "Income", false),
    ("5-0000", "Cost of Sales", "", "CostOfSales", true),
    ("5-1000", "Materials", "CostOfSales", "CostOfSales", false),
    ("5-1200", "Subcontractors", "CostOfSales", "CostOfSales", false),
    ("5-1300", "Freight Inwards", "CostOfSales", "CostOfSales", false),
    ("6-0000", "Expenses", "", "Expense", true),
    ("6-1000", "Consumables", "Expense", "Expense", false),
    ("6-1100", "Rent", "Expense", "Expense", false),
    ("6-1200", "Electricity", "Expense", "Expense", false),
    ("6-1900", "Rounding", "Expense", "Expense", false),
    ("8-0000", "Other Income", "", "OtherIncome", true),
    ("8-1000", "Interest Received", "OtherIncome", "OtherIncome", false),
    ("9-0000", "Other Expenses", "", "OtherExpense", true),
    ("9-1000", "Interest Paid", "OtherExpense", "OtherExpense", false),
];
