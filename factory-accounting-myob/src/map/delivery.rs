//! How a new document is marked for delivery (L5). What people change afterwards stays.

use factory_accounting_core::error::ProviderError;
use factory_accounting_core::planned::PlannedDocument;
use factory_accounting_core::settings::DeliveryMark;

use super::MYOB;
use crate::remote_id::Collection;
use crate::wire::write::document::DocumentWrite;

/// The marks that MYOB knows, on documents of every form (myob.md 3.4, 3.7).
pub(crate) const MARKS: &[DeliveryMark] =
    &[DeliveryMark::Nothing, DeliveryMark::Print, DeliveryMark::Email, DeliveryMark::PrintAndEmail];

/// Marks a document: always, as everybody does, so that nothing depends on what MYOB would choose. Its own software leaves
/// documents to be printed (myob.md 3.4).
pub(crate) fn mark(
    write: &mut DocumentWrite,
    collection: Collection,
    document: &PlannedDocument,
) -> Result<(), ProviderError> {
    if document.mark_sent {
        let message =
            "MYOB keeps no mark for what has been sent, only for what is still to be: choose a mark for delivery";
        return Err(MYOB.unsupported("mark_sent", message));
    }
    let status = match document.delivery {
        None | Some(DeliveryMark::Print) => "Print",
        Some(DeliveryMark::Nothing) => "Nothing",
        Some(DeliveryMark::Email) => "Email",
        Some(DeliveryMark::PrintAndEmail) => "PrintAndEmail",
        Some(other) => {
            return Err(MYOB.unsupported("delivery", format!("MYOB knows no mark {other:?}: choose another")));
        }
    };
    match collection {
        Collection::Quote(_) | Collection::Order(_) => write.delivery_status = Some(status),
        Collection::Invoice(_) => write.invoice_delivery_status = Some(status),
        Collection::PurchaseOrder(_) => write.order_delivery_status = Some(status),
        Collection::Bill(_) => write.bill_delivery_status = Some(status),
        _ => {}
    }
    Ok(())
}
