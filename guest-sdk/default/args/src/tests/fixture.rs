//! Descriptions to parse against.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use eunomia_component::args::Outcome;
use eunomia_component::types::{
    Argument, ArrayType, Description, Documentation, Enumeration, Enumerator, Layout, Signedness, TypeDefinition,
    TypeKind, Variable,
};

/// A tool whose variables are added one by one.
pub(crate) struct Tool(pub(crate) Description);

impl Tool {
    pub(crate) fn new() -> Self {
        Self(Description {
            name: "sigsnoop".to_string(),
            documentation: Documentation {
                version: None,
                brief: Some("Trace standard and real-time signals.".to_string()),
                description: None,
                details: None,
            },
            layout: Layout::new(),
            variables: Vec::new(),
            maps: Vec::new(),
            programs: Vec::new(),
            header: true,
        })
    }

    /// Adds a variable of `.rodata` with zeroes in it.
    pub(crate) fn variable(mut self, name: &str, ty: &Type) -> Self {
        let (index, type_name) = ty.add(&mut self.0.layout);
        let size = self.0.layout[index as usize].size as usize;
        self.0.variables.push(Variable {
            name: name.to_string(),
            section: ".rodata".to_string(),
            type_name,
            type_: index,
            initial: [0].repeat(size),
            read_only: true,
            hidden: false,
            description: None,
            argument: None,
        });
        self
    }

    /// Changes the variable that was added last.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Variable)) -> Self {
        change(self.0.variables.last_mut().unwrap());
        self
    }

    /// Gives the variable that was added last an argument.
    pub(crate) fn argument(self, change: impl FnOnce(&mut Argument)) -> Self {
        self.with(|variable| {
            let mut argument = Argument {
                default: None,
                long: None,
                short: None,
                help: None,
            };
            change(&mut argument);
            variable.argument = Some(argument);
        })
    }

    pub(crate) fn parse(&self, arguments: &[&str]) -> Outcome {
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        crate::parse(&self.0, &arguments)
    }

    /// `NAME=JSON` for each assignment.
    pub(crate) fn run(&self, arguments: &[&str]) -> Vec<String> {
        match self.parse(arguments) {
            Outcome::Run(assignments) => assignments
                .iter()
                .map(|assignment| alloc::format!("{}={}", assignment.variable, assignment.value))
                .collect(),
            other => panic!("{arguments:?} does not run: {other:?}"),
        }
    }

    pub(crate) fn text(&self, arguments: &[&str]) -> String {
        match self.parse(arguments) {
            Outcome::Text(text) => text,
            other => panic!("{arguments:?} prints no text: {other:?}"),
        }
    }

    pub(crate) fn usage(&self, arguments: &[&str]) -> String {
        match self.parse(arguments) {
            Outcome::Usage(text) => text,
            other => panic!("{arguments:?} is no usage error: {other:?}"),
        }
    }
}

/// A type of C.
#[derive(Debug, Clone)]
pub(crate) enum Type {
    Int(u32, Signedness),
    Char,
    Bool,
    Float(u32),
    Enum(Signedness, Vec<(&'static str, i64)>),
    Array(Box<Type>, u32),
    Struct,
    Pointer,
}

pub(crate) const INT: Type = Type::Int(4, Signedness::Signed);

pub(crate) fn array(element: Type, count: u32) -> Type {
    Type::Array(Box::new(element), count)
}

impl Type {
    fn add(&self, layout: &mut Layout) -> (u32, String) {
        let (name, size, kind) = match self {
            Self::Int(size, signedness) => ("int".to_string(), *size, TypeKind::Int(*signedness)),
            Self::Char => ("char".to_string(), 1, TypeKind::Char),
            Self::Bool => ("bool".to_string(), 1, TypeKind::Bool),
            Self::Float(size) => ("float".to_string(), *size, TypeKind::Float),
            Self::Enum(signedness, values) => {
                let values = values.iter().map(|(name, value)| Enumerator {
                    name: name.to_string(),
                    value: value.cast_unsigned(),
                });
                let enumeration = Enumeration {
                    signedness: *signedness,
                    values: values.collect(),
                };
                ("level".to_string(), 4, TypeKind::Enum(enumeration))
            }
            Self::Array(element, count) => {
                let (index, name) = element.add(layout);
                let size = layout[index as usize].size * count;
                let kind = TypeKind::Array(ArrayType {
                    element: index,
                    count: *count,
                });
                (alloc::format!("{name}[{count}]"), size, kind)
            }
            Self::Struct => ("event".to_string(), 8, TypeKind::Struct(Vec::new())),
            Self::Pointer => ("void *".to_string(), 8, TypeKind::Ptr),
        };
        layout.push(TypeDefinition {
            name: name.clone(),
            size,
            kind,
        });
        (u32::try_from(layout.len()).unwrap() - 1, name)
    }
}

/// The sigsnoop of the documentation.
pub(crate) fn sigsnoop() -> Tool {
    let flag = |tool: Tool, name: &str, short: &str, long: &str, help: &str| {
        tool.variable(name, &Type::Bool).argument(|argument| {
            argument.default = Some("false".to_string());
            argument.short = Some(short.to_string());
            argument.long = Some(long.to_string());
            argument.help = Some(help.to_string());
        })
    };
    let number = |tool: Tool, name: &str, short: &str, long: &str, help: &str| {
        tool.variable(name, &INT).argument(|argument| {
            argument.short = Some(short.to_string());
            argument.long = Some(long.to_string());
            argument.help = Some(help.to_string());
        })
    };
    let tool = flag(Tool::new(), "failed_only", "x", "failed", "failed signals only");
    let tool = flag(tool, "kill_only", "k", "killed", "kill only");
    let tool = number(tool, "filtered_pid", "p", "pid", "target pid");
    number(tool, "target_signal", "s", "signal", "target signal")
}
