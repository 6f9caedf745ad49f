//! The query language: which rows a statement finds, in which order, and how the answer shows them (qbo.md 6).

mod parse;
mod select;
#[cfg(test)]
mod tests;
mod value;

use super::entity::{Entity, GAPS};
use super::errors::{self, Fault};
use super::respond::View;
use super::{Books, Context, utf8, zone};
use crate::json::Writer;
use crate::qbo::call::{Call, Reply};
use crate::qbo::switches::{MaxResultsAbove, Switches};
use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
use parse::{Projection, Statement};
use value::Property;

const DEFAULT_ROWS: u64 = 100;
const MOST_ROWS: u64 = 1000;

impl Books {
    /// The `QueryResponse` object of a statement, as a batch item carries it.
    pub(crate) fn query(&self, statement: &str, now: DateTime<Utc>, switches: &Switches) -> Result<String, Fault> {
        self.run(&Statement::parse(statement)?, &Context { now, switches, options: &[] })
    }

    /// `GET /query?query=` or `POST /query` with the statement as the body.
    pub(super) fn query_call(&self, call: &Call<'_>, ctx: &Context<'_>) -> Result<Reply, Fault> {
        let statement = match *call.method {
            Method::GET => call.param("query").unwrap_or_default(),
            Method::POST => utf8(call.body)?,
            _ => return Err(errors::unsupported(&format!("{} on query", call.method))),
        };
        let response = self.run(&Statement::parse(statement)?, ctx)?;
        let mut out = Writer::default();
        out.object(|out| {
            out.raw("QueryResponse", &response);
            out.text("time", &zone::server_time(ctx.now));
        });
        Ok(Reply::json(StatusCode::OK, out.finish()))
    }

    fn run(&self, statement: &Statement, ctx: &Context<'_>) -> Result<String, Fault> {
        let entity = entity_named(&statement.entity)?;
        let conditions = select::conditions(entity, statement, ctx.now, self.country)?;
        let order = select::order(entity, statement)?;
        if let Projection::Members { names, .. } = &statement.projection {
            for name in names {
                Property::of(entity, name)?;
            }
        }
        let (start, most) = window(statement, ctx.switches)?;
        let rows = select::rows(self, entity, &conditions, &order, ctx);
        let mut out = Writer::default();
        if statement.projection == Projection::Count {
            out.object(|out| out.raw("totalCount", rows.len()));
            return Ok(out.finish());
        }
        let view = match &statement.projection {
            Projection::Members { names, all: false } => View::Only(names),
            Projection::Members { names, .. } if names.iter().any(|name| name.eq_ignore_ascii_case("Sku")) => {
                View::Whole
            }
            _ => View::Listed,
        };
        let page: Vec<String> = rows.iter().skip(start - 1).take(most).map(|row| self.view_json(row, view)).collect();
        out.object(|out| {
            if !page.is_empty() {
                out.name(entity.name());
                out.values(&page, Writer::value);
                out.raw("startPosition", start);
                out.raw("maxResults", page.len());
            }
        });
        Ok(out.finish())
    }
}

fn entity_named(name: &str) -> Result<Entity, Fault> {
    if let Some(gap) = GAPS.iter().find(|gap| gap.eq_ignore_ascii_case(name)) {
        return Err(errors::gap(gap));
    }
    Entity::named_loosely(name).ok_or_else(|| invalid(&format!("Metadata not found for Entity: {name}")))
}

/// First row, counted from 1, and how many at most.
fn window(statement: &Statement, switches: &Switches) -> Result<(usize, usize), Fault> {
    let start = statement.start.unwrap_or(1);
    let most = statement.most.unwrap_or(DEFAULT_ROWS);
    if start == 0 || most == 0 {
        return Err(invalid("STARTPOSITION and MAXRESULTS must be 1 or more"));
    }
    if most > MOST_ROWS && switches.max_results_above == MaxResultsAbove::Refused {
        return Err(invalid(&format!("MAXRESULTS must not be more than {MOST_ROWS}")));
    }
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    Ok((start, usize::try_from(most.min(MOST_ROWS)).unwrap_or(usize::MAX)))
}

/// 4001.
fn invalid(problem: &str) -> Fault {
    Fault::of(4001, format!("QueryValidationError: {problem}"))
}
