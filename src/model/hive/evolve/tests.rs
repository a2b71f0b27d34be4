use proptest::prelude::*;

use super::*;
use crate::model::hive::tests::any_type;

fn try_evolve(old: &str, new: &str) -> Result<Compatibility, Refusal> {
    evolve(&Type::parse(old).unwrap(), &Type::parse(new).unwrap())
}

#[test]
fn what_old_files_can_be_read_with_is_allowed() {
    use Compatibility::{Same, Widened};
    for (old, new, verdict, why) in [
        ("struct<A:integer>", "struct<a:int>", Same, "compared as trees"),
        ("tinyint", "smallint", Widened, "wider"),
        ("tinyint", "bigint", Widened, "wider by more than one step"),
        ("smallint", "int", Widened, "wider"),
        ("int", "bigint", Widened, "wider"),
        ("float", "double", Widened, "wider"),
        (
            "struct<a:int>",
            "struct<a:int,b:string>",
            Widened,
            "a field at the end",
        ),
        (
            "struct<a:int,c:int>",
            "struct<a:int,b:int,c:int>",
            Widened,
            "a field in the middle",
        ),
        (
            "struct<a:int,b:int>",
            "struct<b:int,a:int>",
            Widened,
            "fields are found by name",
        ),
        (
            "array<struct<a:int>>",
            "array<struct<a:bigint>>",
            Widened,
            "wider at depth",
        ),
        (
            "map<int,float>",
            "map<bigint,double>",
            Widened,
            "wider key and value",
        ),
    ] {
        assert_eq!(try_evolve(old, new), Ok(verdict), "{why}");
    }
}

/// Old type, new type, where it is refused, what the message says, why.
#[rustfmt::skip]
const REFUSED: &[(&str, &str, &str, &str, &str)] = &[
    ("bigint", "int", "", "bigint can't become int, which holds less: keep bigint", "narrower"),
    ("double", "float", "", "which holds less", "narrower"),
    ("varchar(20)", "varchar(10)", "", "which holds less", "shorter"),
    ("varchar(10)", "varchar(20)", "", "can't be read as that", "not in Athena's list"),
    ("decimal(10,2)", "decimal(12,2)", "", "can't be read as that", "decimals are stored by precision"),
    ("decimal(10,2)", "decimal(10,0)", "", "which holds less", "fewer digits"),
    ("int", "string", "", "can't be read as that", "another kind"),
    ("int", "double", "", "can't be read as that", "not in Athena's list"),
    ("string", "int", "", "can't be read as that", "a value may not parse"),
    ("date", "timestamp", "", "can't be read as that", "another kind"),
    ("int", "struct<a:int>", "", "can't be read as that", "scalar to struct"),
    ("array<int>", "int", "", "can't be read as that", "array to scalar"),
    ("struct<a:int,b:int>", "struct<a:int>", "", "the field b is gone", "dropped"),
    ("struct<a:struct<b:int>>", "struct<a:struct<c:int>>", "a", "the field b is gone", "renamed, at depth"),
    ("struct<a:array<bigint>>", "struct<a:array<int>>", "a[]", "a[]: bigint can't become int", "narrower items"),
    ("map<bigint,int>", "map<int,int>", "{}", "{}: bigint can't become int", "narrower keys"),
    ("struct<a:map<int,int>>", "struct<a:map<int,date>>", "a[]", "a[]: int can't become date", "other values"),
    ("struct<a:struct<b:int>,c:int>", "struct<a:struct<b:int,c:int>>", "", "the field c is gone", "a field that moved to another level"),
];

#[test]
fn what_old_files_can_not_be_read_with_is_refused_where_it_is() {
    for (old, new, path, says, why) in REFUSED {
        let refusal = try_evolve(old, new).expect_err(why);
        assert_eq!(refusal.path, *path, "{why}");
        assert!(refusal.to_string().contains(says), "{why}: {refusal}");
    }
}

proptest! {
    #[test]
    fn every_type_is_the_same_as_itself(old in any_type()) {
        prop_assert_eq!(evolve(&old, &old), Ok(Compatibility::Same));
    }

    #[test]
    fn a_change_between_different_trees_is_never_the_same(old in any_type(), new in any_type()) {
        prop_assume!(old != new);
        prop_assert_ne!(evolve(&old, &new), Ok(Compatibility::Same));
    }

    #[test]
    fn allowed_changes_chain(a in small(), b in small(), c in small()) {
        if evolve(&a, &b).is_ok() && evolve(&b, &c).is_ok() {
            prop_assert!(evolve(&a, &c).is_ok());
        }
    }

    #[test]
    fn a_field_can_be_added_to_any_struct_and_not_taken_away(inner in any_type(), added in any_type()) {
        let field = |name: &str, r#type: &Type| Field { name: name.to_owned(), r#type: r#type.clone() };
        let old = Type::Struct(vec![field("a", &inner)]);
        let new = Type::Struct(vec![field("b", &added), field("a", &inner)]);
        prop_assert_eq!(evolve(&old, &new), Ok(Compatibility::Widened));
        prop_assert!(evolve(&new, &old).is_err());
    }
}

/// Few enough types that changes between them are often allowed.
fn small() -> impl Strategy<Value = Type> {
    let texts = vec![
        "tinyint",
        "smallint",
        "int",
        "bigint",
        "float",
        "double",
        "string",
        "struct<a:int>",
        "struct<a:bigint>",
        "struct<a:int,b:float>",
        "struct<b:double,a:bigint>",
        "array<int>",
        "array<bigint>",
    ];
    prop::sample::select(texts).prop_map(|text| Type::parse(text).unwrap())
}
