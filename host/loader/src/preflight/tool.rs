//! What one object needs of this system, and whether it is there.

use libbpf_sys as sys;
use package::{Attachment, Description, KernelFunction, KernelNeeds, Package, Places, Program, ProgramCode, Target};

use super::rights::{self, CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, Capability};
use super::symbols::Symbols;
use super::{Finding, State, btf, config, kernel, lockdown, memory, places, probe, tracefs};
use crate::{names, sections};

/// Types of programs that `CAP_PERFMON` is for, as `is_perfmon_prog_type` of the kernel's `kernel/bpf/syscall.c` has them.
const TRACING: [u32; 8] = [
    sys::BPF_PROG_TYPE_KPROBE,
    sys::BPF_PROG_TYPE_TRACEPOINT,
    sys::BPF_PROG_TYPE_PERF_EVENT,
    sys::BPF_PROG_TYPE_RAW_TRACEPOINT,
    sys::BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE,
    sys::BPF_PROG_TYPE_TRACING,
    sys::BPF_PROG_TYPE_LSM,
    sys::BPF_PROG_TYPE_STRUCT_OPS,
];

/// Types that need neither that nor `CAP_NET_ADMIN`.
const PLAIN: [u32; 3] = [
    sys::BPF_PROG_TYPE_UNSPEC,
    sys::BPF_PROG_TYPE_SOCKET_FILTER,
    sys::BPF_PROG_TYPE_SYSCALL,
];

/// What loading programs of these types takes.
pub(crate) fn capabilities_for(kinds: impl IntoIterator<Item = u32>) -> Vec<Capability> {
    let (mut traces, mut others) = (false, false);
    for kind in kinds {
        traces |= TRACING.contains(&kind);
        others |= !TRACING.contains(&kind) && !PLAIN.contains(&kind);
    }
    let asked = [(true, CAP_BPF), (traces, CAP_PERFMON), (others, CAP_NET_ADMIN)];
    asked
        .into_iter()
        .filter(|(is_needed, _)| *is_needed)
        .map(|(_, needed)| needed)
        .collect()
}

/// Looks at what the package's object for this machine needs, and at nothing else.
///
/// # Errors
/// The object is damaged.
pub fn tool(package: &Package, description: &Description, places: &Places) -> Result<Vec<Finding>, package::Error> {
    let object = package.object();
    let tool = Tool {
        description,
        places,
        code: package::program_code(object)?,
        needs: package::kernel_needs(object)?,
        carries_types: crate::packed_btf(package)?.is_some(),
        symbols: Symbols::default(),
    };
    Ok(tool.findings())
}

struct Tool<'a> {
    description: &'a Description,
    places: &'a Places,
    code: Vec<ProgramCode>,
    needs: KernelNeeds,
    carries_types: bool,
    symbols: Symbols,
}

impl Tool<'_> {
    fn findings(&self) -> Vec<Finding> {
        let mut found = vec![kernel::version().needed()];
        found.extend(
            [rights::namespaces(), lockdown()]
                .into_iter()
                .filter(|finding| finding.state != State::Ok)
                .map(Finding::needed),
        );
        found.push(self.capabilities().needed());
        let bpf = rights::bpf();
        let may_load = bpf.state == State::Ok;
        found.push(bpf.needed());
        found.extend(self.types());
        let is_classic = |program: &Program| matches!(self.target(program), Some(Target::Tracepoint { .. }));
        if self.description.programs.iter().any(is_classic) {
            found.push(tracefs().needed());
        }
        found.extend(self.configuration());
        found.extend(
            self.description
                .programs
                .iter()
                .map(|program| self.program(program, may_load)),
        );
        if may_load {
            found.extend(self.map_kinds());
        }
        found.push(memory::locked().needed());
        found.extend(memory::maps(self.description));
        found
    }

    fn kinds(&self) -> impl Iterator<Item = u32> {
        self.description
            .programs
            .iter()
            .map(|program| sections::types_of(program).map_or(sys::BPF_PROG_TYPE_UNSPEC, |kind| kind.0))
    }

    fn capabilities(&self) -> Finding {
        let needed = capabilities_for(self.kinds());
        let names: Vec<_> = needed.iter().map(|(_, name)| *name).collect();
        match rights::capabilities_missing(&needed) {
            None => Finding::ok(
                "capabilities",
                format!("it needs {}, which this process has", names.join(", ")),
            ),
            Some(lacking) => Finding::missing(
                "capabilities",
                format!(
                    "it needs {}; {}",
                    names.join(", "),
                    rights::without_capabilities(&lacking)
                ),
                rights::how_to_get(&lacking),
            ),
        }
    }

    /// The kernel's types, if the object asks for them.
    fn types(&self) -> Option<Finding> {
        let needs = &self.needs.btf;
        if needs.relocations == 0 && needs.kernel.is_none() {
            return None;
        }
        if self.carries_types && needs.kernel.is_none() {
            return Some(Finding::ok(
                "btf",
                "the kernel shows no types, and the package carries them",
            ));
        }
        Some(btf().needed())
    }

    /// What it reads of the kernel's configuration, and variables whose addresses it takes. It may do without.
    fn configuration(&self) -> Vec<Finding> {
        let options = self
            .needs
            .configuration
            .iter()
            .filter(|name| name.starts_with("CONFIG_"));
        let unread: Vec<_> = options
            .filter(|name| config::option(name).is_none())
            .map(String::as_str)
            .collect();
        let mut found = Vec::new();
        if !unread.is_empty() {
            found.push(Finding::warning(
                "config",
                format!(
                    "it reads {} of the kernel's configuration, which cannot be read here",
                    unread.join(", ")
                ),
                "put it at /boot/config-RELEASE, or use a kernel with CONFIG_IKCONFIG_PROC=y",
            ));
        }
        let kfuncs = self.code.iter().flat_map(|code| &code.kfuncs);
        let mut lacking: Vec<_> = kfuncs
            .filter_map(|function| match function {
                KernelFunction::Named(name) => Some(name.as_str()),
                KernelFunction::Numbered(_) => None,
            })
            .filter(|name| self.symbols.types_have_function(name) == Some(false))
            .collect();
        lacking.sort_unstable();
        lacking.dedup();
        if !lacking.is_empty() {
            found.push(Finding::warning(
                "kfuncs",
                format!(
                    "this kernel has no functions {}, which programs call; they may be able to do without",
                    lacking.join(", ")
                ),
                "use a newer kernel, or load the module that has them",
            ));
        }
        found
    }

    fn target(&self, program: &Program) -> Option<Target> {
        match program.attachment(self.places, &self.description.maps) {
            Ok(Attachment::Target(target)) => Some(target),
            Ok(Attachment::Section) => Target::parse(&program.section).ok(),
            _ => None,
        }
    }

    fn program(&self, program: &Program, may_load: bool) -> Finding {
        let check = format!("program {}", program.name);
        let alternatives = program.alternatives().unwrap_or_default();
        let replaceable = alternatives.optional || !alternatives.fallbacks.is_empty();
        let mut finding = self.look(program, may_load);
        if finding.state == State::Missing && replaceable {
            finding.state = State::Warning;
            finding.message += if alternatives.optional {
                "; the tool runs without it"
            } else {
                "; the tool has something in its place"
            };
        }
        if finding.state == State::Ok {
            let place = if finding.message.is_empty() {
                String::new()
            } else {
                format!(": {} is there", finding.message)
            };
            finding.message = format!("{}{place}", program.attach.as_deref().unwrap_or(&program.section));
        }
        Finding { check, ..finding }.needed()
    }

    fn look(&self, program: &Program, may_load: bool) -> Finding {
        let named = names::program_type(&program.section).unwrap_or_else(|| "unknown".into());
        let Some((kind, _)) = sections::types_of(program) else {
            return Finding::missing(
                "",
                format!(
                    "its section {} says no type of program that libbpf knows",
                    program.section
                ),
                sections::hint_for(&program.section),
            );
        };
        // The kernel is asked for types last: what a type needs may be what is missing.
        if let Err(error) = program.attachment(self.places, &self.description.maps) {
            let hint = error
                .hint()
                .unwrap_or("name a target: --attach PROGRAM=TARGET")
                .to_owned();
            return Finding::missing("", error.to_string(), hint);
        }
        let place = match self.target(program) {
            Some(target) if program.link => places::look(&target, &self.symbols),
            // A tracepoint without its category is none.
            None if program.link => match program.section.split_once('/') {
                Some(("tp" | "tracepoint", name)) => places::tracepoint(name),
                _ => Finding::ok("", ""),
            },
            _ => Finding::ok("", ""),
        };
        if place.state == State::Missing || !may_load {
            return place;
        }
        if probe::program_type(kind) == Ok(false) {
            let message = format!("this kernel has no programs of the type {named}");
            return Finding::missing(
                "",
                message,
                "use a newer kernel, or one that was built with what they need",
            );
        }
        self.helpers(program, kind, &named).unwrap_or(place)
    }

    /// A helper that the program calls and this kernel does not have for it.
    fn helpers(&self, program: &Program, kind: u32, named: &str) -> Option<Finding> {
        let code = self.code.iter().find(|code| code.name == program.name)?;
        let lacking: Vec<_> = code
            .helpers
            .iter()
            .filter(|number| probe::helper(kind, **number) == Ok(false))
            .collect();
        if lacking.is_empty() {
            return None;
        }
        let name = |number: &&u32| {
            names::helper(**number).map_or_else(|| format!("helper {number}"), |name| format!("bpf_{name}"))
        };
        let names: Vec<_> = lacking.iter().map(name).collect();
        let hint = if rights::lockdown_is_why() {
            lockdown().hint
        } else {
            None
        };
        let message = format!(
            "this kernel has no {} for programs of the type {named}",
            names.join(", ")
        );
        Some(Finding::missing(
            "",
            message,
            hint.unwrap_or_else(|| {
                "use a newer kernel; `bpf_core_enum_value_exists` tells a program what there is".into()
            }),
        ))
    }

    fn map_kinds(&self) -> Vec<Finding> {
        let lacking = self
            .description
            .maps
            .iter()
            .filter(|map| probe::map_kind(map.kind) == Ok(false) || names::map_kind(map.kind).is_none());
        let told = |map: &package::Map| {
            let kind = crate::map::kind_name(map.kind);
            Finding::missing(
                &format!("map {}", map.name),
                format!("this kernel has no {kind}"),
                "use a newer kernel, or a map of another kind",
            )
            .needed()
        };
        lacking.map(told).collect()
    }
}
