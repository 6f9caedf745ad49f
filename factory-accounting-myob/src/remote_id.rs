//! Ids of records: the collection's path in lower case, then the record's UID, such as
//! `sale/invoice/item/3f6c0a52-1b7e-4d0a-9a57-0c2f6f3c9e11`.
//!
//! MYOB keeps documents of one kind in several collections, one for each layout (myob.md 0), and answers 404 for a UID that
//! is asked for in the wrong one. Accounts, tax codes and lines are named by documents alone and carry the bare UID or row
//! id.

use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::RecordKind;

/// The form of a document's lines. Only the first two are written: the others are hidden or read-only in the browser
/// (myob.md 3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layout {
    Item,
    Service,
    Professional,
    Miscellaneous,
    TimeBilling,
}

impl Layout {
    /// The layout called so by `InvoiceType` and its like.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let all = [
            ("Item", Self::Item),
            ("Service", Self::Service),
            ("Professional", Self::Professional),
            ("Miscellaneous", Self::Miscellaneous),
            ("TimeBilling", Self::TimeBilling),
        ];
        all.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, layout)| layout)
    }
}

/// A collection of a company file (myob.md 3.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Collection {
    Customer,
    Supplier,
    Item,
    Job,
    Quote(Layout),
    Order(Layout),
    Invoice(Layout),
    PurchaseOrder(Layout),
    Bill(Layout),
    CustomerPayment,
    SupplierPayment,
    CreditSettlement,
    CreditRefund,
    SpendMoney,
    Account,
    TaxCode,
}

/// Every collection with its path as MYOB writes it.
const PATHS: [(Collection, &str); 34] = {
    use Collection::{
        Account, Bill, CreditRefund, CreditSettlement, Customer, CustomerPayment, Invoice, Item, Job, Order,
        PurchaseOrder, Quote, SpendMoney, Supplier, SupplierPayment, TaxCode,
    };
    [
        (Customer, "Contact/Customer"),
        (Supplier, "Contact/Supplier"),
        (Item, "Inventory/Item"),
        (Job, "GeneralLedger/Job"),
        (Quote(Layout::Item), "Sale/Quote/Item"),
        (Quote(Layout::Service), "Sale/Quote/Service"),
        (Quote(Layout::Professional), "Sale/Quote/Professional"),
        (Quote(Layout::Miscellaneous), "Sale/Quote/Miscellaneous"),
        (Quote(Layout::TimeBilling), "Sale/Quote/TimeBilling"),
        (Order(Layout::Item), "Sale/Order/Item"),
        (Order(Layout::Service), "Sale/Order/Service"),
        (Order(Layout::Professional), "Sale/Order/Professional"),
        (Order(Layout::Miscellaneous), "Sale/Order/Miscellaneous"),
        (Order(Layout::TimeBilling), "Sale/Order/TimeBilling"),
        (Invoice(Layout::Item), "Sale/Invoice/Item"),
        (Invoice(Layout::Service), "Sale/Invoice/Service"),
        (Invoice(Layout::Professional), "Sale/Invoice/Professional"),
        (Invoice(Layout::Miscellaneous), "Sale/Invoice/Miscellaneous"),
        (Invoice(Layout::TimeBilling), "Sale/Invoice/TimeBilling"),
        (PurchaseOrder(Layout::Item), "Purchase/Order/Item"),
        (PurchaseOrder(Layout::Service), "Purchase/Order/Service"),
        (PurchaseOrder(Layout::Professional), "Purchase/Order/Professional"),
        (PurchaseOrder(Layout::Miscellaneous), "Purchase/Order/Miscellaneous"),
        (Bill(Layout::Item), "Purchase/Bill/Item"),
        (Bill(Layout::Service), "Purchase/Bill/Service"),
        (Bill(Layout::Professional), "Purchase/Bill/Professional"),
        (Bill(Layout::Miscellaneous), "Purchase/Bill/Miscellaneous"),
        (CustomerPayment, "Sale/CustomerPayment"),
        (SupplierPayment, "Purchase/SupplierPayment"),
        (CreditSettlement, "Sale/CreditSettlement"),
        (CreditRefund, "Sale/CreditRefund"),
        (SpendMoney, "Banking/SpendMoneyTxn"),
        (Account, "GeneralLedger/Account"),
        (TaxCode, "GeneralLedger/TaxCode"),
    ]
};

impl Collection {
    /// Every collection.
    #[cfg(test)]
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        PATHS.into_iter().map(|(collection, _)| collection)
    }

    /// Its path as MYOB writes it, for requests.
    pub(crate) fn wire(self) -> &'static str {
        // A purchase has no such layout: there is nothing to be found under an address that is none.
        PATHS.iter().find(|(known, _)| *known == self).map_or("", |(_, path)| path)
    }

    /// Its path in lower case, for ids.
    pub(crate) fn path(self) -> String {
        self.wire().to_ascii_lowercase()
    }

    /// The collection of a path, whatever its case.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        PATHS.iter().find(|(_, known)| known.eq_ignore_ascii_case(path)).map(|(collection, _)| *collection)
    }

    /// The layout of its documents.
    pub(crate) fn layout(self) -> Option<Layout> {
        match self {
            Self::Quote(layout)
            | Self::Order(layout)
            | Self::Invoice(layout)
            | Self::PurchaseOrder(layout)
            | Self::Bill(layout) => Some(layout),
            _ => None,
        }
    }

    /// Whether records of a kind lie in it. A credit note is an invoice below zero (myob.md 3.6).
    pub(crate) fn holds(self, kind: RecordKind) -> bool {
        match kind {
            RecordKind::Customer => self == Self::Customer,
            RecordKind::Supplier => self == Self::Supplier,
            RecordKind::Product => self == Self::Item,
            RecordKind::Job => self == Self::Job,
            RecordKind::Quote => matches!(self, Self::Quote(_)),
            RecordKind::Order => matches!(self, Self::Order(_)),
            RecordKind::Invoice | RecordKind::CreditNote => matches!(self, Self::Invoice(_)),
            RecordKind::PurchaseOrder => matches!(self, Self::PurchaseOrder(_)),
            RecordKind::Bill => matches!(self, Self::Bill(_)),
            RecordKind::Payment => matches!(self, Self::CustomerPayment | Self::SupplierPayment | Self::CreditRefund),
            RecordKind::Allocation => self == Self::CreditSettlement,
            RecordKind::Expense => self == Self::SpendMoney,
            _ => false,
        }
    }

    /// Whether its records link to documents without saying in which layout they are.
    pub(crate) fn links_blindly(self) -> bool {
        matches!(
            self,
            Self::CustomerPayment
                | Self::SupplierPayment
                | Self::CreditSettlement
                | Self::CreditRefund
                | Self::SpendMoney
        )
    }

    /// The scope without which it is answered with 401 (myob.md 1.3).
    pub(crate) fn scope(self) -> &'static str {
        let path = self.wire();
        match path.split('/').next().unwrap_or_default() {
            "Contact" if self == Self::Supplier => "sme-contacts-supplier",
            "Contact" => "sme-contacts-customer",
            "Inventory" => "sme-inventory",
            "Sale" => "sme-sales",
            "Purchase" => "sme-purchases",
            "Banking" => "sme-banking",
            _ => "sme-general-ledger",
        }
    }
}

/// The id of a record.
pub(crate) fn compose(collection: Collection, uid: &str) -> RemoteId {
    RemoteId::new(format!("{}/{}", collection.path(), uid.to_ascii_lowercase()))
}

/// Collection and UID; `None` for a text that is no id of this provider's.
pub(crate) fn split(id: &RemoteId) -> Option<(Collection, &str)> {
    let (path, uid) = id.as_str().rsplit_once('/')?;
    let collection = Collection::of_path(path).filter(|collection| collection.path() == path)?;
    is_uid(uid).then_some((collection, uid))
}

/// Whether a text is a UID as this provider keeps it: hyphenated, in lower case.
pub(crate) fn is_uid(text: &str) -> bool {
    let lower = text.bytes().all(|byte| !byte.is_ascii_uppercase());
    lower && text.len() == 36 && uuid::Uuid::try_parse(text).is_ok_and(|uid| !uid.is_nil())
}

/// The UID of a record of this collection.
///
/// # Errors
/// Names the id where it belongs to another collection or to none: what is linked is then not what is needed.
pub(crate) fn bare(id: &RemoteId, collection: Collection) -> Result<&str, ProviderError> {
    match split(id) {
        Some((found, uid)) if found == collection => Ok(uid),
        _ => {
            let message = format!("{id} is no id of MYOB's {}: link the record anew", collection.wire());
            Err(ProviderError::new(ErrorKind::Internal, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UID: &str = "3f6c0a52-1b7e-4d0a-9a57-0c2f6f3c9e11";

    #[test]
    fn an_id_names_its_collection() {
        let id = compose(Collection::Invoice(Layout::Item), &UID.to_ascii_uppercase());
        assert_eq!(id.as_str(), format!("sale/invoice/item/{UID}"));
        assert_eq!(split(&id), Some((Collection::Invoice(Layout::Item), UID)));
        assert_eq!(bare(&id, Collection::Invoice(Layout::Item)).expect("the collection"), UID);
        assert!(bare(&id, Collection::Invoice(Layout::Service)).is_err());
    }

    #[test]
    fn a_text_of_another_origin_is_no_id() {
        for text in [
            "",
            UID,
            "sale/invoice/item/",
            "sale/invoice/item/145",
            "sale/invoice/item/00000000-0000-0000-0000-000000000000",
            &format!("sale/invoice/{UID}"),
            &format!("Sale/Invoice/Item/{UID}"),
            &format!("sale/invoice/item/{}", UID.to_ascii_uppercase()),
            &format!("sale/invoice/item/{UID}' or"),
            &format!("purchase/bill/timebilling/{UID}"),
        ] {
            assert_eq!(split(&RemoteId::new(text)), None, "{text}");
        }
    }

    #[test]
    fn every_collection_survives_as_text() {
        for collection in Collection::all() {
            assert_eq!(split(&compose(collection, UID)), Some((collection, UID)));
        }
    }

    #[test]
    fn a_kind_lies_in_the_collections_that_hold_it() {
        let of = |kind| Collection::all().filter(|collection| collection.holds(kind)).count();
        assert_eq!((of(RecordKind::Invoice), of(RecordKind::CreditNote)), (5, 5));
        assert_eq!((of(RecordKind::Bill), of(RecordKind::PurchaseOrder)), (4, 4));
        assert_eq!((of(RecordKind::Payment), of(RecordKind::Allocation)), (3, 1));
        assert_eq!(Collection::Supplier.scope(), "sme-contacts-supplier");
        assert_eq!(Collection::Bill(Layout::Item).scope(), "sme-purchases");
    }
}
