//! Each rule of `tidy.rs` on a made-up tree that breaks it, with everything that must be said.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// A tree under the system's temporary folder that goes away with the value.
struct Tree(PathBuf);

impl Tree {
    fn new(files: &[(&str, &str)]) -> Tree {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("tensorwasm-tidy-{}-{number}", std::process::id()));
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Tree(root)
    }

    fn findings(&self) -> Vec<String> {
        inspect(&self.0).unwrap().1.iter().map(Finding::to_string).collect()
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

const CLEAN: &str = "//! A crate.\n\n#![forbid(unsafe_code)]\n";

#[test]
fn a_clean_tree_has_no_findings() {
    let tree = Tree::new(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"ir\", \"lowering\"]\n"),
        ("ir/Cargo.toml", "[package]\nname = \"tensorwasm-ir\"\n[dependencies]\nserde = \"1\"\n"),
        ("ir/src/lib.rs", CLEAN),
        ("lowering/Cargo.toml", "[package]\nname = \"tensorwasm-lowering\"\n[dependencies]\nir.workspace = true\n"),
        ("lowering/src/lib.rs", "//! May be unsafe. todo! in a comment is prose.\nconst TEXT: &str = \"todo!()\";\n"),
        ("README.md", "See [the docs](docs/a.md#top), `ir/src/lib.rs:3` and <https://example.org>.\n"),
        ("docs/a.md", "[back](../README.md) `x/y` `lowering/src`\n\n```\n`ir/not/checked`\n```\n"),
        ("target/ir/src/lib.rs", "todo!()\n"),
        ("node_modules/x/a.rs", "todo!()\n"),
    ]);
    assert_eq!(tree.findings(), Vec::<String>::new());
}

#[test]
fn forbidden_edges_are_found_however_they_are_written() {
    let tree = Tree::new(&[
        (
            "ir/Cargo.toml",
            "[package]\nname = \"tensorwasm-ir\"\n\n[dependencies]\nbundle.workspace = true\n\
             low = { package = \"tensorwasm-lowering\", path = \"../lowering\" }\n\
             [target.'cfg(unix)'.dependencies]\ntensorwasm-runtime = \"0.1\"\n\
             [build-dependencies.machine]\nversion = \"1\"\npackage = \"tensorwasm-ptx-machine\"\n\
             [dev-dependencies]\noracle.workspace = true\n",
        ),
        ("new/Cargo.toml", "[package]\nname = \"tensorwasm-new\"\n"),
    ]);
    assert_eq!(
        tree.findings(),
        [
            "ir/Cargo.toml:5: ir must not depend on bundle",
            "ir/Cargo.toml:6: ir must not depend on lowering",
            "ir/Cargo.toml:8: ir must not depend on runtime",
            "ir/Cargo.toml:9: ir must not depend on ptx-machine",
            "new/Cargo.toml: new is not in the table of crate edges",
        ]
    );
}

#[test]
fn a_crate_without_the_attribute_is_found_unless_listed() {
    let tree = Tree::new(&[
        ("bundle/Cargo.toml", "[package]\nname = \"tensorwasm-bundle\"\n"),
        ("bundle/src/lib.rs", "//! #![forbid(unsafe_code)] in a comment doesn't count.\n"),
        ("cli/Cargo.toml", "[package]\nname = \"tensorwasm-cli\"\n"),
        ("cli/src/main.rs", "fn main() {}\n"),
        ("runtime/Cargo.toml", "[package]\nname = \"tensorwasm-runtime\"\n"),
        ("runtime/src/lib.rs", "//! Drives devices.\n"),
    ]);
    assert_eq!(
        tree.findings(),
        [
            "bundle/Cargo.toml: bundle lacks #![forbid(unsafe_code)] in its top file",
            "cli/Cargo.toml: cli lacks #![forbid(unsafe_code)] in its top file",
        ]
    );
}

#[test]
fn long_files_and_leftovers_are_found() {
    let long = "\n".repeat(LONGEST_FILE + 1);
    let undone = "fn f() {\n    todo!()\n}\n#[test]\n#[ignore = \"slow\"]\nfn g() {\n    unimplemented!(\"x\")\n}\nmy_todo!();\n";
    let tree = Tree::new(&[("a/long.rs", &long), ("a/undone.rs", undone)]);
    assert_eq!(
        tree.findings(),
        [
            "a/long.rs: 801 lines, 800 at most",
            "a/undone.rs:2: todo! stands here",
            "a/undone.rs:5: an ignored test",
            "a/undone.rs:7: unimplemented! stands here",
        ]
    );
}

#[test]
fn dead_paths_in_documents_are_found() {
    let tree = Tree::new(&[
        ("README.md", "[gone](docs/gone.md) and [out](../x) and `docs/no.md:7`\n"),
        ("docs/a.md", "[self](a.md)\n[ref]: b.md\n[up](../README.md \"title\"), `docs/<name>.md`, `a.md`, `[x](y)`\n"),
        ("rfcs/plan.md", "[not](checked.md)\n"),
    ]);
    assert_eq!(
        tree.findings(),
        [
            "README.md:1: docs/gone.md does not exist",
            "README.md:1: ../x does not exist",
            "README.md:1: docs/no.md does not exist",
            "docs/a.md:2: b.md does not exist",
        ]
    );
}
