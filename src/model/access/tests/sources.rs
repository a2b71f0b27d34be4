//! Every call that the sources can make, read from the sources: one that nobody wrote a grant for can't be forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The sources under a folder, without those that are tests only.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if !["tests.rs", "testing.rs"].iter().any(|name| path.ends_with(name)) {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    found.retain(|(path, _)| !path.components().any(|part| part.as_os_str() == "tests"));
    found
}

/// The text between the first `from` and the `to` that follows it.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    text.split_once(from)?.1.split_once(to).map(|(inner, _)| inner)
}

/// `const S3: &str = "s3";` anywhere in the sources.
fn constants(files: &[(PathBuf, String)]) -> BTreeMap<String, String> {
    let mut constants = BTreeMap::new();
    for line in files.iter().flat_map(|(_, text)| text.lines()) {
        if let (Some(name), Some(value)) =
            (between(line, "const ", ": &str = "), between(line, "= \"", "\";"))
        {
            let before = constants.insert(name.to_owned(), value.to_owned());
            assert!(
                before.is_none_or(|before| before == value),
                "two values of {name}"
            );
        }
    }
    constants
}

/// The calls in `src/cloud/aws` whose names stand there: the reads. Those named by their `Change` are left out.
pub fn reads() -> BTreeSet<String> {
    let files = sources("src/cloud/aws");
    let constants = constants(&files);
    let mut reads = BTreeSet::new();
    for (path, text) in &files {
        for call in text.split(".call(").skip(1) {
            let mut arguments = call.splitn(3, ',').map(str::trim);
            let (service, operation) = (arguments.next().unwrap(), arguments.next().unwrap());
            let literal = |word: &str| Some(word.strip_prefix('"')?.strip_suffix('"')?.to_owned());
            let service = literal(service).or_else(|| constants.get(service).cloned());
            let service = service.unwrap_or_else(|| panic!("{}: service of {call:.60}", path.display()));
            match literal(operation) {
                Some(operation) => drop(reads.insert(format!("{service}:{operation}"))),
                None => assert!(
                    text.contains(&format!("let {operation} = change.operation();")),
                    "{}: operation of {call:.60}",
                    path.display()
                ),
            }
        }
    }
    reads
}

/// The operations of every [`Change`](crate::model::kinds::Change): the writes.
pub fn writes() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model/kinds");
    let kinds = fs::read_to_string(folder.join("mod.rs")).unwrap();
    let all = between(&kinds, "pub enum Change {", "}").unwrap();
    let mut writes = BTreeSet::new();
    for kind in all
        .lines()
        .filter_map(|line| line.trim().strip_suffix("::Change),"))
    {
        let (variant, module) = kind.split_once('(').unwrap();
        let service = between(&kinds, &format!("Change::{variant}(change) => (\""), "\"").unwrap();
        let file = fs::read_to_string(folder.join(format!("{module}.rs")))
            .or_else(|_| fs::read_to_string(folder.join(module).join("mod.rs")))
            .unwrap();
        let body = between(&file, "pub fn operation(&self) -> &'static str {", "\n    }\n").unwrap();
        let names = body.split('"').skip(1).step_by(2);
        writes.extend(names.map(|name| format!("{service}:{name}")));
    }
    writes
}
