//! What waits for a person, with what can be done about it; and where everything stands.

use anyhow::ensure;
use factory_accounting::engine::{QueueFilter, QueueQuery, QueueRow};
use factory_accounting::model::RecordKind;
use factory_accounting::settings::Occasion;

use super::desk::{HALE, key};
use super::words::NOTHING;
use super::{MERE, Office, show};

impl Office {
    /// Two invoices that cannot go out: the queue, and an answer to each.
    pub(super) async fn answer_questions(&self) -> anyhow::Result<()> {
        show::screen("To be sent, or in need of attention")?;
        let stranger = self.record(self.desk.for_a_stranger())?;
        let taxed = self.record(self.desk.under_another_tax())?;
        for invoice in [&stranger, &taxed] {
            self.engine.push_on(Occasion::Finalised, invoice.clone()).await?;
        }
        self.send().await?;
        self.queue().await?;

        show::line("The customer is told to the accounting package, which lets the first go on:")?;
        self.engine.push_on(Occasion::Saved, self.record(self.desk.stranger())?).await?;
        self.engine.resend(&stranger.key(), MERE).await?;
        self.send().await?;
        show::item(format_args!("invoice F-1008: {}", self.standing(&stranger.key()).await?))?;
        show::line("The second is not to be sent at all:")?;
        // The host keeps the mark with its own record: what it pushes without it is sent again.
        self.engine.do_not_send(&taxed.key(), MERE).await?;
        self.send().await?;
        show::item(format_args!("invoice F-1009: {}", self.standing(&taxed.key()).await?))?;
        let left = self.engine.queue_summary().await?;
        show::line(format_args!("To be sent: {}. Needs attention: {}.", left.to_be_sent, left.needs_attention))?;
        ensure!(left.needs_attention == 0, "every question has its answer");
        Ok(())
    }

    async fn queue(&self) -> anyhow::Result<()> {
        let page =
            self.engine.queue(&QueueQuery { what: QueueFilter::NeedsAttention, ..QueueQuery::default() }).await?;
        let rows: Vec<[String; 3]> = page.rows.iter().map(row).collect();
        show::table(["document", "what is the matter", "what can be done"], &rows, &[16, 44])?;
        let summary = self.engine.queue_summary().await?;
        show::line(format_args!("To be sent: {}. Needs attention: {}.", summary.to_be_sent, summary.needs_attention))?;
        Ok(())
    }

    /// A column of statuses, with the package's numbers and links.
    pub(super) async fn look_at_statuses(&self) -> anyhow::Result<()> {
        show::screen("Where everything stands")?;
        let invoices = ["f-1", "f-7-1", "f-7-2", "f-7-3", "f-8", "f-9"].map(|id| key(RecordKind::Invoice, id));
        let keys = [&[key(RecordKind::Customer, HALE), key(RecordKind::Order, "so-7")], &invoices[..]].concat();
        let statuses = self.engine.statuses(&keys).await?;
        let rows: Vec<[String; 4]> = keys
            .iter()
            .zip(&statuses)
            .map(|(key, status)| {
                let sent = if status.is_sent() { "Yes" } else { "No" };
                let number = status.number().unwrap_or(NOTHING);
                [key.to_string(), sent.to_owned(), number.to_owned(), status.to_string()]
            })
            .collect();
        show::table(["record", "sent", "number", "status"], &rows, &[18, 7, 22])?;
        let linked = keys.iter().zip(&statuses).find_map(|(key, status)| Some((key, status.url()?)));
        if let Some((key, url)) = linked {
            show::line(format_args!("Each row opens its document, such as {key} at {url}"))?;
        }
        Ok(())
    }
}

/// Document and code; what is the matter, with the package's own words; what usually mends it and which answers it takes.
fn row(row: &QueueRow) -> [String; 3] {
    let code = row.code.map(|code| code.to_string()).unwrap_or_default();
    let answers: Vec<String> = row.answers.iter().map(ToString::to_string).collect();
    let mut mend: Vec<String> = row.remedy.map(str::to_owned).into_iter().collect();
    mend.extend(row.fix.as_ref().map(|fix| format!("[Fix: {fix}]")));
    mend.push(answers.iter().map(|answer| format!("[{answer}]")).collect::<Vec<_>>().join(" "));
    [format!("{} {}\n{code}", row.record.kind.label(), row.name), row.message.clone(), mend.join("\n")]
}
