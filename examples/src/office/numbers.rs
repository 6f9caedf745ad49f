//! Numbers that phones carry into cellars: a block for each, what was used, and what is missing.

use std::sync::Arc;

use factory_accounting::engine::Numbers;
use factory_accounting::ids::DeviceId;
use factory_accounting::model::RecordKind;
use factory_accounting::numbers::{BlockQuery, DeviceNumbers, GapQuery, LARGEST, NumberUse};
use serde_json::json;

use super::desk::key;
use super::{MERE, Office, show};

const KIND: RecordKind = RecordKind::Job;

impl Office {
    /// Two phones draw numbers for jobs; one is lost.
    pub(super) async fn number_jobs(&self) -> anyhow::Result<()> {
        show::screen("Job numbers for the phones")?;
        let series = json!({ "prefix": "J-", "start": 2050, "width": 5, "block": 10 });
        let settings = self.engine.settings().await?.with("series.job", series)?;
        self.engine.save_settings(settings).await?;
        let numbers = self.engine.numbers(Arc::new(self.store.clone()));

        let mut mere = DeviceNumbers::new(KIND, "Mere's phone", 3);
        numbers.fill(&mut mere).await?;
        let drawn: Vec<String> = std::iter::from_fn(|| mere.take()).take(3).collect();
        show::line(format_args!(
            "Without a connection Mere's phone draws {}; {} left.",
            drawn.join(", "),
            mere.remaining()
        ))?;
        let uses = drawn.iter().zip(1..).map(|(number, at)| used(number, at)).collect();
        numbers.report_used(mere.device(), uses).await?;

        let mut lost = DeviceNumbers::new(KIND, "Tane's phone", 3);
        let number = numbers.next(&mut lost).await?;
        show::line(format_args!("Tane's phone draws {number} and is lost in the river."))?;
        let again = numbers.report_used(&DeviceId::new("Tane's phone"), vec![used(&drawn[0], 9)]).await?;
        for refused in again {
            show::line(format_args!("It claims a number of Mere's: {}", refused.why))?;
        }
        numbers.retire(lost.device(), MERE).await?;
        self.gaps(&numbers).await?;
        let query = BlockQuery { kind: KIND, device: Some(lost.device().clone()), after: None, limit: 0 };
        for state in numbers.blocks(query).await? {
            let many = numbers.reclaim(state.block.id, MERE).await?;
            show::line(format_args!("{many} numbers of the lost phone are taken back, by {MERE}'s word."))?;
        }
        self.gaps(&numbers).await
    }

    /// Every number that no job has, with the reason.
    async fn gaps(&self, numbers: &Numbers) -> anyhow::Result<()> {
        let series = numbers.series(KIND).await?;
        let query =
            GapQuery { kind: KIND, prefix: series.prefix.clone(), first: series.start, last: LARGEST, limit: 0 };
        let report = numbers.gaps(query).await?;
        let rows: Vec<[String; 3]> = report
            .gaps
            .iter()
            .map(|gap| {
                let many = gap.last - gap.first + 1;
                [
                    format!("{} to {}", series.format(gap.first), series.format(gap.last)),
                    many.to_string(),
                    gap.why.to_string(),
                ]
            })
            .collect();
        show::table(["numbers without a job", "how many", "why"], &rows, &[30, 10])?;
        let totals = report.totals;
        show::line(format_args!("{} given so far: {} on jobs, {} not.", totals.all(), totals.used, totals.missing()))?;
        Ok(())
    }
}

fn used(number: &str, job: usize) -> NumberUse {
    NumberUse { number: number.to_owned(), document: key(KIND, &format!("j{job}")) }
}
