//! The runtime's conformance suite on the PTX machine, with the PTX that the compiler emits.

use bundle::PtxImage;
use ir::region::{Kernel, Region};
use lowering::ptx;
use runtime::conformance;
use runtime::device::Device;
use std::sync::Arc;
use tensorwasm_oracle::PtxSim;

fn images(region: &Region, kernel: &Kernel) -> Vec<PtxImage> {
    let entry = "entry".to_string();
    let options = ptx::Options { target: "sm_80".parse().unwrap() };
    let text = ptx::emit(region, kernel, &region.mappings[0], &entry, options).unwrap();
    vec![PtxImage { region: region.id, mapping: 0, target: "sm_80".into(), entry, text }]
}

#[test]
fn the_ptx_machine_conforms() {
    let sim = PtxSim::new();
    let device: Arc<dyn Device> = Arc::new(sim.clone());
    let report = conformance::run(&device, &images);
    assert!(report.passed() == conformance::cases().len(), "{report}{:?}", sim.take_findings());
    assert_eq!(sim.take_findings(), []);
}
