//! `cache`: what is kept on disk, and how to be rid of it.

use crate::{Finding, cached};
use anyhow::{Context, Result};
use clap::Subcommand;
use runtime::cache::Contents;
use serde_json::json;
use std::path::PathBuf;

/// Show or clear the cache of compiled modules.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
    /// The cache's directory; $TENSORWASM_CACHE or ~/.cache/tensorwasm by default.
    #[arg(long, value_name = "DIR", global = true)]
    cache_dir: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Action {
    /// Where it is and how much is in it.
    Info {
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Remove every entry and the secret that authenticates them.
    Clear,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Finding> {
    let cache = cached::open(args.cache_dir.clone())?;
    let name = || cache.path().display().to_string();
    match args.action {
        Action::Info { json } => {
            let Contents { entries, bytes } = cache.contents().with_context(name)?;
            let (path, limit) = (name(), cache.limit());
            if json {
                println!("{}", json!({ "directory": path, "entries": entries, "bytes": bytes, "limit": limit }));
            } else {
                println!("{path}\n{entries} entries, {bytes} bytes of at most {limit}");
            }
        }
        Action::Clear => {
            let Contents { entries, bytes } = cache.clear().with_context(name)?;
            println!("removed {entries} entries, {bytes} bytes, from {}", name());
        }
    }
    Ok(Finding::Clean)
}
