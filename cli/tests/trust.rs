//! Keys, signatures, trust and rebuilding, as an operator meets them on the command line.

use bundle::Contents;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

fn corpus(name: &str) -> String {
    format!("{}/../corpus/wasm/{name}.wasm", env!("CARGO_MANIFEST_DIR"))
}

/// A user with a key folder and a folder to work in; both are removed when it ends.
struct User(TempDir);

/// What a command said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl User {
    fn new() -> User {
        User(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn keys(&self) -> PathBuf {
        self.path("config/tensorwasm/keys")
    }

    fn output(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tensorwasm"));
        command
            .env_remove("TENSORWASM_KEYS")
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("HOME", self.path("home"));
        command.current_dir(self.0.path()).args(args).output().unwrap()
    }

    /// Runs a command. Its words come back without this folder's name and with keys' ids replaced.
    fn say(&self, args: &[&str]) -> Said {
        let output = self.output(args);
        let words = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap().replace(self.0.path().to_str().unwrap(), "HERE");
            assert!(!text.contains("panicked") && !text.contains("PRIVATE"), "{text}");
            without_ids(&text)
        };
        Said { code: output.status.code().unwrap(), out: words(output.stdout), err: words(output.stderr) }
    }

    /// Runs a command that must succeed.
    fn run(&self, args: &[&str]) -> String {
        let said = self.say(args);
        assert_eq!(said.code, 0, "{args:?}: {}", said.err);
        said.out
    }

    /// Runs a command and returns its exit code and all of its words.
    fn try_run(&self, args: &[&str]) -> String {
        let said = self.say(args);
        format!("{}: {}{}", said.code, said.out, said.err).trim_end().to_string()
    }

    /// Compiles a module of the corpus.
    fn compile(&self, name: &str, bundle: &str, args: &[&str]) {
        self.run(&[&["compile", &corpus(name), "-o", bundle], args].concat());
    }

    /// How many dispatches the CPU device has done, what `run` printed, and its warnings.
    fn dispatches(&self, bundle: &str, args: &[&str]) -> (u64, String, String) {
        let said = self.say(&[&["run", bundle, "--device", "cpu", "--stats", "json"], args].concat());
        assert_eq!(said.code, 0, "{}", said.err);
        let (warnings, stats) = said.err.trim_end().rsplit_once('\n').unwrap_or(("", said.err.trim_end()));
        let stats: Value = serde_json::from_str(stats).unwrap();
        let done = stats["regions"].as_array().unwrap().iter().map(|r| r["done"]["cpu"].as_u64().unwrap_or(0)).sum();
        (done, said.out, warnings.to_string())
    }
}

/// Key ids are 24 hex digits; which ones doesn't matter.
fn without_ids(text: &str) -> String {
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    let (mut words, mut rest) = (String::new(), text);
    while let Some(first) = rest.bytes().next() {
        let digits = rest.bytes().take_while(|&b| hex(b)).count();
        let (word, after) = rest.split_at(if digits > 0 { digits } else { rest.chars().next().unwrap().len_utf8() });
        words.push_str(if digits == 24 && hex(first) { "ID" } else { word });
        rest = after;
    }
    words
}

#[test]
fn an_operator_trusts_a_developer() {
    let (developer, operator) = (User::new(), User::new());
    insta::assert_snapshot!(developer.run(&["keygen", "alice"]), @"made key alice (id ID) in HERE/config/tensorwasm/keys; others need HERE/config/tensorwasm/keys/alice.pub");
    developer.compile("rustc/heat2d", "b.wasm", &["--key", "alice"]);
    insta::assert_snapshot!(developer.run(&["verify", "b.wasm"]), @"b.wasm: signature: by trusted key alice (id ID); 12 regions");
    for file in ["b.wasm", "config/tensorwasm/keys/alice.pub"] {
        std::fs::copy(developer.path(file), operator.path(Path::new(file).file_name().unwrap().to_str().unwrap()))
            .unwrap();
    }
    let (off, expected, warning) = operator.dispatches("b.wasm", &[]);
    assert_eq!(off, 0);
    insta::assert_snapshot!(warning, @"warning: signature: by a key that isn't trusted (id ID); the original loops run (`keys trust`, --trust or --allow-unsigned change that)");
    insta::assert_snapshot!(operator.try_run(&["verify", "b.wasm"]), @"1: b.wasm: refused, signature: by a key that isn't trusted (id ID); a trusted key must have signed, and no key is trusted: name one by --trust, or trust it by `keys trust FILE`");
    insta::assert_snapshot!(operator.run(&["keys", "trust", "alice.pub"]), @"trusted key alice (id ID)");
    let (on, out, warning) = operator.dispatches("b.wasm", &[]);
    assert!(on > 0 && out == expected && warning.is_empty(), "{on} {warning}");
    insta::assert_snapshot!(operator.run(&["keys", "list"]), @"
    HERE/config/tensorwasm/keys
    trusted alice (id ID)
    ");
    // A revoked key's bundle runs as one by an unknown key.
    insta::assert_snapshot!(operator.run(&["keys", "revoke", "alice"]), @"revoked key alice (id ID)");
    let (off, out, warning) = operator.dispatches("b.wasm", &[]);
    assert!(off == 0 && out == expected);
    insta::assert_snapshot!(warning, @"warning: signature: by revoked key alice (id ID); the original loops run (`keys trust`, --trust or --allow-unsigned change that)");
    let words = [
        operator.try_run(&["verify", "b.wasm"]),
        operator.try_run(&["verify", "b.wasm", "--trust", "alice"]),
        operator.try_run(&["verify", "b.wasm", "--trust", "alice.pub"]),
        operator.try_run(&["run", "b.wasm", "--require"]),
        operator.try_run(&["keys", "trust", "alice.pub", "--name", "again"]),
    ];
    insta::assert_snapshot!(words.join("\n"), @"
    1: b.wasm: refused, signature: by revoked key alice (id ID); a trusted key must have signed, and no key is trusted: name one by --trust, or trust it by `keys trust FILE`
    2: error: key `alice` (id ID) is revoked; HERE/config/tensorwasm/keys/revoked/alice.ID.pub says so
    2: error: key `alice` (id ID) is revoked; HERE/config/tensorwasm/keys/revoked/alice.ID.pub says so
    2: error: b.wasm: refused, signature: by revoked key alice (id ID); a trusted key must have signed
    2: error: key `alice` (id ID) is revoked; HERE/config/tensorwasm/keys/revoked/alice.ID.pub says so
    ");
    let (on, ..) = operator.dispatches("b.wasm", &["--allow-unsigned"]);
    assert!(on > 0);
}

#[test]
fn several_signers() {
    let user = User::new();
    for name in ["alice", "bob", "carol"] {
        user.run(&["keygen", name]);
    }
    user.compile("clang/saxpy", "b.wasm", &["--key", "alice"]);
    let unsigned = bundle::unsigned(&std::fs::read(user.path("b.wasm")).unwrap()).unwrap();
    insta::assert_snapshot!(user.run(&["sign", "b.wasm", "--key", "bob"]), @"signed b.wasm with key ID");
    let words = [
        user.try_run(&["verify", "b.wasm"]),
        user.try_run(&["verify", "b.wasm", "--trust", "alice", "--trust", "bob", "--require=all"]),
        user.try_run(&["verify", "b.wasm", "--trust", "alice", "--trust", "carol"]),
        user.try_run(&["verify", "b.wasm", "--trust", "alice", "--trust", "carol", "--require=all"]),
        user.try_run(&["verify", "b.wasm", "--trust", "alice", "--trust", "carol", "--require=2"]),
        user.try_run(&["verify", "b.wasm", "--require=2"]),
        user.try_run(&["verify", "b.wasm", "--require=3"]),
        user.try_run(&["verify", "b.wasm", "--require=all"]),
        user.try_run(&["run", "b.wasm", "--require=3"]),
    ];
    insta::assert_snapshot!(words.join("\n"), @"
    0: b.wasm: signature: by trusted key alice (id ID); by trusted key bob (id ID); 1 regions
    0: b.wasm: signature: by trusted key alice (id ID); by trusted key bob (id ID); 1 regions
    0: b.wasm: signature: by trusted key alice (id ID); by a key that isn't trusted (id ID); 1 regions
    1: b.wasm: refused, signature: by trusted key alice (id ID); by a key that isn't trusted (id ID); every trusted key must have signed
    1: b.wasm: refused, signature: by trusted key alice (id ID); by a key that isn't trusted (id ID); 2 different trusted keys must have signed
    0: b.wasm: signature: by trusted key alice (id ID); by trusted key bob (id ID); 1 regions
    1: b.wasm: refused, signature: by trusted key alice (id ID); by trusted key bob (id ID); 3 different trusted keys must have signed
    1: b.wasm: refused, signature: by trusted key alice (id ID); by trusted key bob (id ID); every trusted key must have signed
    2: error: b.wasm: refused, signature: by trusted key alice (id ID); by trusted key bob (id ID); 3 different trusted keys must have signed
    ");
    let usage = user.say(&["verify", "b.wasm", "--require=0"]);
    assert!(usage.code == 2 && usage.err.contains("neither a number of keys, from 1, nor `all`"), "{}", usage.err);
    // One invalid signature is an error whatever stands beside it.
    let mut bytes = std::fs::read(user.path("b.wasm")).unwrap();
    let last = bytes.len() - (unsigned.len() - 8) - 1;
    bytes[last] ^= 1;
    std::fs::write(user.path("forged.wasm"), &bytes).unwrap();
    let words = [
        user.try_run(&["verify", "forged.wasm"]),
        user.try_run(&["run", "forged.wasm", "--allow-unsigned"]),
        user.try_run(&["inspect", "forged.wasm"]),
        user.try_run(&["sign", "forged.wasm", "--key", "bob"]),
    ];
    insta::assert_snapshot!(words.join("\n"), @"
    2: error: forged.wasm: invalid signature: not made by the key it names
    2: error: forged.wasm: invalid signature: not made by the key it names
    2: error: forged.wasm: invalid signature: not made by the key it names
    2: error: forged.wasm: invalid signature: not made by the key it names
    ");
    user.run(&["sign", "forged.wasm", "--key", "carol", "--replace", "-o", "new.wasm"]);
    insta::assert_snapshot!(user.try_run(&["verify", "new.wasm"]), @"0: new.wasm: signature: by trusted key carol (id ID); 1 regions");
    assert_eq!(bundle::unsigned(&std::fs::read(user.path("new.wasm")).unwrap()).unwrap(), unsigned);
}

#[test]
fn signatures_in_files_of_their_own() {
    let user = User::new();
    user.run(&["keygen", "alice"]);
    user.run(&["keygen", "bob"]);
    user.compile("rustc/heat2d", "b.wasm", &[]);
    user.compile("clang/saxpy", "other.wasm", &[]);
    let before = std::fs::read(user.path("b.wasm")).unwrap();
    insta::assert_snapshot!(user.run(&["sign", "b.wasm", "--key", "alice", "--detached", "b.sig"]), @"signed b.sig with key ID");
    assert_eq!(std::fs::read(user.path("b.wasm")).unwrap(), before);
    assert!(user.dispatches("b.wasm", &["--signature", "b.sig", "--require"]).0 > 0);
    user.run(&["sign", "b.wasm", "--key", "bob", "--detached", "b.sig"]);
    std::fs::write(user.path("large.sig"), vec![0; 4096]).unwrap();
    std::fs::write(user.path("short.sig"), &std::fs::read(user.path("b.sig")).unwrap()[..100]).unwrap();
    std::fs::copy(corpus("clang/saxpy"), user.path("plain.wasm")).unwrap();
    let words = [
        user.try_run(&["verify", "b.wasm"]),
        user.try_run(&["verify", "b.wasm", "--signature", "b.sig", "--require=2"]),
        user.try_run(&["verify", "other.wasm", "--signature", "b.sig"]),
        user.try_run(&["verify", "b.wasm", "--signature", "large.sig"]),
        user.try_run(&["verify", "b.wasm", "--signature", "short.sig"]),
        user.try_run(&["verify", "b.wasm", "--signature", "b.wasm"]),
        user.try_run(&["verify", "b.wasm", "--signature", "none.sig"]),
        user.try_run(&["sign", "other.wasm", "--key", "bob", "--detached", "b.sig"]),
        user.try_run(&["run", "other.wasm", "--signature", "b.sig"]),
        user.try_run(&["run", "plain.wasm", "--signature", "b.sig"]),
    ];
    insta::assert_snapshot!(words.join("\n"), @"
    1: b.wasm: refused, signature: none; a trusted key must have signed
    0: b.wasm: signature: by trusted key alice (id ID), detached; by trusted key bob (id ID), detached; 12 regions
    2: error: other.wasm: invalid detached signature: the file was changed after it was signed, or another one was signed
    2: error: large.sig is longer than the 2048 bytes that a detached signature may have
    2: error: b.wasm: invalid detached signature: it isn't in the form that signing writes
    2: error: b.wasm is longer than the 2048 bytes that a detached signature may have
    2: error: can't read none.sig: No such file or directory (os error 2)
    2: error: b.sig: invalid detached signature: the file was changed after it was signed, or another one was signed
    2: error: other.wasm: invalid detached signature: the file was changed after it was signed, or another one was signed
    2: error: plain.wasm: a plain module, which --signature says nothing about
    ");
    // It stays good when somebody signs the bundle itself.
    user.run(&["sign", "b.wasm", "--key", "bob"]);
    insta::assert_snapshot!(user.try_run(&["verify", "b.wasm", "--signature", "b.sig", "--trust", "alice"]), @"0: b.wasm: signature: by a key that isn't trusted (id ID); by trusted key alice (id ID), detached; by a key that isn't trusted (id ID), detached; 12 regions");
}

#[test]
fn a_rotation_from_both_sides() {
    let (developer, operator) = (User::new(), User::new());
    developer.run(&["keygen", "ci"]);
    std::fs::copy(developer.keys().join("ci.pub"), operator.path("ci.pub")).unwrap();
    operator.run(&["keys", "trust", "ci.pub", "--name", "builder"]);
    developer.compile("clang/saxpy", "old.wasm", &["--key", "ci"]);
    insta::assert_snapshot!(developer.run(&["keys", "rotate", "ci"]), @"
    trusted key ci (id ID)
    the old one stays trusted as ci.1 (id ID) until `keys revoke ci.1`
    others follow with `keys trust --follow HERE/config/tensorwasm/keys/ci.1.rotation`
    ");
    developer.compile("clang/saxpy", "new.wasm", &["--key", "ci"]);
    let name = developer.keys().join("ci.1.rotation");
    for file in [developer.path("old.wasm"), developer.path("new.wasm"), name] {
        std::fs::copy(&file, operator.path(file.file_name().unwrap().to_str().unwrap())).unwrap();
    }
    let words = [
        operator.try_run(&["verify", "new.wasm"]),
        operator.try_run(&["keys", "trust", "--follow", "ci.1.rotation"]),
        operator.try_run(&["keys", "trust", "--follow", "ci.1.rotation"]),
        operator.try_run(&["verify", "new.wasm"]),
        operator.try_run(&["verify", "old.wasm"]),
        operator.try_run(&["keys", "revoke", "builder.1"]),
        operator.try_run(&["verify", "old.wasm"]),
        operator.try_run(&["verify", "new.wasm"]),
        operator.try_run(&["keys", "list"]),
        User::new().try_run(&["keys", "trust", "--follow", operator.path("ci.1.rotation").to_str().unwrap()]),
    ];
    let operator_folder = operator.0.path().to_str().unwrap();
    insta::assert_snapshot!(words.join("\n").replace(operator_folder, "THERE"), @"
    1: new.wasm: refused, signature: by a key that isn't trusted (id ID); a trusted key must have signed
    0: trusted key builder (id ID)
    the old one stays trusted as builder.1 (id ID) until `keys revoke builder.1`
    0: key ID is trusted already
    0: new.wasm: signature: by trusted key builder (id ID); 1 regions
    0: old.wasm: signature: by trusted key builder.1 (id ID); 1 regions
    0: revoked key builder.1 (id ID)
    1: old.wasm: refused, signature: by revoked key builder.1 (id ID); a trusted key must have signed
    0: new.wasm: signature: by trusted key builder (id ID); 1 regions
    0: HERE/config/tensorwasm/keys
    trusted builder (id ID)
    revoked builder.1 (id ID)
    2: error: THERE/ci.1.rotation: the rotation is signed by key ID, which isn't trusted
    ");
    let list: Value = serde_json::from_slice(&operator.output(&["keys", "list", "--json"]).stdout).unwrap();
    let fields: Vec<String> = list["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| format!("{} {} {}", key["name"], key["standing"], key["can_sign"]))
        .collect();
    assert_eq!(fields, [r#""builder" "trusted" false"#, r#""builder.1" "revoked" false"#]);
    let list: Value = serde_json::from_slice(&developer.output(&["keys", "list", "--json"]).stdout).unwrap();
    assert_eq!((&list["keys"][0]["name"], &list["keys"][0]["can_sign"]), (&"ci".into(), &true.into()));
}

#[test]
fn inspect_says_who_signed_what() {
    let user = User::new();
    for name in ["alice", "bob", "carol"] {
        user.run(&["keygen", name]);
    }
    user.compile("clang/saxpy", "b.wasm", &["--key", "alice", "--target", "sm_80,sm_90"]);
    user.run(&["sign", "b.wasm", "--key", "bob"]);
    user.run(&["sign", "b.wasm", "--key", "carol", "--detached", "b.sig"]);
    user.run(&["keys", "revoke", "bob"]);
    std::fs::remove_file(user.keys().join("carol.pub")).unwrap();
    let text = user.run(&["inspect", "b.wasm", "--signature", "b.sig"]);
    let head: Vec<&str> = text.lines().take(4).collect();
    insta::assert_snapshot!(head.join("\n"), @"
    signature: by trusted key alice (id ID)
    signature: by revoked key bob (id ID)
    signature: by a key that isn't trusted (id ID), detached
    a signature covers bytes 0xdd to the end: 15 sections of the module, tensorwasm.manifest, tensorwasm.kernels, tensorwasm.ptx
    ");
    for words in ["options: fp exact", "targets: sm_80, sm_90", "source module: blake3 ", "region 0 in function"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let output = user.output(&["inspect", "b.wasm", "--signature", "b.sig", "--json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let signers: Vec<String> = json["signatures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| format!("{} {} {} {}", s["key"], s["standing"], s["detached"], s["key_id"].as_str().unwrap().len()))
        .collect();
    assert_eq!(signers, [r#""alice" "trusted" false 24"#, r#""bob" "revoked" false 24"#, r#"null "unknown" true 24"#]);
    let bytes = std::fs::read(user.path("b.wasm")).unwrap();
    let sections = json["sections"].as_array().unwrap();
    let number = |value: &Value| value.as_u64().unwrap() as usize;
    assert_eq!((&sections[0]["name"], &sections[0]["signed"]), (&"signature".into(), &false.into()));
    let covers = &json["signatures"][0]["covers"];
    assert_eq!(number(&covers["offset"]), number(&sections[1]["offset"]));
    assert_eq!(number(&covers["offset"]) + number(&covers["bytes"]), bytes.len());
    for section in sections {
        let at = number(&section["offset"]);
        assert_eq!(section["blake3"], bundle::digest(&bytes[at..at + number(&section["bytes"])]));
    }
    assert!(sections[1..].iter().all(|section| section["signed"] == true));
    assert_eq!(json["manifest"]["options"]["targets"][1], "sm_90");
    assert!(json["signature"].as_str().unwrap().starts_with("by trusted key alice (id "));
}

/// A bundle with other contents, as somebody would write it who can use this project but hasn't the source's kernels.
fn rewritten(bytes: &[u8], change: impl FnOnce(&mut Vec<u8>, &mut Contents)) -> Vec<u8> {
    let bundle::Bundle { manifest, kernels, ptx, mut module } = bundle::read(bytes).unwrap();
    let bundle::Manifest { source, options, memories, regions, .. } = manifest;
    let mut contents = Contents { source, options, memories, regions, kernels, ptx };
    change(&mut module, &mut contents);
    bundle::write(&module, &contents).unwrap()
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

/// A message without digests, offsets and columns.
fn without_places(text: &str) -> String {
    let hex = |w: &str| w.bytes().all(|b| b.is_ascii_hexdigit());
    let word = |word: &str| match word {
        digest if digest.trim_end_matches(',').len() == 64 && hex(&digest[..64]) => "DIGEST".into(),
        offset if offset.strip_prefix("0x").is_some_and(hex) => "OFFSET".into(),
        column if column.len() > 2 && column.strip_suffix(':').is_some_and(|n| n.parse::<u32>().is_ok()) => {
            "COLUMN:".into()
        }
        other => other.to_string(),
    };
    text.split_inclusive([' ', '\n'])
        .map(|part| {
            let end = part.trim_end().len();
            word(&part[..end]) + &part[end..]
        })
        .collect()
}

#[test]
fn a_bundle_can_be_rebuilt_from_its_source() {
    let user = User::new();
    user.run(&["keygen", "alice"]);
    std::fs::copy(corpus("clang/saxpy"), user.path("saxpy.wasm")).unwrap();
    std::fs::copy(corpus("clang/dot"), user.path("dot.wasm")).unwrap();
    user.compile("clang/saxpy", "b.wasm", &["--target", "sm_90,sm_80"]);
    let bytes = std::fs::read(user.path("b.wasm")).unwrap();
    std::fs::write(user.path("place.wasm"), rewritten(&bytes, |_, c| c.regions[0].place.offset += 1)).unwrap();
    std::fs::write(user.path("ptx.wasm"), rewritten(&bytes, |_, c| c.ptx[0].text.push('\n'))).unwrap();
    let fewer = rewritten(&bytes, |_, c| {
        c.options.targets.truncate(1);
        c.ptx.retain(|image| image.target == "sm_90");
    });
    std::fs::write(user.path("fewer.wasm"), fewer).unwrap();
    let more = rewritten(&bytes, |_, c| c.options.targets.push("sm_120".into()));
    std::fs::write(user.path("more.wasm"), more).unwrap();
    let none = rewritten(&bytes, |_, c| c.options.targets.push("sm_7".into()));
    std::fs::write(user.path("none.wasm"), none).unwrap();
    let section = rewritten(&bytes, |module, _| module.extend([0, 2, 1, b'x']));
    std::fs::write(user.path("section.wasm"), section).unwrap();
    let written_by = format!("\"compiler\":\"{}\"", bundle::COMPILER);
    let older = replaced(&bytes, written_by.as_bytes(), written_by.replace("tensorwasm ", "tensorwasm-").as_bytes());
    std::fs::write(user.path("older.wasm"), older).unwrap();
    std::fs::write(user.path("unknown.wasm"), replaced(&bytes, br#""fp":"exact""#, br#""fp":"other""#)).unwrap();
    // Where the bytes differ depends on what the compiler writes; one place is looked at below.
    let rebuild = |file: &str| without_places(&user.try_run(&["verify", file, "--rebuild", "saxpy.wasm"]));
    let words = [
        rebuild("b.wasm"),
        rebuild("place.wasm"),
        rebuild("ptx.wasm"),
        rebuild("fewer.wasm"),
        rebuild("more.wasm"),
        rebuild("none.wasm"),
        rebuild("section.wasm"),
        rebuild("older.wasm"),
        rebuild("unknown.wasm"),
        without_places(&user.try_run(&["verify", "b.wasm", "--rebuild", "dot.wasm"])),
        user.try_run(&["verify", "b.wasm", "--rebuild", "none"]),
        // A demand is made beside it only where the caller makes one.
        user.try_run(&["verify", "b.wasm", "--rebuild", "saxpy.wasm", "--require"]),
    ];
    insta::assert_snapshot!(words.join("\n"), @"
    0: b.wasm: signature: none; 1 regions
    b.wasm: rebuilt, the same bytes
    1: place.wasm: signature: none; 1 regions
    place.wasm: not what saxpy.wasm compiles to: section `tensorwasm.manifest` differs, first at offset OFFSET
    1: ptx.wasm: signature: none; 1 regions
    ptx.wasm: not what saxpy.wasm compiles to: section `tensorwasm.manifest` differs, first at offset OFFSET
    ptx.wasm: not what saxpy.wasm compiles to: section `tensorwasm.ptx` differs, first at offset OFFSET
    0: fewer.wasm: signature: none; 1 regions
    fewer.wasm: rebuilt, the same bytes
    1: more.wasm: signature: none; 1 regions
    more.wasm: not what saxpy.wasm compiles to: section `tensorwasm.manifest` differs, first at offset OFFSET
    more.wasm: not what saxpy.wasm compiles to: section `tensorwasm.ptx` differs, first at offset OFFSET
    2: none.wasm: signature: none; 1 regions
    error: none.wasm: saxpy.wasm: `sm_7` isn't a target; known are sm_80, sm_90, sm_120
    1: section.wasm: signature: none; 1 regions
    section.wasm: not what saxpy.wasm compiles to: section `x` differs, first at offset OFFSET
    2: older.wasm: signature: none; 1 regions
    error: older.wasm: written by `tensorwasm-0.1.0`, but this is `tensorwasm 0.1.0`: rebuild with that version
    2: error: unknown.wasm: malformed manifest at line 1, column COLUMN: unknown variant `other`, expected `exact` or `relaxed`
    2: b.wasm: signature: none; 1 regions
    error: b.wasm: dot.wasm has digest DIGEST but the bundle was made from DIGEST
    2: b.wasm: signature: none; 1 regions
    error: b.wasm: can't read none: No such file or directory (os error 2)
    1: b.wasm: rebuilt, the same bytes
    b.wasm: refused, signature: none; a trusted key must have signed
    ");
    let place = std::fs::read(user.path("place.wasm")).unwrap();
    let at = place.iter().zip(&bytes).position(|(a, b)| a != b).unwrap();
    let said = user.say(&["verify", "place.wasm", "--rebuild", "saxpy.wasm"]).err;
    assert!(said.contains(&format!("offset {at:#x}\n")), "{at:#x}: {said}");
    // Signatures are no difference, and both questions can be asked at once.
    user.run(&["sign", "b.wasm", "--key", "alice"]);
    let asked = ["verify", "b.wasm", "--trust", "alice", "--rebuild", "saxpy.wasm"];
    insta::assert_snapshot!(user.try_run(&asked), @"
    0: b.wasm: signature: by trusted key alice (id ID); 1 regions
    b.wasm: rebuilt, the same bytes
    ");
}

#[test]
fn keys_that_cannot_be_used() {
    let user = User::new();
    user.run(&["keygen", "alice"]);
    user.run(&["keygen", "--out", "loose"]);
    user.compile("clang/saxpy", "b.wasm", &[]);
    std::fs::copy(user.path("loose"), user.path("swapped.pub")).unwrap();
    let words = [
        user.try_run(&["sign", "b.wasm", "--key", "bob"]),
        user.try_run(&["sign", "b.wasm", "--key", "loose.pub"]),
        user.try_run(&["keys", "trust", "loose"]),
        user.try_run(&["keys", "trust", "b.wasm"]),
        user.try_run(&["keys", "trust", "loose.pub", "--name", "../x"]),
        user.try_run(&["keys", "trust", "loose.pub", "--name", "alice"]),
        user.try_run(&["verify", "b.wasm", "--trust", "swapped.pub"]),
        user.try_run(&["verify", "b.wasm", "--trust", "bob"]),
        user.try_run(&["keys", "revoke", "bob"]),
        user.try_run(&["keys", "rotate", "bob"]),
        user.try_run(&["keygen", "alice"]),
        user.try_run(&["keygen", "--out", "loose"]),
        user.try_run(&["verify", "b.wasm"]),
        User::new()
            .try_run(&["verify", user.path("b.wasm").to_str().unwrap()])
            .replace(user.0.path().to_str().unwrap(), "THERE"),
    ];
    insta::assert_snapshot!(words.join("\n"), @"
    2: error: no secret key `bob` in HERE/config/tensorwasm/keys, and no such file
    2: error: loose.pub: a secret key is needed, but this is a public key
    2: error: loose: a public key is needed, but this is a secret key
    2: error: b.wasm is longer than the 4096 bytes that a key file may have
    2: error: `../x` can't be a key's name: 1 to 64 letters, digits and `-_.@` that begin and end with a letter or digit
    2: error: there is a key `alice` already: HERE/config/tensorwasm/keys/alice.key
    2: error: swapped.pub: a public key is needed, but this is a secret key
    2: error: no trusted key `bob` in HERE/config/tensorwasm/keys, and no such file
    2: error: no trusted key `bob` in HERE/config/tensorwasm/keys
    2: error: no secret key `bob` in HERE/config/tensorwasm/keys
    2: error: there is a key `alice` already: HERE/config/tensorwasm/keys/alice.key
    2: error: can't write loose: File exists (os error 17)
    1: b.wasm: refused, signature: none; a trusted key must have signed
    1: THERE/b.wasm: refused, signature: none; a trusted key must have signed, and no key is trusted: name one by --trust, or trust it by `keys trust FILE`
    ");
    assert_eq!(user.say(&["keygen"]).code, 2);
}

#[cfg(unix)]
#[test]
fn keys_that_others_can_reach() {
    use std::os::unix::fs::PermissionsExt;
    let user = User::new();
    user.run(&["keygen", "alice"]);
    user.run(&["keygen", "--out", "loose"]);
    user.compile("clang/saxpy", "b.wasm", &["--key", "alice"]);
    let mode = |path: PathBuf, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    mode(user.path("loose"), 0o644);
    mode(user.keys().join("alice.key"), 0o640);
    let mut words = vec![
        user.try_run(&["sign", "b.wasm", "--key", "loose"]),
        user.try_run(&["sign", "b.wasm", "--key", "alice"]),
        user.try_run(&["keys", "rotate", "alice"]),
    ];
    mode(user.keys(), 0o777);
    words.push(user.try_run(&["verify", "b.wasm"]));
    words.push(user.try_run(&["run", "b.wasm"]));
    words.push(user.try_run(&["keygen", "bob"]));
    insta::assert_snapshot!(words.join("\n"), @"
    2: error: loose has mode 0644, so others can use it; `chmod 600 loose`
    2: error: HERE/config/tensorwasm/keys/alice.key has mode 0640, so others can use it; `chmod 600 HERE/config/tensorwasm/keys/alice.key`
    2: error: HERE/config/tensorwasm/keys/alice.key has mode 0640, so others can use it; `chmod 600 HERE/config/tensorwasm/keys/alice.key`
    2: error: HERE/config/tensorwasm/keys has mode 0777, so others can write it; `chmod go-w HERE/config/tensorwasm/keys`
    2: error: b.wasm: HERE/config/tensorwasm/keys has mode 0777, so others can write it; `chmod go-w HERE/config/tensorwasm/keys`
    2: error: HERE/config/tensorwasm/keys has mode 0777, so others can write it; `chmod go-w HERE/config/tensorwasm/keys`
    ");
}

#[test]
fn the_key_folder_is_where_the_environment_says() {
    let run = |envs: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tensorwasm"));
        for name in ["TENSORWASM_KEYS", "XDG_CONFIG_HOME", "HOME"] {
            command.env_remove(name);
        }
        let output = command.envs(envs.iter().copied()).args(["keys", "list"]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().lines().next().unwrap_or_default().to_string()
    };
    let (all, xdg) = ([("TENSORWASM_KEYS", "/a"), ("XDG_CONFIG_HOME", "/b"), ("HOME", "/c")], ("XDG_CONFIG_HOME", "b"));
    assert_eq!(run(&all), "/a");
    assert_eq!(run(&all[1..]), "/b/tensorwasm/keys");
    assert_eq!(run(&all[2..]), "/c/.config/tensorwasm/keys");
    assert_eq!(run(&[("TENSORWASM_KEYS", ""), xdg, all[2]]), "/c/.config/tensorwasm/keys");
}
