//! The provider suite over the Xero provider and the emulator's books.

use std::fmt;
use std::sync::{Arc, Mutex};

use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{Record, RecordKind};
use factory_accounting_core::provider::AccountingProvider;
use factory_accounting_core::settings::Settings;
use factory_accounting_testkit::provider_suite::Bench;
use factory_accounting_testkit::{SimClock, Wire};
use serde_json::json;

use crate::host::{Host, locked};
use crate::make::{customer, document, payment, record, settings, supplier};

struct XeroBench {
    host: Host,
    next: Arc<Mutex<Option<Wire>>>,
}

impl XeroBench {
    fn new() -> Self {
        let host = Host::new();
        let next = Arc::new(Mutex::new(None));
        let met = Arc::clone(&next);
        host.beset(move |_| locked(&met).take());
        Self { host, next }
    }
}

impl fmt::Debug for XeroBench {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("XeroBench").finish_non_exhaustive()
    }
}

impl Bench for XeroBench {
    fn provider(&self) -> Arc<dyn AccountingProvider> {
        Arc::clone(&self.host.provider)
    }

    fn clock(&self) -> SimClock {
        self.host.clock.clone()
    }

    fn settings(&self) -> Settings {
        settings()
    }

    fn samples(&self, suffix: &str) -> Vec<Record> {
        let id = |stem: &str| format!("{stem}-{suffix}");
        let (client, trader) = (id("C"), id("S"));
        vec![
            customer(&client, &id("Hale Joinery")),
            supplier(&trader, &id("Kauri Timber")),
            record(json!({ "kind": "product", "id": id("P"), "code": id("OAK"), "name": "Oak 40 mm" })),
            document("quote", &id("A"), &client, "10.25", json!({ "stage": "sent", "expires": "2026-12-20" })),
            document("order", &id("SO"), &client, "400", json!({})),
            document("invoice", &id("F"), &client, "99.99", json!({ "tax_mode": "inclusive" })),
            document("credit_note", &id("K"), &client, "20", json!({})),
            document("purchase_order", &id("B"), &trader, "80", json!({})),
            document("bill", &id("KT"), &trader, "80.05", json!({})),
            payment(&id("R"), json!({ "invoice": id("F") }), "5"),
        ]
    }

    fn requests(&self) -> usize {
        self.host.exchanged().len()
    }

    fn next_request_meets(&self, wire: Wire) {
        *locked(&self.next) = Some(wire);
    }

    fn person_removes(&self, kind: RecordKind, id: &RemoteId) -> bool {
        let action = match kind {
            RecordKind::Order => json!({ "do": "void_invoice", "invoice": id.as_str() }),
            RecordKind::Payment => json!({ "do": "delete_payment", "payment": id.as_str() }),
            _ => return false,
        };
        self.host.act(action);
        true
    }

    fn secrets(&self) -> Vec<String> {
        crate::secrets::secrets(&self.host)
    }
}

factory_accounting_testkit::provider_suite!(XeroBench::new());
