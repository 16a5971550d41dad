//! Counting the records that find a ring buffer full, without a change of the source.
//!
//! A ring buffer does not count what it refuses. `ecc` includes a header before the source in which the helpers that put records
//! into one add to a counter of that buffer's when they fail: a hidden per-CPU array, which the package names in `maps[].lost`.
//! Which buffers there are is guessed from the source, so that one compilation is enough, and then known from the object.

use std::collections::BTreeSet;
use std::path::Path;

use package::Description;
use serde_json::Value;

use crate::source::SourceFile;
use crate::source::comment::Comment;
use crate::source::declarations::declarations;
use crate::source::lexer::{Kind, Token, tokens};

/// Set in the number of a helper whose failures are counted. Real helpers have numbers of a few hundreds.
pub(crate) const COUNTED: u32 = 1 << 30;

/// The helpers that put a record into a ring buffer: `bpf_ringbuf_output`, `bpf_ringbuf_reserve`, `bpf_ringbuf_reserve_dynptr`
/// (`___BPF_FUNC_MAPPER` in the kernel's `include/uapi/linux/bpf.h`).
pub(crate) const PRODUCERS: [u32; 3] = [130, 131, 198];

/// How a counter is called: this and the buffer's name.
const COUNTER: &str = "__eunomia_lost_";

/// `BPF_MAP_TYPE_*` in the kernel's `include/uapi/linux/bpf.h`.
const RINGBUF: u32 = 27;
const MAPS_OF_MAPS: [u32; 2] = [12, 13];

/// Bytes of a header that is worth reading for a guess; a `vmlinux.h` beside the source has millions.
const LARGEST_HEADER: u64 = 256 << 10;

/// The part of the header that is the same for all buffers.
const HELPERS: &str = include_str!("count.h");

/// The ring buffers of a program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rings {
    /// Those that get a counter.
    counted: BTreeSet<String>,
    /// Those that have one of their own (`@lost`).
    own: BTreeSet<String>,
    /// Whether buffers may lie in other maps: then a pointer to one says little.
    in_maps: bool,
}

impl Rings {
    /// Those that the source seems to have, and the files beside it that it includes.
    pub(crate) fn guess(source: &SourceFile) -> Self {
        let mut rings = Self::default();
        let source_tokens = tokens(&source.text);
        rings.add(&source_tokens, true);
        let folder = source.path.parent().unwrap_or(Path::new(""));
        for name in included(&source_tokens) {
            let path = folder.join(name);
            let is_small = std::fs::metadata(&path).is_ok_and(|file| file.len() <= LARGEST_HEADER);
            if let Some(file) = is_small.then(|| SourceFile::read("header", &path).ok()).flatten() {
                rings.add(&tokens(&file.text), false);
            }
        }
        rings
    }

    /// Only comments of the source itself say anything.
    fn add(&mut self, tokens: &[Token<'_>], with_comments: bool) {
        for declaration in declarations(tokens) {
            let says = |kind: &str| declaration.inside.iter().any(|token| token.text == kind);
            self.in_maps |= says("BPF_MAP_TYPE_ARRAY_OF_MAPS") || says("BPF_MAP_TYPE_HASH_OF_MAPS");
            if !declaration.has("\".maps\"") || !says("BPF_MAP_TYPE_RINGBUF") {
                continue;
            }
            let list = if with_comments && Comment::read(&declaration.comments).has("lost") {
                &mut self.own
            } else {
                &mut self.counted
            };
            list.extend(declaration.names().into_iter().next().map(str::to_owned));
        }
    }

    /// Those that the object has; a guess knows which of them have a counter of their own.
    pub(crate) fn of(description: &Description, guess: &Self) -> Self {
        let rings = description.maps.iter().filter(|map| map.kind == RINGBUF);
        let (own, counted) = rings
            .map(|map| map.name.clone())
            .partition(|name| guess.own.contains(name));
        Self {
            counted,
            own,
            in_maps: description.maps.iter().any(|map| MAPS_OF_MAPS.contains(&map.kind)),
        }
    }

    /// C that comes before the source, or nothing if there is nothing to count.
    pub(crate) fn header(&self) -> String {
        if self.counted.is_empty() {
            return String::new();
        }
        let mut text = format!("#pragma clang system_header\n#define __EUNOMIA_COUNTED {COUNTED}UL\n{HELPERS}\n");
        for name in &self.counted {
            text.push_str(&format!(
                "struct {{ int (*type)[6]; int (*max_entries)[1]; unsigned int *key; unsigned long long *value; }} {COUNTER}{name} \
                 __attribute__((section(\".maps\"), used));\n\
                 extern char __eunomia_ring_{name}[] __asm__(\"{name}\") __attribute__((nodebug));\n"
            ));
        }
        text.push_str("__eunomia_inline void __eunomia_count_loss(const void *ring)\n{\n");
        match self.only() {
            Some(name) => text.push_str(&format!("\t(void)ring;\n\t__eunomia_add_one(&{COUNTER}{name});\n")),
            // What is known when it is compiled leaves one of these; a pointer that is not is compared in the kernel.
            None => {
                for name in &self.counted {
                    text.push_str(&format!(
                        "\tif (ring == __eunomia_ring_{name})\n\t\t__eunomia_add_one(&{COUNTER}{name});\n"
                    ));
                }
            }
        }
        text.push_str("}\n");
        text
    }

    /// The buffer that every record goes to.
    fn only(&self) -> Option<&String> {
        let mut counted = self.counted.iter();
        match (counted.next(), counted.next()) {
            (Some(only), None) if self.own.is_empty() && !self.in_maps => Some(only),
            _ => None,
        }
    }

    /// Names the counter of each buffer in the package's metadata.
    pub(crate) fn name_counters(&self, meta: &mut Value) {
        let maps = meta.pointer_mut("/bpf_skel/maps").and_then(Value::as_array_mut);
        for map in maps.into_iter().flatten().filter_map(Value::as_object_mut) {
            let name = map.get("ident").and_then(Value::as_str).unwrap_or_default().to_owned();
            if self.counted.contains(&name) {
                map.entry("lost").or_insert_with(|| format!("{COUNTER}{name}").into());
            }
        }
    }
}

/// The names in `#include "…"`.
fn included<'text>(tokens: &[Token<'text>]) -> impl Iterator<Item = &'text str> {
    let directives = tokens.iter().filter(|token| token.kind == Kind::Directive);
    directives.filter_map(|token| {
        let rest = token.text.strip_prefix('#')?.trim_start().strip_prefix("include")?;
        rest.trim_start().strip_prefix('"')?.split('"').next()
    })
}
