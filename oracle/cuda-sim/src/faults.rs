//! What goes wrong on purpose.
//!
//! `TENSORWASM_CUDA_SIM` holds words, separated by commas, some with a number behind `=`:
//!
//! | word | effect |
//! |---|---|
//! | `no-device` | the driver finds no device |
//! | `capability=N` | compute capability N / 10 . N % 10 instead of 9.0 |
//! | `steps=N` | a launch of more than N PTX instructions never ends |
//! | `jit` | the compiler refuses every image |
//! | `out-of-memory=N` | every allocation from the Nth on fails |
//! | `refused-launch` | every launch is refused for want of resources |
//! | `endless` | no launch ever ends |
//! | `held=N` | the first launch ends only after the context has been made current N more times |
//! | `illegal-address` | the first launch ends with an illegal address, and the context is lost |
//! | `ecc` | the first wait for a stream ends with an ECC error, and the context is lost |
//! | `unknown-error` | the first launch ends with an error that no driver of today has |
//! | `flag` | the first launch leaves junk in the first four bytes of its first parameter's memory |

/// What was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the table above describes each field")]
pub struct Faults {
    pub no_device: bool,
    pub capability: u32,
    pub steps: u64,
    pub jit: bool,
    pub out_of_memory: Option<u64>,
    pub refused_launch: bool,
    pub endless: bool,
    pub held: Option<u64>,
    pub illegal_address: bool,
    pub ecc: bool,
    pub unknown_error: bool,
    pub flag: bool,
}

/// Instructions of a launch that isn't meant to run forever.
const STEPS: u64 = 1 << 30;

impl Default for Faults {
    fn default() -> Faults {
        Faults {
            no_device: false,
            capability: 90,
            steps: STEPS,
            jit: false,
            out_of_memory: None,
            refused_launch: false,
            endless: false,
            held: None,
            illegal_address: false,
            ecc: false,
            unknown_error: false,
            flag: false,
        }
    }
}

impl Faults {
    /// Reads the words; an error is the word that isn't one.
    pub fn read(text: &str) -> Result<Faults, String> {
        let mut faults = Faults::default();
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let (name, number) = match word.split_once('=') {
                Some((name, number)) => (name, Some(number.parse::<u64>().map_err(|_| word.to_string())?)),
                None => (word, None),
            };
            match (name, number) {
                ("no-device", None) => faults.no_device = true,
                ("capability", Some(number)) => faults.capability = number as u32,
                ("steps", Some(number)) => faults.steps = number,
                ("jit", None) => faults.jit = true,
                ("out-of-memory", Some(number)) => faults.out_of_memory = Some(number),
                ("refused-launch", None) => faults.refused_launch = true,
                ("endless", None) => faults.endless = true,
                ("held", Some(number)) => faults.held = Some(number),
                ("illegal-address", None) => faults.illegal_address = true,
                ("ecc", None) => faults.ecc = true,
                ("unknown-error", None) => faults.unknown_error = true,
                ("flag", None) => faults.flag = true,
                _ => return Err(word.to_string()),
            }
        }
        Ok(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::Faults;

    #[test]
    fn words_are_read_and_others_refused() {
        let faults = Faults::read("endless, steps=12,held=3").unwrap();
        assert_eq!(faults, Faults { endless: true, steps: 12, held: Some(3), ..Faults::default() });
        for word in ["endles", "steps", "steps=many", "endless=1"] {
            assert_eq!(Faults::read(word), Err(word.to_string()));
        }
    }
}
