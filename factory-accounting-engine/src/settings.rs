//! The settings of a connection: versions, checks before saving, and the form that a host shows.

use factory_accounting_core::plan::Catalogue;
use factory_accounting_core::provider::CatalogueKind;
use factory_accounting_core::settings::{Settings, SettingsIssue, Severity};
use factory_accounting_core::setup::{self, Form, Header};
use factory_accounting_core::store::{ConnectionState, SavedSettings, SettingsVersion};

use crate::engine::{Engine, EngineError};

/// Settings that have been saved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SettingsSaved {
    /// Their version, counting from 1.
    pub version: u64,
    /// What a person should know of them all the same.
    pub warnings: Vec<SettingsIssue>,
}

impl Engine {
    /// The settings as last saved; the defaults before that.
    pub async fn settings(&self) -> Result<Settings, EngineError> {
        let saved = self.inner.store.settings(&self.inner.connection).await?;
        Ok(saved.map(|(_, settings)| settings).unwrap_or_default())
    }

    /// Saves settings as the next version. They hold for everything sent from now on. Where two people may edit at a time,
    /// [`save_settings_from`](Self::save_settings_from) keeps one from overruling the other unseen.
    ///
    /// # Errors
    /// [`EngineError::Settings`] where documents could not be sent with them: nothing is saved then.
    pub async fn save_settings(&self, settings: Settings) -> Result<SettingsSaved, EngineError> {
        self.save(settings, None).await
    }

    /// Saves settings that were edited from a version: that of [`Header::version`], 0 where none had been saved.
    ///
    /// # Errors
    /// [`StoreError::SettingsMoved`](factory_accounting_core::store::StoreError::SettingsMoved) where another version has
    /// been saved since; [`EngineError::Settings`] as for [`save_settings`](Self::save_settings).
    pub async fn save_settings_from(&self, edited_from: u64, settings: Settings) -> Result<SettingsSaved, EngineError> {
        self.save(settings, Some(edited_from)).await
    }

    async fn save(&self, settings: Settings, edited_from: Option<u64>) -> Result<SettingsSaved, EngineError> {
        let inner = &self.inner;
        let issues = self.check_settings(&settings).await?;
        let (errors, warnings): (Vec<_>, Vec<_>) =
            issues.into_iter().partition(|issue| issue.severity == Severity::Error);
        if !errors.is_empty() {
            return Err(EngineError::Settings(errors));
        }
        let version = inner.store.save_settings(&inner.connection, settings, edited_from, inner.now()).await?;
        inner.forget_facts();
        Ok(SettingsSaved { version, warnings })
    }

    /// Everything that is wrong with settings at this package, by its lists as last read; no call.
    pub async fn check_settings(&self, settings: &Settings) -> Result<Vec<SettingsIssue>, EngineError> {
        let catalogue = self.named_lists().await?;
        let provider = &self.inner.provider;
        Ok(setup::check(settings, provider.capabilities(), &catalogue, provider.info().title))
    }

    /// The settings as a form that can be shown without knowing the package, with the choices of its lists as last read; no
    /// call (F2, F46, L1).
    pub async fn settings_form(&self) -> Result<Form, EngineError> {
        let inner = &self.inner;
        let mut header = Header::new(inner.package_title(), status(self.connection_state().await?.as_ref()));
        header.connected_to = inner.store.organisation(&inner.connection).await?.map(|(_, found)| found.name);
        for kind in inner.lists_for_planning() {
            let read_at = inner.store.list_state(&inner.connection, kind).await?.read_at;
            header.lists_read_at = match (header.lists_read_at, read_at) {
                (Some(before), Some(read_at)) => Some(before.min(read_at)),
                (before, read_at) => before.or(read_at),
            };
        }
        let mut settings = Settings::default();
        if let Some((version, saved)) = inner.store.settings(&inner.connection).await? {
            let at = inner.store.settings_at(&inner.connection, version).await?;
            (header.version, header.saved_at, settings) = (version, at.map(|at| at.saved_at), saved);
        }
        Ok(setup::form(&settings, inner.provider.capabilities(), &self.named_lists().await?, header))
    }

    /// The versions of the settings, oldest first (F104).
    pub async fn settings_versions(&self) -> Result<Vec<SettingsVersion>, EngineError> {
        Ok(self.inner.store.settings_versions(&self.inner.connection).await?)
    }

    /// One version of the settings. Saving it anew restores it.
    ///
    /// # Errors
    /// [`EngineError::Refused`] where there is no such version.
    pub async fn settings_at(&self, version: u64) -> Result<SavedSettings, EngineError> {
        let saved = self.inner.store.settings_at(&self.inner.connection, version).await?;
        saved.ok_or_else(|| {
            EngineError::Refused(format!("there is no version {version} of the settings: look at the list of versions"))
        })
    }

    /// The lists that settings name things of.
    async fn named_lists(&self) -> Result<Catalogue, EngineError> {
        self.inner.kept_lists(&[CatalogueKind::Accounts, CatalogueKind::TaxCodes, CatalogueKind::Items]).await
    }
}

/// The state of a connection in one line.
fn status(state: Option<&ConnectionState>) -> String {
    match state {
        None => "not connected yet".to_owned(),
        Some(ConnectionState::Connected) => "connected".to_owned(),
        Some(ConnectionState::Paused { until, reason }) => {
            format!("paused until {}: {reason}", until.format("%Y-%m-%d %H:%M UTC"))
        }
        Some(ConnectionState::NeedsReconnect { reason, .. }) => format!("sign in again: {reason}"),
        Some(_) => "disconnected".to_owned(),
    }
}
