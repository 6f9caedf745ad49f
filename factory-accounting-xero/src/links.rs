//! Links for people into Xero's own pages, as its deep-link guide has them.

use std::sync::OnceLock;

use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::RemoteRecord;
use url::{Url, form_urlencoded};

/// Makes links once the organisation's short code is known; until then records carry none.
#[derive(Debug)]
pub(crate) struct Links {
    web_base: Url,
    /// Every link up to the page within the organisation.
    sign_in: OnceLock<String>,
}

impl Links {
    pub(crate) fn new(web_base: Url) -> Self {
        Self { web_base, sign_in: OnceLock::new() }
    }

    /// Learns the short code; the first one stays.
    pub(crate) fn learn(&self, short_code: Option<&str>) {
        if let Some(code) = short_code
            && let Ok(mut url) = self.web_base.join("organisationlogin/default.aspx")
        {
            url.query_pairs_mut().append_pair("shortcode", code).append_pair("redirecturl", "");
            self.sign_in.get_or_init(|| url.into());
        }
    }

    /// Adds the link to a record.
    pub(crate) fn add(&self, record: &mut RemoteRecord) {
        record.link = self.link(record);
    }

    fn link(&self, record: &RemoteRecord) -> Option<String> {
        let sign_in = self.sign_in.get()?;
        let id = record.id.as_str();
        let page = match record.kind {
            RecordKind::Customer | RecordKind::Supplier => format!("/Contacts/View/{id}"),
            RecordKind::Order | RecordKind::Invoice => format!("/AccountsReceivable/View.aspx?InvoiceID={id}"),
            RecordKind::Bill => format!("/AccountsPayable/Edit.aspx?InvoiceID={id}"),
            RecordKind::CreditNote => format!("/AccountsReceivable/ViewCreditNote.aspx?creditNoteID={id}"),
            RecordKind::PurchaseOrder => format!("/Accounts/Payable/PurchaseOrders/View/{id}/"),
            _ => return None,
        };
        Some(form_urlencoded::byte_serialize(page.as_bytes()).fold(sign_in.clone(), |link, part| link + part))
    }
}

#[cfg(test)]
mod tests {
    use factory_accounting_core::ids::RemoteId;
    use factory_accounting_core::provider::RemoteStatus;

    use super::*;

    #[test]
    fn a_link_leads_to_the_record_within_its_organisation() {
        let links = Links::new(Url::parse("https://go.example/").expect("a URL"));
        let mut record = RemoteRecord::new(RecordKind::Bill, RemoteId::new("1f"), RemoteStatus::Open);
        links.add(&mut record);
        assert_eq!(record.link, None);
        links.learn(Some("!Qj35V"));
        links.add(&mut record);
        assert_eq!(
            record.link.as_deref(),
            Some(
                "https://go.example/organisationlogin/default.aspx?shortcode=%21Qj35V&redirecturl=%2FAccountsPayable%2FEdit.aspx%3FInvoiceID%3D1f"
            )
        );
        record.kind = RecordKind::Payment;
        links.add(&mut record);
        assert_eq!(record.link, None);
    }
}
