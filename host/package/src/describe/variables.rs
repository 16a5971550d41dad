//! The global variables that a package lists.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::list;
use crate::btf::Btf;
use crate::c_text::c_text;
use crate::description::Variable;
use crate::encode::encode_value;
use crate::error::{At, Error};
use crate::fields::shortened;
use crate::layout::Layouts;
use crate::limits;
use crate::meta::{SectionMeta, VariableMeta};
use crate::sections::{DataSection, Global};

pub(super) fn describe(
    layouts: &mut Layouts<'_, '_>,
    btf: &Btf<'_>,
    sections: &[DataSection<'_>],
    listed: &[SectionMeta<'_>],
    runtime_args: Option<&Map<String, Value>>,
) -> Result<Vec<Variable>, Error> {
    let mut variables = Vec::new();
    let mut known = HashSet::new();
    let mut bytes = 0;
    let globals_of: Vec<HashMap<&str, &Global<'_>>> = sections.iter().map(by_name).collect();
    let none = HashMap::new();
    for (place, meta) in listed.iter().enumerate() {
        let found = sections
            .iter()
            .zip(&globals_of)
            .find(|(section, _)| section.name == meta.name);
        let (section, globals) = found.map_or((None, &none), |(section, globals)| (Some(section), globals));
        for (index, variable) in meta.variables.iter().enumerate() {
            let path = || format!("meta.bpf_skel.data_sections[{place}].variables[{index}]");
            let (Some(section), Some(global)) = (section, globals.get(variable.name)) else {
                check_unused(variable, meta.name, globals).at(path)?;
                continue;
            };
            if !known.insert((meta.name, variable.name)) {
                let name = shortened(variable.name);
                return Err(Error::field(format!("the variable {name:?} is listed twice")).at("name")).at(path);
            }
            let given = runtime_args.and_then(|args| args.get(variable.name));
            let given = given.filter(|value| !value.is_null());
            let mut found = one(layouts, btf, section, global, variable, &mut bytes).at(path)?;
            match (given, variable.value) {
                (Some(value), _) => set(layouts, &mut found, value).at(|| format!("runtime_args.{}", found.name))?,
                // The path counts variables, people call them by name.
                (None, Some(value)) => set(layouts, &mut found, value)
                    .map_err(|error| error.context(&format!("{:?} can't be set", found.name)))
                    .at(|| "value")
                    .at(path)?,
                (None, None) => {}
            }
            variables.push(found);
        }
    }
    check_runtime_args(&variables, runtime_args)?;
    Ok(variables)
}

fn by_name<'a, 'object>(section: &'a DataSection<'object>) -> HashMap<&'object str, &'a Global<'object>> {
    section.variables.iter().map(|global| (global.name, global)).collect()
}

/// A variable that the object lacks does no harm as long as nothing sets it.
fn check_unused(variable: &VariableMeta<'_>, section: &str, globals: &HashMap<&str, &Global<'_>>) -> Result<(), Error> {
    let has_default = variable
        .argument
        .as_ref()
        .is_some_and(|argument| argument.default.is_some());
    if variable.is_hidden() || (variable.value.is_none() && !has_default) {
        return Ok(());
    }
    let mut names: Vec<&str> = globals.keys().copied().collect();
    names.sort_unstable();
    Err(Error::field(format!(
        "the object has no variable {:?} in {section}, only {}",
        shortened(variable.name),
        list(names.into_iter())
    )))
}

fn check_runtime_args(variables: &[Variable], runtime_args: Option<&Map<String, Value>>) -> Result<(), Error> {
    let known: std::collections::HashSet<&str> = variables.iter().map(|variable| variable.name.as_str()).collect();
    for (name, value) in runtime_args.into_iter().flatten() {
        if !value.is_null() && !known.contains(name.as_str()) {
            return Err(Error::field(format!(
                "the package has no such variable, only {}",
                list(variables.iter().map(|variable| variable.name.as_str()))
            ))
            .at(format!("runtime_args.{}", shortened(name))));
        }
    }
    Ok(())
}

fn one(
    layouts: &mut Layouts<'_, '_>,
    btf: &Btf<'_>,
    section: &DataSection<'_>,
    global: &Global<'_>,
    meta: &VariableMeta<'_>,
    bytes: &mut usize,
) -> Result<Variable, Error> {
    let ty = layouts.add(global.ty)?;
    // The symbol is larger than the type where that ends in a flexible array with an initializer.
    let size = global.size.max(layouts.size(ty));
    let end = u64::from(global.offset) + u64::from(size);
    if end > u64::from(section.size) {
        return Err(Error::object(format!(
            "{:?} (offset {}, {size} bytes) lies outside its section of {} bytes",
            meta.name, global.offset, section.size
        )));
    }
    *bytes += size as usize;
    if *bytes > limits::VARIABLE_BYTES {
        return Err(Error::limit(format!(
            "the package's variables take more than {} MiB",
            limits::VARIABLE_BYTES >> 20
        )));
    }
    let start = global.offset as usize;
    let initial = match section.data.get(start..start + size as usize) {
        Some(initial) => initial.to_vec(),
        None => vec![0; size as usize],
    };
    Ok(Variable {
        name: meta.name.to_owned(),
        section: section.name.to_owned(),
        map: section.ident.clone(),
        type_name: match meta.type_name {
            Some(text) => text.to_owned(),
            None => c_text(btf, global.ty)?,
        },
        ty,
        offset: global.offset,
        size,
        read_only: section.read_only,
        initial,
        value: None,
        description: meta.description.clone(),
        argument: meta.argument.clone(),
        hidden: meta.is_hidden(),
    })
}

/// Gives a variable its value, if it fits. What generators made for themselves keeps its bytes.
fn set(layouts: &mut Layouts<'_, '_>, variable: &mut Variable, value: &Value) -> Result<(), Error> {
    if variable.hidden {
        return Ok(());
    }
    let mut scratch = variable.initial.clone();
    layouts.with_types(|types| encode_value(types, variable.ty, value, &mut scratch))?;
    variable.value = Some(value.clone());
    Ok(())
}
