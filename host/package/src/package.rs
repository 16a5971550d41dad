use serde_json::{Map, Value};

use crate::cut::btf_needs;
use crate::description::Description;
use crate::document::{self, A_PACKAGE};
use crate::elf::Elf;
use crate::error::{At, Error, ErrorKind};
use crate::export::find_struct;
use crate::fields::{self, Fields};
use crate::kernel_btfs::{KERNEL_BTFS, Kernel, KernelBtfs, Packed};
use crate::meta::Meta;
use crate::objects::Objects;
use crate::packed::too_large;
use crate::{architecture, describe, flat, limits, skeleton};

/// A package: the document's tree, unknown keys included, and the inflated BPF object, or one for each architecture.
///
/// The metadata has been read once: every field that this crate knows has the right type. Whether it agrees with the
/// object is what [`describe`](Self::describe) finds out.
#[derive(Debug, Clone, PartialEq)]
pub struct Package {
    /// The document without the objects.
    document: Map<String, Value>,
    objects: Objects,
}

impl Package {
    /// Reads a package of any generation of the format, in JSON or YAML; one of generation 0 becomes one of 0.3. A byte order mark and space around the document are skipped; of
    /// duplicate keys the last one wins; `null` is as good as an absent field; unknown keys are kept.
    ///
    /// # Errors
    /// Syntax errors name line and column, wrong fields their path. What is no such package is called by its name: an
    /// ELF, a WebAssembly file. Metadata alone, without an object, is [`ErrorKind::Loose`]:
    /// [`parse_loose`](Self::parse_loose) takes both.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Self::from_document(document::read(bytes)?)
    }

    /// Reads what [`to_json`](Self::to_json) has written. A program that calls no other reader carries no code for YAML.
    ///
    /// # Errors
    /// Those of [`parse`](Self::parse).
    pub fn parse_json(bytes: &[u8]) -> Result<Self, Error> {
        Self::from_document(document::read_json(bytes)?)
    }

    fn from_document(mut document: Map<String, Value>) -> Result<Self, Error> {
        if flat::is_flat(&document) {
            return Self::from_flat(document);
        }
        recognize(&document)?;
        let objects = Objects::take_from(&mut document)?;
        Self::checked(document, objects)
    }

    /// Generation 0 says less than the object does, so both are looked at here, while it is known what its fields are called.
    fn from_flat(document: Map<String, Value>) -> Result<Self, Error> {
        let (document, object) = flat::unfold(document)?;
        let package = Self::checked(document, Objects::single(object));
        let described = package.and_then(|package| package.describe().map(|_| package));
        described.map_err(flat::folded)
    }

    /// Reads the loose form: `meta` as a document of its own in JSON or YAML (`NAME.skel.json`, `NAME.skel.yaml`), and the
    /// BPF ELF that lies beside it as `NAME.bpf.o`.
    ///
    /// # Errors
    /// Those of [`parse`](Self::parse).
    pub fn parse_loose(meta: &[u8], object: Vec<u8>) -> Result<Self, Error> {
        if object.len() > limits::OBJECT_BYTES {
            return Err(too_large());
        }
        let mut document = Map::new();
        document.insert("meta".into(), document::read(meta)?.into());
        Self::checked(document, Objects::single(object))
    }

    /// Derives a package from a BPF ELF with BTF: data sections and their variables, maps, programs. `name` is the
    /// tool's; `export` lists the structs that events have, the first of them for every buffer.
    ///
    /// # Errors
    /// The object is no BPF ELF, has no BTF, or lacks a struct of `export`.
    pub fn from_object(elf: Vec<u8>, name: &str, export: &[String]) -> Result<Self, Error> {
        if elf.len() > limits::OBJECT_BYTES {
            return Err(too_large());
        }
        let meta = skeleton::derive(&elf, name, export)?;
        let mut document = Map::new();
        document.insert("meta".into(), meta);
        Self::checked(document, Objects::single(elf))
    }

    /// The same package with other metadata, such as what annotations add to a derived one.
    ///
    /// # Errors
    /// A field of `meta` has the wrong type.
    pub fn with_meta(self, meta: Value) -> Result<Self, Error> {
        let Self { mut document, objects } = self;
        document.insert("meta".into(), meta);
        Self::checked(document, objects)
    }

    /// The same package with an object for each architecture, by libbpf's names (`x86`, `arm64`). The first is the one that
    /// the package was derived from: older loaders take it on every machine. An empty list changes nothing.
    ///
    /// # Errors
    /// Together they are too large.
    pub fn with_objects(self, objects: Vec<(String, Vec<u8>)>) -> Result<Self, Error> {
        let bytes = objects
            .iter()
            .try_fold(0_usize, |sum, (_, object)| sum.checked_add(object.len()));
        if bytes.is_none_or(|bytes| bytes > limits::OBJECT_BYTES) {
            return Err(too_large());
        }
        let Self {
            document,
            objects: before,
        } = self;
        let objects = Objects::per_architecture(objects).unwrap_or(before);
        Ok(Self { document, objects })
    }

    /// The same package with BTF for kernels that show none, in place of what it had for them. Without any, the field is left out.
    ///
    /// # Errors
    /// They are larger than a package may carry.
    pub fn with_kernel_btfs(mut self, btfs: &KernelBtfs) -> Result<Self, Error> {
        self.document.shift_remove(KERNEL_BTFS);
        if btfs.kernels() > 0 {
            self.document.insert(KERNEL_BTFS.into(), btfs.to_value()?);
        }
        Ok(self)
    }

    /// What the package carries in place of a kernel's BTF, for a kernel that shows none; no BTF if it has none for this one.
    ///
    /// # Errors
    /// The package has several and cannot tell which is the kernel's, or the BTF is damaged.
    pub fn kernel_btf(&self, kernel: &Kernel) -> Result<Option<Vec<u8>>, Error> {
        match Packed::read(&self.document)? {
            Some(packed) if btf_needs(self.object())?.relocations > 0 => packed.pick(kernel, self.object()),
            _ => Ok(None),
        }
    }

    /// For how many kernels the package carries BTF, for those that show none.
    ///
    /// # Errors
    /// What it carries is damaged.
    pub fn kernels_with_btf(&self) -> Result<usize, Error> {
        Ok(Packed::read(&self.document)?.map_or(0, |packed| packed.kernels()))
    }

    fn checked(document: Map<String, Value>, objects: Objects) -> Result<Self, Error> {
        let package = Self { document, objects };
        package.typed_meta()?;
        package.runtime_args()?;
        Packed::read(&package.document)?;
        Ok(package)
    }

    /// The package as a JSON document of format 0.3 on one line, the same for the same package every time.
    ///
    /// # Errors
    /// None that a package made by this crate runs into; compression and formatting report theirs.
    pub fn to_json(&self) -> Result<Vec<u8>, Error> {
        serde_json::to_vec(&self.whole()?)
            .map_err(|error| Error::field(format!("the package can't be written: {error}")))
    }

    /// The same document in YAML.
    ///
    /// # Errors
    /// As for [`to_json`](Self::to_json).
    pub fn to_yaml(&self) -> Result<Vec<u8>, Error> {
        Ok(document::to_yaml(&self.whole()?).into_bytes())
    }

    /// The metadata alone in YAML, as the loose form has it; [`meta`](Self::meta) prints as JSON.
    pub fn meta_to_yaml(&self) -> Vec<u8> {
        let meta = self.meta().as_object().map(document::to_yaml);
        meta.unwrap_or_default().into_bytes()
    }

    fn whole(&self) -> Result<Map<String, Value>, Error> {
        let mut document = Map::new();
        self.objects.put_into(&mut document)?;
        document.extend(self.document.clone());
        Ok(document)
    }

    /// The BPF ELF for the machine that this code was built for. Where the package has none for it, which
    /// [`describe`](Self::describe) refuses, the first.
    pub fn object(&self) -> &[u8] {
        self.objects
            .of(architecture::host())
            .unwrap_or_else(|_| self.objects.first())
    }

    /// The BPF ELF that the metadata was made from.
    pub fn first_object(&self) -> &[u8] {
        self.objects.first()
    }

    /// The BPF ELF for an architecture, by libbpf's name.
    ///
    /// # Errors
    /// The package has objects by architecture, and none for this one.
    pub fn object_for(&self, architecture: &str) -> Result<&[u8], Error> {
        self.objects.of(Some(architecture))
    }

    /// The architectures that have an object of their own, by libbpf's names; none where one object serves all.
    pub fn architectures(&self) -> impl Iterator<Item = &str> {
        self.objects.architectures()
    }

    /// Every object of the package: one, or one for each of [`architectures`](Self::architectures).
    pub fn objects(&self) -> impl Iterator<Item = &[u8]> {
        self.objects.all()
    }

    /// The BTF ID, in the BTF of the object that the metadata was made from, of the struct, union or typedef of one that has this name.
    ///
    /// # Errors
    /// The object is damaged, or defines no such type.
    pub fn type_id(&self, name: &str) -> Result<u32, Error> {
        let elf = Elf::parse(self.objects.first())?;
        find_struct(&skeleton::find_btf(&elf)?, name)
    }

    /// The metadata's tree, unknown keys included.
    pub fn meta(&self) -> &Value {
        self.document.get("meta").unwrap_or(&Value::Null)
    }

    /// Joins the metadata with the ELF and BTF of this machine's object, and checks that they agree: that types and variables
    /// are there, that values fit.
    ///
    /// # Errors
    /// The error names the field by path, what was found and what is allowed. There is no object for this machine.
    pub fn describe(&self) -> Result<Description, Error> {
        self.describe_object(self.objects.of(architecture::host())?)
    }

    /// The same for the object of another architecture.
    ///
    /// # Errors
    /// As for [`describe`](Self::describe).
    pub fn describe_for(&self, architecture: &str) -> Result<Description, Error> {
        self.describe_object(self.object_for(architecture)?)
    }

    fn describe_object(&self, object: &[u8]) -> Result<Description, Error> {
        let first = self.objects.first();
        let other = (object != first).then_some(first);
        describe::describe(object, self.typed_meta()?, other, self.runtime_args()?)
    }

    fn typed_meta(&self) -> Result<Meta<'_>, Error> {
        Meta::read(self.meta()).at(|| "meta")
    }

    fn runtime_args(&self) -> Result<Option<&Map<String, Value>>, Error> {
        let args = Fields(&self.document).object("runtime_args")?;
        Ok(args.map(|fields| fields.0))
    }
}

/// Tells bare metadata from damage.
fn recognize(document: &Map<String, Value>) -> Result<(), Error> {
    let meta = document.get("meta");
    if meta.is_none() && document.contains_key("bpf_skel") {
        let message = "this is the metadata of a package alone, without its object";
        return Err(Error::new(ErrorKind::Loose, message)
            .with_hint("a package has it as `meta`, beside `bpf_object`; NAME.skel.json needs NAME.bpf.o beside it"));
    }
    match meta {
        Some(meta) => fields::object(meta).at(|| "meta").map(|_| ()),
        None => {
            let error = Error::field("this field is missing, an object is expected");
            Err(error.at("meta").with_hint(A_PACKAGE))
        }
    }
}
