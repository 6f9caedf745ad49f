//! Input that no client should send, and runs that repeat.

use http::Request;

use crate::fault::{Fault, FaultRule};
use crate::qbo::testing::{Client, reply, text};
use crate::seeded::Seeded;

const PARTS: [&str; 44] = [
    "/",
    "v3",
    "company",
    "customer",
    "invoice",
    "payment",
    "query",
    "batch",
    "cdc",
    "upload",
    "download",
    "preferences",
    "companyinfo",
    "taxservice",
    "connect/oauth2",
    "oauth2/v1/tokens/bearer",
    "v2/oauth2/tokens/revoke",
    "_emulator",
    "faults",
    "act",
    "switches",
    "companies",
    "%",
    "%zz",
    "%ff%00",
    "?",
    "&",
    "=",
    "requestid=",
    "query=select",
    "select * from ",
    "where Id = '",
    "changedSince=",
    "entities=",
    "{\"Line\":[",
    "{\"",
    "null",
    "[",
    "{\"Id\":",
    "--XyZ\n",
    "grant_type=refresh_token",
    "operation=delete",
    "include=void",
    "\u{e9}",
];

const KINDS: [&str; 5] = [
    "application/json",
    "application/text",
    "multipart/form-data; boundary=XyZ",
    "application/x-www-form-urlencoded",
    "",
];

fn pick(chance: &mut Seeded, many: usize) -> usize {
    chance.uuid().as_u64_pair().0 as usize % many
}

#[test]
fn arbitrary_bytes_never_panic() {
    let mut client = Client::new();
    let mut chance = Seeded::new(5, "bytes");
    let methods = ["GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "BREW"];
    let mut answered = 0;
    for round in 0..4_000 {
        let tail: String =
            (0..pick(&mut chance, 6)).map(|_| format!("/{}", PARTS[pick(&mut chance, PARTS.len())])).collect();
        let path = if round % 2 == 0 { tail } else { format!("/v3/company/{}{tail}", client.realm) };
        let body: Vec<u8> =
            (0..pick(&mut chance, 6)).flat_map(|_| PARTS[pick(&mut chance, PARTS.len())].bytes()).collect();
        let Ok(request) = Request::builder()
            .method(methods[pick(&mut chance, methods.len())])
            .uri(path)
            .header("authorization", format!("Bearer {}", client.token))
            .header("accept", "application/json")
            .header("content-type", KINDS[pick(&mut chance, KINDS.len())])
            .body(bytes::Bytes::from(body))
        else {
            continue;
        };
        client.qbo.handle(request, client.now);
        answered += 1;
    }
    assert!(answered > 1_500, "{answered}");
}

#[test]
fn broken_bodies_of_every_entity_are_refused_and_leave_no_trace() {
    let mut client = Client::new();
    let before = client.qbo.ledger(&client.realm);
    for entity in
        ["customer", "vendor", "item", "account", "invoice", "estimate", "payment", "bill", "purchase", "attachable"]
    {
        for body in [
            "",
            "null",
            "[]",
            "7",
            "\"x\"",
            "{",
            "{\"Line\":7}",
            "{\"Line\":[7]}",
            "{\"Id\":{}}",
            "{\"Nonsense\":1}",
            "\u{0}",
        ] {
            let answer = reply(client.post(entity, body));
            assert!(answer.status().is_client_error(), "{entity} {body}: {} {}", answer.status(), text(&answer));
        }
        let latin = reply(client.send("POST", entity, "application/json", b"{\"DisplayName\":\"Caf\xe9\"}"));
        assert_eq!(latin.status(), 400, "{entity}");
    }
    assert_eq!(client.qbo.ledger(&client.realm), before);
}

#[test]
fn the_same_seed_and_calls_answer_the_same_bytes() {
    let run = || {
        let mut client = Client::new();
        let mut trace = vec![format!("{:?}", client.qbo.companies()), client.token.clone()];
        client.qbo.inject(FaultRule::next(Fault::ExtraFields).nth(2).times(None));
        client.qbo.configure_webhook("http://127.0.0.1:9/hook", None);
        for name in ["Acme", "Bolt", "Acme"] {
            let response = reply(client.customer(name, name));
            trace.push(format!("{:?} {}", response.headers(), text(&response)));
        }
        let now = client.now;
        trace.push(format!("{:?}", crate::package::Package::due_deliveries(&mut client.qbo, now)));
        trace.push(client.qbo.ledger(&client.realm).to_string());
        trace
    };
    assert_eq!(run(), run());
}
