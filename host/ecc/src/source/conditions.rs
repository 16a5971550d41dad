//! `#if` and its kind: which lines are certainly not compiled, and where branches begin that stand in for each other.

/// What a preprocessor line does to the branches around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A condition begins.
    Begin,
    /// Another branch of the same condition begins.
    Branch,
    /// The condition ends.
    End,
    /// It defines or includes something: comments above it are about that.
    Definition,
    /// Anything else.
    None,
}

/// The conditions that the lines so far have opened.
#[derive(Debug, Default)]
pub(super) struct Conditions(Vec<Condition>);

#[derive(Clone, Copy, Debug)]
struct Condition {
    /// This branch is `#if 0`, or comes after `#if 1`.
    off: bool,
    /// A branch before was `#if 1`.
    taken: bool,
}

impl Conditions {
    /// Whether the lines here are certainly not compiled.
    pub(super) fn off(&self) -> bool {
        self.0.iter().any(|condition| condition.off)
    }

    /// Reads a line that starts with `#`.
    pub(super) fn read(&mut self, directive: &str) -> Step {
        let line = directive.trim_start_matches('#').trim_start();
        let end = line.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(line.len());
        let (word, rest) = line.split_at_checked(end).unwrap_or((line, ""));
        let number = rest.split_whitespace().next().unwrap_or_default();
        match word {
            "if" | "ifdef" | "ifndef" => {
                self.0.push(Condition {
                    off: word == "if" && number == "0",
                    taken: word == "if" && number == "1",
                });
                Step::Begin
            }
            "else" | "elif" | "elifdef" | "elifndef" => {
                if let Some(condition) = self.0.last_mut() {
                    condition.off = condition.taken;
                }
                Step::Branch
            }
            "endif" => {
                self.0.pop();
                Step::End
            }
            "define" | "undef" | "include" => Step::Definition,
            _ => Step::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_never_be_compiled_is_off() {
        let mut conditions = Conditions::default();
        let lines = [
            ("#if 0", true),
            ("# ifdef A", true),
            ("#else", true),
            ("#endif", true),
            ("#else /* of 0 */", false),
            ("#endif", false),
            ("#if 1", false),
            ("#elif A", true),
            ("#endif // 1", false),
            ("#ifndef A", false),
            ("#else", false),
            ("#endif", false),
            ("#endif", false),
            ("#", false),
        ];
        for (line, off) in lines {
            conditions.read(line);
            assert_eq!(conditions.off(), off, "{line}");
        }
    }
}
