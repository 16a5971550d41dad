//! Leaving out what only debuggers read.

/// What every WebAssembly file begins with: magic, version and layer.
const PREAMBLE: usize = 8;

/// The number of custom sections.
const CUSTOM: u8 = 0;

/// The custom section with names for the parts of a component: a tenth of a small one.
const NAMES: &[u8] = b"component-name";

/// The component without the names of its parts. What does not look like a component stays as it is.
pub(super) fn without_names(component: Vec<u8>) -> Vec<u8> {
    kept(&component).unwrap_or(component)
}

fn kept(component: &[u8]) -> Option<Vec<u8>> {
    let (preamble, mut rest) = component.split_at_checked(PREAMBLE)?;
    let mut kept = preamble.to_vec();
    while let Some((id, after)) = rest.split_first() {
        let (size, content) = leb128(after)?;
        let (content, next) = content.split_at_checked(size)?;
        if !(*id == CUSTOM && name(content)? == NAMES) {
            kept.extend_from_slice(rest.get(..rest.len() - next.len())?);
        }
        rest = next;
    }
    Some(kept)
}

/// The name that a custom section begins with.
fn name(content: &[u8]) -> Option<&[u8]> {
    let (size, content) = leb128(content)?;
    content.get(..size)
}

/// An unsigned number of at most 32 bits, and what comes after it.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_usize;
    for (place, byte) in bytes.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(place + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_names_go() {
        let preamble = b"\0asm\x0d\0\x01\0".to_vec();
        let other = [&[0, 6][..], b"\x05other"].concat();
        let names = [&[0, 0x91, 0x00][..], b"\x0ecomponent-name", b"xy"].concat();
        let whole = [preamble.clone(), other.clone(), names, vec![1, 0]].concat();
        assert_eq!(without_names(whole), [preamble.clone(), other, vec![1, 0]].concat());
        let cut = [preamble, vec![0, 200]].concat();
        assert_eq!(without_names(cut.clone()), cut);
    }
}
