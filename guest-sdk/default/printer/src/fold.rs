//! Stacks, counted as they come and shown at the end: how often each, from the outermost function to the innermost.
//!
//! They are a tree of frames. Its root is everything, below it are the threads' names, then functions of user space, then those
//! of the kernel. The tree and the names are bounded; what does not fit is counted too, and said at the end.

mod flame;
mod folded;

use crate::stack::{Frame, Trace};
use eunomia_component::text::{Style, each_character, escape};

use alloc::collections::{BTreeMap, BinaryHeap};
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
pub(crate) use flame::print as print_flame_graph;
pub(crate) use folded::print as print_folded;

/// The most frames of the tree.
const MOST_FRAMES: usize = 250_000;
/// The most bytes of the tree and its names, about. A guest has 64 MiB for all.
const MOST_HELD: usize = 16 << 20;
/// What a frame and a name take, about.
const FRAME: usize = 48;
const NAME: usize = 96;
/// What the names of the kernel's functions end with.
const KERNEL: &[u8] = b"_[k]";
/// The tree's root.
const ROOT: u32 = 0;

/// Counts stacks.
#[derive(Debug)]
pub(crate) struct Counts {
    /// Frames by their place; the first is the root.
    frames: Vec<Counted>,
    /// Frames by the frame that called them, and by name.
    called: BTreeMap<(u32, u32), u32>,
    names: Vec<Rc<[u8]>>,
    numbers: BTreeMap<Rc<[u8]>, u32>,
    held: usize,
    /// How many stacks did not fit.
    left_out: u64,
}

/// A frame of the tree.
#[derive(Debug)]
struct Counted {
    name: u32,
    /// How many stacks go through it, or end with it.
    total: u64,
    /// How many end with it.
    own: u64,
}

impl Counts {
    pub(crate) fn new() -> Self {
        let mut counts = Self {
            frames: Vec::new(),
            called: BTreeMap::new(),
            names: Vec::new(),
            numbers: BTreeMap::new(),
            held: 0,
            left_out: 0,
        };
        let name = counts.number(b"all").unwrap_or_default();
        counts.frames.push(Counted { name, total: 0, own: 0 });
        counts
    }

    /// Count the stacks of a record.
    pub(crate) fn add(&mut self, trace: &Trace) {
        if let Some(path) = self.path(trace) {
            for frame in &path {
                if let Some(frame) = self.frames.get_mut(*frame as usize) {
                    frame.total += 1;
                }
            }
            if let Some(last) = path.last().and_then(|last| self.frames.get_mut(*last as usize)) {
                last.own += 1;
            }
        } else {
            self.left_out += 1;
        }
    }

    /// What did not fit.
    pub(crate) fn note(&self) -> Option<String> {
        (self.left_out > 0).then(|| {
            format!(
                "{} stacks were left out: with them there would be more than {MOST_FRAMES} different frames, \
                 or {} MiB of them",
                self.left_out,
                MOST_HELD >> 20
            )
        })
    }

    /// The frames of a record's stacks from the root on; none if they do not fit.
    fn path(&mut self, trace: &Trace) -> Option<Vec<u32>> {
        let mut path = alloc::vec![ROOT];
        let mut name = Vec::new();
        escaped(trace.comm, &mut name);
        self.step(&mut path, &name)?;
        let user = trace.user.iter().rev().map(|frame| (frame, &b""[..]));
        let kernel = trace.kernel.iter().rev().map(|frame| (frame, KERNEL));
        for (frame, suffix) in user.chain(kernel) {
            name.clear();
            self::name(frame, trace.is_named, &mut name);
            name.extend_from_slice(suffix);
            self.step(&mut path, &name)?;
        }
        Some(path)
    }

    /// Go to the frame of this name that the last one calls.
    fn step(&mut self, path: &mut Vec<u32>, name: &[u8]) -> Option<()> {
        let name = self.number(name)?;
        let caller = path.last().copied().unwrap_or(ROOT);
        let frame = match self.called.get(&(caller, name)) {
            Some(frame) => *frame,
            None => {
                self.hold(FRAME)?;
                let frame = self.frames.len() as u32;
                if self.frames.len() > MOST_FRAMES {
                    return None;
                }
                self.frames.push(Counted { name, total: 0, own: 0 });
                self.called.insert((caller, name), frame);
                frame
            }
        };
        path.push(frame);
        Some(())
    }

    /// The number of a name.
    fn number(&mut self, name: &[u8]) -> Option<u32> {
        if let Some(number) = self.numbers.get(name) {
            return Some(*number);
        }
        self.hold(NAME + name.len())?;
        let number = self.names.len() as u32;
        let name: Rc<[u8]> = name.into();
        self.names.push(Rc::clone(&name));
        self.numbers.insert(name, number);
        Some(number)
    }

    fn hold(&mut self, bytes: usize) -> Option<()> {
        let held = self.held.saturating_add(bytes);
        if held > MOST_HELD {
            return None;
        }
        self.held = held;
        Some(())
    }

    fn name(&self, frame: &Counted) -> &[u8] {
        self.names.get(frame.name as usize).map_or(b"", |name| name)
    }

    /// All frames that stacks were counted for, each after its caller and with its depth, those that one frame calls in the order
    /// of their names. `enter` says whether to go on to those that a frame calls.
    fn walk<'a>(&'a self, mut enter: impl FnMut(&'a Counted, usize) -> bool) {
        let mut left = alloc::vec![(ROOT, 0)];
        while let Some((place, depth)) = left.pop() {
            let Some(frame) = self.frames.get(place as usize) else {
                continue;
            };
            if frame.total == 0 || !enter(frame, depth) {
                continue;
            }
            // A heap, because sorting in the library is as large as all the rest of this. What is pushed last comes first.
            let called = self
                .called
                .range((place, 0)..=(place, u32::MAX))
                .filter_map(|(_, place)| {
                    let frame = self.frames.get(*place as usize)?;
                    Some((self.name(frame), *place))
                });
            let mut called: BinaryHeap<(&[u8], u32)> = called.collect();
            while let Some((_, place)) = called.pop() {
                left.push((place, depth + 1));
            }
        }
    }
}

/// The name of a frame; where there is none, its address if nobody was to be asked, so that frames differ.
fn name(frame: &Frame, is_named: bool, name: &mut Vec<u8>) {
    match frame.symbol {
        Some(symbol) => escaped(symbol.name.as_bytes(), name),
        None if is_named => name.extend_from_slice(b"[unknown]"),
        None => name.extend_from_slice(format!("{:#x}", frame.address).as_bytes()),
    }
}

/// A name without control bytes, and without the semicolon that stands between frames.
fn escaped(text: &[u8], name: &mut Vec<u8>) {
    each_character(text, |character| {
        if character == ';' {
            return name.extend_from_slice(b"\\x3b");
        }
        let (bytes, length) = escape(character, Style::Bare);
        name.extend(bytes.iter().take(length));
    });
}
