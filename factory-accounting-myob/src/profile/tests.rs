use chrono::{DateTime, Utc};
use factory_accounting_core::model::RecordKind;

use super::*;
use crate::remote_id::Layout;
use crate::testing::{
    Answers as _, FILE, MemoryTokenStore, Script, Wire, clock, config, day, fresh_tokens, script_of, ten_o_clock,
    tokens_with_scopes, uid,
};

async fn look(
    config: &MyobConfig,
    tokens: Arc<MemoryTokenStore>,
    answers: impl IntoIterator<Item = Wire>,
) -> (Result<FileProfile, ProviderError>, Arc<Script>, DateTime<Utc>) {
    let script = script_of(answers);
    let clock: Arc<dyn Clock> = Arc::new(clock());
    let pacer = AppPacer::new(crate::limits(config), Arc::clone(&clock));
    let (connection, worker) = (ConnectionId::new("connection"), WorkerId::new("worker"));
    let transport = Arc::<Script>::clone(&script);
    let found = discover(config, transport, tokens, connection, worker, Arc::clone(&clock), &pacer).await;
    (found, script, clock.now())
}

fn root(country: &str, level: u32, more: &str) -> Wire {
    let at = |path: &str| format!(r#""https://arl2.api.myob.com/accountright/{FILE}/{path}""#);
    let resources = ["Contact/Customer", "Sale/Invoice", "Sale/Invoice/Item", "Sale/Order/Item", "GeneralLedger/Job"];
    Wire::ok(format!(
        r#"{{"CompanyFile":{{"Id":"{FILE}","Name":"Stub Fabrication","ProductLevel":{{"Code":{level},"Name":"x"}},"Country":{country},
        "SerialNumber":"612345678901","Subscription":{{"Product":{{"DisplayName":"MYOB Business Pro"}}}}{more}}},"Resources":[{}]}}"#,
        resources.map(at).join(",")
    ))
}

fn company(read_only: bool) -> Wire {
    Wire::ok(format!(
        r#"{{"CompanyName":"Stub Fabrication Pty Ltd","SerialNumber":"6","GSTRegistrationNumber":null,"ReadOnly":{read_only}}}"#
    ))
}

fn preferences(system: &str) -> Wire {
    let terms = |code, freight| {
        format!(
            r#"{{"Terms":{{"TaxCode":{{"UID":"{}","Code":"GST"}},"FreightTaxCode":{{"UID":"{}"}}}}}}"#,
            uid(code),
            uid(freight)
        )
    };
    Wire::ok(format!(r#"{{"System":{{{system}}},"Sales":{},"Purchases":{}}}"#, terms(91, 92), terms(93, 94)))
}

fn info() -> Wire {
    let resource = |path: &str, least: u32| {
        format!(r#"{{"ResourcePath":"{path}","Version":"v2","MinimumProductLevel":{{"Code":{least},"Name":"x"}}}}"#)
    };
    Wire::ok(format!(
        r#"{{"Build":"2025.8","Resources":[{},{}]}}"#,
        resource("Sale/Order/Item", 30),
        resource("GeneralLedger/Job", 10)
    ))
}

fn codes() -> Wire {
    let gst = format!(r#"{{"UID":"{}","Code":"GST","Type":"GST_VAT","Rate":10}}"#, uid(91));
    let none = format!(r#"{{"UID":"{}","Code":"N-T","Type":"GST_VAT","Rate":0}}"#, uid(99));
    Wire::rows(&[&gst, &none])
}

#[tokio::test]
async fn f12_what_a_file_offers_and_asks_for_is_found_in_five_calls() {
    let system = r#""CategoryTracking":"OnAndRequired","TransactionsCannotBeChangedMustBeReversed":true,"LockPeriodPriorTo":"2026-06-30T00:00:00""#;
    let answers = [root(r#""AU""#, 20, ""), company(false), preferences(system), info(), codes()];
    let mut config = config();
    config.profile.default_category = Some(RemoteId::new(uid(80)));
    let (found, script, _) = look(&config, fresh_tokens(), answers).await;
    let profile = found.expect("a profile");
    assert_eq!(
        script.lines(),
        [
            "GET ",
            "GET Company",
            "GET Company/Preferences",
            "GET /accountright/Info",
            "GET GeneralLedger/TaxCode?$orderby=UID&$top=1000&generateUris=false"
        ]
    );
    assert_eq!((profile.country, profile.level), (Country::Au, Some(20)));
    assert_eq!(profile.name.as_deref(), Some("Stub Fabrication"));
    assert_eq!(profile.product.as_deref(), Some("MYOB Business Pro"));
    assert_eq!((profile.read_only, profile.must_reverse, profile.category_required), (false, true, true));
    assert_eq!(profile.lock_date, Some(day(2026, 6, 30)));
    let code = |code: &Option<RemoteId>| code.as_ref().map(|code| code.as_str().to_owned());
    assert_eq!(code(&profile.customer_tax_code), Some(uid(91)));
    assert_eq!(code(&profile.customer_freight_tax_code), Some(uid(92)));
    assert_eq!(code(&profile.supplier_tax_code), Some(uid(93)));
    assert_eq!(code(&profile.supplier_freight_tax_code), Some(uid(94)));
    assert_eq!(code(&profile.untaxed), Some(uid(99)));
    // Chosen by the host, and kept.
    assert_eq!(profile.default_category, config.profile.default_category);
    assert!(profile.offers(Collection::Invoice(Layout::Item)) && profile.offers(Collection::Job));
    // Listed, but above the product's level; not listed at all.
    assert!(!profile.offers(Collection::Order(Layout::Item)) && !profile.offers(Collection::SupplierPayment));
    assert!(profile.has_path("Sale/Invoice") && !profile.has_path("Purchase/Bill"));
    assert_eq!(profile.missing_scopes, BTreeSet::new());
    let kept = serde_json::to_string(&profile).expect("JSON");
    assert_eq!(serde_json::from_str::<FileProfile>(&kept).expect("reads"), profile);
}

#[tokio::test]
async fn a_permission_that_was_not_given_is_known_before_it_is_missed() {
    let answers = [root(r#""NZ""#, 50, ""), company(false), preferences(""), info(), codes()];
    let granted = SCOPES.join(" ").replace("sme-sales ", "");
    let (found, ..) = look(&config(), tokens_with_scopes(&granted), answers).await;
    let profile = found.expect("a profile");
    assert_eq!(profile.missing_scopes, BTreeSet::from(["sme-sales".to_owned()]));
    assert_eq!((profile.country.code(), profile.country.currency().code()), ("NZ", "NZD"));
    assert!(!profile.offers(Collection::Invoice(Layout::Item)) && profile.has(Collection::Invoice(Layout::Item)));
}

#[tokio::test]
async fn f5_a_file_that_is_checked_out_or_lapsed_can_only_be_read() {
    for (more, lapsed) in [(r#","CheckedOutBy":"Jo""#, false), ("", true)] {
        let answers = [root(r#""AU""#, 30, more), company(lapsed), preferences(""), info(), codes()];
        let (found, ..) = look(&config(), fresh_tokens(), answers).await;
        assert!(found.expect("a profile").read_only, "{more}");
    }
}

#[tokio::test]
async fn a_new_token_is_given_time_to_become_known() {
    let refused = vec![Wire::refused_token(); 2];
    // The first refusal has the token renewed.
    let renewed = Wire::ok(r#"{"access_token":"b","token_type":"bearer","expires_in":1200,"refresh_token":"r"}"#);
    let mut answers = vec![refused[0].clone(), renewed, refused[1].clone()];
    answers.extend([root(r#""AU""#, 30, ""), company(false), preferences(""), info(), codes()]);
    let (found, _, now) = look(&config(), fresh_tokens(), answers).await;
    assert!(found.is_ok(), "{found:?}");
    assert!(now > ten_o_clock(), "it waited");
}

#[tokio::test]
async fn a_country_that_nobody_knows_is_refused() {
    let answers = [root(r#""GB""#, 30, ""), company(false), preferences(""), info(), codes()];
    let (found, ..) = look(&config(), fresh_tokens(), answers).await;
    assert_eq!(found.map_err(|error| error.kind()).err(), Some(ErrorKind::Unsupported));
}

#[test]
fn a_file_that_lists_no_more_than_the_beginning_of_a_path_offers_what_lies_below() {
    let of = |paths: &[&str]| FileProfile {
        resources: paths.iter().map(|path| (*path).to_owned()).collect(),
        ..FileProfile::default()
    };
    let coarse = of(&["contact", "contact/customer", "sale/invoice"]);
    assert!(coarse.has(Collection::Invoice(Layout::Item)) && coarse.has(Collection::Customer));
    // Where parts are listed, those that are not are not there.
    assert!(!coarse.has(Collection::Supplier) && !coarse.has(Collection::Order(Layout::Item)));
    let levels = |path: &str| format!(r#"{{"ResourcePath":"{path}","MinimumProductLevel":{{"Code":30}}}}"#);
    let info: wire::Info =
        serde_json::from_str(&format!(r#"{{"Resources":[{}]}}"#, levels("Sale/Order/Item"))).expect("reads");
    let at = |path: &str| format!("https://ar1.api.myob.com/accountright/{}/{path}/", uid(1));
    let addresses = ["Sale/Order", "Sale/Order/Item", "Sale/Quote"].map(at);
    assert_eq!(offered(&addresses, &info, Some(20)), BTreeSet::from(["sale/quote".to_owned()]));
}

#[test]
fn a_file_that_says_nothing_offers_everything() {
    let profile = FileProfile::default();
    for collection in Collection::all() {
        assert!(profile.offers(collection), "{collection:?} {}", RecordKind::Invoice);
    }
    assert_eq!(below_file("https://ar1.api.myob.com/accountright/7d3f2a10-8a1c-4a60-9b0e-2c5a90c3b111/"), None);
}
