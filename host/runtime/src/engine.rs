use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use wasmtime::component::{Component, Linker};

use crate::embedded::Embedded;
use crate::payload::Own;
use crate::precompiled::{self, InPlace};
use crate::state::State;
use crate::tool::Tool;
use crate::{config, defaults, host, wasi, watchdog};

#[cfg(feature = "compiler")]
use crate::assemble::{Replacements, assemble};
#[cfg(feature = "compiler")]
use crate::cache::Cache;
#[cfg(feature = "compiler")]
use crate::code_name;
#[cfg(feature = "compiler")]
use crate::host::Skeleton;
#[cfg(feature = "compiler")]
use crate::privileges::give_up_all;

/// What runs guests. One serves a whole process and any number of runs.
#[derive(Default)]
pub struct Engine {
    /// Runs what was compiled when the host was built. It has no compiler: making one is a good part of a start.
    ahead: Shared,
    /// Runs code that is copied into memory, and compiles if the program can.
    copying: Shared,
}

/// An engine that is made when it is first asked for.
#[derive(Default)]
struct Shared(Mutex<Option<wasmtime::Engine>>);

impl Shared {
    fn get(&self, make: impl FnOnce() -> Result<wasmtime::Engine>) -> Result<wasmtime::Engine> {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = &*shared {
            return Ok(engine.clone());
        }
        Ok(shared.insert(make()?).clone())
    }
}

impl Engine {
    /// An engine. What it needs is made when it is needed.
    pub fn new() -> Self {
        Self::default()
    }

    /// The tool that runs the package behind this program, with the components that ship with the host or those that were compiled
    /// into the payload.
    pub fn own_tool(&self, payload: &Own) -> Result<Tool> {
        let component = if payload.code().is_empty() {
            defaults::COMPILED.load(&self.ahead.get(ahead)?)
        } else {
            precompiled::own(payload, &self.copying.get(copying)?)
        };
        let component = component
            .map_err(anyhow::Error::from)
            .context("its compiled components do not fit this processor, or this version of the program");
        link(&component?, Vec::new())
    }
}

#[cfg(feature = "compiler")]
impl Engine {
    /// The tool that runs a skeleton, with the args and printer components that ship with the host or those that the user
    /// named.
    pub fn default_tool(&self, replacements: &Replacements) -> Result<Tool> {
        // It may be compiled for a processor with more than this one has.
        if replacements.is_empty()
            && let Ok(component) = defaults::COMPILED.load(&self.ahead.get(ahead)?)
        {
            return link(&component, Vec::new());
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

    /// The default tool with these replacements, compiled for a [`Payload`](crate::Payload) and for any processor of this architecture.
    pub fn precompile(&self, replacements: &Replacements) -> Result<Vec<u8>> {
        let component = assemble(&defaults::TOOL.unpack()?, replacements)?;
        Ok(self.copying.get(copying)?.precompile_component(&component)?)
    }

    fn compile(&self, tool: &[u8], replacements: &Replacements) -> Result<Component> {
        let engine = self.copying.get(copying)?;
        let name = code_name::name(tool, replacements, engine.precompile_compatibility_hash());
        let cache = Cache::open();
        let kept = cache.as_ref().and_then(|cache| cache.read(&name));
        if let Some(component) = kept.and_then(|code| precompiled::cached(&code, &engine).ok()) {
            return Ok(component);
        }
        let component = assemble(tool, replacements)?;
        let component = compilers()?.install(|| Component::new(&engine, component))?;
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
}

/// Threads that compile, and end then: those that the compiler would start by itself would stay, with every right of this process.
#[cfg(feature = "compiler")]
fn compilers() -> Result<rayon::ThreadPool> {
    Ok(rayon::ThreadPoolBuilder::new()
        .thread_name(|_| "compiler".to_owned())
        .start_handler(|_| give_up_all())
        .build()?)
}

/// The default tool alone.
fn ahead() -> Result<wasmtime::Engine> {
    let mut config = config::config()?;
    #[cfg(feature = "compiler")]
    config.enable_compiler(false);
    config.with_custom_code_memory(Some(Arc::new(InPlace)));
    Ok(wasmtime::Engine::new(&config)?)
}

/// Anybody's components. Making it starts a thread that sleeps most of the time and ends with the engine.
fn copying() -> Result<wasmtime::Engine> {
    let mut config = config::config()?;
    watchdog::configure(&mut config);
    let engine = wasmtime::Engine::new(&config)?;
    watchdog::tick(&engine).context("the thread that stops looping guests does not start")?;
    Ok(engine)
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
