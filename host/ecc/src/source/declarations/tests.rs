//! Which comment belongs to which declaration, and what that is called.

use super::super::lexer::tokens;
use super::*;

fn words(tokens: &[Token<'_>]) -> String {
    tokens.iter().map(|token| token.text).collect::<Vec<_>>().join(" ")
}

/// The comments and the tokens of each declaration, as text.
fn read(text: &str) -> Vec<(String, String)> {
    let found = declarations(&tokens(text));
    let texts = found.iter().map(|found| (words(&found.comments), words(&found.tokens)));
    texts.collect()
}

fn pair(comments: &str, tokens: &str) -> (String, String) {
    (comments.to_owned(), tokens.to_owned())
}

#[test]
fn a_comment_belongs_to_what_follows_and_a_trailing_one_to_what_went_before() {
    let text = "/// a\nint x = { 1 };\nint y; ///< b\n///< c\n/// d\nstatic int f(void) { /// e\n return 0; } /** f */\n/// g\n\
        struct { int z; } m SEC(\".maps\"); /// h\n/// i\nint w; /** j */ int v;";
    assert_eq!(
        read(text),
        [
            pair("/// a", "int x ="),
            pair("///< b ///< c", "int y"),
            pair("/// d /** f */", "static int f ( void )"),
            pair("/// g /// h", "struct m SEC ( \".maps\" )"),
            pair("/// i", "int w"),
            pair("/** j */", "int v"),
        ]
    );
}

#[test]
fn functions_end_with_their_body_and_types_with_a_semicolon() {
    let text = "struct a f(struct a *p) __attribute__((noinline)) { if (1) { } }\nstruct __attribute__((packed)) b { int x; } v;\n\
        SEC(\"kprobe/x\") int BPF_KPROBE(handle, int fd) { return 0; };\nenum e { A };\nstruct __packed __aligned(8) c { int x; } u;\n\
        HANDLER(g) { }\nstruct d x = (struct d){ 1 };\nunion u *h(void) { }\nint w;";
    let found: Vec<_> = read(text).into_iter().map(|(_, tokens)| tokens).collect();
    assert_eq!(
        found,
        [
            "struct a f ( struct a * p ) __attribute__ ( ( noinline ) )",
            "struct __attribute__ ( ( packed ) ) b v",
            "SEC ( \"kprobe/x\" ) int BPF_KPROBE ( handle , int fd )",
            "enum e",
            "struct __packed __aligned ( 8 ) c u",
            "HANDLER ( g )",
            "struct d x = ( struct d )",
            "union u * h ( void )",
            "int w",
        ]
    );
}

#[test]
fn branches_stand_in_for_each_other() {
    let text = "/// a\n#ifdef X\nint f(int a) {\n#else\nint f(long b) {\n#endif\n return 0; }\n/// c\n#if Y\nint x;\n#elif Z\nint y;\n#endif\n\
        #if 0\n/// d\nint z { { {\n#endif\n/// e\nint w;";
    assert_eq!(
        read(text),
        [
            pair("/// a", "int f ( int a )"),
            pair("/// a", "int f ( long b )"),
            pair("/// c", "int x"),
            pair("/// c", "int y"),
            pair("/// e", "int w"),
        ]
    );
}

#[test]
fn a_comment_on_a_macro_is_not_about_the_next_declaration() {
    let text =
        "/// a\n#define A 1\n/// b\n#include <b.h>\n/// c\n#pragma once\nint x;\n/** d */\nMAKE(d)\n/** e */\nint e;";
    assert_eq!(
        read(text),
        [
            pair("/// c", "int x"),
            pair("/** d */", "MAKE ( d )"),
            pair("/** e */", "int e")
        ]
    );
}

#[test]
fn a_macro_that_stands_alone_needs_no_semicolon() {
    assert_eq!(
        read("/// a\nMAKE(a)\nMAKE(b)\nint c;\nSEC(\"tc\")\nint d(void)\n{ }\nHANDLER(e)\n{ }"),
        [
            pair("/// a", "MAKE ( a )"),
            pair("", "MAKE ( b )"),
            pair("", "int c"),
            pair("", "SEC ( \"tc\" ) int d ( void )"),
            pair("", "HANDLER ( e )"),
        ]
    );
}

#[test]
fn names_are_those_that_are_declared() {
    let name = |text: &'static str| declarations(&tokens(text)).first().unwrap().names();
    assert_eq!(
        name("const volatile struct pid target SEC(\".rodata\") = 1;"),
        ["target"]
    );
    assert_eq!(name("struct { int x; } events SEC(\".maps\");"), ["events"]);
    assert_eq!(name("struct __packed pid { int x; } pid;"), ["pid"]);
    assert!(name("struct pid { int x; };").is_empty() && name("enum pid;").is_empty());
    assert_eq!(
        name("extern int version __kconfig __weak;"),
        ["__weak", "__kconfig", "version"]
    );
    assert_eq!(
        name("int a[3] = { 1 }, *b, c[] __attribute__((unused));"),
        ["a", "b", "c"]
    );
    assert_eq!(name("SETTING(int, level);"), ["int", "level"]);
    let functions = |text: &'static str| {
        let all = declarations(&tokens(text));
        all.first().unwrap().function_names().collect::<Vec<_>>()
    };
    assert_eq!(
        functions("SEC(\"x\") int BPF_PROG(handle, int a) { }"),
        ["SEC", "BPF_PROG", "handle"]
    );
}

#[test]
fn a_file_that_is_cut_off_ends_quietly() {
    for text in [
        "int f(void) {",
        "}",
        "} } ;",
        "struct {",
        "/// a",
        "int x",
        "#else\n#endif\n#endif",
        "((",
        "#if",
    ] {
        read(text);
    }
}

#[test]
fn no_place_to_cut_a_file_is_too_odd() {
    let text = include_str!("../../../tests/real/odd.bpf.c");
    for (end, _) in text.char_indices() {
        for found in declarations(&tokens(&text[..end])) {
            super::super::comment::Comment::read(&found.comments);
            found.names();
        }
    }
}
