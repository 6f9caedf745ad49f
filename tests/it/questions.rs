//! What bad input becomes at every package: one question that is told well, while the rest of the work goes on.

use factory_accounting_core::code::{Code, Parked};
use factory_accounting_core::model::{Record, RecordKind};

use crate::host::{Host, locked};
use crate::make::{HALE, hale, in_currency, invoice};
use crate::world::{Books, entry};

/// Pushes a bad record between two good invoices and returns the question that it became.
pub(crate) fn between_two_good_ones<W: Books>(host: &Host<W>, bad: Record) -> Parked {
    let (kind, id) = (bad.kind(), bad.id().to_string());
    let good = |id| in_currency(W::CURRENCY, &invoice(id, "C1", "10"));
    host.send(vec![hale(), good("GOOD-1"), bad, good("GOOD-2")]);
    for good in ["GOOD-1", "GOOD-2"] {
        let line = locked(&host.world).says(&entry(RecordKind::Invoice, good).of(HALE, "10"));
        let line = line.expect("an invoice leaves a trace");
        assert!(host.books().contains(&line), "the rest went on: {line} is not among {:?}", host.books());
    }
    host.question(kind, &id)
}

/// One line that names code, document, field and remedy.
#[track_caller]
pub(crate) fn is_told_well(question: &Parked, code: Code, named: &[&str]) {
    let told = question.to_string();
    assert_eq!(question.code, code, "{told}");
    assert!(!told.contains('\n') && told.starts_with(code.as_str()), "{told}");
    for name in named {
        assert!(told.contains(name), "{name} is not named: {told}");
    }
    assert!(told.contains(code.remedy()), "no remedy: {told}");
}
