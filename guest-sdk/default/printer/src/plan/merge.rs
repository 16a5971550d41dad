//! Which parts of a type are added up where the values of several CPUs become one.

use super::{DEEPEST, Planner, Steps};
use crate::entry::{How, Merge, Sum};
use crate::layout::{Kind, Member};
use crate::printer::Error;
use crate::text::label;
use alloc::format;
use alloc::vec::Vec;

impl Planner<'_> {
    /// How values of this type are merged. What lies outside of its type is refused by the plan that shows it.
    pub(crate) fn merge(&mut self, ty: u32, source: &str) -> Result<Merge, Error> {
        let mut merge = Merge::default();
        let steps = Steps::new(format!("{}.value", label(source)), 0, 0);
        self.sums(ty, 0, 1, &steps, &mut merge.sums)?;
        Ok(merge)
    }

    /// The parts of `count` values of this type, one after the other.
    fn sums(&mut self, ty: u32, offset: usize, count: usize, steps: &Steps, sums: &mut Vec<Sum>) -> Result<(), Error> {
        if steps.depth > DEEPEST {
            return Err(steps.too_deep());
        }
        self.count(&steps.path)?;
        let of = self.find(ty, &steps.path)?;
        let stride = of.size as usize;
        let inner = || Steps::new(steps.path.clone(), 0, steps.depth + 1);
        let how = match &of.kind {
            Kind::Int { .. } => How::Integer,
            Kind::Float => How::Float,
            Kind::Bool => How::Or,
            Kind::Array { element, count: inside } => {
                let bytes = self.find(*element, &steps.path)?.size as usize;
                let all = (*inside as usize).checked_mul(count).filter(|_| bytes > 0);
                // An array of arrays is one long array.
                return match all {
                    Some(all) => self.sums(*element, offset, all, &inner(), sums),
                    None => Ok(()),
                };
            }
            Kind::Struct(members) => {
                let mut merge = Merge::default();
                for member in members {
                    self.member_sums(member, &inner(), &mut merge.sums)?;
                }
                How::Members(merge)
            }
            Kind::Char | Kind::Enum { .. } | Kind::Ptr | Kind::Union(_) | Kind::Opaque => return Ok(()),
        };
        // A lying layout: nothing of it is within a value.
        if stride
            .checked_mul(count)
            .and_then(|bytes| bytes.checked_add(offset))
            .is_some()
        {
            sums.push(Sum {
                offset,
                stride,
                count,
                how,
            });
        }
        Ok(())
    }

    fn member_sums(&mut self, member: &Member, steps: &Steps, sums: &mut Vec<Sum>) -> Result<(), Error> {
        let offset = (member.bit_offset / 8) as usize;
        let (shift, width) = (member.bit_offset % 8, member.bit_width);
        if width == 0 {
            return self.sums(member.ty, offset, 1, steps, sums);
        }
        self.count(&steps.path)?;
        if let (Kind::Int { .. }, 1..=64) = (&self.find(member.ty, &steps.path)?.kind, width) {
            sums.push(Sum {
                offset,
                stride: (shift + width).div_ceil(8) as usize,
                count: 1,
                how: How::Bits { shift, width },
            });
        }
        Ok(())
    }
}
