//! Histograms of a sampled map.

use std::ffi::OsString;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::maps::children;
use crate::programs::{Compilers, with_native};
use crate::report::{Report, median, note};

/// How many keys the map has, and how often a run prints all of them more than the run that it is compared with.
const LOADS: [(u32, u32); 3] = [(10, 3000), (100, 400), (1000, 40)];

const BOUND: f64 = 0.7;

/// CPU for printing log2 histograms of 20 rows, by the number of keys.
pub(crate) fn histograms(
    report: &mut Report,
    ecli: &Path,
    ecc: &Path,
    compilers: &Compilers,
    folder: &Path,
    repeat: usize,
) -> Result<()> {
    report.section(
        "Histograms",
        "CPU time of the program, and of the kernel for it, for a million log2 histograms of 20 rows, read from a sampled map and \
         printed as text. The native tool reads key by key and prints with printf.",
    );
    let (native, package) = with_native("histograms", ecc, compilers, folder)?;
    let mut rows = Vec::new();
    let mut ratios = Vec::new();
    for (keys, samples) in LOADS {
        let filled = folder.join(format!("histograms-{keys}.json"));
        std::fs::write(&filled, fill(&std::fs::read(&package)?, keys)?)?;
        let native = |times: u32| -> Vec<OsString> {
            vec![native.clone().into(), keys.to_string().into(), times.to_string().into()]
        };
        let ours = |times: u32| -> Vec<OsString> {
            let times = times.to_string();
            let mut line: Vec<OsString> = vec![ecli.into()];
            line.extend(["run", "-q", "--interval", "0.001", "--count", &times].map(OsString::from));
            line.push(filled.clone().into());
            line
        };
        same_lines(&native(1), &ours(1))?;
        let (mut theirs, mut own) = (Vec::new(), Vec::new());
        for turn in 0..repeat {
            for (times, command) in [
                (&mut theirs, &native as &dyn Fn(u32) -> Vec<OsString>),
                (&mut own, &ours),
            ] {
                let (many, one) = (cpu(&command(samples + 1))?, cpu(&command(1))?);
                let printed = f64::from(keys) * f64::from(samples);
                times.push(many.saturating_sub(one).as_secs_f64() / printed * 1e6);
            }
            note(&format!(
                "histograms, {keys} keys, turn {turn}: {:.2} s, native {:.2} s",
                own.last().copied().unwrap_or_default(),
                theirs.last().copied().unwrap_or_default()
            ));
        }
        let (theirs, own) = (median(&theirs), median(&own));
        ratios.push((keys, own / theirs));
        rows.push(vec![
            keys.to_string(),
            format!("{theirs:.2}"),
            format!("{own:.2}"),
            format!("{:.2}", own / theirs),
        ]);
    }
    report.table(&["keys", "native C, CPU s", "ecli, CPU s", "÷ native C"], &rows);
    for (keys, ratio) in ratios {
        report.verdict(
            &format!("histograms, {keys} keys"),
            &format!("≤ {BOUND} ×"),
            "",
            &format!("{ratio:.2} ×"),
            ratio <= BOUND,
        );
    }
    Ok(())
}

/// The package with so many histograms in its map; the native tool has the same.
fn fill(package: &[u8], keys: u32) -> Result<Vec<u8>> {
    let mut package: Value = serde_json::from_slice(package)?;
    let entries: Vec<Value> = (0..keys)
        .map(|key| {
            let slots: Vec<u32> = (0..27)
                .map(|slot| {
                    if slot < 20 {
                        (key * 7 + slot * slot * 13) % 1000 + 1
                    } else {
                        0
                    }
                })
                .collect();
            json!({"key": key, "value": {"slots": slots}})
        })
        .collect();
    let maps = package.pointer_mut("/meta/bpf_skel/maps").and_then(Value::as_array_mut);
    let map = maps
        .and_then(|maps| {
            maps.iter_mut()
                .find(|map| map.get("ident").is_some_and(|name| name == "hists"))
        })
        .and_then(Value::as_object_mut)
        .context("the package has no map hists")?;
    map.insert("data".to_owned(), entries.into());
    Ok(serde_json::to_vec(&package)?)
}

/// Both print the same lines; the order of keys is the map's own.
fn same_lines(native: &[OsString], ours: &[OsString]) -> Result<()> {
    let lines = |command: &[OsString]| -> Result<Vec<String>> {
        let (program, arguments) = command.split_first().context("no program")?;
        let output = Command::new(program).args(arguments).output()?;
        if !output.status.success() {
            bail!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        Ok(lines)
    };
    let (native, mut ours) = (lines(native)?, lines(ours)?);
    // The end of a run brings one more sample.
    ours.dedup();
    let mut distinct = native.clone();
    distinct.dedup();
    if distinct != ours {
        bail!(
            "the tools print different histograms: {:?} and {:?}",
            native.first(),
            ours.first()
        );
    }
    Ok(())
}

fn cpu(command: &[OsString]) -> Result<Duration> {
    let before = children()?;
    let (program, arguments) = command.split_first().context("no program")?;
    let status = Command::new(program)
        .args(arguments)
        .stdout(File::create("/dev/null")?)
        .stderr(Stdio::inherit())
        .status()?;
    if !status.success() {
        bail!("{command:?} failed: {status}");
    }
    Ok(children()?.saturating_sub(before))
}
