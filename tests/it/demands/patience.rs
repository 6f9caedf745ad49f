//! A write whose answer was lost may be under way for as long as the package works at one.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use factory_accounting_core::clock::Clock as _;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::store::LinkOrigin;
use factory_accounting_testkit::Wire;
use http::{Method, Request};

use crate::host::{Host, locked};
use crate::make::{hale, in_currency, invoice};
use crate::world::{Books, everywhere};

/// Writes that the package has received and answered to nobody, each with the instant at which it is done.
type UnderWay = Arc<Mutex<Vec<(DateTime<Utc>, Request<Bytes>)>>>;

/// Has the package do what it was at until now.
fn land<W: Books>(world: &Mutex<W>, under_way: &UnderWay, now: DateTime<Utc>) {
    let done: Vec<_> = locked(under_way).extract_if(.., |(until, _)| *until <= now).collect();
    for (at, request) in done {
        locked(world).handle(request, None, at);
    }
}

fn the_slowest_write<W: Books>() {
    let host: Host<W> = Host::over(W::fresh().unlimited());
    host.send(vec![hale()]);
    let timeout = host.provider.capabilities().write_timeout;
    let (world, clock, under_way) = (Arc::clone(&host.world), host.clock.clone(), UnderWay::default());
    let working = Arc::clone(&under_way);
    let about_invoices = |method: &Method, path: &str, query: &str| {
        let about = format!("{path}?{query}").to_lowercase().contains("invoice");
        about.then_some(*method != Method::GET)
    };
    host.beset(move |request| {
        let now = clock.now();
        land(&world, &working, now);
        let uri = request.uri();
        if about_invoices(request.method(), uri.path(), uri.query().unwrap_or_default()) != Some(true) {
            return None;
        }
        // It works to the last second that it has, and the connection is gone.
        let until = now + timeout - std::time::Duration::from_secs(1);
        locked(&working).push((until, request.clone()));
        Some(Wire::Dropped)
    });
    locked(&host.network).exchanged.clear();
    host.send(vec![in_currency(W::CURRENCY, &invoice("F-1", "C1", "100"))]);
    host.clock.advance(timeout);
    land(&host.world, &under_way, host.clock.now());

    let about: Vec<(DateTime<Utc>, bool)> = host
        .exchanged()
        .iter()
        .filter_map(|call| Some((call.at, about_invoices(&call.method, &call.path, &call.query)?)))
        .collect();
    let last_write = about.iter().filter(|(_, writes)| *writes).map(|(at, _)| *at).max().expect("it was sent");
    let first_look = about.iter().filter(|(_, writes)| !*writes).map(|(at, _)| *at).min().expect("it was looked for");
    assert!(first_look >= last_write + timeout, "looked at {first_look}, while a write of {last_write} was under way");
    assert_eq!(host.books().len(), 2, "one invoice: {:?}", host.books());
    assert_eq!(host.link(RecordKind::Invoice, "F-1").origin, LinkOrigin::Adopted);
}

#[test]
fn r5_a_lost_write_is_looked_for_when_the_package_can_no_longer_be_working_on_it() {
    everywhere!(the_slowest_write);
}
