//! Where the user wants programs.

use super::{Interface, Target};
use crate::description::{Description, Program};

/// Places that the user of a package chooses, over what it says itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Programs by name, and where to.
    pub targets: Vec<(String, Target)>,
    /// The interface of every program that needs one.
    pub interface: Option<Interface>,
    /// The control group of every program that needs one.
    pub cgroup: Option<String>,
}

impl Places {
    /// What the user chose that is nothing to any program of these objects, which are those of a tool, in the words of `ecli run`.
    pub fn unused(&self, objects: &[&Description]) -> Option<String> {
        let is_there = |name: &str| {
            objects
                .iter()
                .any(|object| object.programs.iter().any(|program| program.name == name))
        };
        if let Some((name, _)) = self.targets.iter().find(|(name, _)| !is_there(name)) {
            let programs = names(objects);
            return Some(format!("--attach: there is no program {name:?}, only {programs}"));
        }
        let interface = |name: &str| Self {
            interface: Some(Interface::Name(name.to_owned())),
            ..self.clone()
        };
        if self.interface.is_some() && !differ(objects, &interface("a"), &interface("b")) {
            let programs = names(objects);
            return Some(format!(
                "--iface: this tool has no program for network interfaces: its programs are {programs}"
            ));
        }
        let cgroup = |path: &str| Self {
            cgroup: Some(path.to_owned()),
            ..self.clone()
        };
        if self.cgroup.is_some() && !differ(objects, &cgroup("/a"), &cgroup("/b")) {
            let programs = names(objects);
            return Some(format!(
                "--cgroup: this tool has no program for control groups: its programs are {programs}"
            ));
        }
        None
    }
}

/// Whether some program goes elsewhere with one choice than with the other.
fn differ(objects: &[&Description], one: &Places, other: &Places) -> bool {
    objects.iter().any(|object| {
        let place = |program: &Program, places| program.attachment(places, &object.maps).ok();
        let mut programs = object.programs.iter();
        programs.any(|program| place(program, one) != place(program, other))
    })
}

fn names(objects: &[&Description]) -> String {
    let mut names: Vec<&str> = objects
        .iter()
        .flat_map(|object| object.programs.iter().map(|program| program.name.as_str()))
        .collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}
