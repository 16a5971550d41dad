//! A machine of states, all of which are followed at once.

use super::parse::{Look, Node};
use super::set::Set;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The most states. A search takes as many steps a byte.
const MOST_STATES: usize = 2048;
/// The most parts that are made into states, each as often as it is repeated.
const MOST_PARTS: usize = 1 << 16;

/// What a state waits for, or where it leads without a byte.
#[derive(Debug, Clone, Copy)]
enum State {
    /// A byte of these, and then the next state.
    Byte(Set),
    /// A place like this, and then the next state.
    Look(Look),
    /// Both of these states.
    Both(u16, u16),
    /// This one.
    Goto(u16),
    Found,
}

#[derive(Debug)]
pub(super) struct Machine {
    states: Vec<State>,
    /// The states that wait for the next byte, and those that will for the one after it.
    now: Active,
    then: Active,
    /// Those that are still to be entered.
    entered: Vec<u16>,
}

/// Some states, each once.
#[derive(Debug, Default)]
struct Active {
    states: Vec<u16>,
    is_in: Vec<bool>,
}

impl Active {
    fn clear(&mut self) {
        for state in self.states.drain(..) {
            if let Some(is_in) = self.is_in.get_mut(usize::from(state)) {
                *is_in = false;
            }
        }
    }

    /// False if it is among them already.
    fn add(&mut self, state: u16) -> bool {
        match self.is_in.get_mut(usize::from(state)) {
            Some(is_in) if !*is_in => {
                *is_in = true;
                self.states.push(state);
                true
            }
            _ => false,
        }
    }
}

impl Machine {
    /// # Errors
    ///
    /// It has too many states.
    pub(super) fn new(node: &Node) -> Result<Self, String> {
        let mut builder = Builder::default();
        builder.build(node)?;
        builder.push(State::Found)?;
        let states = builder.states;
        let active = || Active {
            states: Vec::with_capacity(states.len()),
            is_in: alloc::vec![false; states.len()],
        };
        Ok(Self {
            now: active(),
            then: active(),
            entered: Vec::with_capacity(2 * states.len()),
            states,
        })
    }

    /// Whether some part of a text is matched.
    pub(super) fn finds(&mut self, text: &[u8]) -> bool {
        self.now.clear();
        let mut before = None;
        for place in 0..=text.len() {
            let next = text.get(place).copied();
            // A match may begin anywhere.
            if self.enter(0, before, next) {
                return true;
            }
            let Some(byte) = next else { break };
            core::mem::swap(&mut self.now, &mut self.then);
            self.now.clear();
            let after = text.get(place + 1).copied();
            for index in 0..self.then.states.len() {
                let state = self.then.states.get(index).copied().unwrap_or_default();
                if let Some(State::Byte(set)) = self.states.get(usize::from(state))
                    && set.has(byte)
                    && self.enter(state + 1, Some(byte), after)
                {
                    return true;
                }
            }
            before = next;
        }
        false
    }

    /// Makes a state active with all that it leads to between two bytes. Whether a match ends here.
    fn enter(&mut self, state: u16, before: Option<u8>, next: Option<u8>) -> bool {
        self.entered.push(state);
        while let Some(state) = self.entered.pop() {
            if !self.now.add(state) {
                continue;
            }
            match self.states.get(usize::from(state)) {
                Some(State::Found) => {
                    self.entered.clear();
                    return true;
                }
                Some(State::Look(look)) if look.is_so(before, next) => self.entered.push(state + 1),
                Some(State::Both(one, other)) => self.entered.extend([*other, *one]),
                Some(State::Goto(other)) => self.entered.push(*other),
                Some(State::Byte(_) | State::Look(_)) | None => {}
            }
        }
        false
    }
}

impl Look {
    fn is_so(self, before: Option<u8>, next: Option<u8>) -> bool {
        let is_word = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        match self {
            Self::TextBegin => before.is_none(),
            Self::TextEnd => next.is_none(),
            Self::LineBegin => before.is_none_or(|byte| byte == b'\n'),
            Self::LineEnd => next.is_none_or(|byte| byte == b'\n'),
            Self::WordEdge => is_word(before) != is_word(next),
            Self::NoWordEdge => is_word(before) == is_word(next),
        }
    }
}

#[derive(Default)]
struct Builder {
    states: Vec<State>,
    /// How many parts have been built. What has no states may be repeated all the same.
    parts: usize,
}

impl Builder {
    /// Adds the states of a node, the last of which leads to the state after them.
    fn build(&mut self, node: &Node) -> Result<(), String> {
        self.parts += 1;
        if self.parts > MOST_PARTS {
            return Err(too_large());
        }
        match node {
            Node::Byte(set) => self.push(State::Byte(*set)).map(drop),
            Node::Look(look) => self.push(State::Look(*look)).map(drop),
            Node::Each(parts) => parts.iter().try_for_each(|part| self.build(part)),
            Node::Either(branches) => self.either(branches),
            Node::Repeat(part, least, most) => {
                for _ in 0..*least {
                    self.build(part)?;
                }
                match most {
                    None => self.again_and_again(part),
                    Some(most) => self.at_most(part, most - least),
                }
            }
        }
    }

    fn either(&mut self, branches: &[Node]) -> Result<(), String> {
        let mut ends = Vec::new();
        for (place, branch) in branches.iter().enumerate() {
            if place + 1 == branches.len() {
                self.build(branch)?;
                continue;
            }
            let fork = self.push(State::Goto(0))?;
            self.build(branch)?;
            ends.push(self.push(State::Goto(0))?);
            self.put(fork, State::Both(fork + 1, self.here()));
        }
        for goto in ends {
            self.put(goto, State::Goto(self.here()));
        }
        Ok(())
    }

    fn again_and_again(&mut self, part: &Node) -> Result<(), String> {
        let fork = self.push(State::Goto(0))?;
        self.build(part)?;
        self.push(State::Goto(fork))?;
        self.put(fork, State::Both(fork + 1, self.here()));
        Ok(())
    }

    fn at_most(&mut self, part: &Node, times: u32) -> Result<(), String> {
        let mut forks = Vec::new();
        for _ in 0..times {
            forks.push(self.push(State::Goto(0))?);
            self.build(part)?;
        }
        for fork in forks {
            self.put(fork, State::Both(fork + 1, self.here()));
        }
        Ok(())
    }

    fn push(&mut self, state: State) -> Result<u16, String> {
        if self.states.len() == MOST_STATES {
            return Err(too_large());
        }
        let place = self.here();
        self.states.push(state);
        Ok(place)
    }

    /// The place of the state that comes next.
    fn here(&self) -> u16 {
        self.states.len() as u16
    }

    fn put(&mut self, place: u16, state: State) {
        if let Some(old) = self.states.get_mut(usize::from(place)) {
            *old = state;
        }
    }
}

fn too_large() -> String {
    format!("it is too large: it takes more than {MOST_STATES} states")
}
