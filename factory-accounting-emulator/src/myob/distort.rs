//! What a fault makes of an answer after the work was done.

use bytes::Bytes;
use http::{Response, header};

use crate::distort::{self, Vocabulary};
use crate::fault::Fault;
use crate::outcome::Outcome;

const MEMBERS: Vocabulary = Vocabulary {
    // Vocabularies that grow with releases of the interface (myob.md 1.5, 3.1, 3.4).
    growing: &[
        "Status",
        "InvoiceType",
        "OrderType",
        "QuoteType",
        "BillType",
        "SaleLayout",
        "PurchaseLayout",
        "InvoiceDelivery",
        "InvoiceDeliveryStatus",
        "DeliveryStatus",
        "PaymentIsDue",
        "Classification",
        "JournalType",
        "OnlinePaymentMethod",
        "Type",
    ],
    often_absent: &[
        "Number",
        "Comment",
        "JournalMemo",
        "CustomerPurchaseOrderNumber",
        "SupplierInvoiceNumber",
        "ShippingMethod",
        "PromisedDate",
        "LastPaymentDate",
        "LastModified",
        "Description",
        "Memo",
        "ReferralSource",
    ],
};

/// The outcome of a call whose work is done and whose answer is `response`.
pub(super) fn deliver(mut response: Response<Bytes>, fault: Option<Fault>) -> Outcome {
    if fault == Some(Fault::LocationMissing) {
        response.headers_mut().remove(header::LOCATION);
    }
    distort::deliver(response, fault, &MEMBERS)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn distorted(body: &'static str, fault: Fault) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(body));
        response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("https://arl2.api.myob.com/x"));
        let Outcome::Reply(response) = deliver(response, Some(fault)) else { panic!("a reply") };
        response
    }

    #[test]
    fn vocabularies_grow_below_the_envelope() {
        let list = r#"{"Items":[{"Status":"Open","Lines":[{"Type":"Transaction"}]}],"Count":1}"#;
        let response = distorted(list, Fault::UnknownEnumValues { members: Vec::new() });
        let text = String::from_utf8_lossy(response.body()).into_owned();
        assert!(text.contains("FUTUREOpen") && text.contains("FUTURETransaction"), "{text}");
    }

    #[test]
    fn a_location_that_is_missing_leaves_the_rest() {
        let response = distorted("", Fault::LocationMissing);
        assert!(!response.headers().contains_key(header::LOCATION));
        assert!(distorted("", Fault::ExtraFields).headers().contains_key(header::LOCATION));
    }
}
