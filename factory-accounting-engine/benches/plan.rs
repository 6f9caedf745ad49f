//! How long planning a document takes without a call, beside writing the same document down as text.

#[expect(dead_code, reason = "the tests' books serve the benchmark too, which needs a part of them")]
#[path = "../tests/it/scripted.rs"]
mod scripted;
#[expect(dead_code, reason = "the tests' world serves the benchmark too, which needs a part of it")]
#[path = "../tests/it/world.rs"]
mod world;

use criterion::{Criterion, criterion_group, criterion_main};
use factory_accounting_core::model::Record;
use factory_accounting_engine::Freshness;

use crate::world::{World, invoice, record};

/// An invoice of many lines.
fn long_invoice(lines: usize) -> Record {
    let line = |at: usize| {
        format!(r#"{{"type":"item","description":"Oak board {at}, oiled","quantity":"3","unit_price":"{at}.25"}}"#)
    };
    let lines: Vec<String> = (1..=lines).map(line).collect();
    let short = invoice("i1", "1");
    let Some((head, _)) = short.split_once("\"lines\"") else { unreachable!("an invoice has lines") };
    record(&format!("{head}\"lines\":[{}]}}", lines.join(",")))
}

fn plans(criterion: &mut Criterion) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else { unreachable!("a runtime starts") };
    let world = runtime.block_on(World::new());
    let invoice = long_invoice(200);
    let mut group = criterion.benchmark_group("an invoice of 200 lines");
    group.bench_function("baseline: the record as JSON", |bench| {
        bench.iter(|| serde_json::to_string(&invoice).map(|text| text.len()));
    });
    group.bench_function("plan without calls", |bench| {
        bench.iter(|| runtime.block_on(world.engine.plan(&invoice, Freshness::Stored)));
    });
    group.finish();
}

criterion_group!(benches, plans);
criterion_main!(benches);
