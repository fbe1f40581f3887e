//! The device behind the exported functions: memory, modules, streams with their work, and what is misuse.
//!
//! Work in a stream runs when somebody waits for the stream, asks for an event a second time, or gives memory back. A
//! launch that doesn't end stays at the head of its stream and everything behind it waits.

use crate::codes::{self, Code};
use crate::faults::Faults;
use ptx_machine::{Access, Fault, Handle, Launch, Memory, Options, Program};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

/// What devices call themselves.
pub const NAME: &str = "PTX machine (stand-in driver)";
/// Bytes of device memory.
pub const MEMORY: u64 = 1 << 30;
/// The CUDA version that the stand-in claims.
pub const VERSION: i32 = 12_080;

/// A handle as the caller holds it; never followed.
pub type Id = usize;

/// A place in the host's memory that a copy writes to when its turn comes.
pub trait Sink: Send {
    /// Writes the bytes there.
    fn write(&mut self, bytes: &[u8]);
}

enum Work {
    Upload { to: u64, bytes: Vec<u8> },
    Download { from: u64, len: usize, into: Box<dyn Sink> },
    Launch { program: Arc<Program>, launch: Launch, number: u64 },
    Record(Id),
}

struct Module {
    programs: Vec<Arc<Program>>,
}

struct Function {
    module: Id,
    program: Arc<Program>,
}

#[derive(Default)]
struct Event {
    recorded: bool,
    /// Whether it was asked for since it was recorded.
    asked: bool,
    happened: bool,
    stream: Id,
}

/// The state of the driver.
pub struct Device {
    pub faults: Faults,
    initialised: bool,
    lost: Option<Code>,
    memory: Memory,
    /// Live allocations by address.
    live: BTreeMap<u64, (Handle, usize)>,
    modules: HashMap<Id, Module>,
    functions: HashMap<Id, Function>,
    streams: HashMap<Id, VecDeque<Work>>,
    events: HashMap<Id, Event>,
    next: Id,
    allocations: u64,
    launches: u64,
    entries: u64,
    /// How often the context had been entered when the held launch began.
    held_since: Option<u64>,
    /// True once some launch is known not to end.
    endless: bool,
    misuses: u64,
}

impl Device {
    /// A driver that isn't initialised.
    pub fn new(faults: Faults) -> Device {
        Device {
            faults,
            initialised: false,
            lost: None,
            memory: Memory::new(),
            live: BTreeMap::new(),
            modules: HashMap::new(),
            functions: HashMap::new(),
            streams: HashMap::new(),
            events: HashMap::new(),
            next: 0x1000,
            allocations: 0,
            launches: 0,
            entries: 0,
            held_since: None,
            endless: false,
            misuses: 0,
        }
    }

    /// Reports a mistake of the caller, where no fallback can hide it.
    pub fn misuse(&mut self, code: Code, what: &str) -> Code {
        self.misuses += 1;
        eprintln!("stand-in driver: misuse: {what}");
        code
    }

    /// How many mistakes were reported.
    pub fn misuses(&self) -> u64 {
        self.misuses
    }

    /// Live allocations, unless a launch that hasn't ended may need them, or the context is lost and with it everything.
    pub fn leaked(&self) -> usize {
        let launched = self.streams.values().flatten().any(|work| matches!(work, Work::Launch { .. }));
        if launched || self.lost.is_some() { 0 } else { self.live.len() }
    }

    fn id(&mut self) -> Id {
        self.next += 16;
        self.next
    }

    pub fn init(&mut self) -> Result<(), Code> {
        if self.faults.no_device {
            return Err(codes::NO_DEVICE);
        }
        self.initialised = true;
        Ok(())
    }

    /// Refuses calls before `cuInit`.
    pub fn initialised(&mut self) -> Result<(), Code> {
        if self.initialised { Ok(()) } else { Err(self.misuse(codes::NOT_INITIALIZED, "a call before cuInit")) }
    }

    /// Refuses every call once the context is lost.
    pub fn sound(&self) -> Result<(), Code> {
        self.lost.map_or(Ok(()), Err)
    }

    fn lose(&mut self, code: Code) -> Code {
        self.lost = Some(code);
        code
    }

    /// Counts the context being made current.
    pub fn enter(&mut self) -> Result<(), Code> {
        self.entries += 1;
        if let (Some(since), Some(held)) = (self.held_since, self.faults.held)
            && self.entries - since >= held
        {
            self.held_since = None;
            self.faults.held = None;
        }
        self.sound()
    }

    /// Refuses calls that wait for the whole device while a launch may never end.
    fn unblocked(&mut self, call: &str) -> Result<(), Code> {
        if self.endless || self.held_since.is_some() {
            let what = format!("{call} would wait for a launch that hasn't ended");
            return Err(self.misuse(codes::LAUNCH_FAILED, &what));
        }
        Ok(())
    }

    // Memory.

    pub fn alloc(&mut self, bytes: usize) -> Result<u64, Code> {
        self.unblocked("cuMemAlloc")?;
        self.allocations += 1;
        if bytes == 0 {
            return Err(self.misuse(codes::INVALID_VALUE, "an allocation of no bytes"));
        }
        let fails = self.faults.out_of_memory.is_some_and(|first| self.allocations >= first);
        if fails || bytes as u64 > MEMORY {
            return Err(codes::OUT_OF_MEMORY);
        }
        // Aligned as far as a caller may count on, and rarely further.
        let residue = self.allocations * 7 % 16 * 16;
        let junk =
            (0..bytes).map(|i| (i as u64 ^ self.allocations).wrapping_mul(0x9e37_79b9_7f4a_7c15) as u8).collect();
        let handle = self.memory.alloc_congruent(junk, residue, 256, Access::ReadWrite);
        let handle = handle.map_err(|_| codes::OUT_OF_MEMORY)?;
        let base = self.memory.base(handle);
        self.live.insert(base, (handle, bytes));
        Ok(base)
    }

    pub fn free(&mut self, address: u64) -> Result<(), Code> {
        self.unblocked("cuMemFree")?;
        self.drain_all()?;
        let Some((handle, _)) = self.live.remove(&address) else {
            let what = format!("{address:#x} is given back, but isn't the address of a live allocation");
            return Err(self.misuse(codes::INVALID_VALUE, &what));
        };
        self.memory.free(handle);
        Ok(())
    }

    /// The live allocation that holds the bytes, and their offset in it.
    fn locate(&mut self, address: u64, len: usize) -> Result<(Handle, usize), Code> {
        let below = self.live.range(..=address).next_back().map(|(&base, &(handle, size))| (base, handle, size));
        if let Some((base, handle, size)) = below {
            let offset = (address - base) as usize;
            if offset.checked_add(len).is_some_and(|end| end <= size) {
                return Ok((handle, offset));
            }
        }
        let what = format!("a copy of {len} bytes at {address:#x} isn't inside a live allocation");
        Err(self.misuse(codes::INVALID_VALUE, &what))
    }

    pub fn upload(&mut self, stream: Id, to: u64, bytes: &[u8]) -> Result<(), Code> {
        self.locate(to, bytes.len())?;
        self.push(stream, Work::Upload { to, bytes: bytes.to_vec() })
    }

    pub fn download(&mut self, stream: Id, from: u64, len: usize, into: Box<dyn Sink>) -> Result<(), Code> {
        self.locate(from, len)?;
        self.push(stream, Work::Download { from, len, into })
    }

    // Modules.

    /// Reads PTX; an error comes with the compiler's message.
    pub fn load(&mut self, text: &str) -> Result<Id, (Code, String)> {
        self.unblocked("cuModuleLoadDataEx").map_err(|code| (code, String::new()))?;
        if self.faults.jit {
            let log = "ptxas application ptx input, line 1; fatal   : the stand-in driver was asked to refuse this";
            return Err((codes::INVALID_PTX, log.into()));
        }
        let refused = |line: u32, error: String| {
            (codes::INVALID_PTX, format!("ptxas application ptx input, line {line}; error   : {error}"))
        };
        let module = ptx_machine::parse(text).map_err(|error| refused(error.line, error.problem.to_string()))?;
        if module.target > self.faults.capability {
            return Err((codes::NO_BINARY_FOR_GPU, String::new()));
        }
        let mut programs = Vec::new();
        for kernel in &module.kernels {
            let program =
                ptx_machine::prepare(kernel).map_err(|error| refused(error.line, error.problem.to_string()))?;
            programs.push(Arc::new(program));
        }
        let id = self.id();
        self.modules.insert(id, Module { programs });
        Ok(id)
    }

    pub fn unload(&mut self, module: Id) -> Result<(), Code> {
        self.unblocked("cuModuleUnload")?;
        self.drain_all()?;
        if self.modules.remove(&module).is_none() {
            return Err(self.misuse(codes::INVALID_HANDLE, "a module is unloaded that isn't loaded"));
        }
        self.functions.retain(|_, function| function.module != module);
        Ok(())
    }

    pub fn function(&mut self, module: Id, name: &str) -> Result<Id, Code> {
        let Some(loaded) = self.modules.get(&module) else {
            return Err(self.misuse(codes::INVALID_HANDLE, "an entry is looked up in a module that isn't loaded"));
        };
        let program = loaded.programs.iter().find(|program| program.name() == name).cloned();
        let program = program.ok_or(codes::NOT_FOUND)?;
        let id = self.id();
        self.functions.insert(id, Function { module, program });
        Ok(id)
    }

    // Streams and events.

    pub fn stream(&mut self) -> Id {
        let id = self.id();
        self.streams.insert(id, VecDeque::new());
        id
    }

    pub fn event(&mut self) -> Id {
        let id = self.id();
        self.events.insert(id, Event::default());
        id
    }

    fn push(&mut self, stream: Id, work: Work) -> Result<(), Code> {
        match self.streams.get_mut(&stream) {
            Some(queue) => queue.push_back(work),
            None => return Err(self.misuse(codes::INVALID_HANDLE, "work for a stream that doesn't exist")),
        }
        Ok(())
    }

    pub fn record(&mut self, event: Id, stream: Id) -> Result<(), Code> {
        match self.events.get_mut(&event) {
            Some(slot) => *slot = Event { recorded: true, stream, ..Event::default() },
            None => return Err(self.misuse(codes::INVALID_HANDLE, "an event is recorded that doesn't exist")),
        }
        self.push(stream, Work::Record(event))
    }

    pub fn query(&mut self, event: Id) -> Result<(), Code> {
        let Some(Event { recorded: true, asked, stream, .. }) = self.events.get_mut(&event) else {
            return Err(self.misuse(codes::INVALID_HANDLE, "an event is asked for that wasn't recorded"));
        };
        let stream = *stream;
        if !std::mem::replace(asked, true) {
            return Err(codes::NOT_READY);
        }
        self.drain(stream)?;
        let happened = self.events.get(&event).is_some_and(|event| event.happened);
        if happened { Ok(()) } else { Err(codes::NOT_READY) }
    }

    pub fn synchronize(&mut self, stream: Id) -> Result<(), Code> {
        self.unblocked("cuStreamSynchronize")?;
        if std::mem::take(&mut self.faults.ecc) {
            return Err(self.lose(codes::ECC_UNCORRECTABLE));
        }
        if !self.streams.contains_key(&stream) {
            return Err(self.misuse(codes::INVALID_HANDLE, "a stream is waited for that doesn't exist"));
        }
        self.drain(stream)?;
        self.unblocked("cuStreamSynchronize")
    }

    // Launches.

    /// Queues a launch; `bytes` are the parameters in their layout.
    pub fn launch(
        &mut self,
        stream: Id,
        function: Id,
        grid: [u32; 3],
        block: [u32; 3],
        bytes: &[u8],
    ) -> Result<(), Code> {
        self.unblocked("cuLaunchKernel")?;
        let Some(function) = self.functions.get(&function) else {
            return Err(self.misuse(codes::INVALID_HANDLE, "a function is launched whose module isn't loaded"));
        };
        let program = function.program.clone();
        let args = match unpack(program.param_bits(), bytes) {
            Ok(args) => args,
            Err(wanted) => {
                let what = format!("{} bytes of parameters for {}, which takes {wanted}", bytes.len(), program.name());
                return Err(self.misuse(codes::INVALID_VALUE, &what));
            }
        };
        if self.faults.refused_launch {
            return Err(codes::LAUNCH_OUT_OF_RESOURCES);
        }
        self.launches += 1;
        let number = self.launches;
        if number == 1 && self.faults.held.is_some() {
            self.held_since = Some(self.entries);
        }
        let launch = Launch { grid, block, args, step_budget: self.faults.steps };
        self.push(stream, Work::Launch { program, launch, number })
    }

    fn drain_all(&mut self) -> Result<(), Code> {
        let streams: Vec<Id> = self.streams.keys().copied().collect();
        streams.into_iter().try_for_each(|stream| self.drain(stream))
    }

    /// Does the work of a stream up to a launch that doesn't end.
    fn drain(&mut self, stream: Id) -> Result<(), Code> {
        while let Some(work) = self.streams.get_mut(&stream).and_then(VecDeque::pop_front) {
            if matches!(work, Work::Launch { .. }) && (self.endless || self.held_since.is_some()) {
                self.streams.entry(stream).or_default().push_front(work);
                return Ok(());
            }
            match work {
                Work::Upload { to, bytes } => {
                    let (handle, offset) = self.locate(to, bytes.len())?;
                    self.memory.bytes_mut(handle)[offset..offset + bytes.len()].copy_from_slice(&bytes);
                }
                Work::Download { from, len, mut into } => {
                    let (handle, offset) = self.locate(from, len)?;
                    into.write(&self.memory.bytes(handle)[offset..offset + len]);
                }
                Work::Record(event) => {
                    if let Some(event) = self.events.get_mut(&event) {
                        event.happened = true;
                    }
                }
                Work::Launch { program, launch, number } => {
                    if !self.run(&program, &launch, number)? {
                        self.endless = true;
                        self.streams.entry(stream).or_default().push_front(Work::Launch { program, launch, number });
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// Runs a kernel; false if it doesn't end.
    fn run(&mut self, program: &Program, launch: &Launch, number: u64) -> Result<bool, Code> {
        if self.faults.endless {
            return Ok(false);
        }
        if number == 1 && self.faults.illegal_address {
            return Err(self.lose(codes::ILLEGAL_ADDRESS));
        }
        if number == 1 && self.faults.unknown_error {
            return Err(self.lose(codes::FROM_THE_FUTURE));
        }
        let options = Options { shuffle_seed: Some(number), junk_seed: Some(number), race_detect: true };
        let end = ptx_machine::run(program, &mut self.memory, launch, &options);
        if number == 1 && self.faults.flag {
            let (handle, offset) = self.locate(launch.args.first().copied().unwrap_or(0), 4)?;
            self.memory.bytes_mut(handle)[offset..offset + 4].fill(0xa5);
        }
        let fault = match end {
            Ok(_) => return Ok(true),
            Err(Fault::Budget { .. }) => return Ok(false),
            Err(fault) => fault,
        };
        self.misuse(0, &format!("kernel {}: {fault}", program.name()));
        Err(match fault {
            Fault::Launch(_) => codes::INVALID_VALUE,
            Fault::Misaligned { .. } => self.lose(codes::MISALIGNED_ADDRESS),
            Fault::OutOfBounds { .. } | Fault::ReadOnly { .. } => self.lose(codes::ILLEGAL_ADDRESS),
            _ => self.lose(codes::LAUNCH_FAILED),
        })
    }
}

/// Takes parameters out of their layout, each at a multiple of its width; an error is the size that there should be.
fn unpack(param_bits: &[u32], bytes: &[u8]) -> Result<Vec<u64>, usize> {
    let mut args = Vec::with_capacity(param_bits.len());
    let mut end = 0usize;
    for bits in param_bits {
        let width = *bits as usize / 8;
        let start = end.next_multiple_of(width);
        end = start + width;
        let bytes = bytes.get(start..end).unwrap_or_default();
        args.push(bytes.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte)));
    }
    if end == bytes.len() { Ok(args) } else { Err(end) }
}
