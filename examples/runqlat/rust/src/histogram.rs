//! Powers of two as bars.

use std::io::Write;

use eunomia::{Error, Output};

/// Characters of the longest bar.
const WIDTH: u64 = 40;

/// A line for each slot up to the last one that counts something. Slot i counts from 2^i to 2^(i+1)-1, the first from 0.
pub fn print(slots: &[u32], unit: &str, output: &mut Output) -> Result<(), Error> {
    let Some(last) = slots.iter().rposition(|count| *count > 0) else {
        return Ok(());
    };
    let most = u64::from(slots.iter().copied().max().unwrap_or(1));
    writeln!(output, "{:5}{unit:<19} : count    distribution", "")?;
    for (slot, count) in slots.iter().take(last + 1).enumerate() {
        let low = if slot == 0 { 0 } else { 1_u64 << slot };
        let high = (1_u64 << (slot + 1)) - 1;
        let stars = u64::from(*count) * WIDTH / most;
        let bar: String = (0..WIDTH).map(|place| if place < stars { '*' } else { ' ' }).collect();
        writeln!(output, "{low:>10} -> {high:<10} : {count:<8} |{bar}|")?;
    }
    Ok(())
}
