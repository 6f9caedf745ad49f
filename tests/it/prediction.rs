//! What we say a document will come to is what the books come to, to the cent: random documents through the real provider
//! into the emulator, whose arithmetic shares nothing with ours.

use std::collections::BTreeMap;

use factory_accounting_core::clock::Clock;
use factory_accounting_core::model::{Record, RecordKind};
use factory_accounting_core::plan::{self, Catalogue, Context, Subject};
use factory_accounting_core::planned::{Changes, Content, Planned};
use factory_accounting_core::provider::{CatalogueKind, Fate, Intent, WriteBatch};
use factory_accounting_core::store::SyncStore;
use factory_accounting_http::SystemClock;
use factory_accounting_testkit::Random;
use serde_json::{Value, json};

use crate::host::{Host, connection};
use crate::make::{customer, key, record, settings_with, supplier};
use crate::say;
use crate::world::XeroWorld;

/// Documents in CI; `PREDICTIONS` sets another number.
const DOCUMENTS: usize = 200_000;

fn decimal(random: &mut Random, whole: u64, decimals: u32) -> String {
    let scale = 10_u64.pow(decimals);
    let drawn = random.below(whole * scale) + 1;
    if decimals == 0 {
        return drawn.to_string();
    }
    format!("{}.{:0width$}", drawn / scale, drawn % scale, width = decimals as usize)
}

fn drawn_line(random: &mut Random, kind: &str) -> Value {
    if random.chance(1, 12) {
        return json!({ "type": "text", "text": "As agreed on site" });
    }
    let purchase = matches!(kind, "purchase_order" | "bill");
    let decimals = u32::try_from(random.below(5)).unwrap_or(0);
    let quantity_decimals = u32::try_from(random.below(5)).unwrap_or(0);
    let sign = if random.chance(1, 20) && kind == "invoice" { "-" } else { "" };
    let taxes: [&str; 3] = if purchase { ["INPUT2", "NONE", "ZERORATED"] } else { ["OUTPUT2", "NONE", "ZERORATED"] };
    let mut line = json!({
        "type": "item", "description": "Part",
        "quantity": format!("{sign}{}", decimal(random, 40, quantity_decimals)),
        "unit_price": decimal(random, 900, decimals),
        "tax": random.pick(&taxes).copied().unwrap_or("NONE"),
    });
    if sign.is_empty() && matches!(kind, "invoice" | "quote") && random.chance(1, 3) {
        line["discount"] =
            if random.chance(2, 3) { json!({ "rate": decimal(random, 99, 2) }) } else { json!({ "amount": "0.01" }) };
    }
    line
}

fn drawn(random: &mut Random, kind: &str, number: usize) -> Record {
    let id = format!("{}-{number}", kind.get(..2).unwrap_or("X"));
    let mut lines: Vec<Value> = (0..random.between(1, 6)).map(|_| drawn_line(random, kind)).collect();
    // One line of its own weight keeps the whole above zero, which Xero wants of an approved document.
    lines.push(json!({ "type": "item", "description": "Base", "quantity": "1", "unit_price": "250000" }));
    let modes = ["exclusive", "inclusive", "no_tax"];
    let mut form = json!({
        "kind": kind, "id": id, "number": id, "date": "2026-11-20", "currency": "NZD",
        "tax_mode": random.pick(&modes).copied().unwrap_or("exclusive"), "lines": lines,
    });
    let party = if matches!(kind, "purchase_order" | "bill") { "supplier" } else { "customer" };
    form[party] = json!("X1");
    if matches!(kind, "invoice" | "bill") {
        form["due"] = json!("2026-12-20");
    }
    record(form)
}

#[test]
fn predicted_totals_are_the_books_totals_to_the_cent() {
    let wanted = std::env::var("PREDICTIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(DOCUMENTS);
    let begun = SystemClock.now();
    let threads = 2;
    let counts: Vec<Tally> = std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..threads).map(|worker| scope.spawn(move || predict(worker, wanted / threads))).collect();
        workers.into_iter().map(|worker| worker.join().expect("the thread ends")).collect()
    });
    let equal: usize = counts.iter().map(|tally| tally.equal).sum();
    let refused: usize = counts.iter().map(|tally| tally.refused).sum();
    let wrong: Vec<&String> = counts.iter().flat_map(|tally| &tally.wrong).collect();
    say(&format!(
        "prediction: {equal} documents equal to the cent, {refused} refused before sending, {} s",
        (SystemClock.now() - begun).num_seconds()
    ));
    assert!(wrong.is_empty(), "{} of {equal} differ: {:#?}", wrong.len(), wrong.iter().take(5).collect::<Vec<_>>());
    assert!(equal >= wanted, "only {equal} of {wanted} were compared");
}

#[derive(Default)]
struct Tally {
    equal: usize,
    refused: usize,
    wrong: Vec<String>,
}

fn predict(worker: usize, wanted: usize) -> Tally {
    let mut tally = Tally::default();
    let mut random = Random::new(0x5eed + worker as u64);
    let mut number = 0;
    while tally.equal < wanted && tally.wrong.len() < 20 {
        // New books from time to time, so that looking up stays what it is in a small company.
        batch_of_books(&mut random, &mut number, (wanted - tally.equal).min(4_000), &mut tally);
    }
    tally
}

fn batch_of_books(random: &mut Random, number: &mut usize, wanted: usize, tally: &mut Tally) {
    let mut world = XeroWorld::new();
    world.emulator.set_limits(factory_accounting_emulator::xero::RateLimits::off());
    let settings = settings_with(json!({ "host_number_line": { "enabled": false } }));
    let host = Host::with(settings.clone(), world);
    host.send(vec![customer("X1", "Customer"), supplier("X1", "Supplier")]);
    let (organisation, catalogue, links) = host.clock.run(async {
        let (_, organisation) = host.store.organisation(&connection()).await.expect("read").expect("known");
        let mut entries = Vec::new();
        for kind in [CatalogueKind::Accounts, CatalogueKind::TaxCodes, CatalogueKind::Currencies] {
            entries.extend(
                host.store.catalogue(&connection(), kind).await.expect("read").map(|list| list.1).unwrap_or_default(),
            );
        }
        let keys = [key(RecordKind::Customer, "X1"), key(RecordKind::Supplier, "X1")];
        let links = host.store.links(&connection(), &keys).await.expect("read");
        (organisation, Catalogue::new(entries), keys.into_iter().zip(links.into_iter().flatten()).collect())
    });
    let context = Context {
        settings: &settings,
        capabilities: host.provider.capabilities(),
        organisation: &organisation,
        catalogue: &catalogue,
        links: &links,
        sources: &BTreeMap::new(),
        distinct: false,
        package: "Xero",
    };
    let mut done = 0;
    while done < wanted {
        let kinds = ["invoice", "invoice", "quote", "credit_note", "purchase_order", "bill"];
        let kind = random.pick(&kinds).copied().unwrap_or("invoice");
        let mut members = Vec::new();
        while members.len() < 50 {
            *number += 1;
            let drawn = drawn(random, kind, *number);
            match plan::draft(&drawn.key(), &Subject::Record(Box::new(drawn.clone())), &context) {
                Ok(Ok(draft)) => members.push(Planned {
                    key: drawn.key(),
                    name: drawn.name().to_owned(),
                    content: draft.content,
                    base: None,
                    changes: Changes::ALL,
                    probe: draft.probe,
                }),
                _ => tally.refused += 1,
            }
        }
        done += compare(&host, members, *number, tally);
        // Xero takes sixty calls a minute.
        host.clock.advance(std::time::Duration::from_secs(2));
        crate::host::locked(&host.network).exchanged.clear();
    }
}

fn compare(host: &Host, members: Vec<Planned>, number: usize, tally: &mut Tally) -> usize {
    let kind = members[0].key.kind;
    let batch =
        WriteBatch { kind, intent: Intent::Create, key: format!("prediction-{number}"), members: members.clone() };
    let encoded = host.provider.encode(&batch).expect("encodes");
    let report = host.clock.run(host.provider.write(&encoded));
    let mut compared = 0;
    for (planned, fate) in members.iter().zip(report.fates()) {
        let Content::Document(document) = &planned.content else { continue };
        match fate {
            Fate::Applied(echo) if echo.totals == Some(document.totals) => compared += 1,
            Fate::Applied(echo) => tally.wrong.push(format!(
                "{}: predicted {}, booked {:?}: {document:?}",
                planned.name, document.totals, echo.totals
            )),
            other => tally.wrong.push(format!("{}: {other:?}: {document:?}", planned.name)),
        }
    }
    tally.equal += compared;
    compared.max(1)
}
