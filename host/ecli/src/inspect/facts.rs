use std::collections::HashMap;

use package::{Description, Error, KernelFunction, KernelNeeds, Package, Program, ProgramCode, Value, Variable};
use registry::Digest;
use runtime::names;

use super::File;
use console::Failure;

/// Bytes of a variable whose value is shown.
const DEFAULT: usize = 4096;

/// A package with what it describes: for this machine, or if it has nothing for this one, for the first that it has something for.
pub(super) struct Described {
    package: Package,
    description: Description,
    /// By libbpf's name, where the package has an object for each.
    architecture: Option<String>,
}

impl Described {
    pub(super) fn new(package: Package) -> Result<Self, Error> {
        let has = |wanted: &str| package.architectures().any(|architecture| architecture == wanted);
        let architecture = package::architecture::host()
            .filter(|host| has(host))
            .or_else(|| package.architectures().next())
            .map(str::to_owned);
        let description = match &architecture {
            Some(architecture) => package.describe_for(architecture)?,
            None => package.describe()?,
        };
        Ok(Self {
            package,
            description,
            architecture,
        })
    }

    fn object(&self) -> Result<&[u8], Error> {
        match &self.architecture {
            Some(architecture) => self.package.object_for(architecture),
            None => Ok(self.package.object()),
        }
    }
}

/// One of a package's objects.
pub(super) struct Object<'a> {
    /// By libbpf's name; none for the one that serves all.
    pub(super) architecture: Option<&'a str>,
    pub(super) size: usize,
    pub(super) digest: Digest,
}

/// All that is known of a package without asking a kernel.
pub(super) struct Facts<'a> {
    pub(super) file: File,
    pub(super) package: &'a Package,
    pub(super) description: &'a Description,
    pub(super) needs: KernelNeeds,
    /// All objects. What else is said is of the one for this machine, or of the first.
    pub(super) objects: Vec<Object<'a>>,
    /// For how many kernels without BTF the package carries some.
    pub(super) kernels: usize,
    code: HashMap<String, ProgramCode>,
}

impl<'a> Facts<'a> {
    pub(super) fn gather(file: File, of: &'a Described) -> Result<Self, Failure> {
        let package = &of.package;
        let read = || -> Result<_, Error> {
            let object = of.object()?;
            let code = package::program_code(object)?;
            Ok((code, package::kernel_needs(object)?, package.kernels_with_btf()?))
        };
        let (code, needs, kernels) =
            read().map_err(|error| Failure::from(error).context(format!("{}: bpf_object", file.name)))?;
        let mut architectures = package.architectures();
        let objects = package.objects().map(|object| Object {
            architecture: architectures.next(),
            size: object.len(),
            digest: Digest::of(object),
        });
        Ok(Self {
            objects: objects.collect(),
            description: &of.description,
            code: code.into_iter().map(|code| (code.name.clone(), code)).collect(),
            file,
            package,
            needs,
            kernels,
        })
    }

    /// The version of the format that the file claims.
    pub(super) fn claimed_version(&self) -> Option<&str> {
        self.package.meta().get("eunomia_version")?.as_str()
    }

    /// What a variable is if nobody sets it; null where that is more than a page to print.
    pub(super) fn default(&self, variable: &Variable) -> Value {
        let given = variable
            .argument
            .as_ref()
            .and_then(|argument| argument.default.as_ref());
        if let Some(given) = given.or(variable.value.as_ref()) {
            return given.clone();
        }
        if variable.initial.len() > DEFAULT {
            return Value::Null;
        }
        package::decode_value(&self.description.types, variable.ty, &variable.initial)
    }

    /// What the instructions of a program say.
    pub(super) fn code(&self, program: &Program) -> Option<&ProgramCode> {
        self.code.get(&program.name)
    }
}

/// The section text that says where a program is attached.
pub(super) fn hook(program: &Program) -> &str {
    program.attach.as_deref().unwrap_or(&program.section)
}

/// The type that libbpf gives a program.
pub(super) fn program_type(program: &Program) -> String {
    names::program_type(hook(program)).unwrap_or_else(|| "unknown".into())
}

/// The helpers by name; `#NUMBER` for those that have none here.
pub(super) fn helpers(code: &ProgramCode) -> Vec<String> {
    let name = |&number: &u32| names::helper(number).map_or_else(|| format!("#{number}"), str::to_owned);
    code.helpers.iter().map(name).collect()
}

/// The kernel's own functions by name; `#NUMBER` for those that the object has by number.
pub(super) fn kfuncs(code: &ProgramCode) -> Vec<String> {
    let name = |function: &KernelFunction| match function {
        KernelFunction::Named(name) => name.clone(),
        KernelFunction::Numbered(number) => format!("#{number}"),
    };
    code.kfuncs.iter().map(name).collect()
}

/// The kind of a map in libbpf's words.
pub(super) fn map_kind(map: &package::Map) -> String {
    names::map_kind(map.kind).unwrap_or_else(|| format!("#{}", map.kind))
}

/// How records come out of a map; none if it is no source of them.
pub(super) fn source(map: &package::Map) -> Option<&'static str> {
    match map_kind(map).as_str() {
        "ringbuf" => Some("ring"),
        "perf_event_array" => Some("perf"),
        _ => map.sample.is_some().then_some("sampled"),
    }
}
