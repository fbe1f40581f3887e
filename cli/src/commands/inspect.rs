//! `inspect`: what a bundle says about itself.

use crate::{Finding, files};
use anyhow::{Context, Result};
use bundle::Signature;
use serde_json::json;
use std::path::PathBuf;

/// Show what a bundle holds: who signed it, what it was made from, its regions and their guards.
#[derive(clap::Args)]
pub struct Args {
    /// The bundle.
    input: PathBuf,
    /// Public keys to check the signature against.
    #[arg(long, value_name = "FILE")]
    trust: Vec<PathBuf>,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Finding> {
    let bytes = files::read(&args.input)?;
    let keys = super::trusted_keys(&args.trust)?;
    let (signature, bundle) = bundle::open(&bytes, &keys).with_context(|| args.input.display().to_string())?;
    if args.json {
        let manifest = serde_json::to_value(&bundle.manifest)?;
        println!("{}", json!({ "signature": signature_text(&signature), "manifest": manifest }));
        return Ok(Finding::Clean);
    }
    let manifest = &bundle.manifest;
    println!("signature: {}", signature_text(&signature));
    println!("manifest version {}, written by {}", manifest.version, files::printable(&manifest.compiler));
    println!("source module: blake3 {}", manifest.source);
    println!("targets: {}", files::printable(&manifest.options.targets.join(", ")));
    for region in &manifest.regions {
        print!("{}", files::printable(&region.to_string()));
    }
    for region in &manifest.regions {
        for target in &manifest.options.targets {
            if !bundle.ptx.iter().any(|image| image.region == region.id && image.target == *target) {
                println!("note: region {} has no PTX for {}", region.id, files::printable(target));
            }
        }
    }
    println!("{} regions, {} PTX images", manifest.regions.len(), bundle.ptx.len());
    Ok(Finding::Clean)
}

/// A signature in words.
pub fn signature_text(signature: &Signature) -> String {
    match signature {
        Signature::Missing => "none".into(),
        Signature::UnknownKey => "by a key that isn't trusted".into(),
        Signature::Trusted { key_id } => format!("by trusted key {key_id}"),
    }
}
