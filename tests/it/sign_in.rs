//! What becomes of a sign-in, told of every package.

use std::sync::Arc;
use std::time::Duration;

use factory_accounting_engine::{Engine, EngineError};

use crate::host::{Host, connection};
use crate::make::{in_currency, invoice};
use crate::world::Books;

/// Somebody signs in to the organisation of another world (R55): the connection is not moved there.
pub(crate) fn elsewhere_is_refused<W: Books>(host: &Host<W>, other: W, organisation: &str) {
    let elsewhere = Host::unconnected(other);
    elsewhere.sign_in();
    let engine = Engine::builder(
        connection(),
        Arc::clone(&elsewhere.provider),
        Arc::new(host.store.clone()),
        Arc::new(elsewhere.clock.clone()),
    )
    .build();
    match elsewhere.clock.run(engine.connect()) {
        Err(EngineError::OtherOrganisation { found, .. }) => assert_eq!(found.as_str(), organisation),
        other => panic!("{other:?}"),
    }
}

/// The access token runs out between two pushes (R40).
pub(crate) fn is_refreshed_once<W: Books>(host: &Host<W>, token_path: &str) {
    let before = host.books().len();
    host.calls();
    host.clock.advance(W::TOKEN_LIFE + Duration::from_secs(60));
    host.send(["F-2", "F-3"].map(|id| in_currency(W::CURRENCY, &invoice(id, "C1", "10"))).into());
    assert_eq!(host.calls().iter().filter(|call| call.ends_with(token_path)).count(), 1);
    assert_eq!(host.books().len(), before + 2);
}
