//! The parser: one pass over the words, one word ahead.

use std::collections::BTreeSet;

use super::error::instead_of;
use super::token::{Token, shorten, tokens};
use super::{Field, MAX_DEPTH, MAX_LENGTH, Primitive, Type, TypeError};

const ARRAY_RULE: &str = "array takes one type, write array<type>";
const MAP_RULE: &str = "map takes a key and a value type, write map<string,int>";
const STRUCT_RULE: &str = "a struct field needs a name and a type, write struct<name:type,name:type>";
const DECIMAL_RULE: &str = "decimal(p,s) with p 1..38 and s 0..p";
const CHAR_RULE: &str = "char(n), the length is 1..255";
const VARCHAR_RULE: &str = "varchar(n), the length is 1..65535";

pub(super) fn parse(text: &str) -> Result<Type, TypeError> {
    let length = text.chars().count();
    if length > MAX_LENGTH {
        return Err(TypeError::TooLong(length));
    }
    let mut parser = Parser {
        tokens: tokens(text)?,
        next: 0,
    };
    if parser.tokens.is_empty() {
        return Err(TypeError::Empty);
    }
    let parsed = parser.complete(0)?;
    match parser.tokens.get(parser.next) {
        None => Ok(parsed),
        Some(Token::Word(word))
            if parsed == Type::Primitive(Primitive::Timestamp) && word.starts_with("with") =>
        {
            Err(TypeError::Zone)
        }
        Some(Token::Sign('<' | '(')) => match parsed {
            Type::Primitive(primitive) => Err(TypeError::NoParameters {
                word: primitive.as_str(),
            }),
            _ => Err(TypeError::Trailing(parser.found())),
        },
        Some(_) => Err(TypeError::Trailing(parser.found())),
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
}

impl Parser {
    /// Takes the next word, if it is one.
    fn word(&mut self) -> Option<String> {
        let Some(Token::Word(word)) = self.tokens.get(self.next) else {
            return None;
        };
        self.next += 1;
        Some(word.clone())
    }

    /// Takes the next sign, if it is this one.
    fn sign(&mut self, sign: char) -> bool {
        let found = self.tokens.get(self.next) == Some(&Token::Sign(sign));
        self.next += usize::from(found);
        found
    }

    /// The next word or sign, for a message.
    fn found(&self) -> String {
        match self.tokens.get(self.next) {
            Some(Token::Word(word)) => format!("\"{}\"", shorten(word)),
            Some(Token::Sign(sign)) => format!("\"{sign}\""),
            None => "the end".to_owned(),
        }
    }

    /// What is wrong where `array`, `map` or `struct` does not go on as it must.
    fn inside(&self, within: &'static str, rule: &'static str) -> TypeError {
        if self.next >= self.tokens.len() {
            return TypeError::Unclosed(within);
        }
        TypeError::Inside {
            within,
            found: self.found(),
            rule,
        }
    }

    /// One type; `depth` is the number of brackets that are open around it.
    fn complete(&mut self, depth: usize) -> Result<Type, TypeError> {
        let Some(word) = self.word() else {
            return Err(TypeError::Unknown(self.found().trim_matches('"').to_owned()));
        };
        if word == "integer" {
            return Ok(Type::Primitive(Primitive::Int));
        }
        if let Some(primitive) = Primitive::ALL
            .into_iter()
            .find(|primitive| primitive.as_str() == word)
        {
            return Ok(Type::Primitive(primitive));
        }
        match word.as_str() {
            "decimal" | "char" | "varchar" if self.sign('(') => self.parameters(&word),
            "array" | "map" | "struct" if self.sign('<') => {
                if depth >= MAX_DEPTH {
                    return Err(TypeError::TooDeep);
                }
                match word.as_str() {
                    "array" => self.array(depth + 1),
                    "map" => self.map(depth + 1),
                    _ => self.fields(depth + 1),
                }
            }
            _ => Err(match instead_of(&word) {
                Some(instead) => TypeError::Foreign { word, instead },
                None => TypeError::Unknown(shorten(&word)),
            }),
        }
    }

    /// After `decimal(`, `char(` or `varchar(`.
    fn parameters(&mut self, word: &str) -> Result<Type, TypeError> {
        let mut given = Vec::new();
        // After a comma comes another number.
        let mut more = true;
        while more {
            let Some(number) = self.word() else { break };
            given.push(number);
            more = self.sign(',');
        }
        let closed = !more && self.sign(')');
        let rule = match word {
            "decimal" => DECIMAL_RULE,
            "char" => CHAR_RULE,
            _ => VARCHAR_RULE,
        };
        let numbers: Option<Vec<u16>> = given.iter().map(|number| number.parse().ok()).collect();
        let parsed = match (word, numbers.as_deref()) {
            ("decimal", Some(&[precision])) => decimal(precision, 0),
            ("decimal", Some(&[precision, scale])) => decimal(precision, scale),
            ("char", Some(&[length])) => u8::try_from(length).ok().filter(|n| *n > 0).map(Type::Char),
            ("varchar", Some(&[length])) => Some(length).filter(|n| *n > 0).map(Type::Varchar),
            _ => None,
        };
        match parsed {
            Some(parsed) if closed => Ok(parsed),
            _ => Err(TypeError::Parameters {
                word: shorten(&format!("{word}({})", given.join(","))),
                rule,
            }),
        }
    }

    /// After `array<`.
    fn array(&mut self, depth: usize) -> Result<Type, TypeError> {
        let item = self.element("array", ARRAY_RULE, depth)?;
        if self.sign('>') {
            Ok(Type::Array(Box::new(item)))
        } else {
            Err(self.inside("array", ARRAY_RULE))
        }
    }

    /// After `map<`.
    fn map(&mut self, depth: usize) -> Result<Type, TypeError> {
        let key = self.element("map", MAP_RULE, depth)?;
        if !self.sign(',') {
            return Err(self.inside("map", MAP_RULE));
        }
        let Type::Primitive(key) = key else {
            return Err(TypeError::MapKey(shorten(&key.to_string())));
        };
        let value = self.element("map", MAP_RULE, depth)?;
        if self.sign('>') {
            Ok(Type::Map(key, Box::new(value)))
        } else {
            Err(self.inside("map", MAP_RULE))
        }
    }

    /// A type in an array or map, where a name with a colon is a frequent slip.
    fn element(&mut self, within: &'static str, rule: &'static str, depth: usize) -> Result<Type, TypeError> {
        let named = matches!(self.tokens.get(self.next + 1), Some(Token::Sign(':')));
        let word = matches!(self.tokens.get(self.next), Some(Token::Word(_)));
        if named || !word {
            Err(self.inside(within, rule))
        } else {
            self.complete(depth)
        }
    }

    /// After `struct<`.
    fn fields(&mut self, depth: usize) -> Result<Type, TypeError> {
        let mut fields = Vec::new();
        let mut names = BTreeSet::new();
        loop {
            let start = self.next;
            let Some(name) = self.word() else {
                return Err(self.inside("struct", STRUCT_RULE));
            };
            if !self.sign(':') {
                if self.next < self.tokens.len() {
                    // The name is what lacks a type, so it is what the message names.
                    self.next = start;
                }
                return Err(self.inside("struct", STRUCT_RULE));
            }
            if name.len() > 255 {
                return Err(TypeError::FieldName(shorten(&name)));
            }
            if !names.insert(name.clone()) {
                return Err(TypeError::TwinFields(name));
            }
            if !matches!(self.tokens.get(self.next), Some(Token::Word(_))) {
                return Err(self.inside("struct", STRUCT_RULE));
            }
            fields.push(Field {
                name,
                r#type: self.complete(depth)?,
            });
            if self.sign('>') {
                return Ok(Type::Struct(fields));
            }
            if !self.sign(',') {
                return Err(self.inside("struct", STRUCT_RULE));
            }
        }
    }
}

fn decimal(precision: u16, scale: u16) -> Option<Type> {
    let ok = (1..=38).contains(&precision) && scale <= precision;
    let (precision, scale) = (u8::try_from(precision).ok()?, u8::try_from(scale).ok()?);
    ok.then_some(Type::Decimal { precision, scale })
}
