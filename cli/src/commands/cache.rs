//! `cache`: what is kept on disk, and how to be rid of it.

use crate::output::say;
use crate::{Finding, cached};
use anyhow::{Context, Result};
use clap::Subcommand;
use runtime::cache::{Contents, clear, contents};
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
    let dir = cached::place(args.cache_dir.clone())?;
    let path = dir.display();
    match args.action {
        Action::Info { json } => {
            let Contents { entries, bytes } = contents(&dir).context("can't open the cache")?;
            let limit = cached::limit()?;
            if json {
                let path = path.to_string();
                say!("{}", json!({ "directory": path, "entries": entries, "bytes": bytes, "limit": limit }))?;
            } else {
                say!("{path}\n{entries} entries, {bytes} bytes of at most {limit}")?;
            }
        }
        Action::Clear => {
            let Contents { entries, bytes } = clear(&dir).context("can't clear the cache")?;
            say!("removed {entries} entries, {bytes} bytes, from {path}")?;
        }
    }
    Ok(Finding::Clean)
}
