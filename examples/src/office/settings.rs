//! The page of settings: a form by section, what a check finds, and what following a product changes.

use anyhow::ensure;
use factory_accounting::engine::EngineError;
use factory_accounting::onboarding::Stage;
use factory_accounting::settings::{Settings, SettingsIssue, Severity, setting_at};
use factory_accounting::setup::{Field, Form};
use serde_json::json;

use super::{Office, show, words};
use crate::choosing;

impl Office {
    /// The company's own choices, and the whole form with them.
    pub(super) async fn choose_settings(&self) -> anyhow::Result<()> {
        show::screen("Settings")?;
        let own = choosing::by_name(&self.engine, self.place.settings()?).await?;
        let sales = json!(own.accounts.sales);
        // What customers hold back stays among the sales of this company, which only the relaxed choice offers.
        let own = own.with("accounts.retention", sales)?.with("relaxed_accounts", json!(true))?;
        let saved = self.engine.save_settings_from(0, own).await?;
        let form = self.engine.settings_form().await?;
        let header = &form.header;
        let company = header.connected_to.as_deref().unwrap_or(words::NOTHING);
        show::line(format_args!("{}: {}, to {company}", header.package, header.status))?;
        if let (Some(lists), Some(saved_at)) = (header.lists_read_at, header.saved_at) {
            let day = "%Y-%m-%d %H:%M UTC";
            show::line(format_args!(
                "Lists read {}; version {} saved {}",
                lists.format(day),
                saved.version,
                saved_at.format(day)
            ))?;
        }
        for section in &form.sections {
            show::screen(section.title)?;
            let rows: Vec<[String; 3]> = section
                .fields
                .iter()
                .map(|field| [field.title.to_owned(), words::value(field), words::choices(field)])
                .collect();
            show::table(["setting", "chosen", "choices"], &rows, &[30, 34])?;
        }
        found(&form.issues)
    }

    /// The product's way of using the settings laid over the company's; what is wrong is found before anything is saved.
    pub(super) async fn follow_product(&self) -> anyhow::Result<()> {
        let profile = self.product.profile();
        show::screen(&format!("Working as {}", profile.name()))?;
        let before = self.engine.settings_form().await?;
        let own = self.engine.settings().await?;
        let mut settings = profile.over(&own);
        let package = self.engine.provider();
        if let Err(misfit) = profile.fits(package.capabilities(), package.info().title) {
            show::line(format_args!("{misfit}"))?;
            for issue in &misfit.issues {
                // The company keeps what it had there.
                settings = settings.with(&issue.path, own.value(&issue.path)?)?;
            }
            show::line("Left as it was; the rest is followed.")?;
        }
        self.refuse_wrong(&settings).await?;
        found(&self.engine.check_settings(&settings).await?)?;
        let saved = self.engine.save_settings_from(before.header.version, settings).await?;
        let after = self.engine.settings_form().await?;
        show::line(format_args!(
            "Saved as version {}. What is otherwise than in version {}:",
            saved.version, before.header.version
        ))?;
        changed(&before, &after)?;
        match self.engine.save_settings_from(before.header.version, own).await {
            Err(error) => show::line(format_args!("A page that was opened before is not saved: {error}"))?,
            Ok(_) => anyhow::bail!("an old page has overruled version {}", saved.version),
        }
        self.step_done(Stage::ChoosingLists).await
    }

    /// What a person would be told who chooses what cannot work.
    async fn refuse_wrong(&self, settings: &Settings) -> anyhow::Result<()> {
        let wrong = settings.with("accounts.purchases", json!("no such account"))?;
        let Err(EngineError::Settings(issues)) = self.engine.save_settings(wrong).await else {
            anyhow::bail!("settings that cannot work were saved");
        };
        show::line("A mistyped account is found before anything is saved:")?;
        found(&issues)?;
        ensure!(self.engine.settings().await?.accounts.purchases.is_none(), "nothing is half saved");
        match settings.with("acounts.sales", json!("200")) {
            Err(error) => Ok(show::item(error)?),
            Ok(_) => anyhow::bail!("a setting that does not exist was taken"),
        }
    }
}

/// What a check has found, or that it has found nothing.
fn found(issues: &[SettingsIssue]) -> anyhow::Result<()> {
    let wrong = issues.iter().any(|issue| issue.severity == Severity::Error);
    if !wrong {
        show::line("Checked against the package and its lists: nothing is wrong.")?;
    }
    for issue in issues {
        let weight = if issue.severity == Severity::Error { "wrong" } else { "note" };
        let setting = setting_at(&issue.path).map_or(issue.path.as_str(), |setting| setting.title);
        show::item(format_args!("{weight}: {setting}: {}: {}", issue.message, issue.remedy))?;
    }
    Ok(())
}

/// The settings that two forms of one connection show otherwise.
fn changed(before: &Form, after: &Form) -> anyhow::Result<()> {
    let fields = |form: &Form| form.sections.iter().flat_map(|section| section.fields.clone()).collect::<Vec<Field>>();
    let rows: Vec<[String; 3]> = fields(before)
        .iter()
        .zip(fields(after))
        .filter(|(before, after)| before.value != after.value)
        .map(|(before, after)| [before.title.to_owned(), words::value(before), words::value(&after)])
        .collect();
    Ok(show::table(["setting", "before", "now"], &rows, &[34, 32])?)
}
