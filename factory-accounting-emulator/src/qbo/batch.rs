//! Several operations in one call (qbo.md 7.1). Each is a world of its own: one that fails leaves the others alone.

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::value::RawValue;

use crate::qbo::books::{Books, Fault};
use crate::qbo::call::Reply;
use crate::qbo::switches::{BatchOrder, Switches};

/// The most items that one call takes.
const MOST_ITEMS: usize = 30;

/// The longest item id when the call has a `requestid`, in characters (qbo.md 4).
const LONGEST_ID: usize = 10;

/// The members of an item that are not its payload.
const FRAME: [&str; 3] = ["bId", "operation", "optionsData"];

/// A batch that can be worked on.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    items: Vec<Item<'a>>,
}

/// One operation, with its payload as sent: numbers keep their digits.
#[derive(Debug)]
struct Item<'a> {
    id: String,
    operation: String,
    options: String,
    payload: Vec<(String, &'a RawValue)>,
}

/// What a batch answered.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) reply: Reply,
    /// How many queries succeeded, each of which reads data out (qbo.md 3.2).
    pub(crate) queries: u64,
}

impl<'a> Batch<'a> {
    /// Reads the frame of a batch; a fault of an item is told when it is its turn.
    pub(crate) fn read(body: &'a Bytes) -> Result<Self, Fault> {
        let malformed = |problem: &dyn std::fmt::Display| {
            Fault::of(
                2010,
                format!("failed to parse json object; a property specified is unsupported or invalid: {problem}"),
            )
        };
        let frame: BTreeMap<String, &RawValue> = serde_json::from_slice(body).map_err(|fault| malformed(&fault))?;
        if let Some(unknown) = frame.keys().find(|name| *name != "BatchItemRequest") {
            return Err(Fault::of(
                2010,
                format!(
                    "Property Name:Unrecognized field \"{unknown}\" (Class IntuitBatchRequest) specified is unsupported or invalid"
                ),
            ));
        }
        let items: Vec<BTreeMap<String, &RawValue>> = match frame.get("BatchItemRequest") {
            None => Vec::new(),
            Some(items) => serde_json::from_str(items.get()).map_err(|fault| malformed(&fault))?,
        };
        if items.is_empty() {
            return Err(Fault::of(2020, "Batch Request is Empty").on("BatchItemRequest"));
        }
        if items.len() > MOST_ITEMS {
            let sent = items.len();
            return Err(Fault::of(1040, format!("Batch size {sent} exceeds the limit of {MOST_ITEMS} items")));
        }
        let items = items.into_iter().map(Item::read).collect::<Result<_, _>>()?;
        Ok(Self { items })
    }

    /// The ids of the items, which belong to the identity of a repeated call.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.items.iter().map(|item| item.id.clone()).collect()
    }

    /// Whether an item's id is too long for a call with a `requestid`.
    pub(crate) fn has_long_id(&self) -> bool {
        self.items.iter().any(|item| item.id.chars().count() > LONGEST_ID)
    }

    /// Whether any item reads data out.
    pub(crate) fn has_query(&self) -> bool {
        self.items.iter().any(|item| item.payload.iter().any(|(name, _)| name == "Query"))
    }

    /// Does the work.
    pub(crate) fn work(self, books: &mut Books, now: DateTime<Utc>, switches: &Switches) -> Done {
        let mut items = self.items;
        if switches.batch_order == BatchOrder::Reversed {
            items.reverse();
        }
        let mut queries = 0;
        let mut answers: Vec<String> = Vec::with_capacity(items.len());
        for item in items {
            let (name, json) = item.answer(books, now, switches);
            if name == "QueryResponse" {
                queries += 1;
            }
            answers.push(format!("{{\"bId\":{},\"{name}\":{json}}}", quoted(&item.id)));
        }
        let time = quoted(&Books::server_time(now));
        let body = format!("{{\"BatchItemResponse\":[{}],\"time\":{time}}}", answers.join(","));
        Done { reply: Reply::json(StatusCode::OK, body), queries }
    }
}

impl<'a> Item<'a> {
    fn read(members: BTreeMap<String, &'a RawValue>) -> Result<Self, Fault> {
        let word = |name: &str| match members.get(name) {
            None => Ok(String::new()),
            Some(raw) => serde_json::from_str::<String>(raw.get())
                .map_err(|_| Fault::of(2120, format!("Invalid Type : {name} must be a string"))),
        };
        let (id, operation, options) = (word("bId")?, word("operation")?, word("optionsData")?);
        let payload = members.into_iter().filter(|(name, _)| !FRAME.contains(&name.as_str())).collect();
        Ok(Self { id, operation, options, payload })
    }

    /// The name and the JSON of what this item's answer carries besides its id.
    fn answer(&self, books: &mut Books, now: DateTime<Utc>, switches: &Switches) -> (&'static str, String) {
        match self.worked(books, now, switches) {
            Ok(answer) => answer,
            Err(fault) => ("Fault", fault.inner_json()),
        }
    }

    fn worked(
        &self,
        books: &mut Books,
        now: DateTime<Utc>,
        switches: &Switches,
    ) -> Result<(&'static str, String), Fault> {
        let (name, raw) = match self.payload.as_slice() {
            [] => return Err(Fault::of(2020, "Required parameter entity or Query is missing in the request")),
            [(name, raw)] => (name, raw),
            [(first, _), (second, _), ..] => {
                return Err(Fault::of(2600, format!("an item carries one payload, not both {first} and {second}")));
            }
        };
        if name == "Query" {
            let statement: String = serde_json::from_str(raw.get())
                .map_err(|_| Fault::of(2120, "Invalid Type : Query must be a string").on("Query"))?;
            return Ok(("QueryResponse", books.query(&statement, now, switches)?));
        }
        if self.operation.is_empty() {
            return Err(Fault::of(2020, "Required parameter operation is missing in the request").on("operation"));
        }
        let written = books.apply(name, &self.operation, &self.options, raw.get(), now, switches)?;
        Ok((written.name, written.json))
    }
}

/// Text as a JSON string; writing one cannot fail.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}
