//! Fills a map with 100,000 entries, and reads them all in batches as often as it is told.

use eunomia::Error;
use eunomia::bytemuck::Zeroable;
use eunomia::map::Mode;

#[rustfmt::skip]
#[path = "../skel/entries.rs"]
mod entries;

const ENTRIES: u64 = 100_000;

fn main() {
    eunomia::run(tool);
}

fn tool() -> Result<(), Error> {
    let times: u32 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1);
    let map = entries::open()?.load()?.map_entries()?;
    let all: Vec<_> = (0..ENTRIES)
        .map(|key| {
            let mut value = entries::value::zeroed();
            value.count = key;
            value.bytes = 1;
            (key, value)
        })
        .collect();
    map.set_all(&all, Mode::Any)?;
    let mut sum = 0;
    for _ in 0..times {
        for entry in map.iter() {
            let (key, value) = entry?;
            sum += key + value.count + value.bytes;
        }
    }
    println!("{sum}");
    Ok(())
}
