use std::time::Duration;

use factory_accounting_core::error::ErrorKind;
use factory_accounting_core::model::{Due, PaymentTerms};
use factory_accounting_core::provider::{CatalogueEntry, CatalogueKind, Fate, Notice, Terms};
use secrecy::SecretString;

use super::*;
use crate::config::{ReferenceTarget, Region};
use crate::testing::{
    ACCESS_TOKEN, Answers as _, REALM, Wire, clock, config, configured, day, fresh_tokens, provider, script_of,
    statements, ten_o_clock,
};

fn invoice(target: &str) -> EncodedWrite {
    EncodedWrite {
        kind: RecordKind::Invoice,
        intent: Intent::Create,
        key: "k-1".to_owned(),
        members: 1,
        target: target.to_owned(),
        body: r#"{"DocNumber":"INV-55","CustomerRef":{"value":"62"}}"#.to_owned(),
    }
}

const TARGET: &str = "POST invoice?minorversion=75&requestid=k-1";
const ECHO: &str = r#"{"Invoice":{"Id":"145","SyncToken":"0","DocNumber":"INV-55","CustomerRef":{"value":"62"},"TotalAmt":1,"Balance":1}}"#;

#[tokio::test]
async fn a_write_sends_the_encoded_bytes_once_with_key_and_token() {
    let (provider, script) = provider([Wire::ok(ECHO)]);
    let write = invoice(TARGET);
    let report = provider.write(&write).await;
    let Fate::Applied(record) = &report.fates()[0] else { panic!("it was applied") };
    assert_eq!(record.link.as_deref(), Some("http://qbo.example/app/invoice?txnId=145"));
    let seen = script.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].line, "POST /v3/company/9341453/invoice?minorversion=75&requestid=k-1");
    assert_eq!(seen[0].body, write.body);
    for (name, expected) in [
        ("accept", "application/json"),
        ("content-type", "application/json"),
        ("authorization", "Bearer planted-access-token"),
    ] {
        assert_eq!(seen[0].header(name), Some(expected), "{name}");
    }
    // What goes in is free.
    assert_eq!(provider.metered_calls(), 0);
}

#[tokio::test]
async fn x4_a_write_is_never_repeated_whatever_comes_back() {
    for (answer, kind) in [
        (Wire::Dropped, ErrorKind::Network),
        (Wire::status(500, ""), ErrorKind::Unavailable),
        (Wire::fault(500, 10_000, "System Failure Error", "x"), ErrorKind::Unavailable),
        (Wire::status(504, ""), ErrorKind::Unavailable),
        (Wire::status(408, ""), ErrorKind::Unavailable),
    ] {
        let (provider, script) = provider([answer]);
        let report = provider.write(&invoice(TARGET)).await;
        let Fate::Unknown(why) = &report.fates()[0] else { panic!("something was claimed without proof") };
        assert_eq!((why.kind(), script.lines().len()), (kind, 1));
    }
    for answer in [Wire::status(429, "").with("retry-after", "26"), Wire::status(401, "")] {
        let (provider, script) = provider([answer]);
        let report = provider.write(&invoice(TARGET)).await;
        assert!(matches!(&report.fates()[0], Fate::NotApplied(_)));
        assert_eq!(script.lines().len(), 1);
    }
}

#[tokio::test]
async fn a_connection_that_never_came_about_proves_that_nothing_was_sent() {
    let (provider, _) = provider(vec![Wire::Refused; 5]);
    let report = provider.write(&invoice(TARGET)).await;
    assert!(matches!(&report.fates()[0], Fate::NotApplied(why) if why.kind() == ErrorKind::Network));
}

#[tokio::test]
async fn a_write_of_another_provider_is_not_sent() {
    let (provider, script) = provider([]);
    for target in ["", "nonsense", "PUT Invoices?summarizeErrors=false"] {
        assert!(matches!(provider.write(&invoice(target)).await.fates(), [Fate::NotApplied(_)]), "{target}");
    }
    assert!(script.lines().is_empty());
}

#[tokio::test]
async fn the_budget_of_batches_is_kept_and_told() {
    let mut tight = config();
    tight.batches_per_minute = 1;
    let batch = EncodedWrite {
        members: 1,
        target: "POST batch?minorversion=75&requestid=k-1".to_owned(),
        body: r#"{"BatchItemRequest":[{"bId":"0","operation":"create","Invoice":{"DocNumber":"INV-55"}}]}"#.to_owned(),
        ..invoice("")
    };
    let (provider, script) = configured(tight, [Wire::ok(r#"{"BatchItemResponse":[]}"#), Wire::ok(ECHO)]);
    assert_eq!(provider.batch_now(RecordKind::Invoice, Intent::Create), 30);
    assert!(matches!(provider.write(&batch).await.fates(), [Fate::Unknown(_)]));
    assert_eq!(provider.batch_now(RecordKind::Invoice, Intent::Create), 1);
    assert_eq!(provider.batch_now(RecordKind::Payment, Intent::Update), 0);
    let report = provider.write(&batch).await;
    let Fate::NotApplied(why) = &report.fates()[0] else { panic!("it did not leave") };
    assert_eq!((why.kind(), why.retry_after()), (ErrorKind::Throttled, Some(Duration::from_secs(60))));
    // Single writes go on.
    assert!(matches!(provider.write(&invoice(TARGET)).await.fates(), [Fate::Applied(_)]));
    assert_eq!(script.lines().len(), 2);
}

fn company(country: &str) -> [Wire; 2] {
    [
        Wire::ok(format!(
            r#"{{"CompanyInfo":{{"Id":"1","CompanyName":"Plant Pty Ltd","Country":"{country}","NameValue":[{{"Name":"NeoEnabled","Value":"true"}},
                {{"Name":"OfferingSku","Value":"QuickBooks Online Plus"}}]}},"time":"x"}}"#
        )),
        Wire::ok(
            r#"{"Preferences":{"AccountingInfoPrefs":{"BookCloseDate":"2026-06-30"},"SalesFormsPrefs":{"AutoApplyCredit":true},
                "CurrencyPrefs":{"MultiCurrencyEnabled":true,"HomeCurrency":{"value":"AUD"}}},"time":"x"}"#,
        ),
    ]
}

#[tokio::test]
async fn the_company_tells_currency_lock_plan_and_when_to_reconnect() {
    let (provider, script) = provider(company("AU"));
    let read = provider.organisation().await.expect("a company");
    assert_eq!((read.id.as_str(), read.name.as_str(), read.currency.code()), (REALM, "Plant Pty Ltd", "AUD"));
    assert_eq!((read.locked_until, read.plan.as_deref()), (Some(day(2026, 6, 30)), Some("QuickBooks Online Plus")));
    // It races the host's own allocations: a person is told (R20).
    assert_eq!(read.notices, [Notice::AppliesCredits]);
    assert_eq!(read.reconnect_by, Some(ten_o_clock() + chrono::TimeDelta::days(1_000)));
    assert_eq!(
        script.lines(),
        [
            "GET /v3/company/9341453/companyinfo/9341453?minorversion=75",
            "GET /v3/company/9341453/preferences?minorversion=75"
        ]
    );
}

#[tokio::test]
async fn a_company_that_is_taxed_in_another_way_is_refused() {
    let (provider, _) = provider(company("US"));
    let error = provider.organisation().await.expect_err("another region");
    assert_eq!((error.kind(), error.package_code()), (ErrorKind::Forbidden, Some("RegionMismatch")));
    let mut american = config();
    american.region = Region::UnitedStates;
    let (provider, _) = configured(american, company("US"));
    assert!(provider.organisation().await.is_ok());
}

#[tokio::test]
async fn r55_a_token_of_another_company_is_refused_with_the_way_out() {
    let gateway = r#"{"fault":{"error":[{"message":"message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403","detail":"","code":"3100"}],"type":"AUTHORIZATION"}}"#;
    let (provider, _) = provider([Wire::status(403, gateway)]);
    let error = provider.organisation().await.expect_err("another company");
    assert_eq!((error.kind(), error.package_code()), (ErrorKind::Forbidden, Some("3100")));
    assert!(error.to_string().contains("reconnect and choose it"), "{error}");
    assert_eq!(error.request_id(), Some("1-64886bfd"));
}

#[test]
fn a_provider_needs_a_company_that_can_be_asked() {
    let made = |config: QboConfig| {
        let clock: Arc<dyn Clock> = Arc::new(clock());
        let pacer = AppPacer::new(crate::limits(&config), Arc::clone(&clock));
        let (connection, worker) = (ConnectionId::new("connection"), WorkerId::new("worker"));
        QboProvider::new(config, script_of([]), fresh_tokens(), connection, worker, clock, &pacer).err()
    };
    assert_eq!(made(config()), Some(ConfigError::NoRealm));
    for realm in ["", "12/../3", "a1"] {
        assert_eq!(made(config().with_realm(realm)), Some(ConfigError::Realm(realm.to_owned())));
    }
    let mut odd = config().with_realm(REALM);
    "line\nbreak".clone_into(&mut odd.app_name);
    assert_eq!(made(odd), Some(ConfigError::AppName("line\nbreak".to_owned())));
    let mut flat = config().with_realm(REALM);
    flat.api_base = "mailto:x@y.test".parse().expect("a URL");
    assert!(matches!(made(flat), Some(ConfigError::ApiBase(_))));
    assert_eq!(made(config().with_realm(REALM)), None);
}

#[tokio::test]
async fn lists_become_catalogue_entries() {
    let customers = [
        r#"{"Id":"61","DisplayName":"Acme (1042)","CompanyName":"Acme","Notes":"Ref C-1042","GivenName":"Ana","FamilyName":"Rau",
            "PrimaryEmailAddr":{"Address":"ap@acme.test"},"PrimaryPhone":{"FreeFormNumber":"1"},"AlternatePhone":{"FreeFormNumber":"2"},"SalesTermRef":{"value":"3"},
            "BillAddr":{"Line1":"a","Line2":"b","Line3":"c","Line4":"d","Line5":"e","City":"Perth"},"CurrencyRef":{"value":"AUD"}}"#,
        r#"{"Id":"62","DisplayName":"PRJ-1","Job":true,"ParentRef":{"value":"61"}}"#,
    ];
    let vendors = [r#"{"Id":"56","DisplayName":"Bolt Co","Active":false}"#];
    let (provider, script) = provider([
        Wire::rows("Customer", &customers),
        Wire::rows("Vendor", &vendors),
        Wire::rows("Term", &[r#"{"Id":"3","DueDays":30}"#]),
        Wire::rows("TaxCode", &[r#"{"Id":"TAX","Name":"TAX"}"#]),
        Wire::rows("TaxRate", &[]),
        company("AU")[1].clone(),
        Wire::rows("CompanyCurrency", &[r#"{"Code":"NZD"}"#, r#"{"Code":"AUD"}"#, r#"{"Code":"USD","Active":false}"#]),
        Wire::rows("Customer", &customers[1..]),
        Wire::rows("Account", &[r#"{"Id":"60","Name":"Sales","AccountType":"Income"}"#]),
        Wire::rows("Item", &[r#"{"Id":"3","Name":"Bolts","Type":"Category"}"#]),
    ]);
    let page = provider.catalogue(&CatalogueRequest::new(CatalogueKind::Parties, 1)).await.expect("parties");
    let [CatalogueEntry::Party(acme), CatalogueEntry::Party(bolt)] = page.entries.as_slice() else {
        panic!("two parties")
    };
    assert_eq!((acme.id.as_str(), acme.party.name.as_str()), ("customer:61", "Acme"));
    assert_eq!((acme.external_key.as_deref(), acme.is_customer, acme.is_supplier), (Some("C-1042"), true, false));
    assert_eq!(acme.party.terms.map(|terms| terms.days), Some(30));
    assert_eq!((acme.party.phone.as_deref(), acme.party.contacts[0].phone.as_deref()), (Some("1"), Some("2")));
    assert_eq!(acme.party.addresses[0].lines, ["a", "b", "c", "d, e"]);
    assert_eq!((bolt.id.as_str(), bolt.active, bolt.is_supplier), ("vendor:56", false, true));
    assert!(!page.more);
    let count = async |kind| provider.catalogue(&CatalogueRequest::new(kind, 1)).await.map(|page| page.entries.len());
    assert_eq!(count(CatalogueKind::TaxCodes).await, Ok(1));
    assert_eq!(count(CatalogueKind::Currencies).await, Ok(2));
    assert_eq!(count(CatalogueKind::Jobs).await, Ok(1));
    assert_eq!(count(CatalogueKind::Accounts).await, Ok(1));
    assert_eq!(count(CatalogueKind::Items).await, Ok(0));
    assert!(statements(&script)[6].contains("Job = true"));
    assert_eq!(
        provider.catalogue(&CatalogueRequest::new(CatalogueKind::TaxCodes, 2)).await.map(|page| page.entries.len()),
        Ok(0)
    );
    assert_eq!(provider.metered_calls(), 10);
}

#[tokio::test]
async fn a_full_page_of_a_list_has_more_behind_it() {
    let rows: Vec<String> =
        (0..1_000).map(|id| format!(r#"{{"Id":"{id}","Name":"a","AccountType":"Income"}}"#)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let (provider, script) = provider([Wire::rows("Account", &rows)]);
    let page = provider.catalogue(&CatalogueRequest::new(CatalogueKind::Accounts, 2)).await.expect("accounts");
    assert!(page.more);
    assert!(statements(&script)[0].ends_with("STARTPOSITION 1001 MAXRESULTS 1000"));
}

#[tokio::test]
async fn a_long_question_goes_in_the_body_and_only_answers_are_metered() {
    let targets: Vec<ProbeTarget> =
        (0..40).map(|at| ProbeTarget::new(RecordKind::Invoice, format!("{at}{}", "é'".repeat(20)))).collect();
    let (provider, script) = provider([Wire::rows("Invoice", &[]), Wire::status(403, "")]);
    provider.probe(&targets).await.expect("an answer");
    assert!(provider.probe(&targets[..1]).await.is_err());
    let seen = script.seen();
    assert_eq!(seen[0].line, "POST /v3/company/9341453/query?minorversion=75");
    assert_eq!(seen[0].header("content-type"), Some("application/text;charset=UTF-8"));
    assert!(seen[0].body.contains(r"é\'é\'"));
    assert!(seen[1].line.starts_with("GET /v3/company/9341453/query?minorversion=75&query=SELECT"));
    assert_eq!(provider.metered_calls(), 1);
}

#[tokio::test]
async fn terms_are_a_list_and_say_when_they_fall_due_where_a_day_count_says_it() {
    let rows = [
        r#"{"Id":"3","Name":"Net 30","Active":true,"Type":"STANDARD","DiscountPercent":0,"DueDays":30}"#,
        r#"{"Id":"4","Name":"2% 10 Net 30","DiscountPercent":2,"DiscountDays":10,"DueDays":30}"#,
        r#"{"Id":"5","Name":"20th","Active":false,"Type":"DATE_DRIVEN","DayOfMonthDue":20,"DueNextMonthDays":5}"#,
    ];
    let (provider, script) = provider([Wire::rows("Term", &rows)]);
    let page = provider.catalogue(&CatalogueRequest::new(CatalogueKind::Terms, 1)).await.expect("terms");
    let read: Vec<Terms> = page
        .entries
        .into_iter()
        .filter_map(|entry| if let CatalogueEntry::Terms(terms) = entry { Some(terms) } else { None })
        .collect();
    let thirty = Some(PaymentTerms { days: 30, from: Due::DocumentDate });
    let told: Vec<_> = read
        .iter()
        .map(|terms| (terms.id.as_str(), terms.name.as_str(), terms.due, terms.discounted, terms.active))
        .collect();
    assert_eq!(
        told,
        [
            ("3", "Net 30", thirty, false, true),
            ("4", "2% 10 Net 30", thirty, true, true),
            ("5", "20th", None, false, false)
        ]
    );
    assert!(statements(&script)[0].contains("FROM Term WHERE Active IN (true, false)"));
}

#[tokio::test]
async fn what_has_changed_is_asked_for_with_minutes_to_spare_and_said_to_be_no_more_than_that() {
    let rows = |entity| Wire::rows(entity, &[]);
    let (provider, script) = provider([rows("Customer"), rows("Vendor"), rows("TaxCode"), rows("TaxRate")]);
    let since = "2026-11-21T10:00:00Z".parse().ok();
    let parties =
        provider.catalogue(&CatalogueRequest::new(CatalogueKind::Parties, 1).since(since)).await.expect("parties");
    let codes =
        provider.catalogue(&CatalogueRequest::new(CatalogueKind::TaxCodes, 1).since(since)).await.expect("codes");
    assert_eq!((parties.complete, codes.complete), (false, true));
    let asked = statements(&script);
    let condition = "MetaData.LastUpdatedTime >= '2026-11-21T09:55:00Z'";
    assert!(asked[..2].iter().all(|statement| statement.contains(condition)), "{asked:?}");
    assert!(asked[2..].iter().all(|statement| !statement.contains("LastUpdatedTime")), "{asked:?}");
}

#[tokio::test]
async fn f70_newer_custom_fields_are_asked_for_by_name() {
    let field = |id: &str| ReferenceTarget::CustomField { definition_id: id.to_owned(), name: "Crew".to_owned() };
    for (id, asked) in [("2", false), ("100000000000000001", true)] {
        let (provider, script) = configured(config().with_reference_field(field(id)), [Wire::rows("Invoice", &[])]);
        provider.fetch(RecordKind::Invoice, &[RemoteId::new("invoice:1")]).await.expect("an answer");
        assert_eq!(script.lines()[0].contains("include=enhancedAllCustomFields"), asked);
    }
}

#[tokio::test]
async fn a_fault_within_a_success_is_an_error() {
    let (provider, _) = provider([Wire::fault(200, 4001, "Invalid query", "QueryValidationError")]);
    let error = provider.fetch(RecordKind::Bill, &[RemoteId::new("bill:1")]).await.expect_err("a fault");
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert_eq!(provider.metered_calls(), 0);
}

#[tokio::test]
async fn secrets_stay_out_of_debug_and_errors() {
    let refreshed = r#"{"access_token":"planted-second","refresh_token":"planted-refresh","expires_in":3600}"#;
    let answers = [Wire::status(401, ACCESS_TOKEN), Wire::ok(refreshed), Wire::status(401, "")];
    let (provider, _) = provider(answers);
    let error = provider.organisation().await.expect_err("refused");
    let config = config().with_realm(REALM);
    let shown = format!("{provider:?} {error:?} {error} {config:?} {:?}", SecretString::from("planted-x"));
    assert!(!shown.contains("planted"), "{shown}");
}
