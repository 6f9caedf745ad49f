//! Secrets stay inside: planted ones are looked for in everything that anybody can read.

use std::sync::{Arc, Mutex};

use factory_accounting_core::store::{OperationQuery, SyncStore};
use factory_accounting_core::token::TokenStore;
use secrecy::ExposeSecret as _;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::host::{Host, answer, connection, locked};
use crate::make::{customer, in_currency, invoice, payment};
use crate::world::{Books, MyobWorld, QboWorld, XeroWorld};

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        locked(&self.0).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Paper {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

pub(crate) fn secrets<W: Books>(host: &Host<W>) -> Vec<String> {
    let stored = host.clock.run(host.tokens.load(&connection())).expect("read").expect("tokens").tokens;
    let mut secrets = vec!["emulator-client-secret".to_owned(), stored.access.expose_secret().to_owned()];
    secrets.extend(stored.refresh.map(|refresh| refresh.expose_secret().to_owned()));
    secrets
}

#[test]
fn x7_no_secret_is_in_any_debug_error_event_log_line_or_row() {
    nothing_is_told(XeroWorld::fresh(), |world| format!("{:?}", world.config()));
    nothing_is_told(QboWorld::fresh(), |world| format!("{:?}", world.config()));
    nothing_is_told(MyobWorld::fresh(), |world| format!("{:?}", world.config()));
}

fn nothing_is_told<W: Books>(world: W, config: fn(&W) -> String) {
    let token_life = chrono::TimeDelta::from_std(W::TOKEN_LIFE).expect("a span");
    let own = |record| in_currency(W::CURRENCY, &record);
    let paper = Paper::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(paper.clone()).finish();
    let (host, mut planted) = tracing::subscriber::with_default(subscriber, || {
        let host = Host::over(world);
        let mut planted = secrets(&host);
        host.send(vec![customer("C1", "Hale Joinery"), own(invoice("F-1", "C1", "100"))]);
        // Refusals, doubt and refreshes have a lot to tell.
        host.send(vec![own(payment("R-1", json!({ "invoice": "F-1" }), "9000"))]);
        let mut count = 0;
        host.beset(move |_| {
            count += 1;
            match count % 4 {
                0 => Some(answer(500, "text/html", "<html>failure</html>")),
                1 => Some(answer(401, "application/json", "{\"Title\":\"Unauthorized\",\"Detail\":\"TokenExpired\"}")),
                2 => Some(factory_accounting_testkit::Wire::Dropped),
                _ => None,
            }
        });
        host.push(own(invoice("F-2", "C1", "100")));
        for _ in 0..6 {
            let _ = host.clock.run(host.engine.run_once()).expect("a round");
            host.clock.advance(std::time::Duration::from_secs(300));
        }
        host.at_peace();
        host.clock.advance((token_life + chrono::TimeDelta::minutes(10)).to_std().expect("a span"));
        host.sign_in();
        host.clock.run(host.engine.connect()).expect("connects");
        host.work();
        planted.extend(secrets(&host));
        (host, planted)
    });
    planted.sort();
    planted.dedup();
    assert!(planted.len() >= 4, "several tokens came and went");
    let rows = host.clock.run(host.store.operations(&connection(), OperationQuery::default())).expect("rows");
    let told = [
        String::from_utf8_lossy(&locked(&paper.0)).into_owned(),
        format!("{:?} {:?} {:?} {:?}", host.engine, host.provider, host.store, host.tokens),
        config(&locked(&host.world)),
        format!("{:?}", host.events()),
        format!("{rows:?}"),
    ];
    assert!(told[0].len() > 1_000, "something was logged");
    for secret in &planted {
        assert!(secret.len() > 10);
        for text in &told {
            let at = text.find(secret.as_str());
            assert!(
                at.is_none(),
                "a secret is told: …{}…",
                &text[at.unwrap_or(0).saturating_sub(120)..at.unwrap_or(0)]
            );
        }
    }
}
