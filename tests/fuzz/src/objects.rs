//! An ELF with BTF: everything that is read from one.

use package::{Package, cut_btf, kernel_needs, program_code, source_lines};

use crate::handmade::object;

/// The bytes are an object; or, if they begin as BTF does, the BTF of one.
pub fn objects(bytes: &[u8]) {
    let elf = if bytes.starts_with(&0xeb9f_u16.to_ne_bytes()) {
        // A kernel's BTF comes from elsewhere, but it is read by the same code.
        let _ = cut_btf(&object(&[]), bytes);
        object(bytes)
    } else {
        bytes.to_vec()
    };
    let _ = program_code(&elf);
    let _ = source_lines(&elf);
    let _ = kernel_needs(&elf);
    for export in [&[][..], &["event".to_owned()]] {
        if let Ok(package) = Package::from_object(elf.clone(), "tool", export) {
            let _ = package.describe();
        }
    }
}
