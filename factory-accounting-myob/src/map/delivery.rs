//! How a new document is marked for delivery (L5). What people change afterwards stays.

use crate::config::DeliveryStatuses;
use crate::remote_id::Collection;
use crate::wire::write::document::DocumentWrite;

/// Marks a document: always, because MYOB's own choice would be to print it (myob.md 3.4).
pub(crate) fn mark(write: &mut DocumentWrite, collection: Collection, statuses: &DeliveryStatuses) {
    match collection {
        Collection::Quote(_) => write.delivery_status = Some(statuses.quotes.wire()),
        Collection::Order(_) => write.delivery_status = Some(statuses.orders.wire()),
        Collection::Invoice(_) => write.invoice_delivery_status = Some(statuses.invoices.wire()),
        Collection::PurchaseOrder(_) => write.order_delivery_status = Some(statuses.purchase_orders.wire()),
        Collection::Bill(_) => write.bill_delivery_status = Some(statuses.bills.wire()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Delivery;
    use crate::remote_id::Layout::Item;

    #[test]
    fn l5_every_form_is_marked_by_its_own_name() {
        let statuses = DeliveryStatuses {
            quotes: Delivery::Nothing,
            orders: Delivery::Print,
            invoices: Delivery::Email,
            purchase_orders: Delivery::PrintAndEmail,
            bills: Delivery::Nothing,
        };
        for (collection, expected) in [
            (Collection::Quote(Item), r#"{"DeliveryStatus":"Nothing"}"#),
            (Collection::Order(Item), r#"{"DeliveryStatus":"Print"}"#),
            (Collection::Invoice(Item), r#"{"InvoiceDeliveryStatus":"Email"}"#),
            (Collection::PurchaseOrder(Item), r#"{"OrderDeliveryStatus":"PrintAndEmail"}"#),
            (Collection::Bill(Item), r#"{"BillDeliveryStatus":"Nothing"}"#),
            (Collection::CustomerPayment, "{}"),
        ] {
            let mut write = DocumentWrite::default();
            mark(&mut write, collection, &statuses);
            assert_eq!(serde_json::to_string(&write).expect("JSON"), expected);
        }
    }
}
