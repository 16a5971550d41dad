//! `wit/object.wit`.

use std::sync::Arc;

use loader::OpenOptions;
use package::{Description, Package};
use wasmtime::component::Resource;

use super::eunomia::bpf::object as wit;
use super::eunomia::bpf::types;
use super::program::Link;
use super::text;
use crate::embedded::Names;
use crate::limits::Share;
use crate::state::State;

/// A package that has been read and checked, with what it describes.
#[derive(Clone)]
pub struct Skeleton {
    package: Arc<Package>,
    description: Arc<Description>,
    /// Of the memory that a guest may take; none for what the user named.
    share: Option<Arc<Share>>,
}

/// An object that libbpf has opened. It keeps a copy of the package's ELF until it is loaded.
#[expect(unreachable_pub, reason = "the generated bindings export it again")]
pub struct OpenObject {
    object: loader::OpenObject,
    _share: Share,
}

impl Skeleton {
    /// A package from its bytes: JSON, and with the feature `compiler` YAML too. Without it, all packages are those that `ecc` has put
    /// behind the program.
    ///
    /// # Errors
    /// What is wrong with it, with the path of the field.
    pub fn parse(bytes: &[u8]) -> Result<Self, package::Error> {
        Self::new(if cfg!(feature = "compiler") {
            Package::parse(bytes)?
        } else {
            Package::parse_json(bytes)?
        })
    }

    /// A package that has been read.
    ///
    /// Describing it checks what parsing alone does not, so that nothing after this fails because of the package.
    pub fn new(package: Package) -> Result<Self, package::Error> {
        let description = package.describe()?;
        Ok(Self {
            package: Arc::new(package),
            description: Arc::new(description),
            share: None,
        })
    }

    /// What the package holds.
    pub fn description(&self) -> &Description {
        &self.description
    }
}

impl wit::Host for State {}

impl wit::HostSkeleton for State {
    fn embedded(&mut self, name: String) -> wasmtime::Result<Result<Resource<Skeleton>, wit::Error>> {
        let all = Arc::clone(&self.embedded);
        // Once a run: each call would make another.
        if let Some(skeleton) = self.opened.get(&name) {
            return Ok(Ok(self.table.push(skeleton.clone())?));
        }
        match all.iter().find(|embedded| embedded.name == name) {
            Some(embedded) => {
                let parsed = self.parse_package(&embedded.bytes)?;
                if let Ok(resource) = &parsed {
                    self.opened.insert(name, self.table.get(resource)?.clone());
                }
                Ok(parsed)
            }
            None => Ok(Err(wit::Error::NotFound(format!(
                "the component carries no skeleton {name:?}; it carries {}",
                Names(&all)
            )))),
        }
    }

    fn parse(&mut self, bytes: Vec<u8>) -> wasmtime::Result<Result<Resource<Skeleton>, wit::Error>> {
        let carried = self.embedded.iter().any(|embedded| embedded.bytes == bytes);
        if !carried && !self.session.undeclared_skeletons {
            return Ok(Err(wit::Error::Denied(format!(
                "a skeleton of {} bytes is none of those that the component carries, and so nobody could look at it before: {}\n\
                 hint: `ecli run --allow-undeclared-skeletons` allows it",
                bytes.len(),
                Names(&self.embedded)
            ))));
        }
        self.parse_package(&bytes)
    }

    fn describe(&mut self, this: Resource<Skeleton>) -> wasmtime::Result<types::Description> {
        let mut description = super::types::description(&self.table.get(&this)?.description);
        if !self.session.show_symbols {
            super::types::without_symbols(&mut description);
        }
        Ok(description)
    }

    fn open(&mut self, this: Resource<Skeleton>) -> wasmtime::Result<Result<Resource<OpenObject>, wit::Error>> {
        let Skeleton {
            package, description, ..
        } = self.table.get(&this)?.clone();
        let share = self.meter.hold(package.object().len() as u64)?;
        if description.debug_verbose {
            let words = self.session.stderr.clone();
            let sink: loader::LogSink = Box::new(move |_, line| {
                // Nobody can be told that standard error is gone.
                words.write_all(format!("libbpf: {line}").as_bytes()).ok();
            });
            loader::set_log_sink(Some((loader::Level::Debug, sink)));
        }
        let cut_btf = match self.cuts.find(&package) {
            Some(cut) => Some(cut),
            None => match loader::packed_btf(&package) {
                Ok(packed) => packed,
                Err(error) => return Ok(Err(invalid(&error))),
            },
        };
        let options = OpenOptions {
            cut_btf,
            places: self.session.places.clone(),
            ..OpenOptions::default()
        };
        match loader::OpenObject::open(package.object(), description, &options) {
            Ok(object) => Ok(Ok(self.table.push(OpenObject { object, _share: share })?)),
            Err(error) => Ok(Err(failure(&error))),
        }
    }

    fn drop(&mut self, this: Resource<Skeleton>) -> wasmtime::Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl wit::HostOpenObject for State {
    fn set_variable(
        &mut self,
        this: Resource<OpenObject>,
        name: String,
        value: String,
    ) -> wasmtime::Result<Result<(), wit::Error>> {
        let Ok(value) = serde_json::from_str(&value) else {
            return Ok(Err(wit::Error::InvalidValue(format!(
                "variable {name}: {value:?} is not JSON"
            ))));
        };
        self.with_open(&this, |open| open.set_variable(&name, &value))
    }

    fn set_variable_bytes(
        &mut self,
        this: Resource<OpenObject>,
        name: String,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), wit::Error>> {
        self.with_open(&this, |open| open.set_variable_bytes(&name, &value))
    }

    fn set_max_entries(
        &mut self,
        this: Resource<OpenObject>,
        map: String,
        entries: u32,
    ) -> wasmtime::Result<Result<(), wit::Error>> {
        self.with_open(&this, |open| open.set_max_entries(&map, entries))
    }

    fn set_autoload(
        &mut self,
        this: Resource<OpenObject>,
        program: String,
        load: bool,
    ) -> wasmtime::Result<Result<(), wit::Error>> {
        self.with_open(&this, |open| open.set_autoload(&program, load))
    }

    fn set_attach_function(
        &mut self,
        this: Resource<OpenObject>,
        program: String,
        function: String,
    ) -> wasmtime::Result<Result<(), wit::Error>> {
        self.with_open(&this, |open| open.set_attach_function(&program, &function))
    }

    fn set_attach_program(
        &mut self,
        this: Resource<OpenObject>,
        program: String,
        other: Resource<loader::Program>,
        function: String,
    ) -> wasmtime::Result<Result<(), wit::Error>> {
        let other = self.table.get(&other)?.clone();
        self.with_open(&this, |open| open.set_attach_program(&program, &other, &function))
    }

    fn load(&mut self, this: Resource<OpenObject>) -> wasmtime::Result<Result<Resource<loader::Object>, wit::Error>> {
        match self.table.delete(this)?.object.load() {
            Ok(object) => Ok(Ok(self.table.push(object)?)),
            Err(error) => Ok(Err(failure(&self.explained(error)))),
        }
    }

    fn drop(&mut self, this: Resource<OpenObject>) -> wasmtime::Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl wit::HostObject for State {
    fn attach(&mut self, this: Resource<loader::Object>) -> wasmtime::Result<Result<Vec<Resource<Link>>, wit::Error>> {
        let object = self.table.get(&this)?;
        let attached = object.attach();
        for note in object.take_notes() {
            // Nobody can be told that standard error is gone.
            self.session
                .stderr
                .write_all(format!("warning: {note}\n").as_bytes())
                .ok();
        }
        match attached {
            Ok(links) => {
                let links = links
                    .into_iter()
                    .map(|link| self.push_link(link))
                    .collect::<wasmtime::Result<_>>()?;
                self.give_up()?;
                Ok(Ok(links))
            }
            Err(error) => Ok(Err(failure(&self.explained(error)))),
        }
    }

    fn program(
        &mut self,
        this: Resource<loader::Object>,
        name: String,
    ) -> wasmtime::Result<Result<Resource<loader::Program>, wit::Error>> {
        match self.table.get(&this)?.program(&name) {
            Ok(program) => Ok(Ok(self.table.push(program)?)),
            Err(error) => Ok(Err(failure(&error))),
        }
    }

    fn map(
        &mut self,
        this: Resource<loader::Object>,
        name: String,
    ) -> wasmtime::Result<Result<Resource<loader::Map>, wit::Error>> {
        match self.table.get(&this)?.map(&name) {
            Ok(map) => Ok(Ok(self.table.push(map)?)),
            Err(error) => Ok(Err(failure(&error))),
        }
    }

    fn read_variable(
        &mut self,
        this: Resource<loader::Object>,
        name: String,
    ) -> wasmtime::Result<Result<Vec<u8>, wit::Error>> {
        let object = self.table.get(&this)?;
        Ok(object.read_variable(&name).map_err(|error| failure(&error)))
    }

    fn write_variable(
        &mut self,
        this: Resource<loader::Object>,
        name: String,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), wit::Error>> {
        let object = self.table.get(&this)?;
        Ok(object.write_variable(&name, &value).map_err(|error| failure(&error)))
    }

    fn drop(&mut self, this: Resource<loader::Object>) -> wasmtime::Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl State {
    /// Read a package on behalf of the guest.
    fn parse_package(&mut self, bytes: &[u8]) -> wasmtime::Result<Result<Resource<Skeleton>, wit::Error>> {
        match Skeleton::parse(bytes) {
            Ok(mut skeleton) => {
                let objects: usize = skeleton.package.objects().map(<[u8]>::len).sum();
                let variables = skeleton
                    .description
                    .variables
                    .iter()
                    .map(|variable| variable.initial.len());
                let size = bytes.len() + objects + variables.sum::<usize>();
                skeleton.share = Some(Arc::new(self.meter.hold(size as u64)?));
                Ok(Ok(self.table.push(skeleton)?))
            }
            Err(error) => Ok(Err(invalid(&error))),
        }
    }

    fn with_open(
        &mut self,
        this: &Resource<OpenObject>,
        set: impl FnOnce(&mut loader::OpenObject) -> loader::Result<()>,
    ) -> wasmtime::Result<Result<(), wit::Error>> {
        Ok(set(&mut self.table.get_mut(this)?.object).map_err(|error| failure(&error)))
    }
}

fn invalid(error: &package::Error) -> wit::Error {
    let mut text = error.to_string();
    if let Some(hint) = error.hint() {
        text.push_str("\nhint: ");
        text.push_str(hint);
    }
    wit::Error::InvalidSkeleton(text)
}

fn failure(error: &loader::Error) -> wit::Error {
    use loader::Kind;
    let text = text(error);
    match error.kind() {
        Kind::NotFound => wit::Error::NotFound(text),
        Kind::InvalidInput => wit::Error::InvalidValue(text),
        Kind::VerifierRejected => wit::Error::Rejected(text),
        Kind::NoBtf | Kind::NoTracefs | Kind::KernelLacks => wit::Error::Unavailable(text),
        Kind::Denied => wit::Error::Denied(text),
        Kind::Unsupported => wit::Error::Unsupported(text),
        _ => wit::Error::Other(text),
    }
}
