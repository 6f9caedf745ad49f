//! Customers, suppliers, items and jobs.

use factory_accounting_core::money::UnitPrice;
use factory_accounting_core::planned::{PlannedItem, PlannedParty};

use super::*;
use crate::profile::Country;

#[test]
fn a_customer_is_found_by_its_card_number_and_has_documents_and_goods_at_their_places() {
    check(
        Intent::Create,
        party(RecordKind::Customer),
        "POST Contact/Customer",
        r#"{"CompanyName":"Acme Fabrication Ltd","IsIndividual":false,"DisplayID":"C-1042","IsActive":true,
            "Addresses":[{"Location":1,"Street":"PO Box 9\nMail Centre","City":"Geelong","State":"VIC","PostCode":"3220",
            "Country":"Australia","Phone1":"+61 3 5550 0100","Email":"ap@acme.test","ContactName":"Ana Rau"},
            {"Location":2,"Street":"1 Dock Rd","City":"Corio","ContactName":"Stores"}],
            "SellingDetails":{"ABN":"51 824 753 556","TaxCode":{"UID":"gst"},"FreightTaxCode":{"UID":"fre"},
            "Terms":{"PaymentIsDue":"DayOfMonthAfterEOM","BalanceDueDate":20}}}"#,
    );
    let supplier = encoded(Intent::Create, party(RecordKind::Supplier));
    assert!(supplier.target.starts_with("POST Contact/Supplier?"), "{}", supplier.target);
    assert!(supplier.body.contains(r#""DisplayID":"S-1042""#), "{}", supplier.body);
    assert!(supplier.body.contains(r#""BuyingDetails":{"ABN""#), "{}", supplier.body);
    assert!(supplier.body.contains(r#""FreightTaxCode":{"UID":"cap"}"#), "{}", supplier.body);
}

#[test]
fn a_party_that_is_its_own_contact_is_a_person() {
    let person = changed_party(RecordKind::Customer, |content| {
        content.party.name = "Ana Rau".to_owned();
        content.party.contacts.truncate(1);
    });
    let body = encoded(Intent::Create, person).body;
    assert!(body.starts_with(r#"{"LastName":"Rau","FirstName":"Ana","IsIndividual":true,"#), "{body}");
    assert!(!body.contains("CompanyName") && !body.contains("ContactName\":\"Ana"), "{body}");
    // A name that a person's card cannot hold stands on a company's.
    let long = changed_party(RecordKind::Customer, |content| {
        content.party.contacts.truncate(1);
        content.party.contacts[0].first_name = Some("A".repeat(21));
        content.party.name = format!("{} Rau", "A".repeat(21));
    });
    assert!(encoded(Intent::Create, long).body.contains(r#""IsIndividual":false"#));
}

#[test]
fn elsewhere_the_tax_number_is_as_it_is() {
    let mut config = config();
    config.profile.country = Country::Nz;
    let party = changed_party(RecordKind::Customer, |content| {
        content.party.currency = None;
        content.party.tax_number = Some("49-091-850".to_owned());
    });
    let body = encoded_for(&config, Intent::Create, party).expect("it can be encoded").body;
    assert!(body.contains(r#""TaxIdNumber":"49-091-850""#) && !body.contains("ABN"), "{body}");
}

#[test]
fn r21_an_update_of_a_customer_keeps_what_people_have_put_on_the_card() {
    let carry = r#"{"UID":"u","CompanyName":"Acme Fabrication Ltd","IsIndividual":false,"DisplayID":"ACME","IsActive":true,"Notes":"slow payer",
        "Addresses":[{"Location":1,"Street":"Old St 1","City":"Old","State":"NSW","PostCode":"2000","Country":"","Phone1":"1","Phone2":"2","Website":"acme.test"},
                     {"Location":3,"Street":"Yard"}],
        "SellingDetails":{"SaleLayout":"Item","ABN":"","TaxCode":{"UID":"t","Code":"GST"},"FreightTaxCode":{"UID":"t"},"Credit":{"Limit":500.00,"Available":12,"OnHold":false},
        "Terms":{"PaymentIsDue":"InAGivenNumberOfDays","BalanceDueDate":30,"VolumeDiscount":5}},"CurrentBalance":77.10,"RowVersion":"-69"}"#;
    let mut base = held(RecordKind::Customer, CUSTOMER, carry);
    base.name = Some("Acme Fabrication Ltd".to_owned());
    let planned = changed_party(RecordKind::Customer, |content| {
        content.party.addresses.truncate(1);
    });
    check(
        Intent::Update,
        based(planned.clone(), base.clone()),
        &format!("PUT Contact/Customer/{}", uid(CUSTOMER)),
        &format!(
            r#"{{"UID":"{}","CompanyName":"Acme Fabrication Ltd","IsIndividual":false,"DisplayID":"ACME","IsActive":true,"Notes":"slow payer",
                "Addresses":[{{"Location":1,"Phone1":"+61 3 5550 0100","Phone2":"2","Website":"acme.test","Street":"PO Box 9\nMail Centre",
                "City":"Geelong","State":"VIC","PostCode":"3220","Country":"Australia","Email":"ap@acme.test","ContactName":"Ana Rau"}},
                {{"Location":3,"Street":"Yard"}}],
                "SellingDetails":{{"SaleLayout":"Item","TaxCode":{{"UID":"t"}},"FreightTaxCode":{{"UID":"t"}},"Credit":{{"Limit":500.00,"OnHold":false}},
                "Terms":{{"PaymentIsDue":"DayOfMonthAfterEOM","BalanceDueDate":20,"VolumeDiscount":5}},"ABN":"51 824 753 556"}},"RowVersion":"-69"}}"#,
            uid(CUSTOMER)
        ),
    );
    base.name = Some("Acme".to_owned());
    let body = encoded(Intent::Update, based(planned, base)).body;
    assert!(body.contains(r#""CompanyName":"Acme Fabrication Ltd""#), "{body}");
}

#[test]
fn parties_that_myob_refuses_are_refused_with_their_field() {
    type Change = fn(&mut PlannedParty);
    let cases: [(Change, &str); 11] = [
        (|content| content.party.name = "n".repeat(51), "name"),
        (|content| content.party.name = " ".to_owned(), "name"),
        (|content| content.party.phone = Some("0".repeat(22)), "phone"),
        (|content| content.party.email = Some("e".repeat(256)), "email"),
        (|content| content.party.tax_number = Some("51 824 753 55".to_owned()), "tax_number"),
        (|content| content.party.tax_number = Some("NZBN 51824753556".to_owned()), "tax_number"),
        (|content| content.party.currency = Some("NZD".parse().expect("a currency")), "currency"),
        (|content| content.party.addresses[1].postal_code = Some("0".repeat(11)), "addresses[1].postal_code"),
        (|content| content.party.addresses[1].lines = vec!["x".repeat(130); 2], "addresses[1].lines"),
        (|content| content.party.addresses[0].city = Some("x".repeat(256)), "addresses[0].city"),
        (|content| content.party.addresses = vec![content.party.addresses[0].clone(); 6], "addresses"),
    ];
    for (change, path) in cases {
        refused(Intent::Create, changed_party(RecordKind::Customer, change), path);
    }
    let five = changed_party(RecordKind::Customer, |content| {
        content.party.addresses = vec![content.party.addresses[0].clone(); 5];
    });
    assert!(encoded(Intent::Create, five).body.contains(r#""Location":5"#));
    let mut config = config();
    config.profile.customer_tax_code = None;
    config.profile.customer_freight_tax_code = None;
    let error = refused_for(&config, Intent::Create, party(RecordKind::Customer), "");
    assert!(error.to_string().contains("set one in MYOB's preferences"), "{error}");
}

#[test]
fn r21_an_item_is_never_sent_its_stock_and_keeps_its_accounts() {
    check(
        Intent::Create,
        planned_item(item()),
        "POST Inventory/Item",
        r#"{"Number":"BOLT-M8","Name":"Bolt M8","Description":"Bolt M8 x 40, zinc","UseDescription":true,"IsActive":true,
            "IsSold":true,"IsBought":true,"IsInventoried":false,"IncomeAccount":{"UID":"income"},"ExpenseAccount":{"UID":"expense"},
            "SellingDetails":{"BaseSellingPrice":0.2248,"IsTaxInclusive":false,"TaxCode":{"UID":"gst"}},
            "BuyingDetails":{"StandardCost":0.11,"StandardCostTaxInclusive":false,"TaxCode":{"UID":"cap"}}}"#,
    );
    let carry = r#"{"UID":"u","Number":"BOLT-M8","Name":"Bolt","IsSold":true,"IsBought":false,"IsInventoried":true,"QuantityOnHand":12,"AverageCost":3.1,
        "IncomeAccount":{"UID":"theirs"},"AssetAccount":{"UID":"stock"},"BaseSellingPrice":9.99,"LocationDetails":[{"QuantityOnHand":12}],
        "SellingDetails":{"BaseSellingPrice":9.99,"SellingUnitOfMeasure":"box","TaxCode":{"UID":"fre"}},
        "BuyingDetails":{"LastPurchasePrice":3.0,"RestockingInformation":{"Supplier":{"UID":"s","Name":"Steel"}}},"RowVersion":"-69"}"#;
    let mut planned = item();
    planned.sales.as_mut().expect("a side").tax_code = None;
    check(
        Intent::Update,
        based(planned_item(planned), held(RecordKind::Product, ITEM, carry)),
        &format!("PUT Inventory/Item/{}", uid(ITEM)),
        &format!(
            r#"{{"UID":"{}","Number":"BOLT-M8","Name":"Bolt M8","IsSold":true,"IsBought":true,"IsInventoried":true,
                "IncomeAccount":{{"UID":"theirs"}},"AssetAccount":{{"UID":"stock"}},
                "SellingDetails":{{"BaseSellingPrice":0.2248,"SellingUnitOfMeasure":"box","TaxCode":{{"UID":"fre"}},"IsTaxInclusive":false}},
                "BuyingDetails":{{"RestockingInformation":{{"Supplier":{{"UID":"s"}}}},"StandardCost":0.11,"StandardCostTaxInclusive":false,"TaxCode":{{"UID":"cap"}}}},
                "RowVersion":"-69","Description":"Bolt M8 x 40, zinc","ExpenseAccount":{{"UID":"expense"}}}}"#,
            uid(ITEM)
        ),
    );
}

#[test]
fn items_that_myob_refuses_are_refused_with_their_field() {
    type Change = fn(&mut PlannedItem);
    let cases: [(Change, &str); 6] = [
        (|item| item.code = "c".repeat(31), "code"),
        (|item| item.name = "n".repeat(31), "name"),
        (|item| item.description = Some("d".repeat(256)), "description"),
        (|item| item.sales.as_mut().expect("a side").account = None, "sales.account"),
        (
            |item| item.purchases.as_mut().expect("a side").unit_price = Some(UnitPrice(decimal("-1"))),
            "purchases.unit_price",
        ),
        (|item| (item.sales, item.purchases) = (None, None), "sales"),
    ];
    for (change, path) in cases {
        let mut item = item();
        change(&mut item);
        refused(Intent::Create, planned_item(item), path);
    }
}

#[test]
fn f37_a_job_is_linked_to_its_customer_or_lies_below_another_job() {
    check(
        Intent::Create,
        job(CUSTOMER),
        "POST GeneralLedger/Job",
        &format!(
            r#"{{"Number":"PRJ-042","Name":"Hopper rebuild","Description":"Ref J-42","IsHeader":false,"IsActive":true,
                "LinkedCustomer":{{"UID":"{}"}}}}"#,
            uid(CUSTOMER)
        ),
    );
    let below = encoded(Intent::Create, job(JOB)).body;
    assert!(below.contains(&format!(r#""ParentJob":{{"UID":"{}"}}"#, uid(JOB))), "{below}");
    let carry = r#"{"UID":"u","Number":"OLD","Name":"Old","Description":"by hand","IsHeader":false,"PercentComplete":40.0,"Manager":"Jo","LastModified":"x"}"#;
    check(
        Intent::Update,
        based(job(CUSTOMER), held(RecordKind::Job, JOB, carry)),
        &format!("PUT GeneralLedger/Job/{}", uid(JOB)),
        &format!(
            r#"{{"UID":"{}","Number":"PRJ-042","Name":"Hopper rebuild","Description":"by hand","IsHeader":false,
                "PercentComplete":40.0,"Manager":"Jo","RowVersion":"-69","LinkedCustomer":{{"UID":"{}"}}}}"#,
            uid(JOB),
            uid(CUSTOMER)
        ),
    );
    let mut long = job(CUSTOMER);
    if let Content::Job(job) = &mut long.content {
        job.name = "n".repeat(26);
    }
    refused(Intent::Create, long, "name");
}
