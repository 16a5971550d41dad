use serde_json::error::Category;
use serde_json::{Map, Value};

use crate::cut::btf_needs;
use crate::description::Description;
use crate::elf::{Elf, file_kind};
use crate::error::{At, Error, ErrorKind};
use crate::export::find_struct;
use crate::fields::{self, Fields, kind_of};
use crate::kernel_btfs::{KERNEL_BTFS, Kernel, KernelBtfs, Packed};
use crate::meta::Meta;
use crate::packed::{DAMAGED, pack, too_large, unpack};
use crate::{describe, limits, skeleton};

const OBJECT: &str = "bpf_object";
const OBJECT_SIZE: &str = "bpf_object_size";

/// For who took another file for one.
const A_PACKAGE: &str = "a package is a JSON document with `bpf_object` and `meta`";

/// A package: the document's tree, unknown keys included, and the inflated BPF object.
///
/// The metadata has been read once: every field that this crate knows has the right type. Whether it agrees with the
/// object is what [`describe`](Self::describe) finds out.
#[derive(Debug, Clone, PartialEq)]
pub struct Package {
    /// The document without the object.
    document: Map<String, Value>,
    object: Vec<u8>,
}

impl Package {
    /// Reads a package of format 0.3 in JSON. A byte order mark and space around the document are skipped; of
    /// duplicate keys the last one wins; `null` is as good as an absent field; unknown keys are kept.
    ///
    /// # Errors
    /// Syntax errors name line and column, wrong fields their path. What is no such package is called by its name: an
    /// ELF, a WebAssembly file, YAML, an older generation of the format.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let mut document = read_document(bytes)?;
        recognize(&document)?;
        let encoded = match document.shift_remove(OBJECT) {
            Some(Value::String(encoded)) => encoded,
            Some(other) => {
                return Err(Error::field(format!("found {}, expected a string in base64", kind_of(&other))).at(OBJECT));
            }
            None => {
                let error = Error::field("this field is missing, a string in base64 is expected");
                return Err(error.at(OBJECT).with_hint(A_PACKAGE));
            }
        };
        let size = Fields(&document).number(OBJECT_SIZE, limits::OBJECT_BYTES as u64)?;
        let object = unpack(&encoded, size).at(|| OBJECT)?;
        document.shift_remove(OBJECT_SIZE);
        Self::checked(document, object)
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
        Self::checked(document, elf)
    }

    /// The same package with other metadata, such as what annotations add to a derived one.
    ///
    /// # Errors
    /// A field of `meta` has the wrong type.
    pub fn with_meta(self, meta: Value) -> Result<Self, Error> {
        let Self { mut document, object } = self;
        document.insert("meta".into(), meta);
        Self::checked(document, object)
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
            Some(packed) if btf_needs(&self.object)?.relocations > 0 => packed.pick(kernel, &self.object),
            _ => Ok(None),
        }
    }

    fn checked(document: Map<String, Value>, object: Vec<u8>) -> Result<Self, Error> {
        let package = Self { document, object };
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
        let mut document = Map::new();
        document.insert(OBJECT.into(), pack(&self.object)?.into());
        document.insert(OBJECT_SIZE.into(), self.object.len().into());
        document.extend(self.document.clone());
        serde_json::to_vec(&document).map_err(|error| Error::field(format!("the package can't be written: {error}")))
    }

    /// The BPF ELF.
    pub fn object(&self) -> &[u8] {
        &self.object
    }

    /// The BTF ID, in the object's own BTF, of the struct, union or typedef of one that has this name.
    ///
    /// # Errors
    /// The object is damaged, or defines no such type.
    pub fn type_id(&self, name: &str) -> Result<u32, Error> {
        let elf = Elf::parse(&self.object)?;
        find_struct(&skeleton::find_btf(&elf)?, name)
    }

    /// The metadata's tree, unknown keys included.
    pub fn meta(&self) -> &Value {
        self.document.get("meta").unwrap_or(&Value::Null)
    }

    /// Joins the metadata with the object's ELF and BTF, and checks that they agree: that types and variables are
    /// there, that values fit.
    ///
    /// # Errors
    /// The error names the field by path, what was found and what is allowed.
    pub fn describe(&self) -> Result<Description, Error> {
        let runtime_args = self.runtime_args()?;
        describe::describe(&self.object, self.typed_meta()?, runtime_args)
    }

    fn typed_meta(&self) -> Result<Meta<'_>, Error> {
        Meta::read(self.meta()).at(|| "meta")
    }

    fn runtime_args(&self) -> Result<Option<&Map<String, Value>>, Error> {
        let args = Fields(&self.document).object("runtime_args")?;
        Ok(args.map(|fields| fields.0))
    }
}

fn unsupported(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Unsupported, message)
}

fn read_document(bytes: &[u8]) -> Result<Map<String, Value>, Error> {
    if bytes.len() > limits::DOCUMENT_BYTES {
        return Err(Error::limit(format!(
            "the document is larger than {} MiB",
            limits::DOCUMENT_BYTES >> 20
        )));
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // The space stays: lines are counted from the file's start.
    let start = text.trim_ascii_start();
    if !matches!(start.first(), Some(b'{' | b'[' | b'"')) {
        return Err(not_json(start));
    }
    // Each value but the first follows one of these, and base64 has none of them.
    let values = text.iter().filter(|byte| b",[{".contains(byte)).count();
    if values > limits::DOCUMENT_VALUES {
        return Err(Error::limit(format!(
            "the document has more than {} values",
            limits::DOCUMENT_VALUES
        )));
    }
    let document: Value = serde_json::from_slice(text).map_err(|error| syntax(&error))?;
    match document {
        Value::Object(document) => Ok(document),
        other => {
            let error = Error::field(format!("a package is an object, found {}", kind_of(&other)));
            Err(error.with_hint(A_PACKAGE))
        }
    }
}

fn syntax(error: &serde_json::Error) -> Error {
    let (line, column) = (error.line(), error.column());
    if error.classify() == Category::Eof {
        let message =
            format!("not valid JSON: the document ends at line {line}, column {column}, before it is complete");
        return Error::new(ErrorKind::Syntax, message).with_hint(DAMAGED);
    }
    let text = error.to_string();
    let position = format!(" at line {line} column {column}");
    let reason = text.strip_suffix(&position).unwrap_or(&text);
    Error::new(
        ErrorKind::Syntax,
        format!("not valid JSON at line {line}, column {column}: {reason}"),
    )
}

fn not_json(text: &[u8]) -> Error {
    let start = text.get(..text.len().min(4096)).unwrap_or_default();
    let is_yaml = start.starts_with(b"---")
        || start.split(|&byte| byte == b'\n').any(|line| {
            ["meta:", "bpf_skel:", "bpf_object:", "data_sections:"]
                .iter()
                .any(|key| line.starts_with(key.as_bytes()))
        });
    if is_yaml {
        return unsupported("this package is YAML, only JSON is read so far")
            .with_hint("convert it to JSON: the tree is the same");
    }
    match file_kind(text) {
        "empty" => Error::new(ErrorKind::Syntax, "the document is empty").with_hint(A_PACKAGE),
        kind => unsupported(format!("this is {kind}, not a package")).with_hint(A_PACKAGE),
    }
}

/// Tells older generations and bare metadata from damage.
fn recognize(document: &Map<String, Value>) -> Result<(), Error> {
    let hint = "make it again from its source with `ecc`";
    let meta = document.get("meta");
    if meta.is_none() && document.get("data").is_some_and(Value::is_string) {
        return Err(
            unsupported("this package is of generation 0 (a flat object), only 0.3 is read so far").with_hint(hint),
        );
    }
    if meta
        .and_then(|meta| meta.get("export_types"))
        .is_some_and(Value::is_object)
    {
        return Err(unsupported(
            "this package is of generation 0.2 (meta.export_types is an object), only 0.3 is read so far",
        )
        .with_hint(hint));
    }
    if meta.is_none() && document.contains_key("bpf_skel") {
        return Err(
            unsupported("this is the metadata of a package alone, without its object")
                .with_hint("a package has it as `meta`, beside `bpf_object`"),
        );
    }
    match meta {
        Some(meta) => fields::object(meta).at(|| "meta").map(|_| ()),
        None => {
            let error = Error::field("this field is missing, an object is expected");
            Err(error.at("meta").with_hint(A_PACKAGE))
        }
    }
}
