//! Codes and their pages in docs/errors are one: what a person is told in the program is what the page says.

use std::collections::BTreeSet;

use factory_accounting_core::code::{Code, Parked};

use crate::tree;

/// What each page has, in this order.
const SECTIONS: [&str; 5] =
    ["## What happened", "## Who can fix it", "## How", "## What happens then", "## An example"];

/// Words of the trade of those who write programs.
const JARGON: [&str; 12] = [
    "api",
    "http",
    "json",
    "endpoint",
    "payload",
    "idempotency",
    "token",
    "retry",
    "timeout",
    "enqueue",
    "revision",
    "tenant",
];

fn page(code: Code) -> String {
    tree::read(&format!("docs/errors/{code}.md"))
}

/// Prose without its line breaks.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text between a heading and the next one.
fn section<'a>(page: &'a str, heading: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&format!("\n{heading}\n"))?;
    Some(rest.split("\n## ").next().unwrap_or(rest).trim())
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let codes: BTreeSet<String> = Code::ALL.iter().map(ToString::to_string).collect();
    let pages: BTreeSet<String> = tree::files()
        .iter()
        .filter_map(|path| path.strip_prefix("docs/errors/")?.strip_suffix(".md"))
        .filter(|name| *name != "README")
        .map(str::to_owned)
        .collect();
    let missing: Vec<_> = codes.difference(&pages).collect();
    let stray: Vec<_> = pages.difference(&codes).collect();
    assert!(missing.is_empty(), "write docs/errors/<code>.md for {missing:?}");
    assert!(stray.is_empty(), "no code stands behind these pages of docs/errors, remove or rename them: {stray:?}");
    assert_eq!(codes.len(), Code::ALL.len(), "two variants of Code carry one code: give one of them its own");
}

#[test]
fn title_and_remedy_of_a_page_are_those_of_its_code() {
    for code in Code::ALL {
        let page = page(*code);
        let title = format!("# {code}: {}", code.title());
        assert_eq!(page.lines().next(), Some(title.as_str()), "docs/errors/{code}.md: begin with the title in code.rs");
        let short = format!("**In short:** {}.", code.remedy());
        let head = unwrapped(page.split("\n## ").next().unwrap_or_default());
        assert!(head.ends_with(&short), "docs/errors/{code}.md: the head ends with the remedy in code.rs: {short}");
    }
}

#[test]
fn every_page_answers_the_same_questions_in_the_same_order() {
    for code in Code::ALL {
        let page = page(*code);
        let headings: Vec<&str> = page.lines().filter(|line| line.starts_with("## ")).collect();
        assert_eq!(headings, SECTIONS, "docs/errors/{code}.md: give it these sections");
        for heading in SECTIONS {
            let words = section(&page, heading).unwrap_or_default().split_whitespace().count();
            assert!(words >= 2, "docs/errors/{code}.md: {heading:?} says next to nothing");
        }
        let answers = "(README.md#what-you-can-answer)";
        assert!(page.contains(answers), "docs/errors/{code}.md: link the answers: {answers}");
    }
}

#[test]
fn pages_are_written_for_the_office() {
    for code in Code::ALL {
        let page = page(*code);
        let prose = page.split("\n## An example\n").next().unwrap_or_default().to_lowercase();
        let words = prose.split(|c: char| !c.is_alphanumeric());
        let found: Vec<&str> = words.filter(|word| JARGON.contains(word)).collect();
        assert!(found.is_empty(), "docs/errors/{code}.md: say it in the words of an office: {found:?}");
    }
}

#[test]
fn every_example_is_a_line_as_the_program_writes_it() {
    for code in Code::ALL {
        let page = page(*code);
        let example = section(&page, "## An example").unwrap_or_default();
        let line = example.strip_prefix("```text\n").and_then(|rest| rest.split_once("\n```")).map(|(line, _)| line);
        let line = line.unwrap_or_else(|| panic!("docs/errors/{code}.md: the example begins with a ```text block"));
        assert!(!line.contains('\n'), "docs/errors/{code}.md: the example is one line");
        let framed = Parked::new(*code, "…").to_string();
        let (before, behind) = framed.split_once('…').unwrap_or_default();
        assert!(
            line.starts_with(before) && line.ends_with(behind) && line.len() > framed.len() + 10,
            "docs/errors/{code}.md: the example begins with {before:?} and ends with {behind:?}"
        );
    }
}

#[test]
fn the_index_lists_every_code_with_its_title_and_remedy() {
    let index = tree::read("docs/errors/README.md");
    let rows: Vec<&str> = index.lines().filter(|line| line.starts_with("| [FA-")).collect();
    let wanted: Vec<String> = Code::ALL
        .iter()
        .map(|code| format!("| [{code}]({code}.md) | {} | {} |", code.title(), code.remedy()))
        .collect();
    assert_eq!(rows, wanted, "docs/errors/README.md: one row for each code, in the order of code.rs");
}

#[test]
fn codes_are_in_order_and_their_texts_are_one_line_fragments() {
    assert!(Code::ALL.is_sorted_by_key(|code| code.as_str()), "code.rs: keep the codes in order");
    for code in Code::ALL {
        for text in [code.title(), code.remedy()] {
            let fragment = !text.ends_with('.') && !text.contains('\n') && text.starts_with(|c: char| c.is_lowercase());
            assert!(
                fragment,
                "code.rs, {code}: {text:?} begins in lower case, is one line and ends without a full stop"
            );
        }
    }
}
