use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::limits::Meter;
use loader::Totals;

use crate::session::Session;

/// What the host keeps for one run: the guest's handles, and what the session granted.
pub(crate) struct State {
    pub(crate) table: ResourceTable,
    pub(crate) meter: Meter,
    pub(crate) session: Session,
    pub(crate) exit_code: Option<u8>,
    /// Every link that the guest has not given back yet, so that the end of the run can detach them side by side.
    links: Vec<Arc<Mutex<Option<loader::Link>>>>,
    /// Every event source, also those that the guest has dropped: they are counted once everything is detached.
    sources: Vec<Arc<Mutex<loader::EventSource>>>,
    wasi: WasiCtx,
}

impl State {
    pub(crate) fn new(session: Session) -> Self {
        session.stderr.limit(session.limits.words);
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
            exit_code: None,
            links: Vec::new(),
            sources: Vec::new(),
            wasi,
        }
    }

    /// Keep a link where the end of the run finds it.
    pub(crate) fn keep_link(&mut self, link: loader::Link) -> Arc<Mutex<Option<loader::Link>>> {
        // Those that the guest gave back are forgotten here, so that attaching in a loop does not grow the list.
        self.links.retain(|link| Arc::strong_count(link) > 1);
        let link = Arc::new(Mutex::new(Some(link)));
        self.links.push(Arc::clone(&link));
        link
    }

    /// Keep an event source for the totals.
    pub(crate) fn keep_source(&mut self, source: loader::EventSource) -> Arc<Mutex<loader::EventSource>> {
        let source = Arc::new(Mutex::new(source));
        self.sources.push(Arc::clone(&source));
        source
    }

    /// Records that the guest was given so far, from all of its sources.
    pub(crate) fn delivered(&self) -> u64 {
        self.sources
            .iter()
            .map(|source| source.lock().unwrap_or_else(PoisonError::into_inner).totals().delivered)
            .sum()
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
        if self.sources.is_empty() {
            return None;
        }
        let mut totals = Totals {
            lost: Some(0),
            ..Totals::default()
        };
        for source in self.sources.drain(..) {
            let one = source.lock().unwrap_or_else(PoisonError::into_inner).totals();
            totals.delivered += one.delivered;
            totals.unread += one.unread;
            totals.lost = totals.lost.zip(one.lost).map(|(all, lost)| all + lost);
        }
        Some(totals)
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}
