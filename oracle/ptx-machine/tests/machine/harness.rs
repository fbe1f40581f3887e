//! Runs single instructions and small kernels.

use tensorwasm_ptx_machine::{Access, Fault, Handle, Launch, Memory, Options, Program, Stats, parse, prepare, run};

/// The header of every module.
pub const HEADER: &str = ".version 7.8\n.target sm_80\n.address_size 64\n";

/// Parses and prepares the only kernel of `text`, which must be right.
pub fn program(text: &str) -> Program {
    let module = parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    prepare(&module.kernels[0]).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The message with which `text` is refused, by whichever stage.
pub fn refusal(text: &str) -> String {
    match parse(text) {
        Err(error) => error.to_string(),
        Ok(module) => match module.kernels.iter().map(prepare).find_map(Result::err) {
            Some(error) => error.to_string(),
            None => panic!("accepted:\n{text}"),
        },
    }
}

/// A kernel `k` with pointer parameters `names`, loaded into registers `%name`, and register banks `%p<8>`, `%h<8>`,
/// `%r<8>`, `%d<8>`. The body starts on line 5.
pub fn kernel(names: &[&str], body: &str) -> String {
    let params: Vec<String> = names.iter().map(|name| format!(".param .u64 {name}")).collect();
    let mut text = format!("{HEADER}.visible .entry k({}) {{ .reg .pred %p<8>; ", params.join(", "));
    text += ".reg .b16 %h<8>; .reg .b32 %r<8>; .reg .b64 %d<8>; ";
    for name in names {
        text += &format!(".reg .b64 %{name}; ld.param.u64 %{name}, [{name}]; ");
    }
    text + "\n" + body + "\n}\n"
}

/// One thread, or as many as `block` says, over writable buffers that the kernel gets in order.
pub struct Bench {
    pub program: Program,
    pub memory: Memory,
    pub buffers: Vec<Handle>,
    pub launch: Launch,
    pub options: Options,
}

impl Bench {
    pub fn new(text: &str, buffers: &[&[u8]]) -> Bench {
        let mut memory = Memory::new();
        let place = |bytes: &&[u8]| memory.alloc(bytes.to_vec(), 256, Access::ReadWrite).unwrap();
        let buffers: Vec<Handle> = buffers.iter().map(place).collect();
        let args = buffers.iter().map(|handle| memory.base(*handle)).collect();
        let launch = Launch { grid: [1; 3], block: [1; 3], args, step_budget: 1_000_000 };
        Bench { program: program(text), memory, buffers, launch, options: Options::default() }
    }

    pub fn grid(mut self, grid: u32, block: u32) -> Bench {
        self.launch.grid = [grid, 1, 1];
        self.launch.block = [block, 1, 1];
        self
    }

    pub fn options(mut self, options: Options) -> Bench {
        self.options = options;
        self
    }

    pub fn run(&mut self) -> Result<Stats, Fault> {
        run(&self.program, &mut self.memory, &self.launch, &self.options)
    }

    /// Runs to the end and returns the buffer with this number.
    pub fn output(mut self, buffer: usize) -> Vec<u8> {
        self.run().unwrap_or_else(|fault| panic!("{fault}"));
        self.memory.bytes(self.buffers[buffer]).to_vec()
    }

    /// The message of the fault with which the run ends.
    pub fn fault(mut self) -> String {
        self.run().expect_err("a fault").to_string()
    }
}

/// Result bits of `opcode` with registers of the banks that `banks` spells (destination first, one of `p h r d`) holding
/// `inputs`.
pub fn calc_with(options: Options, opcode: &str, banks: &str, inputs: &[u64]) -> u64 {
    let mut body = String::new();
    let mut operands = Vec::new();
    for (at, bank) in banks.chars().enumerate() {
        operands.push(format!("%{bank}{at}"));
        let Some(from) = at.checked_sub(1).map(|at| 8 * at) else { continue };
        body += &match bank {
            'p' => format!("ld.global.b32 %r7, [%in+{from}]; setp.ne.b32 %p{at}, %r7, 0;\n"),
            'h' => format!("ld.global.b16 %h{at}, [%in+{from}];\n"),
            'r' => format!("ld.global.b32 %r{at}, [%in+{from}];\n"),
            _ => format!("ld.global.b64 %d{at}, [%in+{from}];\n"),
        };
    }
    body += &format!("{opcode} {};\n", operands.join(", "));
    body += match &banks[..1] {
        "p" => "selp.b64 %d0, 1, 0, %p0; st.global.b64 [%out], %d0; ret;",
        "h" => "st.global.b16 [%out], %h0; ret;",
        "r" => "st.global.b32 [%out], %r0; ret;",
        _ => "st.global.b64 [%out], %d0; ret;",
    };
    let input: Vec<u8> = inputs.iter().flat_map(|value| value.to_le_bytes()).collect();
    let bench = Bench::new(&kernel(&["in", "out"], &body), &[&input, &[0; 8]]).options(options);
    u64::from_le_bytes(bench.output(1).try_into().unwrap())
}

/// As [`calc_with`], with nothing adversarial.
pub fn calc(opcode: &str, banks: &str, inputs: &[u64]) -> u64 {
    calc_with(Options::default(), opcode, banks, inputs)
}

/// Checks rows of inputs and result.
pub fn check<const N: usize>(opcode: &str, banks: &str, rows: &[([u64; N], u64)]) {
    for (inputs, expected) in rows {
        let got = calc(opcode, banks, inputs);
        assert_eq!(got, *expected, "{opcode} {inputs:x?} gives {got:#x}, not {expected:#x}");
    }
}

/// Little-endian bytes of `values`.
pub fn words(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}
