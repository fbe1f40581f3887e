//! The folder of `compile --emit`: every form of every kernel, what ptxas makes of it, and an index.
//!
//! The folder appears whole or not at all: it is made beside its place and then renamed. A folder that stands there already is
//! replaced if everything in it was written by this command, and refused otherwise.

use super::explain::function_name;
use crate::files;
use anyhow::{Context, Result, bail};
use compiler::{Compiled, LoopReport, Outcome};
use lowering::ptx::{Ptxas, PtxasError, Usage};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the index of such a folder says it is.
const FORMAT: &str = "tensorwasm-emit";
/// Longest run of ptxas for one kernel; it is usually done in tens of milliseconds.
const PTXAS_LIMIT: Duration = Duration::from_secs(60);

/// `index.json`.
#[derive(Serialize, Deserialize)]
struct Index {
    format: String,
    version: u32,
    /// The version of ptxas, or null where none runs.
    ptxas: Option<String>,
    /// Why the one that is at hand doesn't run.
    ptxas_error: Option<String>,
    regions: Vec<Row>,
}

/// A region.
#[derive(Serialize, Deserialize)]
struct Row {
    id: u32,
    #[serde(rename = "loop")]
    number: u32,
    function: String,
    function_index: u32,
    offset: u32,
    line: Option<String>,
    /// How often each parallel dimension runs.
    trips: Vec<String>,
    may_bail: bool,
    lowered: String,
    /// The pliron form's file, or null where there is none.
    pliron: Option<String>,
    targets: Vec<Image>,
}

/// A region's text for one target.
#[derive(Serialize, Deserialize)]
struct Image {
    target: String,
    /// The text's file, or null where there is none.
    ptx: Option<String>,
    /// Why there is none.
    error: Option<String>,
    /// Null where ptxas isn't at hand.
    ptxas: Option<Assembled>,
}

/// What ptxas makes of a text.
#[derive(Serialize, Deserialize)]
struct Assembled {
    /// The file with its own words.
    report: String,
    /// Why there are no figures.
    error: Option<String>,
    registers: Option<u32>,
    stack_bytes: Option<u32>,
    spill_store_bytes: Option<u32>,
    spill_load_bytes: Option<u32>,
    constant_bytes: Option<u32>,
    shared_bytes: Option<u32>,
}

/// Writes the folder.
pub fn write(folder: &Path, compiled: &Compiled) -> Result<()> {
    let fail = || format!("can't write {}", folder.display());
    // A link stays, and what it leads to is replaced.
    let place = if folder.exists() { folder.canonicalize().with_context(fail)? } else { folder.to_path_buf() };
    refuse_strangers(folder, &place)?;
    let parent = place.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).with_context(fail)?;
    let scratch = tempfile::Builder::new().prefix(".tensorwasm-emit-").tempdir_in(parent).with_context(fail)?;
    let new = scratch.path().join("new");
    fs::create_dir(&new).with_context(fail)?;
    fill(&new, scratch.path(), compiled).with_context(fail)?;
    let old = scratch.path().join("old");
    if place.exists() {
        fs::rename(&place, &old).with_context(fail)?;
    }
    if let Err(error) = fs::rename(&new, &place) {
        // The old folder goes back; if that fails too, the first error says more.
        let _ = fs::rename(&old, &place);
        return Err(error).with_context(fail);
    }
    Ok(())
}

/// Refuses a place where something stands that this command didn't write.
fn refuse_strangers(folder: &Path, place: &Path) -> Result<()> {
    let shown = folder.display();
    if !place.exists() {
        return Ok(());
    }
    if !place.is_dir() {
        bail!("{shown} is no folder");
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(place).with_context(|| format!("can't read {shown}"))? {
        let entry = entry.with_context(|| format!("can't read {shown}"))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        names.push((name, is_file));
    }
    names.sort();
    let ours = |name: &str| matches!(name, "index.json" | "index.txt") || name.starts_with("region-");
    if let Some((name, _)) = names.iter().find(|(name, is_file)| !is_file || !ours(name)) {
        bail!("{shown} holds `{}`, which --emit didn't write; name another folder", files::printable(name));
    }
    let index = fs::read(place.join("index.json")).ok();
    let index = index.and_then(|bytes| serde_json::from_slice::<Index>(&bytes).ok());
    if !names.is_empty() && index.is_none_or(|index| index.format != FORMAT) {
        bail!("{shown} isn't empty and has no index.json of --emit; name another folder");
    }
    Ok(())
}

/// Writes all files into an empty folder; `scratch` holds what isn't kept.
fn fill(folder: &Path, scratch: &Path, compiled: &Compiled) -> Result<()> {
    let ptxas = Ptxas::find();
    let version = ptxas.as_ref().map(|ptxas| ptxas.version(&scratch.join("version"), PTXAS_LIMIT));
    let (version, ptxas_error) = match version.transpose() {
        Ok(version) => (version, None),
        Err(error) => (None, Some(error.to_string())),
    };
    let offloaded = compiled.loops.iter().filter(|l| matches!(l.outcome, Outcome::Offloaded { .. }));
    let mut regions = Vec::new();
    for report in offloaded {
        let Outcome::Offloaded { region } = report.outcome else { continue };
        regions.push(row(folder, compiled, report, region)?);
    }
    if let Some(ptxas) = &ptxas {
        let images = regions.par_iter_mut().flat_map(|row| {
            let id = row.id;
            row.targets.par_iter_mut().map(move |image| (id, image))
        });
        images.for_each(|(id, image)| {
            let stem = format!("region-{id}.{}", image.target);
            image.ptxas = image.ptx.as_ref().map(|ptx| {
                let report = format!("{stem}.ptxas.txt");
                let cubin = scratch.join(format!("{stem}.cubin"));
                let (ptx, log) = (folder.join(ptx), folder.join(&report));
                assembled(report, ptxas.assemble(&image.target, &ptx, &cubin, &log, PTXAS_LIMIT))
            });
        });
    }
    let index = Index { format: FORMAT.into(), version: 1, ptxas: version, ptxas_error, regions };
    write_file(folder, "index.txt", &text(&index))?;
    write_file(folder, "index.json", &(serde_json::to_string_pretty(&index)? + "\n"))
}

/// Writes the texts of one region.
fn row(folder: &Path, compiled: &Compiled, report: &LoopReport, id: u32) -> Result<Row> {
    let (region, kernel) = (&compiled.regions[id as usize], &compiled.kernels[id as usize]);
    let lowered = format!("region-{id}.lowered.txt");
    write_file(folder, &lowered, &format!("{region}{}", kernel.func))?;
    let pliron = match compiler::pliron_text(region, kernel) {
        Ok(text) => {
            let name = format!("region-{id}.pliron.txt");
            write_file(folder, &name, &text)?;
            Some(name)
        }
        // What keeps a kernel from this form keeps it from PTX, where the reason is told.
        Err(_) => None,
    };
    let mut targets = Vec::new();
    for image in compiled.ptx.iter().filter(|image| image.region == id) {
        let name = format!("region-{id}.{}.ptx", image.target);
        write_file(folder, &name, &image.text)?;
        targets.push(Image { target: image.target.clone(), ptx: Some(name), error: None, ptxas: None });
    }
    for failure in compiled.ptx_failures.iter().filter(|failure| failure.region == id) {
        let error = Some(failure.error.to_string());
        targets.push(Image { target: failure.target.clone(), ptx: None, error, ptxas: None });
    }
    Ok(Row {
        id,
        number: report.number,
        function: function_name(report),
        function_index: report.function,
        offset: report.offset,
        line: report.line.clone(),
        trips: region.trips.iter().map(|&trip| region.show_int(trip)).collect(),
        may_bail: region.can_bail,
        lowered,
        pliron,
        targets,
    })
}

fn assembled(report: String, result: Result<Usage, PtxasError>) -> Assembled {
    let (usage, error) = match result {
        Ok(usage) => (Some(usage), None),
        Err(error) => (None, Some(error.to_string())),
    };
    Assembled {
        report,
        error,
        registers: usage.map(|u| u.registers),
        stack_bytes: usage.map(|u| u.stack),
        spill_store_bytes: usage.map(|u| u.spill_stores),
        spill_load_bytes: usage.map(|u| u.spill_loads),
        constant_bytes: usage.and_then(|u| u.constant),
        shared_bytes: usage.map(|u| u.shared),
    }
}

/// The index for people.
fn text(index: &Index) -> String {
    let mut text = match (&index.ptxas, &index.ptxas_error) {
        (Some(version), _) => format!("ptxas: {version}\n"),
        (None, Some(error)) => format!("ptxas: {error}\n"),
        (None, None) => {
            "ptxas isn't at hand: name it by the environment variable PTXAS, or put it on the path\n".into()
        }
    };
    for row in &index.regions {
        let line = row.line.as_ref().map(|line| format!(", {line}")).unwrap_or_default();
        let bail = if row.may_bail { ", may bail" } else { "" };
        // Writing to a string can't fail.
        let _ = writeln!(text, "region {} (loop {}): {} at {:#x}{line}", row.id, row.number, row.function, row.offset);
        let _ = writeln!(text, "  trips: {}{bail}", row.trips.join(" x "));
        for image in &row.targets {
            let _ = writeln!(text, "  {}: {}", image.target, image_text(image));
        }
    }
    files::printable(&text)
}

fn image_text(image: &Image) -> String {
    let figures = |a: &Assembled| {
        let figure = |figure: Option<u32>| figure.unwrap_or(0);
        let constant = a.constant_bytes.map(|bytes| format!(", {bytes} of constant memory")).unwrap_or_default();
        format!(
            "{} registers, {} bytes of stack, {} of spill stores, {} of spill loads{constant}",
            figure(a.registers),
            figure(a.stack_bytes),
            figure(a.spill_store_bytes),
            figure(a.spill_load_bytes)
        )
    };
    match image {
        Image { error: Some(error), .. } => format!("no PTX: {error}"),
        Image { ptxas: Some(Assembled { error: Some(error), .. }), .. } => error.clone(),
        Image { ptxas: Some(assembled), .. } => figures(assembled),
        Image { .. } => "not assembled".into(),
    }
}

fn write_file(folder: &Path, name: &str, text: &str) -> Result<()> {
    let path: PathBuf = folder.join(name);
    fs::write(&path, text).with_context(|| format!("can't write {}", path.display()))
}
