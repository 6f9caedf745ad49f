//! Texts below the lines.

use crate::model::Record;
use crate::plan::Context;
use crate::plan::charge::{text_line, trace_new};
use crate::plan::trail::Step;
use crate::planned::PlannedLine;

/// What was done, for the customer to read (F102): as many lines of text as it needs, from a place among the lines on.
pub(in crate::plan) fn below(record: &Record, at: usize, context: &Context<'_>) -> Vec<PlannedLine> {
    let line = |(index, text): (usize, String)| {
        trace_new(index, context);
        let path = format_args!("lines[{index}].description");
        context.trace(path, || Step::host("work_undertaken", &text));
        context.trace(path, || Step::capability("takes so much text on a line", &text));
        text_line(index, text, context)
    };
    (at..).zip(pieces(record, context)).map(line).collect()
}

/// The texts of those lines.
pub(super) fn pieces(record: &Record, context: &Context<'_>) -> Vec<String> {
    let text = match record {
        Record::Invoice(invoice) if context.settings.work_undertaken => invoice.work_undertaken.as_deref(),
        _ => None,
    };
    text.map(|text| wrapped(text, context.capabilities.line_text)).unwrap_or_default()
}

/// A text in pieces of at most `limit` characters, parted where a line or a word ends as long as one does. Put together they
/// hold every word of it.
fn wrapped(text: &str, limit: usize) -> Vec<String> {
    let limit = limit.max(1);
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.char_indices().nth(limit).map_or(rest.len(), |(at, _)| at);
        let at = if end == rest.len() { end } else { boundary(rest, end) };
        let (piece, behind) = rest.split_at(at);
        pieces.push(piece.trim_end().to_owned());
        rest = behind.trim_start();
    }
    pieces
}

/// Where the last line, or word, before `end` ends; `end` itself within a word that is longer than all.
fn boundary(text: &str, end: usize) -> usize {
    let Some(head) = text.get(..end) else { return end };
    let line = head.rfind('\n').filter(|at| *at > end / 2);
    // A word that ends exactly there ends there.
    let word_ends = text.get(end..).is_some_and(|behind| behind.starts_with(char::is_whitespace));
    let word = if word_ends { Some(end) } else { head.rfind(char::is_whitespace) };
    line.or(word).filter(|at| *at > 0).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn f102_no_word_of_a_text_is_lost_and_no_piece_is_too_long(text in "[a-zé \\n]{0,300}", limit in 1_usize..40) {
            let pieces = wrapped(&text, limit);
            prop_assert!(pieces.iter().all(|piece| piece.chars().count() <= limit && !piece.is_empty()));
            let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&pieces.concat()), letters(&text));
        }
    }

    #[test]
    fn f102_texts_are_parted_between_words_and_rather_between_lines() {
        assert_eq!(wrapped("Hung the door and planed it", 13), ["Hung the door", "and planed it"]);
        assert_eq!(wrapped("Hung the door\nPlaned it", 20), ["Hung the door", "Planed it"]);
        assert_eq!(wrapped("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrapped("  ", 3), Vec::<String>::new());
    }
}
