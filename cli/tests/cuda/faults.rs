//! Whatever the driver does, results are those of the original loops, and the statistics say why.

use crate::{Installed, corpus, run, total};
use Installed::StandIn;

/// The skips and the first reason that some region has.
fn story(faults: &'static str, time_limit: &str) -> String {
    let program = corpus("rustc/heat2d");
    let words = [program.as_str(), "--time-limit", time_limit];
    let (wanted, _) = run(&StandIn(""), "off", &words);
    let (found, regions) = run(&StandIn(faults), "cuda", &words);
    assert_eq!(found, wanted, "{faults}");
    let skipped = ["error", "timeout", "off", "bail"].map(|cause| (cause, total(&regions, "skipped", cause)));
    let skipped: Vec<String> =
        skipped.iter().filter(|(_, n)| *n > 0).map(|(cause, n)| format!("{n} {cause}")).collect();
    let reasons = |field: &str| {
        let mut reasons: Vec<String> =
            regions.iter().filter_map(|r| Some(format!("{field}: {}", r[field].as_str()?))).collect();
        reasons.dedup();
        reasons
    };
    let done = total(&regions, "done", "cuda");
    let reasons = [reasons("off"), reasons("failure")].concat();
    let counts = std::iter::once(format!("{done} done")).chain(skipped).collect::<Vec<_>>().join(", ");
    format!("{counts}\n{}", reasons.join("\n"))
}

#[test]
fn an_image_that_the_driver_refuses_turns_its_region_off() {
    insta::assert_snapshot!(story("jit", "5000"), @"
    0 done, 40 off
    off: cuModuleLoadDataEx: CUDA_ERROR_INVALID_PTX (218): a PTX JIT compilation failed; ptxas application ptx input, line 1; fatal   : the stand-in driver was asked to refuse this
    ");
}

#[test]
fn failures_of_one_launch_cost_that_launch() {
    insta::assert_snapshot!(story("out-of-memory=4", "5000"), @"
    1 done, 2522 error
    failure: cuMemAlloc_v2: CUDA_ERROR_OUT_OF_MEMORY (2): out of memory
    ");
    insta::assert_snapshot!(story("refused-launch", "5000"), @"
    0 done, 2523 error
    failure: cuLaunchKernel: CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES (701): too many resources requested for launch
    ");
    insta::assert_snapshot!(story("flag", "5000"), @"
    42 done, 1 error
    failure: the bail flag holds 0xa5a5a5a5
    ");
}

#[test]
fn a_lost_context_turns_the_device_off() {
    insta::assert_snapshot!(story("illegal-address", "5000"), @"
    0 done, 1 error, 43 off
    off: the device is lost: cuEventQuery: CUDA_ERROR_ILLEGAL_ADDRESS (700): an illegal memory access was encountered
    failure: the device is lost: cuEventQuery: CUDA_ERROR_ILLEGAL_ADDRESS (700): an illegal memory access was encountered
    ");
    insta::assert_snapshot!(story("ecc", "5000"), @"
    0 done, 1 error, 43 off
    off: the device is lost: cuStreamSynchronize: CUDA_ERROR_ECC_UNCORRECTABLE (214): uncorrectable ECC error encountered
    failure: the device is lost: cuStreamSynchronize: CUDA_ERROR_ECC_UNCORRECTABLE (214): uncorrectable ECC error encountered
    ");
    insta::assert_snapshot!(story("unknown-error", "5000"), @"
    0 done, 1 error, 43 off
    off: the device is lost: cuEventQuery: an error without a name (4711): the driver doesn't describe it
    failure: the device is lost: cuEventQuery: an error without a name (4711): the driver doesn't describe it
    ");
}

#[test]
fn an_overdue_launch_is_given_up_and_the_device_left_alone_until_it_ends() {
    insta::assert_snapshot!(story("endless", "1500"), @"
    0 done, 1 timeout, 2522 off
    failure: an overdue launch hasn't ended yet
    ");
    insta::assert_snapshot!(story("held=5", "1500"), @"
    100 done, 1 timeout, 4 off
    failure: an overdue launch hasn't ended yet
    ");
}
