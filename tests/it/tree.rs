//! The project's own files, as the tests about the project itself read them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Where the project is.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file of the project, from its root, with `/` between folders; in order. Left out are built and local files.
pub(crate) fn files() -> Vec<String> {
    let mut found = Vec::new();
    walk(&root(), "", &mut found);
    found.sort();
    found
}

/// Every file of the project that ends so.
pub(crate) fn files_ending(end: &str) -> Vec<String> {
    files().into_iter().filter(|path| path.ends_with(end)).collect()
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<String>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries.map(|entry| entry.expect("a folder can be read to its end")) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        let kind = entry.file_type().expect("every entry has a type");
        if kind.is_dir() {
            if name != "target" && (name == ".ci" || !name.starts_with('.')) {
                walk(&entry.path(), &format!("{path}/"), found);
            }
        } else if !is_local(&name) {
            found.push(path);
        }
    }
}

/// What .gitignore leaves out.
fn is_local(name: &str) -> bool {
    [".sqlite3", ".sqlite3-shm", ".sqlite3-wal", ".snap.new"].iter().any(|end| name.ends_with(end))
}

/// A file's text.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A crate of the workspace.
pub(crate) struct Crate {
    /// Its folder, which is also its name.
    pub(crate) folder: String,
    /// Its Cargo.toml.
    pub(crate) manifest: String,
}

impl Crate {
    /// Every crate, in order: each folder of the root that has a Cargo.toml.
    pub(crate) fn all() -> Vec<Self> {
        let manifests = files_ending("/Cargo.toml").into_iter();
        let mut crates: Vec<Self> = manifests
            .map(|path| Self { manifest: read(&path), folder: path.trim_end_matches("/Cargo.toml").to_owned() })
            .collect();
        crates.sort_by(|one, other| one.folder.cmp(&other.folder));
        crates
    }

    /// What it is built from. Dependencies of its tests alone are not among them.
    pub(crate) fn dependencies(&self) -> BTreeSet<String> {
        let mut in_table = false;
        let mut names = BTreeSet::new();
        for line in self.manifest.lines() {
            if let Some(table) = line.strip_prefix('[') {
                let table = table.trim_end_matches(']');
                let of_target = table.starts_with("target.") && table.ends_with(".dependencies");
                in_table = of_target || ["dependencies", "build-dependencies"].contains(&table);
            } else if in_table
                && let Some((name, _)) = line.split_once(['.', ' ', '='])
                && name.starts_with(|first: char| first.is_ascii_alphabetic())
            {
                names.insert(name.to_owned());
            }
        }
        names
    }

    /// Its Rust files below a folder of it.
    pub(crate) fn sources(&self, below: &str) -> Vec<String> {
        let start = format!("{}/{below}/", self.folder);
        files_ending(".rs").into_iter().filter(|path| path.starts_with(&start)).collect()
    }
}

/// What each package of Cargo.lock is built from, by name; several versions of one package count as one. For packages of
/// others the lock file leaves their tests out.
pub(crate) fn locked() -> BTreeMap<String, BTreeSet<String>> {
    let mut packages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in read("Cargo.lock").split("[[package]]").skip(1) {
        let quoted = |line: &str| Some(line.split('"').nth(1)?.split(' ').next()?.to_owned());
        let name = package.lines().find(|line| line.starts_with("name = ")).and_then(quoted);
        let name = name.expect("every package of Cargo.lock has a name");
        let needs = package.lines().filter(|line| line.starts_with(" \"")).filter_map(quoted);
        packages.entry(name).or_default().extend(needs);
    }
    packages
}

/// Whether a Rust file, or what stands in it from a line on, is there for tests alone.
pub(crate) fn is_test_file(path: &str) -> bool {
    path.split('/').any(|part| ["tests", "tests.rs", "testing.rs", "benches"].contains(&part))
}

/// A Rust file's text without the tests at its end.
pub(crate) fn without_tests(text: &str) -> &str {
    let end = text.match_indices("#[cfg(test)]\n").find(|(at, mark)| {
        let item = text[at + mark.len()..].trim_start();
        item.starts_with("mod ") && !item.lines().next().is_some_and(|line| line.ends_with(';'))
    });
    end.map_or(text, |(at, _)| &text[..at])
}
