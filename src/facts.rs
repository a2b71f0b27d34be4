//! What the code knows of AWS, held against the list in `docs/aws-facts.yaml`: `make prove-facts` takes each fact out of
//! the code and sees its test turn red; here it is seen that the list speaks of the code as it is.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::generated::up_to_date;

/// A fact about AWS.
#[derive(Deserialize)]
struct Fact {
    says: String,
    /// API reference or guide.
    source: String,
    /// Changes that forget it.
    forget: Vec<Forget>,
}

/// A change of the code that forgets a fact.
#[derive(Deserialize)]
struct Forget {
    file: String,
    replace: String,
    by: String,
    /// The test that turns red.
    caught_by: String,
}

fn facts() -> Vec<Fact> {
    serde_saphyr::from_str(&read("docs/aws-facts.yaml")).unwrap()
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of all tests in the sources.
fn tests(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            // `#[test]`, `#[tokio::test]`
            let tests = text.split("test]\n").skip(1);
            let names = tests.filter_map(|rest| rest.split("fn ").nth(1)?.split('(').next());
            found.extend(names.map(str::to_owned));
        }
    }
}

#[test]
fn each_change_that_forgets_a_fact_can_be_made_and_its_test_exists() {
    let mut known = BTreeSet::new();
    tests(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut known);
    let facts = facts();
    assert_eq!(facts.len(), 25);
    for Fact { says, forget, .. } in &facts {
        assert!(!forget.is_empty(), "nothing forgets: {says}");
        for change in forget {
            let places = read(&change.file).matches(&change.replace).count();
            assert_eq!(places, 1, "{}: {}", change.file, change.replace);
            assert_ne!(change.replace, change.by, "{says}");
            assert!(
                known.contains(&change.caught_by),
                "{says}: no test {}",
                change.caught_by
            );
        }
    }
}

#[test]
fn the_table_of_facts_is_up_to_date() {
    let facts = facts();
    let changes: usize = facts.iter().map(|fact| fact.forget.len()).sum();
    let mut page = format!(
        "# What AWS does that bites\n\nMade from [aws-facts.yaml](aws-facts.yaml) by `make generate`. `make prove-facts` \
         takes each of these facts out of the code, one at a time, in {changes} changes, and sees the test beside it turn \
         red.\n\n| | fact | source | test |\n|---|---|---|---|\n"
    );
    for (index, fact) in facts.iter().enumerate() {
        let mut tests: Vec<_> = fact.forget.iter().map(|f| format!("`{}`", f.caught_by)).collect();
        let mut named = BTreeSet::new();
        tests.retain(|test| named.insert(test.clone()));
        let row = [&fact.says, &fact.source, &tests.join("<br>")].map(|cell| cell.replace('|', "\\|"));
        writeln!(page, "| {} | {} |", index + 1, row.join(" | ")).unwrap();
    }
    up_to_date("docs/aws-facts.md", &page);
}
