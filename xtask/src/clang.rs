//! Builds single modules by clang, for suites that the index of the corpus doesn't list.
//!
//! Input: a source file. Output: a module at its place. The commands are those that `corpus/corpus.json` has for modules by
//! clang; the compiler is the one on PATH, or that which CLANG names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::index::Index;

/// How modules of one kind are built.
pub struct Clang {
    root: PathBuf,
    tool: String,
    flags: String,
    commands: Vec<String>,
}

impl Clang {
    /// The commands of a kind, `kernel` or `program`, with these flags.
    pub fn new(root: &Path, kind: &str, flags: &str) -> Result<Clang> {
        let text = fs::read_to_string(root.join("corpus/corpus.json")).context("corpus/corpus.json")?;
        let commands = Index::commands(&text, "clang", kind)?;
        let tool = std::env::var("CLANG").unwrap_or_else(|_| "clang".into());
        Ok(Clang { root: root.to_owned(), tool, flags: flags.to_owned(), commands })
    }

    /// Builds `source`, a path in the repository, into `place`; `work` is an existing folder for what lies between.
    pub fn build(&self, source: &str, place: &Path, work: &Path) -> Result<()> {
        let stem = Path::new(source).file_stem().context("a source has a name")?;
        let object = work.join(stem).with_extension("o");
        // A linker writes its output's name into the module, so this must be the module's own.
        let output = work.join("linked").join(stem).with_extension("wasm");
        fs::create_dir_all(work.join("linked"))?;
        for command in &self.commands {
            let words = self.expand(command, source, &object, &output);
            let status = Command::new(&words[0]).args(&words[1..]).current_dir(&self.root).status();
            ensure!(
                status.with_context(|| format!("{} does not run", self.tool))?.success(),
                "{source} can't be built"
            );
        }
        // Written anew: a linker's output is executable, a committed module isn't.
        let folder = place.parent().context("a module lies in a folder")?;
        fs::create_dir_all(folder)?;
        fs::write(place, fs::read(&output)?).with_context(|| place.display().to_string())
    }

    fn expand(&self, template: &str, source: &str, object: &Path, wasm: &Path) -> Vec<String> {
        let mut words = Vec::new();
        for word in template.split_whitespace() {
            match word {
                "{tool}" => words.push(self.tool.clone()),
                "{flags}" => words.extend(self.flags.split_whitespace().map(str::to_owned)),
                "{source}" => words.push(source.to_owned()),
                "{object}" => words.push(object.display().to_string()),
                "{wasm}" => words.push(wasm.display().to_string()),
                other => words.push(other.to_owned()),
            }
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_in() {
        let (tool, flags) = ("cc".to_owned(), "-a -b".to_owned());
        let clang = Clang { root: PathBuf::new(), tool, flags, commands: Vec::new() };
        let words =
            clang.expand("{tool} -O2 {flags} -c {source} -o {object}", "x/y.c", Path::new("y.o"), Path::new("w"));
        assert_eq!(words, ["cc", "-O2", "-a", "-b", "-c", "x/y.c", "-o", "y.o"]);
    }
}
