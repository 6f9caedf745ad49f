//! The stories: each small, each with a known end that an accountant can check. They are told to every package; what its
//! books say in the end, the package's world knows.

use std::time::Duration;

use factory_accounting_core::code::Code;
use factory_accounting_core::model::{Record, RecordKind};
use factory_accounting_core::settings::Settings;
use factory_accounting_core::store::Decision;
use factory_accounting_testkit::sweep::{Scenario, Step};
use serde_json::{Value, json};

use crate::make::{HALE, customer, document, hale, in_currency, invoice, key, line, payment, record, supplier};
use crate::world::{Books, Entry, State, entry};

/// The code of the item that a line called "Oak top" becomes.
const OAK_TOP: &str = "OAK-TOP-f6225c1e";
const KAURI: &str = "Kauri Timber";

/// Every story over a world.
pub(crate) fn all<W: Books>(world: &W) -> Vec<Scenario<W>> {
    let teller = Teller { world };
    vec![
        teller.customer_and_invoice(),
        teller.batch_with_one_refused(),
        teller.order_becomes_invoice(),
        teller.partial_invoices(),
        teller.order_makes_way(),
        teller.document_changes_hands(),
        teller.lines_become_items(),
        teller.credit_note_is_set_off(),
        teller.purchase_order_and_bill(),
        teller.bills_share_a_number(),
        teller.payment_of_an_invoice(),
        teller.update_of_a_sent_invoice(),
        teller.void_of_an_invoice(),
        teller.void_of_a_payment(),
        teller.newer_revision_overtakes(),
        teller.person_pays_in_between(),
        teller.package_owns_the_numbers(),
        teller.contact_with_the_first_document(),
        teller.strangers_number(),
        teller.quote_and_product(),
        teller.stale_sign_in(),
    ]
}

struct Teller<'a, W> {
    world: &'a W,
}

/// Hale's invoice.
fn f1(net: &str) -> Entry<'_> {
    entry(RecordKind::Invoice, "F-1").of(HALE, net)
}

fn booked_customer() -> Entry<'static> {
    entry(RecordKind::Customer, HALE)
}

impl<W: Books> Teller<'_, W> {
    fn story(&self, name: &'static str, steps: Vec<Step<W>>, books: &[Entry<'_>]) -> Scenario<W> {
        Scenario {
            name,
            settings: self.world.settings(json!({})),
            prepare: |_, _| (),
            token_age: Duration::ZERO,
            steps,
            books: books.iter().filter_map(|entry| self.world.says(entry)).collect(),
            questions: Vec::new(),
        }
    }

    fn under(&self, changes: Value, story: Scenario<W>) -> Scenario<W> {
        let settings: Settings = self.world.settings(changes);
        Scenario { settings, ..story }
    }

    fn push(&self, records: Vec<Record>) -> Step<W> {
        Step::Push(records.iter().map(|record| in_currency(W::CURRENCY, record)).collect())
    }

    /// What is 15 % more than a round amount in New Zealand is another percentage more elsewhere.
    fn gross(&self, net: &str) -> String {
        let said = self.world.says(&f1(net)).unwrap_or_default();
        said.split_whitespace().find(|word| word.contains('.')).unwrap_or_default().to_owned()
    }

    fn customer_and_invoice(&self) -> Scenario<W> {
        self.story(
            "customer and invoice",
            vec![self.push(vec![hale(), invoice("F-1", "C1", "100")]), Step::Work],
            &[booked_customer(), f1("100")],
        )
    }

    fn batch_with_one_refused(&self) -> Scenario<W> {
        let invoices = ["F-1", "F-2", "F-3", "F-4"].map(|id| {
            let lines =
                if id == "F-2" { json!([W::refused_line()]) } else { json!([line("Oak top, oiled", "2", "12.5")]) };
            document("invoice", id, "C1", "1", json!({ "lines": lines }))
        });
        let mut records = vec![hale()];
        records.extend(invoices);
        let good = |id| entry(RecordKind::Invoice, id).of(HALE, "25");
        Scenario {
            questions: vec![key(RecordKind::Invoice, "F-2")],
            ..self.story(
                "batch with one refused",
                vec![Step::Person(|world, now| world.spoil(now)), self.push(records), Step::Work],
                &[booked_customer(), good("F-1"), good("F-3"), good("F-4")],
            )
        }
    }

    fn order_becomes_invoice(&self) -> Scenario<W> {
        let order = document("order", "SO-7", "C1", "400", json!({}));
        let billed = document("invoice", "F-7", "C1", "400", json!({ "order": "SO-7", "extent": "full" }));
        self.story(
            "order becomes invoice",
            vec![self.push(vec![hale(), order]), Step::Work, self.push(vec![billed]), Step::Work],
            &[
                booked_customer(),
                entry(RecordKind::Order, "SO-7").of(HALE, "400").state(State::Invoiced),
                entry(RecordKind::Invoice, "F-7").of(HALE, "400"),
            ],
        )
    }

    fn partial_invoices(&self) -> Scenario<W> {
        let part = |id, price| document("invoice", id, "C1", price, json!({ "order": "SO-8", "extent": "partial" }));
        Scenario {
            questions: vec![key(RecordKind::Invoice, "F-82")],
            ..self.story(
                "partial invoices, the second above the order",
                vec![
                    self.push(vec![hale(), document("order", "SO-8", "C1", "400", json!({}))]),
                    self.push(vec![part("F-81", "300")]),
                    Step::Work,
                    self.push(vec![part("F-82", "300")]),
                    Step::Work,
                ],
                &[
                    booked_customer(),
                    entry(RecordKind::Order, "SO-8").of(HALE, "400").left("100").state(State::Ordered),
                    entry(RecordKind::Invoice, "F-81").of(HALE, "300"),
                ],
            )
        }
    }

    /// The order's own document is taken back once a part of it is in the books, never before (L7).
    fn order_makes_way(&self) -> Scenario<W> {
        let part = |id, price| {
            let lines = json!([line("Part of SO-9", "1", price)]);
            document("invoice", id, "C1", price, json!({ "order": "SO-9", "extent": "partial", "lines": lines }))
        };
        let story = self.story(
            "an order makes way for its parts",
            vec![
                self.push(vec![hale(), document("order", "SO-9", "C1", "400", json!({}))]),
                Step::Work,
                self.push(vec![part("F-91", "100"), part("F-92", "200")]),
                Step::Round,
                self.push(vec![document("order", "SO-9", "C1", "400", json!({ "due": "2026-12-24" }))]),
                Step::Work,
            ],
            &[
                booked_customer(),
                entry(RecordKind::Order, "SO-9").of(HALE, "400").left("100").state(State::MadeWay),
                entry(RecordKind::Invoice, "F-91").of(HALE, "100"),
                entry(RecordKind::Invoice, "F-92").of(HALE, "200"),
            ],
        );
        self.under(json!({ "delete_order_when_part_invoiced": true }), story)
    }

    /// Voided for the one and written anew for the other, each once (L24).
    fn document_changes_hands(&self) -> Scenario<W> {
        let f1 = || key(RecordKind::Invoice, "F-1");
        self.story(
            "a document changes hands",
            vec![
                self.push(vec![hale(), customer("C2", "Birch & Sons"), invoice("F-1", "C1", "100")]),
                Step::Work,
                // Under a number of its own, because not every package frees that of a voided one.
                self.push(vec![document("invoice", "F-1", "C2", "100", json!({ "number": "F-1B" }))]),
                Step::Work,
                Step::Decide(f1(), Code::Retargeted, Decision::WriteAnew),
                Step::Work,
            ],
            &[
                booked_customer(),
                entry(RecordKind::Customer, "Birch & Sons"),
                self::f1("100").state(State::Voided),
                entry(RecordKind::Invoice, "F-1B").of("Birch & Sons", "100"),
            ],
        )
    }

    /// One item for each text, in the books before the document (F101).
    fn lines_become_items(&self) -> Scenario<W> {
        let lines = json!([line("Oak top", "1", "60"), line("Oak top", "1", "40")]);
        let story = self.story(
            "lines become items",
            vec![self.push(vec![hale(), document("invoice", "F-1", "C1", "1", json!({ "lines": lines }))]), Step::Work],
            &[booked_customer(), entry(RecordKind::Product, OAK_TOP), f1("100")],
        );
        self.under(json!({ "lines_as_items": true }), story)
    }

    fn credit_note_is_set_off(&self) -> Scenario<W> {
        let amount = self.gross("20");
        let part = json!({ "allocations": [{ "invoice": "F-1", "amount": amount }] });
        let note = document("credit_note", "K-1", "C1", "20", part);
        self.story(
            "credit note set off",
            vec![self.push(vec![hale(), invoice("F-1", "C1", "100"), note]), Step::Work],
            &[
                booked_customer(),
                f1("100").applied(&amount),
                entry(RecordKind::CreditNote, "K-1").of(HALE, "20").state(State::Paid).applied(&amount),
                entry(RecordKind::Allocation, "K-1").of(HALE, "0"),
            ],
        )
    }

    fn purchase_order_and_bill(&self) -> Scenario<W> {
        let order = document("purchase_order", "B-5", "S1", "80", json!({}));
        let bill = document("bill", "KT-991", "S1", "80", json!({ "purchase_order": "B-5" }));
        self.story(
            "purchase order and bill",
            vec![self.push(vec![supplier("S1", KAURI), order, bill]), Step::Work],
            &[
                entry(RecordKind::Supplier, KAURI),
                entry(RecordKind::PurchaseOrder, "B-5").of(KAURI, "80").state(State::Moved),
                entry(RecordKind::Bill, "KT-991").of(KAURI, "80"),
            ],
        )
    }

    /// No package refuses a second bill under one number of another supplier (xero.md 4.7, qbo.md 5.10): only we can tell.
    fn bills_share_a_number(&self) -> Scenario<W> {
        let bill = |id, supplier| document("bill", id, supplier, "50", json!({ "number": "1001" }));
        self.story(
            "two suppliers' bills under one number",
            vec![
                self.push(vec![supplier("S1", KAURI), supplier("S2", "Rimu Supplies"), bill("B1", "S1")]),
                self.push(vec![bill("B2", "S2")]),
                Step::Work,
            ],
            &[
                entry(RecordKind::Supplier, KAURI),
                entry(RecordKind::Supplier, "Rimu Supplies"),
                entry(RecordKind::Bill, "1001").of(KAURI, "50"),
                entry(RecordKind::Bill, "1001").of("Rimu Supplies", "50"),
            ],
        )
    }

    fn payment_of_an_invoice(&self) -> Scenario<W> {
        let paid = |id, amount| payment(id, json!({ "invoice": "F-1" }), amount);
        self.story(
            "two payments of one invoice",
            vec![
                self.push(vec![hale(), invoice("F-1", "C1", "100"), paid("R-1", "40")]),
                self.push(vec![paid("R-2", "40")]),
                Step::Work,
            ],
            &[
                booked_customer(),
                f1("100").applied("80.00"),
                entry(RecordKind::Payment, "R-1").amount("40"),
                entry(RecordKind::Payment, "R-2").amount("40"),
            ],
        )
    }

    fn update_of_a_sent_invoice(&self) -> Scenario<W> {
        self.story(
            "update of a sent invoice",
            vec![
                self.push(vec![hale(), invoice("F-1", "C1", "100")]),
                Step::Work,
                self.push(vec![invoice("F-1", "C1", "120")]),
                Step::Work,
            ],
            &[booked_customer(), f1("120")],
        )
    }

    fn void_of_an_invoice(&self) -> Scenario<W> {
        self.story(
            "void of an invoice",
            vec![
                self.push(vec![hale(), invoice("F-1", "C1", "100")]),
                Step::Work,
                Step::Void(key(RecordKind::Invoice, "F-1")),
                Step::Work,
            ],
            &[booked_customer(), f1("100").state(State::Voided)],
        )
    }

    fn void_of_a_payment(&self) -> Scenario<W> {
        let paid = self.gross("100");
        self.story(
            "void of a payment",
            vec![
                self.push(vec![
                    hale(),
                    invoice("F-1", "C1", "100"),
                    payment("R-1", json!({ "invoice": "F-1" }), &paid),
                ]),
                Step::Work,
                Step::Void(key(RecordKind::Payment, "R-1")),
                Step::Work,
            ],
            &[booked_customer(), f1("100"), entry(RecordKind::Payment, "R-1").amount(&paid).state(State::Voided)],
        )
    }

    fn newer_revision_overtakes(&self) -> Scenario<W> {
        self.story(
            "a newer revision overtakes",
            vec![
                self.push(vec![hale(), invoice("F-1", "C1", "100")]),
                Step::Round,
                self.push(vec![invoice("F-1", "C1", "110")]),
                Step::Round,
                self.push(vec![invoice("F-1", "C1", "120")]),
                Step::Work,
            ],
            &[booked_customer(), f1("120")],
        )
    }

    fn person_pays_in_between(&self) -> Scenario<W> {
        Scenario {
            questions: vec![key(RecordKind::Invoice, "F-1")],
            ..self.story(
                "a person pays in between",
                vec![
                    self.push(vec![hale(), invoice("F-1", "C1", "100")]),
                    Step::Work,
                    Step::Person(|world, now| world.person_pays("F-1", "15", "counter", now)),
                    self.push(vec![invoice("F-1", "C1", "120")]),
                    Step::Work,
                ],
                &[booked_customer(), f1("100").applied("15.00"), entry(RecordKind::Payment, "counter").amount("15")],
            )
        }
    }

    fn package_owns_the_numbers(&self) -> Scenario<W> {
        let orders = if W::NUMBERS_PURCHASE_ORDERS { "package" } else { "host" };
        let owned = json!({
            "numbers": { "invoice": "package", "bill": "host", "quote": "package", "purchase_order": orders }
        });
        let records = vec![
            hale(),
            supplier("S1", KAURI),
            invoice("F-1", "C1", "100"),
            invoice("F-2", "C1", "100"),
            document("purchase_order", "B-5", "S1", "80", json!({})),
        ];
        let story = self.story(
            "the package owns the numbers",
            vec![self.push(records), Step::Work],
            &[
                booked_customer(),
                entry(RecordKind::Supplier, KAURI),
                f1("100"),
                entry(RecordKind::Invoice, "F-2").of(HALE, "100"),
                entry(RecordKind::PurchaseOrder, "B-5").of(KAURI, "80"),
            ],
        );
        Scenario { prepare: |world, now| world.numbers_itself(now), ..self.under(owned, story) }
    }

    fn contact_with_the_first_document(&self) -> Scenario<W> {
        let story = self.story(
            "contact with the first document",
            vec![
                self.push(vec![hale(), customer("C2", "Nobody Yet")]),
                Step::Work,
                self.push(vec![invoice("F-1", "C1", "100")]),
                Step::Work,
            ],
            &[booked_customer(), f1("100")],
        );
        self.under(json!({ "customers": "on_first_document" }), story)
    }

    /// Somebody has used our number for another document (R4, R10). Where two may share a number, ours is written all the same.
    fn strangers_number(&self) -> Scenario<W> {
        let shared = self.world.numbers_are_shared();
        let mut books = vec![
            entry(RecordKind::Customer, "Stranger"),
            booked_customer(),
            entry(RecordKind::Invoice, "F-1").of("Stranger", "9"),
            entry(RecordKind::Invoice, "F-2").of(HALE, "100"),
        ];
        books.extend(shared.then(|| f1("100")));
        Scenario {
            prepare: |world, now| world.stranger_invoices("F-1", now),
            questions: if shared { Vec::new() } else { vec![key(RecordKind::Invoice, "F-1")] },
            ..self.story(
                "a stranger holds our number",
                vec![self.push(vec![hale(), invoice("F-1", "C1", "100"), invoice("F-2", "C1", "100")]), Step::Work],
                &books,
            )
        }
    }

    fn quote_and_product(&self) -> Scenario<W> {
        let product = record(json!({ "kind": "product", "id": "P1", "code": "OAK-40", "name": "Oak 40 mm",
            "sales": { "account": W::SALES } }));
        let quote = document(
            "quote",
            "A-3",
            "C1",
            "10",
            json!({ "stage": "sent", "expires": "2026-12-20", "lines": [
                { "type": "item", "product": "P1", "description": "Oak 40 mm", "quantity": "3", "unit_price": "10.25" },
                { "type": "text", "text": "Delivered to site" } ] }),
        );
        self.story(
            "quote of a product",
            vec![self.push(vec![hale(), product, quote]), Step::Work],
            &[
                booked_customer(),
                entry(RecordKind::Product, "OAK-40"),
                entry(RecordKind::Quote, "A-3").of(HALE, "30.75").state(State::Moved),
            ],
        )
    }

    /// The access token has run out before the first call: everything begins with a refresh.
    fn stale_sign_in(&self) -> Scenario<W> {
        let paid = self.gross("100");
        Scenario {
            token_age: W::TOKEN_LIFE + Duration::from_secs(60),
            ..self.story(
                "a stale sign-in",
                vec![
                    self.push(vec![hale(), invoice("F-1", "C1", "100")]),
                    Step::Work,
                    self.push(vec![payment("R-1", json!({ "invoice": "F-1" }), &paid)]),
                    Step::Work,
                ],
                &[
                    booked_customer(),
                    f1("100").state(State::Paid).applied(&paid),
                    entry(RecordKind::Payment, "R-1").amount(&paid),
                ],
            )
        }
    }
}
