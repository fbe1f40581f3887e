//! Reading and writing files: every error names the file, and nothing is ever half-written.

use anyhow::{Context, Result};
use std::io::Write;
use std::path::Path;

/// Reads a file whole.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("can't read {}", path.display()))
}

/// Writes a file whole: to a temporary file beside it, then renamed.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let fail = || format!("can't write {}", path.display());
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(fail)?;
    file.write_all(bytes).with_context(fail)?;
    open_to_readers(file.as_file()).with_context(fail)?;
    file.persist(path).map_err(|e| e.error).with_context(fail)?;
    Ok(())
}

/// Temporary files are readable by their owner alone.
#[cfg(unix)]
fn open_to_readers(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn open_to_readers(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}

/// Text from a file as a terminal may show it: control characters are escaped.
pub fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| if c.is_control() && c != '\n' { c.escape_default().collect() } else { vec![c] })
        .collect()
}
