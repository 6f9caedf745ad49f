//! What list reads share: paging, order, `where`, If-Modified-Since, comma lists (xero.md 6).

use super::Books;
use super::errors::Refusal;
use super::filter::{Expression, Filtered, order_of};
use super::wire_out::Writer;
use crate::xero::call::Call;
use chrono::{DateTime, NaiveDateTime, Timelike, Utc};
use uuid::Uuid;

/// Answers above this many rows are refused (xero.md 6).
const MOST_ROWS: usize = 100_000;

/// The page that a caller asked for; none means the whole list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    asked: Option<(usize, usize)>,
}

/// The `pagination` object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paging {
    page: usize,
    size: usize,
    pages: usize,
    items: usize,
}

impl Paging {
    pub(super) fn render(&self, out: &mut Writer) {
        out.raw("page", self.page);
        out.raw("pageSize", self.size);
        out.raw("pageCount", self.pages);
        out.raw("itemCount", self.items);
    }
}

impl Page {
    /// `page` and `pageSize`; the size counts only with a page and is clamped to 1..=1000.
    pub(super) fn read(call: &Call<'_>, forced: bool) -> Result<Self, Refusal> {
        let number = |name: &str| -> Result<Option<i64>, Refusal> {
            match call.param(name).map(str::trim) {
                None | Some("") => Ok(None),
                Some(text) => text
                    .parse()
                    .map(Some)
                    .map_err(|_| Refusal::validation(format!("{name} must be a number, not {text}"))), // [impl]
            }
        };
        let page = number("page")?;
        let size = number("pageSize")?.filter(|_| page.is_some()).unwrap_or(100).clamp(1, 1000);
        let size = usize::try_from(size).unwrap_or(100);
        let asked = (page.is_some() || forced).then(|| (usize::try_from(page.unwrap_or(1).max(1)).unwrap_or(1), size));
        Ok(Self { asked })
    }

    pub(super) fn is_paged(&self) -> bool {
        self.asked.is_some()
    }

    /// The rows of the page and its description.
    pub(super) fn cut<T>(&self, rows: Vec<T>) -> (Vec<T>, Option<Paging>) {
        let Some((page, size)) = self.asked else { return (rows, None) };
        let items = rows.len();
        let paging = Paging { page, size, pages: items.div_ceil(size), items };
        let skip = (page - 1).saturating_mul(size);
        (rows.into_iter().skip(skip).take(size).collect(), Some(paging))
    }
}

impl Books {
    /// Rows that pass `keep`, the `where` and If-Modified-Since, in the order asked for.
    pub(super) fn select<'a, T: Filtered + 'a>(
        &'a self,
        call: &Call<'_>,
        rows: impl Iterator<Item = &'a T>,
        keep: impl Fn(&T) -> bool,
    ) -> Result<Vec<&'a T>, Refusal> {
        let filter = filter_of(call)?;
        self.select_by(call, filter.as_ref(), rows, keep)
    }

    /// As [`Books::select`] with a `where` that was read before, or for a resource that has none.
    pub(super) fn select_by<'a, T: Filtered + 'a>(
        &'a self,
        call: &Call<'_>,
        filter: Option<&Expression<T>>,
        rows: impl Iterator<Item = &'a T>,
        keep: impl Fn(&T) -> bool,
    ) -> Result<Vec<&'a T>, Refusal> {
        let order = order_of::<T>(call.param("order").unwrap_or_default())?;
        let since = modified_since(call)?;
        let mut chosen = Vec::new();
        for row in rows {
            let recent = since.is_none_or(|since| row.updated().with_nanosecond(0).unwrap_or(row.updated()) >= since);
            if recent && keep(row) {
                let passes = match filter {
                    Some(expression) => expression.holds(self, row)?,
                    None => true,
                };
                if passes {
                    chosen.push(row);
                }
            }
        }
        if chosen.len() > MOST_ROWS {
            return Err(Refusal::validation("The query returns too many rows; use paging or a filter")); // [impl]
        }
        // The id is the hidden tiebreak (xero.md 6).
        chosen.sort_by(|a, b| {
            for (field, ascending) in &order {
                let by = field.value(self, a).order(&field.value(self, b));
                let by = if *ascending { by } else { by.reverse() };
                if by.is_ne() {
                    return by;
                }
            }
            let default = if order.is_empty() { a.updated().cmp(&b.updated()) } else { std::cmp::Ordering::Equal };
            default.then_with(|| a.id().cmp(&b.id()))
        });
        Ok(chosen)
    }
}

/// The `where` of a call.
pub(super) fn filter_of<T: Filtered>(call: &Call<'_>) -> Result<Option<Expression<T>>, Refusal> {
    call.param("where").filter(|text| !text.trim().is_empty()).map(Expression::parse).transpose()
}

/// If-Modified-Since to the second, inclusive, in every spelling that SDKs send (xero.md 6, 11.6).
fn modified_since(call: &Call<'_>) -> Result<Option<DateTime<Utc>>, Refusal> {
    let Some(header) = call.headers.get(http::header::IF_MODIFIED_SINCE) else { return Ok(None) };
    let text = header.to_str().unwrap_or_default().trim();
    if text.is_empty() {
        return Ok(None);
    }
    let at = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_rfc2822(text))
        .map(|at| at.to_utc())
        .ok()
        .or_else(|| {
            ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"]
                .iter()
                .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
                .map(|at| at.and_utc())
        })
        .or_else(|| super::wire_in::date(text).map(|day| day.and_time(chrono::NaiveTime::MIN).and_utc()));
    match at {
        Some(at) => Ok(Some(at.with_nanosecond(0).unwrap_or(at))),
        None => Err(Refusal::validation(format!("If-Modified-Since is not a date: {text}"))), // [impl]
    }
}

/// A comma list of the query, blanks dropped.
pub(super) fn csv(text: &str) -> Vec<&str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// A comma list of ids.
pub(super) fn ids(call: &Call<'_>, name: &str) -> Result<Vec<Uuid>, Refusal> {
    csv(call.param(name).unwrap_or_default())
        .into_iter()
        .map(|text| Uuid::parse_str(text).map_err(|_| Refusal::validation(format!("{name}: {text} is not a Guid"))))
        .collect()
}

/// A date of the query.
pub(super) fn day(call: &Call<'_>, name: &str) -> Result<Option<chrono::NaiveDate>, Refusal> {
    match call.param(name).map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => super::wire_in::date(text)
            .map(Some)
            .ok_or_else(|| Refusal::validation(format!("{name}: {text} is not a date"))),
    }
}
