//! What the slots of a histogram count.

/// What the slots of a histogram count.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ranges {
    /// Powers of two.
    Log2,
    /// Steps of equal width.
    Linear {
        /// Where the first begins.
        base: i64,
        /// The width of each, at least 1.
        step: u64,
    },
}

impl Ranges {
    /// The least and the largest number that a slot counts. What does not fit into 64 bits is the last that does.
    pub(crate) fn of(self, slot: u32) -> (i128, i128) {
        let (from, to) = match self {
            Self::Log2 => {
                let power = 1_i128 << slot.min(120);
                (if slot == 0 { 0 } else { power }, 2 * power - 1)
            }
            Self::Linear { base, step } => {
                let from = i128::from(base) + i128::from(slot) * i128::from(step);
                (from, from + i128::from(step) - 1)
            }
        };
        let fit = |number: i128| number.clamp(i64::MIN.into(), u64::MAX.into());
        (fit(from), fit(to))
    }
}
