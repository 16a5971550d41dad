//! The top level of a package: `bpf_object`, `bpf_object_size`, `meta`, and what may stand beside them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clang;
mod fixture;

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fixture::{derived, parse, refusal, tree, with};
use flate2::Compression;
use package::{ErrorKind, Package, limits};
use serde_json::{Value, json};

fn zlib(bytes: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn bpf_object_is_base64_with_padding_of_a_zlib_stream_of_the_elf() {
    let packed = STANDARD.decode(tree()["bpf_object"].as_str().unwrap()).unwrap();
    assert_eq!(packed[..2], [0x78, 0xda], "the header of RFC 1950 at the best level");
    let mut elf = Vec::new();
    flate2::read::ZlibDecoder::new(packed.as_slice())
        .read_to_end(&mut elf)
        .unwrap();
    assert!(elf == derived().object() && elf.starts_with(b"\x7fELF"));
}

#[test]
fn bpf_object_may_be_packed_by_any_zlib() {
    for level in [Compression::none(), Compression::fast(), Compression::default()] {
        let packed = STANDARD.encode(zlib(derived().object(), level));
        assert_eq!(with("/bpf_object", json!(packed)), derived().describe().unwrap());
    }
}

#[test]
fn bpf_object_without_its_padding_is_refused() {
    let mut packed = zlib(derived().object(), Compression::best());
    // What lies behind the stream belongs to nobody.
    while packed.len() % 3 != 1 {
        packed.push(0);
    }
    let text = STANDARD.encode(packed);
    with("/bpf_object", json!(text));
    let error = refusal("/bpf_object", json!(text.trim_end_matches('=')));
    assert_eq!(
        error.to_string(),
        "bpf_object: not valid base64: the padding at its end is missing or wrong"
    );
}

#[test]
fn bpf_object_size_is_the_bytes_after_inflation_and_may_be_left_out() {
    let size = derived().object().len();
    assert_eq!(tree()["bpf_object_size"], json!(size));
    assert_eq!(with("/bpf_object_size", Value::Null), derived().describe().unwrap());
}

#[test]
fn bpf_object_size_that_does_not_match_is_an_error() {
    let size = derived().object().len();
    assert_eq!(
        refusal("/bpf_object_size", json!(size + 1)).to_string(),
        format!(
            "bpf_object: it inflates to {size} bytes, bpf_object_size says {}",
            size + 1
        )
    );
    assert_eq!(
        refusal("/bpf_object_size", json!(size - 1)).to_string(),
        format!(
            "bpf_object: it inflates to more than the {} bytes that bpf_object_size says",
            size - 1
        )
    );
}

#[test]
fn bpf_object_is_inflated_with_a_cap_whatever_its_size_says() {
    let bomb = zlib(&vec![0; limits::OBJECT_BYTES + 1], Compression::best());
    assert!(bomb.len() < 100_000, "the test means a small file");
    let document =
        |size: Value| json!({"bpf_object": STANDARD.encode(&bomb), "bpf_object_size": size, "meta": {"bpf_skel": {}}});
    let error = parse(&document(Value::Null)).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::Limit, "bpf_object"));
    assert_eq!(
        parse(&document(json!(10))).unwrap_err().to_string(),
        "bpf_object: it inflates to more than the 10 bytes that bpf_object_size says"
    );
    assert_eq!(
        parse(&document(json!(limits::OBJECT_BYTES + 1)))
            .unwrap_err()
            .to_string(),
        "bpf_object_size: found 67108865, expected a whole number from 0 to 67108864"
    );
}

#[test]
fn meta_is_required() {
    assert_eq!(
        refusal("/meta", Value::Null).to_string(),
        "meta: found null, expected an object"
    );
    let mut tree = tree();
    tree.as_object_mut().unwrap().remove("meta");
    assert_eq!(
        parse(&tree).unwrap_err().to_string(),
        "meta: this field is missing, an object is expected"
    );
}

#[test]
fn bpf_objects_leave_the_first_as_bpf_object_for_older_loaders() {
    let first = derived().object().to_vec();
    let objects = vec![("x86".to_owned(), first.clone()), ("arm64".to_owned(), first.clone())];
    let package = derived().with_objects(objects).unwrap();
    let mut older = fixture::tree_of(&package);
    let written = older.as_object_mut().unwrap().remove("bpf_objects").unwrap();
    assert_eq!(
        written.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["x86", "arm64"]
    );
    assert!(parse(&older).unwrap().object() == first);
}

#[test]
fn keys_that_nobody_knows_are_ignored_and_kept() {
    let mut tree = tree();
    tree["made_by"] = json!({"host": "x"});
    tree["meta"]["bpf_skel"]["maps"][0]["note"] = json!([1.50]);
    let package = parse(&tree).unwrap();
    assert_eq!(package.describe().unwrap(), derived().describe().unwrap());
    assert_eq!(fixture::tree_of(&package), tree);
}

#[test]
fn a_byte_order_mark_and_space_around_the_document_are_skipped() {
    let text = format!("\u{feff}\n {}\n", tree());
    assert_eq!(Package::parse(text.as_bytes()).unwrap(), derived());
}
