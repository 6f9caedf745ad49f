//! The first screens: whose books these are, how far they are set up, and what is to be done in the package itself.

use factory_accounting::engine::SettingUp;
use factory_accounting::onboarding::{Progress, Stage, StepState};

use super::{MERE, Office, show};

impl Office {
    /// The sign-in is done; this opens the connection and begins to set it up.
    pub(super) async fn connect(&self) -> anyhow::Result<()> {
        show::screen("Connect")?;
        let organisation = self.engine.connect().await?;
        let package = self.engine.provider().info().title;
        show::line(format_args!(
            "Connected to {} at {package}; books in {}.",
            organisation.name, organisation.currency
        ))?;
        if let Some(until) = organisation.locked_until {
            show::line(format_args!("Closed up to {until}: what is dated on that day or earlier would be refused."))?;
        }
        for notice in &organisation.notices {
            show::item(notice)?;
        }
        show::screen("Setting up")?;
        let setting_up = self.setting_up().await?;
        self.engine.advance(setting_up.onboarding.stage, MERE).await?;
        let setting_up = self.setting_up().await?;
        progress(&setting_up)?;
        if setting_up.in_package.is_empty() {
            return Ok(show::line(format_args!("There is nothing to be done at {package} itself."))?);
        }
        show::line(format_args!("To be done, or to be looked at, at {package} itself:"))?;
        let open = setting_up.in_package.iter().filter(|step| step.state != StepState::Done);
        let rows: Vec<[String; 3]> = open
            .map(|step| {
                let state = if step.state == StepState::Open { "to do" } else { "look" };
                [state.to_owned(), format!("{}\n{}", step.title, step.place), step.why.clone()]
            })
            .collect();
        Ok(show::table(["", "what, and where", "why"], &rows, &[6, 44])?)
    }

    /// Takes the step that setting up stands at, and says where it stands then.
    pub(super) async fn step_done(&self, step: Stage) -> anyhow::Result<()> {
        self.engine.advance(step, MERE).await?;
        progress(&self.setting_up().await?)
    }

    /// Leaves the step for later, and comes back to it.
    pub(super) async fn not_right_now(&self, step: Stage) -> anyhow::Result<()> {
        let left = self.engine.put_off(step, MERE).await?;
        let later: Vec<&str> = left.put_off_steps().into_iter().map(Stage::title).collect();
        show::line(format_args!(
            "Not right now. Setting up: {}; left for later: {}.",
            left.stage.title(),
            later.join(", ")
        ))?;
        let resumed = self.engine.resume(step).await?;
        show::line(format_args!("Taken up again. Setting up: {}.", resumed.stage.title()))?;
        Ok(())
    }

    async fn setting_up(&self) -> anyhow::Result<SettingUp> {
        self.engine.onboarding().await?.ok_or_else(|| anyhow::anyhow!("a connection that is open is being set up"))
    }
}

fn progress(setting_up: &SettingUp) -> anyhow::Result<()> {
    let onboarding = &setting_up.onboarding;
    let steps = [(Stage::ChoosingLists, &onboarding.lists), (Stage::LinkingContacts, &onboarding.contacts)];
    for (step, progress) in steps {
        let told = match progress {
            Progress::Done { by, .. } => format!("done by {by}"),
            Progress::PutOff { by, .. } => format!("left for later by {by}"),
            _ if onboarding.stage == step => "now".to_owned(),
            _ => "to come".to_owned(),
        };
        show::item(format_args!("{}: {told}", step.title()))?;
    }
    Ok(())
}
