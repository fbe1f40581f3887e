//! scratch
use tensorwasm_compiler::*;
fn main() {
    for f in std::env::args().skip(1) {
        let b = std::fs::read(&f).unwrap();
        match compile(&b, &Options::default()) {
            Ok(c) => {
                for l in &c.loops {
                    match &l.outcome {
                        Outcome::Offloaded { region } => {
                            println!("{f} {:?} {:#x} {:?} OFFLOADED {region}", l.name, l.offset, l.line)
                        }
                        Outcome::Declined(r) => println!("{f} {:?} {:#x} {:?} declined: {r}", l.name, l.offset, l.line),
                    }
                }
                if std::env::var("V").is_ok() {
                    for (r, k) in c.regions.iter().zip(&c.kernels) {
                        println!("{r}{}", k.func);
                    }
                    for p in &c.ptx {
                        println!("{}", p.text);
                    }
                }
            }
            Err(e) => println!("{f} ERROR {e}"),
        }
    }
}
