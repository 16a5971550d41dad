//! Knows one argument: `longer-than NANOSECONDS`. Everything else is wrong usage, said in its own words.

use eunomia_component::args::{Assignment, Guest, Outcome};
use eunomia_component::types::Description;

struct Component;

impl Guest for Component {
    fn parse(description: Description, arguments: Vec<String>) -> Outcome {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match words.as_slice() {
            [] => Outcome::Run(Vec::new()),
            ["help"] => Outcome::Text(format!("{} [longer-than NANOSECONDS]\n", description.name)),
            ["longer-than", time] => Outcome::Run(vec![Assignment {
                variable: "min_duration_ns".into(),
                value: (*time).into(),
            }]),
            other => Outcome::Usage(format!("what is {other:?}?")),
        }
    }
}

eunomia_component::export_args!(Component);
