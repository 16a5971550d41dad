//! What comments say, however they are written.

use serde_json::json;

use super::super::lexer::tokens;
use super::*;

fn parse(text: &str) -> Result<Comment> {
    let file = SourceFile {
        path: "a.bpf.c".into(),
        text: text.into(),
    };
    Comment::parse(&file, &tokens(text), |_| true)
}

#[test]
fn lines_without_a_command_are_the_description_however_they_are_written() {
    for text in [
        "/// Process ID\n/// to trace",
        "/** Process ID\n  * to trace */",
        "///< Process ID to trace",
        "//! Process ID to trace",
    ] {
        assert_eq!(
            parse(text).unwrap().description(),
            Some("Process ID to trace"),
            "{text}"
        );
    }
}

#[test]
fn commands_take_json_or_a_line_and_blocks_go_on() {
    let text = "/// @cmdarg {\"short\": \"f\",\n///   \"long\": \"failed\"}\n/// @description only\n/// failed calls\n/// @ifindex 3\n\
        /// @lost dropped\n/// \\author a@b.org";
    let comment = parse(text).unwrap();
    assert_eq!(comment.get("cmdarg"), Some(&json!({"short": "f", "long": "failed"})));
    assert_eq!(comment.description(), Some("only failed calls"));
    assert_eq!(comment.get("ifindex"), Some(&json!(3)));
    assert_eq!(comment.get("lost"), Some(&json!("dropped")));
    assert_eq!(comment.get("author"), Some(&json!("a@b.org")));
    assert_eq!(comment.text, "");
}

#[test]
fn paragraphs_are_kept() {
    let comment = parse("/**\n * @brief Short.\n * @details One\n * two.\n *\n * Three.\n */").unwrap();
    assert_eq!(comment.get("brief"), Some(&json!("Short.")));
    assert_eq!(comment.get("details"), Some(&json!("One two.\n\nThree.")));
}

#[test]
fn a_mistake_in_json_is_shown_with_its_place() {
    let error = parse("int a;\n/// @cmdarg {\"short\": f}\nint b;")
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("error: a.bpf.c:2:"), "{error}");
    assert!(
        error.contains("the value of @cmdarg is not valid JSON: expected"),
        "{error}"
    );
    let error = parse("/// @cmdarg").map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("a.bpf.c:1:5: @cmdarg needs a value in JSON"), "{error}");
}

#[test]
fn what_is_not_wanted_may_be_written_in_any_way() {
    let text = "/// @sample period of the timer\n/// @cmdarg {";
    let comment = Comment::read(&tokens(text));
    assert_eq!(comment.get("sample"), Some(&json!("period of the timer")));
    assert_eq!(comment.get("cmdarg"), Some(&json!("{")));
}

#[test]
fn a_key_that_needs_no_json_may_have_braces() {
    assert_eq!(parse("/// @code {.c}").unwrap().get("code"), Some(&json!("{.c}")));
}
