//! `cargo bench -p tensorwasm-bench`: see `docs/benchmarks.md`.
//!
//! Without `--bench`, as `cargo test --benches` runs it, everything runs once at a tiny size to show that it works.

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tensorwasm_bench::generate::{Plan, generate};
use tensorwasm_bench::process::{self, Cost, Work, measure};
use tensorwasm_bench::samples::Samples;
use tensorwasm_bench::shapes::SHAPES;
use tensorwasm_bench::{dispatch, load, shapes};

/// Benchmarks of tensorwasm.
#[derive(Parser)]
#[command(name = "cargo bench -p tensorwasm-bench --")]
struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
    /// Set by `cargo bench`; without it sizes are tiny.
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Subcommand)]
enum What {
    /// Throughput and peak memory of compiling, beside `wasmtime compile`.
    Compile {
        /// Modules, or folders of them; by default the corpus's biggest and generated ones of 1, 10 and 30 MB.
        modules: Vec<PathBuf>,
        /// Processes per figure.
        #[arg(long, default_value_t = 3)]
        samples: usize,
        /// Leave `wasmtime compile` out, which takes the most time.
        #[arg(long)]
        without_wasmtime: bool,
    },
    /// What an entry of a loop costs, by what becomes of its dispatch.
    Dispatch {
        /// Measurements per figure.
        #[arg(long, default_value_t = 21)]
        rounds: usize,
    },
    /// How compile time grows with modules that are extreme in one way.
    Shapes {
        /// Only shapes whose name holds this.
        #[arg(default_value = "")]
        name: String,
    },
    /// Writes a big module of real functions.
    Generate {
        /// Megabytes of code.
        megabytes: usize,
        /// Of a hundred functions, how many hold regions.
        percent: usize,
        /// The file to write.
        out: PathBuf,
        /// The module whose functions are taken; by default the corpus's biggest.
        #[arg(long)]
        base: Option<PathBuf>,
    },
    /// One sample: prints seconds, seconds of all cores, and bytes at the peak.
    #[command(hide = true)]
    Child {
        /// What to do.
        work: String,
        /// The module.
        file: PathBuf,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    match arguments.what {
        Some(What::Child { work, file }) => process::child(&work, &file),
        Some(What::Generate { megabytes, percent, out, base }) => {
            let base = base.map_or_else(biggest, Ok)?;
            let plan = Plan { size: megabytes * 1_000_000, percent };
            Ok(fs::write(&out, generate(&fs::read(base)?, plan)?)?)
        }
        Some(What::Compile { modules, samples, without_wasmtime }) => {
            println!("{}", load::machine());
            let folder = tempfile::tempdir()?;
            let modules =
                if modules.is_empty() { default_modules(folder.path(), 1_000_000)? } else { listed(modules)? };
            compile(&modules, samples.max(1), !without_wasmtime)
        }
        Some(What::Dispatch { rounds }) => dispatch_table(rounds.max(1), 0.02),
        Some(What::Shapes { name }) => shapes_table(&name, 1),
        None if arguments.bench => {
            println!("{}", load::machine());
            let folder = tempfile::tempdir()?;
            compile(&default_modules(folder.path(), 1_000_000)?, 3, true)?;
            dispatch_table(21, 0.02)
        }
        None => {
            let folder = tempfile::tempdir()?;
            compile(&default_modules(folder.path(), 10_000)?, 1, true)?;
            dispatch_table(1, 1e-5)?;
            shapes_table("", 1000)
        }
    }
}

/// The biggest module of the corpus.
fn biggest() -> Result<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/wasm");
    let producers: Vec<PathBuf> = fs::read_dir(&corpus)?.flatten().map(|entry| entry.path()).collect();
    let modules = listed(producers)?;
    let size = |path: &PathBuf| fs::metadata(path).map_or(0, |m| m.len());
    modules.into_iter().max_by_key(|path| (size(path), path.clone())).context("the corpus is empty")
}

/// The corpus's biggest, and modules generated of it: 1, 10 and 30 times `unit` bytes, with regions in a twentieth of the
/// functions, and the largest without any.
fn default_modules(folder: &Path, unit: usize) -> Result<Vec<PathBuf>> {
    let biggest = biggest()?;
    let base = fs::read(&biggest)?;
    let mut modules = vec![biggest];
    for (times, percent) in [(1, 5), (10, 5), (30, 5), (30, 0)] {
        let path = folder.join(format!("generated-{times}-{percent}%.wasm"));
        fs::write(&path, generate(&base, Plan { size: times * unit, percent })?)?;
        modules.push(path);
    }
    Ok(modules)
}

/// The files, and the `.wasm` files of the folders, in order of their names.
fn listed(paths: Vec<PathBuf>) -> Result<Vec<PathBuf>> {
    let mut modules = Vec::new();
    for path in paths {
        if path.is_dir() {
            let files = fs::read_dir(&path)?.flatten().map(|entry| entry.path());
            let mut found: Vec<PathBuf> = files.filter(|p| p.extension().is_some_and(|e| e == "wasm")).collect();
            found.sort();
            modules.extend(found);
        } else {
            modules.push(path);
        }
    }
    Ok(modules)
}

fn compile(modules: &[PathBuf], samples: usize, with_wasmtime: bool) -> Result<()> {
    println!(
        "\n{:<28} {:>7}  {:<9} {:>8} {:>8} {:>8} {:>8} {:>6}",
        "module", "MB", "work", "s", "MB/s", "CPU s", "peak MB", "load"
    );
    for module in modules {
        let size = fs::metadata(module).with_context(|| module.display().to_string())?.len() as f64 / 1e6;
        let name = module.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let works = [Work::Explain, Work::Compile, Work::Wasmtime];
        let mut peaks = Vec::new();
        for work in works.into_iter().filter(|&work| with_wasmtime || work != Work::Wasmtime) {
            let costs = (0..samples).map(|_| measure(work, module)).collect::<Result<Vec<Cost>>>();
            let costs = match costs {
                Ok(costs) => costs,
                Err(error) => {
                    println!("{name:<28} {size:>7.2}  {:<9} {error:#}", work.name());
                    continue;
                }
            };
            let median = |of: fn(&Cost) -> f64| Samples::new(costs.iter().map(of).collect()).median();
            let (wall, cpu, peak) = (median(|c| c.wall), median(|c| c.cpu), median(|c| c.peak as f64) / 1e6);
            let (rate, load) = (size / wall, load::average());
            println!(
                "{name:<28} {size:>7.2}  {:<9} {wall:>8.3} {rate:>8.2} {cpu:>8.2} {peak:>8.0} {load:>6}",
                work.name()
            );
            peaks.push((work, peak));
        }
        if let [_, (Work::Compile, ours), (Work::Wasmtime, theirs)] = peaks[..] {
            println!("{name:<28} {:>7}  peak memory of compile / wasmtime: {:.2}", "", ours / theirs);
        }
    }
    Ok(())
}

fn dispatch_table(rounds: usize, seconds: f64) -> Result<()> {
    println!("\nload {}, medians and quartiles of {rounds} rounds", load::average());
    println!("{:<8} {:<14} {:>10} {:>21}   {:>10} {:>21}", "live-ins", "way", "entry ns", "", "over plain", "");
    for row in dispatch::measure(rounds, seconds)? {
        let show = |samples: &Samples| {
            let (low, high) = samples.quartiles();
            format!("{:>10.2} {:>21}", samples.median(), format!("[{low:.2} .. {high:.2}]"))
        };
        println!("{:<8} {:<14} {}   {}", row.live_ins, name_of(row.way), show(&row.entry), show(&row.over_plain));
    }
    Ok(())
}

fn name_of(way: dispatch::Way) -> &'static str {
    match way {
        dispatch::Way::Plain => "plain",
        dispatch::Way::PlainDivision => "plain, dividing",
        dispatch::Way::BelowMinWork => "below min-work",
        dispatch::Way::Guard => "guard",
        dispatch::Way::Profit => "profit",
        dispatch::Way::Done => "done",
    }
}

fn shapes_table(name: &str, divisor: usize) -> Result<()> {
    println!("\nload {}", load::average());
    println!("{:<32} {:>9} {:>9} {:>9}  {:>16}  time when doubled", "shape", "count", "MB", "s", "regions of loops");
    for shape in SHAPES.iter().filter(|shape| shape.name.contains(name)) {
        let rows = shapes::measure(shape, shape.most / divisor)?;
        for (i, row) in rows.iter().enumerate() {
            let growth = match i.checked_sub(1).map(|before| row.seconds / rows[before].seconds) {
                Some(growth) => format!("x{growth:.1}"),
                None => String::new(),
            };
            let (megabytes, regions) = (row.bytes as f64 / 1e6, format!("{} of {}", row.regions.0, row.regions.1));
            println!(
                "{:<32} {:>9} {megabytes:>9.2} {:>9.3}  {regions:>16}  {growth}",
                shape.name, row.count, row.seconds
            );
        }
    }
    Ok(())
}
