//! Where in the C source a program was that the verifier refused: from its log, with the object's help where the kernel is older.

use package::SourceLine;

/// A line of the source that the log names.
struct Line<'log> {
    text: &'log str,
    /// The number of the instruction that follows it, in the whole program.
    instruction: Option<usize>,
}

/// The lines of source to show beside the reason, each as `FILE:LINE: CODE`: where it was refused, and where it came from. None where the
/// object was compiled without them.
pub(super) fn places(log: &str, reason: &str, object: &[u8], program: &str) -> Vec<String> {
    let lines: Vec<&str> = log.lines().collect();
    let end = lines
        .iter()
        .rposition(|line| line.trim() == reason)
        .unwrap_or(lines.len());
    let before = lines.get(..end).unwrap_or_default();
    let line = match number_after(reason, "infinite loop detected at insn ") {
        // The log ends with the states that were the same.
        Some(at) => line_of(&lines, at),
        None => last(before),
    };
    let mut found: Vec<String> = line.map(|line| placed(&line, object, program)).into_iter().collect();
    // What concerns the whole program is said before or after going through it.
    if found.is_empty()
        && let Some(begin) = beginning(object, program)
    {
        found.push(begin);
    }
    // What is not given back was taken somewhere.
    if let Some(taken) = number_after(reason, "alloc_insn=").and_then(|at| line_of(before, at)) {
        found.push(format!("{}  (taken here)", placed(&taken, object, program)));
    }
    found
}

/// The last line of source.
fn last<'log>(lines: &[&'log str]) -> Option<Line<'log>> {
    let at = lines.iter().rposition(|line| source(line).is_some())?;
    Some(Line {
        text: source(lines.get(at)?)?,
        instruction: lines.iter().skip(at + 1).find_map(|line| instruction(line)),
    })
}

/// The line of source that instruction `number` belongs to: the nearest before it.
fn line_of<'log>(lines: &[&'log str], number: usize) -> Option<Line<'log>> {
    let at = lines.iter().rposition(|line| instruction(line) == Some(number))?;
    let text = lines.get(..at)?.iter().rev().find_map(|line| source(line))?;
    Some(Line {
        text,
        instruction: Some(number),
    })
}

/// `; CODE`, also behind an instruction's number (`verbose_linfo` of the kernel's `kernel/bpf/verifier.c`).
fn source(line: &str) -> Option<&str> {
    let line = match line.split_once(": ;") {
        Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) && !number.is_empty() => rest,
        _ => line.strip_prefix(';')?,
    };
    let text = line.trim();
    (!text.is_empty()).then_some(text)
}

/// `12: (61) r0 = …`.
fn instruction(line: &str) -> Option<usize> {
    let (number, rest) = line.split_once(':')?;
    rest.trim_start().starts_with('(').then(|| number.parse().ok())?
}

fn number_after(text: &str, before: &str) -> Option<usize> {
    let rest = text.split_once(before)?.1;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// `FILE:LINE: CODE`. Newer kernels say `CODE @ FILE:LINE`; for others the object has it.
fn placed(line: &Line<'_>, object: &[u8], program: &str) -> String {
    if let Some((code, place)) = line.text.rsplit_once(" @ ")
        && let Some((file, number)) = place.rsplit_once(':')
        && number.parse::<u32>().is_ok()
    {
        return format!("{}:{number}: {}", base_name(file), code.trim());
    }
    // A damaged object has been refused before.
    let known = package::source_lines(object).unwrap_or_default();
    match same(&known, line, program) {
        Some(found) => format!("{}:{}: {}", base_name(&found.file), found.line, line.text),
        None => line.text.to_owned(),
    }
}

/// The first line of a program.
fn beginning(object: &[u8], program: &str) -> Option<String> {
    let known = package::source_lines(object).ok()?;
    let own = known.iter().filter(|line| line.function == program);
    let first = own.min_by_key(|line| line.instruction)?;
    Some(format!("{}:{}: {}", base_name(&first.file), first.line, first.text))
}

/// The line of this text: of several, the one whose instruction is nearest.
fn same<'a>(known: &'a [SourceLine], line: &Line<'_>, program: &str) -> Option<&'a SourceLine> {
    let distance = |found: &SourceLine| {
        let elsewhere = found.function != program;
        let apart = line
            .instruction
            .map_or(0, |number| number.abs_diff(found.instruction as usize));
        (elsewhere, apart)
    };
    known
        .iter()
        .filter(|found| found.text == line.text)
        .min_by_key(|found| distance(found))
}

/// The folder is that of whoever compiled it.
fn base_name(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: &str = "\
0: R1=ctx() R10=fp0
; int *pointer = (int *)context[0]; @ tool.bpf.c:21
0: (79) r1 = *(u64 *)(r1 +0)          ; R1_w=scalar()
; return *pointer; @ tool.bpf.c:22
1: (61) r0 = *(u32 *)(r1 +0)
R1 invalid mem access 'scalar'
processed 2 insns (limit 1000000) max_states_per_insn 0
";

    #[test]
    fn the_line_before_the_reason_is_where_it_was() {
        let found = places(NEW, "R1 invalid mem access 'scalar'", b"", "program");
        assert_eq!(found, ["tool.bpf.c:22: return *pointer;"]);
    }

    #[test]
    fn without_file_and_number_the_code_alone_is_said() {
        let old = NEW.replace(" @ tool.bpf.c:21", "").replace(" @ tool.bpf.c:22", "");
        assert_eq!(
            places(&old, "R1 invalid mem access 'scalar'", b"", "program"),
            ["return *pointer;"]
        );
    }

    #[test]
    fn what_is_not_given_back_is_shown_where_it_was_taken() {
        let log = "; task = bpf_task_from_pid(1); @ a.bpf.c:5\n3: (85) call bpf_task_from_pid#100\n; return 0; @ a.bpf.c:9\n\
                   7: (95) exit\nUnreleased reference id=2 alloc_insn=3\n";
        let found = places(log, "Unreleased reference id=2 alloc_insn=3", b"", "program");
        assert_eq!(
            found,
            [
                "a.bpf.c:9: return 0;",
                "a.bpf.c:5: task = bpf_task_from_pid(1);  (taken here)"
            ]
        );
    }

    #[test]
    fn a_log_without_source_gives_no_line() {
        let log = "0: (79) r1 = *(u64 *)(r1 +0)  ; R1_w=scalar()\nR1 invalid mem access 'scalar'\n";
        assert_eq!(places(log, "R1 invalid mem access 'scalar'", b"", "program"), [""; 0]);
    }
}
