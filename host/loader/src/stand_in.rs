//! What stands in for programs whose hooks a kernel does not have: `optional` and `fallback` of a package.

use package::{Description, Fallback, Places, Target};

use crate::error::{Error, Kind, Result};
use crate::link::Link;
use crate::object::Object;

/// How far the alternatives are used up.
#[derive(Debug, Default)]
pub(crate) struct StandIns {
    /// Programs that are loaded for another place than their own, and why they could not be for the one before.
    moved: Vec<(String, Error)>,
    /// Programs that are not loaded, and why they could not be.
    left_out: Vec<(String, Error)>,
}

impl StandIns {
    /// Whether a program could not be loaded, and the object goes on without it.
    pub(crate) fn left_out(&self, program: &str) -> bool {
        self.left_out.iter().any(|(name, _)| name == program)
    }

    /// Finds something in place of a program that cannot be loaded; or gives back the error.
    pub(crate) fn give_way(
        &mut self,
        program: &str,
        error: Error,
        description: &Description,
        places: &mut Places,
    ) -> Result<()> {
        let described = description.programs.iter().find(|known| known.name == program);
        let Some(described) = described.filter(|_| hook_is_missing(&error)) else {
            return Err(error);
        };
        let alternatives = described.alternatives()?;
        let mut targets = alternatives.fallbacks.iter().filter_map(as_target);
        let tried = self.moved.iter().filter(|(name, _)| name == program).count();
        // What the user has chosen has no alternative but to do without.
        let chosen = tried == 0 && places.targets.iter().any(|(name, _)| name == program);
        if let Some(target) = targets.nth(tried).filter(|_| !chosen) {
            places.targets.retain(|(name, _)| name != program);
            places.targets.push((program.to_owned(), target.clone()));
            self.moved.push((program.to_owned(), error));
            return Ok(());
        }
        let error = match self.moved.iter().position(|(name, _)| name == program) {
            Some(first) => neither(&self.moved.swap_remove(first).1, &error),
            None => error,
        };
        let has_substitute = alternatives
            .fallbacks
            .iter()
            .any(|fallback| as_target(fallback).is_none());
        if alternatives.optional || has_substitute || stands_in(description, program) {
            self.left_out.push((program.to_owned(), error));
            return Ok(());
        }
        Err(error)
    }
}

/// Whether an object has programs that may be missing, so that it is worth while to keep what opening it again needs.
pub(crate) fn has_alternatives(description: &Description) -> bool {
    let given = |program: &package::Program| {
        program.options.contains_key("optional") || program.options.contains_key("fallback")
    };
    description.programs.iter().any(given)
}

/// Whether a program is there for another's sake.
fn stands_in(description: &Description, name: &str) -> bool {
    let names = |fallback: &Fallback| matches!(fallback, Fallback::Program(program) if program == name);
    description
        .programs
        .iter()
        .filter_map(|program| program.alternatives().ok())
        .any(|alternatives| alternatives.fallbacks.iter().any(names))
}

fn as_target(fallback: &Fallback) -> Option<&Target> {
    match fallback {
        Fallback::Target(target) => Some(target),
        Fallback::Program(_) => None,
    }
}

/// The error of a program's own place, which is what counts, and besides that of the last that stands in.
fn neither(first: &Error, last: &Error) -> Error {
    let told = Error::new(
        first.kind(),
        format!("{first:#}; and what the package has in its place cannot be had either: {last:#}"),
    );
    match first.hint() {
        Some(hint) => told.with_hint(hint),
        None => told,
    }
}

fn hook_is_missing(error: &Error) -> bool {
    matches!(
        error.kind(),
        Kind::NotFound | Kind::KernelLacks | Kind::NoBtf | Kind::NoTracefs | Kind::Unsupported
    )
}

impl Object {
    /// Attaches every program that the package wants attached, or what stands in for it.
    pub(crate) fn attach_programs(&self, links: &mut Vec<Link>) -> Result<()> {
        let description = self.description();
        let mut missing = Vec::new();
        for program in &description.programs {
            if program.link
                && !stands_in(description, &program.name)
                && let Err(error) = self.attach_or_replace(program, links)?
            {
                missing.push(error);
            }
        }
        if links.is_empty()
            && let Some(error) = missing.pop()
        {
            return Err(error.context("none of the programs can be attached"));
        }
        for error in missing {
            self.note(format!("{error:#}; the tool runs without it"));
        }
        Ok(())
    }

    /// The inner error is that of an optional program, which may be missing.
    fn attach_or_replace(&self, described: &package::Program, links: &mut Vec<Link>) -> Result<Result<()>> {
        let alternatives = described.alternatives()?;
        let program = self.program(&described.name)?;
        let mut first = None;
        if program.is_loaded() {
            if !program.attaches() {
                return Ok(Ok(()));
            }
            match program.attach() {
                Ok(link) => {
                    links.push(link);
                    return Ok(Ok(()));
                }
                Err(error) if hook_is_missing(&error) => first = Some(error),
                Err(error) => return Err(error),
            }
            for target in alternatives.fallbacks.iter().filter_map(as_target) {
                if let Ok(link) = program.attach_to(target, None) {
                    links.push(link);
                    return Ok(Ok(()));
                }
            }
        } else if !self.0.stand_ins.left_out(&described.name) {
            return Ok(Ok(()));
        }
        for fallback in &alternatives.fallbacks {
            if let Fallback::Program(name) = fallback {
                let substitute = self.program(name)?;
                if substitute.is_loaded() {
                    match substitute.attach() {
                        Ok(link) => {
                            links.push(link);
                            return Ok(Ok(()));
                        }
                        Err(error) if hook_is_missing(&error) => first = first.or(Some(error)),
                        Err(error) => return Err(error),
                    }
                }
            }
        }
        let error = first.unwrap_or_else(|| self.why_left_out(&described.name));
        if alternatives.optional {
            Ok(Err(error))
        } else {
            Err(error)
        }
    }

    /// The error of loading it, once more in words: the first one is kept for who asks again.
    fn why_left_out(&self, name: &str) -> Error {
        let found = self.0.stand_ins.left_out.iter().find(|(program, _)| program == name);
        let Some((_, error)) = found else {
            return Error::not_found(format!("program {name} was not loaded"));
        };
        let told = Error::new(error.kind(), format!("{error:#}"));
        match error.hint() {
            Some(hint) => told.with_hint(hint),
            None => told,
        }
    }
}
