//! BPF objects, from their skeleton to the kernel: [`Skeleton`] → [`OpenObject`] → [`Object`].

use crate::Value;
use crate::bindings::object;
use crate::error::Error;
use crate::types::Description;

/// An object in the kernel, with its programs and maps. They keep what they need of it when it is dropped.
pub use crate::bindings::object::Object;

/// A checked skeleton: a BPF object with its metadata. Nothing of it has touched the kernel.
#[derive(Debug)]
pub struct Skeleton(object::Skeleton);

/// Put a package into this component's file, where [`Skeleton::embedded`] finds it under its name, and where everybody can see what
/// the tool may load before it runs. It takes no memory of the guest.
///
/// `ecc gen-wasm-skel` writes the line. The path is relative to the file that it stands in.
///
/// ```ignore
/// eunomia::carry_skeleton!("sigsnoop", "../skel/sigsnoop.json");
/// ```
#[macro_export]
macro_rules! carry_skeleton {
    ($name:literal, $path:literal) => {
        const _: () = {
            #[cfg_attr(target_family = "wasm", unsafe(link_section = concat!("eunomia:bpf/skeleton:", $name)))]
            #[used]
            static PACKAGE: [u8; include_bytes!($path).len()] = *include_bytes!($path);
        };
    };
}

impl From<object::Skeleton> for Skeleton {
    fn from(skeleton: object::Skeleton) -> Self {
        Self(skeleton)
    }
}

impl Skeleton {
    /// The package that this component carries under a name; [`carry_skeleton!`](crate::carry_skeleton) puts it there.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) names those there are.
    pub fn embedded(name: &str) -> Result<Self, Error> {
        Ok(Self(object::Skeleton::embedded(name)?))
    }

    /// Read a package from its bytes.
    ///
    /// # Errors
    /// [`Denied`](crate::ErrorKind::Denied) for a package that this component does not carry, unless the user allowed it with
    /// `--allow-undeclared-skeletons`: what a tool may load can be seen before it runs.
    /// [`InvalidSkeleton`](crate::ErrorKind::InvalidSkeleton), with the path of the field.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Ok(Self(object::Skeleton::parse(bytes)?))
    }

    /// The typed metadata. The same answer each time.
    pub fn describe(&self) -> Description {
        self.0.describe()
    }

    /// Open the object. The skeleton stays usable, and every call opens a fresh one.
    ///
    /// # Errors
    /// Where libbpf does not understand the object.
    pub fn open(&self) -> Result<OpenObject, Error> {
        Ok(OpenObject(self.0.open()?))
    }
}

/// An object that is open and not loaded: the time to set what must be known before.
///
/// Each step hands the object on, so that steps can be chained; a failed one drops it.
///
/// ```no_run
/// # fn main() -> Result<(), eunomia::Error> {
/// # let skeleton = eunomia::session::skeleton().ok_or_else(|| eunomia::Error::other("none"))?;
/// let object = skeleton
///     .open()?
///     .set("targ_failed", true)?
///     .set("comm", "bash")?
///     .set_max_entries("events", 1 << 20)?
///     .load()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct OpenObject(object::OpenObject);

impl OpenObject {
    /// Set a variable from a number, a truth value, a string or a slice of them.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) names the variables there are;
    /// [`InvalidValue`](crate::ErrorKind::InvalidValue) says what the type takes.
    pub fn set(self, variable: &str, value: impl Value) -> Result<Self, Error> {
        self.set_json(variable, &value.to_json())
    }

    /// Set a variable from JSON text, as a package and [`args`](crate::args) would: enumerations by name or number,
    /// `char[N]` from a string.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn set_json(self, variable: &str, value: &str) -> Result<Self, Error> {
        self.0.set_variable(variable, value)?;
        Ok(self)
    }

    /// Set a variable from its bytes.
    ///
    /// # Errors
    /// As [`set`](Self::set), and if there are not as many bytes as its type has.
    pub fn set_bytes(self, variable: &str, value: &[u8]) -> Result<Self, Error> {
        self.0.set_variable_bytes(variable, value)?;
        Ok(self)
    }

    /// Set how many entries a map has; for a ring buffer its bytes, a power of two and a multiple of the page size.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) names the maps there are.
    pub fn set_max_entries(self, map: &str, entries: u32) -> Result<Self, Error> {
        self.0.set_max_entries(map, entries)?;
        Ok(self)
    }

    /// Say whether a program is loaded at all. All are, unless their section says otherwise.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) names the programs there are.
    pub fn set_autoload(self, program: &str, load: bool) -> Result<Self, Error> {
        self.0.set_autoload(program, load)?;
        Ok(self)
    }

    /// Name the function that an fentry, fexit, fmod_ret, LSM or tp_btf program is loaded for, in place of the one in its section.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) names the programs there are.
    pub fn set_attach_function(self, program: &str, function: &str) -> Result<Self, Error> {
        self.0.set_attach_function(program, function)?;
        Ok(self)
    }

    /// Name the function of a loaded BPF program that an freplace program takes the place of, or that an fentry or fexit program looks
    /// at.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) names the programs there are.
    pub fn set_attach_program(
        self,
        program: &str,
        other: &crate::program::Program,
        function: &str,
    ) -> Result<Self, Error> {
        self.0.set_attach_program(program, other, function)?;
        Ok(self)
    }

    /// Load the maps and programs into the kernel.
    ///
    /// # Errors
    /// [`Rejected`](crate::ErrorKind::Rejected) with the end of the verifier's log,
    /// [`Unavailable`](crate::ErrorKind::Unavailable) or [`Denied`](crate::ErrorKind::Denied) with the cause.
    pub fn load(self) -> Result<Object, Error> {
        Ok(object::OpenObject::load(self.0)?)
    }
}
