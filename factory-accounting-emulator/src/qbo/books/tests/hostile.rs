use super::Desk;
use crate::qbo::books::Country;
use crate::seeded::Seeded;

const PIECES: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "null",
    "true",
    "-1",
    "1e400",
    "\"Id\":\"1\"",
    "\"SyncToken\":\"0\"",
    "\"sparse\":true",
    "\"Line\":[{}]",
    "\"DisplayName\":\"x\"",
    "\"ParentRef\":{\"value\":\"1\"}",
    "\u{0}",
    "é",
    "'",
    "select * from Customer where ",
    "Id = '1'",
    "\"AttachableRef\":[{\"EntityRef\":{}}]",
    "\"Job\":true",
];

const TARGETS: [&str; 16] = [
    "customer",
    "vendor",
    "employee",
    "item",
    "account",
    "class",
    "term",
    "taxagency",
    "preferences",
    "companyinfo",
    "attachable",
    "query",
    "taxservice/taxcode",
    "invoice",
    "payment",
    "bill?operation=delete",
];

/// Every answer of a seeded run of nonsense.
fn run(country: Country, seed: u64) -> Vec<u8> {
    let mut desk = Desk::new(country);
    let mut chance = Seeded::new(seed, "nonsense");
    let mut answers = Vec::new();
    for step in 0..600_i64 {
        let draw: Vec<usize> = chance.token(10).bytes().map(usize::from).collect();
        let mut body: String = draw[1..9].iter().map(|at| PIECES[at % PIECES.len()]).collect();
        if step % 2 == 0 {
            let members: Vec<&str> = draw[1..4].iter().map(|at| PIECES[11 + at % 7]).collect();
            body = format!("{{{}}}", members.join(","));
        }
        let target = TARGETS[draw[0] % TARGETS.len()];
        let method = if draw[9].is_multiple_of(5) { "GET" } else { "POST" };
        let reply = desk.call(method, target, body.as_bytes());
        answers.extend_from_slice(reply.status.as_str().as_bytes());
        answers.extend_from_slice(&reply.body);
        assert!(reply.status != 500, "{method} {target} {body}");
        desk.later(step % 3);
    }
    answers
}

#[test]
fn nonsense_is_always_answered_and_the_same_run_gives_the_same_bytes() {
    for (country, seed) in [(Country::Au, 1), (Country::Us, 2), (Country::Ca, 3)] {
        assert_eq!(run(country, seed), run(country, seed), "{country:?}");
    }
}

#[test]
fn any_path_and_any_bytes_are_answered() {
    let mut desk = Desk::au();
    for target in [
        "",
        "/",
        "//",
        "customer/",
        "customer/0",
        "customer/-1",
        "customer/99999999999999999999999",
        "customer/1/2/3",
        "customer/TAX",
        "invoice/1/pdf",
        "invoice/1/send",
        "download/",
        "download/x",
        "taxservice",
        "taxservice/x",
        "query/x",
        "cdc/x",
        "preferences/7",
        "companyinfo/9",
        "customer?include=,,",
        "customer?operation=",
        "customer?operation=%",
        "é",
        "exchangerate/x",
    ] {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] {
            for body in [&b""[..], b"\xff\xfe", b"{}", b"[[[[[[[[", b"\"", &[b'['; 5000], &[b'{'; 5000]] {
                let reply = desk.call(method, target, body);
                assert!(reply.status.as_u16() >= 200, "{method} {target}");
            }
        }
    }
}
