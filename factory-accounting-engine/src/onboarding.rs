//! Setting up a connection step by step, across restarts (F4, F35). Documents that are pushed meanwhile do not wait for it.

use factory_accounting_core::onboarding::{NoStep, Onboarding, SetupStep, Stage};

use crate::engine::{Engine, EngineError};

/// How far a connection is set up, and what is to be done in the package itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SettingUp {
    /// How far it has come.
    pub onboarding: Onboarding,
    /// What people must do in the package, in order, as far as it is known what that is (F13).
    pub in_package: Vec<SetupStep>,
}

impl Engine {
    /// How far the connection is set up; `None` before the first [`connect`](Self::connect).
    pub async fn onboarding(&self) -> Result<Option<SettingUp>, EngineError> {
        let inner = &self.inner;
        let stored = inner.store.onboarding(&inner.connection).await?;
        Ok(stored.map(|onboarding| SettingUp { onboarding, in_package: inner.provider.capabilities().setup.clone() }))
    }

    /// The step at which it was `seen` is done: on to the next that is not. `by` is recorded, in the host's words.
    ///
    /// # Errors
    /// [`EngineError::Onboarding`] where it stands elsewhere by now; [`EngineError::NotConnected`] before the first
    /// [`connect`](Self::connect).
    pub async fn advance(&self, seen: Stage, by: &str) -> Result<Onboarding, EngineError> {
        let at = self.inner.now();
        self.step(|onboarding| onboarding.advanced(seen, by, at)).await
    }

    /// Not right now: the step at which it was `seen` is left for later (F35).
    ///
    /// # Errors
    /// Those of [`advance`](Self::advance), and where there is nothing to put off.
    pub async fn put_off(&self, seen: Stage, by: &str) -> Result<Onboarding, EngineError> {
        let at = self.inner.now();
        self.step(|onboarding| onboarding.put_off(seen, by, at)).await
    }

    /// Takes up a step that was put off.
    ///
    /// # Errors
    /// Those of [`advance`](Self::advance), and where it was not put off.
    pub async fn resume(&self, step: Stage) -> Result<Onboarding, EngineError> {
        self.step(|onboarding| onboarding.resumed(step)).await
    }

    /// Setting up begins with the first sign-in; a reconnect leaves it where it is.
    pub(crate) async fn begin_onboarding(&self) -> Result<(), EngineError> {
        let inner = &self.inner;
        if inner.store.onboarding(&inner.connection).await?.is_none() {
            inner.store.put_onboarding(&inner.connection, None, &Onboarding::default()).await?;
        }
        Ok(())
    }

    /// Takes a step; where somebody else was quicker, judges it anew by where that one has left it.
    async fn step(
        &self,
        take: impl Fn(Onboarding) -> Result<Onboarding, NoStep> + Send + Sync,
    ) -> Result<Onboarding, EngineError> {
        let inner = &self.inner;
        loop {
            let seen = inner.store.onboarding(&inner.connection).await?.ok_or(EngineError::NotConnected)?;
            let now = take(seen.clone())?;
            if inner.store.put_onboarding(&inner.connection, Some(&seen), &now).await? {
                return Ok(now);
            }
        }
    }
}
