//! What tools in C put into the output by the SDK's own functions, which `printf` has no part in. Those of Rust have tests beside them.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use cli_tests::{ecli, program, root, run};

/// The tool, built once for all tests.
static TOOL: LazyLock<PathBuf> = LazyLock::new(|| {
    let path = program("ecc").ancestors().nth(2).unwrap().join("projects/c-put.wasm");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let done = run(Command::new(program("ecc"))
        .arg("build-wasm")
        .arg(root().join("tests/cli/sources/c/put.c"))
        .arg("-o")
        .arg(&path));
    assert_eq!((done.code(), done.stderr.as_str()), (0, ""), "{done:?}");
    path
});

/// The lines for these arguments.
fn put(what: &str, arguments: impl Iterator<Item = String>) -> Vec<String> {
    let ended = run(ecli(["run", "-q"]).arg(&*TOOL).arg(what).args(arguments));
    assert_eq!((ended.code(), ended.stderr.as_str()), (0, ""), "{ended:?}");
    ended.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn numbers_look_as_printf_shows_them() {
    // Of each length, and around the places where the way of writing changes.
    let tens = (0..20).map(|power| 10_u64.pow(power));
    let twos = (0..64).map(|power| 1_u64 << power);
    let numbers: Vec<u64> = tens
        .chain(twos)
        .flat_map(|edge| [edge - 1, edge, edge + 1, edge.wrapping_mul(7)])
        .chain([u64::MAX])
        .collect();
    let lines = put("number", numbers.iter().map(u64::to_string));
    let expected: Vec<String> = numbers
        .iter()
        .map(|number| {
            let signed = number.cast_signed();
            format!("{number}|{signed}|{number:x}|{number:12}|{signed:<12}|{number:40x}")
        })
        .collect();
    assert_eq!(lines, expected);
}

/// Names that processes may give themselves: whatever they are, they are one string in one line.
#[test]
fn text_becomes_json_that_reads_back() {
    let hostile: [&[u8]; 9] = [
        b"",
        b"cargo",
        b"\"\\\n\r\t\x08\x0c\x0b\x01\x1b[2J\x7f",
        "é€😀名前".as_bytes(),
        "\u{80}\u{9b}1m\u{9f}\u{a0}".as_bytes(),
        // No UTF-8: cut short, halves of UTF-16, longer than needed, beyond Unicode.
        b"\xff\xfe|\xc3|\xe2\x82|\xf0\x9f\x98|\xe2\x82",
        b"\xed\xa0\x80|\xc0\x80|\xe0\x9f\xbf|\xf0\x8f\xbf\xbf|\xf4\x90\x80\x80|\xf5\x80",
        b"\x80\xbf\xc3\xc3\xa9",
        b"\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\xed\x9f\xbf\xee\x80\x80",
    ];
    // At each place of a word, and after it.
    let texts: Vec<Vec<u8>> = (0..20)
        .flat_map(|before| hostile.map(|text| [&b"a".repeat(before), text, b"end"].concat()))
        .collect();
    let hex = |text: &Vec<u8>| text.iter().map(|byte| format!("{byte:02x}")).collect();
    let lines = put("json", texts.iter().map(hex));
    assert_eq!(lines.len(), texts.len());
    for (line, text) in lines.iter().zip(&texts) {
        let read: String = serde_json::from_str(line).unwrap();
        assert_eq!(read, String::from_utf8_lossy(text), "{line}");
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }

    // What lies after a NUL is of no meaning.
    assert_eq!(put("json", ["736800ff22".to_owned()].into_iter()), ["\"sh\""]);
}
