//! Ties between the host's records and the package's: made and changed by people, broken by people there, and taken over
//! from books that were kept before. The same stories over every package.

mod adopting;
mod broken;
mod relinking;
mod setting_up;
mod suggesting;

use chrono::{DateTime, Utc};
use factory_accounting_core::clock::Clock;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{Record, RecordKind};
use serde_json::{Value, json};

use crate::host::{Host, locked};
use crate::make::{self, in_currency};
use crate::world::{Books, MyobWorld, QboWorld, XeroWorld};

const HALE: &str = "Hale Joinery";
const BY: &str = "Mere Tane";

/// What people do to customers and suppliers in the package itself.
pub(crate) trait People: Books + Clone {
    /// Whether one record there can be customer and supplier at once.
    const ONE_FOR_BOTH: bool = false;

    /// A person enters a customer or supplier.
    fn enter(&mut self, role: RecordKind, name: &str, now: DateTime<Utc>) -> RemoteId;

    /// A person takes one out of use, or into use again.
    fn set_in_use(&mut self, party: &RemoteId, in_use: bool, now: DateTime<Utc>);

    /// A person merges two customers.
    fn merge(&mut self, from: &RemoteId, into: &RemoteId, now: DateTime<Utc>);
}

impl People for XeroWorld {
    const ONE_FOR_BOTH: bool = true;

    fn enter(&mut self, _: RecordKind, name: &str, now: DateTime<Utc>) -> RemoteId {
        let made = self.act(&json!({ "do": "create_contact", "Name": name }), now);
        RemoteId::new(made["ContactID"].as_str().expect("an id"))
    }

    fn set_in_use(&mut self, party: &RemoteId, in_use: bool, now: DateTime<Utc>) {
        let verb = if in_use { "restore_contact" } else { "archive_contact" };
        self.act(&json!({ "do": verb, "contact": party.as_str() }), now);
    }

    fn merge(&mut self, from: &RemoteId, into: &RemoteId, now: DateTime<Utc>) {
        self.act(&json!({ "do": "merge_contacts", "from": from.as_str(), "into": into.as_str() }), now);
    }
}

/// Entity and id of a record of QuickBooks.
fn entity(party: &RemoteId) -> (&'static str, &str) {
    let (entity, id) = party.as_str().split_once(':').expect("an id of QuickBooks");
    (if entity == "vendor" { "Vendor" } else { "Customer" }, id)
}

impl People for QboWorld {
    fn enter(&mut self, role: RecordKind, name: &str, now: DateTime<Utc>) -> RemoteId {
        let entity = if role == RecordKind::Supplier { "Vendor" } else { "Customer" };
        let made = self.act(&json!({ "do": "create", "entity": entity, "set": { "DisplayName": name } }), now);
        RemoteId::new(format!("{}:{}", entity.to_lowercase(), made["Id"].as_str().expect("an id")))
    }

    fn set_in_use(&mut self, party: &RemoteId, in_use: bool, now: DateTime<Utc>) {
        let (entity, id) = entity(party);
        let verb = if in_use { "activate" } else { "inactivate" };
        self.act(&json!({ "do": verb, "entity": entity, "id": id }), now);
    }

    fn merge(&mut self, from: &RemoteId, into: &RemoteId, now: DateTime<Utc>) {
        let ((entity, from), (_, into)) = (entity(from), entity(into));
        self.act(&json!({ "do": "merge", "entity": entity, "from": from, "into": into }), now);
    }
}

fn uid(party: &RemoteId) -> &str {
    party.as_str().rsplit('/').next().expect("an id of MYOB")
}

impl People for MyobWorld {
    fn enter(&mut self, role: RecordKind, name: &str, now: DateTime<Utc>) -> RemoteId {
        let [code, ..] = self.tax_codes().map(|uid| json!({ "UID": uid }));
        let (path, details) = match role {
            RecordKind::Supplier => ("Contact/Supplier", "BuyingDetails"),
            _ => ("Contact/Customer", "SellingDetails"),
        };
        let set = json!({ "CompanyName": name, "IsIndividual": false,
            details: { "TaxCode": code, "FreightTaxCode": code } });
        let made = self.act(&json!({ "do": "create", "path": path, "set": set }), now);
        RemoteId::new(format!("{}/{}", path.to_lowercase(), made["UID"].as_str().expect("an id")))
    }

    fn set_in_use(&mut self, party: &RemoteId, in_use: bool, now: DateTime<Utc>) {
        let verb = if in_use { "restore" } else { "archive" };
        self.act(&json!({ "do": verb, "uid": uid(party) }), now);
    }

    /// MYOB has no merging: the documents stay, and the loser is deleted or taken out of use.
    fn merge(&mut self, from: &RemoteId, _: &RemoteId, now: DateTime<Utc>) {
        self.set_in_use(from, false, now);
    }
}

impl<W: People> Host<W> {
    fn enters(&self, role: RecordKind, name: &str) -> RemoteId {
        let now = Clock::now(&self.clock);
        locked(&self.world).enter(role, name, now)
    }

    fn puts_out_of_use(&self, party: &RemoteId) {
        let now = Clock::now(&self.clock);
        locked(&self.world).set_in_use(party, false, now);
    }

    fn puts_back_in_use(&self, party: &RemoteId) {
        let now = Clock::now(&self.clock);
        locked(&self.world).set_in_use(party, true, now);
    }

    fn relinks(&self, kind: RecordKind, id: &str, remote: &RemoteId) {
        let relinked = self.engine.relink(make::key(kind, id), remote.clone(), BY);
        self.clock.run(relinked).expect("relinked");
    }

    /// The line of a document in the books.
    fn line_of(&self, number: &str) -> String {
        let books = self.books();
        let found = books.iter().find(|line| line.contains(&format!(" {number}: ")));
        found.unwrap_or_else(|| panic!("no {number} in {books:?}")).clone()
    }

    fn is_for(&self, number: &str, party: &str) {
        let line = self.line_of(number);
        assert!(line.contains(&format!(" for {party}")), "{line} is not for {party}");
    }

    /// Calls since the last time that wrote something.
    fn writes(&self) -> Vec<String> {
        self.calls().into_iter().filter(|call| !call.starts_with("GET") && !call.contains("/token")).collect()
    }
}

fn invoice<W: Books>(id: &str, customer: &str, unit_price: &str) -> Record {
    in_currency(W::CURRENCY, &make::invoice(id, customer, unit_price))
}

fn document<W: Books>(kind: &str, id: &str, party: &str, unit_price: &str, changes: Value) -> Record {
    in_currency(W::CURRENCY, &make::document(kind, id, party, unit_price, changes))
}

fn hale() -> Record {
    make::customer("C1", HALE)
}
