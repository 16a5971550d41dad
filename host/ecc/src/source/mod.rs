//! Reading C as far as its comments need it: tokens, declarations at file scope, comments that become metadata.

pub(crate) mod comment;
mod conditions;
pub(crate) mod declarations;
mod json;
pub(crate) mod lexer;
pub(crate) mod structs;

/// What some editors put before the text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A file's path as the user spelled it, and its text.
#[derive(Debug, Default)]
pub(crate) struct SourceFile {
    pub(crate) path: std::path::PathBuf,
    pub(crate) text: String,
}

impl SourceFile {
    /// Reads a file; bytes that are not UTF-8 can only stand in comments and strings, and are replaced.
    pub(crate) fn read(what: &str, path: &std::path::Path) -> crate::error::Result<Self> {
        let bytes = std::fs::read(path).map_err(|error| crate::error::Error::input(what, path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            text: String::from_utf8_lossy(bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes)).into_owned(),
        })
    }

    /// An error at a byte of the text: `FILE:LINE:COLUMN: message`, the line, and a caret under the column.
    pub(crate) fn error_at(&self, offset: usize, message: &str) -> crate::error::Error {
        let before = self
            .text
            .get(..self.text.floor_char_boundary(offset))
            .unwrap_or(&self.text);
        let number = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = self
            .text
            .get(start..)
            .and_then(|rest| rest.lines().next())
            .unwrap_or_default();
        let lead = before.get(start..).unwrap_or_default();
        // Tabs stay tabs, so that the caret stands where the column is.
        let pad: String = lead.chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        let column = lead.chars().count() + 1;
        let gutter = " ".repeat(number.to_string().len());
        crate::error::Error::failed(format!("{}:{number}:{column}: {message}", self.path.display()))
            .with_excerpt(format!(" {number} | {line}\n {gutter} | {pad}^"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shows_the_line_and_a_caret_under_the_place() {
        let file = SourceFile {
            path: "a.bpf.c".into(),
            text: "int a;\n\t/// @cmdarg {\nint b;\n".into(),
        };
        let offset = file.text.find("@cmdarg").unwrap();
        assert_eq!(
            file.error_at(offset, "not good").to_string(),
            "error: a.bpf.c:2:6: not good\n 2 | \t/// @cmdarg {\n   | \t    ^"
        );
        // The end of the text has no line of its own.
        assert!(
            file.error_at(usize::MAX, "x")
                .to_string()
                .starts_with("error: a.bpf.c:4:1: x")
        );
    }
}
