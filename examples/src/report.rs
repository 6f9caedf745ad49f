//! The closing tables, for 80 to 120 columns.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use comfy_table::presets::{UTF8_FULL_CONDENSED, UTF8_HORIZONTAL_ONLY};
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, TableComponent, Width};
use factory_accounting::code::Parked;
use factory_accounting::model::RecordKind;
use factory_accounting::store::{ConnectionState, Counts, Operation, OperationState};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::meter::Metered;

const NARROWEST: u16 = 80;
const WIDEST: u16 = 120;

/// Longest name shown whole.
const NAME: usize = 40;

/// A table as wide as the terminal, within reason.
pub(crate) fn table(preset: &str) -> Table {
    let mut table = Table::new();
    table.load_preset(preset).set_content_arrangement(ContentArrangement::Dynamic);
    let asked = || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let columns = table.width().or_else(asked).unwrap_or(100);
    table.set_width(columns.clamp(NARROWEST, WIDEST));
    table
}

fn number(value: impl ToString) -> Cell {
    Cell::new(value.to_string()).set_alignment(CellAlignment::Right)
}

/// A count; nothing for none, so that the eye finds what is there.
fn count(value: u64) -> Cell {
    number(if value == 0 { String::new() } else { value.to_string() })
}

fn capitalised(kind: RecordKind) -> String {
    let plural = match kind {
        RecordKind::Customer => "Customers",
        RecordKind::Supplier => "Suppliers",
        RecordKind::Product => "Products",
        RecordKind::Job => "Jobs",
        RecordKind::Quote => "Quotes",
        RecordKind::Order => "Orders",
        RecordKind::Invoice => "Invoices",
        RecordKind::CreditNote => "Credit notes",
        RecordKind::Allocation => "Allocations",
        RecordKind::PurchaseOrder => "Purchase orders",
        RecordKind::Bill => "Bills",
        RecordKind::Payment => "Payments",
        other => return other.label().to_owned(),
    };
    plural.to_owned()
}

/// What became of the records of each kind, and what it took. `counts` says how the outbox stands now.
#[must_use]
pub fn kinds(metered: &Metered, counts: &Counts) -> String {
    let mut table = table(UTF8_HORIZONTAL_ONLY);
    table.remove_style(TableComponent::HorizontalLines).remove_style(TableComponent::MiddleIntersections);
    let heads = ["", "pushed", "created", "updated", "same", "voided", "skipped", "parked", "waiting", "calls"];
    table.set_header(heads);
    let mut sums = [0_u64; 9];
    for kind in RecordKind::ALL {
        let of = metered.kinds.get(&kind).cloned().unwrap_or_default();
        let in_state = |states: &[&str]| -> u64 {
            states.iter().map(|state| counts.get(&(kind, *state)).copied().unwrap_or_default()).sum()
        };
        let parked = in_state(&["parked"]);
        let waiting = in_state(&["queued", "held", "sending"]);
        let same = of.known + of.unchanged;
        let row = [of.pushed, of.created, of.updated, same, of.voided, of.left_out, parked, waiting, of.calls];
        if row.iter().all(|value| *value == 0) {
            continue;
        }
        table.add_row(std::iter::once(Cell::new(capitalised(kind))).chain(row.into_iter().map(count)));
        sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    // Calls that are about no kind: the organisation, its accounts, tax codes and currencies.
    let other = metered.calls().saturating_sub(sums[8]);
    if other > 0 {
        let blanks = (0..8).map(|_| Cell::new(""));
        table.add_row(std::iter::once(Cell::new("Lists")).chain(blanks).chain([count(other)]));
    }
    sums[8] += other;
    table.add_row(std::iter::once(Cell::new("All")).chain(sums.into_iter().map(number)));
    // Nothing but the lines' own space between columns: all ten fit on 80.
    for column in table.column_iter_mut() {
        column.set_padding((0, 0)).set_constraint(ColumnConstraint::ContentWidth);
    }
    table.to_string()
}

/// Documents of one kind and what they come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub documents: u64,
    /// What they come to: tax included, unless the package reckoned the tax itself.
    pub total: Decimal,
    /// The tax that the package reckoned itself.
    pub tax: Decimal,
}

impl Sum {
    /// Counts one more document.
    pub fn add(&mut self, total: Decimal) {
        self.documents += 1;
        self.total += total;
    }
}

/// The books' totals beside the host's, and whether they agree in number and to the cent.
#[must_use]
pub fn totals(host: &BTreeMap<RecordKind, Sum>, books: &BTreeMap<RecordKind, Sum>) -> (String, bool) {
    let mut table = table(UTF8_FULL_CONDENSED);
    table.set_header(["", "host", "host's total", "books", "books' total", ""]);
    let mut agree = true;
    for kind in RecordKind::ALL {
        let of = |side: &BTreeMap<RecordKind, Sum>| side.get(&kind).copied().unwrap_or_default();
        let (host, books) = (of(host), of(books));
        if host == Sum::default() && books == Sum::default() {
            continue;
        }
        let same = (host.documents, host.total) == (books.documents, books.total);
        agree &= same;
        let verdict = match () {
            () if same => "✓".to_owned(),
            () if host.total == books.total => {
                format!("{:+} documents", books.documents as i64 - host.documents as i64)
            }
            () => format!("{:+}", books.total - host.total),
        };
        table.add_row([
            Cell::new(capitalised(kind)),
            number(host.documents),
            number(money(host.total)),
            number(books.documents),
            number(money(books.total)),
            Cell::new(verdict),
        ]);
    }
    let mut text = table.to_string();
    let taxed: Vec<String> = books
        .iter()
        .filter(|(_, sum)| !sum.tax.is_zero())
        .map(|(kind, sum)| format!("{} {}", capitalised(*kind).to_lowercase(), money(sum.tax)))
        .collect();
    if !taxed.is_empty() {
        text.push_str(&format!("\nBefore tax. Tax as the package reckoned it: {}.", taxed.join(", ")));
    }
    (text, agree)
}

/// An amount with its thousands apart: `14 626.85`.
#[must_use]
pub fn money(amount: Decimal) -> String {
    // Rounded first: the formatter would cut.
    let text = format!("{:.2}", amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero));
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push('\u{a0}');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}.{cents}")
}

/// Why nothing is sent at the moment, and what ends that.
#[must_use]
pub fn resting(state: &ConnectionState) -> String {
    match state {
        ConnectionState::Paused { until, reason } => {
            format!("Sending rests until {}: {reason}. Run again then; nothing is lost.", until.format("%F %T UTC"))
        }
        ConnectionState::NeedsReconnect { reason, .. } => {
            format!("A person must sign in again ({reason}): run connect, then this again. Nothing is lost.")
        }
        _ => "The connection is closed: run connect, then this again. Nothing is lost.".to_owned(),
    }
}

/// Measured values in columns beside each other.
#[must_use]
pub fn measures<const N: usize>(heads: [&str; N], rows: &[[String; N]]) -> String {
    let mut table = table(UTF8_FULL_CONDENSED);
    table.set_header(heads);
    for row in rows {
        let values = row.iter().skip(1).map(number);
        table.add_row(row.first().map(Cell::new).into_iter().chain(values));
    }
    table.to_string()
}

/// What waits for a person, in order of the codes: code, document, reason, remedy.
#[must_use]
pub fn parked(operations: &[Operation]) -> String {
    let mut questions: Vec<(&Operation, &Parked)> = operations
        .iter()
        .filter_map(|operation| match &operation.state {
            OperationState::Parked { parked } => Some((operation, parked)),
            _ => None,
        })
        .collect();
    questions.sort_by_key(|(operation, parked)| (parked.code, operation.id));
    let mut table = table(UTF8_HORIZONTAL_ONLY);
    table.set_header(["code", "document", "reason, and what mends it"]);
    for (operation, parked) in questions {
        let document = format!("{}\n{}", operation.key.kind.label(), shortened(&operation.name));
        table.add_row([parked.code.to_string(), document, reason(operation, parked)]);
    }
    if let Some(column) = table.column_mut(0) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    if let Some(column) = table.column_mut(1) {
        column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(26)));
    }
    table.to_string()
}

/// What has happened without the document's name, which stands beside it.
fn reason(operation: &Operation, parked: &Parked) -> String {
    let named = format!("{} {:?}", operation.key.kind.label(), operation.name);
    let headline = parked.headline();
    let bare = headline.strip_prefix(&named).unwrap_or(&headline);
    let mut text = bare.trim_start_matches([':', ' ']).to_owned();
    for issue in parked.further_issues() {
        let _ = write!(text, "\n· {issue}");
    }
    for candidate in &parked.candidates {
        let _ = write!(text, "\n· found: {}", candidate.about);
    }
    let _ = write!(text, "\n→ {}", parked.code.remedy());
    text
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME {
        return name.to_owned();
    }
    name.chars().take(NAME - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(entries: &[(RecordKind, u64, &str)]) -> BTreeMap<RecordKind, Sum> {
        entries
            .iter()
            .map(|(kind, documents, total)| {
                (*kind, Sum { documents: *documents, total: total.parse().unwrap(), tax: Decimal::ZERO })
            })
            .collect()
    }

    #[test]
    fn a_cent_or_a_document_too_many_is_a_difference() {
        let host = sums(&[(RecordKind::Invoice, 3, "14626.85"), (RecordKind::Bill, 1, "10.00")]);
        assert!(totals(&host, &host).1);
        let cent = sums(&[(RecordKind::Invoice, 3, "14626.86"), (RecordKind::Bill, 1, "10.00")]);
        let (shown, agree) = totals(&host, &cent);
        assert!(!agree && shown.contains("+0.01"), "{shown}");
        let twice = sums(&[(RecordKind::Invoice, 4, "14626.85"), (RecordKind::Bill, 1, "10.00")]);
        let (shown, agree) = totals(&host, &twice);
        assert!(!agree && shown.contains("+1 documents"), "{shown}");
        assert!(!totals(&host, &BTreeMap::new()).1, "what is missing differs");
    }

    #[test]
    fn tax_that_the_package_reckons_is_shown_and_is_no_difference() {
        let host = sums(&[(RecordKind::Invoice, 1, "100.00")]);
        let mut books = host.clone();
        assert!(!totals(&host, &books).0.contains("Before tax"));
        books.entry(RecordKind::Invoice).or_default().tax = Decimal::new(725, 2);
        let (shown, agree) = totals(&host, &books);
        assert!(agree && shown.contains("invoices 7.25"), "{shown}");
    }

    #[test]
    fn amounts_are_grouped_in_thousands() {
        let shown = |text: &str| money(text.parse().unwrap()).replace('\u{a0}', " ");
        assert_eq!(shown("1234567.8"), "1 234 567.80");
        assert_eq!(shown("-999.999"), "-1 000.00");
        assert_eq!(shown("0"), "0.00");
    }

    #[test]
    fn long_names_are_shortened_by_characters_not_bytes() {
        assert_eq!(shortened(&"木".repeat(41)).chars().count(), NAME);
        assert_eq!(shortened("🪚"), "🪚");
    }
}
