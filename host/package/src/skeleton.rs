//! Derives a package's metadata from its object.

use serde_json::{Value, json};

use crate::btf::Btf;
use crate::c_text::c_text;
use crate::elf::Elf;
use crate::error::{At, Error};
use crate::export::find_struct;
use crate::maps::{ObjectMap, object_maps, object_programs};
use crate::meta::is_hidden;
use crate::sections::{DataSection, data_sections};

/// The version of the format, as `eunomia_version` says it.
const FORMAT_VERSION: &str = "0.3.0";

/// Bytes of a map's name in the kernel, with its NUL (`BPF_OBJ_NAME_LEN`).
const KERNEL_NAME: usize = 16;

/// `meta` for an object: what other loaders of the format expect is all there.
pub(crate) fn derive(object: &[u8], name: &str, export: &[String]) -> Result<Value, Error> {
    let elf = Elf::parse(object)?;
    let btf = find_btf(&elf)?;
    let sections = data_sections(&elf, &btf)?;
    let object_name = if name.ends_with("_bpf") {
        name.to_owned()
    } else {
        format!("{name}_bpf")
    };
    let maps: Vec<Value> = object_maps(&elf, &btf, &sections)?
        .iter()
        .filter(|map| !is_hidden(&map.name))
        .map(|map| map_entry(map, &object_name))
        .collect();
    let programs: Vec<Value> = object_programs(&elf)?
        .into_iter()
        .map(|program| json!({"name": program.name, "attach": program.section, "link": program.autoload}))
        .collect();
    let data_sections = sections
        .iter()
        .filter(|section| section.is_mappable())
        .map(|section| section_entry(&btf, section).at(|| format!("section {}", section.name)))
        .collect::<Result<Vec<_>, _>>()?;
    let export_types = export
        .iter()
        .map(|name| export_entry(&btf, name).at(|| "export_types"))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(json!({
        "bpf_skel": {
            "data_sections": data_sections,
            "maps": maps,
            "progs": programs,
            "obj_name": object_name,
        },
        "export_types": export_types,
        "eunomia_version": FORMAT_VERSION,
    }))
}

/// The object's BTF.
pub(crate) fn find_btf<'a>(elf: &Elf<'a>) -> Result<Btf<'a>, Error> {
    let (_, section) = elf
        .section(".BTF")
        .ok_or_else(|| Error::btf("the object has no .BTF section").with_hint("compile it with `clang -g`"))?;
    Btf::parse(section.data)
}

fn section_entry(btf: &Btf<'_>, section: &DataSection<'_>) -> Result<Value, Error> {
    let variables = section
        .variables
        .iter()
        .filter(|variable| variable.global)
        .map(|variable| Ok(json!({"name": variable.name, "type": c_text(btf, variable.ty)?})))
        .collect::<Result<Vec<_>, Error>>()?;
    Ok(json!({"name": section.name, "variables": variables}))
}

fn map_entry(map: &ObjectMap, object_name: &str) -> Value {
    let name = match &map.section {
        Some(section) => kernel_name(object_name, section),
        None => map.name.clone(),
    };
    let mut entry = json!({"name": name, "ident": map.name});
    if map.is_mappable()
        && map.section.is_some()
        && let Some(fields) = entry.as_object_mut()
    {
        fields.insert("mmaped".into(), true.into());
    }
    entry
}

/// What libbpf calls the map of a data section (`internal_map_name`): the object's name, cut so that the section's fits.
/// A section with a name of its own keeps that.
fn kernel_name(object_name: &str, section: &str) -> String {
    if section.get(1..).is_some_and(|rest| rest.contains('.')) {
        return section.to_owned();
    }
    let room = KERNEL_NAME - 1 - section.len().clamp(7, KERNEL_NAME - 1);
    let prefix = object_name.chars().take(room);
    prefix
        .chain(section.chars())
        .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' })
        .collect()
}

fn export_entry(btf: &Btf<'_>, name: &str) -> Result<Value, Error> {
    let id = find_struct(btf, name)?;
    let ty = btf.get(btf.peel(id)?)?;
    let members = btf
        .members(&ty)
        .map(|member| {
            let member = member?;
            Ok(json!({"name": member.name, "type": c_text(btf, member.ty)?}))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    Ok(json!({
        "name": name,
        "size": ty.size_or_type,
        "type_id": id,
        "members": members,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_of_sections_are_called_as_the_kernel_shows_them() {
        assert_eq!(kernel_name("bootstrap_bpf", ".rodata"), "bootstra.rodata");
        assert_eq!(kernel_name("bootstrap_bpf", ".bss"), "bootstra.bss");
        assert_eq!(kernel_name("ls_bpf", ".kconfig"), "ls_bpf.kconfig");
        assert_eq!(kernel_name("my-tool_bpf", ".data"), "my_tool_.data");
        assert_eq!(kernel_name("bootstrap_bpf", ".rodata.str1.1"), ".rodata.str1.1");
    }
}
