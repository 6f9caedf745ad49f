//! The kinds of rows that the books hold, and what is known of each besides its shape.

use super::ids::Sequence;
use super::shape::Shape;
use super::{account, attachable, company, item, lists, names, preferences, tax, txn};

/// A kind of row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Entity {
    Account,
    Attachable,
    Bill,
    BillPayment,
    Class,
    CompanyInfo,
    CreditMemo,
    Customer,
    Department,
    Deposit,
    Employee,
    Estimate,
    Invoice,
    Item,
    Payment,
    PaymentMethod,
    Preferences,
    Purchase,
    PurchaseOrder,
    RefundReceipt,
    ReimburseCharge,
    SalesReceipt,
    TaxAgency,
    TaxCode,
    TaxRate,
    Term,
    Vendor,
    VendorCredit,
}

/// How a kind of row behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Customers, vendors and employees, whose names share one space; never deleted (qbo.md 5.0).
    Name,
    /// Another list; never deleted.
    List,
    /// A document or a movement of money; deleted for good.
    Transaction,
    /// One row that only changes.
    Single,
    /// A file or a note.
    Attachment,
}

/// Entities that QuickBooks has and these books do not model; a call on one is refused with 501.
pub(super) const GAPS: [&str; 16] = [
    "Budget",
    "ChangeOrder",
    "CompanyCurrency",
    "CreditCardPayment",
    "CustomerType",
    "ExchangeRate",
    "InventoryAdjustment",
    "JournalCode",
    "JournalEntry",
    "RecurringTransaction",
    "Reports",
    "TaxClassification",
    "TaxPayment",
    "TaxReturn",
    "TimeActivity",
    "Transfer",
];

const ALL: [Entity; 28] = [
    Entity::Account,
    Entity::Attachable,
    Entity::Bill,
    Entity::BillPayment,
    Entity::Class,
    Entity::CompanyInfo,
    Entity::CreditMemo,
    Entity::Customer,
    Entity::Department,
    Entity::Deposit,
    Entity::Employee,
    Entity::Estimate,
    Entity::Invoice,
    Entity::Item,
    Entity::Payment,
    Entity::PaymentMethod,
    Entity::Preferences,
    Entity::Purchase,
    Entity::PurchaseOrder,
    Entity::RefundReceipt,
    Entity::ReimburseCharge,
    Entity::SalesReceipt,
    Entity::TaxAgency,
    Entity::TaxCode,
    Entity::TaxRate,
    Entity::Term,
    Entity::Vendor,
    Entity::VendorCredit,
];

impl Entity {
    /// The name in envelopes, queries and batches, such as `SalesReceipt`.
    pub(crate) fn name(self) -> &'static str {
        self.shape().name
    }

    pub(super) fn all() -> impl Iterator<Item = Self> {
        ALL.into_iter()
    }

    /// By the exact name, as JSON members spell it.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::all().find(|entity| entity.name() == name)
    }

    /// By the name in any case, as queries and attachments take it (qbo.md 6, 5.22).
    pub(super) fn named_loosely(name: &str) -> Option<Self> {
        Self::all().find(|entity| entity.name().eq_ignore_ascii_case(name))
    }

    /// By the path segment, which is lower case (qbo.md 2).
    pub(super) fn of_path(segment: &str) -> Option<Self> {
        if segment.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return None;
        }
        Self::named_loosely(segment)
    }

    pub(super) fn shape(self) -> &'static Shape {
        match self {
            Self::Account => &account::ACCOUNT,
            Self::Attachable => &attachable::ATTACHABLE,
            Self::Bill => &txn::shape::BILL,
            Self::BillPayment => &txn::shape::BILL_PAYMENT,
            Self::Class => &lists::CLASS,
            Self::CompanyInfo => &company::COMPANY_INFO,
            Self::CreditMemo => &txn::shape::CREDIT_MEMO,
            Self::Customer => &names::CUSTOMER,
            Self::Department => &lists::DEPARTMENT,
            Self::Deposit => &txn::shape::DEPOSIT,
            Self::Employee => &names::EMPLOYEE,
            Self::Estimate => &txn::shape::ESTIMATE,
            Self::Invoice => &txn::shape::INVOICE,
            Self::Item => &item::ITEM,
            Self::Payment => &txn::shape::PAYMENT,
            Self::PaymentMethod => &lists::PAYMENT_METHOD,
            Self::Preferences => &preferences::PREFERENCES,
            Self::Purchase => &txn::shape::PURCHASE,
            Self::PurchaseOrder => &txn::shape::PURCHASE_ORDER,
            Self::RefundReceipt => &txn::shape::REFUND_RECEIPT,
            Self::ReimburseCharge => &txn::shape::REIMBURSE_CHARGE,
            Self::SalesReceipt => &txn::shape::SALES_RECEIPT,
            Self::TaxAgency => &tax::TAX_AGENCY,
            Self::TaxCode => &tax::TAX_CODE,
            Self::TaxRate => &tax::TAX_RATE,
            Self::Term => &lists::TERM,
            Self::Vendor => &names::VENDOR,
            Self::VendorCredit => &txn::shape::VENDOR_CREDIT,
        }
    }

    pub(super) fn family(self) -> Family {
        match self {
            Self::Customer | Self::Vendor | Self::Employee => Family::Name,
            Self::Account
            | Self::Class
            | Self::Department
            | Self::Item
            | Self::PaymentMethod
            | Self::TaxAgency
            | Self::TaxCode
            | Self::TaxRate
            | Self::Term => Family::List,
            Self::CompanyInfo | Self::Preferences => Family::Single,
            Self::Attachable => Family::Attachment,
            _ => Family::Transaction,
        }
    }

    pub(super) fn sequence(self) -> Sequence {
        match self.family() {
            Family::Name => Sequence::Names,
            Family::Transaction => Sequence::Transactions,
            Family::Attachment => Sequence::Attachments,
            Family::List | Family::Single => Sequence::List(self),
        }
    }

    /// The member that references show as `name`; none where answers leave it out.
    pub(super) fn label(self) -> Option<&'static str> {
        match self {
            Self::Customer | Self::Account | Self::Item | Self::Class | Self::Department => Some("FullyQualifiedName"),
            Self::Vendor | Self::Employee => Some("DisplayName"),
            Self::Term | Self::PaymentMethod => Some("Name"),
            _ => None,
        }
    }

    /// What the 2500 fault calls the list (qbo.md 8.2).
    pub(super) fn list_name(self) -> &'static str {
        match self {
            Self::Account => "Accounts",
            Self::Customer | Self::Vendor | Self::Employee => "Names",
            Self::Class => "Klasses",
            Self::Department => "Depts",
            Self::Item => "Items",
            Self::TaxCode => "Tax Codes",
            Self::TaxRate => "Tax Rates",
            Self::TaxAgency => "Tax Agencies",
            Self::Term => "Terms",
            Self::PaymentMethod => "Payment Methods",
            _ => "Transactions",
        }
    }

    /// Members by which rows are found without a scan; texts compare without case.
    pub(super) fn indexed(self) -> &'static [&'static str] {
        match self {
            Self::Customer => &["DisplayName", "FullyQualifiedName", "ParentRef"],
            Self::Vendor | Self::Employee => &["DisplayName"],
            Self::Account => &["Name", "FullyQualifiedName", "ParentRef", "AccountType", "AccountSubType"],
            Self::Item => &["Name", "FullyQualifiedName", "ParentRef", "Sku"],
            Self::Class | Self::Department => &["Name", "FullyQualifiedName", "ParentRef"],
            Self::Term | Self::PaymentMethod | Self::TaxCode | Self::TaxRate => &["Name"],
            Self::TaxAgency => &["DisplayName"],
            Self::Attachable => &["AttachableRef.EntityRef.value"],
            Self::Estimate | Self::Invoice | Self::CreditMemo => &["DocNumber", "CustomerRef"],
            Self::SalesReceipt | Self::RefundReceipt => &["DocNumber", "CustomerRef"],
            Self::Payment => &["PaymentRefNum", "CustomerRef"],
            Self::Bill | Self::VendorCredit | Self::PurchaseOrder | Self::BillPayment => &["DocNumber", "VendorRef"],
            Self::Purchase => &["DocNumber", "EntityRef"],
            Self::Deposit => &["DocNumber"],
            Self::ReimburseCharge => &["CustomerRef"],
            Self::CompanyInfo | Self::Preferences => &[],
        }
    }

    /// Whether queries hide inactive rows unless asked (qbo.md 6).
    pub(super) fn hides_inactive(self) -> bool {
        matches!(self.family(), Family::Name | Family::List)
    }

    /// Whether change data capture tells of it (qbo.md 7.2).
    pub(super) fn is_captured(self) -> bool {
        !matches!(self, Self::TaxAgency | Self::TaxCode | Self::TaxRate)
    }

    /// Whether webhooks tell of it (qbo.md 9).
    pub(super) fn is_announced(self) -> bool {
        !matches!(self, Self::Attachable | Self::TaxCode | Self::TaxRate | Self::ReimburseCharge | Self::CompanyInfo)
    }
}
