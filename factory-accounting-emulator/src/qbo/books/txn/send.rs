//! Mailing and printing (qbo.md 2, 5.13).

use super::line_shape::DELIVERY;
use crate::qbo::books::Books;
use crate::qbo::books::Context;
use crate::qbo::books::entity::Entity;
use crate::qbo::books::errors::{self, Fault};
use crate::qbo::books::journal::Change;
use crate::qbo::books::record::Record;
use crate::qbo::books::shape::EMAIL;
use crate::qbo::books::shelf::Row;
use std::sync::Arc;

impl Books {
    /// Mails a document to an address or to the one that it carries.
    pub(in crate::qbo::books) fn send_txn(
        &mut self,
        row: &Arc<Row>,
        send_to: Option<&str>,
        ctx: &Context<'_>,
    ) -> Result<(), Fault> {
        let member = match row.entity {
            Entity::Invoice | Entity::Estimate | Entity::SalesReceipt | Entity::CreditMemo | Entity::RefundReceipt => {
                "BillEmail"
            }
            Entity::PurchaseOrder => "POEmail",
            other => return Err(errors::unsupported(&format!("send on {}", other.name()))),
        };
        let own = row.body.record(member).and_then(|email| email.text("Address"));
        let Some(address) = send_to.filter(|text| !text.is_empty()).or(own).map(str::to_owned) else {
            return Err(Fault::of(6420, format!("Email Address Needed : sendTo or {member} is needed")).on(member));
        };
        let formed = address.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
        if !formed || address.len() > 100 {
            return Err(Fault::of(2210, format!("Invalid Email Address Format : {address}")).on(member));
        }
        let at = self.country.row_time(ctx.now);
        self.change_as(row.entity, row.id, ctx, Change::Emailed, |row| {
            row.body.set(member, Record::new(&EMAIL).with("Address", address));
            row.body.set("EmailStatus", "EmailSent");
            let delivery = Record::new(&DELIVERY).with("DeliveryType", "Email").with("DeliveryTime", at);
            row.body.set("DeliveryInfo", delivery);
        })
    }

    /// A page with the figures of a document.
    pub(in crate::qbo::books) fn pdf_txn(&self, row: &Row, _ctx: &Context<'_>) -> Result<Vec<u8>, Fault> {
        let printable = matches!(
            row.entity,
            Entity::Invoice
                | Entity::Estimate
                | Entity::SalesReceipt
                | Entity::CreditMemo
                | Entity::RefundReceipt
                | Entity::PurchaseOrder
                | Entity::Payment
        );
        if !printable {
            return Err(errors::unsupported(&format!("pdf of {}", row.entity.name())));
        }
        let number = row.body.text("DocNumber").or(row.body.text("PaymentRefNum")).unwrap_or_default();
        Ok(crate::pdf::page(&[
            self.company_name().to_owned(),
            format!("{} {number}", row.entity.name()),
            format!("Date {}", row.body.date("TxnDate").unwrap_or_default()),
            format!("Total {} {:.2}", self.country.currency(), row.body.amount("TotalAmt")),
        ]))
    }
}
