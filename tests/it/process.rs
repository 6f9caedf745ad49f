//! A real process over a real file, killed without warning while it works against a server on the loopback.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use factory_accounting_core::clock::Clock;
use factory_accounting_core::ids::{ConnectionId, WorkerId};
use factory_accounting_core::model::Record;
use factory_accounting_core::token::TokenStore;
use factory_accounting_emulator::server::Server;
use factory_accounting_engine::Engine;
use factory_accounting_http::{AppPacer, ReqwestTransport, SystemClock};
use factory_accounting_sqlite::{SqliteOptions, SqliteStore};
use factory_accounting_testkit::Random;
use factory_accounting_testkit::sweep::World;
use factory_accounting_xero::{XeroProvider, limits};
use url::Url;

use crate::make::{customer, document, settings, supplier};
use crate::world::XeroWorld;

const FILE: &str = "PROCESS_TEST_FILE";
const BASE: &str = "PROCESS_TEST_BASE";
const TENANT: &str = "PROCESS_TEST_TENANT";

fn connection() -> ConnectionId {
    ConnectionId::new("0a7b1c55-process")
}

fn records() -> Vec<Record> {
    let mut records = vec![customer("C1", "Hale Joinery"), supplier("S1", "Kauri Timber")];
    for number in 0..12 {
        records.push(document("invoice", &format!("F-{number}"), "C1", "100", serde_json::json!({})));
        records.push(document("bill", &format!("B-{number}"), "S1", "80", serde_json::json!({})));
    }
    records
}

fn store(file: &str) -> SqliteStore {
    SqliteStore::open_with(SqliteOptions::file(file).plaintext_tokens()).expect("the store opens")
}

fn engine(file: &str, base: &str, tenant: &str) -> Engine {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let transport = ReqwestTransport::builder("process test").allow_plain_http().build().expect("a transport");
    let store = Arc::new(store(file));
    let config = XeroWorld::new().config().with_tenant(tenant).on_host(&Url::parse(base).expect("a URL"));
    let pacer = AppPacer::new(limits(&config), Arc::clone(&clock));
    let tokens = Arc::clone(&store) as Arc<dyn TokenStore>;
    let worker = WorkerId::new("worker");
    let provider =
        XeroProvider::new(config, Arc::new(transport), tokens, connection(), worker, Arc::clone(&clock), &pacer);
    let mut small = factory_accounting_engine::EngineConfig::default();
    // Many short rounds: many moments to die at.
    small.round = 4;
    Engine::builder(connection(), Arc::new(provider.expect("a provider")), store, clock).config(small).build()
}

/// What the killed process does. On its own, without the variables, it has nothing to do.
#[tokio::test]
async fn a_process_that_pushes() {
    let (Ok(file), Ok(base), Ok(tenant)) = (std::env::var(FILE), std::env::var(BASE), std::env::var(TENANT)) else {
        return;
    };
    let engine = engine(&file, &base, &tenant);
    engine.push_all(records()).await.expect("pushes");
    engine.run_until_idle().await.expect("works");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_at_any_moment_leaves_each_document_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("factory.sqlite3").to_string_lossy().into_owned();
    let mut world = XeroWorld::new();
    let now = SystemClock.now();
    let tokens = world.sign_in(now);
    let tenant = world.tenant;
    let server = Server::start(world.emulator.clone()).await.expect("a server");
    let base = server.base_url();
    store(&file).replace(&connection(), None, tokens).await.expect("tokens are stored");
    {
        let engine = engine(&file, &base, &tenant.to_string());
        engine.connect().await.expect("connects");
        engine.save_settings(settings()).await.expect("settings are saved");
    }
    let mut random = Random::new(5);
    let mut killed = 0;
    for round in 0..24 {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["process::a_process_that_pushes", "--exact", "--nocapture"])
            .env(FILE, &file)
            .env(BASE, &base)
            .env(TENANT, tenant.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a process");
        let until = SystemClock.now() + Duration::from_millis(random.between(10, 60 + 25 * round));
        let ended = loop {
            if let Some(status) = child.try_wait().expect("the process is ours") {
                break Some(status);
            }
            if SystemClock.now() >= until {
                break None;
            }
            SystemClock.sleep(Duration::from_millis(2)).await;
        };
        match ended {
            Some(status) => {
                let mut told = String::new();
                if let Some(mut stderr) = child.stderr.take() {
                    stderr.read_to_string(&mut told).expect("text");
                }
                assert!(status.success(), "the process fails: {told}");
                break;
            }
            None => {
                child.kill().expect("killed");
                child.wait().expect("gone");
                killed += 1;
            }
        }
    }
    assert!(killed > 2, "it was killed while it worked");
    let engine = engine(&file, &base, &tenant.to_string());
    engine.push_all(records()).await.expect("pushes");
    engine.run_until_idle().await.expect("works");
    assert!(engine.attention().await.expect("questions").is_empty());
    let documents = server.emulator().documents(tenant);
    let mut numbers: Vec<&str> = documents.iter().map(|document| document.number.as_str()).collect();
    numbers.sort_unstable();
    let before = numbers.len();
    numbers.dedup();
    assert_eq!((numbers.len(), before), (24, 24), "{documents:#?}");
    assert_eq!(server.emulator().register(tenant).iter().filter(|row| row.kind == "CONTACT").count(), 2);
    server.stop().await;
}
