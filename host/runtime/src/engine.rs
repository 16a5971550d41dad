use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use wasmtime::component::{Component, Linker};

use crate::assemble::Replacements;
use crate::defaults;
use crate::embedded::Embedded;
use crate::host::{self, Skeleton};
use crate::precompiled::InPlace;
use crate::state::State;
use crate::tool::Tool;
use crate::{config, wasi, watchdog};

/// What runs guests. One serves a whole process and any number of runs.
#[derive(Default)]
pub struct Engine {
    /// Runs what was compiled when the host was built. It has no compiler: making one is a good part of a start.
    ahead: Shared,
    #[cfg(feature = "compiler")]
    compiling: Shared,
}

/// An engine that is made when it is first asked for.
#[derive(Default)]
struct Shared(Mutex<Option<wasmtime::Engine>>);

impl Shared {
    /// Making one starts a thread that sleeps most of the time and ends with the engine.
    fn get(&self, config: impl FnOnce() -> wasmtime::Result<wasmtime::Config>) -> Result<wasmtime::Engine> {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = &*shared {
            return Ok(engine.clone());
        }
        let engine = wasmtime::Engine::new(&config()?)?;
        watchdog::tick(&engine).context("the thread that stops looping guests does not start")?;
        Ok(shared.insert(engine).clone())
    }
}

impl Engine {
    /// An engine. What it needs is made when it is needed.
    pub fn new() -> Self {
        Self::default()
    }

    /// The tool that runs a skeleton, with the args and printer components that ship with the host or those that the user
    /// named.
    pub fn default_tool(&self, replacements: &Replacements) -> Result<Tool> {
        if replacements.args.is_none() && replacements.printer.is_none() {
            match defaults::COMPILED.load(&self.ahead.get(ahead)?) {
                Ok(component) => return link(&component, Vec::new()),
                // Compiled for a processor with more than this one has.
                Err(_) if cfg!(feature = "compiler") => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.tool(&defaults::TOOL.unpack()?, replacements)
    }

    /// What `bytes` are, ready to run: a component, or a package with the tool that runs it. The skeleton is for the
    /// [`Session`](crate::Session).
    ///
    /// # Errors
    /// They are neither, or ask for what this host does not have.
    pub fn load(&self, bytes: &[u8], replacements: &Replacements) -> Result<(Tool, Option<Skeleton>)> {
        if bytes.starts_with(b"\0asm") {
            return Ok((self.tool(bytes, replacements)?, None));
        }
        let skeleton = Skeleton::parse(bytes).context("neither a component nor a package")?;
        Ok((self.default_tool(replacements)?, Some(skeleton)))
    }

    /// A tool from a component. Its imports of `args` and `printer`, if it has any, are filled. It may load the packages that it
    /// carries.
    pub fn tool(&self, component: &[u8], replacements: &Replacements) -> Result<Tool> {
        let embedded = Embedded::all_of(component)?;
        link(&self.compile(component, replacements)?, embedded)
    }

    #[cfg(feature = "compiler")]
    fn compile(&self, tool: &[u8], replacements: &Replacements) -> Result<Component> {
        use crate::assemble::assemble;
        use crate::cache::{self, Cache};
        use crate::precompiled::cached;

        let engine = self.compiling.get(config::config)?;
        let name = cache::name(tool, replacements, engine.precompile_compatibility_hash());
        let cache = Cache::open();
        let kept = cache.as_ref().and_then(|cache| cache.read(&name));
        if let Some(component) = kept.and_then(|code| cached(&code, &engine).ok()) {
            return Ok(component);
        }
        let component = Component::new(&engine, assemble(tool, replacements)?)?;
        if let Some(cache) = cache {
            // A full disk costs the next start some time and this run nothing.
            component
                .serialize()
                .map_err(anyhow::Error::from)
                .and_then(|code| cache.write(&name, &code))
                .ok();
        }
        Ok(component)
    }

    #[cfg(not(feature = "compiler"))]
    fn compile(&self, _tool: &[u8], _replacements: &Replacements) -> Result<Component> {
        anyhow::bail!("this program was built without a compiler and runs only what was compiled into it")
    }
}

fn ahead() -> wasmtime::Result<wasmtime::Config> {
    let mut config = config::config()?;
    #[cfg(feature = "compiler")]
    config.enable_compiler(false);
    config.with_custom_code_memory(Some(Arc::new(InPlace)));
    Ok(config)
}

fn link(component: &Component, embedded: Vec<Embedded>) -> Result<Tool> {
    let mut linker = Linker::<State>::new(component.engine());
    wasi::add_to_linker(&mut linker, component)?;
    host::add_to_linker(&mut linker)?;
    let instance = linker
        .instantiate_pre(component)
        .map_err(anyhow::Error::from)
        .context("the component asks for something that this host does not have")?;
    Tool::new(instance, embedded)
}
