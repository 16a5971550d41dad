//! C's tokens, as far as declarations and comments need them: ordinary comments are left out.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An identifier, a keyword or a number.
    Word,
    /// A string or character literal with its quotes.
    Literal,
    /// One character of anything else.
    Punctuation,
    /// `///`, `//!`, `/** */`, `/*! */`: about what follows.
    Comment,
    /// `///<`, `//!<`, `/**< */`, `/*!< */`: about what went before.
    TrailingComment,
    /// A preprocessor line, with its `#` and without its end.
    Directive,
}

/// A piece of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'text> {
    pub(crate) kind: Kind,
    pub(crate) text: &'text str,
    /// Bytes from the start of the file.
    pub(crate) offset: usize,
    /// The line that it begins in, from 1.
    pub(crate) line: usize,
}

impl Token<'_> {
    pub(crate) fn is(&self, punctuation: &str) -> bool {
        self.kind == Kind::Punctuation && self.text == punctuation
    }
}

/// All tokens of a file. What is not closed ends with the file: clang says what is wrong with it.
pub(crate) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer {
        text,
        position: 0,
        line: 1,
        line_is_empty: true,
    };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next_token() {
        tokens.push(token);
    }
    tokens
}

struct Lexer<'text> {
    text: &'text str,
    position: usize,
    line: usize,
    /// Nothing but space so far: a `#` starts a directive.
    line_is_empty: bool,
}

impl<'text> Lexer<'text> {
    fn next_token(&mut self) -> Option<Token<'text>> {
        loop {
            let rest = self.rest();
            let first = rest.chars().next()?;
            if first.is_whitespace() {
                self.line_is_empty |= first == '\n';
                self.take(first.len_utf8(), Kind::Punctuation);
            } else if first == '#' && self.line_is_empty {
                return Some(self.take(directive_length(rest), Kind::Directive));
            } else if rest.starts_with("//") || rest.starts_with("/*") {
                let token = self.take(comment_length(rest), Kind::Comment);
                if let Some(kind) = comment_kind(token.text) {
                    return Some(Token { kind, ..token });
                }
            } else {
                self.line_is_empty = false;
                return Some(match first {
                    '"' | '\'' => self.take(literal_length(rest, first), Kind::Literal),
                    _ if is_word(first) => {
                        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                        self.take(length, Kind::Word)
                    }
                    _ => self.take(first.len_utf8(), Kind::Punctuation),
                });
            }
        }
    }

    fn rest(&self) -> &'text str {
        self.text.get(self.position..).unwrap_or_default()
    }

    fn take(&mut self, length: usize, kind: Kind) -> Token<'text> {
        let token = Token {
            kind,
            text: self.rest().get(..length).unwrap_or_default(),
            offset: self.position,
            line: self.line,
        };
        self.position += length;
        self.line += token.text.matches('\n').count();
        token
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// A comment that becomes metadata, or `None`. Rows of slashes or stars are ornaments.
fn comment_kind(text: &str) -> Option<Kind> {
    let body = ["///", "//!", "/**", "/*!"]
        .iter()
        .find_map(|opening| text.strip_prefix(opening))?;
    if body.starts_with('<') {
        return Some(Kind::TrailingComment);
    }
    // `/**/` is empty, and its second star belongs to its end.
    let ornament = body.starts_with(['/', '*']);
    (!ornament).then_some(Kind::Comment)
}

fn comment_length(rest: &str) -> usize {
    if rest.starts_with("//") {
        return line_length(rest);
    }
    rest.get(2..)
        .and_then(|body| body.find("*/"))
        .map_or(rest.len(), |end| end + 4)
}

/// Up to the end of the line, and over it where a backslash stands before it.
fn line_length(rest: &str) -> usize {
    let mut length = 0;
    for line in rest.split_inclusive('\n') {
        length += line.len();
        let continued = line.trim_end_matches(['\n', '\r']).ends_with('\\');
        if !continued {
            return length - (line.len() - line.trim_end_matches(['\n', '\r']).len());
        }
    }
    length
}

/// A directive ends with its line, comments included: they are about it, whatever they look like.
fn directive_length(rest: &str) -> usize {
    let mut length = 0;
    while let Some(left) = rest.get(length..) {
        let Some(first) = left.chars().next() else { break };
        if left.starts_with("/*") {
            length += comment_length(left);
        } else if left.starts_with("//") {
            return length + line_length(left);
        } else if first == '\n' {
            return length;
        } else if left.starts_with("\\\n") || left.starts_with("\\\r\n") {
            length += left.find('\n').map_or(1, |newline| newline + 1);
        } else if matches!(first, '"' | '\'') {
            length += literal_length(left, first);
        } else {
            length += first.len_utf8();
        }
    }
    length
}

/// Up to the closing quote, or to the end of the line where there is none.
fn literal_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            // A line that goes on may end as Windows ends it.
            '\r' if escaped => {}
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => return at,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        tokens(text).iter().map(|token| token.text).collect()
    }

    #[test]
    fn ordinary_comments_are_left_out_and_a_directive_is_one_token() {
        let text = "#define A(x) \\\n  struct x { int y; }\n/* struct no { */ // struct no {\nint x; # define B /* a\n b */ c\nint y;";
        let expected = ["#define A(x) \\\n  struct x { int y; }", "int", "x", ";", "#"];
        assert_eq!(texts(text)[..5], expected);
        assert_eq!(
            texts("/* x */ #if 1\nint x;\n  #endif // y\n"),
            ["#if 1", "int", "x", ";", "#endif // y"]
        );
    }

    #[test]
    fn a_directive_ends_with_its_line_whatever_is_quoted_in_it() {
        let ends = [
            "#define OPEN \"/*\"",
            "#define URL \"http://x\"",
            "#error don't",
            "#define A 1 /// about A",
            "#define A 1 ///< about A",
            "#if 1 /* one\n two */ && 2",
            "#define A \\\r\n b",
        ];
        for directive in ends {
            assert_eq!(texts(&format!("{directive}\nint x;")), [directive, "int", "x", ";"]);
        }
    }

    #[test]
    fn a_string_goes_on_over_a_line_that_goes_on() {
        for end in ["\n", "\r\n"] {
            let text = format!("\"a\\{end}/* b\"");
            assert_eq!(texts(&format!("{text};")), [text.as_str(), ";"]);
        }
    }

    #[test]
    fn quotes_hide_what_looks_like_code() {
        assert_eq!(
            texts(r#"char a[] = "/// {\"", b = '"';"#),
            ["char", "a", "[", "]", "=", r#""/// {\"""#, ",", "b", "=", "'\"'", ";"]
        );
    }

    #[test]
    fn comments_are_told_apart_by_their_openings() {
        let kinds = |text| tokens(text).iter().map(|token| token.kind).collect::<Vec<_>>();
        assert_eq!(kinds("/// a\n//! b\n/** c */ /*! d */"), [Kind::Comment; 4]);
        assert_eq!(kinds("///< a\n/**< b */"), [Kind::TrailingComment; 2]);
        assert_eq!(kinds("//// a\n/***** b *****/ /**/ // c\n/* d */"), []);
    }

    #[test]
    fn what_is_not_closed_ends_with_the_file() {
        for text in ["/** a", "\"a", "'", "#define x /* y", "/// x \\", "#", "/", "\\"] {
            tokens(text);
        }
        assert_eq!(texts("/** a"), ["/** a"]);
    }
}
