//! Links for people into QuickBooks' own pages.

use factory_accounting_core::provider::RemoteRecord;
use url::Url;

use crate::endpoint::Entity;
use crate::remote_id;

/// Makes links. They lead into the company that the person is in: QuickBooks asks whoever is in another one.
#[derive(Clone, Debug)]
pub(crate) struct Links {
    web_base: Url,
}

impl Links {
    pub(crate) fn new(web_base: Url) -> Self {
        Self { web_base }
    }

    /// Adds the link to a record.
    pub(crate) fn add(&self, record: &mut RemoteRecord) {
        record.link = self.link(record);
    }

    fn link(&self, record: &RemoteRecord) -> Option<String> {
        let (entity, id) = remote_id::split(&record.id)?;
        let (page, parameter) = match entity {
            Entity::Customer => ("customerdetail", "nameId"),
            Entity::Vendor => ("vendordetail", "nameId"),
            Entity::Estimate => ("estimate", "txnId"),
            Entity::Invoice => ("invoice", "txnId"),
            Entity::CreditMemo => ("creditmemo", "txnId"),
            Entity::PurchaseOrder => ("purchaseorder", "txnId"),
            Entity::Bill => ("bill", "txnId"),
            Entity::Payment => ("recvpayment", "txnId"),
            Entity::BillPayment => ("billpayment", "txnId"),
            Entity::Purchase => ("expense", "txnId"),
            Entity::VendorCredit => ("vendorcredit", "txnId"),
            _ => return None,
        };
        let mut url = self.web_base.join(page).ok()?;
        url.query_pairs_mut().append_pair(parameter, id);
        Some(url.into())
    }
}

#[cfg(test)]
mod tests {
    use factory_accounting_core::ids::RemoteId;
    use factory_accounting_core::model::RecordKind;
    use factory_accounting_core::provider::RemoteStatus;

    use super::*;

    #[test]
    fn a_link_leads_to_the_page_of_the_records_entity() {
        let links = Links::new(Url::parse("https://app.example/app/").expect("a URL"));
        for (kind, id, expected) in [
            (RecordKind::Order, "estimate:145", Some("https://app.example/app/estimate?txnId=145")),
            (RecordKind::Supplier, "vendor:56", Some("https://app.example/app/vendordetail?nameId=56")),
            (RecordKind::Product, "item:3", None),
            (RecordKind::Invoice, "145", None),
        ] {
            let mut record = RemoteRecord::new(kind, RemoteId::new(id), RemoteStatus::Open);
            links.add(&mut record);
            assert_eq!(record.link.as_deref(), expected, "{id}");
        }
    }
}
