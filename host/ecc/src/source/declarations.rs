//! The declarations at file scope, each with the comments that are about it.

use super::lexer::{Kind, Token};

/// A variable, a map, a function or a type.
#[derive(Debug, Default)]
pub(crate) struct Declaration<'text> {
    /// In the order of the file.
    pub(crate) comments: Vec<Token<'text>>,
    /// What stands outside of braces: macros' arguments too, since `BPF_PROG(name, …)` has the name there.
    pub(crate) tokens: Vec<Token<'text>>,
}

/// All declarations of a file.
pub(crate) fn declarations<'text>(tokens: &[Token<'text>]) -> Vec<Declaration<'text>> {
    let mut done: Vec<Declaration<'text>> = Vec::new();
    let mut current = Declaration::default();
    let mut depth = 0_usize;
    let mut in_function = false;
    for token in tokens {
        match token.kind {
            Kind::Comment if depth == 0 => current.comments.push(*token),
            Kind::TrailingComment if depth == 0 => match done.last_mut() {
                Some(before) if current.tokens.is_empty() => before.comments.push(*token),
                _ => current.comments.push(*token),
            },
            Kind::Comment | Kind::TrailingComment => {}
            _ if token.is("{") => {
                if depth == 0 {
                    in_function = opens_function(&current.tokens);
                }
                depth += 1;
            }
            _ if token.is("}") => {
                depth = depth.saturating_sub(1);
                if depth == 0 && in_function {
                    in_function = false;
                    done.push(std::mem::take(&mut current));
                }
            }
            _ if depth > 0 => {}
            _ if token.is(";") => done.push(std::mem::take(&mut current)),
            _ => current.tokens.push(*token),
        }
    }
    done
}

/// Whether the brace after these tokens opens a function's body, not an initializer or the members of a type.
fn opens_function(tokens: &[Token<'_>]) -> bool {
    let mut names = 0;
    let mut depth = 0_usize;
    for token in tokens.iter().rev() {
        match token.text {
            ")" => depth += 1,
            "(" => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            "struct" | "union" | "enum" => return false,
            "__attribute__" => {}
            _ if token.kind == Kind::Word && names == 0 => names = 1,
            _ => return !token.is("="),
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::lexer::tokens;
    use super::*;

    /// The comments and the tokens of each declaration, as text.
    fn read(text: &str) -> Vec<(String, String)> {
        let words = |tokens: &[Token<'_>]| tokens.iter().map(|token| token.text).collect::<Vec<_>>().join(" ");
        declarations(&tokens(text))
            .iter()
            .map(|found| (words(&found.comments), words(&found.tokens)))
            .collect()
    }

    fn pair(comments: &str, tokens: &str) -> (String, String) {
        (comments.to_owned(), tokens.to_owned())
    }

    #[test]
    fn a_comment_belongs_to_what_follows_and_a_trailing_one_to_what_went_before() {
        let text = "/// a\nint x = { 1 };\nint y; ///< b\n/// c\nstatic int f(void) { /// d\n return 0; }\n/// e\nstruct { int z; } m SEC(\".maps\");";
        assert_eq!(
            read(text),
            [
                pair("/// a", "int x ="),
                pair("///< b", "int y"),
                pair("/// c", "static int f ( void )"),
                pair("/// e", "struct m SEC ( \".maps\" )"),
            ]
        );
    }

    #[test]
    fn functions_end_with_their_body_and_types_with_a_semicolon() {
        let text = "struct a f(struct a *p) __attribute__((noinline)) { if (1) { } }\nstruct __attribute__((packed)) b { int x; } v;\n\
            SEC(\"kprobe/x\") int BPF_KPROBE(handle, int fd) { return 0; }\nenum e { A };\nint w;";
        let found: Vec<_> = read(text).into_iter().map(|(_, tokens)| tokens).collect();
        assert_eq!(
            found,
            [
                "struct a f ( struct a * p ) __attribute__ ( ( noinline ) )",
                "struct __attribute__ ( ( packed ) ) b v",
                "SEC ( \"kprobe/x\" ) int BPF_KPROBE ( handle , int fd )",
                "enum e",
                "int w",
            ]
        );
    }

    #[test]
    fn a_file_that_is_cut_off_ends_quietly() {
        for text in ["int f(void) {", "}", "} } ;", "struct {", "/// a", "int x"] {
            read(text);
        }
    }
}
