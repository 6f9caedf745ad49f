//! The provider suite over each package's provider and its emulator's books.

use std::fmt;
use std::sync::{Arc, Mutex};

use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{Record, RecordKind};
use factory_accounting_core::provider::AccountingProvider;
use factory_accounting_core::settings::Settings;
use factory_accounting_emulator::qbo::Country;
use factory_accounting_testkit::provider_suite::{Bench, Removed};
use factory_accounting_testkit::{SimClock, Wire};
use serde_json::{Value, json};

use crate::host::{Host, locked};
use crate::make::{customer, document, in_currency, payment, record, supplier};
use crate::world::{Books, MyobWorld, QboWorld, XeroWorld};

/// What a person does to a record in the package itself, and what is left of it then.
type Removal = fn(RecordKind, &RemoteId) -> Option<(Value, Removed)>;

struct PackageBench<W> {
    host: Host<W>,
    settings: Settings,
    currency: &'static str,
    removal: Removal,
    next: Arc<Mutex<Option<Wire>>>,
}

impl<W: Books> PackageBench<W> {
    fn new(world: W, currency: &'static str, removal: Removal) -> Self {
        let settings = world.settings(json!({}));
        let host = Host::over(world);
        let next = Arc::new(Mutex::new(None));
        let met = Arc::clone(&next);
        host.beset(move |_| locked(&met).take());
        Self { host, settings, currency, removal, next }
    }
}

impl<W> fmt::Debug for PackageBench<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PackageBench").field("currency", &self.currency).finish_non_exhaustive()
    }
}

impl<W: Books> Bench for PackageBench<W> {
    fn provider(&self) -> Arc<dyn AccountingProvider> {
        Arc::clone(&self.host.provider)
    }

    fn clock(&self) -> SimClock {
        self.host.clock.clone()
    }

    fn settings(&self) -> Settings {
        self.settings.clone()
    }

    fn samples(&self, suffix: &str) -> Vec<Record> {
        let id = |stem: &str| format!("{stem}-{suffix}");
        let (client, trader) = (id("C"), id("S"));
        let job = json!({ "kind": "job", "id": id("J"), "number": id("J"), "name": "Staircase", "customer": client });
        let samples = [
            customer(&client, &id("Hale Joinery")),
            supplier(&trader, &id("Kauri Timber")),
            record(job),
            record(json!({ "kind": "product", "id": id("P"), "code": id("OAK"), "name": id("Oak 40 mm"),
                "sales": { "account": W::SALES } })),
            document("quote", &id("A"), &client, "10.25", json!({ "stage": "sent", "expires": "2026-12-20" })),
            document("order", &id("SO"), &client, "400", json!({})),
            document("invoice", &id("F"), &client, "99.99", json!({ "tax_mode": "inclusive" })),
            document("credit_note", &id("K"), &client, "20", json!({})),
            document("purchase_order", &id("B"), &trader, "80", json!({})),
            document("bill", &id("KT"), &trader, "80.05", json!({})),
            payment(&id("R"), json!({ "invoice": id("F") }), "5"),
        ];
        // A package without jobs of its own is not asked for one.
        let taken = |kind| self.host.provider.capabilities().of(kind).is_some_and(|own| own.create > 0);
        let wanted = samples.iter().filter(|sample| sample.kind() != RecordKind::Job || taken(RecordKind::Job));
        wanted.map(|sample| in_currency(self.currency, sample)).collect()
    }

    fn requests(&self) -> usize {
        self.host.exchanged().len()
    }

    fn next_request_meets(&self, wire: Wire) {
        *locked(&self.next) = Some(wire);
    }

    fn person_removes(&self, kind: RecordKind, id: &RemoteId) -> Option<Removed> {
        let (action, removed) = (self.removal)(kind, id)?;
        self.host.act(action);
        Some(removed)
    }

    fn secrets(&self) -> Vec<String> {
        crate::secrets::secrets(&self.host)
    }
}

fn removed_in_xero(kind: RecordKind, id: &RemoteId) -> Option<(Value, Removed)> {
    let action = match kind {
        RecordKind::Order => json!({ "do": "void_invoice", "invoice": id.as_str() }),
        RecordKind::Payment => json!({ "do": "delete_payment", "payment": id.as_str() }),
        _ => return None,
    };
    Some((action, Removed::Marked))
}

/// What is deleted in QuickBooks is not there any more; only what is voided can be found.
fn removed_in_quickbooks(kind: RecordKind, id: &RemoteId) -> Option<(Value, Removed)> {
    let bare = id.as_str().rsplit(':').next().unwrap_or_default();
    let action = match kind {
        RecordKind::Invoice => json!({ "do": "void_invoice", "invoice": bare }),
        RecordKind::Payment => json!({ "do": "void_payment", "payment": bare }),
        _ => return None,
    };
    Some((action, Removed::Marked))
}

/// Nothing is voided in MYOB: what is deleted is gone (myob.md 4). An invoice goes after its payment.
fn removed_in_myob(kind: RecordKind, id: &RemoteId) -> Option<(Value, Removed)> {
    let bare = id.as_str().rsplit('/').next().unwrap_or_default();
    let wanted = [RecordKind::Quote, RecordKind::Order, RecordKind::Invoice, RecordKind::Bill, RecordKind::Payment];
    wanted.contains(&kind).then(|| (json!({ "do": "delete", "uid": bare }), Removed::Erased))
}

fn quickbooks(country: Country) -> PackageBench<QboWorld> {
    let world = QboWorld::of(country);
    let currency = world.currency();
    PackageBench::new(world, currency, removed_in_quickbooks)
}

fn in_myob(world: MyobWorld) -> PackageBench<MyobWorld> {
    let currency = world.currency();
    PackageBench::new(world, currency, removed_in_myob)
}

mod xero {
    use super::*;

    factory_accounting_testkit::provider_suite!(PackageBench::new(XeroWorld::fresh(), "NZD", removed_in_xero));
}

mod myob {
    use super::*;

    factory_accounting_testkit::provider_suite!(in_myob(MyobWorld::fresh()));
}

mod myob_in_new_zealand {
    use super::*;
    use factory_accounting_emulator::myob::Country;

    factory_accounting_testkit::provider_suite!(in_myob(MyobWorld::of(Country::Nz)));
}

mod myob_otherwise {
    use super::*;

    factory_accounting_testkit::provider_suite!(in_myob(MyobWorld::otherwise()));
}

mod qbo {
    use super::*;

    factory_accounting_testkit::provider_suite!(quickbooks(Country::Au));
}

mod qbo_in_the_united_kingdom {
    use super::*;

    factory_accounting_testkit::provider_suite!(quickbooks(Country::Gb));
}

mod qbo_in_the_united_states {
    use super::*;

    factory_accounting_testkit::provider_suite!(quickbooks(Country::Us));
}
