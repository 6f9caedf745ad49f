//! The queue as a person sees it: what is still to be sent, what needs attention, and what can be done about it (L27).

use chrono::{DateTime, Utc};
use factory_accounting_core::code::{Candidate, Code, Parked};
use factory_accounting_core::ids::OperationId;
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::plan::Subject;
use factory_accounting_core::rules::{self, Answer, Fix};
use factory_accounting_core::store::{
    ConnectionState, Goal, Operation, OperationQuery, OperationState, StateFilter, transition,
};

use crate::engine::{Engine, EngineError};
use crate::status::{RecordStatus, open_of};

/// Operations in one read.
const PAGE: usize = 500;

/// Rows of a page where nothing else is said.
const USUAL: usize = 100;

/// What of the queue to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueueFilter {
    /// Everything that is open.
    #[default]
    All,
    /// What goes out by itself: queued, being sent, being found out about.
    ToBeSent,
    /// What waits for a person.
    NeedsAttention,
}

/// A question to the queue. Everything that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueQuery {
    /// What to show.
    pub what: QueueFilter,
    /// Only records of this kind.
    pub kind: Option<RecordKind>,
    /// Only documents of this customer or supplier, and the party itself.
    pub party: Option<RecordKey>,
    /// Only rows whose name, id, code or message holds this text, whatever its case.
    pub text: Option<String>,
    /// Only what arrived at this instant or earlier, UTC: what has waited for long.
    pub arrived_by: Option<DateTime<Utc>>,
    /// Only rows behind this one: [`QueuePage::next`] of the page before.
    pub after: Option<OperationId>,
    /// Most rows; 0 means 100.
    pub limit: usize,
}

/// A page of the queue, oldest first.
#[derive(Clone, Debug, PartialEq)]
pub struct QueuePage {
    /// Its rows.
    pub rows: Vec<QueueRow>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<OperationId>,
}

/// One row of the queue.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct QueueRow {
    /// The operation, for an answer.
    pub operation: OperationId,
    /// The record.
    pub record: RecordKey,
    /// What people call it.
    pub name: String,
    /// Whether it is to be in the books, or to count no more.
    pub goal: Goal,
    /// The customer or supplier of a document.
    pub party: Option<RecordKey>,
    /// Since when it is in the queue, UTC: how far the books lag behind (F109).
    pub since: DateTime<Utc>,
    /// Where it stands, and when it runs.
    pub state: RecordStatus,
    /// The package's or our own words about it, one line; empty where there is nothing to say.
    pub message: String,
    /// Code of a question.
    pub code: Option<Code>,
    /// What usually mends it, one line.
    pub remedy: Option<&'static str>,
    /// Link to the page about the code (F111), where
    /// [`EngineConfig::help`](crate::EngineConfig::help) says where the pages are.
    pub help: Option<String>,
    /// What to open to mend it: the target of a "Fix" button (L18).
    pub fix: Option<Fix>,
    /// Answers that it takes here.
    pub answers: Vec<Answer>,
    /// Records in the package that bear on it, for [`Answer::Adopt`].
    pub candidates: Vec<Candidate>,
}

/// The queue in short, for a badge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueueSummary {
    /// Operations that go out by themselves.
    pub to_be_sent: u64,
    /// Questions to a person.
    pub needs_attention: u64,
    /// Since when the oldest of those that go out by themselves waits, UTC: the measured lag of the books (F109).
    pub waiting_since: Option<DateTime<Utc>>,
}

impl Engine {
    /// A page of what is still open, oldest first: with message, code, remedy, help and the answers that can be given.
    pub async fn queue(&self, query: &QueueQuery) -> Result<QueuePage, EngineError> {
        let inner = &*self.inner;
        let connection = self.connection_state().await?;
        let limit = if query.limit == 0 { USUAL } else { query.limit };
        let text = query.text.as_ref().map(|text| text.to_lowercase());
        let mut rows = Vec::new();
        let mut after = query.after;
        loop {
            let asked = OperationQuery {
                states: states(query.what),
                kind: query.kind,
                arrived_by: query.arrived_by,
                after,
                limit: PAGE,
                ..OperationQuery::default()
            };
            let page = inner.store.operations(&inner.connection, asked).await?;
            let last = page.len() < PAGE;
            for operation in page {
                after = Some(operation.id);
                let row = self.row(operation, connection.as_ref());
                let of_party =
                    query.party.as_ref().is_none_or(|party| row.party.as_ref() == Some(party) || row.record == *party);
                if of_party && text.as_ref().is_none_or(|text| row.holds(text)) {
                    rows.push(row);
                }
                if rows.len() == limit {
                    return Ok(QueuePage { rows, next: after });
                }
            }
            if last {
                return Ok(QueuePage { rows, next: None });
            }
        }
    }

    /// How much is open, and how far the books lag behind.
    pub async fn queue_summary(&self) -> Result<QueueSummary, EngineError> {
        let inner = &*self.inner;
        let open = open_of(&self.counts().await?);
        let of = |label: &str| open.get(label).copied().unwrap_or_default();
        let oldest = OperationQuery { states: states(QueueFilter::ToBeSent), limit: 1, ..OperationQuery::default() };
        let oldest = inner.store.operations(&inner.connection, oldest).await?.pop();
        Ok(QueueSummary {
            to_be_sent: of("queued").saturating_add(of("sending")),
            needs_attention: of("parked"),
            waiting_since: oldest.map(|operation| operation.created_at),
        })
    }

    fn row(&self, operation: Operation, connection: Option<&ConnectionState>) -> QueueRow {
        let record = Subject::record_of(&operation);
        let party = record.as_ref().and_then(|record| Some(record.trade()?.party));
        let marks = record.is_some_and(|mut record| record.mark_do_not_send()) && operation.goal == Goal::Present;
        let parked = match &operation.state {
            OperationState::Parked { parked } => Some(parked),
            _ => None,
        };
        let code = parked.map(|parked| parked.code);
        let mut answers = match &operation.state {
            OperationState::Parked { parked } => rules::answers(parked.code),
            OperationState::Queued => vec![Answer::Resend, Answer::DoNotSend],
            _ => Vec::new(),
        };
        answers.retain(|answer| *answer != Answer::DoNotSend || marks);
        QueueRow {
            operation: operation.id,
            record: operation.key.clone(),
            name: operation.name.clone(),
            goal: operation.goal,
            party,
            since: operation.created_at,
            message: parked.map_or_else(|| operation.last_error.clone().unwrap_or_default(), told),
            code,
            remedy: code.map(Code::remedy),
            help: code.and_then(|code| self.inner.config.help.as_ref().map(|base| format!("{base}{code}"))),
            fix: parked.and_then(|parked| rules::fix(&operation.key, parked)),
            answers,
            candidates: parked.map(|parked| parked.candidates.clone()).unwrap_or_default(),
            state: self.inner.standing(operation, None, connection),
        }
    }
}

impl QueueRow {
    fn holds(&self, text: &str) -> bool {
        let code = self.code.map(Code::as_str).unwrap_or_default();
        let places = [self.name.as_str(), self.record.id.as_str(), code, &self.message];
        places.into_iter().any(|place| place.to_lowercase().contains(text))
    }
}

/// The words of a question: why it is one, what is wrong with which fields, and what else the package has said.
fn told(parked: &Parked) -> String {
    let mut text = parked.told();
    if let Some(error) = parked.error.as_ref().filter(|error| !parked.reason.contains(error.message())) {
        text.push_str(&format!("; {}", error.message()));
    }
    text
}

fn states(what: QueueFilter) -> Vec<StateFilter> {
    match what {
        QueueFilter::ToBeSent => vec![StateFilter::Queued, StateFilter::Sending],
        QueueFilter::NeedsAttention => vec![StateFilter::Parked],
        QueueFilter::All => vec![StateFilter::Queued, StateFilter::Sending, StateFilter::Parked],
    }
}

/// Whether something is still to become of an operation.
pub(crate) fn is_open(operation: &Operation) -> bool {
    !transition::is_done(&operation.state)
}
