use anyhow::{Context, Result};
use wasmtime::component::{Component, Linker};

use crate::assemble::Replacements;
use crate::defaults;
use crate::host;
use crate::precompiled::Precompiled;
use crate::state::State;
use crate::tool::Tool;
use crate::{config, wasi, watchdog};

/// What runs guests. One serves a whole process and any number of runs.
pub struct Engine {
    engine: wasmtime::Engine,
}

impl Engine {
    /// Make an engine. It starts one thread that sleeps most of the time and ends with the engine.
    pub fn new() -> Result<Self> {
        let engine = wasmtime::Engine::new(&config::config()?)?;
        watchdog::tick(&engine).context("the thread that stops looping guests does not start")?;
        Ok(Self { engine })
    }

    /// The tool that runs a skeleton, with the args and printer components that ship with the host or those that the user
    /// named.
    pub fn default_tool(&self, replacements: &Replacements) -> Result<Tool> {
        if replacements.args.is_none() && replacements.printer.is_none() {
            match Precompiled::ahead(defaults::COMPILED).load(&self.engine) {
                Ok(component) => return self.link(&component),
                // Compiled for a processor with more than this one has.
                Err(_) if cfg!(feature = "compiler") => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.tool(&defaults::TOOL.unpack()?, replacements)
    }

    /// A tool from a component. Its imports of `args` and `printer`, if it has any, are filled.
    pub fn tool(&self, component: &[u8], replacements: &Replacements) -> Result<Tool> {
        self.link(&self.compile(component, replacements)?)
    }

    fn link(&self, component: &Component) -> Result<Tool> {
        let mut linker = Linker::<State>::new(&self.engine);
        wasi::add_to_linker(&mut linker, component)?;
        host::add_to_linker(&mut linker)?;
        let instance = linker
            .instantiate_pre(component)
            .map_err(anyhow::Error::from)
            .context("the component asks for something that this host does not have")?;
        Tool::new(instance)
    }

    #[cfg(feature = "compiler")]
    fn compile(&self, tool: &[u8], replacements: &Replacements) -> Result<Component> {
        use crate::assemble::assemble;
        use crate::cache::{self, Cache};

        let name = cache::name(tool, replacements, self.engine.precompile_compatibility_hash());
        let cache = Cache::open();
        let kept = cache.as_ref().and_then(|cache| cache.read(&name));
        if let Some(component) = kept.and_then(|code| Precompiled::cached(&code).load(&self.engine).ok()) {
            return Ok(component);
        }
        let component = Component::new(&self.engine, assemble(tool, replacements)?)?;
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
