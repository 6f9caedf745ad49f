//! What is kept beside the outbox.

use std::sync::Arc;

use factory_accounting_core::ids::OrganisationId;
use factory_accounting_core::provider::Organisation;
use factory_accounting_core::settings::Settings;
use factory_accounting_core::store::{Connection, ConnectionState, SyncStore};

use super::bench::{Bench, at, is_refused};

/// A connection is tied to its organisation: another one is refused, none leaves it tied (R55).
pub async fn r55_a_connection_stays_with_its_organisation(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let put = async |organisation: Option<&str>, state: ConnectionState| {
        let organisation = organisation.map(OrganisationId::from);
        bench.store.put_connection(Connection { id: bench.connection.clone(), organisation, state }).await
    };
    let read = async || bench.store.connection(&bench.connection).await.expect("read").expect("there");
    put(Some("org-1"), ConnectionState::Connected).await.expect("tied");
    is_refused(put(Some("org-2"), ConnectionState::Connected).await);
    put(None, ConnectionState::Disconnected).await.expect("ended");
    let stored = read().await;
    assert_eq!((stored.id, stored.state), (bench.connection.clone(), ConnectionState::Disconnected));
    assert_eq!(stored.organisation, Some(OrganisationId::from("org-1")));
    let paused = ConnectionState::Paused { until: at(9), reason: "limit".to_owned() };
    put(Some("org-1"), paused.clone()).await.expect("stored");
    assert_eq!(read().await.state, paused);
}

/// Settings are never overwritten: each save is the next version, and the newest is read (F104).
pub async fn f104_every_save_of_settings_is_a_version(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    assert_eq!(bench.store.settings(&bench.connection).await, Ok(None));
    let mut settings = Settings::default();
    for version in 1..=3_u64 {
        settings.accounts.sales = Some(format!("20{version}"));
        assert_eq!(bench.store.save_settings(&bench.connection, settings.clone(), at(1)).await, Ok(version));
        assert_eq!(bench.store.settings(&bench.connection).await, Ok(Some((version, settings.clone()))));
    }
    assert_eq!(bench.store.settings(&"other".into()).await, Ok(None));
}

/// Facts about the organisation are replaced whole and say when they were read.
pub async fn facts_are_replaced_whole(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    assert_eq!(bench.store.organisation(&bench.connection).await, Ok(None));
    let currency = "NZD".parse().expect("a currency");
    let mut organisation = Organisation::new(OrganisationId::from("org"), "Workshop Ltd", currency);
    for seconds in 1..3 {
        organisation.locked_until = Some(at(seconds).date_naive());
        bench.store.put_organisation(&bench.connection, organisation.clone(), at(seconds)).await.expect("stored");
    }
    assert_eq!(bench.store.organisation(&bench.connection).await, Ok(Some((at(2), organisation))));
}
