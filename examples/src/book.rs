//! Reading records from JSON Lines: one record a line, any number of lines, one line in memory at a time.

use std::fmt;
use std::io::{self, BufRead, Read as _};

use chrono::{Datelike as _, NaiveDate};
use factory_accounting::model::{ParseError, Record};

/// A line longer than this is refused without being kept: a record of 5,000 lines of text is a tenth of it.
const LONGEST_LINE: u64 = 32 << 20;

/// A line that holds no record.
#[derive(Debug)]
pub struct BadLine {
    /// Its number, counting from 1.
    pub number: u64,
    /// The field and what is wrong with it.
    pub error: ParseError,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.error.path == "." {
            write!(f, "line {}: {}", self.number, self.error.reason)
        } else {
            write!(f, "line {}: {}: {}", self.number, self.error.path, self.error.reason)
        }
    }
}

/// The records of a reader, line by line. Blank lines are passed over.
#[derive(Debug)]
pub struct Book<R> {
    reader: R,
    line: Vec<u8>,
    number: u64,
}

impl<R: BufRead> Book<R> {
    /// Reads from the beginning of `reader`.
    pub fn new(reader: R) -> Self {
        Self { reader, line: Vec::new(), number: 0 }
    }

    /// The next line's bytes without its end; `None` at the end of the input.
    fn next_line(&mut self) -> io::Result<Option<Result<(), BadLine>>> {
        self.line.clear();
        let read = self.reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut self.line)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        if self.line.last() != Some(&b'\n') && self.line.len() as u64 == LONGEST_LINE {
            self.skip_rest_of_line()?;
            return Ok(Some(Err(self.bad(format!("longer than {} MiB: split the record", LONGEST_LINE >> 20)))));
        }
        Ok(Some(Ok(())))
    }

    fn skip_rest_of_line(&mut self) -> io::Result<()> {
        loop {
            let buffered = self.reader.fill_buf()?;
            if buffered.is_empty() {
                return Ok(());
            }
            let end = buffered.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(buffered.len(), |end| end + 1);
            self.reader.consume(taken);
            if end.is_some() {
                return Ok(());
            }
        }
    }

    fn bad(&self, reason: impl Into<String>) -> BadLine {
        BadLine { number: self.number, error: ParseError { path: ".".to_owned(), reason: reason.into() } }
    }

    fn parse(&self) -> Option<Result<Record, BadLine>> {
        let Ok(text) = std::str::from_utf8(&self.line) else {
            return Some(Err(self.bad("not UTF-8: save the file as UTF-8")));
        };
        // Some editors begin a UTF-8 file with a byte order mark.
        let text = text.trim_start_matches('\u{feff}').trim();
        (!text.is_empty()).then(|| Record::parse(text).map_err(|error| BadLine { number: self.number, error }))
    }
}

impl<R: BufRead> Iterator for Book<R> {
    type Item = io::Result<Result<Record, BadLine>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.next_line() {
                Err(error) => return Some(Err(error)),
                Ok(None) => return None,
                Ok(Some(Err(bad))) => return Some(Ok(Err(bad))),
                Ok(Some(Ok(()))) => {
                    if let Some(parsed) = self.parse() {
                        return Some(Ok(parsed));
                    }
                }
            }
        }
    }
}

/// A month of a book, as a host would have pushed it: what is undated goes with what follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Month {
    /// `2026-07`.
    pub name: String,
    /// Its records in the order of the book.
    pub records: Vec<Record>,
}

/// Cuts a book into months. A month never goes back: a document filed late stays where it stands in the book.
#[must_use]
pub fn months(records: Vec<Record>) -> Vec<Month> {
    let mut months: Vec<Month> = Vec::new();
    let mut undated = Vec::new();
    let mut reached = NaiveDate::MIN;
    for record in records {
        let Some(date) = record.date() else {
            undated.push(record);
            continue;
        };
        reached = reached.max(date);
        let name = format!("{:04}-{:02}", reached.year(), reached.month());
        if months.last().is_none_or(|month| month.name != name) {
            months.push(Month { name, records: Vec::new() });
        }
        if let Some(month) = months.last_mut() {
            month.records.append(&mut undated);
            month.records.push(record);
        }
    }
    match months.last_mut() {
        Some(month) => month.records.append(&mut undated),
        None if undated.is_empty() => {}
        None => months.push(Month { name: "undated".to_owned(), records: undated }),
    }
    months
}

/// The order book that ships with the examples: a joinery and metal workshop, July to November 2026.
pub const ORDER_BOOK: &str = include_str!("../data/order-book.jsonl");

/// The shipped order book, read.
///
/// # Errors
/// The first bad line, should someone have edited the file.
pub fn order_book() -> anyhow::Result<Vec<Record>> {
    Book::new(ORDER_BOOK.as_bytes())
        .map(|line| line?.map_err(|bad| anyhow::anyhow!("examples/data/order-book.jsonl, {bad}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use factory_accounting::model::RecordKind;

    use super::*;

    fn read(text: &str) -> Vec<Result<Record, String>> {
        Book::new(text.as_bytes()).map(|line| line.unwrap().map_err(|bad| bad.to_string())).collect()
    }

    #[test]
    fn a_bad_line_is_told_with_number_field_and_reason_and_the_rest_goes_on() {
        let lines = read(include_str!("../data/bad-lines.jsonl"));
        let told: Vec<&str> = lines.iter().filter_map(|line| line.as_ref().err().map(String::as_str)).collect();
        let expected = [
            ("line 2: ", "EOF"),
            ("line 3: currency: ", "NZX"),
            ("line 4: kind: ", "invioce"),
            ("line 5: ", "unknown field `colour`"),
            ("line 6: lines[0]", "a dozen"),
            ("line 7: date: ", "out of range"),
            ("line 8: ", "missing field `number`"),
            ("line 9: ", "expected"),
            ("line 10: kind: ", "credit note"),
        ];
        assert_eq!(told.len(), expected.len(), "{told:#?}");
        for (told, (start, part)) in told.iter().zip(expected) {
            assert!(told.starts_with(start) && told.contains(part), "{told:?} should be {start:?} .. {part:?}");
        }
        assert_eq!(lines.iter().filter(|line| line.is_ok()).count(), 3, "the good lines are read all the same");
    }

    #[test]
    fn blank_lines_byte_order_marks_and_windows_line_ends_are_passed_over() {
        let lines = read(
            "\u{feff}{\"kind\":\"customer\",\"id\":\"1\",\"name\":\"A\"}\r\n\r\n  \n{\"kind\":\"customer\",\"id\":\"2\",\"name\":\"B\"}",
        );
        assert_eq!(lines.iter().filter(|line| line.is_ok()).count(), 2, "{lines:?}");
    }

    #[test]
    fn bytes_that_are_no_text_are_told_and_the_rest_goes_on() {
        let bytes = [b"\xff\xfe\n".as_slice(), br#"{"kind":"customer","id":"1","name":"A"}"#].concat();
        let lines: Vec<_> = Book::new(bytes.as_slice()).map(Result::unwrap).collect();
        assert_eq!(lines[0].as_ref().unwrap_err().to_string(), "line 1: not UTF-8: save the file as UTF-8");
        assert!(lines[1].is_ok());
    }

    #[test]
    fn a_line_without_end_is_refused_and_not_kept() {
        let endless = io::repeat(b'x')
            .take(LONGEST_LINE + 5)
            .chain(io::Cursor::new(b"\n{\"kind\":\"customer\",\"id\":\"1\",\"name\":\"A\"}"));
        let mut book = Book::new(io::BufReader::new(endless));
        let told = book.next().unwrap().unwrap().unwrap_err().to_string();
        assert!(told.starts_with("line 1: longer than 32 MiB"), "{told}");
        assert!(book.next().unwrap().unwrap().is_ok());
        assert!(book.next().is_none());
    }

    #[test]
    fn the_order_book_is_as_large_as_it_claims() {
        let mut counts: BTreeMap<RecordKind, usize> = BTreeMap::new();
        let records = order_book().unwrap();
        for record in &records {
            *counts.entry(record.kind()).or_default() += 1;
        }
        let documents: usize = records.iter().filter(|record| record.date().is_some()).count();
        assert!(counts[&RecordKind::Customer] >= 40, "{counts:?}");
        assert!(counts[&RecordKind::Supplier] >= 15, "{counts:?}");
        assert!(counts[&RecordKind::Product] >= 60, "{counts:?}");
        assert!(documents >= 120, "{documents}");
        assert!(records.iter().any(|record| record.name().chars().count() == 255), "a name of exactly 255 characters");
    }

    #[test]
    fn the_order_book_is_pushed_month_by_month_and_no_record_twice() {
        let records = order_book().unwrap();
        let keys: std::collections::BTreeSet<_> = records.iter().map(Record::key).collect();
        assert_eq!(keys.len(), records.len());
        let months = months(records.clone());
        let names: Vec<&str> = months.iter().map(|month| month.name.as_str()).collect();
        assert_eq!(names, ["2026-07", "2026-08", "2026-09", "2026-10", "2026-11"]);
        let again: Vec<Record> = months.into_iter().flat_map(|month| month.records).collect();
        assert_eq!(again, records);
    }
}
