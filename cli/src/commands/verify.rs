//! `verify`: who signed a bundle, and whether its source compiles to the same bytes.

use super::trust::{Require, TrustArgs};
use crate::output::{note, say};
use crate::{Finding, files};
use anyhow::{Context, Result, bail};
use bundle::{Bundle, Demand};
use std::path::{Path, PathBuf};

/// Check that a bundle is intact and who signed it, or that its source compiles to the same bytes.
///
/// Exits with 1 if too few trusted keys have signed, or if the rebuilt bundle differs. An invalid signature is an error.
#[derive(clap::Args)]
pub struct Args {
    /// The bundle.
    input: PathBuf,
    #[command(flatten)]
    trust: TrustArgs,
    /// How many different trusted keys must have signed, or `all` of them; 1 by default, and none with --rebuild alone.
    #[arg(long, value_name = "N|all", num_args = 0..=1, require_equals = true, default_missing_value = "1")]
    require: Option<Require>,
    /// Compile this module again with the options in the manifest and compare byte for byte, signatures aside.
    #[arg(long, value_name = "IN.wasm")]
    rebuild: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Finding> {
    let bytes = files::read(&args.input)?;
    let name = args.input.display().to_string();
    let trust = args.trust.keys()?;
    let (signatures, bundle) = bundle::open(&bytes, &args.trust.detached()?, &trust).with_context(|| name.clone())?;
    let demand = match args.require {
        Some(Require(demand)) => Some(demand),
        None if args.rebuild.is_some() && !args.trust.are_named() => None,
        None => Some(Demand::AtLeast(1)),
    };
    let text = files::printable(&signatures.to_string());
    let mut finding = Finding::Clean;
    match demand {
        Some(demand) if !signatures.meet(demand, &trust) => {
            let hint = match trust.trusted() {
                [] => ", and no key is trusted: name one by --trust, or trust it by `keys trust FILE`",
                _ => "",
            };
            note!("{name}: refused, signature: {text}; {demand} must have signed{hint}");
            finding = Finding::Found;
        }
        _ => {
            let relaxed = bundle.manifest.regions.iter().filter(|region| region.is_relaxed()).count();
            let relaxed = if relaxed > 0 { format!(", {relaxed} of them with relaxed sums") } else { String::new() };
            say!("{name}: signature: {text}; {} regions{relaxed}", bundle.manifest.regions.len())?;
        }
    }
    if let Some(source) = &args.rebuild {
        let differences = rebuild(&bytes, &bundle, source).with_context(|| name.clone())?;
        for difference in &differences {
            note!("{name}: not what {} compiles to: {}", source.display(), files::printable(&difference.to_string()));
            finding = Finding::Found;
        }
        if differences.is_empty() {
            say!("{name}: rebuilt, the same bytes")?;
        }
    }
    Ok(finding)
}

/// Compiles the source again and says where the result differs.
fn rebuild(bytes: &[u8], bundle: &Bundle, source: &Path) -> Result<Vec<bundle::Difference>> {
    let manifest = &bundle.manifest;
    let name = || source.display().to_string();
    if manifest.compiler != bundle::COMPILER {
        bail!("written by `{}`, but this is `{}`: rebuild with that version", manifest.compiler, bundle::COMPILER);
    }
    let module = files::read(source)?;
    let digest = bundle::digest(&module);
    if manifest.source != digest {
        bail!("{} has digest {digest}, but the bundle was made from {}", name(), manifest.source);
    }
    let options = compiler::Options::of_manifest(&manifest.options);
    let compiled = compiler::compile(&module, &options).with_context(name)?;
    Ok(bundle::differences(bytes, &compiled.bundle)?)
}
