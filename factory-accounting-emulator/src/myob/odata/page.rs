//! One page of the rows that a query wants.

use std::cmp::Ordering;

use url::form_urlencoded;

use super::expr::Scope;
use super::{Members, Query, QueryError, Seen};
use crate::myob::call::Call;
use crate::myob::switches::{Switches, UnorderedPages};
use crate::seeded::Seeded;

/// A page of rows.
#[derive(Debug)]
pub(crate) struct Page<R> {
    /// The rows of this page, in order.
    pub(crate) rows: Vec<R>,
    /// How many rows match in all (myob.md 5).
    pub(crate) count: usize,
    /// Where the next page is.
    pub(crate) next: Option<String>,
}

impl Query {
    /// The page that the query asks for. Without `$orderby` the rows come as they are given, or, where the switch says
    /// so, differently on each page, so that some come twice and some never (myob.md 5).
    ///
    /// # Errors
    /// A property that an object does not have, or a comparison of different types.
    pub(crate) fn page<'a, R: Members<'a>>(
        &self,
        rows: impl Iterator<Item = R>,
        call: &Call<'_>,
        switches: &Switches,
    ) -> Result<Page<R>, QueryError> {
        let mut wanted = Vec::new();
        for row in rows {
            let scope = Scope::of(&row, &self.type_name);
            if self.filter.as_ref().map_or(Ok(true), |filter| filter.holds(scope))? {
                wanted.push(row);
            }
        }
        let count = wanted.len();
        if !self.order.is_empty() {
            wanted = self.ordered(wanted)?;
        } else if switches.unordered_pages == UnorderedPages::Shuffled && count > self.top {
            shuffle(&mut wanted, self.skip as u64);
        }
        let rows: Vec<R> = wanted.into_iter().skip(self.skip).take(self.top).collect();
        let more = self.top > 0 && self.skip.saturating_add(self.top) < count;
        Ok(Page { rows, count, next: more.then(|| self.next_link(call, switches)) })
    }

    fn ordered<'a, R: Members<'a>>(&self, rows: Vec<R>) -> Result<Vec<R>, QueryError> {
        let mut keyed: Vec<(Vec<Seen<'a>>, R)> = Vec::with_capacity(rows.len());
        for row in rows {
            let mut keys = Vec::with_capacity(self.order.len());
            for order in &self.order {
                let seen = Scope::of(&row, &self.type_name).look(&order.path)?;
                if matches!(seen, Seen::Object(_) | Seen::List(_)) {
                    return Err(QueryError::bad(format!("'{}' cannot be ordered by.", order.path.join("/"))));
                }
                keys.push(seen);
            }
            keyed.push((keys, row));
        }
        keyed.sort_by(|(one, _), (other, _)| {
            let compared = one.iter().zip(other).zip(&self.order).map(|((one, other), order)| {
                let ordering = one.order(other).unwrap_or(Ordering::Equal);
                if order.descending { ordering.reverse() } else { ordering }
            });
            compared.fold(Ordering::Equal, Ordering::then)
        });
        Ok(keyed.into_iter().map(|(_, row)| row).collect())
    }

    /// The link counts rows, so whatever is written between two pages shifts the second (myob.md 5).
    fn next_link(&self, call: &Call<'_>, switches: &Switches) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("$top", &self.top.to_string());
        query.append_pair("$skip", &(self.skip + self.top).to_string());
        self.kept.iter().for_each(|(name, text)| {
            query.append_pair(name, text);
        });
        format!("{}/{}?{}", call.page_base(switches.next_page_host), call.path.join("/"), query.finish())
    }
}

/// Fisher and Yates, with a permutation of each page's own.
fn shuffle<T>(rows: &mut [T], page: u64) {
    let mut chance = Seeded::new(page, "myob unordered pages");
    for at in (1..rows.len()).rev() {
        let (drawn, _) = chance.uuid().as_u64_pair();
        rows.swap(at, usize::try_from(drawn % (at as u64 + 1)).unwrap_or(0));
    }
}
