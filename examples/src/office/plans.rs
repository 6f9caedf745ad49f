//! Before anything is sent: what would become of it, why each field reads as it does, and what other settings would make.

use anyhow::{Context as _, ensure};
use factory_accounting::engine::{Freshness, Pushed, Rehearsed};
use factory_accounting::model::{Record, RecordKey};
use factory_accounting::preview::{Basis, Difference, DocumentPlan, FieldChange, LineFate};
use factory_accounting::settings::Occasion;
use serde_json::json;

use super::desk::item;
use super::words::{NOTHING, Names, plain};
use super::{MERE, Office, money, show};

/// Fields of which a person asks why. The last two are of the first line.
const ASKED: [&str; 3] = ["reference", "lines[0].charge.account.code", "lines[0].charge.tax_code"];

impl Office {
    /// A new invoice: its plan, the reasons of three fields, sending it, and a plan of what is there.
    pub(super) async fn plan_invoice(&self) -> anyhow::Result<()> {
        show::screen("Before sending invoice F-1001")?;
        let invoice = self.record(self.desk.bench("6.5", &[]))?;
        let plan = self.engine.plan(&invoice, Freshness::Stored).await?;
        self.show(&plan).await?;
        show::screen("Why?")?;
        self.explain(&invoice).await?;
        show::screen("Sending it")?;
        if let Pushed::Waits { reason } = self.engine.push_on(Occasion::Saved, invoice.clone()).await? {
            show::line(format_args!("Saved: {reason}"))?;
        }
        self.engine.push_on(Occasion::Finalised, invoice.clone()).await?;
        show::line(format_args!("Final: {}", self.standing(&invoice.key()).await?))?;
        self.send().await?;
        show::line(format_args!("Then: {}", self.standing(&invoice.key()).await?))?;
        let again = self.engine.plan(&invoice, Freshness::Now).await?;
        show::line(format_args!("Planned once more: {}", again.verdict))?;
        ensure!(!again.verdict.writes(), "what has been sent has nothing left to do");
        Ok(())
    }

    /// A later change of it: planned against the books as they are, and exactly that applied.
    pub(super) async fn edit_invoice(&self) -> anyhow::Result<()> {
        show::screen("An edit of F-1001: one hour more, and a handle")?;
        let edited = self.record(self.desk.bench("7.5", &[item("Handle, brass", "1", "36.00")]))?;
        let plan = self.engine.plan(&edited, Freshness::Now).await?;
        self.show(&plan).await?;
        self.engine.apply(&plan, MERE).await?;
        self.send().await?;
        show::line(format_args!("Applied by {MERE}: {}", self.standing(&edited.key()).await?))?;
        Ok(())
    }

    /// What other settings would make of the newest documents; nothing of it is saved or sent.
    pub(super) async fn rehearse(&self) -> anyhow::Result<()> {
        show::screen("If labour and materials went out in one line each")?;
        let proposed = self.engine.settings().await?.with("line_detail", json!("summary"))?;
        let rehearsal = self.engine.rehearse(&proposed, 50).await?;
        show::line(format_args!(
            "{} documents looked at, {} would come out otherwise; {} of them would be refused that go out now.",
            rehearsal.looked_at,
            rehearsal.documents.len(),
            rehearsal.newly_refused()
        ))?;
        let rows: Vec<[String; 5]> = rehearsal.documents.iter().map(rehearsed).collect();
        show::table(["document", "now", "then", "lines then", "total"], &rows, &[16, 22, 22])?;
        Ok(())
    }

    async fn show(&self, plan: &DocumentPlan) -> anyhow::Result<()> {
        show::line(format_args!("{}: {}", named(&plan.record), plan.verdict))?;
        let number = plan.number.as_deref().unwrap_or("given by the accounting package");
        show::line(format_args!("Number: {number}. Compared with {}.", compared_with(&plan.basis)))?;
        let names = Names::of(&self.engine.settings_form().await?);
        let party = plan.record.trade().map(|trade| trade.party);
        differences(&plan.difference, &names, party.as_ref())?;
        if let Some(lock) = &plan.lock {
            show::line(format_args!("Locked: {lock}"))?;
        }
        for effect in &plan.effects {
            show::line(format_args!("And: {effect}"))?;
        }
        for left_out in &plan.omissions {
            show::line(format_args!("Not as here: {}: {}", left_out.path, left_out.reason))?;
        }
        Ok(())
    }

    async fn explain(&self, record: &Record) -> anyhow::Result<()> {
        let explanation = self.engine.explain_record(record.clone()).await?;
        for path in ASKED {
            // A package without codes for its accounts names them by their ids.
            let known = explanation.field(path).filter(|field| !field.value.is_null());
            let other = || explanation.field(&path.replace(".code", ".id"));
            let field = known.or_else(other).with_context(|| format!("{path} is explained"))?;
            show::item(&field.text)?;
        }
        ensure!(explanation.unexplained().next().is_none(), "every field is explained");
        show::line(format_args!("All {} fields are explained.", explanation.fields.len()))?;
        Ok(())
    }
}

fn named(record: &Record) -> String {
    let kind = record.kind().label();
    record.trade().map_or_else(|| record.key().to_string(), |trade| format!("{kind} {}", trade.number))
}

fn compared_with(basis: &Basis) -> &'static str {
    match basis {
        Basis::NotInBooks => "nothing: it is not in the books",
        Basis::Read { .. } => "the books as they are now",
        Basis::AsWritten { .. } => "what was sent last",
        _ => "what is known of it by its link",
    }
}

/// Fields of the head, lines and money, before and after.
fn differences(difference: &Difference, names: &Names, party: Option<&RecordKey>) -> anyhow::Result<()> {
    let shown = |path: &str, value: &Option<String>| match (value, party) {
        (Some(_), Some(party)) if path == "party" => party.to_string(),
        (Some(value), _) => plain(&names.of_field(path, value)),
        (None, _) => NOTHING.to_owned(),
    };
    let rows: Vec<[String; 3]> = difference
        .fields
        .iter()
        .map(|FieldChange { path, before, after }| [plain(path), shown(path, before), shown(path, after)])
        .collect();
    if !rows.is_empty() {
        show::table(["field", "in the books", "then"], &rows, &[18, 38])?;
    }
    let rows: Vec<[String; 3]> = difference
        .lines
        .iter()
        .map(|line| {
            let changes: Vec<String> = line
                .fields
                .iter()
                .filter(|change| change.path != "description" || line.fate == LineFate::Changed)
                .map(|FieldChange { path, before, after }| match line.fate {
                    LineFate::Changed => format!("{}: {} → {}", plain(path), shown(path, before), shown(path, after)),
                    _ => format!("{}: {}", plain(path), shown(path, if after.is_some() { after } else { before })),
                })
                .collect();
            [line.fate.label().to_owned(), line.text.clone(), changes.join("\n")]
        })
        .collect();
    if !rows.is_empty() {
        show::table(["line", "text", "what"], &rows, &[10, 40])?;
    }
    if let Some(change) = &difference.money {
        money::change(change)?;
    }
    Ok(())
}

fn rehearsed(document: &Rehearsed) -> [String; 5] {
    let Rehearsed { name, before, after, difference, .. } = document;
    let left: Vec<&str> = difference
        .lines
        .iter()
        .filter(|line| line.fate != LineFate::Removed)
        .map(|line| line.text.lines().next().unwrap_or_default())
        .collect();
    let total = difference.money.as_ref().and_then(|money| money.after).map(|totals| money::shown(totals.total));
    [name.clone(), before.to_string(), after.to_string(), left.join("\n"), total.unwrap_or_else(|| NOTHING.to_owned())]
}
