//! Tokens and their refresh.

use std::sync::Arc;

use factory_accounting_core::ids::{ConnectionId, WorkerId};
use factory_accounting_core::token::{Replaced, StoredTokens, TokenSet, TokenStore};
use secrecy::ExposeSecret;

use super::bench::{at, is_refused};

fn tokens(mark: &str) -> TokenSet {
    TokenSet {
        access: format!("access-{mark}").into(),
        refresh: Some(format!("refresh-{mark}").into()),
        expires_at: at(1_800),
        scopes: "accounting.invoices offline_access".to_owned(),
        ends_at: Some(at(160_000_000)),
    }
}

fn shown(tokens: &TokenSet) -> (String, Option<String>) {
    let refresh = tokens.refresh.as_ref().map(|refresh| refresh.expose_secret().to_owned());
    (tokens.access.expose_secret().to_owned(), refresh)
}

fn connection() -> ConnectionId {
    ConnectionId::from("workshop")
}

async fn stored(store: &dyn TokenStore, expected: Option<u64>, mark: &str) -> u64 {
    match store.replace(&connection(), expected, tokens(mark)).await.expect("answered") {
        Replaced::Stored(version) => version,
        Replaced::Lost(other) => panic!("stored was expected, not {other:?}"),
    }
}

async fn loaded(store: &dyn TokenStore) -> Option<StoredTokens> {
    store.load(&connection()).await.expect("read")
}

/// Tokens read back as they were put, with or without one to refresh by.
pub async fn tokens_read_back_whole(store: Arc<dyn TokenStore>) {
    assert!(loaded(&*store).await.is_none());
    let version = stored(&*store, None, "ä1").await;
    let read = loaded(&*store).await.expect("there");
    assert_eq!(read.version, version);
    assert_eq!(shown(&read.tokens), ("access-ä1".to_owned(), Some("refresh-ä1".to_owned())));
    assert_eq!((read.tokens.expires_at, read.tokens.scopes), (at(1_800), tokens("").scopes));
    let machine = TokenSet { refresh: None, ..tokens("m") };
    store.replace(&connection(), Some(version), machine).await.expect("answered");
    assert_eq!(shown(&loaded(&*store).await.expect("there").tokens), ("access-m".to_owned(), None));
}

/// Only who has seen the last version replaces it; the other learns what is there (R40).
pub async fn r40_replacing_needs_the_version_last_seen(store: Arc<dyn TokenStore>) {
    let first = stored(&*store, None, "1").await;
    let second = stored(&*store, Some(first), "2").await;
    assert!(second > first);
    for expected in [None, Some(first), Some(second + 1)] {
        let answer = store.replace(&connection(), expected, tokens("late")).await.expect("answered");
        let Replaced::Lost(there) = answer else { panic!("{expected:?} must lose") };
        assert_eq!((there.version, shown(&there.tokens)), (second, shown(&tokens("2"))));
    }
    assert_eq!(shown(&loaded(&*store).await.expect("there").tokens), shown(&tokens("2")));
}

/// Versions grow over forgetting, so that a refresh of the old grant cannot overwrite the new one (R40).
pub async fn r40_versions_grow_over_forgetting(store: Arc<dyn TokenStore>) {
    let old = stored(&*store, None, "old").await;
    store.forget(&connection()).await.expect("forgotten");
    store.forget(&connection()).await.expect("forgotten again");
    assert!(loaded(&*store).await.is_none());
    let new = stored(&*store, None, "new").await;
    assert!(new > old);
    let late = store.replace(&connection(), Some(old), tokens("late")).await.expect("answered");
    assert!(matches!(late, Replaced::Lost(there) if there.version == new));
}

/// A refresh that was under way when a person ended the connection does not revive it (R40).
pub async fn r40_forgotten_tokens_are_not_revived_by_a_refresh(store: Arc<dyn TokenStore>) {
    let version = stored(&*store, None, "1").await;
    store.forget(&connection()).await.expect("forgotten");
    is_refused(store.replace(&connection(), Some(version), tokens("late")).await);
    assert!(loaded(&*store).await.is_none());
    store.forget(&"never there".into()).await.expect("nothing to forget");
}

/// One worker refreshes at a time; it may take its lease again, others when it has run out (R41).
pub async fn r41_one_worker_refreshes_at_a_time(store: Arc<dyn TokenStore>) {
    stored(&*store, None, "1").await;
    let lease = async |worker: &str, now: i64| {
        let worker = WorkerId::from(worker);
        store.lease_refresh(&connection(), &worker, at(now), at(now + 30)).await.expect("answered")
    };
    assert!(lease("A", 0).await);
    assert!(!lease("B", 29).await);
    assert!(lease("A", 29).await);
    assert!(!lease("B", 58).await);
    assert!(lease("B", 59).await);
    assert!(!lease("A", 60).await);
    assert!(loaded(&*store).await.is_some());
}

/// Storing new tokens ends the refresh.
pub async fn replacing_ends_the_refresh_lease(store: Arc<dyn TokenStore>) {
    let version = stored(&*store, None, "1").await;
    let (a, b) = (WorkerId::from("A"), WorkerId::from("B"));
    assert_eq!(store.lease_refresh(&connection(), &a, at(0), at(30)).await, Ok(true));
    stored(&*store, Some(version), "2").await;
    assert_eq!(store.lease_refresh(&connection(), &b, at(1), at(31)).await, Ok(true));
}

/// A replacement that lost leaves the refresh to whoever has it.
pub async fn a_lost_replacement_leaves_the_lease(store: Arc<dyn TokenStore>) {
    let version = stored(&*store, None, "1").await;
    let (a, b) = (WorkerId::from("A"), WorkerId::from("B"));
    assert_eq!(store.lease_refresh(&connection(), &a, at(0), at(30)).await, Ok(true));
    store.replace(&connection(), Some(version + 5), tokens("late")).await.expect("answered");
    assert_eq!(store.lease_refresh(&connection(), &b, at(1), at(31)).await, Ok(false));
}

/// Each connection has its own tokens and its own refresh, also before it has any tokens.
pub async fn tokens_of_connections_do_not_mix(store: Arc<dyn TokenStore>) {
    let other = ConnectionId::from("other");
    let (a, b) = (WorkerId::from("A"), WorkerId::from("B"));
    assert_eq!(store.lease_refresh(&other, &a, at(0), at(30)).await, Ok(true));
    assert_eq!(store.lease_refresh(&connection(), &b, at(0), at(30)).await, Ok(true));
    assert!(store.load(&other).await.expect("read").is_none());
    stored(&*store, None, "1").await;
    store.forget(&other).await.expect("forgotten");
    assert!(loaded(&*store).await.is_some());
    assert!(store.load(&other).await.expect("read").is_none());
}

/// No token shows in what is printed of the store and its answers.
pub async fn debug_shows_no_token(store: Arc<dyn TokenStore>) {
    stored(&*store, None, "planted").await;
    let lost = store.replace(&connection(), None, tokens("planted")).await.expect("answered");
    let printed = format!("{store:?} {:?} {lost:?} {:#?}", loaded(&*store).await, store.load(&connection()).await);
    assert!(!printed.contains("planted"), "{printed}");
}
