//! What the architecture page promises about the tree, read off the tree itself.

use std::fs;
use std::path::{Path, PathBuf};

use cli_tests::root;

/// All files below a folder with this ending.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                found.extend(files(&path, ending));
            }
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found
}

/// The files below `folder` whose text holds `text`, relative to it.
fn with_text(folder: &Path, ending: &str, text: &str) -> Vec<String> {
    let mut found: Vec<String> = files(folder, ending)
        .iter()
        .filter(|path| fs::read_to_string(path).unwrap().contains(text))
        .map(|path| path.strip_prefix(folder).unwrap().display().to_string())
        .collect();
    found.sort();
    found
}

/// The pages that say what users see, and where tests are that keep it.
const PAGES: [&str; 2] = ["guest-sdk/default/printer/OUTPUT.md", "host/package/FORMAT.md"];

#[test]
fn each_line_of_a_page_names_tests_that_are_there() {
    let tests: String = ["guest-sdk", "host", "tests"]
        .iter()
        .flat_map(|folder| files(&root().join(folder), ".rs"))
        .filter(|path| path.components().any(|part| part.as_os_str() == "tests"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let is_test = |name: &str| tests.contains(&format!("#[test]\nfn {name}()"));
    for page in PAGES {
        let text = fs::read_to_string(root().join(page)).unwrap();
        let is_row = |line: &&str| line.starts_with('|') && !line.starts_with("|---") && !line.ends_with("| test |");
        let rows: Vec<&str> = text.lines().filter(is_row).collect();
        assert!(rows.len() > 40, "{page}");
        for row in rows {
            let last = row.trim_end_matches('|').rsplit('|').next().unwrap().trim();
            for name in last.split(", ") {
                assert!(is_test(name.trim_matches('`')), "{page}: no test {name}: {row}");
            }
        }
        // What is named elsewhere: no other name is so long.
        for word in text.split('`').skip(1).step_by(2) {
            assert!(word.matches('_').count() < 5 || is_test(word), "{page}: no test {word}");
        }
    }
}

#[test]
fn unsafe_code_is_in_three_places() {
    let host = root().join("host");
    assert_eq!(
        with_text(&host, ".rs", "allow(unsafe_code"),
        ["runtime/src/precompiled.rs"]
    );
    assert_eq!(
        with_text(&host, "Cargo.toml", "unsafe_code = \"allow\""),
        ["embed/Cargo.toml", "loader/Cargo.toml"]
    );
    for workspace in ["Cargo.toml", "guest-sdk/Cargo.toml"] {
        let manifest = fs::read_to_string(root().join(workspace)).unwrap();
        assert!(manifest.contains("unsafe_code = \"deny\""), "{workspace}");
    }
    for manifest in files(&root().join("host"), "Cargo.toml") {
        let text = fs::read_to_string(&manifest).unwrap();
        let folder = manifest.parent().unwrap();
        let own = folder.ends_with("loader") || folder.ends_with("embed");
        assert!(
            own || text.contains("[lints]\nworkspace = true"),
            "{} has the lints",
            manifest.display()
        );
    }
}

#[test]
fn outside_libraries_have_one_room_each() {
    let host = root().join("host");
    for (library, room) in [
        ("\nwasmtime", vec!["runtime/Cargo.toml"]),
        ("\nlibbpf-", vec!["loader/Cargo.toml"]),
        ("\nureq", vec!["registry/Cargo.toml"]),
        ("\nblazesym", vec!["symbols/Cargo.toml"]),
    ] {
        assert_eq!(with_text(&host, "Cargo.toml", library), room, "{library}");
    }
}

#[test]
fn crates_depend_on_each_other_as_the_map_says() {
    let crates = [
        "package",
        "registry",
        "loader",
        "symbols",
        "runtime",
        "console",
        "embed",
        "ecli",
        "standalone",
        "ecc",
        "pages",
    ];
    let arrows: Vec<(&str, Vec<&str>)> = crates
        .iter()
        .map(|name| {
            let manifest = fs::read_to_string(root().join("host").join(name).join("Cargo.toml")).unwrap();
            let to = crates
                .iter()
                .filter(|to| {
                    let forms = [".workspace = true", " = { workspace = true"];
                    forms.iter().any(|form| manifest.contains(&format!("\n{to}{form}")))
                })
                .copied();
            (*name, to.collect())
        })
        .collect();
    let expected = [
        ("package", vec![]),
        ("registry", vec![]),
        ("loader", vec!["package"]),
        ("symbols", vec![]),
        ("runtime", vec!["package", "loader", "symbols"]),
        ("console", vec!["package", "runtime"]),
        ("embed", vec!["runtime"]),
        ("ecli", vec!["package", "registry", "runtime", "console"]),
        ("standalone", vec!["runtime", "console"]),
        ("ecc", vec!["package", "loader", "runtime"]),
        ("pages", vec!["runtime", "console"]),
    ];
    assert_eq!(arrows, expected);
}

/// What is small because it lacks a compiler must not get one by another's default.
#[test]
fn who_compiles_asks_for_it() {
    let host = root().join("host");
    let asked = "\nruntime = { workspace = true, features = [\"compiler\"] }";
    assert_eq!(
        with_text(&host, "Cargo.toml", asked),
        ["ecc/Cargo.toml", "ecli/Cargo.toml", "embed/Cargo.toml"]
    );
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(workspace.contains("\nruntime = { path = \"host/runtime\", default-features = false }"));
}

#[test]
fn each_interface_has_its_host_file() {
    for interface in files(&root().join("wit"), ".wit") {
        let name = interface.file_stem().unwrap().to_str().unwrap();
        let vendored = interface.parent().unwrap().ends_with("deps");
        // The host imports what guests export.
        if vendored || ["world", "args", "printer"].contains(&name) {
            continue;
        }
        let host = root().join("host/runtime/src/host").join(name).with_extension("rs");
        assert!(host.exists(), "{} is missing", host.display());
    }
}

#[test]
fn each_item_of_the_contract_says_since_when_it_is_there() {
    for path in files(&root().join("wit"), ".wit") {
        if path.parent().unwrap().ends_with("deps") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for pair in lines.windows(2) {
            let item = [
                "interface ",
                "record ",
                "variant ",
                "enum ",
                "resource ",
                "world ",
                "flags ",
            ];
            if item.iter().any(|keyword| pair[1].starts_with(keyword)) {
                assert_eq!(
                    pair[0],
                    "@since(version = 0.1.0)",
                    "before {:?} in {}",
                    pair[1],
                    path.display()
                );
            }
        }
        if path.ends_with("world.wit") {
            continue;
        }
        let documented = lines.iter().filter(|line| line.starts_with("///")).count();
        let code = lines
            .iter()
            .filter(|line| !line.is_empty() && !line.starts_with("///"))
            .count();
        assert!(
            documented * 3 > code,
            "{}: {documented} lines of documentation, {code} others",
            path.display()
        );
    }
}
