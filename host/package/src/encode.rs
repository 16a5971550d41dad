use serde_json::Value;

use crate::error::Error;
use crate::types::{TypeIndex, Types};

/// Writes `value` as a `ty` into `out`.
pub fn encode_value(_types: &Types, _ty: TypeIndex, _value: &Value, _out: &mut [u8]) -> Result<(), Error> {
    Err(Error::value("not yet"))
}
