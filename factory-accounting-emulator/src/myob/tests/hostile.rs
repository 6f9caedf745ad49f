//! Input that no client should send, and runs that repeat.

use http::Request;

use crate::fault::{Fault, FaultRule};
use crate::myob::testing::{Client, text};
use crate::seeded::Seeded;

const PARTS: [&str; 48] = [
    "/",
    "accountright",
    "Sale/Invoice/Item",
    "Sale/Order/Service",
    "Sale/CustomerPayment",
    "Sale/CreditSettlement",
    "Purchase/Bill/Service",
    "Purchase/SupplierPayment",
    "Banking/SpendMoneyTxn",
    "Contact/Customer",
    "Contact",
    "Inventory/Item",
    "GeneralLedger/Account",
    "GeneralLedger/TaxCode",
    "Company",
    "Company/Preferences",
    "Info",
    "CurrentUser",
    "Attachment",
    "attachments",
    "oauth2/account/authorize",
    "oauth2/v1/authorize",
    "_emulator",
    "act",
    "switches",
    "00000000-0000-0000-0000-000000000000",
    "%",
    "%zz",
    "%ff%00",
    "?",
    "&",
    "=",
    "%24filter=Number+eq+'",
    "%24filter=Lines/any(x:",
    "%24orderby=Date+desc",
    "%24top=99999999999999999999",
    "%24skip=4294967295",
    "returnBody=true",
    "{\"Lines\":[",
    "{\"Customer\":{\"UID\":\"",
    "\"Total\":1e999999",
    "null",
    "[",
    "}]}",
    "grant_type=refresh_token",
    "datetime'9999-99-99'",
    "\u{e9}",
    "\u{0}",
];

fn pick(chance: &mut Seeded, many: usize) -> usize {
    chance.uuid().as_u64_pair().0 as usize % many
}

#[test]
fn arbitrary_bytes_never_panic() {
    let mut client = Client::new();
    let mut chance = Seeded::new(5, "bytes");
    let methods = ["GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "BREW"];
    let key = client.myob.api_key().to_owned();
    let mut answered = 0;
    for round in 0..6_000 {
        let tail: String =
            (0..pick(&mut chance, 6)).map(|_| format!("/{}", PARTS[pick(&mut chance, PARTS.len())])).collect();
        let path = if round % 2 == 0 { tail } else { format!("/accountright/{}{tail}", client.file) };
        let body: Vec<u8> =
            (0..pick(&mut chance, 6)).flat_map(|_| PARTS[pick(&mut chance, PARTS.len())].bytes()).collect();
        let Ok(request) = Request::builder()
            .method(methods[pick(&mut chance, methods.len())])
            .uri(path)
            .header("authorization", format!("Bearer {}", client.token))
            .header("x-myobapi-key", &key)
            .header("x-myobapi-version", "v2")
            .header("accept-encoding", "gzip")
            .body(bytes::Bytes::from(body))
        else {
            continue;
        };
        client.myob.handle(request, client.now);
        answered += 1;
    }
    assert!(answered > 2_000, "{answered}");
}

#[test]
fn broken_bodies_are_refused_everywhere_and_leave_no_trace() {
    let mut client = Client::new();
    let before = client.myob.ledger(client.file);
    for path in [
        "Contact/Customer",
        "Contact/Supplier",
        "Inventory/Item",
        "GeneralLedger/Job",
        "Sale/Quote/Item",
        "Sale/Order/Item",
        "Sale/Invoice/Item",
        "Sale/Invoice/Service",
        "Sale/CustomerPayment",
        "Sale/CreditSettlement",
        "Sale/CreditRefund",
        "Purchase/Order/Item",
        "Purchase/Bill/Service",
        "Purchase/SupplierPayment",
        "Banking/SpendMoneyTxn",
    ] {
        for body in
            ["", "null", "[]", "7", "\"x\"", "{", "{\"Lines\":7}", "{\"Lines\":[7]}", "{\"UID\":{}}", "{}", "\u{0}"]
        {
            let answer = client.post(path, body);
            assert!(answer.status().is_client_error(), "{path} {body}: {} {}", answer.status(), text(&answer));
        }
    }
    assert_eq!(client.myob.ledger(client.file), before);
}

#[test]
fn the_same_seed_and_calls_answer_the_same_bytes() {
    let run = || {
        let mut client = Client::new();
        let mut trace = vec![format!("{:?}", client.myob.files()), client.token.clone()];
        client.myob.inject(FaultRule::next(Fault::ExtraFields).nth(2).times(None));
        for name in ["Acme", "Bolt", "Acme"] {
            let body = client.customer_body(name);
            let response = client.post("Contact/Customer?returnBody=true", &body);
            trace.push(format!("{:?} {}", response.headers(), text(&response)));
        }
        trace.push(client.myob.ledger(client.file).to_string());
        trace
    };
    assert_eq!(run(), run());
}
