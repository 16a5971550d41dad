//! Joins a package's metadata with its object.

mod data;
mod maps;
mod variables;

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::btf::Btf;
use crate::cut;
use crate::description::{Description, Program};
use crate::elf::Elf;
use crate::error::{At, Error};
use crate::export::export_types;
use crate::fields::shortened;
use crate::layout::Layouts;
use crate::maps::{ObjectProgram, object_programs};
use crate::meta::{Meta, ProgramMeta};
use crate::packed::decode_lines;
use crate::retarget::{Names, drop_absent, renumber};
use crate::sections::data_sections;
use crate::skeleton::find_btf;

const EXPORT_BTF: &str = "meta.export_types.export_btf";

/// The description of `object` under the metadata `meta`, which was made from the object `other` if not from this one;
/// `runtime_args` sets variables by name.
pub(crate) fn describe(
    object: &[u8],
    mut meta: Meta<'_>,
    other: Option<&[u8]>,
    runtime_args: Option<&Map<String, Value>>,
) -> Result<Description, Error> {
    let elf = Elf::parse(object).at(|| "bpf_object")?;
    let btf = find_btf(&elf).at(|| "bpf_object")?;
    cut::check(&elf, &btf).at(|| "bpf_object")?;
    let sections = data_sections(&elf, &btf).at(|| "bpf_object")?;
    let mut origin = None;
    if let Some(other) = other {
        let other = Elf::parse(other).at(|| "bpf_object")?;
        let types = find_btf(&other).at(|| "bpf_object")?;
        let names = Names::of(&other, &types).at(|| "bpf_object")?;
        drop_absent(&mut meta, &names, &Names::of(&elf, &btf).at(|| "bpf_objects")?);
        renumber(&mut meta, &types, &btf)?;
        origin = Some(names);
    }
    let own = match meta.exports.btf {
        Some(text) if !meta.multiple_export_types => Some(decode_lines(text).at(|| EXPORT_BTF)?),
        _ => None,
    };
    let own = own.as_deref().map(Btf::parse_exported).transpose().at(|| EXPORT_BTF)?;
    let (mut layouts, exports) = match &own {
        _ if meta.multiple_export_types => (Layouts::new(&btf), Vec::new()),
        Some(own) => {
            let mut layouts = Layouts::new(own);
            let exports = export_types(&mut layouts, own, &meta.exports)?;
            (layouts.continued(&btf), exports)
        }
        None => {
            let mut layouts = Layouts::new(&btf);
            let exports = export_types(&mut layouts, &btf, &meta.exports)?;
            (layouts, exports)
        }
    };
    let variables = variables::describe(&mut layouts, &btf, &sections, &meta.sections, runtime_args)?;
    let programs = object_programs(&elf).at(|| "bpf_object")?;
    let programs = join_programs(programs, meta.programs, origin.as_ref()).at(|| "meta.bpf_skel")?;
    let mut joined = maps::Maps {
        elf: &elf,
        btf: &btf,
        layouts: &mut layouts,
        sections: &sections,
        variables: &variables,
        export: exports.first().copied(),
        multiple: meta.multiple_export_types,
        data_budget: crate::limits::MAP_DATA_BYTES,
    };
    let maps = joined.describe(&meta.maps)?;
    for (index, program) in programs.iter().enumerate() {
        program
            .check_fields(&maps)
            .at(|| format!("meta.bpf_skel.progs[{index}]"))?;
    }
    Ok(Description {
        name: meta
            .object_name
            .strip_suffix("_bpf")
            .unwrap_or(meta.object_name)
            .to_owned(),
        doc: meta.doc,
        types: layouts.into_types(),
        variables,
        maps,
        programs,
        print_header: meta.print_header,
        poll_timeout_ms: meta.poll_timeout_ms,
        perf_buffer_pages: meta.perf_buffer_pages,
        debug_verbose: meta.debug_verbose,
    })
}

/// Programs that the package lists, then the object's others. Those are only attached where the package lists none
/// at all: who lists some has chosen. What the object that they were listed from does not have could not be listed.
fn join_programs(
    object: Vec<ObjectProgram>,
    listed: Option<Vec<ProgramMeta<'_>>>,
    origin: Option<&Names>,
) -> Result<Vec<Program>, Error> {
    let link_all = listed.is_none();
    let known: Vec<String> = object.iter().map(|program| program.name.clone()).collect();
    let mut order = Vec::with_capacity(object.len());
    let mut left: HashMap<String, ObjectProgram> = object
        .into_iter()
        .map(|program| (program.name.clone(), program))
        .collect();
    for (index, meta) in listed.into_iter().flatten().enumerate() {
        let program = left.remove(meta.name).ok_or_else(|| {
            let name = shortened(meta.name);
            let message = if known.iter().any(|known| known == meta.name) {
                format!("the program {name:?} is listed twice")
            } else {
                let known = list(known.iter().map(String::as_str));
                format!("the object has no program {name:?}, only {known}")
            };
            Error::field(message).at(format!("progs[{index}].name"))
        })?;
        let attach = meta.attach.map(|text| text.strip_prefix('?').unwrap_or(text));
        order.push(Program {
            attach: attach.filter(|text| *text != program.section).map(str::to_owned),
            name: program.name,
            section: program.section,
            link: meta.link,
            options: meta.options,
        });
    }
    for name in known {
        if let Some(program) = left.remove(&name) {
            let link_unlisted = link_all || origin.is_some_and(|origin| !origin.programs.contains(&name));
            order.push(Program {
                name,
                section: program.section,
                attach: None,
                link: link_unlisted && program.autoload,
                options: Map::new(),
            });
        }
    }
    Ok(order)
}

/// `a, b, c`, cut after some.
fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 12;
    let names: Vec<&str> = names.take(SHOWN + 1).collect();
    if names.is_empty() {
        return "none at all".into();
    }
    let shown: Vec<&str> = names.iter().take(SHOWN).copied().collect();
    let more = if names.len() > SHOWN { ", …" } else { "" };
    shown.join(", ") + more
}
