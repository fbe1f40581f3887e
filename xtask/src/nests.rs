//! Which parallel nests of a function's source are offloaded, judged by the loops of its Wasm.
//!
//! Input: the source's loops with their verdicts, and the loops of the function that a producer made of it. Output: counts
//! of nests. A nest is a loop that the source calls parallel, with all inside it, unless such a loop is around it.
//!
//! Nothing says which Wasm loop comes from which source loop. Where there are as many of them, nested alike, they are taken
//! to be the same in the same order. Elsewhere a producer has unrolled, doubled, split or removed loops, and the offloaded
//! loops that don't lie in one another are shared out, one for each nest: what is counted then is the most that it can be.

/// A loop of the source.
#[derive(Clone)]
pub struct Verdict {
    /// In how many loops it lies.
    pub depth: usize,
    /// Parallel, with or without a guard.
    pub parallel: bool,
}

/// A loop of the Wasm, in order of place.
pub struct Loop {
    /// In how many loops it lies.
    pub depth: usize,
    pub offloaded: bool,
}

/// What a producer made of the loops of one function.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Shape {
    /// As many, nested alike.
    Same,
    /// More, or otherwise nested: unrolled loops with a rest, loops of several versions.
    More,
    /// Fewer: small loops unrolled as a whole, or made into bulk memory operations.
    Fewer,
    /// None at all.
    None,
}

/// The nests of one function.
#[derive(PartialEq, Eq, Debug)]
pub struct Nests {
    pub shape: Shape,
    pub all: usize,
    /// Offloaded from their outermost loop on.
    pub whole: usize,
    /// Offloaded from a loop inside.
    pub inside: usize,
}

pub fn judge(source: &[Verdict], wasm: &[Loop]) -> Nests {
    let nests = outermost(source, |verdict| verdict.depth, |verdict| verdict.parallel);
    let shape = shape(source, wasm);
    let (whole, inside) = match shape {
        Shape::Same => matched(source, wasm, &nests),
        _ => shared_out(source, wasm, &nests),
    };
    Nests { shape, all: nests.len(), whole, inside }
}

fn shape(source: &[Verdict], wasm: &[Loop]) -> Shape {
    let alike = source.iter().map(|verdict| verdict.depth).eq(wasm.iter().map(|l| l.depth));
    match () {
        () if alike => Shape::Same,
        () if wasm.is_empty() => Shape::None,
        () if wasm.len() < source.len() => Shape::Fewer,
        () => Shape::More,
    }
}

/// The loops that are wanted and lie in no other that is.
fn outermost<T>(loops: &[T], depth: impl Fn(&T) -> usize, wanted: impl Fn(&T) -> bool) -> Vec<usize> {
    let mut found = Vec::new();
    let mut within: Option<usize> = None;
    for (index, one) in loops.iter().enumerate() {
        within = within.filter(|&around| depth(one) > around);
        if within.is_none() && wanted(one) {
            within = Some(depth(one));
            found.push(index);
        }
    }
    found
}

fn matched(source: &[Verdict], wasm: &[Loop], nests: &[usize]) -> (usize, usize) {
    let (mut whole, mut inside) = (0, 0);
    for &nest in nests {
        let depth = source[nest].depth;
        if wasm[nest].offloaded {
            whole += 1;
        } else if wasm[nest + 1..].iter().take_while(|l| l.depth > depth).any(|l| l.offloaded) {
            inside += 1;
        }
    }
    (whole, inside)
}

fn shared_out(source: &[Verdict], wasm: &[Loop], nests: &[usize]) -> (usize, usize) {
    let mut wanted: Vec<usize> = nests.iter().map(|&nest| source[nest].depth).collect();
    wanted.sort_unstable();
    // A loop around all nests may be offloaded as well, under a guard.
    let least = wanted.first().copied().unwrap_or(0);
    let shared = [0, least].map(|least| {
        let found = outermost(wasm, |l| l.depth, |l| l.offloaded && l.depth >= least);
        let mut offloaded: Vec<usize> = found.into_iter().map(|at| wasm[at].depth).collect();
        offloaded.sort_unstable();
        let pairs = || offloaded.iter().zip(&wanted);
        let whole = pairs().filter(|(found, wanted)| found <= wanted).count();
        (pairs().count(), whole)
    });
    let (all, whole) = shared[0].max(shared[1]);
    (whole, all - whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(loops: &[(usize, bool)]) -> Vec<Verdict> {
        loops.iter().map(|&(depth, parallel)| Verdict { depth, parallel }).collect()
    }

    fn wasm(loops: &[(usize, bool)]) -> Vec<Loop> {
        loops.iter().map(|&(depth, offloaded)| Loop { depth, offloaded }).collect()
    }

    fn counts(source: &[Verdict], wasm: &[Loop]) -> (Shape, usize, usize, usize) {
        let Nests { shape, all, whole, inside } = judge(source, wasm);
        (shape, all, whole, inside)
    }

    #[test]
    fn loops_nested_alike_are_the_same_loops() {
        let plane = source(&[(0, true), (1, true)]);
        assert_eq!(counts(&plane, &wasm(&[(0, true), (1, false)])), (Shape::Same, 1, 1, 0));
        assert_eq!(counts(&plane, &wasm(&[(0, false), (1, true)])), (Shape::Same, 1, 0, 1));
        let steps = source(&[(0, false), (1, true), (1, true)]);
        assert_eq!(counts(&steps, &wasm(&[(0, false), (1, true), (1, false)])), (Shape::Same, 2, 1, 0));
    }

    #[test]
    fn elsewhere_each_nest_takes_an_offloaded_loop() {
        let line = source(&[(0, true)]);
        assert_eq!(counts(&line, &wasm(&[(0, true), (0, true)])), (Shape::More, 1, 1, 0));
        assert_eq!(counts(&line, &wasm(&[(0, false), (1, true)])), (Shape::More, 1, 0, 1));
        assert_eq!(counts(&line, &wasm(&[])), (Shape::None, 1, 0, 0));
        // Under a guard the loop around two nests is offloaded as well.
        let rounds = source(&[(0, false), (1, true), (1, true)]);
        let wasm_rounds = wasm(&[(0, true), (1, true), (1, false), (1, true)]);
        assert_eq!(counts(&rounds, &wasm_rounds), (Shape::More, 2, 2, 0));
        assert_eq!(counts(&rounds, &wasm(&[(0, true), (0, true)])), (Shape::Fewer, 2, 2, 0));
        let block = source(&[(0, true), (1, true), (0, true)]);
        assert_eq!(counts(&block, &wasm(&[(0, true)])), (Shape::Fewer, 2, 1, 0));
    }
}
