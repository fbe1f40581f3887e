//! `inspect`: what a bundle says about itself.

use super::trust::TrustArgs;
use crate::output::{say, show};
use crate::{Finding, files};
use anyhow::{Context, Result};
use bundle::{Bundle, SectionInfo, Signatures, Signer, Standing};
use ir::lowered::Op;
use ir::region::Kernel;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Show what a bundle holds: who signed what, what it was made from and how, its regions and their guards.
#[derive(clap::Args)]
pub struct Args {
    /// The bundle.
    input: PathBuf,
    #[command(flatten)]
    trust: TrustArgs,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// The sections that make a module a bundle, which stand last.
const OURS: usize = 3;

/// Runs the command.
pub fn run(args: &Args) -> Result<Finding> {
    let bytes = files::read(&args.input)?;
    let (trust, detached) = (args.trust.keys()?, args.trust.detached()?);
    let name = || args.input.display().to_string();
    let (signatures, bundle) = bundle::open(&bytes, &detached, &trust).with_context(name)?;
    let sections = bundle::layout(&bytes)?;
    match args.json {
        true => say!("{}", as_json(&bytes, &signatures, &bundle, &sections)?)?,
        false => show(format_args!("{}", files::printable(&as_text(&bytes, &signatures, &bundle, &sections))))?,
    }
    Ok(Finding::Clean)
}

fn as_text(bytes: &[u8], signatures: &Signatures, bundle: &Bundle, sections: &[SectionInfo]) -> String {
    let mut text = String::new();
    let mut line = |content: String| text.extend([content.as_str(), "\n"]);
    match signatures.0.as_slice() {
        [] => line("signature: none".into()),
        signers => signers.iter().for_each(|signer| line(format!("signature: by {signer}"))),
    }
    let covered: Vec<&SectionInfo> = sections.iter().filter(|s| s.signed).collect();
    let (module, ours) = covered.split_at(covered.len().saturating_sub(OURS));
    let ours: Vec<&str> = ours.iter().map(|s| s.name.as_str()).collect();
    let from = covered.first().map_or(bytes.len(), |s| s.offset);
    let covers = if signatures.0.is_empty() { "a signature would cover" } else { "a signature covers" };
    line(format!("{covers} bytes {from:#x} to the end: {} sections of the module, {}", module.len(), ours.join(", ")));
    let manifest = &bundle.manifest;
    line(format!("manifest version {}, written by {}", manifest.version, manifest.compiler));
    line(format!("source module: blake3 {}", manifest.source));
    line(format!("rewritten module: blake3 {}", manifest.module));
    line(format!("kernels: blake3 {}", manifest.kernels));
    line(format!("ptx: blake3 {}", manifest.ptx));
    line(format!("options: fp {}", manifest.options.fp));
    line(format!("targets: {}", manifest.options.targets.join(", ")));
    for region in &manifest.regions {
        text.push_str(&region.to_string());
    }
    for (region, kernel) in manifest.regions.iter().zip(&bundle.kernels) {
        if let Some(operators) = relaxed(kernel) {
            let operators = operators.into_iter().collect::<Vec<_>>().join(", ");
            text.push_str(&format!("note: region {} holds relaxed SIMD: {operators}\n", region.id));
        }
    }
    for region in &manifest.regions {
        for target in &manifest.options.targets {
            if !bundle.ptx.iter().any(|image| image.region == region.id && image.target == *target) {
                text.push_str(&format!("note: region {} has no PTX for {target}\n", region.id));
            }
        }
    }
    text.push_str(&format!("{} regions, {} PTX images\n", manifest.regions.len(), bundle.ptx.len()));
    text
}

/// The relaxed operators of a kernel, by which it supposes something of the engine; none if there are none.
fn relaxed(kernel: &Kernel) -> Option<BTreeSet<String>> {
    let name = |op: &Op| op.to_string().split(' ').next().unwrap_or_default().to_string();
    let names: BTreeSet<String> = kernel.func.relaxed().map(|(_, op)| name(op)).collect();
    (!names.is_empty()).then_some(names)
}

fn as_json(bytes: &[u8], signatures: &Signatures, bundle: &Bundle, sections: &[SectionInfo]) -> Result<Value> {
    let section = |s: &SectionInfo| {
        let digest = bundle::digest(&bytes[s.offset..s.offset + s.bytes]);
        json!({ "name": s.name, "offset": s.offset, "bytes": s.bytes, "signed": s.signed, "blake3": digest })
    };
    Ok(json!({
        "signature": signatures.to_string(),
        "signatures": signatures.0.iter().map(|s| signer_json(s, sections)).collect::<Vec<_>>(),
        "sections": sections.iter().map(section).collect::<Vec<_>>(),
        "manifest": serde_json::to_value(&bundle.manifest)?,
        "relaxed": bundle.kernels.iter().enumerate().filter_map(|(id, kernel)| Some((id.to_string(), relaxed(kernel)?)))
            .collect::<BTreeMap<_, _>>(),
    }))
}

fn signer_json(signer: &Signer, sections: &[SectionInfo]) -> Value {
    let standing = match signer.standing {
        Standing::Trusted(_) => "trusted",
        Standing::Revoked(_) => "revoked",
        Standing::Unknown => "unknown",
    };
    let covers = sections.iter().filter(|s| s.signed);
    let (offset, bytes) = (covers.clone().map(|s| s.offset).next(), covers.map(|s| s.bytes).sum::<usize>());
    json!({
        "key_id": signer.key_id,
        "key": signer.standing.name(),
        "standing": standing,
        "detached": signer.detached,
        "covers": { "offset": offset, "bytes": bytes },
    })
}
