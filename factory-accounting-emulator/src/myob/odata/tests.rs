//! Queries over rows of the tests' own.

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use http::{HeaderMap, Method};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Members, Query, QueryError, Seen, Shape};
use crate::myob::call::Call;
use crate::myob::presigned::Signer;
use crate::myob::switches::{Switches, TopAboveMaximum, UnorderedPages, UriHost};

const SHAPE: Shape<'_> = Shape {
    type_name: "Invoice",
    members: &["Number", "UID", "Date", "TotalAmount", "IsActive", "Status", "Customer", "Salesperson", "Addresses"],
};

#[derive(Clone, Copy)]
struct Row(u32);

struct Customer(u32);

struct Address(&'static str, bool);

impl<'a> Members<'a> for Row {
    fn member(&self, name: &str) -> Option<Seen<'a>> {
        let n = self.0;
        Some(match name {
            "Number" => Seen::Text(format!("{n:08}").into()),
            "UID" => Seen::Guid(Uuid::from_u128(u128::from(n))),
            "Date" => Seen::Time(NaiveDate::from_ymd_opt(2026, 11, 1 + n % 28)?.and_hms_opt(0, 0, 0)?),
            "TotalAmount" => Seen::Number(Decimal::new(i64::from(n) * 1_050, 2)),
            "IsActive" => Seen::Bool(n.is_multiple_of(2)),
            "Status" => Seen::Text(if n.is_multiple_of(3) { "Open" } else { "Closed" }.into()),
            "Customer" => Seen::Object(Box::new(Customer(n % 3))),
            "Salesperson" => Seen::Null,
            "Addresses" => Seen::List(match n {
                1 => vec![Box::new(Address("Vic", true)), Box::new(Address("NSW", false))],
                2 => vec![Box::new(Address("Vic", true))],
                _ => Vec::new(),
            }),
            _ => return None,
        })
    }
}

impl<'a> Members<'a> for Customer {
    fn member(&self, name: &str) -> Option<Seen<'a>> {
        match name {
            "UID" => Some(Seen::Guid(Uuid::from_u128(1_000 + u128::from(self.0)))),
            "Name" => Some(Seen::Text(["O'Brien & Sons", "ACME Joinery", "Bolt"][self.0 as usize].into())),
            _ => None,
        }
    }
}

impl<'a> Members<'a> for Address {
    fn member(&self, name: &str) -> Option<Seen<'a>> {
        match name {
            "State" => Some(Seen::Text(self.0.into())),
            "Main" => Some(Seen::Bool(self.1)),
            _ => None,
        }
    }
}

/// The numbers of the rows on a page, how many match, and the next page's query.
type Found = (Vec<u32>, usize, Option<String>);

fn paged(parameters: &[(&str, &str)], many: u32, switches: &Switches) -> Result<Found, QueryError> {
    let query: Vec<(String, String)> =
        parameters.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let links = Signer::new(1).links("http://localhost:1", Uuid::nil());
    let path = ["sale".to_owned(), "invoice".to_owned()];
    let (headers, body) = (HeaderMap::new(), Bytes::new());
    let call = Call {
        method: &Method::GET,
        path: &path,
        query: &query,
        body: &body,
        headers: &headers,
        now: DateTime::<Utc>::UNIX_EPOCH,
        base: "x",
        links: &links,
    };
    let page = Query::parse(&query, &SHAPE, switches)?.page((0..many).map(Row), &call, switches)?;
    Ok((page.rows.iter().map(|row| row.0).collect(), page.count, page.next))
}

/// The numbers of the first six rows that match.
#[track_caller]
fn matching(filter: &str) -> Vec<u32> {
    paged(&[("$filter", filter)], 6, &Switches::default()).unwrap_or_else(|fault| panic!("{filter}: {fault:?}")).0
}

fn refused(filter: &str) -> QueryError {
    paged(&[("$filter", filter)], 6, &Switches::default()).expect_err(filter)
}

#[test]
fn filters_read_as_the_service_reads_them() {
    for (filter, expected) in [
        ("Number eq '00000002'", vec![2]),
        ("Number ne '00000002'", vec![0, 1, 3, 4, 5]),
        ("TotalAmount gt 21 and TotalAmount le 42", vec![3, 4]),
        ("TotalAmount eq 10.50M", vec![1]),
        ("TotalAmount ge -1", vec![0, 1, 2, 3, 4, 5]),
        ("Status eq 'Open' or Number eq '00000001' and IsActive eq true", vec![0, 3]),
        ("(Status eq 'Open' or Number eq '00000001') and IsActive eq false", vec![1, 3]),
        ("IsActive ne true", vec![1, 3, 5]),
        ("Date ge datetime'2026-11-03T00:00:00' and Date lt datetime'2026-11-05'", vec![2, 3]),
        ("Date eq datetime'2026-11-03 00:00:00'", vec![2]),
        ("Date eq datetime'2026-11-03T00:00:00.000'", vec![2]),
        ("UID eq guid'00000000-0000-0000-0000-000000000004'", vec![4]),
        ("Customer/UID eq guid'000003E9-0000-0000-0000-000000000000'", vec![]),
        ("Customer/Name eq 'O''Brien & Sons'", vec![0, 3]),
        ("substringof('Joinery', Customer/Name)", vec![1, 4]),
        ("substringof('Joinery', Customer/Name) eq true", vec![1, 4]),
        ("substringof('joinery', Customer/Name)", vec![]),
        ("substringof('joinery', tolower(Customer/Name)) eq true and IsActive eq true", vec![4]),
        ("tolower(Customer/Name) eq 'bolt'", vec![2, 5]),
        ("startswith(Number,'0000000') eq false", vec![]),
        ("endswith(Number,'5')", vec![5]),
        ("Salesperson eq null", vec![0, 1, 2, 3, 4, 5]),
        ("Salesperson ne null", vec![]),
        ("Salesperson/UID eq guid'00000000-0000-0000-0000-000000000004'", vec![]),
        ("Salesperson/UID ne guid'00000000-0000-0000-0000-000000000004'", vec![]),
        ("Customer ne null", vec![0, 1, 2, 3, 4, 5]),
        ("Addresses/any(x: x/State eq 'Vic')", vec![1, 2]),
        ("Addresses/any(x: x/State eq 'Vic' and x/Main eq false)", vec![]),
        ("Addresses/all(x: x/Main eq true)", vec![0, 2, 3, 4, 5]),
        ("Addresses/any(x: x/State eq 'Vic' and Number eq '00000001')", vec![1]),
    ] {
        assert_eq!(matching(filter), expected, "{filter}");
    }
}

#[test]
fn what_cannot_be_read_is_refused_and_what_is_not_modelled_says_so() {
    for (filter, words) in [
        ("number eq 'x'", "Could not find a property named 'number' on type 'Invoice'"),
        ("Customer/Colour eq 'x'", "property named 'Colour' on type 'Customer'"),
        ("Number/Length eq 1", "property named 'Length' on type 'Number'"),
        ("Addresses/any(x: x/Colour eq 'x')", "property named 'Colour' on type 'x'"),
        ("Addresses/any(x: y/State eq 'x')", "property named 'y'"),
        ("UID eq '00000000-0000-0000-0000-000000000004'", "'Edm.Guid' and 'Edm.String'"),
        ("TotalAmount eq '12'", "incompatible types"),
        ("substringof('x', TotalAmount)", "incompatible types"),
        ("Number", "ends too early"),
        ("Number eq", "ends too early"),
        ("Number is 'x'", "'is' is not expected"),
        ("Number eq 'x", "Unterminated"),
        ("Number eq 'x')", "not expected"),
        ("UID eq guid'x'", "Unrecognized 'guid' literal 'x'"),
        ("Date gt datetime'yesterday'", "Unrecognized 'datetime' literal"),
        ("contains(Number,'x')", "unknown function with name 'contains'"),
        ("Number eq 12..5", "Syntax error at '12..5'"),
        ("*", "Syntax error"),
    ] {
        let QueryError::Bad(message) = refused(filter) else { panic!("{filter} is no gap") };
        assert!(message.contains(words), "{filter}: {message}");
    }
    for filter in [
        "not (Number eq 'x')",
        "year(Date) eq 2026",
        "TotalAmount add 1 eq 2",
        "Number eq Status",
        "Date ge datetime'2026-11-20T10:00:00Z'",
        "Date ge datetime'2026-11-20T10:00:00+10:00'",
    ] {
        assert!(matches!(refused(filter), QueryError::Gap(_)), "{filter}");
        assert_eq!(refused(filter).reply().status, 501);
    }
    let deep = format!("{}Number eq 'x'{}", "(".repeat(5_000), ")".repeat(5_000));
    assert_eq!(refused(&deep).reply().status, 400);
    for (name, text) in [("$select", "Number"), ("$top", "-1"), ("$skip", "x"), ("$orderby", "Number sideways")] {
        assert!(paged(&[(name, text)], 6, &Switches::default()).is_err(), "{name}");
    }
    for key in ["Colour", "Customer", "Customer/Colour", "", "Number,,Date"] {
        let ordered = paged(&[("$orderby", key)], 6, &Switches::default());
        assert_eq!(ordered.is_err(), !key.is_empty(), "{key}");
    }
}

#[test]
fn rows_are_ordered_by_every_key_in_turn() {
    let ordered = |key: &str| paged(&[("$orderby", key)], 6, &Switches::default()).expect(key).0;
    assert_eq!(ordered("Number desc"), [5, 4, 3, 2, 1, 0]);
    assert_eq!(ordered("Customer/Name, TotalAmount desc"), [4, 1, 5, 2, 3, 0]);
    assert_eq!(ordered("IsActive asc,Salesperson,Date"), [1, 3, 5, 0, 2, 4]);
}

#[test]
fn pages_follow_each_other_until_the_link_is_missing() {
    let switches = Switches { next_page_host: UriHost::Same, ..Switches::default() };
    let (rows, count, next) = paged(&[], 900, &switches).expect("a page");
    assert_eq!((rows.len(), count), (400, 900), "400 where nobody says how many");
    assert_eq!(
        next.as_deref(),
        Some(
            "http://localhost:1/accountright/00000000-0000-0000-0000-000000000000/sale/invoice?%24top=400&%24skip=400"
        )
    );
    let parameters = [("$top", "2"), ("$skip", "2"), ("$orderby", "Number"), ("$filter", "IsActive eq true")];
    let (rows, count, next) = paged(&parameters, 9, &Switches::default()).expect("a page");
    assert_eq!((rows, count), (vec![4, 6], 5));
    let next = next.expect("a next page");
    assert!(next.starts_with("https://arl9.api.myob.com/accountright/"), "a host that nobody is told to call: {next}");
    assert!(next.ends_with("%24skip=4&%24filter=IsActive+eq+true&%24orderby=Number"), "{next}");
    assert_eq!(paged(&[("$skip", "400")], 900, &switches).expect("a page").0[0], 400);
    assert_eq!(paged(&[("$skip", "800")], 900, &switches).expect("a page").2, None);
}

#[test]
fn a_page_beyond_the_maximum_is_cut_or_refused() {
    let (rows, ..) = paged(&[("$top", "5000")], 1_200, &Switches::default()).expect("a page");
    assert_eq!(rows.len(), 1_000);
    let (rows, ..) =
        paged(&[("$top", "5000")], 1_200, &Switches { top_maximum: 400, ..Switches::default() }).expect("a page");
    assert_eq!(rows.len(), 400);
    let refusing = Switches { top_above_maximum: TopAboveMaximum::Refused, ..Switches::default() };
    assert!(paged(&[("$top", "1001")], 1_200, &refusing).is_err());
    assert!(paged(&[("$top", "1000")], 1_200, &refusing).is_ok());
}

#[test]
fn pages_without_an_order_lose_and_repeat_rows_where_the_switch_says_so() {
    let read = |unordered_pages, order: &'static str| {
        let switches = Switches { unordered_pages, ..Switches::default() };
        let mut seen: Vec<u32> = Vec::new();
        for skip in ["0", "10", "20"] {
            let parameters = [("$top", "10"), ("$skip", skip), ("$orderby", order)];
            seen.extend(paged(&parameters, 30, &switches).expect("a page").0);
        }
        assert_eq!(seen.len(), 30);
        seen.sort_unstable();
        seen.dedup();
        seen.len()
    };
    assert_eq!(read(UnorderedPages::Stable, ""), 30);
    assert!(read(UnorderedPages::Shuffled, "") < 30);
    assert_eq!(read(UnorderedPages::Shuffled, "UID"), 30);
}

#[test]
fn a_filter_says_which_rows_need_to_be_looked_at() {
    let pinned = |filter: &str, path: &str| {
        let query = [("$filter".to_owned(), filter.to_owned())];
        let query = Query::parse(&query, &SHAPE, &Switches::default()).expect("a query");
        query
            .pinned(path)
            .map(|values| values.into_iter().filter_map(|value| value.text()).map(str::to_owned).collect())
    };
    let texts = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    assert_eq!(pinned("Number eq '7' and Customer/Name eq 'x'", "Number"), texts(&["7"]));
    assert_eq!(pinned("Number eq '7' and Customer/Name eq 'x'", "Customer/Name"), texts(&["x"]));
    assert_eq!(pinned("Number eq '7' or Number eq '8'", "Number"), texts(&["7", "8"]));
    assert_eq!(pinned("Status eq 'Open' and (Number eq '7' or Number eq '8')", "Number"), texts(&["7", "8"]));
    for open in ["Number eq '7' or Status eq 'Open'", "Number ne '7'", "tolower(Number) eq '7'", "Status eq 'Open'"] {
        assert_eq!(pinned(open, "Number"), None, "{open}");
    }
    let by_id = [("$filter".to_owned(), "UID eq guid'00000000-0000-0000-0000-000000000004'".to_owned())];
    let by_id = Query::parse(&by_id, &SHAPE, &Switches::default()).expect("a query");
    assert_eq!(by_id.pinned("UID").expect("pinned")[0].guid(), Some(Uuid::from_u128(4)));
}
