//! What is kept beside the outbox.

use std::sync::Arc;

use factory_accounting_core::ids::OrganisationId;
use factory_accounting_core::provider::Organisation;
use factory_accounting_core::settings::Settings;
use factory_accounting_core::store::{
    Connection, ConnectionState, SavedSettings, SettingsVersion, StoreError, SyncStore,
};

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
        assert_eq!(bench.store.save_settings(&bench.connection, settings.clone(), None, at(1)).await, Ok(version));
        assert_eq!(bench.store.settings(&bench.connection).await, Ok(Some((version, settings.clone()))));
    }
    assert_eq!(bench.store.settings(&"other".into()).await, Ok(None));
}

/// Each version stays as it was saved, with when (F104).
pub async fn f104_earlier_settings_are_read_back_with_their_day(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    assert_eq!(bench.store.settings_versions(&bench.connection).await, Ok(Vec::new()));
    let settings = |code: u64| {
        let mut settings = Settings::default();
        settings.accounts.sales = Some(code.to_string());
        settings
    };
    for version in 1..=3_u64 {
        let when = at(i64::try_from(version).unwrap_or_default());
        bench.store.save_settings(&bench.connection, settings(version), None, when).await.expect("saved");
    }
    for version in 1..=3_u64 {
        let saved_at = at(i64::try_from(version).unwrap_or_default());
        let wanted = SavedSettings { version, saved_at, settings: settings(version) };
        assert_eq!(bench.store.settings_at(&bench.connection, version).await, Ok(Some(wanted)));
    }
    for none in [0, 4, u64::MAX] {
        assert_eq!(bench.store.settings_at(&bench.connection, none).await, Ok(None));
    }
    let listed = bench.store.settings_versions(&bench.connection).await.expect("listed");
    let wanted = [1, 2, 3].map(|version| SettingsVersion { version, saved_at: at(version.cast_signed()) });
    assert_eq!(listed, wanted);
    assert_eq!(bench.store.settings_versions(&"other".into()).await, Ok(Vec::new()));
}

/// Who edits a version that is no longer the newest overrules nobody; who names none saves all the same.
pub async fn settings_edited_from_an_older_version_are_refused(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let save =
        async |edited_from| bench.store.save_settings(&bench.connection, Settings::default(), edited_from, at(1)).await;
    let moved = |edited_from, newest| Err(StoreError::SettingsMoved { edited_from, newest });
    assert_eq!(save(Some(1)).await, moved(1, 0));
    assert_eq!(save(Some(0)).await, Ok(1));
    assert_eq!(save(Some(0)).await, moved(0, 1));
    assert_eq!(save(Some(1)).await, Ok(2));
    assert_eq!(save(Some(1)).await, moved(1, 2));
    assert_eq!(save(None).await, Ok(3));
    assert_eq!(
        bench.store.settings_versions(&bench.connection).await.expect("listed").len(),
        3,
        "nothing else was saved"
    );
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
