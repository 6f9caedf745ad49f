//! Opening and closing a connection, and the package's lists.

use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::provider::{DisconnectReport, Organisation};
use factory_accounting_core::store::{Connection, ConnectionState};

use crate::engine::{Engine, EngineError};
use crate::event::{Event, Verb};

impl Engine {
    /// Opens the connection after a sign-in: reads the organisation, pins the connection to it, and reads the lists that
    /// planning needs. A reconnect is the same call and loses nothing: links, settings, cursors and the queue keep (F9).
    ///
    /// # Errors
    /// [`EngineError::OtherOrganisation`] where the connection is pinned to another one (R55);
    /// [`EngineError::InsufficientRole`] where whoever signed in may not connect the company (F3).
    pub async fn connect(&self) -> Result<Organisation, EngineError> {
        let inner = &self.inner;
        inner.called(Verb::Organisation, None, 1);
        let organisation = inner.provider.organisation().await.map_err(may_not)?;
        let known = inner.store.connection(&inner.connection).await?;
        if let Some(pinned) = known.and_then(|connection| connection.organisation)
            && pinned != organisation.id
        {
            return Err(EngineError::OtherOrganisation {
                expected: pinned,
                found: organisation.id,
                name: organisation.name,
            });
        }
        inner.store.put_organisation(&inner.connection, organisation.clone(), inner.now()).await?;
        self.read_lists(&inner.lists_for_planning()).await?;
        self.begin_onboarding().await?;
        self.put_state(Some(organisation.id.clone()), ConnectionState::Connected).await?;
        Ok(organisation)
    }

    /// Ends the connection at the package (F7). Each part is tried; what failed is reported. Links, settings, cursors and the
    /// queue keep for a reconnect.
    pub async fn disconnect(&self) -> Result<DisconnectReport, EngineError> {
        let inner = &self.inner;
        let report = inner.provider.disconnect().await;
        let pinned = inner.store.connection(&inner.connection).await?.and_then(|connection| connection.organisation);
        self.put_state(pinned, ConnectionState::Disconnected).await?;
        Ok(report)
    }

    /// State of the connection; `None` before the first [`connect`](Self::connect).
    pub async fn connection_state(&self) -> Result<Option<ConnectionState>, EngineError> {
        let connection = self.inner.store.connection(&self.inner.connection).await?;
        Ok(connection.map(|connection| connection.state))
    }

    async fn put_state(
        &self,
        organisation: Option<factory_accounting_core::ids::OrganisationId>,
        state: ConnectionState,
    ) -> Result<(), EngineError> {
        let inner = &self.inner;
        let connection = Connection { id: inner.connection.clone(), organisation, state: state.clone() };
        inner.store.put_connection(connection).await?;
        inner.forget_facts();
        inner.tell(&Event::Connection(state));
        Ok(())
    }
}

/// Tells a sign-in that lacks the role from everything else that can go wrong (F3).
fn may_not(error: ProviderError) -> EngineError {
    if error.kind() == ErrorKind::Forbidden { EngineError::InsufficientRole(error) } else { error.into() }
}
