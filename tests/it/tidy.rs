//! Rules of the house that the compiler does not know. Each failure says what to do.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::{self, Crate};

/// Longest Rust file, in lines.
const LONGEST: usize = 700;

const CORE: &str = "factory-accounting-core";
const ENGINE: &str = "factory-accounting-engine";
const HTTP: &str = "factory-accounting-http";
const STORES: [&str; 2] = ["factory-accounting-sqlite", "factory-accounting-postgres"];
const PACKAGES: [&str; 3] = ["factory-accounting-xero", "factory-accounting-qbo", "factory-accounting-myob"];
const EMULATOR: &str = "factory-accounting-emulator";
const TESTKIT: &str = "factory-accounting-testkit";
const FACADE: &str = "factory-accounting";
/// Not published: programs and tests that see the whole.
const OUTSIDE: [&str; 2] = ["examples", "tests"];

const HTTP_CLIENTS: [&str; 5] = ["reqwest", "hyper", "hyper-util", "oauth2", "axum"];
const RUNTIMES: [&str; 3] = ["tokio", "async-std", "smol"];
const DATABASES: [&str; 2] = ["rusqlite", "sqlx"];

/// Names of the packages, as they must not stand in code that serves all of them.
const PACKAGE_NAMES: [&str; 4] = ["xero", "quickbooks", "qbo", "myob"];

#[track_caller]
fn none(what_to_do: &str, found: &[String]) {
    assert!(found.is_empty(), "{what_to_do}:\n  {}", found.join("\n  "));
}

/// Which of our crates a crate may be built from.
fn may_know(name: &str) -> Option<Vec<&'static str>> {
    let mut known = vec![CORE];
    match name {
        CORE | EMULATOR => known.clear(),
        ENGINE | HTTP => {}
        TESTKIT => known.extend([ENGINE, HTTP]),
        FACADE => {
            known.extend([ENGINE, HTTP]);
            known.extend(PACKAGES.into_iter().chain(STORES));
        }
        _ if PACKAGES.contains(&name) => known.push(HTTP),
        _ if STORES.contains(&name) => {}
        _ => return None,
    }
    Some(known)
}

/// Packages of others that must not be reached from a crate, by whatever way.
fn may_not_reach(name: &str) -> Vec<&'static str> {
    match name {
        CORE | ENGINE => HTTP_CLIENTS.iter().chain(&RUNTIMES).chain(&DATABASES).copied().collect(),
        EMULATOR => [&["reqwest", "oauth2"][..], &DATABASES].concat(),
        HTTP | TESTKIT => DATABASES.to_vec(),
        _ if PACKAGES.contains(&name) => DATABASES.to_vec(),
        _ if STORES.contains(&name) => HTTP_CLIENTS.to_vec(),
        _ => Vec::new(),
    }
}

#[test]
fn each_crate_knows_only_those_that_the_architecture_lets_it_know() {
    let crates = Crate::all();
    let ours: BTreeSet<&str> = crates.iter().map(|one| one.folder.as_str()).collect();
    let mut found = Vec::new();
    for one in crates.iter().filter(|one| !OUTSIDE.contains(&one.folder.as_str())) {
        let Some(known) = may_know(&one.folder) else {
            found.push(format!("{} is not in the table of this test: say what it may know", one.folder));
            continue;
        };
        let needs = one.dependencies();
        let beyond = needs.iter().filter(|name| ours.contains(name.as_str()) && !known.contains(&name.as_str()));
        found.extend(beyond.map(|name| format!("{} is built from {name}", one.folder)));
    }
    none("remove the dependency, or move what is needed to where it may be known (ARCHITECTURE.md, The house)", &found);
}

#[test]
fn no_crate_reaches_a_client_a_runtime_or_a_database_that_it_must_not_know() {
    let mut packages = tree::locked();
    let crates = Crate::all();
    // The lock file mixes in what the tests of our own crates use; their manifests tell the two apart.
    packages.extend(crates.iter().map(|one| (one.folder.clone(), one.dependencies())));
    let mut found = Vec::new();
    for one in &crates {
        found.extend(ways(&one.folder, &may_not_reach(&one.folder), &packages));
    }
    // What is allowed is there, and so would be found if it were not.
    assert!(!ways(HTTP, &["hyper"], &packages).is_empty(), "the ways through Cargo.lock cannot be followed any more");
    none("cut one of these ways: turn a feature off, or keep the dependency for the tests alone", &found);
}

/// How a crate reaches packages, one way each.
fn ways(from: &str, to: &[&str], packages: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut found = Vec::new();
    let mut ways = vec![vec![from]];
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop() {
        let Some(name) = way.last().copied().filter(|name| seen.insert(*name)) else { continue };
        if to.contains(&name) {
            found.push(way.join(" -> "));
        }
        let needs = packages.get(name).into_iter().flatten();
        ways.extend(needs.map(|next| way.iter().copied().chain([next.as_str()]).collect()));
    }
    found
}

#[test]
fn no_package_is_named_in_code_that_serves_all_of_them() {
    let mut found = Vec::new();
    for one in Crate::all() {
        let silent = [ENGINE, HTTP].contains(&one.folder.as_str());
        let in_comments = [CORE, TESTKIT].contains(&one.folder.as_str()) || STORES.contains(&one.folder.as_str());
        if !silent && !in_comments {
            continue;
        }
        for path in one.sources("src") {
            for (at, line) in tree::read(&path).lines().enumerate() {
                let looked_at = if silent { line } else { line.split("//").next().unwrap_or(line) };
                let folded = looked_at.to_lowercase();
                if PACKAGE_NAMES.iter().any(|name| folded.contains(name)) {
                    found.push(format!("{path}:{}: {}", at + 1, line.trim()));
                }
            }
        }
    }
    none(
        "say it in terms of capabilities, or move it to the package's crate; core, stores and testkit may name a package in a comment that cites its fact",
        &found,
    );
}

#[test]
fn the_programs_know_one_package_from_another_in_one_place() {
    let mut found = Vec::new();
    let programs = Crate::all().into_iter().find(|one| one.folder == "examples").expect("there are examples");
    for path in programs.sources("src").iter().filter(|path| !path.starts_with("examples/src/package/")) {
        let text = tree::read(path);
        for (at, line) in tree::without_tests(&text).lines().enumerate() {
            let code = line.split("//").next().unwrap_or(line).to_lowercase();
            if PACKAGE_NAMES.iter().any(|name| code.contains(name)) {
                found.push(format!("{path}:{}: {}", at + 1, line.trim()));
            }
        }
    }
    none("ask examples/src/package for it", &found);
}

/// Parts of core that only reckon: what they may not know, so that they stay pure.
const PURE: &[(&str, &[&str])] = &[
    ("money", &["crate::"]),
    ("model", &["crate::provider", "crate::plan", "crate::store", "crate::memory", "crate::rules", "crate::validate"]),
    ("settings", &["crate::provider", "crate::plan", "crate::store", "crate::memory"]),
    ("capability", &["AccountingProvider", "crate::plan", "crate::store", "crate::memory"]),
    ("amounts", &["crate::provider", "crate::plan", "crate::store", "crate::memory", "async "]),
    ("validate", &["crate::provider", "crate::plan", "crate::store", "crate::memory", "async "]),
    ("rules", &["crate::plan::", "crate::memory", "SyncStore", "AccountingProvider", "async ", "Clock"]),
    ("numbers", &["crate::plan", "crate::memory", "SyncStore", "AccountingProvider", "async ", "Clock"]),
    ("plan", &["crate::memory", "SyncStore", "AccountingProvider", "async ", "Clock"]),
];

#[test]
fn the_pure_parts_of_core_know_no_seam() {
    let mut found = Vec::new();
    for (module, forbidden) in PURE {
        let file = format!("{CORE}/src/{module}.rs");
        let folder = format!("{CORE}/src/{module}/");
        let files: Vec<String> =
            tree::files_ending(".rs").into_iter().filter(|path| *path == file || path.starts_with(&folder)).collect();
        assert!(!files.is_empty(), "{CORE} has no module {module}: bring the table of this test up to date");
        for path in files.iter().filter(|path| !tree::is_test_file(path)) {
            for (at, line) in tree::read(path).lines().enumerate() {
                let code = line.split("//").next().unwrap_or(line);
                let hit = forbidden.iter().find(|word| code.contains(**word));
                found.extend(hit.map(|word| format!("{path}:{}: {word} in {module}", at + 1)));
            }
        }
    }
    none("hand the value in instead of reaching for it", &found);
}

#[test]
fn no_rust_file_is_longer_than_seven_hundred_lines() {
    let mut found = Vec::new();
    for path in tree::files_ending(".rs") {
        let lines = tree::read(&path).lines().count();
        if lines > LONGEST {
            found.push(format!("{path}: {lines} lines"));
        }
    }
    none("split it: a file is one idea, mostly under 400 lines", &found);
}

#[test]
fn every_crate_has_a_readme_and_an_example_that_is_compiled() {
    let mut found = Vec::new();
    for one in Crate::all().iter().filter(|one| !OUTSIDE.contains(&one.folder.as_str())) {
        let folder = &one.folder;
        if !tree::files().contains(&format!("{folder}/README.md")) {
            found.push(format!("{folder}: write README.md"));
            continue;
        }
        let lib = tree::read(&format!("{folder}/src/lib.rs"));
        let included = lib.split("include_str!(\"").skip(1).filter_map(|rest| rest.split('"').next());
        let readme = included.map(|path| match path {
            "../README.md" => tree::read(&format!("{folder}/README.md")),
            "../../README.md" => tree::read("README.md"),
            other => panic!("{folder}/src/lib.rs includes {other}: is this a README of ours?"),
        });
        let in_readme = readme.into_iter().any(|text| text.contains("```rust"));
        let in_lib = lib.lines().any(|line| line == "//! ```");
        if !in_readme && !in_lib {
            found.push(format!("{folder}: give README.md a ```rust example and include it in src/lib.rs"));
        }
    }
    none("show how each crate is used, in code that the tests compile", &found);
}

#[test]
fn members_are_the_folders_that_have_a_manifest() {
    let root = tree::read("Cargo.toml");
    let members = root.split_once("members = [").and_then(|(_, rest)| rest.split_once(']')).map(|(list, _)| list);
    let members: Vec<&str> = members.unwrap_or_default().split('"').skip(1).step_by(2).collect();
    let crates = Crate::all();
    let folders: Vec<&str> = crates.iter().map(|one| one.folder.as_str()).collect();
    assert_eq!(members, folders, "list every crate in the members of Cargo.toml, in order");
    for one in &crates {
        let name = format!("name = \"{}\"\n", one.folder);
        assert!(one.manifest.contains(&name), "{}/Cargo.toml: name the package after its folder", one.folder);
    }
}

#[test]
fn every_crate_takes_lints_version_and_licence_from_the_workspace() {
    let wanted = [
        "[lints]\nworkspace = true",
        "version.workspace = true",
        "edition.workspace = true",
        "rust-version.workspace = true",
        "license.workspace = true",
    ];
    let mut found = Vec::new();
    for one in Crate::all() {
        let missing = wanted.iter().filter(|text| !one.manifest.contains(**text));
        found.extend(missing.map(|text| format!("{}/Cargo.toml: {}", one.folder, text.replace('\n', " "))));
        let published = !OUTSIDE.contains(&one.folder.as_str());
        if published && !one.manifest.contains("\ndescription = ") {
            found.push(format!("{}/Cargo.toml: say in `description` what the crate does", one.folder));
        }
        if !published && !one.manifest.contains("publish = false") {
            found.push(format!("{}/Cargo.toml: publish = false", one.folder));
        }
    }
    none("add to the manifest", &found);
}

#[test]
fn versions_are_named_once_in_the_workspace() {
    let mut found = Vec::new();
    for one in Crate::all() {
        let named = one.manifest.lines().filter(|line| {
            let dependency = line.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '));
            dependency && (line.contains("version = \"") || line.contains("path = \"../"))
        });
        found.extend(named.map(|line| format!("{}/Cargo.toml: {line}", one.folder)));
    }
    none("name the dependency in [workspace.dependencies] and inherit it", &found);
}

#[test]
fn no_lint_is_allowed_in_silence() {
    // In two pieces, or this line would be found.
    let attributes = ["#[", "#!["].map(|open| format!("{open}{}", "allow("));
    let found = lines_that(|path, line| {
        path.ends_with(".rs") && attributes.iter().any(|attribute| line.contains(attribute.as_str()))
    });
    none("mend what the lint says, or write #[expect(.., reason = \"..\")]", &found);
}

#[test]
fn library_code_never_unwraps() {
    let mut found = Vec::new();
    for one in Crate::all() {
        for path in one.sources("src").iter().filter(|path| !tree::is_test_file(path)) {
            let text = tree::read(path);
            for (at, line) in tree::without_tests(&text).lines().enumerate() {
                let comment = line.trim_start().starts_with("//");
                if !comment && line.contains(".unwrap()") {
                    found.push(format!("{path}:{}: {}", at + 1, line.trim()));
                }
            }
        }
    }
    none("return an error that names what is wrong, or show by the types that it cannot be", &found);
}

#[test]
fn nothing_is_left_for_later() {
    // In two pieces, or this line would be found.
    let marks = ["TO", "FIX", "HA"].into_iter().zip(["DO", "ME", "CK"]).map(|(head, tail)| format!("{head}{tail}"));
    let marks: Vec<String> = marks.collect();
    let found = lines_that(|path, line| {
        let written = [".rs", ".md", ".toml", ".sql"].iter().any(|end| path.ends_with(end));
        let words = || line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        written && marks.iter().any(|mark| words().any(|word| word == mark))
    });
    none("do it, or write an issue", &found);
}

#[test]
fn no_file_depends_on_the_machine_it_was_written_on() {
    let folders = ["home", "root", "tmp", "work", "Users", "mnt"].map(|folder| format!("/{folder}/"));
    let found = lines_that(|path, line| {
        path != "Cargo.lock"
            && folders.iter().any(|folder| {
                // A folder of the machine begins a path; within one it is just a name.
                line.match_indices(folder.as_str()).any(|(at, _)| {
                    let before = line[..at].chars().next_back();
                    before.is_none_or(|c| !c.is_alphanumeric() && !".-_/~}*".contains(c))
                })
            })
    });
    none("use a path within the project, a temporary folder of the test, or an argument", &found);
}

/// Hosts that files may point to: the packages, documentation, this machine, and names reserved for examples.
const HOSTS: [&str; 7] =
    ["github.com", "www.apache.org", "json-schema.org", "docs.rs", "localhost", "127.0.0.1", "[::1]"];
const HOST_ENDS: [&str; 8] =
    [".xero.com", ".intuit.com", ".myob.com", ".example", ".example.com", ".test", ".invalid", ".localhost"];

#[test]
fn addresses_lead_to_the_packages_to_documentation_or_to_nobody() {
    let known = |host: &str| {
        let private = ["192.0.2.", "198.51.100.", "203.0.113.", "10."].iter().any(|net| host.starts_with(net));
        let formatted = host.is_empty() || host.contains(['{', '%', '$']);
        let bare = !host.contains(['.', ':']);
        formatted || bare || private || HOSTS.contains(&host) || HOST_ENDS.iter().any(|end| host.ends_with(end))
    };
    let found = lines_that(|_, line| {
        ["https://", "http://"].iter().any(|scheme| {
            line.match_indices(scheme).any(|(at, _)| {
                let rest = &line[at + scheme.len()..];
                let authority = rest.split(|c: char| "/?#\"'`<>)\\,; |".contains(c)).next().unwrap_or_default();
                let host = authority.rsplit('@').next().unwrap_or_default();
                let end = if host.starts_with('[') { host.find(']').map(|at| at + 1) } else { host.find(':') };
                !known(&host[..end.unwrap_or(host.len())])
            })
        })
    });
    none("use a name under .example, or add the host to the list of this test", &found);
}

#[test]
fn every_link_in_a_document_leads_somewhere() {
    let files = tree::files();
    let mut found = Vec::new();
    for path in files.iter().filter(|path| path.ends_with(".md")) {
        let text = tree::read(path);
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.contains("://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let leads_to = if file.is_empty() { path.clone() } else { beside(path, file) };
            let folder = format!("{leads_to}/");
            let is_file = files.contains(&leads_to);
            let known = is_file || files.iter().any(|other| other.starts_with(&folder));
            let headed = anchor.is_empty() || is_file && anchors(&tree::read(&leads_to)).contains(anchor);
            if !known || !headed {
                found.push(format!("{path}: {target}"));
            }
        }
    }
    none("correct the link, or write what it leads to", &found);
}

/// The path of a file named from beside another one.
fn beside(path: &str, named: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in named.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// What the headings of a document are linked by.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter_map(|line| line.strip_prefix('#')?.trim_start_matches('#').strip_prefix(' '));
    let link = |heading: &str| {
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
    };
    headings.map(link).collect()
}

/// Lines of the project's text files that a rule finds, with their places.
fn lines_that(rule: impl Fn(&str, &str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for path in tree::files() {
        let Ok(text) = std::fs::read_to_string(tree::root().join(&path)) else { continue };
        let hits = text.lines().enumerate().filter(|(_, line)| rule(&path, line));
        found.extend(hits.map(|(at, line)| format!("{path}:{}: {}", at + 1, line.trim())));
    }
    found
}
