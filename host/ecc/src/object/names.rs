//! How source files are called in BTF's line information, which the verifier's log shows.

use std::path::Path;

/// The folders that files are named from.
pub(super) struct FileNames {
    /// With the slash at the end.
    folders: Vec<String>,
}

impl FileNames {
    /// Files in `folders`, or below, are named from there.
    pub(super) fn new(folders: &[&Path]) -> Self {
        Self {
            folders: folders
                .iter()
                .map(|folder| format!("{}/", without_dots(&folder.to_string_lossy())))
                .collect(),
        }
    }

    /// The name of a file without the folder that it is named from.
    pub(super) fn short<'name>(&self, name: &'name [u8]) -> &'name [u8] {
        let Ok(name) = std::str::from_utf8(name) else {
            return name;
        };
        let name = without_dots(name);
        let short = self
            .folders
            .iter()
            .find_map(|folder| name.strip_prefix(folder.as_str()));
        short.unwrap_or(name).as_bytes()
    }
}

/// clang writes one `./` for the folder that it runs in, and another where an option named the file.
fn without_dots(name: &str) -> &str {
    name.trim_start_matches("./")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_from_their_folder() {
        let names = FileNames::new(&[Path::new("t"), Path::new("/home/me/src")]);
        let cases = [
            ("./t/a.c", "a.c"),
            ("././t/a.c", "a.c"),
            ("/home/me/src/b/a.c", "b/a.c"),
            ("/home/me/other.c", "/home/me/other.c"),
        ];
        for (name, short) in cases {
            assert_eq!(names.short(name.as_bytes()), short.as_bytes());
        }
        assert_eq!(FileNames::new(&[Path::new(".")]).short(b"./t/a.c"), b"t/a.c");
        assert_eq!(names.short(b"\xff/a.c"), b"\xff/a.c");
    }
}
