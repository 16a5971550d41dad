//! Where a run starts from if the user says nothing.

use alloc::format;
use alloc::string::String;

use eunomia_component::types::Variable;

use crate::command::Choice;
use crate::json::Json;
use crate::{help, value};

/// The value that the package gives for its command line, as JSON text; none if it leaves the variable alone.
pub(crate) fn given(variable: &Variable) -> Option<&str> {
    let text = variable.argument.as_ref()?.default.as_deref()?;
    (text.trim() != "null").then_some(text)
}

/// Whether a bool is true before the user says anything.
pub(crate) fn is_on(variable: &Variable) -> bool {
    match given(variable).and_then(Json::read) {
        Some(json) => value::boolean(&json.typed()) == Some(true),
        None => value::is_true(&variable.initial),
    }
}

/// What the option's variable is set to if the user gives nothing; none leaves it as the object has it.
///
/// # Errors
/// What the package gives is no value of the variable's type.
pub(crate) fn assigned(option: &Choice<'_>) -> Result<Option<String>, String> {
    let Some(text) = given(option.variable) else {
        return Ok(None);
    };
    Json::read(text)
        .ok_or_else(|| option.shape.takes())
        .and_then(|json| value::from_json(&option.shape, &json))
        .map(Some)
        .map_err(|takes| {
            format!(
                "the package's default for --{} is {}, and it takes {takes}\nhint: give a value of your own, or correct \
                 cmdarg.default of the variable {} in the package",
                help::short(&option.long),
                help::short(text),
                help::short(&option.variable.name)
            )
        })
}

/// What the help shows as the default: what the package gives, or what the object has unless that is nothing at all.
pub(crate) fn shown(option: &Choice<'_>) -> Option<String> {
    if option.is_flag() {
        return option.on.then(|| String::from("true"));
    }
    match given(option.variable) {
        Some(text) => Some(Json::read(text).map_or_else(|| text.into(), |json| json.typed())),
        None => value::from_bytes(&option.shape, &option.variable.initial),
    }
}
