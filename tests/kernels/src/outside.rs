//! The side that fetches, builds, boots and compares.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{available_parallelism, scope};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::case::{self, Case};
use crate::matrix::{self, Arch, Entry, MACHINE, Selection};
use crate::payload::Parts;
use crate::results::{Report, table};
use crate::{boot, fetch, machine};

/// Boot kernels and run the cases on each.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Which kernels: `commit`, `all`, `machine`, or names of kernels.json, with commas between
    #[arg(long, default_value = "commit")]
    kernels: String,

    /// Which cases, with commas between [default: all]
    #[arg(long, value_delimiter = ',')]
    cases: Vec<String>,

    /// The root of the tree
    #[arg(long, value_name = "FOLDER")]
    tree: PathBuf,

    /// Where cargo builds
    #[arg(long, value_name = "FOLDER")]
    target: PathBuf,

    /// The compiler of packages
    #[arg(long, value_name = "FILE")]
    ecc: PathBuf,

    /// The folder with the static `ecli` and `kernels` for x86-64
    #[arg(long, value_name = "FOLDER")]
    amd64: Option<PathBuf>,

    /// The folder with the static `ecli` and `kernels` for arm64
    #[arg(long, value_name = "FOLDER")]
    arm64: Option<PathBuf>,

    /// Another `ecli` for x86-64
    #[arg(long, value_name = "FILE", env = "ECLI_amd64")]
    ecli_amd64: Option<PathBuf>,

    /// Another `ecli` for arm64
    #[arg(long, value_name = "FILE", env = "ECLI_arm64")]
    ecli_arm64: Option<PathBuf>,
}

/// What all boots have in common.
struct Matrix<'run> {
    run: &'run Run,
    cache: PathBuf,
    results: PathBuf,
    names: Vec<String>,
    parts: Parts,
}

/// Whether all is as it should be. What is not, has been said.
pub(crate) fn run(run: &Run) -> Result<bool> {
    let own = run.tree.join("tests/kernels");
    let selection = matrix::select(&own.join("kernels.json"), &run.kernels)?;
    let asked: Vec<String> = run.cases.iter().filter(|name| !name.is_empty()).cloned().collect();
    let cache = fs::canonicalize(&run.target)?.join("kernels");
    let matrix = Matrix {
        run,
        results: cache.join("results"),
        names: case::names(&own.join("cases"), &asked)?,
        parts: Parts {
            tree: run.tree.clone(),
            ecc: run.ecc.clone(),
            target: run.target.clone(),
            cache: cache.clone(),
        },
        cache,
    };
    fs::create_dir_all(&matrix.results)?;
    let reports = matrix.reports(&selection)?;
    if selection.all && asked.is_empty() {
        write_table(&own, &matrix.names, &reports)?;
    }
    Ok(reports.iter().all(Report::is_good))
}

/// Write the table of what works where anew, from what the last run of each kernel has left.
#[derive(Debug, Args)]
pub(crate) struct Table {
    /// The root of the tree
    #[arg(long, value_name = "FOLDER")]
    tree: PathBuf,

    /// Where cargo builds
    #[arg(long, value_name = "FOLDER")]
    target: PathBuf,
}

/// Writes it.
pub(crate) fn table_again(table: &Table) -> Result<()> {
    let own = table.tree.join("tests/kernels");
    let kernels = matrix::select(&own.join("kernels.json"), "all")?.kernels;
    let names = std::iter::once(MACHINE).chain(kernels.iter().map(|kernel| kernel.id.as_str()));
    let reports = names.map(|name| {
        let path = table
            .target
            .join("kernels/results")
            .join(name)
            .with_added_extension("json");
        let text = fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}: run that kernel first", path.display()))?;
        serde_json::from_str(&text).with_context(|| path.display().to_string())
    });
    write_table(
        &own,
        &case::names(&own.join("cases"), &[])?,
        &reports.collect::<Result<Vec<_>>>()?,
    )
}

fn write_table(own: &Path, names: &[String], reports: &[Report]) -> Result<()> {
    let what = |name: &String| Ok((name.clone(), Case::read(&own.join("cases").join(name))?.what));
    let cases = names.iter().map(what).collect::<Result<Vec<_>>>()?;
    fs::write(own.join("RESULTS.md"), table(&cases, reports)).context("cannot write the table")
}

impl Matrix<'_> {
    fn reports(&self, selection: &Selection) -> Result<Vec<Report>> {
        // What is cheapest comes first: a case that does not compile, a kernel that is not there.
        self.parts.cases(&self.names)?;
        let mut reports = Vec::new();
        if selection.machine {
            let folder = self.payload(Arch::own())?.0;
            let report = self.report(MACHINE, || {
                let booted = machine::run(&folder, &self.results)?;
                let release = rustix::system::uname().release().to_string_lossy().into_owned();
                Report::of(MACHINE, &release, &self.names, &booted)
            });
            reports.push(say(report, &self.results)?);
        }
        for arch in [Arch::Amd64, Arch::Arm64] {
            if selection.kernels.iter().any(|kernel| kernel.arch == arch) {
                self.payload(arch)?;
            }
        }
        reports.extend(self.kernels(selection)?);
        Ok(reports)
    }

    /// The kernels that are booted, as many at a time as there are processors.
    fn kernels(&self, selection: &Selection) -> Result<Vec<Report>> {
        let waiting = Mutex::new(selection.kernels.iter().enumerate());
        let done = Mutex::new(BTreeMap::new());
        let work = || -> Result<()> {
            loop {
                let next = lock(&waiting).next();
                let Some((number, entry)) = next else { return Ok(()) };
                let report = say(self.kernel(entry, selection.all), &self.results)?;
                lock(&done).insert(number, report);
            }
        };
        let workers = available_parallelism().map_or(1, usize::from).min(4);
        scope(|scope| {
            let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            for worker in workers {
                worker
                    .join()
                    .map_err(|_| anyhow::anyhow!("a boot has ended by a panic"))??;
            }
            anyhow::Ok(())
        })?;
        let done = lock(&done).values().cloned().collect();
        Ok(done)
    }

    /// The folder and the archive of what an architecture runs.
    fn payload(&self, arch: Arch) -> Result<(PathBuf, PathBuf)> {
        let (folder, ecli) = match arch {
            Arch::Amd64 => (&self.run.amd64, &self.run.ecli_amd64),
            Arch::Arm64 => (&self.run.arm64, &self.run.ecli_arm64),
        };
        let Some(folder) = folder else {
            bail!("no programs were named for {}", arch.debian())
        };
        let ecli = ecli.clone().unwrap_or_else(|| folder.join("ecli"));
        let busybox = fetch::busybox(&self.cache, arch)?;
        self.parts.payload(arch, &folder.join("kernels"), &busybox, &ecli)
    }

    fn kernel(&self, entry: &Entry, may_miss: bool) -> Report {
        let fetched = fetch::busybox(&self.cache, entry.arch).and_then(|busybox| {
            let init = self.run.tree.join("tests/kernels/init");
            fetch::kernel(&self.cache, entry, &init, &busybox)
                .with_context(|| format!("cannot fetch {}", entry.package))
        });
        let fetched = match fetched {
            Ok(fetched) => fetched,
            // An old kernel that is gone from the mirror does not hold up a release.
            Err(error) if may_miss && !entry.commit => {
                return Report {
                    skipped: Some(format!("{error:#}")),
                    ..Report::empty(&entry.id)
                };
            }
            Err(error) => return self.report(&entry.id, || Err(error)),
        };
        let payload = self.cache.join(format!("payload-{}.cpio", entry.arch.debian()));
        self.report(&entry.id, || {
            let booted = boot::boot(entry, &fetched, &payload, &self.results)?;
            Report::of(&entry.id, &fetched.release, &self.names, &booted)
        })
    }

    /// A report, also if there is none.
    fn report(&self, kernel: &str, of: impl FnOnce() -> Result<Report>) -> Report {
        of().unwrap_or_else(|error| Report {
            trouble: Some(format!("{error:#}")),
            ..Report::empty(kernel)
        })
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Say it, and keep it.
fn say(report: Report, folder: &Path) -> Result<Report> {
    io::stdout().write_all(report.words().as_bytes())?;
    report.save(folder)?;
    Ok(report)
}
