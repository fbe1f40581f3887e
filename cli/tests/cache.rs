//! The cache as a user of the command line meets it: `run` of an unchanged module compiles nothing, and whatever happens to
//! the cache's files, the program does what it always does.
#![cfg(unix)]

use serde_json::Value;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const PROGRAM: &str = "rustc/heat2d";

fn corpus(name: &str) -> String {
    format!("{}/../corpus/wasm/{name}.wasm", env!("CARGO_MANIFEST_DIR"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A place of the test's own with a cache in it.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        Place(tempfile::tempdir().unwrap())
    }

    fn cache(&self) -> PathBuf {
        self.0.path().join("cache")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tensorwasm"));
        command.args(args).env("TENSORWASM_CACHE", self.cache()).env_remove("TENSORWASM_CACHE_LIMIT");
        command
    }

    fn tensorwasm(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a program with `--stats json`.
    fn run(&self, args: &[&str]) -> Run {
        let all: Vec<&str> = ["run", "--stats", "json", "--device", "cpu"].iter().chain(args).copied().collect();
        Run::of(&self.tensorwasm(&all))
    }

    /// The entries' files.
    fn entries(&self) -> Vec<PathBuf> {
        let files = std::fs::read_dir(self.cache()).unwrap().map(|file| file.unwrap().path());
        let mut entries: Vec<PathBuf> = files.filter(|f| f.file_name().unwrap().len() == 64).collect();
        entries.sort();
        entries
    }
}

/// What a run printed, and what became of its look-ups.
#[derive(Debug)]
struct Run {
    stdout: String,
    warnings: usize,
    cache: Value,
}

impl Run {
    fn of(output: &Output) -> Run {
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{stderr}");
        let stats: Value = serde_json::from_str(stderr.lines().last().unwrap()).unwrap();
        let warnings = stderr.lines().filter(|line| line.starts_with("warning: ")).count();
        Run { stdout: text(&output.stdout), warnings, cache: stats["cache"].clone() }
    }

    /// Hits, misses, rejections, stores and failures of one use.
    fn counts(&self, purpose: &str) -> [u64; 5] {
        let counts = &self.cache["uses"][purpose];
        ["hits", "misses", "rejected", "stored", "failed"].map(|name| counts[name].as_u64().unwrap_or_default())
    }

    /// The same of `compile` and `code`.
    fn both(&self) -> [[u64; 5]; 2] {
        ["compile", "code"].map(|purpose| self.counts(purpose))
    }
}

const HIT: [u64; 5] = [1, 0, 0, 0, 0];
const MISS: [u64; 5] = [0, 1, 0, 1, 0];
const REPLACED: [u64; 5] = [0, 0, 1, 1, 0];
const UNUSED: [u64; 5] = [0; 5];

fn chmod(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn an_unchanged_module_starts_without_compiling() {
    let place = Place::new();
    let wasm = corpus(PROGRAM);
    let cold = place.run(&[&wasm]);
    assert_eq!(cold.both(), [MISS, MISS]);
    let warm = place.run(&[&wasm]);
    assert_eq!(warm.both(), [HIT, HIT]);
    assert_eq!(warm.stdout, cold.stdout);
    let output = place.tensorwasm(&["run", &wasm, "--stats"]);
    assert_eq!(text(&output.stderr).lines().last(), Some("cache: code hit, compile hit"));
    // The content counts, not the name; another content is another module.
    let copy = place.0.path().join("copy.wasm");
    std::fs::copy(&wasm, &copy).unwrap();
    assert_eq!(place.run(&[copy.to_str().unwrap()]).both(), [HIT, HIT]);
    let mut bytes = std::fs::read(&wasm).unwrap();
    bytes.extend(b"\0\x05\x04note");
    std::fs::write(&copy, bytes).unwrap();
    let changed = place.run(&[copy.to_str().unwrap()]);
    assert_eq!((changed.both(), changed.stdout), ([MISS, MISS], cold.stdout));
}

#[test]
fn settings_share_what_doesnt_depend_on_them() {
    let place = Place::new();
    let wasm = corpus(PROGRAM);
    assert_eq!(place.run(&[&wasm]).both(), [MISS, MISS]);
    assert_eq!(place.run(&[&wasm, "--nan", "canonical"]).both(), [HIT, MISS]);
    assert_eq!(place.run(&[&wasm, "--nan", "canonical"]).both(), [HIT, HIT]);
    let off = place.command(&["run", &wasm, "--stats", "json", "--device", "off"]).output().unwrap();
    assert_eq!(Run::of(&off).both(), [HIT, HIT]);
}

#[test]
fn a_module_without_regions_and_a_bundle_are_kept_too() {
    let place = Place::new();
    let plain = place.0.path().join("plain.wasm");
    std::fs::write(&plain, wat::parse_str("(module (func (export \"_start\")))").unwrap()).unwrap();
    let plain = plain.to_str().unwrap();
    assert_eq!(place.run(&[plain]).both(), [MISS, MISS]);
    assert_eq!(place.run(&[plain]).both(), [HIT, HIT]);
    // A bundle's module is the one that `run` makes of its source.
    let bundle = place.0.path().join("b.wasm");
    let bundle = bundle.to_str().unwrap();
    assert!(place.tensorwasm(&["compile", &corpus(PROGRAM), "-o", bundle]).status.success());
    assert_eq!(place.run(&[bundle, "--allow-unsigned"]).both(), [UNUSED, MISS]);
    assert_eq!(place.run(&[bundle, "--allow-unsigned"]).both(), [UNUSED, HIT]);
    assert_eq!(place.run(&[&corpus(PROGRAM)]).both(), [MISS, HIT]);
    // A kept bundle lends a file no trust: this one is still unsigned.
    let untrusted = place.run(&[bundle]);
    assert_eq!((untrusted.warnings, untrusted.both()), (1, [UNUSED, HIT]));
}

#[test]
fn corrupted_entries_are_detected_and_replaced() {
    let place = Place::new();
    let wasm = corpus(PROGRAM);
    let expected = place.run(&[&wasm]).stdout;
    let entries = place.entries();
    let each = |corrupt: &dyn Fn(&Path)| {
        entries.iter().filter(|path| path.exists()).for_each(|path| corrupt(path));
        let run = place.run(&[&wasm]);
        assert_eq!((run.both(), run.stdout.as_str(), run.warnings), ([REPLACED, REPLACED], expected.as_str(), 0));
        let run = place.run(&[&wasm]);
        assert_eq!((run.both(), run.stdout.as_str()), ([HIT, HIT], expected.as_str()));
    };
    let rewrite = |path: &Path, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = std::fs::read(path).unwrap();
        change(&mut bytes);
        std::fs::write(path, bytes).unwrap();
    };
    each(&|path| rewrite(path, &|bytes| *bytes.last_mut().unwrap() ^= 1));
    each(&|path| rewrite(path, &|bytes| bytes[60] ^= 0x80));
    each(&|path| rewrite(path, &|bytes| bytes.truncate(bytes.len() / 2)));
    each(&|path| rewrite(path, &Vec::clear));
    each(&|path| rewrite(path, &|bytes| bytes.push(0)));
    each(&|path| rewrite(path, &|bytes| bytes[7] += 1));
    each(&|path| chmod(path, 0o644));
    let aside = place.0.path().join("aside");
    each(&|path| {
        std::fs::copy(path, &aside).unwrap();
        std::fs::remove_file(path).unwrap();
        symlink(&aside, path).unwrap();
    });
    std::fs::write(place.cache().join("secret"), [0; 32]).unwrap();
    each(&|_| {});
    let text = place.tensorwasm(&["run", &wasm, "--stats"]);
    assert!(text.status.success());
    entries.iter().filter(|path| path.exists()).for_each(|path| chmod(path, 0o640));
    let output = place.tensorwasm(&["run", &wasm, "--stats"]);
    let line = String::from_utf8(output.stderr).unwrap().lines().last().unwrap().to_string();
    assert!(line.contains("code replaced (its mode is 640), compile replaced (its mode is 640)"), "{line}");
}

#[test]
fn an_unsafe_directory_is_a_warning_and_the_program_runs() {
    let place = Place::new();
    let wasm = corpus(PROGRAM);
    let expected = place.run(&["--no-cache", &wasm]).stdout;
    assert!(!place.cache().exists());
    std::fs::create_dir(place.cache()).unwrap();
    chmod(&place.cache(), 0o770);
    let run = place.run(&[&wasm]);
    assert_eq!((run.warnings, run.stdout.as_str(), run.both()), (1, expected.as_str(), [UNUSED, UNUSED]));
    assert!(run.cache["off"].as_str().unwrap().contains("is open to others (mode 770)"), "{}", run.cache);
    assert_eq!(std::fs::read_dir(place.cache()).unwrap().count(), 0);
    let real = place.0.path().join("real");
    std::fs::rename(place.cache(), &real).unwrap();
    chmod(&real, 0o700);
    symlink(&real, place.cache()).unwrap();
    let run = place.run(&[&wasm]);
    assert_eq!((run.warnings, run.stdout.as_str()), (1, expected.as_str()));
    assert!(run.cache["off"].as_str().unwrap().contains("is a symbolic link"), "{}", run.cache);
    let info = place.tensorwasm(&["cache", "info"]);
    assert_eq!(info.status.code(), Some(2));
    assert!(text(&info.stderr).contains("is a symbolic link"));
}

#[test]
fn several_processes_may_start_at_once() {
    let place = Place::new();
    let wasm = corpus(PROGRAM);
    let start = || {
        let mut command = place.command(&["run", &wasm, "--stats", "json", "--device", "cpu"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children = [(); 4].map(|()| start());
    let runs: Vec<Run> = children.into_iter().map(|child| Run::of(&child.wait_with_output().unwrap())).collect();
    for run in &runs {
        for [hits, misses, rejected, stored, failed] in run.both() {
            assert_eq!((hits + misses, rejected, stored, failed), (1, 0, misses, 0));
        }
        assert_eq!((&run.stdout, run.warnings), (&runs[0].stdout, 0));
    }
    assert_eq!(place.run(&[&wasm]).both(), [HIT, HIT]);
}

#[test]
fn the_cache_is_where_it_is_said_to_be() {
    let place = Place::new();
    let wasm = corpus(PROGRAM);
    let root = place.0.path();
    let runs = |name: &str, change: &dyn Fn(&mut Command)| {
        let mut command = place.command(&["run", &wasm, "--stats", "json"]);
        for variable in ["TENSORWASM_CACHE", "XDG_CACHE_HOME", "HOME"] {
            command.env_remove(variable);
        }
        change(&mut command);
        let run = Run::of(&command.output().unwrap());
        (
            run.cache["directory"].as_str().map(|dir| dir.to_string()),
            run.cache["off"].as_str() == Some(name),
            run.warnings,
        )
    };
    let at = |dir: &str| (Some(root.join(dir).to_str().unwrap().to_string()), false, 0);
    let home = |command: &mut Command| {
        command.env("HOME", root.join("home"));
    };
    assert_eq!(runs("", &home), at("home/.cache/tensorwasm"));
    let xdg = |command: &mut Command| {
        home(command);
        command.env("XDG_CACHE_HOME", root.join("xdg"));
    };
    assert_eq!(runs("", &xdg), at("xdg/tensorwasm"));
    let named = |command: &mut Command| {
        xdg(command);
        command.env("TENSORWASM_CACHE", root.join("named"));
    };
    assert_eq!(runs("", &named), at("named"));
    let option = |command: &mut Command| {
        named(command);
        command.arg("--cache-dir").arg(root.join("option"));
    };
    assert_eq!(runs("", &option), at("option"));
    let empty = |command: &mut Command| {
        command.env("TENSORWASM_CACHE", "");
    };
    assert_eq!(runs("TENSORWASM_CACHE is empty", &empty), (None, true, 0));
    let none = |command: &mut Command| {
        command.arg("--no-cache");
    };
    assert_eq!(runs("--no-cache", &none), (None, true, 0));
    assert_eq!(runs("no home directory", &|_| {}), (None, true, 0));
    let text = place.command(&["run", &wasm, "--stats", "--no-cache"]).output().unwrap();
    assert_eq!(String::from_utf8(text.stderr).unwrap().lines().last(), Some("cache: off (--no-cache)"));
}

#[test]
fn the_cache_can_be_shown_limited_and_cleared() {
    let place = Place::new();
    let wasm = corpus(PROGRAM);
    let info = |place: &Place| -> Value {
        serde_json::from_slice(&place.tensorwasm(&["cache", "info", "--json"]).stdout).unwrap()
    };
    assert_eq!(place.run(&[&wasm]).both(), [MISS, MISS]);
    let full = info(&place);
    let (entries, bytes) = (place.entries().len() as u64, full["bytes"].as_u64().unwrap());
    assert!(entries >= 2 && full["entries"] == entries && full["limit"] == 1_u64 << 30, "{full}");
    assert_eq!(bytes, place.entries().iter().map(|path| path.metadata().unwrap().len()).sum::<u64>());
    let shown = text(&place.tensorwasm(&["cache", "info"]).stdout);
    assert_eq!(shown, format!("{}\n{entries} entries, {bytes} bytes of at most 1073741824\n", place.cache().display()));
    let cleared = text(&place.tensorwasm(&["cache", "clear"]).stdout);
    assert_eq!(cleared, format!("removed {entries} entries, {bytes} bytes, from {}\n", place.cache().display()));
    assert_eq!(info(&place)["entries"], 0);
    // Nothing fits into no bytes, which hurts nobody.
    let limited = |mib: &str| {
        let mut command = place.command(&["run", &wasm, "--stats", "json", "--device", "cpu"]);
        command.env("TENSORWASM_CACHE_LIMIT", mib).output().unwrap()
    };
    assert_eq!(Run::of(&limited("0")).both(), [[0, 1, 0, 0, 1]; 2]);
    assert_eq!(Run::of(&limited("64")).both(), [MISS, MISS]);
    for wrong in ["", "1.5", "-1", "99999999999999999"] {
        let output = limited(wrong);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains("TENSORWASM_CACHE_LIMIT"), "{wrong}");
    }
}
