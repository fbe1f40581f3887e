//! `keygen`, `sign` and `verify`.

use crate::{Finding, files};
use anyhow::{Context, Result};
use bundle::{SecretKey, Signature};
use std::path::{Path, PathBuf};

/// Make a key pair: FILE is secret, FILE.pub is what operators trust.
#[derive(clap::Args)]
pub struct KeygenArgs {
    /// Where to write the secret key; the public key goes beside it.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Sign a bundle.
#[derive(clap::Args)]
pub struct SignArgs {
    /// The bundle.
    input: PathBuf,
    /// The secret key.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Where to write the signed bundle; over the input by default.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
}

/// Check that a bundle is intact and signed by a trusted key.
#[derive(clap::Args)]
pub struct VerifyArgs {
    /// The bundle.
    input: PathBuf,
    /// The public keys to trust.
    #[arg(long, value_name = "FILE", required = true)]
    trust: Vec<PathBuf>,
}

/// Makes a key pair.
pub fn keygen(args: &KeygenArgs) -> Result<Finding> {
    let pair = bundle::keygen();
    let public = public_path(&args.out);
    files::write_secret(&args.out, pair.secret.to_pem().as_bytes())?;
    files::write(&public, pair.public.to_pem().as_bytes())?;
    println!("wrote {} (secret) and {} (public, id {})", args.out.display(), public.display(), pair.public.id());
    Ok(Finding::Clean)
}

fn public_path(secret: &Path) -> PathBuf {
    let mut name = secret.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}

/// Signs a bundle.
pub fn sign(args: &SignArgs) -> Result<Finding> {
    let bytes = files::read(&args.input)?;
    let name = || args.input.display().to_string();
    bundle::read(&bytes).with_context(name)?;
    let secret = SecretKey::from_bytes(&files::read(&args.key)?)
        .with_context(|| format!("{} isn't a secret key", args.key.display()))?;
    let output = args.output.as_ref().unwrap_or(&args.input);
    files::write(output, &bundle::sign(&bytes, &secret).with_context(name)?)?;
    println!("signed {}", output.display());
    Ok(Finding::Clean)
}

/// Verifies a bundle.
pub fn verify(args: &VerifyArgs) -> Result<Finding> {
    let bytes = files::read(&args.input)?;
    let keys = super::trusted_keys(&args.trust)?;
    let (signature, bundle) = bundle::open(&bytes, &keys).with_context(|| args.input.display().to_string())?;
    let text = super::inspect::signature_text(&signature);
    match signature {
        Signature::Trusted { .. } => {
            println!("{}: signed {text}, {} regions", args.input.display(), bundle.manifest.regions.len());
            Ok(Finding::Clean)
        }
        Signature::Missing | Signature::UnknownKey => {
            eprintln!("{}: refused, signature: {text}", args.input.display());
            Ok(Finding::Found)
        }
    }
}
