//! How the numbers of a series are written and read, and how a series may change (F78).

use super::NumberError;
use crate::capability::Capabilities;
use crate::model::RecordKind;
use crate::settings::NumberSeries;

/// The largest value that a number may have: stores keep signed 64-bit integers.
pub const LARGEST: u64 = i64::MAX as u64;

/// The largest block that a device may lease.
pub const LARGEST_BLOCK: u32 = 10_000;

/// The most digits that the width of a series may ask for; the accounting package's own limit comes on top.
pub const WIDEST: u8 = 18;

/// What a change of a series means (F78).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesChange {
    /// Numbers go on as they did.
    Continues,
    /// Numbers begin at the new start; those between are never given.
    Skips {
        /// How many.
        numbers: u64,
    },
    /// A run of its own begins under another prefix.
    NewRun,
}

impl NumberSeries {
    /// Whether the series can count at all.
    ///
    /// # Errors
    /// [`NumberError::Series`].
    pub fn check(&self) -> Result<(), NumberError> {
        let refused = |reason: String| Err(NumberError::Series { prefix: self.prefix.clone(), reason });
        if self.prefix.ends_with(|last: char| last.is_ascii_digit()) {
            // "A1" with 1 and "A" with 11 would be one number.
            return refused("the prefix ends in a digit: end it in a letter or a sign, such as \"2026-\"".to_owned());
        }
        if self.prefix != self.prefix.trim_start() || self.prefix.chars().any(char::is_control) {
            return refused("the prefix begins with a space or holds a control character: leave it out".to_owned());
        }
        if self.width > WIDEST {
            return refused(format!("the width is {}: give at most {WIDEST} digits", self.width));
        }
        if self.block == 0 || self.block > LARGEST_BLOCK {
            return refused(format!("blocks are of {}: give 1 to {LARGEST_BLOCK} numbers", self.block));
        }
        if self.start > LARGEST {
            return refused(format!("the start is {}: give at most {LARGEST}", self.start));
        }
        Ok(())
    }

    /// A number as it stands on a document.
    #[must_use]
    pub fn format(&self, value: u64) -> String {
        write(&self.prefix, self.width, value)
    }

    /// The value of a number of this series. Zeros in front and the case of the prefix are looks only: people and packages
    /// change them.
    ///
    /// # Errors
    /// [`NumberError::NotOfSeries`], also where the value is beyond what a series can count.
    pub fn value_of(&self, number: &str) -> Result<u64, NumberError> {
        let of_series = split(number).ok().filter(|(prefix, _)| run_of(prefix) == run_of(&self.prefix));
        let of_series = of_series.map(|(_, value)| value);
        of_series.ok_or_else(|| NumberError::NotOfSeries { number: number.to_owned(), prefix: self.prefix.clone() })
    }

    /// Whether the accounting package takes the series' numbers up to and with `last` on documents of a kind. A kind that it
    /// keeps no records of takes any.
    ///
    /// # Errors
    /// [`NumberError::TooLong`], [`NumberError::Characters`].
    pub fn fits(&self, kind: RecordKind, last: u64, capabilities: &Capabilities) -> Result<(), NumberError> {
        let Some(capability) = capabilities.of(kind) else { return Ok(()) };
        let number = self.format(last);
        let (length, limit) = (number.chars().count(), capability.number_text);
        if length > limit {
            return Err(NumberError::TooLong { kind, number, length, limit });
        }
        let odd = capability.number_characters.odd_in(&number);
        odd.map_or(Ok(()), |odd| Err(NumberError::Characters { kind, number, odd }))
    }

    /// Whether the accounting package takes the numbers of a block that begins at `first`, of the size that the series has.
    ///
    /// # Errors
    /// Those of [`fits`](Self::fits).
    pub fn block_fits(&self, kind: RecordKind, first: u64, capabilities: &Capabilities) -> Result<(), NumberError> {
        self.fits(kind, first.saturating_add(u64::from(self.block).saturating_sub(1)), capabilities)
    }

    /// Whether this series may take the place of the one before, if there was one, and what follows. `next` is the first value
    /// of this series' prefix that was never handed out; `None` where none was.
    ///
    /// # Errors
    /// [`NumberError::Series`]; [`NumberError::StartTooLow`] where the start is lowered below what was handed out, or a
    /// prefix that was in use before is taken up again below where it had come to.
    pub fn follows(&self, before: Option<&Self>, next: Option<u64>) -> Result<SeriesChange, NumberError> {
        self.check()?;
        let before = before.filter(|before| run_of(&before.prefix) == run_of(&self.prefix));
        if let Some(next) = next.filter(|next| self.start < *next)
            && before.is_none_or(|before| self.start < before.start)
        {
            return Err(NumberError::StartTooLow { prefix: self.prefix.clone(), start: self.start, next });
        }
        Ok(match next {
            None if before.is_some() => SeriesChange::Continues,
            None => SeriesChange::NewRun,
            Some(next) if self.start > next => SeriesChange::Skips { numbers: self.start - next },
            Some(_) => SeriesChange::Continues,
        })
    }
}

/// A number as it stands on a document.
pub(super) fn write(prefix: &str, width: u8, value: u64) -> String {
    format!("{prefix}{value:0width$}", width = usize::from(width))
}

/// A number in its prefix and its value. No prefix ends in a digit, so that there is one way only.
///
/// # Errors
/// [`NumberError::NoNumber`] where it does not end in digits, or in too many.
pub fn split(number: &str) -> Result<(&str, u64), NumberError> {
    let trimmed = number.trim();
    let prefix = trimmed.trim_end_matches(|last: char| last.is_ascii_digit());
    let digits = trimmed.get(prefix.len()..).unwrap_or_default();
    let value = digits.parse().ok().filter(|value| *value <= LARGEST);
    value.map(|value| (prefix, value)).ok_or_else(|| NumberError::NoNumber { number: number.to_owned() })
}

/// The run that a prefix counts in: "INV-7" and "inv-7" are one number to people, and to some packages.
#[must_use]
pub fn run_of(prefix: &str) -> String {
    prefix.trim_start().to_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::capability::{AmountRules, Characters, MarkerField, RecordCapability, TaxRounding};
    use crate::money::Halves;

    fn series(prefix: &str, start: u64, width: u8) -> NumberSeries {
        NumberSeries { prefix: prefix.to_owned(), start, width, block: 25 }
    }

    #[test]
    fn f78_numbers_are_written_with_prefix_and_width() {
        assert_eq!(series("INV-", 1, 5).format(42), "INV-00042");
        assert_eq!(series("INV-", 1, 1).format(123_456), "INV-123456");
        assert_eq!(series("", 1, 0).format(7), "7");
    }

    #[test]
    fn zeros_in_front_and_case_are_looks_only() {
        for text in ["INV-42", "INV-00042", "inv-042", " INV-42 "] {
            assert_eq!(series("INV-", 1, 5).value_of(text), Ok(42), "{text}");
        }
    }

    #[test]
    fn what_is_not_of_the_series_is_told() {
        let series = series("INV-", 1, 5);
        for text in
            ["INV-", "INV-12a", "SO-12", "12", "", "INV--12", "INV-99999999999999999999", "INV-9223372036854775808"]
        {
            let refused = series.value_of(text).expect_err(text);
            assert_eq!(refused, NumberError::NotOfSeries { number: text.to_owned(), prefix: "INV-".to_owned() });
            assert!(refused.to_string().contains(text) && !refused.to_string().contains('\n'));
        }
        assert_eq!(series.value_of("INV-9223372036854775807"), Ok(LARGEST));
    }

    #[test]
    fn a_series_that_cannot_count_is_refused_with_what_to_do() {
        let usual = series("A-", 1, 4);
        assert_eq!(usual.check(), Ok(()));
        for (wrong, says) in [
            (series("INV26", 1, 4), "end it in a letter or a sign"),
            (series(" A", 1, 4), "space"),
            (series("A\u{7}-", 1, 4), "control character"),
            (series("A-", 1, 19), "at most 18"),
            (series("A-", u64::MAX, 4), "at most 9223372036854775807"),
            (NumberSeries { block: 0, ..usual.clone() }, "1 to 10000"),
            (NumberSeries { block: 10_001, ..usual.clone() }, "1 to 10000"),
        ] {
            let refused = wrong.check().expect_err("refused").to_string();
            assert!(refused.contains(says), "{refused}");
        }
    }

    #[test]
    fn numbers_that_the_package_has_no_room_for_are_refused() {
        let rules = AmountRules::new(4, 4, TaxRounding::PerLine, Halves::AwayFromZero);
        let mut capabilities = Capabilities::new(rules, std::time::Duration::ZERO);
        let mut invoice = RecordCapability::new(1, MarkerField::Number);
        invoice.number_text = 8;
        invoice.number_characters = Characters::PrintableAscii;
        capabilities.records.insert(RecordKind::Invoice, invoice);
        assert_eq!(series("INV-", 1, 4).fits(RecordKind::Invoice, 9_999, &capabilities), Ok(()));
        let refused =
            series("INV-", 1, 4).fits(RecordKind::Invoice, 10_000, &capabilities).expect_err("nine characters");
        assert!(matches!(refused, NumberError::TooLong { length: 9, limit: 8, .. }), "{refused}");
        let refused = series("Ü-", 1, 4).fits(RecordKind::Invoice, 1, &capabilities).expect_err("an accent");
        assert!(matches!(refused, NumberError::Characters { odd: 'Ü', .. }), "{refused}");
        assert_eq!(series("INVOICE-", 1, 4).fits(RecordKind::Job, 1, &capabilities), Ok(()), "it keeps no jobs");
    }

    #[test]
    fn f78_a_start_may_be_raised_and_not_lowered_below_what_was_handed_out() {
        use SeriesChange::{Continues, NewRun, Skips};
        // start before, start after, next, what follows
        for (before, after, next, expected) in [
            (1, 1, None, Ok(Continues)),
            (1, 1_000, None, Ok(Continues)),
            (1_000, 1, None, Ok(Continues)),
            (1, 1, Some(51), Ok(Continues)),
            (1, 51, Some(51), Ok(Continues)),
            (1, 40, Some(51), Ok(Continues)),
            (1, 60, Some(51), Ok(Skips { numbers: 9 })),
            (1_000, 1_051, Some(1_051), Ok(Continues)),
            (1_000, 999, Some(1_051), Err(1_051)),
            (2_000, 1_051, Some(1_051), Ok(Continues)),
            (2_000, 1_050, Some(1_051), Err(1_051)),
        ] {
            let outcome = series("A-", after, 4).follows(Some(&series("A-", before, 4)), next);
            let expected =
                expected.map_err(|next| NumberError::StartTooLow { prefix: "A-".to_owned(), start: after, next });
            assert_eq!(outcome, expected, "{before} to {after}, next {next:?}");
        }
        assert_eq!(series("B-", 1, 4).follows(Some(&series("A-", 900, 4)), None), Ok(NewRun));
        assert!(series("B-", 1, 4).follows(Some(&series("A-", 1, 4)), Some(76)).is_err(), "B- had come to 75 before");
        assert!(series("B-", 1, 4).follows(None, Some(76)).is_err(), "it is set up again");
        assert_eq!(series("B-", 1, 4).follows(None, None), Ok(NewRun));
        assert_eq!(series("B-", 76, 4).follows(Some(&series("A-", 1, 4)), Some(76)), Ok(Continues));
    }

    proptest! {
        #[test]
        fn every_number_reads_back(prefix in "[A-Za-z0-9/ .-]{0,6}[A-Z/.-]", width in 0..=18_u8, value in 0..=LARGEST) {
            let series = series(prefix.trim_start(), 1, width);
            prop_assume!(series.check().is_ok());
            prop_assert_eq!(series.value_of(&series.format(value)), Ok(value));
        }

        #[test]
        fn two_series_never_write_one_number(
            one in "[A-B1-2-]{0,3}", other in "[A-B1-2-]{0,3}", values in (0..200_u64, 0..200_u64), widths in (0..4_u8, 0..4_u8)
        ) {
            let (one, other) = (series(&one, 1, widths.0), series(&other, 1, widths.1));
            prop_assume!(one.check().is_ok() && other.check().is_ok());
            let same = run_of(&one.prefix) == run_of(&other.prefix) && values.0 == values.1;
            prop_assert!(same || one.format(values.0) != other.format(values.1));
        }
    }
}
