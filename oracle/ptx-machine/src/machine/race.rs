//! Data-race detection.
//!
//! For each byte touched it remembers who wrote it last, who updated it atomically and who read it. Two accesses by
//! different threads race unless both read, both are atomic, or a barrier of their common block lies between them,
//! that is, they belong to different phases of one block. One mark per kind of access is enough: a mark that is replaced
//! is ordered before the one that replaces it, and threads that can't be told apart any more are remembered as several.

/// A thread in a phase of its block: the number of barriers passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Who {
    pub block: u32,
    pub thread: u32,
    pub phase: u32,
}

/// How a byte is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Touch {
    Read,
    Write,
    Atomic,
}

const NOBODY: u32 = u32::MAX;
const SEVERAL: u32 = u32::MAX - 1;

#[derive(Debug, Clone, Copy)]
struct Mark(Who);

impl Mark {
    const EMPTY: Mark = Mark(Who { block: NOBODY, thread: NOBODY, phase: 0 });

    fn conflicts(self, who: Who) -> bool {
        let Mark(mark) = self;
        if mark.block == NOBODY {
            return false;
        }
        mark.block != who.block || mark.phase >= who.phase && mark.thread != who.thread
    }

    fn add(&mut self, who: Who) {
        let Mark(mark) = self;
        if mark.block == NOBODY || mark.block == who.block && mark.phase < who.phase {
            *mark = who;
        } else if mark.block != who.block {
            mark.block = SEVERAL;
        } else if mark.thread != who.thread {
            mark.thread = SEVERAL;
        }
    }

    /// Block and thread, if it is only one.
    fn culprit(self) -> Option<(u32, u32)> {
        let Mark(mark) = self;
        (mark.block != SEVERAL && mark.thread != SEVERAL).then_some((mark.block, mark.thread))
    }
}

#[derive(Debug, Clone, Copy)]
struct Byte {
    read: Mark,
    written: Mark,
    updated: Mark,
}

const PAGE: usize = 1024;
const CLEAN: Byte = Byte { read: Mark::EMPTY, written: Mark::EMPTY, updated: Mark::EMPTY };

/// The marks of one launch.
#[derive(Debug)]
pub(super) struct Races {
    /// By allocation, then by page of the address space; pages come into being when touched.
    pages: Vec<Vec<Option<Box<[Byte; PAGE]>>>>,
}

/// The thread that an access races with, or nothing if there are several.
pub(super) struct Racing(pub Option<(u32, u32)>);

impl Races {
    /// Marks for `allocations` allocations.
    pub(super) fn new(allocations: usize) -> Races {
        Races { pages: vec![Vec::new(); allocations] }
    }

    /// Records an access to allocation number `allocation`, which starts at `base`. An aligned access never crosses a
    /// page.
    pub(super) fn touch(
        &mut self,
        (allocation, base): (usize, u64),
        address: u64,
        bytes: u32,
        touch: Touch,
        who: Who,
    ) -> Result<(), Racing> {
        let number = (address / PAGE as u64 - base / PAGE as u64) as usize;
        let first = (address % PAGE as u64) as usize;
        let pages = &mut self.pages[allocation];
        if number >= pages.len() {
            pages.resize(number + 1, None);
        }
        let page = pages[number].get_or_insert_with(|| Box::new([CLEAN; PAGE]));
        for byte in page.iter_mut().skip(first).take(bytes as usize) {
            let (against, own) = match touch {
                Touch::Read => ([byte.written, byte.updated, Mark::EMPTY], &mut byte.read),
                Touch::Write => ([byte.written, byte.updated, byte.read], &mut byte.written),
                Touch::Atomic => ([byte.written, byte.read, Mark::EMPTY], &mut byte.updated),
            };
            if let Some(mark) = against.into_iter().find(|mark| mark.conflicts(who)) {
                return Err(Racing(mark.culprit()));
            }
            own.add(who);
        }
        Ok(())
    }
}
