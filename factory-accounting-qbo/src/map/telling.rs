//! What an answered record says of whose it is.

use crate::wire::document::Document;
use crate::wire::item::Item;
use crate::wire::party::Name;
use crate::wire::payment::Payment;
use crate::wire::reference::Ref;

/// Members by which a record that was sent is known again, as QuickBooks answers them.
#[derive(Debug, Default)]
pub(crate) struct Telling {
    pub(crate) id: Option<String>,
    /// `Deleted` on the stub of a record that is gone.
    pub(crate) stub: Option<String>,
    doc_number: Option<String>,
    payment_ref_num: Option<String>,
    display_name: Option<String>,
    name: Option<String>,
    customer: Option<String>,
    vendor: Option<String>,
}

impl Telling {
    /// What a member of QuickBooks' name says; a reference by its id.
    pub(crate) fn of(&self, member: &str) -> Option<&str> {
        match member {
            "Id" => &self.id,
            "DocNumber" => &self.doc_number,
            "PaymentRefNum" => &self.payment_ref_num,
            "DisplayName" => &self.display_name,
            "Name" => &self.name,
            "CustomerRef" => &self.customer,
            "VendorRef" => &self.vendor,
            _ => &None,
        }
        .as_deref()
    }
}

impl From<&Name> for Telling {
    fn from(name: &Name) -> Self {
        Self { id: name.id.clone(), display_name: name.display_name.clone(), ..Self::default() }
    }
}

impl From<&Item> for Telling {
    fn from(item: &Item) -> Self {
        Self { id: item.id.clone(), name: item.name.clone(), ..Self::default() }
    }
}

impl From<&Payment> for Telling {
    fn from(payment: &Payment) -> Self {
        Self {
            id: payment.id.clone(),
            stub: payment.stub.clone(),
            doc_number: payment.doc_number.clone(),
            payment_ref_num: payment.payment_ref_num.clone(),
            customer: id_of(payment.customer_ref.as_ref()),
            vendor: id_of(payment.vendor_ref.as_ref()),
            ..Self::default()
        }
    }
}

impl From<&Document> for Telling {
    fn from(document: &Document) -> Self {
        Self {
            id: document.id.clone(),
            stub: document.stub.clone(),
            doc_number: document.doc_number.clone(),
            customer: id_of(document.customer_ref.as_ref()),
            vendor: id_of(document.vendor_ref.as_ref()),
            ..Self::default()
        }
    }
}

fn id_of(reference: Option<&Ref>) -> Option<String> {
    reference.and_then(|reference| reference.value.clone())
}
