//! What all kernels of an architecture run: `ecli`, this program, busybox, and the cases with their packages, components and programs.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::archive::Archive;
use crate::case::Case;
use crate::matrix::Arch;

/// What a payload is made with and of.
#[derive(Debug)]
pub(crate) struct Parts {
    /// The root of the tree.
    pub(crate) tree: PathBuf,
    /// The compiler of packages.
    pub(crate) ecc: PathBuf,
    /// Where `cargo` builds components.
    pub(crate) target: PathBuf,
    /// What is kept between runs.
    pub(crate) cache: PathBuf,
}

impl Parts {
    /// Build the packages and components of some cases, which serve all architectures: a folder of folders.
    ///
    /// # Errors
    /// A case that does not build, with the compiler's words.
    pub(crate) fn cases(&self, names: &[String]) -> Result<PathBuf> {
        let cases = self.cache.join("cases");
        fs::remove_dir_all(&cases).ok();
        for name in names {
            let folder = cases.join(name);
            self.case(name, &folder).with_context(|| format!("case {name}"))?;
        }
        Ok(cases)
    }

    fn case(&self, name: &str, folder: &Path) -> Result<()> {
        let own = self.tree.join("tests/kernels/cases").join(name);
        let case = Case::read(&own)?;
        fs::create_dir_all(folder)?;
        for file in ["case.json", "setup.sh", "trigger.sh"] {
            if own.join(file).exists() {
                fs::copy(own.join(file), folder.join(file))?;
            }
        }
        let default = [format!("{name}.bpf.c")];
        let sources = if case.sources.is_empty() {
            &default[..]
        } else {
            &case.sources
        };
        let sources = sources
            .iter()
            .map(|source| self.find(&own, source))
            .collect::<Result<Vec<_>>>()?;
        match (&case.component, &sources[..]) {
            (Some(component), sources) => self.component(name, &self.find(&own, component)?, sources, folder),
            (None, [source]) => self.package(source, folder),
            (None, _) => bail!("a case without a component has one source"),
        }
    }

    /// A file of the case, or of the tree.
    fn find(&self, own: &Path, name: &str) -> Result<PathBuf> {
        let places = [own.join(name), self.tree.join(name)];
        let found = places.into_iter().find(|path| path.exists());
        found.with_context(|| format!("there is no {name}, neither in the case's folder nor in the tree"))
    }

    fn package(&self, source: &Path, folder: &Path) -> Result<()> {
        let mut ecc = Command::new(&self.ecc);
        ecc.args(with_header(source))
            .args(["--target-arch", "x86,arm64", "-o"])
            .arg(folder);
        done(&mut ecc)
    }

    fn component(&self, name: &str, user_space: &Path, sources: &[PathBuf], folder: &Path) -> Result<()> {
        let project = self.cache.join("projects").join(name);
        fs::remove_dir_all(&project).ok();
        copy_own(user_space, &project)?;
        let language = if user_space.join("Cargo.toml").exists() {
            "rust"
        } else {
            "c"
        };
        for source in sources {
            let mut ecc = Command::new(&self.ecc);
            ecc.arg("gen-wasm-skel").args(with_header(source));
            ecc.args(["--target-arch", "x86,arm64", "--lang", language, "-o"])
                .arg(&project);
            done(&mut ecc)?;
        }
        let mut ecc = Command::new(&self.ecc);
        ecc.arg("build-wasm")
            .arg(&project)
            .env("CARGO_TARGET_DIR", self.target.join("projects/target"));
        done(&mut ecc)?;
        fs::copy(project.join("app.wasm"), folder.join("tool.wasm"))?;
        Ok(())
    }

    /// All of it for one architecture: a folder, and the archive of it.
    ///
    /// # Errors
    /// A program is missing, or one of a case's does not compile.
    pub(crate) fn payload(
        &self,
        arch: Arch,
        programs: &Path,
        busybox: &Path,
        ecli: &Path,
    ) -> Result<(PathBuf, PathBuf)> {
        let folder = self.cache.join(format!("payload-{}", arch.debian()));
        fs::remove_dir_all(&folder).ok();
        fs::create_dir_all(folder.join("cases"))?;
        for (name, path) in [("ecli", ecli), ("kernels", programs), ("busybox", busybox)] {
            fs::copy(path, folder.join(name)).with_context(|| format!("cannot copy {}", path.display()))?;
        }
        let libraries = libraries(&folder.join("ecli"))?;
        for entry in fs::read_dir(self.cache.join("cases"))? {
            let entry = entry?;
            let case = folder.join("cases").join(entry.file_name());
            copy_own(&entry.path(), &case)?;
            self.programs(&entry.file_name().to_string_lossy(), arch, &case)?;
        }
        let path = folder.with_extension("cpio");
        let mut archive = Archive::new(BufWriter::new(File::create(&path)?));
        archive.tree("payload", &folder)?;
        for library in libraries {
            archive.file_with_folders(&library, &fs::read(&library)?)?;
        }
        archive.finish()?;
        Ok((folder, path))
    }

    /// The programs in C that a case's scripts need: those in its folder, and those that it names.
    fn programs(&self, name: &str, arch: Arch, folder: &Path) -> Result<()> {
        let own = self.tree.join("tests/kernels/cases").join(name);
        let mut sources = Vec::new();
        for entry in fs::read_dir(&own)? {
            sources.push(entry?.path());
        }
        for named in &Case::read(&own)?.programs {
            sources.push(self.find(&own, named)?);
        }
        for source in sources {
            let file = source.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if let Some(stem) = file.strip_suffix(".c").filter(|stem| !stem.ends_with(".bpf")) {
                compile(arch, &source, &folder.join(stem))?;
            }
        }
        Ok(())
    }
}

/// A program in C, static, at a fixed address, and with a name for every function: what uprobes look for.
fn compile(arch: Arch, source: &Path, program: &Path) -> Result<()> {
    const FLAGS: &[&str] = &[
        "-static",
        "-no-pie",
        "-O1",
        "-fno-inline",
        "-pthread",
        "-Wall",
        "-Werror",
        "-o",
    ];
    let compiler = match arch {
        _ if arch == Arch::own() => "cc",
        Arch::Amd64 => "x86_64-linux-gnu-gcc",
        Arch::Arm64 => "aarch64-linux-gnu-gcc",
    };
    done(Command::new(compiler).args(FLAGS).arg(program).arg(source))
}

/// The shared libraries of a program of this machine; a static one has none. It loses its symbols, which an emulated machine would have to read.
fn libraries(program: &Path) -> Result<Vec<PathBuf>> {
    let output = Command::new("ldd").arg(program).output().context("cannot start ldd")?;
    if !output.status.success() {
        return Ok(Vec::new());
    }
    done(Command::new("strip").arg(program))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let words = text.split_whitespace().filter(|word| word.starts_with('/'));
    Ok(words.map(PathBuf::from).collect())
}

/// A source with the header beside it, if there is one.
fn with_header(source: &Path) -> Vec<PathBuf> {
    let header = source.with_extension("").with_extension("h");
    let mut files = vec![source.to_owned()];
    if header.exists() {
        files.push(header);
    }
    files
}

/// What somebody has written, without what is made from it.
fn copy_own(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let (path, name) = (
            entry.as_ref().map(fs::DirEntry::path),
            entry.as_ref().map(fs::DirEntry::file_name),
        );
        let (Ok(path), Ok(name)) = (path, name) else { continue };
        if ["sdk", "skel", "target", "app.wasm"].iter().any(|made| name == *made) {
            continue;
        }
        if path.is_dir() {
            copy_own(&path, &to.join(name))?;
        } else {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

/// Run a command to its end.
fn done(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("cannot start {name}"))?;
    if output.status.success() {
        return Ok(());
    }
    let words = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    bail!("{name} failed:\n{}", words.concat().trim_end())
}
