//! What a variable can be set to.

use alloc::format;
use alloc::string::{String, ToString};

/// A value that JSON can say, as the contract takes it for variables.
pub trait Value {
    /// The JSON text of this value.
    fn to_json(&self) -> String;
}

macro_rules! plain {
    ($($type:ty)*) => {$(
        impl Value for $type {
            fn to_json(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

plain!(bool u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

macro_rules! float {
    ($($type:ty)*) => {$(
        /// JSON has no infinities and no NaN: the host refuses them.
        impl Value for $type {
            fn to_json(&self) -> String {
                format!("{self:?}")
            }
        }
    )*};
}

float!(f32 f64);

impl Value for str {
    fn to_json(&self) -> String {
        let mut json = String::with_capacity(self.len() + 2);
        json.push('"');
        for character in self.chars() {
            match character {
                '"' | '\\' => json.extend(['\\', character]),
                '\0'..' ' => json.push_str(&format!("\\u{:04x}", u32::from(character))),
                _ => json.push(character),
            }
        }
        json.push('"');
        json
    }
}

impl Value for String {
    fn to_json(&self) -> String {
        self.as_str().to_json()
    }
}

impl<T: Value> Value for [T] {
    fn to_json(&self) -> String {
        let mut json = String::from("[");
        for (index, value) in self.iter().enumerate() {
            if index > 0 {
                json.push(',');
            }
            json.push_str(&value.to_json());
        }
        json.push(']');
        json
    }
}

impl<T: Value, const N: usize> Value for [T; N] {
    fn to_json(&self) -> String {
        self.as_slice().to_json()
    }
}

impl<T: Value + ?Sized> Value for &T {
    fn to_json(&self) -> String {
        (**self).to_json()
    }
}

#[cfg(test)]
mod tests {
    use super::Value;

    #[test]
    fn values_become_the_json_that_the_contract_takes() {
        assert_eq!((-1).to_json(), "-1");
        assert_eq!(u64::MAX.to_json(), "18446744073709551615");
        assert_eq!(true.to_json(), "true");
        assert_eq!(1e300.to_json(), "1e300");
        assert_eq!(0.5f32.to_json(), "0.5");
        assert_eq!("say \"é\\\n".to_json(), r#""say \"é\\\u000a""#);
        assert_eq!([1, 2].to_json(), "[1,2]");
        assert_eq!(["a", "b"].as_slice().to_json(), r#"["a","b"]"#);
    }
}
