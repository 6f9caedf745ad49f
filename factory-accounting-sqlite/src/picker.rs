//! Candidates out of a hundred thousand, fast whatever is asked: a page in the order of an index where nothing is searched
//! for, or where what is searched for is common; sorted from what the words find where it is not.

use factory_accounting_core::ids::{ConnectionId, RemoteId};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::RemoteParty;
use factory_accounting_core::store::{
    Candidate, CandidateFilter, CandidatePage, CandidatePlace, CandidateQuery, CandidateSort, CandidateTotals,
};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use crate::candidacy::{self, column};
use crate::fault::{Outcome, damaged};
use crate::lists::scope;
use crate::rows::parse;

/// How far an order is gone through for words that many parties have, before they are looked up and sorted instead.
const WALK: usize = 4_000;

/// Conditions and order of a query, without its words.
struct Selection<'a> {
    query: &'a CandidateQuery,
    connection: &'a ConnectionId,
    /// Everything after WHERE.
    filter: String,
    parameters: Vec<Value>,
    order: String,
    index: &'static str,
}

pub(crate) fn page(db: &Connection, connection: &ConnectionId, query: &CandidateQuery) -> Outcome<CandidatePage> {
    let words = query.words();
    let selection = Selection::of(connection, query)?;
    let (found, totals) = if words.is_empty() {
        let totals = if query.after.is_none() { Some(count_all(db, connection, query)?) } else { None };
        (selection.in_order(db)?, totals)
    } else {
        match scope(db, connection)? {
            Some(scope) => selection.search(db, &words, &scope)?,
            None => (Vec::new(), query.after.is_none().then(CandidateTotals::default)),
        }
    };
    let more = found.len() > query.page_size();
    let mut rows = Vec::with_capacity(found.len().min(query.page_size()));
    let mut next = None;
    for id in found.into_iter().take(query.page_size()) {
        let (candidate, row) = candidate(db, connection, query.role, id)?;
        next = Some((row, candidate.state.filter()));
        rows.push(candidate);
    }
    let next = match next.filter(|_| more) {
        Some((id, state)) => Some(place(db, query.sort, id, state)?.cursor()),
        None => None,
    };
    Ok(CandidatePage { rows, next, totals })
}

pub(crate) fn by_id(
    db: &Connection,
    connection: &ConnectionId,
    role: RecordKind,
    remotes: &[RemoteId],
) -> Outcome<Vec<Option<Candidate>>> {
    let mut statement =
        db.prepare_cached("SELECT id FROM fa_party WHERE connection = ?1 AND remote = ?2 AND gone_at IS NULL")?;
    let mut candidates = Vec::with_capacity(remotes.len());
    for remote in remotes {
        let id: Option<i64> =
            statement.query_row([connection.as_str(), remote.as_str()], |row| row.get(0)).optional()?;
        candidates.push(id.map(|id| candidate(db, connection, role, id)).transpose()?.map(|(candidate, _)| candidate));
    }
    Ok(candidates)
}

fn candidate(db: &Connection, connection: &ConnectionId, role: RecordKind, id: i64) -> Outcome<(Candidate, i64)> {
    let sql = format!("SELECT {} FROM fa_party WHERE id = ?1", candidacy::ROW);
    let row = db.prepare_cached(&sql)?.query_row([id], candidacy::row)?;
    let sql = "SELECT entry FROM fa_party_entry WHERE party = ?1";
    let entry: String = db.prepare_cached(sql)?.query_row([id], |row| row.get(0))?;
    let party: RemoteParty = parse("party of the package", &entry)?;
    Ok((Candidate { party, state: candidacy::state(db, connection, role, &row)? }, id))
}

fn place(db: &Connection, sort: CandidateSort, id: i64, state: CandidateFilter) -> Outcome<CandidatePlace> {
    let sql = "SELECT remote, name, email, updated FROM fa_party WHERE id = ?1";
    Ok(db.prepare_cached(sql)?.query_row([id], |row| {
        let remote = RemoteId::from(row.get::<_, String>(0)?);
        Ok(match sort {
            CandidateSort::Email => CandidatePlace::Email(row.get(2)?, remote),
            CandidateSort::Updated => CandidatePlace::Updated(row.get(3)?, remote),
            CandidateSort::State => CandidatePlace::State(state.ordinal(), row.get(1)?, remote),
            CandidateSort::Id => CandidatePlace::Id(remote),
            _ => CandidatePlace::Name(row.get(1)?, remote),
        })
    })?)
}

fn role_index(role: RecordKind) -> &'static str {
    if role == RecordKind::Supplier { "fa_party_by_supplier" } else { "fa_party_by_customer" }
}

fn flag(role: RecordKind) -> &'static str {
    if role == RecordKind::Supplier { "is_supplier" } else { "is_customer" }
}

/// How many candidates there are in each state: the index of states alone answers.
fn count_all(db: &Connection, connection: &ConnectionId, query: &CandidateQuery) -> Outcome<CandidateTotals> {
    let (state, index) = (column(query.role), role_index(query.role));
    let of_role = if query.of_role { format!(" AND {} = 1", flag(query.role)) } else { String::new() };
    let sql = format!(
        "SELECT {state}, count(*) FROM fa_party INDEXED BY {index}
         WHERE connection = ? AND {state} IS NOT NULL{of_role} GROUP BY {state}"
    );
    Ok(totals(db, &sql, vec![connection.as_str().to_owned().into()])?.0)
}

/// Rows of a state and a number, and how many have none.
fn totals(db: &Connection, sql: &str, parameters: Vec<Value>) -> Outcome<(CandidateTotals, u64)> {
    let (mut totals, mut others) = (CandidateTotals::default(), 0);
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params_from_iter(parameters))?;
    while let Some(row) = rows.next()? {
        let Some(ordinal) = row.get::<_, Option<u8>>(0)? else {
            others = crate::rows::unsigned(row, 1)?;
            continue;
        };
        let state = CandidateFilter::ALL.into_iter().find(|state| state.ordinal() == ordinal);
        let state = state.ok_or_else(|| damaged("state of a candidate", format!("unknown state {ordinal}")))?;
        totals.states.insert(state, crate::rows::unsigned(row, 1)?);
    }
    Ok((totals, others))
}

impl<'a> Selection<'a> {
    fn of(connection: &'a ConnectionId, query: &'a CandidateQuery) -> Outcome<Self> {
        let state = column(query.role);
        let mut parameters: Vec<Value> = vec![connection.as_str().to_owned().into()];
        let mut filter = format!("p.connection = ? AND p.{state} IS NOT NULL");
        if query.of_role {
            filter.push_str(&format!(" AND p.{} = 1", flag(query.role)));
        }
        let states: Vec<String> = query.states.iter().map(|state| state.ordinal().to_string()).collect();
        match states.as_slice() {
            [] => {}
            // Said as an equation so that the index of states serves.
            [one] => filter.push_str(&format!(" AND p.{state} = {one}")),
            several => filter.push_str(&format!(" AND p.{state} IN ({})", several.join(", "))),
        }
        let (columns, index): (Vec<String>, _) = match query.sort {
            CandidateSort::Email => (vec!["p.email".into(), "p.remote".into()], "fa_party_by_email"),
            CandidateSort::Updated => (vec!["p.updated".into(), "p.remote".into()], "fa_party_by_updated"),
            CandidateSort::State => {
                (vec![format!("p.{state}"), "p.name".into(), "p.remote".into()], role_index(query.role))
            }
            CandidateSort::Id => (vec!["p.remote".into()], "sqlite_autoindex_fa_party_1"),
            _ if states.len() == 1 => (vec!["p.name".into(), "p.remote".into()], role_index(query.role)),
            _ => (vec!["p.name".into(), "p.remote".into()], "fa_party_by_name"),
        };
        let (sign, direction) = if query.descending { ("<", " DESC") } else { (">", "") };
        if let Some(place) = query.place()? {
            let marks = vec!["?"; columns.len()].join(", ");
            filter.push_str(&format!(" AND ({}) {sign} ({marks})", columns.join(", ")));
            parameters.extend(values(place));
        }
        let order: Vec<String> = columns.iter().map(|column| format!("{column}{direction}")).collect();
        Ok(Self { query, connection, filter, parameters, order: order.join(", "), index })
    }

    /// One more than the page.
    fn most(&self) -> usize {
        self.query.page_size().saturating_add(1)
    }

    fn in_order(&self, db: &Connection) -> Outcome<Vec<i64>> {
        let sql = format!(
            "SELECT p.id FROM fa_party p INDEXED BY {} WHERE {} ORDER BY {} LIMIT {}",
            self.index,
            self.filter,
            self.order,
            self.most()
        );
        ids(db, &sql, self.parameters.clone())
    }

    fn search(&self, db: &Connection, words: &[String], scope: &str) -> Outcome<(Vec<i64>, Option<CandidateTotals>)> {
        let phrases: Vec<String> = words.iter().map(|word| format!("\"{scope}{word}\" *")).collect();
        let phrases = phrases.join(" AND ");
        // Gathering what words find is what takes long: it is done once for how many there are and in which states.
        let totals = if self.query.after.is_none() { Some(self.count(db, &phrases)?) } else { None };
        let common = match &totals {
            Some(totals) => totals.at_least,
            None => is_common(db, &phrases)?,
        };
        if common && let Some(found) = self.walk(db, words)? {
            return Ok((found, totals));
        }
        let sql = format!(
            "SELECT p.id FROM fa_party_word w CROSS JOIN fa_party p ON p.id = w.rowid
             WHERE fa_party_word MATCH ? AND {} ORDER BY {} LIMIT {}",
            self.filter,
            self.order,
            self.most()
        );
        let mut parameters: Vec<Value> = vec![phrases.into()];
        parameters.extend(self.parameters.clone());
        Ok((ids(db, &sql, parameters)?, totals))
    }

    /// A page out of the beginning of the order, where the words are common enough to fill it there.
    fn walk(&self, db: &Connection, words: &[String]) -> Outcome<Option<Vec<i64>>> {
        let sql = format!(
            "SELECT p.id, p.words FROM fa_party p INDEXED BY {} WHERE {} ORDER BY {} LIMIT {WALK}",
            self.index, self.filter, self.order
        );
        let words: Vec<String> = words.iter().map(|word| format!(" {word}")).collect();
        let mut statement = db.prepare(&sql)?;
        let mut rows = statement.query(params_from_iter(self.parameters.clone()))?;
        let mut found = Vec::with_capacity(self.most());
        while let Some(row) = rows.next()? {
            let own = row.get_ref(1)?.as_str().map_err(|error| damaged("words of a party", error))?;
            if words.iter().all(|word| own.contains(word.as_str())) {
                found.push(row.get(0)?);
                if found.len() == self.most() {
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }

    /// How many the words find in each state, whatever states are asked for.
    fn count(&self, db: &Connection, phrases: &str) -> Outcome<CandidateTotals> {
        let (role, state) = (self.query.role, column(self.query.role));
        let of_role = if self.query.of_role { format!(" AND p.{} = 1", flag(role)) } else { String::new() };
        let sql = format!(
            "SELECT CASE WHEN p.connection = ?{of_role} THEN p.{state} END AS state, count(*)
             FROM (SELECT rowid FROM fa_party_word WHERE fa_party_word MATCH ? LIMIT {}) w
             CROSS JOIN fa_party p ON p.id = w.rowid GROUP BY state",
            CandidateTotals::COUNTED
        );
        let parameters = vec![self.connection.as_str().to_owned().into(), phrases.to_owned().into()];
        let (counted, others) = totals(db, &sql, parameters)?;
        let at_least = counted.sum().saturating_add(others) >= CandidateTotals::COUNTED as u64;
        Ok(CandidateTotals { at_least, ..counted })
    }
}

/// Whether words find more than is worth sorting.
fn is_common(db: &Connection, phrases: &str) -> Outcome<bool> {
    let sql = "SELECT count(*) >= ?2 FROM (SELECT 1 FROM fa_party_word WHERE fa_party_word MATCH ?1 LIMIT ?2)";
    let most = i64::try_from(CandidateTotals::COUNTED).unwrap_or(i64::MAX);
    Ok(db.prepare_cached(sql)?.query_row((phrases, most), |row| row.get(0))?)
}

fn values(place: CandidatePlace) -> Vec<Value> {
    match place {
        CandidatePlace::Name(text, remote) | CandidatePlace::Email(text, remote) => {
            vec![text.into(), remote.to_string().into()]
        }
        CandidatePlace::Updated(at, remote) => vec![at.into(), remote.to_string().into()],
        CandidatePlace::State(state, name, remote) => {
            vec![i64::from(state).into(), name.into(), remote.to_string().into()]
        }
        CandidatePlace::Id(remote) => vec![remote.to_string().into()],
    }
}

/// Not kept ready: there are as many such statements as ways to ask.
fn ids(db: &Connection, sql: &str, parameters: Vec<Value>) -> Outcome<Vec<i64>> {
    let mut statement = db.prepare(sql)?;
    let rows = statement.query_map(params_from_iter(parameters), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
