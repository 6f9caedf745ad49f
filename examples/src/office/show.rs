//! Headings, tables and lines on 100 columns.

use std::fmt::Display;
use std::io;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{Cell, CellAlignment, ColumnConstraint, Table, TableComponent, Width};

use crate::console::say;
use crate::report;

/// Columns of a line.
const WIDTH: usize = 100;

/// The heading of a screen.
pub(super) fn screen(title: &str) -> io::Result<()> {
    let rule = "─".repeat(WIDTH.saturating_sub(title.chars().count() + 4));
    say(format_args!("\n── {title} {rule}"))
}

/// A line under a heading, wrapped.
pub(super) fn line(text: impl Display) -> io::Result<()> {
    indented(text, "")
}

/// A line of a list, wrapped under itself.
pub(super) fn item(text: impl Display) -> io::Result<()> {
    indented(text, "  ")
}

fn indented(text: impl Display, indent: &str) -> io::Result<()> {
    let room = WIDTH - indent.len();
    let mut written = String::new();
    for word in text.to_string().split(' ') {
        let length = written.chars().count();
        if length > 0 && length + 1 + word.chars().count() > room {
            say(format_args!("{indent}{written}"))?;
            written = if indent.is_empty() { String::new() } else { "  ".to_owned() };
            written.push_str(word);
            continue;
        }
        if length > 0 {
            written.push(' ');
        }
        written.push_str(word);
    }
    say(format_args!("{indent}{written}"))
}

/// A table of texts. `widths` are the widest that its first columns may be; the rest share what is left. Rows of several
/// lines are kept apart by rules.
pub(super) fn table<const N: usize>(heads: [&str; N], rows: &[[String; N]], widths: &[u16]) -> io::Result<()> {
    let mut table = made(heads, rows, N);
    for (column, width) in table.column_iter_mut().zip(widths) {
        column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(*width)));
    }
    let heights = table.lines().count();
    if heights <= rows.len() * 2 + 4 {
        unruled(&mut table);
    }
    say(table)
}

/// The same with numbers in the columns from `first` on.
pub(super) fn figures<const N: usize>(heads: [&str; N], rows: &[[String; N]], first: usize) -> io::Result<()> {
    let mut table = made(heads, rows, first);
    unruled(&mut table);
    say(table)
}

/// Numbers stand to the right, from the column `figures` on.
fn made<const N: usize>(heads: [&str; N], rows: &[[String; N]], figures: usize) -> Table {
    let aligned = |(at, text): (usize, &str)| {
        let cell = Cell::new(text);
        if at < figures { cell } else { cell.set_alignment(CellAlignment::Right) }
    };
    let mut table = report::table(UTF8_HORIZONTAL_ONLY);
    table.set_header(heads.into_iter().enumerate().map(aligned));
    for row in rows {
        table.add_row(row.iter().map(String::as_str).enumerate().map(aligned));
    }
    table
}

fn unruled(table: &mut Table) {
    table.remove_style(TableComponent::HorizontalLines).remove_style(TableComponent::MiddleIntersections);
}
