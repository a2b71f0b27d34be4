//! Tables and laws of the grammar; [`any_type`] serves the laws of evolution too.

use proptest::prelude::*;

use super::*;

fn any_primitive() -> impl Strategy<Value = Primitive> {
    prop::sample::select(Primitive::ALL.to_vec())
}

/// Types of every form, nested a few levels deep.
pub fn any_type() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        any_primitive().prop_map(Type::Primitive),
        (1u8..=38).prop_flat_map(|precision| {
            (0..=precision).prop_map(move |scale| Type::Decimal { precision, scale })
        }),
        (1u8..).prop_map(Type::Char),
        (1u16..).prop_map(Type::Varchar),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|item| Type::Array(Box::new(item))),
            (any_primitive(), inner.clone()).prop_map(|(key, value)| Type::Map(key, Box::new(value))),
            prop::collection::btree_map("[a-z0-9_]{1,6}", inner, 1..4).prop_map(|fields| {
                let field = |(name, r#type)| Field { name, r#type };
                Type::Struct(fields.into_iter().map(field).collect())
            }),
        ]
    })
}

fn nested(levels: usize) -> String {
    format!("{}int{}", "array<".repeat(levels), ">".repeat(levels))
}

#[test]
fn types_are_accepted_and_written_canonically() {
    let sample = "struct<staffName:string,staffId:int,emailId:string,status:string>";
    let wide: Vec<String> = (0..1_200).map(|n| format!("f{n}:int")).collect();
    let wide = format!("struct<{}>", wide.join(","));
    for (text, canonical, why) in [
        ("string", "string", "as it is"),
        ("BigInt", "bigint", "upper case is folded"),
        ("integer", "int", "Hive has both words, Athena's DDL one"),
        ("decimal(38)", "decimal(38,0)", "the scale is always written"),
        ("decimal(38,38)", "decimal(38,38)", "the largest"),
        ("char(255)", "char(255)", "the longest"),
        ("varchar(65535)", "varchar(65535)", "the longest"),
        ("map<string,array<int>>", "map<string,array<int>>", "nested"),
        (
            " struct < a : int ,\n b : Decimal ( 5 , 2 ) > ",
            "struct<a:int,b:decimal(5,2)>",
            "white space anywhere between words",
        ),
        (
            sample,
            "struct<staffname:string,staffid:int,emailid:string,status:string>",
            "camel case is folded",
        ),
        (
            "struct<a:struct<x:int>,b:struct<x:int>>",
            "struct<a:struct<x:int>,b:struct<x:int>>",
            "equal names in siblings",
        ),
        (
            "struct<date:date,map:int,1st:int>",
            "struct<date:date,map:int,1st:int>",
            "any word may name a field",
        ),
        (&nested(15), &nested(15), "exactly as deep as allowed"),
        (&wide, &wide, "many fields"),
    ] {
        assert_eq!(
            Type::parse(text).map(|t| t.to_string()),
            Ok(canonical.to_owned()),
            "{why}"
        );
    }
}

/// Type, what the message says.
#[rustfmt::skip]
const REFUSED: &[(&str, &str)] = &[
    ("", "the type is empty"),
    ("  ", "the type is empty"),
    ("strct<a:int>", "\"strct\" is not a Hive type; known: boolean,"),
    ("struct<a:int, array<int>>", "\"array\" in struct: a struct field needs a name and a type"),
    ("struct<a>", "\"a\" in struct: a struct field needs a name and a type"),
    ("struct<>", "\">\" in struct: a struct field needs a name and a type"),
    ("struct<a:>", "\">\" in struct: a struct field needs"),
    ("struct<a:int,>", "\">\" in struct: a struct field needs"),
    ("struct<a:int b:int>", "\"b\" in struct: a struct field needs"),
    ("map<string>", "\">\" in map: map takes a key and a value type, write map<string,int>"),
    ("map<string,int,int>", "\",\" in map: map takes"),
    ("map<struct<a:int>,int>", "a map key must be a primitive type, not struct<a:int>"),
    ("map<decimal(5,2),int>", "a map key must be a primitive type"),
    ("array<>", "\">\" in array: array takes one type"),
    ("array<a:int,int>", "\"a\" in array: array takes one type"),
    ("array<int,int>", "\",\" in array: array takes one type"),
    ("varchar(0)", "varchar(0): write varchar(n), the length is 1..65535"),
    ("varchar(70000)", "varchar(70000): write varchar(n), the length is 1..65535"),
    ("char(256)", "char(256): write char(n), the length is 1..255"),
    ("char(n)", "char(n): write char(n), the length is 1..255"),
    ("decimal(39,2)", "decimal(39,2): write decimal(p,s) with p 1..38 and s 0..p"),
    ("decimal(5,6)", "decimal(5,6): write decimal(p,s)"),
    ("decimal(0)", "decimal(0): write decimal(p,s)"),
    ("decimal(5,2", "decimal(5,2): write decimal(p,s)"),
    ("decimal(5,)", "decimal(5): write decimal(p,s)"),
    ("decimal(5,2,)", "decimal(5,2): write decimal(p,s)"),
    ("decimal(,5)", "decimal(): write decimal(p,s)"),
    ("char(5,)", "char(5): write char(n)"),
    ("varchar(5,6)", "varchar(5,6): write varchar(n)"),
    ("int(11)", "int takes no parameters: write int"),
    ("string<int>", "string takes no parameters: write string"),
    ("struct<a:int,A:int>", "\"a\" stands twice"),
    ("struct<b:struct<a:int,a:int>>", "\"a\" stands twice"),
    ("struct<a:int", "struct is not closed"),
    ("array<struct<a:int>", "array is not closed"),
    ("struct<a:int>int", "\"int\" after a complete type"),
    ("struct<a:int>>", "\">\" after a complete type"),
    ("double precision", "\"precision\" after a complete type"),
    ("timestamp with time zone", "write timestamp, and send times in UTC"),
    ("int; drop table x", "';' does not belong in a type"),
    ("struct<é:int>", "'é' does not belong in a type"),
    ("struct<a-b:int>", "'-' does not belong in a type"),
    ("<int>", "\"<\" is not a Hive type"),
    ("row(a int)", "\"row\" is not a Hive type, write struct<name:type>"),
    ("set<string>", "\"set\" is not a Hive type, write array<type>"),
    ("uniontype<int,string>", "\"uniontype\" is not a Hive type, write a struct with one field for each type"),
];

#[test]
fn what_is_not_a_type_is_refused_at_its_first_wrong_word() {
    for (text, says) in REFUSED {
        let error = Type::parse(text).expect_err(text).to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
}

#[test]
fn the_words_of_other_languages_are_refused_with_hive_s_own_at_any_depth() {
    for (word, write) in [
        ("int64", "bigint"),
        ("long", "bigint"),
        ("short", "smallint"),
        ("byte", "tinyint"),
        ("real", "float"),
        ("json", "string"),
        ("text", "string"),
        ("uuid", "string"),
        ("time", "string"),
        ("datetime", "timestamp"),
        ("number", "decimal(p,s), or double"),
        ("varchar", "varchar(n)"),
        ("char", "char(n)"),
        ("decimal", "decimal(p,s)"),
        ("array", "array<type>"),
        ("struct", "struct<name:type>"),
    ] {
        for text in [
            word.to_owned(),
            format!("array<{word}>"),
            format!("struct<a:{word}>"),
        ] {
            let error = Type::parse(&text).expect_err(&text).to_string();
            assert_eq!(
                error,
                format!("\"{word}\" is not a Hive type, write {write}"),
                "{text}"
            );
        }
    }
}

#[test]
fn what_is_too_large_is_refused_with_the_bound() {
    for (text, says) in [
        (nested(16), "nested deeper than 15 levels"),
        (nested(2_000), "nested deeper than 15 levels"),
        (
            "x".repeat(MAX_LENGTH + 1),
            "has 16385 characters: write at most 16384",
        ),
        (
            format!("struct<{}:int>", "a".repeat(256)),
            "is too long: write at most 255",
        ),
    ] {
        let error = Type::parse(&text).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn a_message_stays_short_however_long_the_type_is() {
    for text in [
        "x".repeat(MAX_LENGTH),
        format!("decimal({})", "9".repeat(10_000)),
        format!("int {}", "y".repeat(9_000)),
    ] {
        let error = Type::parse(&text).unwrap_err().to_string();
        assert!(error.len() < 400, "{error}");
    }
}

proptest! {
    #[test]
    fn the_canonical_text_reads_back_as_the_same_tree(r#type in any_type()) {
        prop_assert_eq!(Type::parse(&r#type.to_string()), Ok(r#type));
    }

    #[test]
    fn white_space_and_case_change_nothing(r#type in any_type(), upper in any::<bool>(), gap in "[ \t\n]{0,3}") {
        let mut text = r#type.to_string();
        for sign in ["<", ">", ",", ":", "(", ")"] {
            text = text.replace(sign, &format!("{gap}{sign}{gap}"));
        }
        if upper {
            text = text.to_ascii_uppercase();
        }
        prop_assert_eq!(Type::parse(&text), Ok(r#type));
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[a-z<>(),: 0-9é]{0,40}|(array<|struct<|map<|int|a:|>|,|decimal\\(){0,30}") {
        if let Ok(parsed) = Type::parse(&text) {
            prop_assert_eq!(Type::parse(&parsed.to_string()), Ok(parsed));
        }
    }
}
