//! Which members of Xero's answers faults play with.

use bytes::Bytes;
use http::Response;

use crate::distort::{self, Vocabulary};
use crate::fault::Fault;
use crate::outcome::Outcome;

const MEMBERS: Vocabulary = Vocabulary {
    // Vocabularies that have grown in the wild (xero.md 10.6) or may.
    growing: &[
        "Class",
        "Edition",
        "OrganisationType",
        "OrganisationStatus",
        "Version",
        "TaxNumberType",
        "PaymentType",
        "BankAccountType",
        "SystemAccount",
        "ReportTaxType",
        "AddressType",
        "PhoneType",
        "SourceTransactionTypeCode",
    ],
    often_absent: &[
        "Reference",
        "DueDate",
        "DueDateString",
        "FullyPaidOnDate",
        "ExpectedPaymentDate",
        "BrandingThemeID",
        "ContactNumber",
        "EmailAddress",
        "Description",
        "AccountCode",
        "Warnings",
        "ValidationErrors",
        "StatusAttributeString",
    ],
};

/// The outcome of a call whose work is done and whose answer is `response`.
pub(super) fn deliver(response: Response<Bytes>, fault: Option<Fault>) -> Outcome {
    distort::deliver(response, fault, &MEMBERS)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn distorted(fault: Fault) -> String {
        let body =
            r#"{"Status":"OK","Organisations":[{"Class":"DEMO","Addresses":[{"AddressType":"POBOX"}],"Total":24.15}]}"#;
        let Outcome::Reply(response) = deliver(Response::new(Bytes::from(body)), Some(fault)) else {
            panic!("a reply")
        };
        String::from_utf8(response.into_body().to_vec()).expect("text")
    }

    #[test]
    fn vocabularies_grow_below_the_envelope_only() {
        let text = distorted(Fault::UnknownEnumValues { members: Vec::new() });
        assert!(
            text.contains("FUTUREDEMO") && text.contains("FUTUREPOBOX") && text.contains(r#""Status":"OK""#),
            "{text}"
        );
        let text = distorted(Fault::UnknownEnumValues { members: vec!["AddressType".into()] });
        assert!(text.contains(r#""DEMO""#) && text.contains("FUTUREPOBOX"), "{text}");
    }

    #[test]
    fn absent_members_appear_and_present_ones_stay() {
        assert!(distorted(Fault::NullInsteadOfAbsent).contains(r#""Reference":null"#));
        let text = distorted(Fault::EmptyTextInsteadOfAbsent);
        assert!(text.contains(r#""DueDate":"""#) && text.contains("24.15"), "{text}");
        assert!(distorted(Fault::ExtraFields).contains("FutureMember"));
    }

    #[test]
    fn garbage_is_no_json_and_empty_is_empty() {
        assert!(serde_json::from_str::<Value>(&distorted(Fault::GarbageJson)).is_err());
        assert_eq!(distorted(Fault::EmptyBody), "");
    }
}
