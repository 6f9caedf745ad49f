//! Items, accounts, tax codes, jobs and categories (myob.md 3.2, 3.3).

use super::{LONG, custom_fields};
use crate::myob::books::shape::{Derived, Field, Shape, Target};
use std::sync::LazyLock;

static RESTOCKING: LazyLock<Shape> = LazyLock::new(|| {
    Shape::new(
        "RestockingInformation",
        vec![
            Field::decimal("MinimumLevelForRestockingAlert"),
            Field::link("Supplier", Target::Supplier),
            Field::text("SupplierItemNumber", LONG),
            Field::decimal("DefaultOrderQuantity"),
        ],
    )
});

static ITEM_BUYING: LazyLock<Shape> = LazyLock::new(|| {
    Shape::new(
        "ItemBuyingDetails",
        vec![
            Field::unkept("LastPurchasePrice", "purchase prices of items"),
            Field::decimal("StandardCost"),
            Field::flag("StandardCostTaxInclusive"),
            Field::text("BuyingUnitOfMeasure", LONG),
            Field::decimal("ItemsPerBuyingUnit"),
            Field::link("TaxCode", Target::TaxCode),
            Field::record("RestockingInformation", &RESTOCKING),
        ],
    )
});

static ITEM_SELLING: LazyLock<Shape> = LazyLock::new(|| {
    Shape::new(
        "ItemSellingDetails",
        vec![
            Field::decimal("BaseSellingPrice"),
            Field::text("SellingUnitOfMeasure", LONG),
            Field::decimal("ItemsPerSellingUnit"),
            Field::link("TaxCode", Target::TaxCode),
            Field::flag("IsTaxInclusive"),
            Field::word(
                "CalculateSalesTaxOn",
                &["ActualSellingPrice", "BaseSellingPrice", "LevelA", "LevelB", "LevelC", "LevelD", "LevelE", "LevelF"],
            ),
            Field::unkept("PriceMatrixURI", "price matrices"),
        ],
    )
});

pub(in crate::myob::books) static ITEM: LazyLock<Shape> = LazyLock::new(|| {
    let mut fields = vec![
        Field::text("Number", 30),
        Field::text("Name", 30),
        Field::flag("IsActive"),
        Field::text("Description", LONG),
        Field::flag("UseDescription"),
    ];
    fields.extend(custom_fields());
    fields.extend([
        Field::derived("QuantityOnHand", Derived::OnHand),
        Field::derived("QuantityCommitted", Derived::Committed),
        Field::derived("QuantityOnOrder", Derived::OnOrder),
        Field::derived("QuantityAvailable", Derived::Available),
        Field::unkept("AverageCost", "costs of stock"),
        Field::unkept("CurrentValue", "costs of stock"),
        Field::decimal("BaseSellingPrice").read_only(),
        Field::flag("IsBought"),
        Field::flag("IsSold"),
        Field::flag("IsInventoried"),
        Field::link("ExpenseAccount", Target::Account),
        Field::link("CostOfSalesAccount", Target::Account),
        Field::link("IncomeAccount", Target::Account),
        Field::link("AssetAccount", Target::Account),
        Field::record("BuyingDetails", &ITEM_BUYING),
        Field::record("SellingDetails", &ITEM_SELLING),
        Field::text("PhotoURI", LONG).read_only(),
        Field::gap("LocationDetails", "stock in several locations"),
        Field::gap("DefaultSellLocation", "stock in several locations"),
        Field::gap("DefaultReceiveLocation", "stock in several locations"),
        Field::gap("BillOfMaterials", "bills of materials"),
    ]);
    Shape::new("Item", fields)
});

static BANKING: LazyLock<Shape> = LazyLock::new(|| {
    let texts = ["BSBNumber", "BankAccountNumber", "BankAccountName", "CompanyTradingName", "BankCode"];
    let mut fields = texts.map(|name| Field::text(name, LONG)).to_vec();
    fields.push(Field::flag("CreateBankFiles"));
    fields.push(Field::text("DirectEntryUserId", LONG));
    fields.push(Field::flag("IncludeSelfBalancingTransaction"));
    fields.extend(["StatementCode", "StatementReference", "StatementParticulars"].map(|name| Field::text(name, LONG)));
    Shape::new("BankingDetails", fields)
});

/// Class and the digit in front of its accounts' numbers (myob.md 3.3).
pub(in crate::myob::books) const CLASSES: [(&str, char); 8] = [
    ("Asset", '1'),
    ("Liability", '2'),
    ("Equity", '3'),
    ("Income", '4'),
    ("CostOfSales", '5'),
    ("Expense", '6'),
    ("OtherIncome", '8'),
    ("OtherExpense", '9'),
];

pub(in crate::myob::books) static ACCOUNT: LazyLock<Shape> = LazyLock::new(|| {
    Shape::new(
        "Account",
        vec![
            Field::text("Name", 30),
            Field::text("DisplayID", 30).read_only(),
            Field::word(
                "Classification",
                &["Asset", "Liability", "Equity", "Income", "CostOfSales", "Expense", "OtherIncome", "OtherExpense"],
            ),
            Field::word(
                "Type",
                &[
                    "Bank",
                    "AccountReceivable",
                    "OtherCurrentAsset",
                    "FixedAsset",
                    "OtherAsset",
                    "CreditCard",
                    "AccountsPayable",
                    "OtherCurrentLiability",
                    "LongTermLiability",
                    "OtherLiability",
                    "Equity",
                    "Income",
                    "CostOfSales",
                    "Expense",
                    "OtherIncome",
                    "OtherExpense",
                ],
            ),
            Field::whole("Number"),
            Field::text("Description", LONG),
            Field::link("ParentAccount", Target::Account),
            Field::flag("IsActive"),
            Field::link("TaxCode", Target::TaxCode),
            Field::whole("Level"),
            Field::money("OpeningBalance"),
            Field::unkept("CurrentBalance", "balances of accounts"),
            Field::record("BankingDetails", &BANKING),
            Field::flag("IsHeader"),
            Field::gap("ForeignCurrency", "foreign currency"),
        ],
    )
});

pub(in crate::myob::books) static TAX_CODE: LazyLock<Shape> = LazyLock::new(|| {
    let accounts = [
        "TaxCollectedAccount",
        "TaxPaidAccount",
        "WithholdingCreditAccount",
        "WithholdingPayableAccount",
        "ImportDutyPayableAccount",
    ];
    let mut fields = vec![
        Field::text("Code", 3),
        Field::text("Description", LONG),
        Field::word(
            "Type",
            &[
                "GST_VAT",
                "InputTaxed",
                "Consolidated",
                "ImportDuty",
                "SalesTax",
                "QST",
                "LuxuryCarTax",
                "WithholdingsTax",
                "NoABN_TFN",
                "ECPurchVAT",
                "ECSalesVAT",
            ],
        ),
        Field::decimal("Rate"),
        Field::flag("IsRateNegative"),
    ];
    fields.extend(accounts.map(|name| Field::link(name, Target::Account)));
    fields.extend([Field::link("LinkedSupplier", Target::Supplier), Field::money("LuxuryCarTaxThreshold")]);
    Shape::new("TaxCode", fields)
});

pub(in crate::myob::books) static JOB: LazyLock<Shape> = LazyLock::new(|| {
    Shape::new(
        "Job",
        vec![
            Field::text("Number", 15),
            Field::flag("IsHeader"),
            Field::text("Name", 30),
            Field::text("Description", LONG),
            Field::link("ParentJob", Target::Job),
            Field::link("LinkedCustomer", Target::Customer),
            Field::decimal("PercentComplete"),
            Field::day("StartDate"),
            Field::day("FinishDate"),
            Field::text("Contact", LONG),
            Field::text("Manager", LONG),
            Field::flag("IsActive"),
            Field::flag("TrackReimbursables"),
        ],
    )
});

pub(in crate::myob::books) static CATEGORY: LazyLock<Shape> = LazyLock::new(|| {
    Shape::new(
        "Category",
        vec![
            Field::text("DisplayID", 15),
            Field::text("Name", 30),
            Field::text("Description", LONG),
            Field::flag("IsActive"),
        ],
    )
});
