//! `compile`: module in, bundle out.

use super::Format;
use super::timings::Timings;
use crate::output::say;
use crate::{Finding, files};
use anyhow::{Context, Result, bail};
use compiler::{Compiled, LoopReport, Options, Outcome, PtxFailure, Stage};
use ir::region::Region;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// Compile a module into a bundle.
///
/// The bundle is a valid .wasm file: the original program with its parallel loops also as kernels. Compiling twice gives the
/// same bytes.
#[derive(clap::Args)]
pub struct Args {
    /// The module to compile.
    input: PathBuf,
    /// Where to write the bundle; IN.bundle.wasm by default.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Sign the bundle with this secret key: a name in the key folder, or else a file (see `keygen`).
    #[arg(long, value_name = "NAME|FILE")]
    key: Option<String>,
    /// GPU generations to write PTX for.
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "sm_80")]
    target: Vec<String>,
    #[command(flatten)]
    fp: super::FpArgs,
    /// Also write each kernel's forms to this folder (LoweredOp, pliron, PTX), with what ptxas makes of them where it is at hand
    /// (the environment variable PTXAS, then the path), and an index. A folder that --emit wrote before is replaced.
    #[arg(long, value_name = "DIR")]
    emit: Option<PathBuf>,
    /// What to print about the loops.
    #[arg(long, value_enum, default_value_t)]
    report: Format,
    /// Print to standard error how long each stage took and the peak memory by then.
    #[arg(long)]
    timings: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Finding> {
    let mut timings = Timings::start(args.timings);
    let bytes = files::read(&args.input)?;
    timings.ended("read");
    let name = || args.input.display().to_string();
    let options = Options { targets: args.target.clone(), fp: args.fp.mode() };
    let compiled = compile(&bytes, &options, |stage| timings.ended(name_of(stage))).with_context(name)?;
    let mut bundle = Cow::Borrowed(&compiled.bundle);
    if let Some(key) = &args.key {
        bundle = Cow::Owned(bundle::sign(&bundle, &super::trust::secret_key(key)?)?);
        timings.ended("sign");
    }
    let output = args.output.clone().unwrap_or_else(|| args.input.with_extension("bundle.wasm"));
    if output == args.input {
        bail!("the output would overwrite {}", args.input.display());
    }
    if let Some(folder) = &args.emit {
        if output.parent() == Some(folder) {
            bail!("the bundle can't go into {}, which --emit replaces as a whole", folder.display());
        }
        super::emit::write(folder, &compiled)?;
        timings.ended("forms");
    }
    files::write(&output, &bundle)?;
    timings.ended("write");
    timings.total();
    match args.report {
        Format::Json => say!("{}", report(&compiled))?,
        Format::Text => print(&compiled, &output)?,
    }
    Ok(Finding::Clean)
}

/// Compiles a module that isn't one of ours already.
pub fn compile(bytes: &[u8], options: &Options, ended: impl FnMut(Stage)) -> Result<Compiled> {
    if bundle::classify(bytes)? == bundle::Kind::Bundle {
        bail!("this is a bundle already");
    }
    Ok(compiler::compile_observed(bytes, options, ended)?)
}

fn name_of(stage: Stage) -> &'static str {
    match stage {
        Stage::Analyse => "analyse",
        Stage::Rewrite => "rewrite",
        Stage::Emit => "emit",
        Stage::Pack => "pack",
    }
}

fn report(compiled: &Compiled) -> Value {
    let loops = |offloaded: bool| {
        let wanted = move |l: &&LoopReport| matches!(l.outcome, Outcome::Offloaded { .. }) == offloaded;
        compiled.loops.iter().filter(wanted).map(super::explain::loop_json).collect::<Vec<_>>()
    };
    json!({
        "regions": loops(true),
        "declined": loops(false),
        "bundle_bytes": compiled.bundle.len(),
        "dropped_sections": compiled.dropped_sections,
        "ptx_failures": compiled.ptx_failures.iter().map(failure).collect::<Vec<_>>(),
    })
}

fn failure(failure: &PtxFailure) -> Value {
    json!({ "id": failure.region, "target": failure.target, "error": failure.error.to_string() })
}

fn print(compiled: &Compiled, output: &Path) -> Result<()> {
    for report in compiled.loops.iter().filter(|l| matches!(l.outcome, Outcome::Offloaded { .. })) {
        say!("{}", super::explain::loop_text(report))?;
    }
    let total = compiled.loops.len();
    say!("{} of {total} loops are regions; `explain` says why the others aren't", compiled.regions.len())?;
    if compiled.regions.iter().any(Region::is_relaxed) {
        say!("note: the sums of some regions may differ from the module's; they run only under `run --fp relaxed`")?;
    }
    for failure in &compiled.ptx_failures {
        say!("note: region {} has no PTX for {}: {}", failure.region, failure.target, failure.error)?;
    }
    for section in &compiled.dropped_sections {
        say!("note: custom section `{}` can't follow moved code and was dropped", files::printable(section))?;
    }
    say!("wrote {}", output.display())
}
