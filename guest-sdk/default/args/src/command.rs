//! What options there are: one a variable, and what they are called.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use eunomia_component::types::{Description, Variable};

use crate::default;
use crate::shape::Shape;

/// All options of a tool.
#[derive(Debug)]
pub(crate) struct Command<'a> {
    pub(crate) description: &'a Description,
    /// In the order of the variables.
    pub(crate) options: Vec<Choice<'a>>,
}

/// The option of a variable.
#[derive(Debug)]
pub(crate) struct Choice<'a> {
    pub(crate) variable: &'a Variable,
    pub(crate) shape: Shape<'a>,
    /// Without dashes, as the author wrote it.
    pub(crate) long: String,
    pub(crate) short: Option<char>,
    /// Whether the help shows it.
    pub(crate) listed: bool,
    /// Whether it is a bool that is true if nobody says otherwise.
    pub(crate) on: bool,
}

/// Which long names are taken, as the command line has them without regard to `_` and `-`.
#[derive(Default)]
struct Names {
    taken: BTreeSet<String>,
    /// For each variable's name the first number that may be free: of many that are called the same, none counts from the beginning.
    numbers: BTreeMap<String, u32>,
}

/// What a name on the command line means.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Meaning {
    Help,
    Version,
    /// The option of this place takes a value.
    Value(usize),
    /// The flag of this place, and what it sets.
    Flag(usize, bool),
}

impl<'a> Command<'a> {
    /// The same description gives the same options. Names that two want go to help and version first, then to who asked
    /// for them with `long` or `short`, then in the order of the variables. Who comes too late for its long name is
    /// called after its variable, `set-NAME`, or `set-NAME-2` and so on; for its short one, has none.
    pub(crate) fn new(description: &'a Description) -> Self {
        let mut command = Self {
            description,
            options: description
                .variables
                .iter()
                .filter_map(Choice::of(description))
                .collect(),
        };
        command.name_all();
        command
    }

    pub(crate) fn has_version(&self) -> bool {
        self.description.documentation.version.is_some()
    }

    /// What `--NAME` means. `_` and `-` are the same.
    pub(crate) fn long(&self, name: &str) -> Option<Meaning> {
        let name = folded(name);
        if name == "help" {
            return Some(Meaning::Help);
        }
        if name == "version" && self.has_version() {
            return Some(Meaning::Version);
        }
        let options = || self.options.iter().enumerate();
        // What the help shows goes before what only keeps working.
        options()
            .find(|(_, option)| folded(&option.spelling()) == name)
            .map(|(index, option)| option.meaning(index, !option.on))
            .or_else(|| options().find_map(|(index, option)| option.older_spelling(index, &name)))
    }

    /// What `-L` means.
    pub(crate) fn short(&self, letter: char) -> Option<Meaning> {
        match letter {
            'h' => Some(Meaning::Help),
            'V' if self.has_version() => Some(Meaning::Version),
            _ => self
                .options
                .iter()
                .enumerate()
                .find(|(_, option)| option.short == Some(letter))
                .map(|(index, option)| option.meaning(index, !option.on)),
        }
    }

    /// The long names that the help shows.
    pub(crate) fn listed(&self) -> impl Iterator<Item = String> {
        let version = self.has_version().then(|| "version".to_string());
        let options = self.options.iter().filter(|option| option.listed);
        ["help".to_string()]
            .into_iter()
            .chain(version)
            .chain(options.map(Choice::spelling))
    }

    fn name_all(&mut self) {
        let (mut longs, mut shorts) = (Names::default(), ['h'].to_vec());
        longs.taken.insert("help".to_string());
        if self.has_version() {
            longs.taken.insert("version".to_string());
            shorts.push('V');
        }
        let asked = |option: &Choice<'_>| option.listed && asked_long(option.variable).is_some();
        let rounds: [&dyn Fn(&Choice<'_>) -> bool; 3] =
            [&asked, &|option| option.listed && !asked(option), &|option| {
                !option.listed
            }];
        for round in rounds {
            for option in self.options.iter_mut().filter(|option| round(option)) {
                option.name(&mut longs);
            }
        }
        for option in &mut self.options {
            option.short = asked_short(option.variable).filter(|letter| !shorts.contains(letter));
            shorts.extend(option.short);
        }
    }
}

impl<'a> Choice<'a> {
    /// None for what nobody should set, and what nobody can type.
    fn of(description: &'a Description) -> impl Fn(&'a Variable) -> Option<Self> {
        |variable| {
            let kind = ["rodata", "data", "bss"]
                .into_iter()
                .find(|kind| variable.section.trim_start_matches('.').split('.').next() == Some(*kind))?;
            if variable.hidden {
                return None;
            }
            let shape = Shape::of(&description.layout, variable.type_)?;
            Some(Self {
                on: matches!(shape, Shape::Bool) && default::is_on(variable),
                variable,
                shape,
                long: String::new(),
                short: None,
                // What is in .bss is mostly where a program counts: state, not settings. The help shows it only if the
                // author made it an argument; the option is there for those who used it with the older program.
                listed: kind != "bss" || variable.argument.is_some(),
            })
        }
    }

    /// The long name as the help shows it: a bool that is true is turned off.
    pub(crate) fn spelling(&self) -> String {
        if self.on {
            format!("no-{}", self.long)
        } else {
            self.long.clone()
        }
    }

    pub(crate) fn is_flag(&self) -> bool {
        matches!(self.shape, Shape::Bool)
    }

    fn meaning(&self, index: usize, sets: bool) -> Meaning {
        if self.is_flag() {
            Meaning::Flag(index, sets)
        } else {
            Meaning::Value(index)
        }
    }

    /// Takes the first name that is free.
    fn name(&mut self, names: &mut Names) {
        let own = &self.variable.name;
        let number = names.numbers.entry(folded(&spelled(self.on, own))).or_insert(2);
        let from = *number;
        let numbered = (from..).map(|count| {
            *number = count;
            format!("set-{own}-{count}")
        });
        let mut wanted = asked_long(self.variable)
            .into_iter()
            .chain([own.clone(), format!("set-{own}")])
            .chain(numbered);
        if let Some(free) = wanted.find(|name| !names.taken.contains(&folded(&spelled(self.on, name)))) {
            names.taken.insert(folded(&spelled(self.on, &free)));
            self.long = free;
        }
    }

    /// The spellings of flags that the help does not show.
    fn older_spelling(&self, index: usize, name: &str) -> Option<Meaning> {
        if !self.is_flag() {
            return None;
        }
        let is_own = |name: &str| name == folded(&self.long) || name == folded(&self.variable.name);
        let sets = if is_own(name) || name.strip_prefix("enable-").is_some_and(is_own) {
            true
        } else if ["disable-", "no-"]
            .into_iter()
            .any(|prefix| name.strip_prefix(prefix).is_some_and(is_own))
        {
            false
        } else {
            return None;
        };
        Some(Meaning::Flag(index, sets))
    }
}

fn spelled(on: bool, long: &str) -> String {
    if on { format!("no-{long}") } else { long.to_string() }
}

fn folded(name: &str) -> String {
    name.replace('_', "-")
}

/// The long name that the author asked for, if it is one.
fn asked_long(variable: &Variable) -> Option<String> {
    let name = variable.argument.as_ref()?.long.as_deref()?.trim_start_matches('-');
    let is_name = !name.is_empty()
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '+'));
    is_name.then(|| name.to_string())
}

/// The letter that the author asked for, if it is one.
fn asked_short(variable: &Variable) -> Option<char> {
    let mut letters = variable
        .argument
        .as_ref()?
        .short
        .as_deref()?
        .trim_start_matches('-')
        .chars();
    let letter = letters.next()?;
    (letters.next().is_none() && letter.is_ascii_alphanumeric()).then_some(letter)
}
