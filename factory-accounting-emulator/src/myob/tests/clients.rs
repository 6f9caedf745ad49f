//! The ways in which known clients of the real API speak (myob.md 12.7), as raw requests.

use serde_json::{Value, json as value};
use url::Url;

use crate::fault::{Fault, FaultRule, LimitProblem};
use crate::myob::testing::{Client, header, json, refusal, reply, text};

/// What the account of this type is called and found by.
fn account(client: &mut Client, kind: &str) -> String {
    let filter = format!("Type eq '{kind}' and IsHeader eq false");
    let list = client.list("GeneralLedger/Account", &[("$filter", &filter), ("$orderby", "DisplayID"), ("$top", "1")]);
    list["Items"][0]["UID"].as_str().unwrap_or_else(|| panic!("{list}")).to_owned()
}

/// The id of a fresh customer, from the address that the answer gives.
fn customer(client: &mut Client, name: &str) -> String {
    let body = client.customer_body(name);
    let created = client.post("Contact/Customer", &body);
    assert_eq!(created.status(), 201, "{}", text(&created));
    let location = header(created.headers(), "location").to_owned();
    location.rsplit('/').next().expect("an id").to_owned()
}

fn invoice_body(client: &mut Client, number: &str, customer: &str) -> String {
    let (account, tax) = (account(client, "Income"), client.tax_code("GST"));
    value!({
        "UID": "00000000-0000-0000-0000-000000000000",
        "Number": number,
        "Date": "2026-11-21 00:00:00",
        "Customer": { "UID": customer },
        "IsTaxInclusive": true,
        "Lines": [{
            "Type": "Transaction", "Description": "Laser cutting", "Total": 110.00,
            "Account": { "UID": account }, "TaxCode": { "UID": tax },
        }],
        "FutureMember": { "Nested": true },
    })
    .to_string()
}

#[test]
fn a_python_client_connects_finds_its_file_and_works_with_closing_slashes() {
    let mut client = Client::new();
    client.control("POST", "/consent", r#"{"auto":true}"#);
    let scope = "sme-company-file%20sme-contacts-customer%20sme-general-ledger";
    let ask = format!(
        "/oauth2/account/authorize?client_id=a1b2c3d4-0000-4000-8000-00000000e001&redirect_uri=http%3A%2F%2Flocalhost\
         %3A8910%2Fcallback&response_type=code&scope={scope}&state=x&prompt=consent"
    );
    let consented = reply(client.bare("GET", &ask, &[], b""));
    let location = Url::parse(header(consented.headers(), "location")).expect("a URL");
    let sent_back =
        |name: &str| location.query_pairs().find(|(known, _)| known == name).expect("a parameter").1.into_owned();
    let tokens = json(&client.token_call(&[
        ("grant_type", "authorization_code"),
        ("code", &sent_back("code")),
        ("redirect_uri", "http://localhost:8910/callback"),
        ("scope", "CompanyFile"),
    ]));
    client.token = tokens["access_token"].as_str().expect("a token").to_owned();
    let files = json(&reply(client.api("GET", "/accountright/", &[("accept-encoding", "identity")], b"")));
    assert_eq!(files[0]["Id"], sent_back("businessId"));

    let id = customer(&mut client, "Acme O'Brien");
    let filter =
        "%28CompanyName+eq+%27Acme+O%27%27Brien%27%29+and+%28LastModified+gt+datetime%272026-11-20+00%3A00%3A00%27%29";
    let found = json(&client.get(&format!("Contact/Customer/?%24filter={filter}&%24orderby=CompanyName&%24top=5")));
    assert_eq!((&found["Count"], &found["Items"][0]["UID"]), (&value!(1), &value!(id)));
    assert_eq!(found["NextPageLink"], Value::Null);

    let mut whole = json(&client.get(&format!("Contact/Customer/{id}/")));
    whole["Notes"] = value!("Ring first");
    let put = reply(client.send("PUT", &format!("Contact/Customer/{id}/"), &whole.to_string()));
    assert_eq!(put.status(), 200, "{}", text(&put));
    let stale = reply(client.send("PUT", &format!("Contact/Customer/{id}/"), &whole.to_string()));
    assert_eq!(stale.status(), 409, "{}", text(&stale));
    assert_eq!(client.get(&format!("Contact/Customer/{id}")).status(), 200);
    let deleted = reply(client.send("DELETE", &format!("Contact/Customer/{id}/"), ""));
    assert_eq!((deleted.status().as_u16(), deleted.body().len()), (200, 0), "the client knows no 204");
    assert_eq!(client.get(&format!("Contact/Customer/{id}")).status(), 404);
}

#[test]
fn a_javascript_client_spells_paths_its_own_way_and_repeats_any_403() {
    let mut client = Client::new();
    let id = customer(&mut client, "Acme");
    let body = invoice_body(&mut client, "INV-1", &id);
    let throttled = Fault::RateLimited { problem: LimitProblem::Minute, retry_after: None };
    client.myob.inject(FaultRule::on("POST", "sale/invoice/service", throttled).times(Some(2)));
    let statuses: Vec<u16> =
        (0..3).map(|_| client.post("sale/invoice/SERVICE?returnbody=TRUE", &body).status().as_u16()).collect();
    assert_eq!(statuses, [403, 403, 201]);
    let found = client.list("sale/invoice", &[("$filter", "substringof('inv-', tolower(Number)) eq true")]);
    assert_eq!((&found["Count"], &found["Items"][0]["InvoiceType"]), (&value!(1), &value!("Service")), "{found}");
    assert_eq!(found["Items"][0].get("Lines"), None);
}

#[test]
fn a_dotnet_client_sends_a_zero_id_and_asks_for_no_addresses() {
    let mut client = Client::new();
    let id = customer(&mut client, "Acme");
    let body = invoice_body(&mut client, "INV-1", &id);
    let created = client.post("Sale/Invoice/Service?generateUris=false&returnBody=true", &body);
    assert_eq!(created.status(), 201, "{}", text(&created));
    let invoice = json(&created);
    assert_ne!(invoice["UID"], "00000000-0000-0000-0000-000000000000");
    let body = text(&created);
    assert!(body.contains(r#""TotalAmount":110.00"#) && body.contains(r#""TotalTax":10.00"#), "{body}");
    assert!(invoice.get("URI").is_none() && invoice.get("FutureMember").is_none(), "{invoice}");
    let address = format!("Sale/Invoice/Service/{}", invoice["UID"].as_str().expect("an id"));
    let read = client.get(&address);
    assert_eq!(header(read.headers(), "etag"), format!("\"{}\"", invoice["RowVersion"].as_str().expect("a version")));
    let wrong = client.post("Sale/Invoice/Service", "{\"Date\":\"yesterday\"}");
    assert_eq!(refusal(&wrong), (400, "SerializationError".into()));
}

#[test]
fn a_client_that_lost_an_answer_finds_its_invoice_by_number_and_customer() {
    let mut client = Client::new();
    let id = customer(&mut client, "Acme");
    let body = invoice_body(&mut client, "INV-7", &id);
    client.myob.inject(FaultRule::on("POST", "sale/invoice/service", Fault::CommitThenDrop));
    client.send("POST", "Sale/Invoice/Service", &body);
    let filter = format!("Number eq 'INV-7' and Customer/UID eq guid'{id}'");
    let found = client.list("Sale/Invoice/Service", &[("$filter", &filter), ("$top", "2")]);
    assert_eq!((&found["Count"], &found["Items"][0]["Customer"]["UID"]), (&value!(1), &value!(id)), "{found}");
    assert_eq!(found["Items"][0]["Lines"].as_array().map(Vec::len), Some(1));
}

#[test]
fn pages_are_followed_by_path_and_query_whatever_host_they_name() {
    let mut client = Client::new();
    let all = client.list("GeneralLedger/Account", &[("$orderby", "DisplayID"), ("$top", "1000")]);
    let count = all["Count"].as_u64().expect("a count");
    let mut seen: Vec<Value> = Vec::new();
    let mut next = Some("GeneralLedger/Account?%24orderby=DisplayID&%24top=7".to_owned());
    while let Some(path) = next {
        let page = json(&client.get(&path));
        seen.extend(page["Items"].as_array().expect("items").iter().map(|row| row["UID"].clone()));
        let file = format!("/{}/", client.file);
        next = page["NextPageLink"].as_str().map(|link| {
            assert!(link.starts_with("https://arl9.api.myob.com/accountright/"), "{link}");
            link.split_once(&file).expect("a path").1.to_owned()
        });
    }
    let wanted: Vec<Value> = all["Items"].as_array().expect("items").iter().map(|row| row["UID"].clone()).collect();
    assert!(count > 20 && seen.len() as u64 == count, "{count}");
    assert_eq!(seen, wanted);
}

#[test]
fn an_attached_file_opens_by_its_link_alone_for_two_minutes() {
    let mut client = Client::new();
    let tax = client.tax_code("GST");
    let supplier = format!(
        r#"{{"CompanyName":"Steel Co","IsIndividual":false,
            "BuyingDetails":{{"TaxCode":{{"UID":"{tax}"}},"FreightTaxCode":{{"UID":"{tax}"}}}}}}"#
    );
    let supplier = json(&client.post("Contact/Supplier?returnBody=true", &supplier))["UID"].clone();
    let bill = value!({
        "Supplier": { "UID": supplier }, "SupplierInvoiceNumber": "A-991", "IsTaxInclusive": true,
        "Freight": 0, "FreightTaxCode": { "UID": tax },
        "Lines": [{ "Type": "Transaction", "Account": { "UID": account(&mut client, "Expense") }, "Total": 110,
                    "TaxCode": { "UID": tax } }],
    });
    let bill = json(&client.post("Purchase/Bill/Service?returnBody=true", &bill.to_string()));
    let path = format!("Purchase/Bill/Service/{}/Attachment", bill["UID"].as_str().unwrap_or_else(|| panic!("{bill}")));
    let file = r#"{"Attachments":[{"OriginalFileName":"A-991.pdf","FileBase64Content":"JVBERi0x"}]}"#;
    let attached = client.post(&path, file);
    assert!(attached.status().is_success(), "{}", text(&attached));
    let list = json(&client.get(&path));
    let link = list["Attachments"][0]["FileUri"].as_str().unwrap_or_else(|| panic!("{list}")).to_owned();
    let link = link.strip_prefix("http://localhost").expect("the host that was called").to_owned();
    let opened = reply(client.bare("GET", &link, &[], b""));
    assert_eq!((opened.status().as_u16(), text(&opened).as_str()), (200, "%PDF-1"));
    assert_eq!(reply(client.bare("GET", &link.replace("Signature=", "Signature=0"), &[], b"")).status(), 403);
    client.now += chrono::Duration::seconds(121);
    assert_eq!(reply(client.bare("GET", &link, &[], b"")).status(), 403);
}
