//! The C types that Rust has no equal of, as the BPF program writes them, and values out of bytes.

use core::fmt;

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use bytemuck::{AnyBitPattern, Pod, Zeroable};
use eunomia_component::text::before_nul;

use crate::{Error, bytemuck};

/// `char[N]`: text up to its first NUL.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<const N: usize>(pub [u8; N]);

// SAFETY: an array of bytes, and nothing else.
#[allow(unsafe_code)]
unsafe impl<const N: usize> Zeroable for Text<N> {}
// SAFETY: as above.
#[allow(unsafe_code)]
unsafe impl<const N: usize> Pod for Text<N> {}

impl<const N: usize> Text<N> {
    /// The bytes before the first NUL.
    pub fn to_bytes(&self) -> &[u8] {
        before_nul(&self.0)
    }

    /// The text, without a copy where it is UTF-8; what is not shows as `�`.
    pub fn to_str(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.to_bytes())
    }
}

/// The bytes before the first NUL.
impl<const N: usize> AsRef<[u8]> for Text<N> {
    fn as_ref(&self) -> &[u8] {
        self.to_bytes()
    }
}

/// As much of the text as fits before a NUL.
impl<const N: usize> From<&str> for Text<N> {
    fn from(text: &str) -> Self {
        let mut bytes = [0; N];
        let room = N.saturating_sub(1);
        bytes
            .iter_mut()
            .take(room)
            .zip(text.bytes())
            .for_each(|(to, from)| *to = from);
        Self(bytes)
    }
}

impl<const N: usize> fmt::Display for Text<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.to_str())
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.to_str(), formatter)
    }
}

/// `_Bool`: 0 is false, everything else is true.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Bool(pub u8);

// SAFETY: a byte, and nothing else.
#[allow(unsafe_code)]
unsafe impl Zeroable for Bool {}
// SAFETY: as above.
#[allow(unsafe_code)]
unsafe impl Pod for Bool {}

impl Bool {
    /// Whether it is true.
    pub fn get(self) -> bool {
        self.0 != 0
    }
}

impl From<bool> for Bool {
    fn from(value: bool) -> Self {
        Self(value.into())
    }
}

impl fmt::Debug for Bool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(formatter)
    }
}

/// A value of a type that any bytes are a value of.
///
/// # Errors
/// [`WrongSize`](crate::ErrorKind::WrongSize) if there are not as many bytes as the type has.
pub fn read<T: AnyBitPattern>(bytes: &[u8]) -> Result<T, Error> {
    bytemuck::try_pod_read_unaligned(bytes).map_err(|_| {
        Error::new(
            crate::ErrorKind::WrongSize,
            format!(
                "{} bytes are no {}, which has {}",
                bytes.len(),
                core::any::type_name::<T>(),
                size_of::<T>()
            ),
        )
    })
}
