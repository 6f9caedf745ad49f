//! What was called, for tests that count and people who look.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

/// How many calls are kept one by one; the counts go on for ever.
const KEPT: usize = 1_000;

/// One call to the package, control calls excluded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallRecord {
    /// The verb.
    pub method: String,
    /// The path without query.
    pub path: String,
    /// The status that left; `None` when nothing did.
    pub status: Option<u16>,
    /// Virtual time of the call.
    pub at: DateTime<Utc>,
}

/// How often a verb on a resource got a status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallCount {
    /// The verb.
    pub method: String,
    /// The resource, such as `invoices` or `token`, in lower case.
    pub resource: String,
    /// The status that left; `None` when nothing did.
    pub status: Option<u16>,
    /// How many calls.
    pub calls: u64,
}

/// The last calls and the counts of all.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallLog {
    /// Between one and two times `KEPT`, so that the last ones are always one slice.
    kept: Vec<CallRecord>,
    counts: BTreeMap<(String, String, Option<u16>), u64>,
}

impl CallLog {
    pub(crate) fn record(&mut self, record: CallRecord, resource: &str) {
        let key = (record.method.clone(), resource.to_owned(), record.status);
        *self.counts.entry(key).or_default() += 1;
        if self.kept.len() == 2 * KEPT {
            self.kept.drain(..KEPT);
        }
        self.kept.push(record);
    }

    /// The last calls, oldest first.
    pub(crate) fn recent(&self) -> &[CallRecord] {
        &self.kept[self.kept.len().saturating_sub(KEPT)..]
    }

    pub(crate) fn counts(&self) -> Vec<CallCount> {
        self.counts
            .iter()
            .map(|((method, resource, status), calls)| CallCount {
                method: method.clone(),
                resource: resource.clone(),
                status: *status,
                calls: *calls,
            })
            .collect()
    }
}
