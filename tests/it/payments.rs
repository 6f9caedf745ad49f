//! Payments that are taken back, in each package's books (L23).

use factory_accounting_core::code::Code;
use factory_accounting_core::model::RecordKind;
use serde_json::json;

use crate::host::{Host, locked};
use crate::make::{HALE, in_currency, payment};
use crate::questions::is_told_well;
use crate::world::{Books, State, entry, everywhere};

fn deleted_here<W: Books>() {
    let host: Host<W> = Host::invoiced();
    let line = |paid: &str, state| {
        let invoice = entry(RecordKind::Invoice, "F-1").of(HALE, "100").applied(paid).state(state);
        locked(&host.world).says(&invoice).expect("an invoice leaves a trace")
    };
    let (open, paid) = (line("", State::Open), line("40.00", State::Open));
    assert!(host.books().contains(&open));
    host.send(vec![in_currency(W::CURRENCY, &payment("R-1", json!({ "invoice": "F-1" }), "40"))]);
    assert!(host.books().contains(&paid), "{paid} is not among {:?}", host.books());
    host.void(RecordKind::Payment, "R-1");
    assert!(host.books().contains(&open), "{open} is not among {:?}", host.books());
    assert!(
        !host.books().iter().any(|line| line.contains("R-1")
            && line.contains("40")
            && !line.contains("DELETED")
            && !line.contains("Void")),
        "{:?}",
        host.books()
    );
}

#[test]
fn l23_a_payment_deleted_here_is_deleted_at_every_package() {
    everywhere!(deleted_here);
}

fn given_back<W: Books>() {
    let host: Host<W> = Host::invoiced();
    let before = host.books();
    let refund = in_currency(W::CURRENCY, &payment("R-2", json!({ "invoice": "F-1" }), "-40"));
    host.calls();
    host.send(vec![refund]);
    is_told_well(&host.question(RecordKind::Payment, "R-2"), Code::Invalid, &["R-2", "amount.amount", "above zero"]);
    assert_eq!((host.books(), host.calls()), (before, Vec::new()));
}

#[test]
fn l23_a_refund_of_a_card_is_no_payment_and_is_not_sent() {
    everywhere!(given_back);
}
