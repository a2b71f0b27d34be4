//! The words and signs of a type.

use super::TypeError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    Sign(char),
}

/// Splits a type, in lower case; white space divides words and is nothing else.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, TypeError> {
    let mut tokens = Vec::new();
    let mut word = String::new();
    // The blank at the end closes the last word.
    for c in text.chars().chain([' ']) {
        if c.is_ascii_alphanumeric() || c == '_' {
            word.push(c.to_ascii_lowercase());
            continue;
        }
        if !word.is_empty() {
            tokens.push(Token::Word(std::mem::take(&mut word)));
        }
        match c {
            '<' | '>' | '(' | ')' | ',' | ':' => tokens.push(Token::Sign(c)),
            c if c.is_whitespace() => {}
            c => return Err(TypeError::Character(c)),
        }
    }
    Ok(tokens)
}

/// What the user wrote, short enough for a message.
pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(64) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
