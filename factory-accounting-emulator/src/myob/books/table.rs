//! The typed collections and the paths they stand at (myob.md 3.0).

use super::shape::Shape;
use super::shapes;

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    Quote,
    Order,
    Invoice,
    PurchaseOrder,
    Bill,
}

/// How a document's lines are laid out; each layout has a collection of its own (myob.md 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layout {
    Item,
    Service,
    Professional,
    Miscellaneous,
    TimeBilling,
}

/// One typed collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Table {
    Customer,
    Supplier,
    Employee,
    Personal,
    Item,
    Account,
    TaxCode,
    Job,
    Category,
    CustomerPayment,
    CreditSettlement,
    CreditRefund,
    SupplierPayment,
    DebitSettlement,
    DebitRefund,
    SpendMoney,
    ReceiveMoney,
    TransferMoney,
    Document(Form, Layout),
}

impl Form {
    pub(super) const ALL: [Self; 5] = [Self::Quote, Self::Order, Self::Invoice, Self::PurchaseOrder, Self::Bill];

    pub(super) fn is_sale(self) -> bool {
        matches!(self, Self::Quote | Self::Order | Self::Invoice)
    }

    /// Whether it changes the ledger; quotes and orders do not (myob.md 3.4).
    pub(super) fn posts(self) -> bool {
        matches!(self, Self::Invoice | Self::Bill)
    }

    /// The word in the path and in `InvoiceType` and its like; a purchase order is an order there.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Quote => "Quote",
            Self::Order | Self::PurchaseOrder => "Order",
            Self::Invoice => "Invoice",
            Self::Bill => "Bill",
        }
    }

    /// The member of the union that names the layout (myob.md 3.4, 3.7).
    pub(super) fn layout_member(self) -> &'static str {
        match self {
            Self::Quote => "QuoteType",
            Self::Order | Self::PurchaseOrder => "OrderType",
            Self::Invoice => "InvoiceType",
            Self::Bill => "BillType",
        }
    }

    /// The path of the union.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Quote => "Sale/Quote",
            Self::Order => "Sale/Order",
            Self::Invoice => "Sale/Invoice",
            Self::PurchaseOrder => "Purchase/Order",
            Self::Bill => "Purchase/Bill",
        }
    }

    /// The layouts that it comes in: purchases have no time billing (myob.md 0).
    pub(super) fn layouts(self) -> &'static [Layout] {
        if self.is_sale() { &Layout::ALL } else { &Layout::ALL[..4] }
    }

    pub(super) fn tables(self) -> impl Iterator<Item = Table> {
        self.layouts().iter().map(move |layout| Table::Document(self, *layout))
    }

    /// What an order becomes (myob.md 3.5).
    pub(super) fn ordered_as(self) -> Option<Self> {
        match self {
            Self::Invoice => Some(Self::Order),
            Self::Bill => Some(Self::PurchaseOrder),
            _ => None,
        }
    }

    /// The member of the other party.
    pub(super) fn party(self) -> &'static str {
        if self.is_sale() { "Customer" } else { "Supplier" }
    }

    /// The member that counts pieces on an item line; the other side's name is dropped silently (myob.md 3.4, 3.7).
    pub(super) fn quantity(self) -> &'static str {
        if self.is_sale() { "ShipQuantity" } else { "BillQuantity" }
    }
}

impl Layout {
    pub(super) const ALL: [Self; 5] =
        [Self::Item, Self::Service, Self::Professional, Self::Miscellaneous, Self::TimeBilling];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Item => "Item",
            Self::Service => "Service",
            Self::Professional => "Professional",
            Self::Miscellaneous => "Miscellaneous",
            Self::TimeBilling => "TimeBilling",
        }
    }

    /// Freight stands on two layouts only (myob.md 3.4).
    pub(super) fn has_freight(self) -> bool {
        matches!(self, Self::Item | Self::Service)
    }
}

/// The path of each collection that is not of documents.
const PATHS: [(Table, &str); 18] = [
    (Table::Customer, "Contact/Customer"),
    (Table::Supplier, "Contact/Supplier"),
    (Table::Employee, "Contact/Employee"),
    (Table::Personal, "Contact/Personal"),
    (Table::Item, "Inventory/Item"),
    (Table::Account, "GeneralLedger/Account"),
    (Table::TaxCode, "GeneralLedger/TaxCode"),
    (Table::Job, "GeneralLedger/Job"),
    (Table::Category, "GeneralLedger/Category"),
    (Table::CustomerPayment, "Sale/CustomerPayment"),
    (Table::CreditSettlement, "Sale/CreditSettlement"),
    (Table::CreditRefund, "Sale/CreditRefund"),
    (Table::SupplierPayment, "Purchase/SupplierPayment"),
    (Table::DebitSettlement, "Purchase/DebitSettlement"),
    (Table::DebitRefund, "Purchase/DebitRefund"),
    (Table::SpendMoney, "Banking/SpendMoneyTxn"),
    (Table::ReceiveMoney, "Banking/ReceiveMoneyTxn"),
    (Table::TransferMoney, "Banking/TransferMoneyTxn"),
];

/// The path of each document collection, by form and layout.
const DOCUMENT_PATHS: [[&str; 5]; 5] = [
    [
        "Sale/Quote/Item",
        "Sale/Quote/Service",
        "Sale/Quote/Professional",
        "Sale/Quote/Miscellaneous",
        "Sale/Quote/TimeBilling",
    ],
    [
        "Sale/Order/Item",
        "Sale/Order/Service",
        "Sale/Order/Professional",
        "Sale/Order/Miscellaneous",
        "Sale/Order/TimeBilling",
    ],
    [
        "Sale/Invoice/Item",
        "Sale/Invoice/Service",
        "Sale/Invoice/Professional",
        "Sale/Invoice/Miscellaneous",
        "Sale/Invoice/TimeBilling",
    ],
    [
        "Purchase/Order/Item",
        "Purchase/Order/Service",
        "Purchase/Order/Professional",
        "Purchase/Order/Miscellaneous",
        "",
    ],
    ["Purchase/Bill/Item", "Purchase/Bill/Service", "Purchase/Bill/Professional", "Purchase/Bill/Miscellaneous", ""],
];

impl Table {
    /// How many places a list of shelves needs.
    pub(super) const COUNT: usize = PATHS.len() + Form::ALL.len() * Layout::ALL.len();

    /// Its place in a list of shelves.
    pub(super) fn place(self) -> usize {
        match self {
            Self::Document(form, layout) => PATHS.len() + form as usize * Layout::ALL.len() + layout as usize,
            other => PATHS.iter().position(|(table, _)| *table == other).unwrap_or_default(),
        }
    }

    /// Every collection, lists first.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let lists = PATHS.iter().map(|(table, _)| *table);
        lists.chain(Form::ALL.into_iter().flat_map(Form::tables))
    }

    /// Such as `Sale/Invoice/Item`.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Document(form, layout) => DOCUMENT_PATHS[form as usize][layout as usize],
            other => PATHS.iter().find(|(table, _)| *table == other).map_or("", |(_, path)| path),
        }
    }

    /// The collection at a path of any case.
    pub(super) fn at(path: &str) -> Option<Self> {
        Self::all().find(|table| table.path().eq_ignore_ascii_case(path))
    }

    pub(super) fn is_card(self) -> bool {
        matches!(self, Self::Customer | Self::Supplier | Self::Employee | Self::Personal)
    }

    /// Rows that describe, against those that something happened.
    pub(super) fn is_list(self) -> bool {
        self.is_card() || matches!(self, Self::Item | Self::Account | Self::TaxCode | Self::Job | Self::Category)
    }

    pub(super) fn document(self) -> Option<(Form, Layout)> {
        match self {
            Self::Document(form, layout) => Some((form, layout)),
            _ => None,
        }
    }

    pub(super) fn form(self) -> Option<Form> {
        self.document().map(|(form, _)| form)
    }

    /// Bills and spent money carry files (myob.md 3.9).
    pub(super) fn has_attachments(self) -> bool {
        self == Self::SpendMoney || self.form() == Some(Form::Bill)
    }

    /// The members that are looked up without a scan; `X/UID` is a link.
    pub(super) fn indexed(self) -> &'static [&'static str] {
        match self {
            Self::Customer | Self::Supplier | Self::Employee | Self::Personal => {
                &["DisplayID", "CompanyName", "LastName"]
            }
            Self::Item => &["Number", "Name"],
            Self::Account | Self::Category => &["DisplayID", "Name"],
            Self::TaxCode => &["Code"],
            Self::Job => &["Number"],
            Self::Document(form, _) if form.is_sale() => &["Number", "CustomerPurchaseOrderNumber", "Customer/UID"],
            Self::Document(..) => &["Number", "SupplierInvoiceNumber", "Supplier/UID"],
            Self::CustomerPayment => &["ReceiptNumber", "Customer/UID", "Memo"],
            Self::CreditSettlement | Self::CreditRefund => &["Number", "Customer/UID", "Memo"],
            Self::SupplierPayment => &["PaymentNumber", "Supplier/UID", "Memo"],
            Self::DebitSettlement | Self::DebitRefund => &["Number", "Supplier/UID", "Memo"],
            Self::SpendMoney => &["PaymentNumber", "Memo"],
            Self::ReceiveMoney => &["ReceiptNumber", "Memo"],
            Self::TransferMoney => &["TransferNumber", "Memo"],
        }
    }

    /// The member that holds the row's number.
    pub(super) fn number_member(self) -> &'static str {
        match self {
            Self::CustomerPayment | Self::ReceiveMoney => "ReceiptNumber",
            Self::SupplierPayment | Self::SpendMoney => "PaymentNumber",
            Self::TransferMoney => "TransferNumber",
            Self::TaxCode => "Code",
            Self::Customer | Self::Supplier | Self::Employee | Self::Personal | Self::Account | Self::Category => {
                "DisplayID"
            }
            _ => "Number",
        }
    }

    pub(super) fn shape(self) -> &'static Shape {
        match self {
            Self::Customer => &shapes::contacts::CUSTOMER,
            Self::Supplier => &shapes::contacts::SUPPLIER,
            Self::Employee => &shapes::contacts::EMPLOYEE,
            Self::Personal => &shapes::contacts::PERSONAL,
            Self::Item => &shapes::lists::ITEM,
            Self::Account => &shapes::lists::ACCOUNT,
            Self::TaxCode => &shapes::lists::TAX_CODE,
            Self::Job => &shapes::lists::JOB,
            Self::Category => &shapes::lists::CATEGORY,
            Self::CustomerPayment => &shapes::money::CUSTOMER_PAYMENT,
            Self::CreditSettlement => &shapes::money::CREDIT_SETTLEMENT,
            Self::CreditRefund => &shapes::money::CREDIT_REFUND,
            Self::SupplierPayment => &shapes::money::SUPPLIER_PAYMENT,
            Self::DebitSettlement => &shapes::money::DEBIT_SETTLEMENT,
            Self::DebitRefund => &shapes::money::DEBIT_REFUND,
            Self::SpendMoney => &shapes::money::SPEND_MONEY,
            Self::ReceiveMoney => &shapes::money::RECEIVE_MONEY,
            Self::TransferMoney => &shapes::money::TRANSFER_MONEY,
            Self::Document(form, layout) => shapes::documents::of(form, layout),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_collection_has_a_place_and_a_path_of_its_own() {
        let mut places: Vec<usize> = Table::all().map(Table::place).collect();
        let count = places.len();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), count);
        assert!(places.iter().all(|place| *place < Table::COUNT));
        assert!(Table::all().all(|table| Table::at(&table.path().to_lowercase()) == Some(table)));
        assert_eq!(Table::at("purchase/bill/timebilling"), None);
    }

    #[test]
    fn every_indexed_member_is_in_its_shape() {
        for table in Table::all() {
            for member in table.indexed().iter().copied().chain([table.number_member()]) {
                let head = member.split('/').next().unwrap_or_default();
                assert!(table.shape().position(head).is_some(), "{table:?} has no {member}");
            }
        }
    }
}
