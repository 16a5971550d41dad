use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::cuts::Cuts;
use crate::embedded::Embedded;
use crate::host::Skeleton;
use crate::limits::Meter;
use crate::privileges::{self, Kept};
use loader::Totals;

use symbols::Symbols;

use crate::session::Session;

/// Sources that the guest has closed and that are kept to be counted at the end. A guest that opens and closes more of them frees
/// the buffers of the oldest.
const CLOSED_SOURCES: usize = 16;

/// A reader of maps, and which these are.
struct Source {
    reader: Arc<Mutex<loader::EventSource>>,
    /// The kernel's numbers of the maps.
    maps: Vec<u32>,
    closed: bool,
}

impl Source {
    fn totals(&self) -> Totals {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner).totals()
    }
}

/// What the host keeps for one run: the guest's handles, and what the session granted.
pub(crate) struct State {
    pub(crate) table: ResourceTable,
    pub(crate) meter: Meter,
    pub(crate) session: Session,
    /// The packages that the tool's file carries.
    pub(crate) embedded: Arc<[Embedded]>,
    /// Those of them that the guest has asked for.
    pub(crate) opened: HashMap<String, Skeleton>,
    pub(crate) exit_code: Option<u8>,
    /// What was kept of the capabilities when the rest was given up.
    pub(crate) kept: Option<Kept>,
    pub(crate) cuts: Cuts,
    pub(crate) symbols: Symbols,
    /// Whether the guest has asked how the user wants to see events.
    pub(crate) knows_output: bool,
    /// How often the guest has called the host.
    pub(crate) calls: u64,
    /// Every link that the guest has not given back yet, so that the end of the run can detach them side by side.
    links: Vec<Arc<Mutex<Option<loader::Link>>>>,
    /// The event sources of the guest: they are counted once everything is detached.
    sources: Vec<Source>,
    /// What became of the events of those that were counted before that; none if there were none.
    closed: Option<Totals>,
    wasi: WasiCtx,
}

impl State {
    pub(crate) fn new(session: Session, embedded: Arc<[Embedded]>) -> Self {
        session.stderr.limit(session.limits.words);
        session.stdout.stop_when_closed(session.stop.clone());
        let wasi = WasiCtxBuilder::new()
            .args(&session.arguments)
            .stdout(session.stdout.clone())
            .stderr(session.stderr.clone())
            .allow_tcp(false)
            .allow_udp(false)
            .build();
        let mut table = ResourceTable::new();
        table.set_max_capacity(session.limits.handles);
        Self {
            table,
            meter: Meter::new(session.limits.clone()),
            session,
            embedded,
            opened: HashMap::new(),
            exit_code: None,
            kept: None,
            cuts: Cuts::default(),
            symbols: Symbols::new(),
            knows_output: false,
            calls: 0,
            links: Vec::new(),
            sources: Vec::new(),
            closed: None,
            wasi,
        }
    }

    /// Keep a link where the end of the run finds it. Now that something is attached there is time for the next start.
    pub(crate) fn keep_link(&mut self, link: loader::Link) -> Arc<Mutex<Option<loader::Link>>> {
        // Those that the guest gave back are forgotten here, so that attaching in a loop does not grow the list.
        self.links.retain(|link| Arc::strong_count(link) > 1);
        self.cuts.make();
        let link = Arc::new(Mutex::new(Some(link)));
        self.links.push(Arc::clone(&link));
        link
    }

    /// The default tool attaches once, and then only reads: what that does not need is given up.
    pub(crate) fn give_up(&mut self) -> wasmtime::Result<()> {
        if let Some(skeleton) = self
            .session
            .skeleton
            .as_ref()
            .filter(|_| self.session.give_up_capabilities)
        {
            let kept = Kept::for_package(skeleton.description(), &self.session.places, self.session.symbols);
            privileges::attached(kept)?;
            self.kept = Some(kept);
        }
        Ok(())
    }

    /// Keep an event source for the totals. What earlier readers of its maps have left is this one's to read.
    pub(crate) fn keep_source(
        &mut self,
        source: loader::EventSource,
        maps: Vec<u32>,
    ) -> Arc<Mutex<loader::EventSource>> {
        let earlier = self.sources.extract_if(.., |source| {
            source.closed && source.maps.iter().any(|map| maps.contains(map))
        });
        let earlier: Vec<Source> = earlier.collect();
        for source in earlier {
            self.count(Totals {
                unread: 0,
                ..source.totals()
            });
        }
        let reader = Arc::new(Mutex::new(source));
        self.sources.push(Source {
            reader: Arc::clone(&reader),
            maps,
            closed: false,
        });
        reader
    }

    /// The guest has closed a source. What still lies in its buffers is counted at the end, like that of those that are open.
    pub(crate) fn close_source(&mut self, reader: &Arc<Mutex<loader::EventSource>>) {
        if let Some(source) = self
            .sources
            .iter_mut()
            .find(|source| Arc::ptr_eq(&source.reader, reader))
        {
            source.closed = true;
        }
        let closed = self.sources.iter().filter(|source| source.closed).count();
        if closed > CLOSED_SOURCES
            && let Some(oldest) = self.sources.iter().position(|source| source.closed)
        {
            let totals = self.sources.remove(oldest).totals();
            self.count(totals);
        }
    }

    fn count(&mut self, totals: Totals) {
        self.closed = Some(add(self.closed.unwrap_or(NOTHING), totals));
    }

    /// Events and samples that the guest was given so far, from all of its sources.
    pub(crate) fn delivered(&self) -> u64 {
        let counted = |totals: Totals| totals.delivered + totals.samples;
        let kept: u64 = self.sources.iter().map(|source| counted(source.totals())).sum();
        kept + self.closed.map_or(0, counted)
    }

    /// Detach what is still attached, and count. Nothing produces any more when this counts, unless somebody else holds
    /// the program too.
    pub(crate) fn finish(&mut self) -> Option<Totals> {
        let links = self
            .links
            .drain(..)
            .filter_map(|link| link.lock().unwrap_or_else(PoisonError::into_inner).take())
            .collect();
        loader::detach_all(links).ok();
        self.cuts.finish();
        let kept = self.sources.drain(..).map(|source| source.totals());
        self.closed.into_iter().chain(kept).reduce(add)
    }
}

const NOTHING: Totals = Totals {
    delivered: 0,
    samples: 0,
    lost: Some(0),
    unread: 0,
};

/// Both together; unknown if one of them is.
fn add(one: Totals, other: Totals) -> Totals {
    Totals {
        delivered: one.delivered.saturating_add(other.delivered),
        samples: one.samples.saturating_add(other.samples),
        lost: one.lost.zip(other.lost).map(|(one, other)| one.saturating_add(other)),
        unread: one.unread.saturating_add(other.unread),
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.calls = self.calls.wrapping_add(1);
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}
