//! The declarations at file scope, each with the comments that are about it.

use super::conditions::{Conditions, Step};
use super::lexer::{Kind, Token};

/// A variable, a map, a function or a type.
#[derive(Clone, Debug, Default)]
pub(crate) struct Declaration<'text> {
    /// In the order of the file.
    pub(crate) comments: Vec<Token<'text>>,
    /// What stands outside of braces: macros' arguments too, since `BPF_PROG(name, …)` has the name there.
    pub(crate) tokens: Vec<Token<'text>>,
    /// What stands between braces, of types and initializers; functions have nothing here.
    pub(crate) inside: Vec<Token<'text>>,
    /// Whether it has the body of a function.
    pub(crate) is_function: bool,
}

/// All declarations of a file. Of branches that stand in for each other (`#if … #else`) each is read; what `#if 0` hides is not.
pub(crate) fn declarations<'text>(tokens: &[Token<'text>]) -> Vec<Declaration<'text>> {
    let mut reader = Reader::default();
    for (place, token) in tokens.iter().enumerate() {
        if token.kind == Kind::Directive {
            reader.directive(token.text);
        } else if !reader.conditions.off() {
            let before = place.checked_sub(1).and_then(|before| tokens.get(before));
            // A comment after code on its line, with nothing behind it, is about that code.
            let ends_line = before.is_some_and(|before| before.kind != Kind::Comment && before.line == token.line)
                && tokens.get(place + 1).is_none_or(|next| next.line > token.line);
            reader.token(*token, ends_line);
        }
    }
    reader.done
}

#[derive(Default)]
struct Reader<'text> {
    done: Vec<Declaration<'text>>,
    state: State<'text>,
    conditions: Conditions,
    /// What was begun when each open condition began: every branch goes on from there.
    saved: Vec<State<'text>>,
}

#[derive(Clone, Default)]
struct State<'text> {
    current: Declaration<'text>,
    /// Braces that are open.
    depth: usize,
}

impl<'text> Reader<'text> {
    fn directive(&mut self, text: &str) {
        let off = self.conditions.off();
        match self.conditions.read(text) {
            Step::Begin => self.saved.push(self.state.clone()),
            Step::Branch => {
                if let Some(saved) = self.saved.last() {
                    let branch = std::mem::replace(&mut self.state, saved.clone());
                    // A function that begins in each branch and has one body: each has a name of its own.
                    if !off && branch.depth > self.state.depth {
                        self.done.push(branch.current);
                    }
                }
            }
            Step::End => {
                self.saved.pop();
            }
            Step::Definition if !off && self.state.depth == 0 && self.state.current.tokens.is_empty() => {
                self.state.current.comments.clear();
            }
            Step::Definition | Step::None => {}
        }
    }

    fn token(&mut self, token: Token<'text>, ends_line: bool) {
        let state = &mut self.state;
        match token.kind {
            Kind::Comment | Kind::TrailingComment if state.depth > 0 => {}
            Kind::Comment | Kind::TrailingComment => {
                if is_call(&state.current.tokens) {
                    self.done.push(std::mem::take(&mut state.current));
                }
                let trailing = token.kind == Kind::TrailingComment || ends_line;
                match self.done.last_mut() {
                    Some(before) if trailing && state.current.tokens.is_empty() => before.comments.push(token),
                    _ => state.current.comments.push(token),
                }
            }
            _ if token.is("{") => {
                if state.depth == 0 {
                    state.current.is_function = opens_function(&state.current.tokens);
                }
                state.depth += 1;
            }
            _ if token.is("}") => {
                state.depth = state.depth.saturating_sub(1);
                if state.depth == 0 && state.current.is_function {
                    self.done.push(std::mem::take(&mut state.current));
                }
            }
            _ if state.depth > 0 => {
                if !state.current.is_function {
                    state.current.inside.push(token);
                }
            }
            _ if token.is(";") => {
                // One after a function's body declares nothing.
                if !state.current.tokens.is_empty() {
                    self.done.push(std::mem::take(&mut state.current));
                }
            }
            _ => {
                let starts_line = state.current.tokens.last().is_some_and(|last| last.line < token.line);
                if starts_line && token.kind == Kind::Word && is_call(&state.current.tokens) {
                    self.done.push(std::mem::take(&mut state.current));
                }
                state.current.tokens.push(token);
            }
        }
    }
}

/// Words that begin with two underscores, and `SEC`, say something about a declaration and are no part of it.
fn is_attribute(token: &Token<'_>) -> bool {
    token.kind == Kind::Word && (token.text.starts_with("__") || token.text == "SEC" || token.text.starts_with("_A"))
}

/// The words that a type's name follows.
fn names_type(token: &Token<'_>) -> bool {
    matches!(token.text, "struct" | "union" | "enum")
}

/// `MACRO(…)` alone: it needs no semicolon, so the next declaration may follow at once.
fn is_call(tokens: &[Token<'_>]) -> bool {
    let [first, second, .., last] = tokens else {
        return false;
    };
    let outside = Outside::of(tokens)
        .filter(|(token, _)| token.kind == Kind::Word)
        .count();
    first.kind == Kind::Word && !is_attribute(first) && second.is("(") && last.is(")") && outside == 1
}

/// Whether the brace after these tokens opens a function's body, not an initializer or the members of a type.
fn opens_function(tokens: &[Token<'_>]) -> bool {
    let outside: Vec<_> = Outside::of(tokens).collect();
    if outside.iter().any(|(token, _)| token.is("=")) {
        return false;
    }
    let Some(start) = outside.iter().rposition(|(token, _)| names_type(token)) else {
        return outside.iter().any(|(token, call)| *call && !is_attribute(token));
    };
    let after = outside.get(start + 1..).unwrap_or_default();
    after.iter().any(|(token, call)| *call && !is_attribute(token))
}

/// The tokens that stand outside of parentheses and brackets, and whether parentheses follow each.
struct Outside<'tokens, 'text> {
    tokens: &'tokens [Token<'text>],
    place: usize,
}

impl<'tokens, 'text> Outside<'tokens, 'text> {
    fn of(tokens: &'tokens [Token<'text>]) -> Self {
        Self { tokens, place: 0 }
    }
}

impl<'tokens, 'text> Iterator for Outside<'tokens, 'text> {
    type Item = (&'tokens Token<'text>, bool);

    fn next(&mut self) -> Option<Self::Item> {
        let mut depth = 0_usize;
        loop {
            let token = self.tokens.get(self.place)?;
            self.place += 1;
            match token.text {
                "(" | "[" if token.kind == Kind::Punctuation => depth += 1,
                ")" | "]" if token.kind == Kind::Punctuation => depth = depth.saturating_sub(1),
                _ if depth > 0 => {}
                _ => return Some((token, self.tokens.get(self.place).is_some_and(|next| next.is("(")))),
            }
        }
    }
}

impl<'text> Declaration<'text> {
    /// What a variable, a map or a typedef may be called, the likeliest first: the last word of its declarator, or the one before
    /// macros such as `__weak`. With several declarators (`int a, b;`) those of each; of a macro alone (`SETTING(int, a);`) any word in
    /// its parentheses.
    pub(crate) fn names(&self) -> Vec<&'text str> {
        let mut names = Vec::new();
        if is_call(&self.tokens) {
            let words = self.tokens.iter().skip(1).filter(|token| token.kind == Kind::Word);
            return words.map(|token| token.text).collect();
        }
        let outside: Vec<_> = Outside::of(&self.tokens).collect();
        let tag = self.tag();
        for declarator in outside.split(|(token, _)| token.is(",")) {
            let before_value = declarator.split(|(token, _)| token.is("=")).next().unwrap_or_default();
            let is_tag = |token: &Token<'_>| tag.is_some_and(|tag| tag.offset == token.offset);
            let words = before_value
                .iter()
                .rev()
                .filter(|(token, call)| token.kind == Kind::Word && !call && !is_tag(token) && !names_type(token));
            for (token, _) in words {
                names.push(token.text);
                if !is_attribute(token) {
                    break;
                }
            }
        }
        names
    }

    /// The name after `struct`, `union` or `enum`: of the type that is defined here, or of the one that is used.
    pub(crate) fn tag(&self) -> Option<&Token<'text>> {
        let mut words = Outside::of(&self.tokens).skip_while(|(token, _)| !names_type(token));
        words.next()?;
        let (tag, _) = words.find(|(token, call)| !call && !is_attribute(token))?;
        let brace = self.inside.first().map_or(usize::MAX, |first| first.offset);
        (tag.kind == Kind::Word && tag.offset < brace).then_some(tag)
    }

    /// What a function may be called: the word before parentheses, or the first one inside, as in `BPF_PROG(name, …)`.
    pub(crate) fn function_names(&self) -> impl Iterator<Item = &'text str> {
        let word = |token: &Token<'text>| (token.kind == Kind::Word).then_some(token.text);
        self.tokens
            .windows(3)
            .filter_map(move |window| match window {
                [name, open, first] if open.is("(") => Some([word(name), word(first)]),
                _ => None,
            })
            .flatten()
            .flatten()
    }

    /// Whether one of the words outside of braces is this.
    pub(crate) fn has(&self, text: &str) -> bool {
        self.tokens.iter().any(|token| token.text == text)
    }
}

#[cfg(test)]
mod tests;
