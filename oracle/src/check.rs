//! The check of one file, from bytes to verdict.
//!
//! Two ways to drive a bundle: each region alone in its harness, and the module as a whole through its exports or, for a
//! WASI command, through its start. Regions are driven in parallel; the report doesn't depend on the number of threads,
//! because every case has its own seed and its own instances.

use crate::contents::Lane;
use crate::duel::{Candidate, Duel, Plain};
use crate::guest::{Engines, GuestError};
use crate::harness::{self, Harness, Original};
use crate::options::{Devices, Invocation, OracleError, OracleOptions};
use crate::regions::{Alone, Driven};
use crate::report::Report;
use crate::summary::{AloneResult, Findings, summarise};
use crate::{bytes, exports, programs, regions, roles};
use bundle::{Bundle, FpMode, Kind};
use compiler::CompileError;
use ir::region::Region;
use rayon::prelude::*;
use runtime::{Program, parse};
use wasmtime::{FuncType, Val};

/// The most pages of a harness's memory.
const MAX_PAGES: u64 = 512;
/// What is said of the regions of a bundle whose original isn't known.
const NO_ORIGINAL: &str = "a bundle doesn't carry its original";

/// Checks a plain module, which is compiled first, or a bundle, whose baseline is itself with every region off.
pub fn check(file: &[u8], options: &OracleOptions) -> Result<Report, OracleError> {
    Subject::with(file, options, |subject| subject.check(options))
}

/// Checks `bundle` against the module that it was made of.
pub fn check_bundle(module: &[u8], bundle: &Bundle, options: &OracleOptions) -> Result<Report, OracleError> {
    Subject { digest: bundle::digest(module), original: Some(module), bundle }.check(options)
}

/// What is checked.
pub(crate) struct Subject<'a> {
    /// BLAKE3 of the file.
    pub digest: String,
    /// The original module, if it is known.
    pub original: Option<&'a [u8]>,
    /// What was made of it.
    pub bundle: &'a Bundle,
}

impl Subject<'_> {
    /// Makes `file` what can be checked, and hands it to `then`.
    pub fn with<T>(
        file: &[u8],
        options: &OracleOptions,
        then: impl FnOnce(&Subject<'_>) -> Result<T, OracleError>,
    ) -> Result<T, OracleError> {
        let digest = bundle::digest(file);
        match bundle::classify(file)? {
            Kind::Plain => {
                let bundle = bundle::read(&compiler::compile(file, &options.compiler)?.bundle)?;
                then(&Subject { digest, original: Some(file), bundle: &bundle })
            }
            Kind::Bundle => then(&Subject { digest, original: None, bundle: &bundle::read(file)? }),
        }
    }

    fn check(&self, options: &OracleOptions) -> Result<Report, OracleError> {
        let devices = Devices::new(&options.devices)?;
        let engines = Engines::new()?;
        let alone = match &options.invoke {
            None => self.alone(&engines, &devices, options)?,
            Some(_) => Vec::new(),
        };
        let (whole, note) = self.whole(&engines, &devices, options)?;
        let findings = Findings { devices: devices.names(), alone, whole, notes: note.into_iter().collect() };
        Ok(summarise(self, options, findings)?)
    }

    /// Drives every region alone.
    fn alone(
        &self,
        engines: &Engines,
        devices: &Devices,
        options: &OracleOptions,
    ) -> Result<Vec<AloneResult>, OracleError> {
        let regions = &self.bundle.manifest.regions;
        let Some(bytes) = self.original else {
            return Ok(regions.iter().map(|_| AloneResult::unfit(NO_ORIGINAL)).collect());
        };
        let original = Original::read(bytes)?;
        let guests = compiler::wasm::read(bytes).map_err(CompileError::from)?;
        let memories = original.memories_as_one();
        let pages = original.memories.iter().map(|memory| memory.initial).max().unwrap_or(0);
        let pages = (pages + 4).min(MAX_PAGES);
        let one = |(region, kernel): (&Region, _)| -> Result<AloneResult, OracleError> {
            let harness = match harness::build(&original, &guests, self.bundle, region, &options.compiler) {
                Ok(harness) => harness,
                Err(error) => return Ok(AloneResult::unfit(&error.to_string())),
            };
            let alone = Alone { region, kernel, harness: &harness, memories: &memories, pages };
            let (driven, limits) = regions::drive(engines, &alone, &devices.candidates(), options.cases, options.seed)?;
            Ok(AloneResult { driven, limits, unfit: None })
        };
        regions.par_iter().zip(&self.bundle.kernels).map(one).collect()
    }

    /// Drives the module as a whole; there may be something to note about that.
    pub fn whole(
        &self,
        engines: &Engines,
        devices: &Devices,
        options: &OracleOptions,
    ) -> Result<(Driven, Option<String>), OracleError> {
        let candidates = devices.candidates();
        if options.invoke.is_none() && programs::is_command(&self.bundle.module) {
            return self.program(&candidates, options.seed);
        }
        let mut duel = self.duel(engines, &candidates)?;
        let lanes = self.lanes();
        let driven = match &options.invoke {
            Some(invocation) => {
                let (ty, args) = call(&duel, invocation)?;
                let call = (&invocation.export[..], &ty, args);
                exports::invoke(&mut duel, call, &lanes, options.cases, options.seed)?
            }
            None => {
                let original = self.original.map(Original::read).transpose()?;
                let guesses = original.map(|original| roles::guess(&original, self.bundle)).unwrap_or_default();
                exports::drive(&mut duel, &guesses, &lanes, options.cases, options.seed)?
            }
        };
        Ok((driven, None))
    }

    /// Runs the module as a command.
    pub fn program(&self, candidates: &[Candidate], seed: u64) -> Result<(Driven, Option<String>), OracleError> {
        let plain = match self.original {
            Some(bytes) => Program::Plain(bytes.to_vec()),
            None => Program::Bundle(Box::new(self.bundle.clone())),
        };
        Ok(programs::drive(&plain, self.bundle, candidates, seed)?)
    }

    /// The module and its bundle, ready to be called. What relaxed regions leave could go anywhere here, so they are off.
    pub fn duel<'e>(&self, engines: &'e Engines, candidates: &[Candidate]) -> Result<Duel<'e>, GuestError> {
        let plain = self.original.map_or(Plain::Bundle, Plain::Module);
        Duel::new(engines, plain, self.bundle, candidates, FpMode::Exact)
    }

    /// The harness of one region.
    pub fn harness(&self, id: u32, options: &OracleOptions) -> Result<Harness, OracleError> {
        let fail = |why: String| OracleError::Harness { region: id, why };
        let region = self.bundle.manifest.regions.get(id as usize).ok_or_else(|| fail("there is none".into()))?;
        let bytes = self.original.ok_or_else(|| fail(NO_ORIGINAL.into()))?;
        let guests = compiler::wasm::read(bytes).map_err(CompileError::from)?;
        harness::build(&Original::read(bytes)?, &guests, self.bundle, region, &options.compiler)
            .map_err(|error| fail(error.to_string()))
    }

    /// What the kernels read.
    fn lanes(&self) -> Vec<Lane> {
        let mut lanes: Vec<Lane> = Vec::new();
        for lane in self.bundle.kernels.iter().flat_map(|kernel| bytes::lanes(&kernel.func)) {
            if !lanes.contains(&lane) {
                lanes.push(lane);
            }
        }
        lanes
    }
}

/// Reads the arguments of a call by the types of its parameters.
fn call(duel: &Duel<'_>, invocation: &Invocation) -> Result<(FuncType, Vec<u64>), OracleError> {
    let Invocation { export, args } = invocation;
    let found = duel.functions().into_iter().find(|(name, _)| name == export);
    let (_, ty) = found.ok_or_else(|| OracleError::NoExport(export.clone()))?;
    if ty.params().len() != args.len() {
        let (wanted, found) = (ty.params().len(), args.len());
        return Err(OracleError::ArgumentCount { export: export.clone(), wanted, found });
    }
    let read = |(index, (text, ty)): (usize, (&String, _))| match parse(text, &ty) {
        Ok(value) => Ok(bits(&value)),
        Err(error) => Err(OracleError::Argument { export: export.clone(), index, error }),
    };
    let args = args.iter().zip(ty.params()).enumerate().map(read).collect::<Result<_, _>>()?;
    Ok((ty, args))
}

/// The raw bits of a number; of a vector the low half, which its argument then repeats.
fn bits(value: &Val) -> u64 {
    match *value {
        Val::I32(value) => value as u32 as u64,
        Val::I64(value) => value as u64,
        Val::F32(bits) => bits as u64,
        Val::F64(bits) => bits,
        Val::V128(value) => value.as_u128() as u64,
        _ => 0,
    }
}
