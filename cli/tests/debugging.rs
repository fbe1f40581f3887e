//! Finding out what happened and why: backtraces of programs that trap, the text of kernels, the forms on disk.

use runtime::{End, Entry, Program, RunOptions, SessionOptions};
use std::path::Path;
use std::process::{Command, Output};

fn traps(name: &str) -> String {
    format!("{}/../compiler/tests/traps/{name}.wasm", env!("CARGO_MANIFEST_DIR"))
}

fn tensorwasm(args: &[&str]) -> Output {
    // Plain wasmtime names lines only where the environment asks for them; ours don't depend on it.
    let mut command = Command::new(env!("CARGO_BIN_EXE_tensorwasm"));
    command.args(args).env_remove("WASMTIME_BACKTRACE_DETAILS").env("TENSORWASM_CACHE", "").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A backtrace without the code offsets, which differ between a module and its bundle.
fn frames(backtrace: &str) -> String {
    let lines = backtrace.lines().map(|line| match line.split_once(" - ") {
        Some((place, name)) if place.contains("0x") => format!("{} {name}\n", place.split(':').next().unwrap().trim()),
        _ => format!("{}\n", line.trim()),
    });
    lines.collect()
}

/// How the original module ends on plain wasmtime.
fn plain(wasm: &str, export: &str, arg: &str) -> (String, String) {
    let program = Program::Plain(std::fs::read(wasm).unwrap());
    let entry = Entry::Export { name: export.into(), args: vec![arg.into()] };
    let options = RunOptions { session: SessionOptions::default(), entry, dump_memories: false };
    match runtime::run(&program, &options).unwrap().end {
        End::Trapped { kind, backtrace } => (kind, frames(&backtrace)),
        end => panic!("{wasm} {export} {arg}: {end:?}"),
    }
}

#[test]
fn a_fallback_traps_where_the_original_does() {
    let calls =
        [("divide_by_zero", "9"), ("divide_by_zero", "63"), ("out_of_bounds", "100"), ("out_of_bounds", "4096")];
    for name in ["clang-dwarf4", "clang-dwarf5", "zig-cc-dwarf5", "zig", "rustc"] {
        let wasm = traps(name);
        let folder = tempfile::tempdir().unwrap();
        let bundle = folder.path().join("b.wasm");
        let bundle = bundle.to_str().unwrap();
        assert!(tensorwasm(&["compile", &wasm, "-o", bundle]).status.success());
        let mut skipped = 0;
        for (export, arg) in calls {
            let (kind, wanted) = plain(&wasm, export, arg);
            assert!(wanted.contains("/traps.") && wanted.contains(export), "{name}: {wanted}");
            for device in ["cpu", "off"] {
                let args =
                    ["run", bundle, "--allow-unsigned", "--device", device, "--stats", "json", "--invoke", export, arg];
                let output = tensorwasm(&args);
                assert_eq!(output.status.code(), Some(134), "{name} {export} on {device}");
                let stderr = text(&output.stderr);
                let (trap, stats) = stderr.trim_end().rsplit_once('\n').unwrap();
                let (first, backtrace) = trap.split_once('\n').unwrap();
                assert_eq!(first, format!("trap: {kind}"), "{name} {export} on {device}");
                assert_eq!(frames(backtrace), wanted, "{name} {export} on {device}");
                let stats: serde_json::Value = serde_json::from_str(stats).unwrap();
                let skips = |r: &serde_json::Value| {
                    r["skipped"]["bail"].as_u64().unwrap() + r["skipped"]["guard"].as_u64().unwrap()
                };
                skipped += stats["regions"].as_array().unwrap().iter().map(skips).sum::<u64>();
            }
        }
        assert!(skipped > 0, "{name}: no trap came out of a fallback");
    }
}

#[test]
fn a_backtrace_names_functions_inlined_calls_lines_and_columns() {
    let output = tensorwasm(&["run", &traps("clang-dwarf5"), "--device", "cpu", "--invoke", "divide_by_zero", "9"]);
    let stderr = text(&output.stderr);
    let (first, backtrace) = stderr.split_once('\n').unwrap();
    insta::assert_snapshot!(format!("{first}\n{}", frames(backtrace)), @"
    trap: integer divide by zero
    error while executing at wasm backtrace:
    0 quotient
    at /tmp/traps/traps.c:6:14
    - divide
    at /tmp/traps/traps.c:11:18
    1 divide_by_zero
    at /tmp/traps/traps.c:29:5
    ");
}

#[test]
fn explain_shows_a_loop_with_its_region_and_kernel() {
    let output = tensorwasm(&["explain", &traps("clang-dwarf5"), "--function", "divide", "--ir"]);
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(text(&output.stdout), @r#"
    loop 1: divide at 0xdf, /tmp/traps/traps.c:9: offloaded as region 1
        region 1 in function 1 (divide) at 0xdf, /tmp/traps/traps.c:9
          n0 = 64
          f0: read 4 bytes at 1024 + i0 * 4 of memory 0, align 4
          f1: read 4 bytes at 1280 + i0 * 4 of memory 0, align 4
          f2: write 4 bytes at 1536 + i0 * 4 of memory 0, align 4, all written
          guard the step hits the bound: 4 divides 252
          guard arrays 0 and 2 are independent: f0 | f2
          guard arrays 1 and 2 are independent: f1 | f2
          estimate 63
          may bail
        func "divide_df" -> () {
        b0(v0: i64):
          v1 = i32.const -256
          v2 = i32.wrap_i64 v0
          v3 = i32.const 4
          v4 = i32.mul v2, v3
          v5 = i32.add v1, v4
          jump b1
        b1:
          v6 = i32.const 1792
          v7 = i32.add v5, v6
          v8 = i32.const 1280
          v9 = i32.add v5, v8
          v10 = i32.load s0 v9+0
          v11 = i32.const 1536
          v12 = i32.add v5, v11
          v13 = i32.load s1 v12+0
          v14 = i32.div_s v10, v13
          i32.store s2 v7+0, v14
          jump b2
        b2:
          return
        }
    1 of 1 loops shown are offloaded; the module has 3
    "#);
}

#[test]
fn explain_shows_a_loop_with_its_ptx() {
    let output = tensorwasm(&["explain", &traps("clang-dwarf5"), "--loop", "2", "--ptx", "--target", "sm_90"]);
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(text(&output.stdout), @"
    loop 2: scale at 0x142, /tmp/traps/traps.c:18: offloaded as region 2
        PTX for sm_90
        .version 7.8
        .target sm_90
        .address_size 64

        .visible .entry region_2(
            .param .b64 region_2_0,
            .param .b64 region_2_1,
            .param .b64 region_2_2,
            .param .b64 region_2_3,
            .param .b32 region_2_4,
            .param .b32 region_2_5
        )
        .reqntid 256, 1, 1
        {
            .reg .pred %p<2>;
            .reg .b32 %r<9>;
            .reg .b64 %rd<7>;
            ld.param.b64 %rd2, [region_2_2];
            mov.u32 %r6, %ctaid.x;
            mov.u32 %r7, %tid.x;
            mul.wide.u32 %rd3, %r6, 256;
            cvt.u64.u32 %rd4, %r7;
            add.s64 %rd0, %rd3, %rd4;
            setp.ge.u64 %p0, %rd0, %rd2;
            @%p0 exit;
            ld.param.b64 %rd5, [region_2_3];
            ld.param.b32 %r0, [region_2_4];
            cvt.u32.u64 %r1, %rd0;
            mul.lo.s32 %r2, %r1, 4;
            add.s32 %r3, %r0, %r2;
            cvt.u64.u32 %rd6, %r3;
            add.s64 %rd1, %rd5, %rd6;
            ld.global.b32 %r4, [%rd1];
            add.rn.f32 %r5, %r4, %r4;
            setp.nan.f32 %p1, %r5, %r5;
            selp.b32 %r8, 2143289344, %r5, %p1;
            st.global.b32 [%rd1], %r8;
            exit;
        }
    1 of 1 loops shown are offloaded; the module has 3
    ");
}

#[test]
fn explain_gives_the_same_as_json() {
    let args = ["explain", &traps("clang-dwarf5"), "--function", "scale", "--ir", "--ptx", "--json"];
    let report: serde_json::Value = serde_json::from_slice(&tensorwasm(&args).stdout).unwrap();
    let [only] = report["loops"].as_array().unwrap().as_slice() else { panic!("{report}") };
    assert_eq!((&only["loop"], &only["function"], &only["status"]), (&2.into(), &"scale".into(), &"offloaded".into()));
    assert_eq!(only["line"], "/tmp/traps/traps.c:18");
    assert!(only["region"].as_str().unwrap().starts_with("region 2 in function 3 (scale)"));
    assert!(only["kernel"].as_str().unwrap().starts_with("func "));
    assert!(only["ptx"]["sm_80"].as_str().unwrap().contains(".visible .entry region_2("));
    assert_eq!(only["ptx_errors"], serde_json::json!({}));
}

#[test]
fn loops_name_their_line() {
    let output = tensorwasm(&["explain", &traps("rustc"), "--function", "add"]);
    let shown = text(&output.stdout);
    assert!(shown.contains(", /traps/traps.rs:31: offloaded as region "), "{shown}");
}

#[test]
fn filters_that_find_nothing_are_mistakes() {
    for (args, words) in [
        (&["--loop", "3"][..], "there is no loop 3; the module has 3, counted from 0"),
        (&["--function", "nothing"], "no function with a loop has a name like `nothing`"),
        (&["--function", "scale", "--loop", "0"], "loop 0 isn't in that function"),
        (&["--target", "sm_90"], "--ptx"),
        (&["--ptx", "--target", "sm_1"], "`sm_1` isn't a target"),
    ] {
        let module = traps("clang-dwarf5");
        let output = tensorwasm(&[&["explain", module.as_str()], args].concat());
        let message = text(&output.stderr);
        assert_eq!((output.status.code(), message.contains(words)), (Some(2), true), "{args:?}: {message}");
    }
}

fn compile_into(emit: &Path, ptxas: Option<&Path>) -> Output {
    let bundle = tempfile::NamedTempFile::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tensorwasm"));
    command.args(["compile", &traps("clang-dwarf5"), "--target", "sm_80,sm_120", "-o"]).arg(bundle.path());
    // Without PTXAS and without a path there is no assembler.
    command.arg("--emit").arg(emit).env("PATH", "");
    match ptxas {
        Some(path) => command.env("PTXAS", path),
        None => command.env_remove("PTXAS"),
    };
    command.output().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn index(emit: &Path) -> (String, serde_json::Value) {
    let json = std::fs::read(emit.join("index.json")).unwrap();
    (std::fs::read_to_string(emit.join("index.txt")).unwrap(), serde_json::from_slice(&json).unwrap())
}

#[test]
fn emit_writes_every_form_and_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let emit = folder.path().join("deep/emit");
    assert!(compile_into(&emit, None).status.success());
    let mut wanted = vec!["index.json".to_string(), "index.txt".into()];
    for region in 0..3 {
        wanted.extend(["lowered.txt", "pliron.txt", "sm_120.ptx", "sm_80.ptx"].map(|e| format!("region-{region}.{e}")));
    }
    assert_eq!(names(&emit), wanted);
    let (shown, json) = index(&emit);
    insta::assert_snapshot!(shown, @"
    ptxas isn't at hand: name it by the environment variable PTXAS, or put it on the path
    region 0 (loop 0): divide_by_zero at 0x7c, /tmp/traps/traps.c:23
      trips: 64
      sm_80: not assembled
      sm_120: not assembled
    region 1 (loop 1): divide at 0xdf, /tmp/traps/traps.c:9
      trips: 64, may bail
      sm_80: not assembled
      sm_120: not assembled
    region 2 (loop 2): scale at 0x142, /tmp/traps/traps.c:18
      trips: (u(i32.add(l1, -1)) + 1)
      sm_80: not assembled
      sm_120: not assembled
    ");
    assert_eq!((&json["format"], &json["ptxas"]), (&"tensorwasm-emit".into(), &serde_json::Value::Null));
    assert_eq!(json["regions"][1]["line"], "/tmp/traps/traps.c:9");
    assert_eq!(json["regions"][1]["targets"][0]["ptxas"], serde_json::Value::Null);
    let lowered = std::fs::read_to_string(emit.join("region-1.lowered.txt")).unwrap();
    assert!(lowered.starts_with("region 1 in function 1 (divide)") && lowered.contains("func "), "{lowered}");
    assert_eq!(names(folder.path().join("deep").as_path()), ["emit"], "something was left behind");
}

#[test]
fn emit_replaces_its_own_folder_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let emit = folder.path().join("emit");
    std::fs::create_dir(&emit).unwrap();
    assert!(compile_into(&emit, None).status.success(), "an empty folder is nobody's");
    std::fs::write(emit.join("region-7.lowered.txt"), "of an earlier version").unwrap();
    assert!(compile_into(&emit, None).status.success());
    assert!(!emit.join("region-7.lowered.txt").exists());
    let refused = |words: &str| {
        let output = compile_into(&emit, None);
        let message = text(&output.stderr);
        assert_eq!((output.status.code(), message.contains(words)), (Some(2), true), "{message}");
    };
    std::fs::write(emit.join("notes.txt"), "mine").unwrap();
    refused("holds `notes.txt`, which --emit didn't write");
    assert_eq!(std::fs::read_to_string(emit.join("notes.txt")).unwrap(), "mine");
    std::fs::remove_file(emit.join("notes.txt")).unwrap();
    std::fs::write(emit.join("index.json"), "{}").unwrap();
    refused("has no index.json of --emit");
    std::fs::remove_dir_all(&emit).unwrap();
    std::fs::write(&emit, "a file").unwrap();
    refused("is no folder");
}

#[cfg(unix)]
#[test]
fn emit_reports_what_ptxas_says() {
    let folder = tempfile::tempdir().unwrap();
    let emit = folder.path().join("emit");
    // It takes one target and refuses the other.
    let ptxas = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../lowering/tests/assembler.sh"));
    assert!(compile_into(&emit, Some(ptxas)).status.success());
    let (shown, json) = index(&emit);
    insta::assert_snapshot!(shown.lines().take(5).collect::<Vec<_>>().join("\n"), @"
    ptxas: a tool, release 99.9, V99.9.9
    region 0 (loop 0): divide_by_zero at 0x7c, /tmp/traps/traps.c:23
      trips: 64
      sm_80: 21 registers, 16 bytes of stack, 8 of spill stores, 12 of spill loads, 400 of constant memory
      sm_120: ptxas refuses the text (exit status: 255): ptxas fatal   : no
    ");
    let images = &json["regions"][0]["targets"];
    assert_eq!((&images[0]["ptxas"]["registers"], &images[0]["ptxas"]["spill_load_bytes"]), (&21.into(), &12.into()));
    assert!(std::fs::read_to_string(emit.join("region-0.sm_120.ptxas.txt")).unwrap().contains("fatal"));
    // A path that leads nowhere is told, and the rest is written.
    assert!(compile_into(&emit, Some(&folder.path().join("missing"))).status.success());
    let (shown, json) = index(&emit);
    assert!(shown.starts_with("ptxas: can't run ") && json["ptxas_error"].is_string(), "{shown}");
}

#[test]
fn inspect_names_regions_without_ptx() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("b.wasm");
    let wasm = std::fs::read(traps("clang-dwarf5")).unwrap();
    let compiled = compiler::compile(&wasm, &compiler::Options::default()).unwrap();
    let whole = bundle::read(&compiled.bundle).unwrap();
    let contents = bundle::Contents {
        source: bundle::digest(&wasm),
        options: whole.manifest.options.clone(),
        memories: whole.manifest.memories.clone(),
        regions: compiled.regions.clone(),
        kernels: compiled.kernels.clone(),
        ptx: compiled.ptx[1..].to_vec(),
    };
    std::fs::write(&file, bundle::write(&whole.module, &contents).unwrap()).unwrap();
    let shown = text(&tensorwasm(&["inspect", file.to_str().unwrap()]).stdout);
    let notes: Vec<&str> = shown.lines().filter(|line| line.starts_with("note")).collect();
    assert_eq!(notes, ["note: region 0 has no PTX for sm_80"]);
}
