//! What somebody named, from its first bytes.

use console::Failure;
use package::{ErrorKind, Package};
use registry::{Limits, Name};

use crate::failed;
use crate::module::{Module, imports};

/// What can be run.
pub(crate) enum Content<P> {
    /// What the default tool runs.
    Package(P),
    /// A tool.
    Component(Vec<u8>),
}

impl<P> Content<P> {
    /// Tells a component from a package, and says of everything else what it is. `check` looks into a package that could be read.
    pub(crate) fn read(
        bytes: Vec<u8>,
        name: &Name,
        check: impl FnOnce(Package) -> Result<P, package::Error>,
    ) -> Result<Self, Failure> {
        match wasm_layer(&bytes) {
            Some(Layer::Component) => Ok(Self::Component(bytes)),
            Some(Layer::Module) => Err(module(&bytes, name)),
            Some(Layer::Unknown) => Err(Failure::host(anyhow::anyhow!("{name} is a damaged WebAssembly file"))),
            None => match Package::parse(&bytes) {
                Ok(package) => check(package)
                    .map(Self::Package)
                    .map_err(|error| no_package(error, &bytes, name)),
                Err(error) => match object_beside(name) {
                    Some(object) if error.kind() == ErrorKind::Loose => {
                        loose(&bytes, &object, name, check).map(Self::Package)
                    }
                    _ => Err(no_package(error, &bytes, name)),
                },
            },
        }
    }

    /// In a word, for people.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Package(_) => "a package",
            Self::Component(_) => "a component",
        }
    }
}

/// `NAME.bpf.o` of `NAME.skel.json` or `NAME.skel.yaml`.
fn object_beside(name: &Name) -> Option<Name> {
    let Name::File(path) = name else { return None };
    let file = path.file_name()?.to_str()?;
    let tool = file
        .strip_suffix(".skel.json")
        .or_else(|| file.strip_suffix(".skel.yaml"))?;
    Some(Name::File(path.with_file_name(format!("{tool}.bpf.o"))))
}

/// A package in two files: its metadata, and the object beside it.
fn loose<P>(
    meta: &[u8],
    object: &Name,
    name: &Name,
    check: impl FnOnce(Package) -> Result<P, package::Error>,
) -> Result<P, Failure> {
    let fetched = registry::fetch(object, &Limits::default())
        .map_err(|error| failed::fetch(error).context(format!("the object of {name} cannot be read")))?;
    Package::parse_loose(meta, fetched.bytes)
        .and_then(check)
        .map_err(|error| {
            let what = format!("{name} and {object} are not a package that can be run");
            Failure::from(error).context(what)
        })
}

/// The last half of the eight bytes that a WebAssembly file begins with: "Component Model", Binary.md.
enum Layer {
    Module,
    Component,
    Unknown,
}

fn wasm_layer(bytes: &[u8]) -> Option<Layer> {
    let rest = bytes.strip_prefix(b"\0asm")?;
    Some(match rest.get(2..4) {
        Some([0, 0]) => Layer::Module,
        Some([1, 0]) => Layer::Component,
        _ => Layer::Unknown,
    })
}

fn module(bytes: &[u8], name: &Name) -> Failure {
    let (kind, hint) = match imports(bytes) {
        Module::OlderRuntime(import) => (
            format!("a module of an older runtime (it imports `{import}`)"),
            "run the package.json that it was made from; user space of its own has to be written anew, as a component",
        ),
        Module::Wasi => (
            "a program for WASI 0.1 (it imports `wasi_snapshot_preview1`)".into(),
            "build it as a component: the target wasm32-wasip2 makes one",
        ),
        Module::Other => (
            "a core module".into(),
            "build it as a component: the target wasm32-wasip2 makes one",
        ),
    };
    Failure::host(anyhow::anyhow!("{name} is {kind}; tools are WebAssembly components")).with_hint(hint)
}

fn no_package(error: package::Error, bytes: &[u8], name: &Name) -> Failure {
    let failure = Failure::from(error).context(format!("{name} is not a package that can be run"));
    // These know more than the package does, which sees bytes without their origin.
    if bytes.trim_ascii_start().starts_with(b"<") && matches!(name, Name::Url(_)) {
        return failure.with_hint("the server sent a page for people; take the address of the raw file");
    }
    if let Name::File(path) = name
        && path.extension().is_some_and(|extension| extension == "c")
    {
        return failure.with_hint(format!(
            "`ecc {}` compiles it to a package.json; run that",
            path.display()
        ));
    }
    if bytes.starts_with(b"\x7fELF") {
        return failure.with_hint("compile the source to a package with `ecc FILE.bpf.c`, and run that");
    }
    failure
}

#[cfg(test)]
mod tests {
    use console::Exit;
    use runtime::Skeleton;

    use super::*;

    fn refusal(bytes: &[u8], name: &str) -> (String, String) {
        let name = Name::parse(name.as_ref()).unwrap();
        let failure = Content::read(bytes.to_vec(), &name, Skeleton::new).err().unwrap();
        assert_eq!(failure.exit, Exit::HostFailed);
        (format!("{:#}", failure.error), failure.hint.unwrap_or_default())
    }

    #[test]
    fn a_component_is_known_by_its_layer() {
        let name = Name::parse("-".as_ref()).unwrap();
        let content = Content::read(b"\0asm\x0d\0\x01\0".to_vec(), &name, Skeleton::new);
        assert!(matches!(content, Ok(Content::Component(_))));
        let (message, _) = refusal(b"\0asm\x0d\0\x02\0", "x.wasm");
        assert_eq!(message, "x.wasm is a damaged WebAssembly file");
        let (message, _) = refusal(b"\0asm", "x.wasm");
        assert_eq!(message, "x.wasm is a damaged WebAssembly file");
    }

    #[test]
    fn a_core_module_is_named_for_what_it_imports() {
        let bytes = b"\0asm\x01\0\0\0\x02\x10\x01\x08wasm_bpf\x03abc\x00\x00";
        let (message, hint) = refusal(bytes, "old.wasm");
        assert_eq!(
            message,
            "old.wasm is a module of an older runtime (it imports `wasm_bpf`); tools are WebAssembly components"
        );
        assert!(
            hint.contains("package.json") && hint.contains("as a component"),
            "{hint}"
        );
        let (message, hint) = refusal(b"\0asm\x01\0\0\0", "x.wasm");
        assert_eq!(message, "x.wasm is a core module; tools are WebAssembly components");
        assert!(hint.contains("wasm32-wasip2"));
    }

    #[test]
    fn a_file_of_another_kind_says_so_and_what_to_do() {
        let (message, hint) = refusal(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", "x.bpf.o");
        assert!(
            message.starts_with("x.bpf.o is not a package that can be run: ") && message.contains("ELF"),
            "{message}"
        );
        assert!(hint.contains("`ecc"), "{hint}");
        let (message, hint) = refusal(b"<!doctype html>", "https://example.com/p");
        assert!(message.contains("HTML"), "{message}");
        assert!(hint.contains("raw file"), "{hint}");
    }
}
