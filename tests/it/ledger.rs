//! docs/features.md says what works and which test proves it; here it is held against the source tree.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree;

const LEDGER: &str = "docs/features.md";
const NOT_YET: &str = "not yet";

/// The series of ids and how many each has: features, what came later, demands of users, faults of others.
const SERIES: [(char, u32); 4] = [('F', 111), ('L', 27), ('R', 55), ('X', 12)];

/// A row of the ledger.
struct Row {
    id: String,
    about: String,
    served_by: String,
    proven_by: String,
}

fn is_id(word: &str) -> bool {
    word.strip_prefix(SERIES.map(|(letter, _)| letter))
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn rows() -> Vec<Row> {
    let text = tree::read(LEDGER);
    let table = text.lines().filter(|line| line.split(' ').nth(1).is_some_and(is_id) && line.starts_with("| "));
    table
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let [id, about, served_by, proven_by] = cells[..] else {
                panic!("{LEDGER}: four cells a row, and no bar within one: {line}")
            };
            let [id, about, served_by, proven_by] = [id, about, served_by, proven_by].map(str::to_owned);
            Row { id, about, served_by, proven_by }
        })
        .collect()
}

/// Texts between backticks.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// The ids at the beginning of a test's name: F14 and F33 of `f14_f33_an_unlinked_customer_parks_its_documents`.
fn ids(name: &str) -> impl Iterator<Item = String> {
    name.split('_')
        .map(str::to_uppercase)
        .take_while(|word| is_id(word))
        .filter(|_| !name.starts_with(char::is_uppercase))
}

/// Names of the tests that a Rust file defines. In a suite every function is one, made so by a macro.
fn tests_in(path: &str, text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut marked = path.contains("_suite/");
    for line in text.lines().map(str::trim_start) {
        if line.starts_with("#[") {
            marked |= line.contains("test]") || line.contains("test(");
        } else if let Some(name) = function(line) {
            names.extend(marked.then(|| name.to_owned()));
            marked = path.contains("_suite/");
        }
    }
    names
}

/// The name of the function that a line begins.
fn function(line: &str) -> Option<&str> {
    let mut words = line.split(' ').skip_while(|word| ["pub", "pub(crate)", "pub(super)", "async"].contains(word));
    words.next().filter(|word| *word == "fn")?;
    words.next()?.split(['(', '<']).next()
}

/// The tests of each id, as the source tree has them.
fn tests() -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in tree::files_ending(".rs") {
        for name in tests_in(&path, &tree::read(&path)) {
            for id in ids(&name) {
                found.entry(id).or_default().insert(format!("{path}::{name}"));
            }
        }
    }
    found
}

#[test]
fn every_id_has_one_row_in_order() {
    let listed: Vec<String> = rows().into_iter().map(|row| row.id).collect();
    let wanted: Vec<String> =
        SERIES.iter().flat_map(|(letter, last)| (1..=*last).map(move |number| format!("{letter}{number}"))).collect();
    assert_eq!(listed, wanted, "{LEDGER}: each id of {SERIES:?} once and in order");
    for row in rows() {
        assert!(row.about.contains(' '), "{LEDGER}, {}: say what it is", row.id);
        assert!(!row.served_by.is_empty(), "{LEDGER}, {}: name what serves it, or a dash", row.id);
    }
}

#[test]
fn every_row_names_exactly_the_tests_that_carry_its_id() {
    let tests = tests();
    let mut found = Vec::new();
    for row in rows() {
        let wanted = tests.get(&row.id).cloned().unwrap_or_default();
        let named: BTreeSet<String> = quoted(&row.proven_by).map(str::to_owned).collect();
        let not_yet = row.proven_by.contains(NOT_YET);
        if named != wanted || not_yet != named.is_empty() {
            let cell = wanted.iter().map(|test| format!("`{test}`")).collect::<Vec<_>>().join(", ");
            found.push(format!("{}: {}", row.id, if wanted.is_empty() { NOT_YET } else { &cell }));
        }
    }
    assert!(found.is_empty(), "{LEDGER}: make these the last cells of their rows:\n{}", found.join("\n"));
    let rows: BTreeSet<String> = rows().into_iter().map(|row| row.id).collect();
    let unknown: Vec<_> = tests.iter().filter(|(id, _)| !rows.contains(*id)).collect();
    assert!(unknown.is_empty(), "no row has the id that these tests carry: rename them: {unknown:?}");
}

#[test]
fn what_is_said_to_serve_a_row_is_in_the_source() {
    let mut words = BTreeSet::new();
    for path in tree::files_ending(".rs").iter().filter(|path| path.contains("/src/") && !tree::is_test_file(path)) {
        let text = tree::read(path);
        let identifiers = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        words.extend(identifiers.map(str::to_owned));
    }
    let mut found = Vec::new();
    for row in rows() {
        if row.served_by == "–" && !row.proven_by.contains(NOT_YET) {
            found.push(format!("{}: proven, but nothing is named that serves it", row.id));
        }
        for name in quoted(&row.served_by) {
            let gone: Vec<&str> = name
                .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .filter(|word| !word.is_empty() && !words.contains(*word))
                .collect();
            if !gone.is_empty() {
                found.push(format!("{}: `{name}`: {} is no name in the source", row.id, gone.join(", ")));
            }
        }
    }
    assert!(found.is_empty(), "{LEDGER}: bring \"served by\" up to date:\n{}", found.join("\n"));
}

#[test]
fn ids_are_read_from_the_beginning_of_a_name() {
    let read = |name: &str| ids(name).collect::<Vec<_>>();
    assert_eq!(read("f14_f33_an_unlinked_customer_parks_its_documents"), ["F14", "F33"]);
    assert_eq!(read("r38_f82_each_edit_is_told"), ["R38", "F82"]);
    assert_eq!(read("x9_effects_and_cursor"), ["X9"]);
    assert!(read("a_lost_response_is_adopted_f1").is_empty() && read("file_1").is_empty() && read("f_1").is_empty());
}

#[test]
fn only_tests_prove_a_row() {
    let code = "fn f1_help() {}\n/// Says.\n#[tokio::test(start_paused = true)]\nasync fn f2_runs() {}\n    #[test]\n    \
                #[cfg(unix)]\n    fn f3_runs() {}\nfn f4_help() {}\n// #[test]\n// fn f5_gone() {}\n";
    assert_eq!(tests_in("a/src/b.rs", code), ["f2_runs", "f3_runs"]);
    let rule = "pub async fn f6_rule<T>(store: T) {}\nlet f = |fn_| 1;\n";
    assert_eq!(tests_in("a/src/store_suite/b.rs", rule), ["f6_rule"]);
}
