//! What a person does with transactions in QuickBooks itself; the same rules apply as to the API (qbo.md 14).

use super::entity::{Entity, Family};
use super::ids::Id;
use super::person::text;
use super::shelf::Row;
use super::{Books, Context};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use std::sync::Arc;

impl Books {
    /// Carries out an action such as `{"do":"record_payment","invoice":"145","amount":"100.00"}`; none for an unknown
    /// verb. Documents are named by id or number, amounts are decimal strings in the document's currency.
    ///
    /// - `create_invoice` and so on for every kind (`set`: the API's members)
    /// - `edit_invoice` ... (`invoice` ..., `set`), `void_invoice` ..., `delete_invoice` ..., `send_invoice` ... (`to`)
    /// - `record_payment` (`invoice`; `amount`, default the balance; `date`, `reference`)
    /// - `apply_credit` (`credit_memo`, `invoice`; `amount`, default what fits)
    /// - `make_deposit` (`payments`: ids, `receipts`: ids; `account`: id)
    /// - `pay_bill` (`bill`; `amount`, `account`: id of a bank account, `date`)
    /// - `bill_billables` (`customer`: id): invoices every open billable expense
    pub(super) fn act_txn(&mut self, verb: &str, action: &Value, ctx: &Context<'_>) -> Option<Result<Value, String>> {
        Some(match verb {
            "record_payment" => self.person_records_payment(action, ctx),
            "apply_credit" => self.person_applies_credit(action, ctx),
            "make_deposit" => self.person_makes_deposit(action, ctx),
            "pay_bill" => self.person_pays_bill(action, ctx),
            "bill_billables" => self.person_bills_billables(action, ctx),
            other => {
                let (operation, noun) = other.split_once('_')?;
                let entity = Entity::named_loosely(&noun.replace('_', ""))?;
                if entity.family() != Family::Transaction {
                    return None;
                }
                match operation {
                    "create" => self.person_writes(entity, None, members(action), ctx),
                    "edit" => self.on_document(entity, noun, action, |books, row| {
                        books.person_writes(entity, Some(row), members(action), ctx)
                    }),
                    "void" => self.on_document(entity, noun, action, |books, row| {
                        books.void_txn(row, ctx).map_err(|fault| fault.line())?;
                        books.shown_to_person(entity, row.id)
                    }),
                    "delete" => self.on_document(entity, noun, action, |books, row| {
                        books.delete_txn(row, ctx).map_err(|fault| fault.line())?;
                        books.remove(entity, row.id, ctx);
                        Ok(json!({"Id": row.id.to_string(), "status": "Deleted"}))
                    }),
                    "send" => self.on_document(entity, noun, action, |books, row| {
                        let to = action.get("to").and_then(Value::as_str);
                        books.send_txn(row, to, ctx).map_err(|fault| fault.line())?;
                        books.shown_to_person(entity, row.id)
                    }),
                    _ => return None,
                }
            }
        })
    }

    fn on_document(
        &mut self,
        entity: Entity,
        noun: &str,
        action: &Value,
        work: impl FnOnce(&mut Self, &Arc<Row>) -> Result<Value, String>,
    ) -> Result<Value, String> {
        let row = self.document(entity, noun, action)?;
        work(self, &row)
    }

    /// A document by its id, or else by its number.
    fn document(&self, entity: Entity, member: &str, action: &Value) -> Result<Arc<Row>, String> {
        let key = text(action, member)?;
        let by_id = Id::parse(key).and_then(|id| self.get(entity, id));
        let found = by_id.or_else(|| self.shelf(entity).find("DocNumber", key).next());
        found.cloned().ok_or_else(|| format!("{member}: no {} has the id or number '{key}'", entity.name()))
    }

    /// Saves what a form holds.
    fn person_writes(
        &mut self,
        entity: Entity,
        row: Option<&Arc<Row>>,
        mut body: Map<String, Value>,
        ctx: &Context<'_>,
    ) -> Result<Value, String> {
        if let Some(row) = row {
            body.insert("Id".to_owned(), json!(row.id.to_string()));
            body.insert("SyncToken".to_owned(), json!(row.sync_token.to_string()));
            body.insert("sparse".to_owned(), json!(true));
            // What an API call has to repeat stands in the form already (qbo.md 5.0).
            for member in ["VendorRef", "PaymentType"] {
                let again = matches!(entity, Entity::Bill | Entity::Purchase) && !body.contains_key(member);
                let held = row.body.reference(member).map(|id| json!({"value": id}));
                if let Some(held) = held.or_else(|| row.body.text(member).map(|word| json!(word))).filter(|_| again) {
                    body.insert(member.to_owned(), held);
                }
            }
        }
        let body = Value::Object(body).to_string();
        let saved = self.operate(entity, "", &body, ctx).map_err(|fault| fault.line())?;
        serde_json::from_str(&saved.json).map_err(|error| error.to_string())
    }

    fn shown_to_person(&self, entity: Entity, id: Id) -> Result<Value, String> {
        let shown = self.shown(entity, id).map_err(|fault| fault.line())?;
        serde_json::from_str(&shown.json).map_err(|error| error.to_string())
    }

    fn person_records_payment(&mut self, action: &Value, ctx: &Context<'_>) -> Result<Value, String> {
        let invoice = self.document(Entity::Invoice, "invoice", action)?;
        let amount = amount(action)?.unwrap_or_else(|| invoice.body.amount("Balance"));
        let amount = number(amount);
        let mut body = Map::from_iter([
            ("CustomerRef".to_owned(), json!({"value": invoice.body.reference("CustomerRef")})),
            ("TotalAmt".to_owned(), amount.clone()),
            ("Line".to_owned(), json!([applied(amount, &invoice)])),
        ]);
        copy(action, &mut body, &[("date", "TxnDate"), ("reference", "PaymentRefNum")]);
        self.person_writes(Entity::Payment, None, body, ctx)
    }

    fn person_applies_credit(&mut self, action: &Value, ctx: &Context<'_>) -> Result<Value, String> {
        let invoice = self.document(Entity::Invoice, "invoice", action)?;
        let memo = self.document(Entity::CreditMemo, "credit_memo", action)?;
        let fits = invoice.body.amount("Balance").min(memo.body.amount("Balance"));
        let amount = number(amount(action)?.unwrap_or(fits));
        let body = Map::from_iter([
            ("CustomerRef".to_owned(), json!({"value": invoice.body.reference("CustomerRef")})),
            ("TotalAmt".to_owned(), json!(0)),
            ("Line".to_owned(), json!([applied(amount.clone(), &invoice), applied(amount, &memo)])),
        ]);
        self.person_writes(Entity::Payment, None, body, ctx)
    }

    fn person_makes_deposit(&mut self, action: &Value, ctx: &Context<'_>) -> Result<Value, String> {
        let mut lines = Vec::new();
        for (member, entity) in [("payments", Entity::Payment), ("receipts", Entity::SalesReceipt)] {
            for id in action.get(member).and_then(Value::as_array).into_iter().flatten() {
                let known = id.as_str().and_then(Id::parse).and_then(|id| self.get(entity, id));
                let row = known.ok_or_else(|| format!("{member}: no {} has the id {id}", entity.name()))?;
                lines.push(applied(number(row.body.amount("TotalAmt")), row));
            }
        }
        let account = self.account(action, "Bank")?;
        let mut body = Map::from_iter([
            ("DepositToAccountRef".to_owned(), json!({"value": account})),
            ("Line".to_owned(), Value::Array(lines)),
        ]);
        copy(action, &mut body, &[("date", "TxnDate")]);
        self.person_writes(Entity::Deposit, None, body, ctx)
    }

    fn person_pays_bill(&mut self, action: &Value, ctx: &Context<'_>) -> Result<Value, String> {
        let bill = self.document(Entity::Bill, "bill", action)?;
        let amount = number(amount(action)?.unwrap_or_else(|| bill.body.amount("Balance")));
        let account = self.account(action, "Bank")?;
        let mut body = Map::from_iter([
            ("VendorRef".to_owned(), json!({"value": bill.body.reference("VendorRef")})),
            ("PayType".to_owned(), json!("Check")),
            ("CheckPayment".to_owned(), json!({"BankAccountRef": {"value": account}})),
            ("TotalAmt".to_owned(), amount.clone()),
            ("Line".to_owned(), json!([applied(amount, &bill)])),
        ]);
        copy(action, &mut body, &[("date", "TxnDate")]);
        self.person_writes(Entity::BillPayment, None, body, ctx)
    }

    /// The link between an invoice and expenses is made here only (qbo.md 5.21).
    fn person_bills_billables(&mut self, action: &Value, ctx: &Context<'_>) -> Result<Value, String> {
        let customer = text(action, "customer")?;
        let charges: Vec<Arc<Row>> = self
            .shelf(Entity::ReimburseCharge)
            .find("CustomerRef", customer)
            .filter(|row| !row.body.flag("HasBeenInvoiced"))
            .cloned()
            .collect();
        if charges.is_empty() {
            return Err("customer: there is no open billable expense".to_owned());
        }
        let lines = charges.iter().map(|charge| self.charge_line(charge)).collect();
        let body = Map::from_iter([
            ("CustomerRef".to_owned(), json!({"value": customer})),
            ("Line".to_owned(), Value::Array(lines)),
        ]);
        let invoice = self.person_writes(Entity::Invoice, None, body, ctx)?;
        let id = invoice.get("Id").and_then(Value::as_str).and_then(Id::parse).ok_or("the invoice has no id")?;
        for charge in charges {
            self.bill_charge(charge.id, id, ctx).map_err(|fault| fault.line())?;
        }
        self.shown_to_person(Entity::Invoice, id)
    }

    /// A charge as a line of an invoice: the item is sold, its sales tax code with it, and the markup is added.
    fn charge_line(&self, charge: &Row) -> Value {
        let line = charge.body.list("Line").first();
        let own = line.and_then(|line| line.record("ReimburseLineDetail"));
        let percent = own.and_then(|own| own.record("MarkupInfo")).map(|markup| markup.amount("Percent"));
        let cost = charge.body.amount("Amount");
        let markup = percent.and_then(|percent| cost.checked_mul(percent)).unwrap_or_default() / Decimal::ONE_HUNDRED;
        let item = own.and_then(|own| own.reference("ItemRef")).unwrap_or("1");
        let code = Id::parse(item).and_then(|id| self.get(Entity::Item, id));
        let code = code.and_then(|row| row.body.reference("SalesTaxCodeRef"));
        let code = code.or_else(|| own.and_then(|own| own.reference("TaxCodeRef")));
        let mut detail = Map::from_iter([("ItemRef".to_owned(), json!({"value": item}))]);
        if let Some(code) = code.filter(|_| !self.country.is_us()) {
            detail.insert("TaxCodeRef".to_owned(), json!({"value": code}));
        }
        json!({
            "Amount": number(cost.checked_add(markup).unwrap_or(cost).round_dp(2)),
            "Description": line.and_then(|line| line.text("Description")).unwrap_or("Billable expense"),
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": detail,
        })
    }

    /// The account that an action names, or the first one of a type.
    fn account(&self, action: &Value, account_type: &str) -> Result<String, String> {
        if let Some(id) = action.get("account").and_then(Value::as_str) {
            return Ok(id.to_owned());
        }
        let found = self.account_of_type(account_type).map(|id| id.to_string());
        found.ok_or_else(|| format!("account: there is no {account_type} account"))
    }
}

/// The members of the API that an action sets.
fn members(action: &Value) -> Map<String, Value> {
    action.get("set").and_then(Value::as_object).cloned().unwrap_or_default()
}

/// A line that applies an amount to a transaction.
fn applied(amount: Value, row: &Row) -> Value {
    json!({
        "Amount": amount,
        "LinkedTxn": [{"TxnId": row.id.to_string(), "TxnType": row.entity.name(), "TxnLineId": "0"}],
    })
}

fn copy(action: &Value, body: &mut Map<String, Value>, members: &[(&str, &str)]) {
    for (from, to) in members {
        if let Some(value) = action.get(*from) {
            body.insert((*to).to_owned(), value.clone());
        }
    }
}

/// The action's `amount`, a decimal as text or number.
fn amount(action: &Value) -> Result<Option<Decimal>, String> {
    let text = match action.get("amount") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    text.parse().map(Some).map_err(|_| "amount: not a decimal".to_owned())
}

/// A decimal as JSON: a text keeps its digits, and the reader takes both.
fn number(value: Decimal) -> Value {
    Value::String(value.normalize().to_string())
}
