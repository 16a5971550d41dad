//! A document: read, described, written, and read again.

use package::{Package, Places};

/// The bytes are a package's document in JSON or YAML.
pub fn packages(bytes: &[u8]) {
    let _ = package::object_name(bytes);
    let Ok(package) = Package::parse(bytes) else {
        return;
    };
    let described = package.describe();
    for written in [package.to_json().unwrap(), package.to_yaml().unwrap()] {
        let again = Package::parse(&written).expect("what was written is read");
        assert_eq!(again.describe(), described, "and says the same");
    }
    let Ok(description) = described else {
        return;
    };
    for program in &description.programs {
        let _ = program.attachment(&Places::default(), &description.maps);
    }
    for variable in &description.variables {
        let _ = package::decode_value(&description.types, variable.ty, &variable.initial);
    }
}
