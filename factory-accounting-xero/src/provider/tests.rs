use std::time::Duration;

use bytes::Bytes;
use factory_accounting_core::error::ErrorKind;
use factory_accounting_core::model::{AddressKind, Due};
use factory_accounting_core::provider::{Account, CatalogueEntry, CatalogueKind, Fate, Intent, TaxCode};
use factory_accounting_http::Redirect;
use secrecy::{ExposeSecret as _, SecretString};

use super::*;
use crate::oauth::{ConnectError, XeroAuthoriser};
use crate::testing::{
    CONTACT, INVOICE, MemoryTokenStore, OTHER, Script, TENANT, Wire, batch, clock, config, decimal, document,
    fresh_tokens, planned_document, provider,
};

fn echo() -> String {
    format!(
        r#"{{"Invoices":[{{"Type":"ACCREC","InvoiceID":"{INVOICE}","InvoiceNumber":"INV-55","Contact":{{"ContactID":"{CONTACT}"}},
            "Status":"AUTHORISED","SubTotal":21.0,"TotalTax":3.15,"Total":24.15,"AmountDue":24.15,"AmountPaid":0.0,"StatusAttributeString":"OK"}}]}}"#
    )
}

fn encoded(provider: &XeroProvider) -> EncodedWrite {
    let batch = batch(Intent::Create, vec![planned_document(RecordKind::Invoice, document())]);
    provider.encode(&batch).expect("it can be encoded")
}

#[tokio::test]
async fn a_write_sends_the_encoded_bytes_once_with_key_tenant_and_token() {
    let (provider, script) = provider([Wire::ok(echo())]);
    let write = encoded(&provider);
    let report = provider.write(&write).await;
    assert!(matches!(&report.fates()[0], Fate::Applied(record) if record.id.as_str() == INVOICE));
    let seen = script.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].line, "PUT /api.xro/2.0/Invoices?summarizeErrors=false&unitdp=4");
    assert_eq!(seen[0].body, write.body);
    for (name, expected) in [
        ("idempotency-key", "c20000000000-k-1"),
        ("xero-tenant-id", TENANT),
        ("accept", "application/json"),
        ("content-type", "application/json"),
        ("authorization", "Bearer planted-access-token"),
    ] {
        assert_eq!(seen[0].header(name), Some(expected), "{name}");
    }
}

#[tokio::test]
async fn x4_a_write_is_never_repeated_whatever_comes_back() {
    for (answer, kind) in [
        (Wire::Dropped, ErrorKind::Network),
        (Wire::status(500, ""), ErrorKind::Unavailable),
        (Wire::status(503, "The Xero API is temporarily unavailable"), ErrorKind::Unavailable),
        (Wire::status(408, ""), ErrorKind::Unavailable),
    ] {
        let (provider, script) = provider([answer]);
        let report = provider.write(&encoded(&provider)).await;
        let Fate::Unknown(why) = &report.fates()[0] else { panic!("something was claimed without proof") };
        assert_eq!((why.kind(), script.lines().len()), (kind, 1));
    }
    for answer in [Wire::status(429, "").with("retry-after", "26"), Wire::status(401, "")] {
        let (provider, script) = provider([answer]);
        let report = provider.write(&encoded(&provider)).await;
        assert!(matches!(&report.fates()[0], Fate::NotApplied(_)));
        assert_eq!(script.lines().len(), 1);
    }
}

#[tokio::test]
async fn a_connection_that_never_came_about_proves_that_nothing_was_sent() {
    let (provider, _) = provider(vec![Wire::Refused; 5]);
    let report = provider.write(&encoded(&provider)).await;
    assert!(matches!(&report.fates()[0], Fate::NotApplied(why) if why.kind() == ErrorKind::Network));
}

#[tokio::test]
async fn a_write_of_another_provider_is_not_sent() {
    let (provider, script) = provider([]);
    let mut write = encoded(&provider);
    for target in ["", "nonsense", "PUT"] {
        target.clone_into(&mut write.target);
        assert!(matches!(provider.write(&write).await.fates()[0], Fate::NotApplied(_)), "{target}");
    }
    let mut write = encoded(&provider);
    write.members = 2;
    assert!(matches!(provider.write(&write).await.fates(), [Fate::NotApplied(_), Fate::NotApplied(_)]));
    assert!(script.lines().is_empty());
}

fn organisation(id: &str) -> Wire {
    Wire::ok(format!(
        r#"{{"Organisations":[{{"OrganisationID":"{id}","Name":"Demo Company (NZ)","BaseCurrency":"NZD","CountryCode":"NZ","Class":"NOVELPLAN",
            "PeriodLockDate":"/Date(1254268800000+0000)/","EndOfYearLockDate":"/Date(1285804800000+0000)/","ShortCode":"!Qj35V"}}]}}"#
    ))
}

#[tokio::test]
async fn the_organisation_tells_lock_currency_plan_and_links() {
    let (provider, script) = provider([organisation(TENANT), Wire::ok(echo())]);
    let read = provider.organisation().await.expect("an organisation");
    assert_eq!((read.id.as_str(), read.currency.code(), read.plan.as_deref()), (TENANT, "NZD", Some("NOVELPLAN")));
    // The later of the two lock dates counts.
    assert_eq!(read.locked_until.map(|date| date.to_string()).as_deref(), Some("2010-09-30"));
    let report = provider.write(&encoded(&provider)).await;
    assert!(
        matches!(&report.fates()[0], Fate::Applied(record) if record.link.as_deref().is_some_and(|link| link.contains(INVOICE)))
    );
    assert_eq!(script.lines()[0], "GET /api.xro/2.0/Organisation");
}

#[tokio::test]
async fn r55_another_organisation_is_refused() {
    let (provider, _) = provider([organisation(OTHER)]);
    let error = provider.organisation().await.expect_err("the wrong organisation");
    assert_eq!((error.kind(), error.package_code()), (ErrorKind::Forbidden, Some("OrganisationMismatch")));
}

#[test]
fn a_provider_needs_an_organisation_that_can_be_sent() {
    let made = |config: XeroConfig| {
        let clock: Arc<dyn Clock> = Arc::new(clock());
        let pacer = AppPacer::new(crate::limits(&config), Arc::clone(&clock));
        let (connection, worker) = (ConnectionId::new("connection"), WorkerId::new("worker"));
        XeroProvider::new(config, Script::of([]), fresh_tokens(), connection, worker, clock, &pacer).err()
    };
    assert_eq!(made(config()), Some(ConfigError::NoTenant));
    assert_eq!(made(config().with_tenant("a\nb")), Some(ConfigError::Tenant("a\nb".to_owned())));
    assert_eq!(made(config().with_tenant("")), Some(ConfigError::Tenant(String::new())));
    let mut odd = config().with_tenant(TENANT);
    "line\nbreak".clone_into(&mut odd.app_name);
    assert_eq!(made(odd), Some(ConfigError::AppName("line\nbreak".to_owned())));
    assert_eq!(made(config().with_tenant(TENANT)), None);
}

#[tokio::test]
async fn lists_become_catalogue_entries() {
    let accounts = r#"{"Accounts":[
        {"AccountID":"1","Code":"090","Name":"Bank","Type":"BANK","Class":"ASSET","Status":"ACTIVE"},
        {"AccountID":"2","Code":"200","Name":"Sales","Type":"REVENUE","Class":"REVENUE","TaxType":"OUTPUT2","Status":"ACTIVE"},
        {"AccountID":"3","Code":"610","Name":"Receivable","Type":"CURRENT","Class":"ASSET","SystemAccount":"DEBTORS"},
        {"AccountID":"4","Name":"Cash card","Type":"BANK","Class":"ASSET","Status":"ARCHIVED"},
        {"AccountID":"5","Code":"970","Name":"Owner","Type":"EQUITY","EnablePaymentsToAccount":true},
        {"AccountID":"6","Code":"999","Name":"Odd","Type":"NOVEL","Class":"NOVEL"}]}"#;
    let taxes = r#"{"TaxRates":[
        {"Name":"GST","TaxType":"OUTPUT2","Status":"ACTIVE","EffectiveRate":15.0,"CanApplyToRevenue":true,"CanApplyToAssets":true,"CanApplyToExpenses":false},
        {"Name":"Old","TaxType":"OUTPUT","Status":"DELETED","EffectiveRate":"12.5"}]}"#;
    let jobs = r#"{"TrackingCategories":[{"TrackingCategoryID":"c1","Name":"Region","Status":"ACTIVE","Options":[
        {"TrackingOptionID":"o1","Name":"North","Status":"ACTIVE"},{"TrackingOptionID":"o2","Name":"Old","Status":"ARCHIVED"}]}]}"#;
    let (provider, _) = provider([
        Wire::ok(accounts),
        Wire::ok(taxes),
        Wire::ok(jobs),
        Wire::ok(r#"{"Currencies":[{"Code":"NZD"},{"Code":"QQQ"}]}"#),
        Wire::ok(r#"{"Items":[{"ItemID":"i1","Code":"BOLT","Name":"Bolt"}]}"#),
    ]);
    let entries = async |kind| provider.catalogue(&CatalogueRequest::new(kind, 1)).await.expect("a list").entries;
    let accounts: Vec<Account> = entries(CatalogueKind::Accounts)
        .await
        .into_iter()
        .filter_map(|entry| if let CatalogueEntry::Account(account) = entry { Some(account) } else { None })
        .collect();
    let flags: Vec<_> = accounts
        .iter()
        .map(|account| (account.id.as_str(), account.usable_on_lines, account.usable_for_payments, account.active))
        .collect();
    assert_eq!(
        flags,
        [
            ("1", false, true, true),
            ("2", true, false, true),
            ("3", false, false, true),
            ("4", false, true, false),
            ("5", true, true, true)
        ]
    );
    let taxes: Vec<TaxCode> = entries(CatalogueKind::TaxCodes)
        .await
        .into_iter()
        .filter_map(|entry| if let CatalogueEntry::TaxCode(tax) = entry { Some(tax) } else { None })
        .collect();
    assert_eq!((taxes[0].rate, taxes[0].account_classes.len(), taxes[0].active), (decimal("15"), 2, true));
    assert_eq!((taxes[1].rate, taxes[1].active), (decimal("12.5"), false));
    let jobs = entries(CatalogueKind::Jobs).await;
    assert!(matches!(&jobs[..], [CatalogueEntry::Job(north), CatalogueEntry::Job(old)]
        if north.id.as_str() == "c1/o1" && north.name == "Region: North" && north.active && !old.active));
    assert_eq!(entries(CatalogueKind::Currencies).await.len(), 1);
    assert!(matches!(&entries(CatalogueKind::Items).await[..], [CatalogueEntry::Item(item)] if item.code == "BOLT"));
    let second = provider.catalogue(&CatalogueRequest::new(CatalogueKind::Accounts, 2)).await.expect("an empty page");
    assert!(second.entries.is_empty() && !second.more);
}

#[tokio::test]
async fn what_has_changed_is_asked_for_with_a_minute_to_spare_and_said_to_be_no_more_than_that() {
    let (provider, script) = provider([
        Wire::ok(r#"{"Contacts":[]}"#),
        Wire::ok(r#"{"Items":[]}"#),
        Wire::ok(r#"{"Accounts":[]}"#),
        Wire::ok(r#"{"TaxRates":[]}"#),
    ]);
    let since = "2026-11-21T10:00:00Z".parse().ok();
    let mut complete = Vec::new();
    for kind in [CatalogueKind::Parties, CatalogueKind::Items, CatalogueKind::Accounts, CatalogueKind::TaxCodes] {
        let page = provider.catalogue(&CatalogueRequest::new(kind, 1).since(since)).await.expect("a page");
        complete.push(page.complete);
    }
    assert_eq!(complete, [false, false, false, true]);
    let asked: Vec<_> = script.seen().iter().map(|seen| seen.header("if-modified-since").map(str::to_owned)).collect();
    let earlier = || Some("2026-11-21T09:59:00".to_owned());
    assert_eq!(asked, [earlier(), earlier(), earlier(), None]);
    let terms = provider.catalogue(&CatalogueRequest::new(CatalogueKind::Terms, 1)).await.expect_err("no such list");
    assert_eq!(terms.kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn f18_an_import_takes_over_the_whole_contact() {
    let body = r#"{"pagination":{"page":1,"pageSize":1000,"pageCount":11,"itemCount":10500},"Contacts":[
        {"ContactID":"a1","ContactNumber":"K-1","ContactStatus":"ARCHIVED","Name":"O'Brien & Söhne","FirstName":"Ana","EmailAddress":"a@b.test",
         "IsCustomer":true,"IsSupplier":false,"DefaultCurrency":"NZD","MergedToContactID":"a2",
         "Addresses":[{"AddressType":"STREET","City":"","Region":""},{"AddressType":"POBOX","AddressLine1":"PO Box 9","City":"Wellington"}],
         "Phones":[{"PhoneType":"DDI","PhoneNumber":"1"},{"PhoneType":"DEFAULT","PhoneNumber":"5550100","PhoneAreaCode":"04","PhoneCountryCode":"64"}],
         "PaymentTerms":{"Sales":{"Day":20,"Type":"OFFOLLOWINGMONTH"}},"ContactPersons":[{"FirstName":"Bo","EmailAddress":"bo@b.test"}]}]}"#;
    let (provider, script) = provider([Wire::ok(body)]);
    let page = provider.catalogue(&CatalogueRequest::new(CatalogueKind::Parties, 1)).await.expect("a page");
    assert!(page.more);
    let [CatalogueEntry::Party(read)] = &page.entries[..] else { panic!("one party") };
    assert_eq!((read.active, read.is_customer, read.is_supplier), (false, true, false));
    assert_eq!(read.external_key.as_deref(), Some("K-1"));
    assert_eq!(read.merged_into.as_ref().map(|id| id.as_str()), Some("a2"));
    let party = &read.party;
    assert_eq!((party.name.as_str(), party.phone.as_deref()), ("O'Brien & Söhne", Some("64 04 5550100")));
    assert_eq!((party.addresses.len(), party.addresses[0].kind), (1, AddressKind::Postal));
    assert_eq!((party.contacts.len(), party.terms.map(|terms| terms.from)), (2, Some(Due::DayOfNextMonth)));
    assert_eq!(script.lines(), ["GET /api.xro/2.0/Contacts?includeArchived=true&order=Name+ASC&page=1&pageSize=1000"]);
}

#[tokio::test]
async fn files_are_attached_listed_and_refused_before_sending() {
    let listed = format!(
        r#"{{"Attachments":[{{"AttachmentID":"{OTHER}","FileName":"a b.pdf","MimeType":"application/pdf","ContentLength":3}}]}}"#
    );
    let (provider, script) = provider([Wire::ok(listed.clone()), Wire::ok(listed)]);
    let id = RemoteId::new(INVOICE);
    let file = |name: &str, size: usize| NewAttachment {
        name: name.to_owned(),
        media_type: "application/pdf".to_owned(),
        content: Bytes::from(vec![b'x'; size]),
        show_to_party: true,
    };
    let attached = provider.attach(RecordKind::Invoice, &id, file("a b.pdf", 3)).await.expect("attached");
    assert_eq!((attached.name.as_str(), attached.size), ("a b.pdf", 3));
    let listed = provider.attachments(RecordKind::Invoice, &id).await.expect("a list");
    assert_eq!(listed, [attached]);
    let seen = script.seen();
    assert_eq!(seen[0].line, format!("POST /api.xro/2.0/Invoices/{INVOICE}/Attachments/a%20b.pdf?IncludeOnline=true"));
    assert_eq!((seen[0].header("content-type"), seen[0].body.as_str()), (Some("application/pdf"), "xxx"));
    for (name, size, path) in [
        ("a/b.pdf", 3, "name"),
        ("a+b.pdf", 3, "name"),
        ("..", 3, "name"),
        ("", 3, "name"),
        ("a.pdf", 0, "content"),
        ("a.pdf", 10_485_761, "content"),
    ] {
        let error = provider.attach(RecordKind::Invoice, &id, file(name, size)).await.expect_err(name);
        assert_eq!((error.kind(), error.issues()[0].path.as_str()), (ErrorKind::Validation, path), "{name}");
    }
    for kind in [RecordKind::Payment, RecordKind::Product, RecordKind::Job] {
        assert_eq!(provider.attachments(kind, &id).await.expect_err("none").kind(), ErrorKind::Unsupported);
    }
    assert_eq!(script.seen().len(), 2);
}

#[tokio::test]
async fn a_note_is_cut_to_what_xero_keeps() {
    let (provider, script) = provider([Wire::ok(r#"{"HistoryRecords":[{}]}"#), Wire::status(404, "")]);
    let id = RemoteId::new(INVOICE);
    provider.note(RecordKind::Invoice, &id, &"ü".repeat(500)).await.expect("noted");
    let seen = script.seen();
    assert_eq!(seen[0].line, format!("PUT /api.xro/2.0/Invoices/{INVOICE}/History"));
    assert_eq!(seen[0].body.chars().filter(|c| *c == 'ü').count(), 450);
    let error = provider.note(RecordKind::Invoice, &id, "x").await.expect_err("not there");
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

fn connections(tenants: &[&str]) -> Wire {
    let list: Vec<_> = tenants
        .iter()
        .map(|tenant| format!(r#"{{"id":"con-{tenant}","tenantId":"{tenant}","tenantType":"ORGANISATION","tenantName":"Org {tenant}"}}"#))
        .collect();
    Wire::ok(format!("[{}]", list.join(",")))
}

fn parts(report: &DisconnectReport) -> Vec<(&str, bool)> {
    report.parts.iter().map(|(name, result)| (*name, result.is_ok())).collect()
}

#[tokio::test]
async fn f7_a_disconnect_leaves_the_organisation_and_ends_a_grant_that_nothing_else_uses() {
    let (alone, script) = provider([connections(&[TENANT]), Wire::status(204, ""), Wire::ok("")]);
    let report = alone.disconnect().await;
    assert_eq!(parts(&report), [("grant", true), ("organisation", true), ("tokens", true)]);
    assert_eq!(
        script.lines(),
        [
            "GET /connections".to_owned(),
            format!("DELETE /connections/con-{TENANT}"),
            "POST /connect/revocation".to_owned()
        ]
    );
    let (shared, script) = provider([connections(&[OTHER, TENANT]), Wire::status(404, "")]);
    assert_eq!(parts(&shared.disconnect().await), [("organisation", true), ("tokens", true)]);
    assert_eq!(script.lines().len(), 2);
    let (down, _) = provider(vec![Wire::status(500, ""); 3]);
    let report = down.disconnect().await;
    assert_eq!(parts(&report), [("grant", false), ("organisation", false), ("tokens", true)]);
    assert!(!report.is_clean());
}

fn authoriser(answers: Vec<Wire>, config: XeroConfig) -> (XeroAuthoriser, Arc<MemoryTokenStore>) {
    let store = Arc::new(MemoryTokenStore::new());
    let authoriser = XeroAuthoriser::new(
        config,
        Script::of(answers),
        Arc::<MemoryTokenStore>::clone(&store),
        ConnectionId::new("connection"),
        WorkerId::new("worker"),
        Arc::new(clock()),
    );
    (authoriser.expect("a usable configuration"), store)
}

const GRANTED: &str = r#"{"access_token":"planted-new-access","refresh_token":"planted-new-refresh","expires_in":1800,"token_type":"Bearer","scope":"offline_access"}"#;

fn redirect(begun: &factory_accounting_http::Authorisation) -> String {
    format!("https://host.example/back?code=c-1&state={}", begun.state.expose_secret())
}

async fn stored(tokens: &MemoryTokenStore) -> bool {
    tokens.load(&ConnectionId::new("connection")).await.expect("a store").is_some()
}

#[tokio::test]
async fn connecting_stores_the_tokens_and_lists_the_organisations() {
    let (authoriser, store) = authoriser(vec![Wire::ok(GRANTED), connections(&[TENANT, OTHER])], config());
    let begun = authoriser.begin();
    assert!(begun.url.as_str().starts_with("http://xero.example/identity/connect/authorize?"));
    assert!(
        begun
            .url
            .query_pairs()
            .any(|(name, value)| name == "scope" && value.contains("offline_access accounting.invoices"))
    );
    let tenants = authoriser.finish(&begun, &redirect(&begun)).await.expect("connected");
    assert_eq!(tenants.iter().map(|tenant| tenant.id.as_str()).collect::<Vec<_>>(), [TENANT, OTHER]);
    assert!(stored(&store).await);
    let pinned = authoriser.choose(&tenants[1]).expect("chosen");
    assert_eq!(pinned.tenant.as_ref().map(OrganisationId::as_str), Some(OTHER));
}

#[tokio::test]
async fn r55_a_pinned_connection_takes_no_other_organisation() {
    let pinned = config().with_tenant(TENANT);
    let (authoriser, store) = authoriser(vec![Wire::ok(GRANTED), connections(&[OTHER])], pinned);
    let begun = authoriser.begin();
    let error = authoriser.finish(&begun, &redirect(&begun)).await.expect_err("the wrong organisation");
    assert!(matches!(&error, ConnectError::WrongOrganisation { pinned } if pinned.as_str() == TENANT), "{error}");
    assert!(!stored(&store).await, "tokens of another organisation were stored");
    let tenant = crate::Tenant { id: OrganisationId::new(OTHER), name: "Other".to_owned() };
    assert!(authoriser.choose(&tenant).is_err());
}

#[tokio::test]
async fn a_redirect_of_another_sign_in_is_refused() {
    let (authoriser, store) = authoriser(Vec::new(), config());
    let begun = authoriser.begin();
    let error =
        authoriser.finish(&begun, "https://host.example/back?code=c-1&state=other").await.expect_err("not ours");
    assert!(matches!(error, ConnectError::OAuth(_)));
    let error =
        authoriser.finish(&begun, "https://host.example/back?error=access_denied&state=x").await.expect_err("denied");
    assert!(matches!(error, ConnectError::OAuth(_)));
    assert!(!stored(&store).await);
}

#[tokio::test]
async fn secrets_stay_out_of_debug_and_errors() {
    let (provider, _) = provider([Wire::status(400, r#"{"Message":"refused"}"#), Wire::Dropped]);
    let mut texts = vec![format!("{provider:?}"), format!("{:?}", config())];
    for _ in 0..2 {
        texts.push(format!("{:?}", provider.write(&encoded(&provider)).await));
    }
    let (authoriser, _) = authoriser(Vec::new(), config());
    texts.push(format!("{authoriser:?} {:?}", authoriser.begin()));
    texts.push(format!(
        "{:?}",
        Redirect {
            code: SecretString::from("planted-code"),
            state: SecretString::from("planted-state"),
            others: Vec::new()
        }
    ));
    for text in texts {
        assert!(!text.contains("planted"), "{text}");
    }
}

#[test]
fn capabilities_say_what_xero_can_do() {
    let (provider, _) = provider([]);
    let can = provider.capabilities();
    assert_eq!(can.replay_window, Some(Duration::from_secs(360)));
    assert_eq!(can.write_timeout, Duration::from_secs(100));
    assert!(can.of(RecordKind::Job).is_none());
    let discounts: Vec<_> = can
        .records
        .iter()
        .filter(|(kind, can)| kind.is_purchase() && can.line_discounts)
        .map(|(kind, _)| *kind)
        .collect();
    assert_eq!(discounts, []);
    let payment = can.of(RecordKind::Payment).expect("payments");
    assert_eq!((payment.create, payment.update, payment.void), (50, 0, 1));
    assert_eq!(provider.info(), PackageInfo::new("xero", "Xero"));
}
