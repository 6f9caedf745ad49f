//! The order of checks, the limits, and what every answer carries.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;

use crate::myob::config::SCOPES;
use crate::myob::switches::{
    CompanyList, MissingVersion, RateLimitAnswer, Switches, UngrantedFile, UriHost, WrongMethod,
};
use crate::myob::testing::{Client, header, json, refusal, reply, text};
use crate::myob::{AppConfig, CfToken, Country, MyobConfig, RateLimits};

const TOKEN_INVALID: (u16, &str) = (401, "OAuthTokenIsInvalid");

#[track_caller]
fn refused(client: &mut Client, method: &str, path: &str, more: &[(&str, &str)]) -> (u16, String) {
    refusal(&reply(client.api(method, path, more, b"")))
}

fn is(answer: &(u16, String), expected: (u16, &str)) -> bool {
    (answer.0, answer.1.as_str()) == expected
}

#[test]
fn every_answer_carries_a_request_id_of_its_own_and_json() {
    let mut client = Client::new();
    let good = client.get("Company");
    assert_eq!(good.status(), 200, "{}", text(&good));
    let lost = client.get("Nonsense");
    let token = reply(client.bare("GET", "/oauth2/v1/authorize", &[], b""));
    for answer in [&good, &lost] {
        assert_eq!(header(answer.headers(), "content-type"), "application/json; charset=utf-8");
    }
    let ids: Vec<&str> =
        [&good, &lost, &token].iter().map(|answer| header(answer.headers(), "x-myobapi-requestid")).collect();
    assert!(ids.iter().all(|id| uuid::Uuid::parse_str(id).is_ok()), "{ids:?}");
    assert!(ids[0] != ids[1] && ids[1] != ids[2]);
}

#[test]
fn checks_come_in_the_order_key_limit_token_version_file_route_verb() {
    let mut client = Client::new();
    client.myob.set_limits(RateLimits { enforced: true, second: 0, ..RateLimits::default() });
    let nowhere = "/accountright/nonsense/Nonsense";
    let wrong = [("x-myobapi-key", "other"), ("authorization", "Bearer x"), ("x-myobapi-version", "")];
    for key in ["", "other"] {
        let more = [("x-myobapi-key", key), wrong[1], wrong[2]];
        assert!(is(&refused(&mut client, "BREW", nowhere, &more), (403, "DeveloperInactive")), "{key}");
    }
    assert!(is(&refused(&mut client, "BREW", nowhere, &wrong[1..]), (403, "RateLimitError")));
    client.myob.set_limits(RateLimits::off());
    for authorization in ["", "Bearer", "Bearer x", "Basic eDp5"] {
        let more = [("authorization", authorization), wrong[2]];
        assert!(is(&refused(&mut client, "BREW", nowhere, &more), TOKEN_INVALID), "{authorization}");
    }
    assert!(is(&refused(&mut client, "BREW", nowhere, &wrong[2..]), (400, "BadRequest")));
    let denied = reply(client.api("BREW", nowhere, &[], b""));
    assert_eq!((denied.status().as_u16(), text(&denied).as_str()), (401, r#"[{"Message":"Access denied"}]"#));
    let file = client.file;
    let nowhere = format!("/accountright/{file}/Nonsense");
    assert!(is(&refused(&mut client, "BREW", &nowhere, &[]), TOKEN_INVALID), "an unknown path looks like a bad token");
    let company = format!("/accountright/{file}/Company");
    assert!(is(&refused(&mut client, "BREW", &company, &[]), (405, "MethodNotAllowed")));
    assert!(is(&refused(&mut client, "DELETE", &company, &[]), (405, "MethodNotAllowed")));
    assert_eq!(reply(client.api("GET", &format!("/AccountRight/{file}/COMPANY/"), &[], b"")).status(), 200);
}

#[test]
fn what_the_sheet_leaves_open_is_answered_both_ways() {
    let mut client = Client::switched(Switches {
        missing_version: MissingVersion::NotFound,
        ungranted_file: UngrantedFile::NotFound,
        wrong_method: WrongMethod::NotFound,
        ..Switches::default()
    });
    let company = format!("/accountright/{}/Company", client.file);
    assert!(is(&refused(&mut client, "GET", &company, &[("x-myobapi-version", "v1")]), (404, "NotFound")));
    let other = format!("/accountright/{}/Company", uuid::Uuid::nil());
    assert!(is(&refused(&mut client, "GET", &other, &[]), (404, "NotFound")));
    assert!(is(&refused(&mut client, "DELETE", &company, &[]), (404, "NotFound")));
}

#[test]
fn eight_calls_a_second_pass_for_all_files_of_a_key_together() {
    for (rate_limit_answer, status, words) in [
        (RateLimitAnswer::RateLimitError, 403, "API key has exceeded the per-second rate limit"),
        (RateLimitAnswer::OverQpsText, 403, "Developer Over Qps"),
        (RateLimitAnswer::TooManyRequests, 429, "RateLimitError"),
    ] {
        let switches = Switches { rate_limit_answer, ..Switches::default() };
        let mut client = Client::with(MyobConfig { switches, ..MyobConfig::default() });
        let other = client.myob.add_file(Country::Nz, None).expect("a file");
        let now = client.now;
        let both = [client.file, other].map(|file| (file, client.myob.authorised(file, &SCOPES.join(" "), now)));
        for n in 0..8 {
            let (file, tokens) = &both[n % 2];
            (client.file, client.token) = (*file, tokens.access_token.clone());
            assert_eq!(client.get("Company").status(), 200, "call {n}");
        }
        let limited = client.get("Company");
        assert_eq!(limited.status().as_u16(), status);
        assert!(text(&limited).contains(words), "{}", text(&limited));
        client.now += Duration::seconds(1);
        assert_eq!(client.get("Company").status(), 200);
    }
}

#[test]
fn the_daily_limit_says_that_it_is_the_daily_one() {
    let limits = RateLimits { day: 1, ..RateLimits::default() };
    let mut client = Client::with(MyobConfig { limits, ..MyobConfig::default() });
    assert_eq!(client.get("Company").status(), 200);
    client.now += Duration::hours(2);
    let limited = client.get("Company");
    assert_eq!(refusal(&limited), (403, "RateLimitError".into()));
    assert!(text(&limited).contains("daily rate limit") && text(&limited).contains("Header: x-myobapi-key"));
    client.now += Duration::hours(22);
    assert_eq!(client.get("Company").status(), 401, "the day is new, and the token has run out");
}

#[test]
fn a_missing_scope_and_an_unknown_path_look_like_a_token_that_ran_out() {
    let mut client = Client::new();
    let (file, now) = (client.file, client.now);
    client.token = client.myob.authorised(file, "sme-company-file sme-sales", now).access_token;
    let answers = ["Purchase/Bill", "Purchase/PaymentTxn", "Sale/Nonsense"].map(|path| text(&client.get(path)));
    assert!(answers[0].contains("31001") && answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(
        [client.get("Sale/Invoice").status(), client.get("").status()].map(|status| status.as_u16()),
        [200, 200]
    );
    client.token = client.myob.authorised(file, "sme-sales", now).access_token;
    assert_eq!(
        [client.get("Sale/Invoice").status(), client.get("").status()].map(|status| status.as_u16()),
        [200, 401]
    );
    assert_eq!(reply(client.api("GET", "/accountright", &[], b"")).status(), 401);
}

#[test]
fn a_token_of_another_app_opens_nothing() {
    let other = AppConfig { client_id: "other".into(), api_key: "other-key".into(), ..AppConfig::default() };
    let mut client = Client::with(MyobConfig {
        apps: vec![AppConfig::default(), other],
        limits: RateLimits::off(),
        ..MyobConfig::default()
    });
    let company = format!("/accountright/{}/Company", client.file);
    assert!(is(&refused(&mut client, "GET", &company, &[("x-myobapi-key", "other-key")]), TOKEN_INVALID));
    assert_eq!(reply(client.api("GET", &company, &[], b"")).status(), 200);
}

#[test]
fn a_cftoken_breaks_a_file_that_has_none_and_opens_one_that_has() {
    let mut client = Client::new();
    let company = format!("/accountright/{}/Company", client.file);
    let good = STANDARD.encode("Administrator:");
    let status = |client: &mut Client, cftoken: &str| {
        let answer = reply(client.api("GET", &company, &[("x-myobapi-cftoken", cftoken)], b""));
        let denied = text(&answer) == r#"[{"Message":"Access denied"}]"#;
        assert_eq!(answer.status() == 401, denied, "{}", text(&answer));
        answer.status().as_u16()
    };
    assert_eq!([status(&mut client, ""), status(&mut client, &good)], [200, 401]);
    let file = client.file;
    let sign_on = CfToken::Required { user: "Administrator".into(), password: String::new() };
    assert!(client.myob.set_cftoken(file, sign_on));
    assert_eq!([status(&mut client, ""), status(&mut client, &good), status(&mut client, "x")], [401, 200, 401]);
    assert!(!client.myob.set_cftoken(uuid::Uuid::nil(), CfToken::None));
}

#[test]
fn the_list_holds_the_granted_file_or_none() {
    for (company_list, many) in [(CompanyList::Granted, 1), (CompanyList::Empty, 0)] {
        let mut client = Client::switched(Switches { company_list, ..Switches::default() });
        client.myob.add_file(Country::Nz, None).expect("a file");
        let list = json(&reply(client.api("GET", "/accountright/", &[], b"")));
        assert_eq!(list.as_array().map(Vec::len), Some(many), "a bare array: {list}");
        if many == 1 {
            assert_eq!(list[0]["Id"], client.file.to_string());
            assert_eq!((&list[0]["Country"], &list[0]["UIAccessFlags"]), (&"AU".into(), &3.into()));
            let uri = format!("https://arl2.api.myob.com/accountright/{}", client.file);
            assert_eq!(list[0]["Uri"], uri.as_str());
        }
    }
}

#[test]
fn the_file_the_info_and_the_user_say_what_there_is() {
    let mut client = Client::switched(Switches { uri_host: UriHost::Same, ..Switches::default() });
    let root = json(&client.get(""));
    assert_eq!(root["CompanyFile"]["Id"], client.file.to_string());
    let invoices = format!("http://localhost/accountright/{}/Sale/Invoice/Item", client.file);
    let resources = root["Resources"].as_array().expect("resources");
    assert!(resources.iter().any(|uri| *uri == invoices.as_str()), "{root}");
    let info = json(&reply(client.api("GET", "/accountright/Info", &[], b"")));
    assert_eq!(info["Resources"].as_array().map(Vec::len), Some(resources.len()));
    let (file, now) = (client.file, client.now);
    client.token = client.myob.authorised(file, "sme-sales", now).access_token;
    let user = json(&client.get("CurrentUser"));
    let access = |path: &str| {
        let rows = user["UserAccess"].as_array().expect("rows");
        let row = rows.iter().find(|row| row["ResourcePath"].as_str().is_some_and(|uri| uri.ends_with(path)));
        row.unwrap_or_else(|| panic!("{path}"))["Access"].as_array().map(Vec::len)
    };
    assert_eq!((access("/Sale/Invoice/Item"), access("/Purchase/Bill/Item")), (Some(4), Some(0)));
    assert_eq!(refusal(&client.get("DataScopes")).0, 501);
}

#[test]
fn an_endpoint_that_never_was_is_a_page() {
    let mut client = Client::new();
    let page = client.get("Purchase/Bill/TimeBilling");
    assert_eq!(page.status(), 404);
    assert!(header(page.headers(), "content-type").starts_with("text/html"));
    assert_eq!(reply(client.bare("GET", "/elsewhere", &[], b"")).status(), 404);
}

#[test]
fn a_read_that_the_caller_has_already_is_304_and_empty() {
    let mut client = Client::new();
    for path in ["GeneralLedger/TaxCode", "Company"] {
        let first = client.get(path);
        let tag = header(first.headers(), "etag").to_owned();
        assert!(tag.starts_with('"'), "{path}: {tag}");
        let address = format!("/accountright/{}/{path}", client.file);
        let again = reply(client.api("GET", &address, &[("if-none-match", &tag)], b""));
        assert_eq!((again.status().as_u16(), again.body().len()), (304, 0), "{path}");
        let other = reply(client.api("GET", &address, &[("if-none-match", "\"other\"")], b""));
        assert_eq!(other.body(), first.body(), "{path}");
    }
}

#[test]
fn gzip_is_for_those_who_ask_and_for_errors_too() {
    let mut client = Client::new();
    let file = client.file;
    for (path, asked) in [("Company", "gzip, deflate"), ("Nonsense", "br, GZIP;q=0.5")] {
        let address = format!("/accountright/{file}/{path}");
        let plain = reply(client.api("GET", &address, &[("accept-encoding", "deflate, gzip;q=0")], b""));
        assert!(plain.headers().get("content-encoding").is_none());
        let packed = reply(client.api("GET", &address, &[("accept-encoding", asked)], b""));
        assert_eq!(header(packed.headers(), "content-encoding"), "gzip", "{path}");
        // Ten bytes of gzip's head and five of the only block.
        assert_eq!(&packed.body()[..2], [0x1f, 0x8b]);
        assert_eq!(&packed.body()[15..15 + plain.body().len()], &plain.body()[..], "{path}");
    }
}
