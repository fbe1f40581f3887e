//! SANDBOX: the load checker. Does a kernel stay within what its region declares, whoever compiled it?
//!
//! A signature says who made a bundle, not that it is right. Before a region may run, this program shows from the region, the
//! kernel and, for devices that run it, the PTX text, that
//!
//! 1. every access lies within its footprint in every iteration, and is of the kind that the footprint declares;
//! 2. no two different iterations touch a common byte if one of them stores to it, given the guards, and loops inside a thread
//!    run as often as an extent says at most, each time they are entered, unless the region is declared unbounded;
//! 3. a footprint that is declared all written is written as a whole by every iteration that completes;
//! 4. accesses are aligned whenever the footprint's base and strides are;
//!    Of a footprint whose accesses are checked all are loads (gathers), or all are updates by one operator, as wide as the footprint
//!    and aligned, and none lies elsewhere than in the *reach* that dispatch has chosen: a kernel's gather or update is written with
//!    its check by every emitter; PTX is shown to contain the check;
//! 5. PTX threads past the last iteration touch nothing; others touch only footprints, the bail flag, to raise it, and the
//!    slots of returned values, as their roles say; none waits for another, and loops are bounded as in 2.
//!
//! With what dispatch checks by itself (guards hold, hulls lie within their memories, and below 2^32 where a footprint's addresses have
//! 32 bits, a reach meets no hull that
//! is written, that of updates no hull at all, and is as long as its footprint is wide, trip counts are
//! positive), it follows that a launch touches no byte outside of the hulls, commits no byte that wasn't computed or copied
//! in, and, apart from what a compare-and-swap of a product shows to whoever misuses it, ends with the same bytes in whatever
//! order its threads run. What isn't shown here is that the kernel computes what
//! the original loop does: for that there are `verify --rebuild` and the oracle.
//!
//! It shares nothing with the compiler's analysis: there, linear forms grow from a loop's recurrences and demand guards;
//! here, everything is a polynomial ([`poly`]) over what is given ([`atoms`]), and guards are hypotheses ([`facts`]). Loops inside a thread are followed by [`rounds`].
//!
//! *The argument for 1.* Let an access compute the 32-bit address `a` and add the offset `o`; let its footprint's window in
//! this iteration start at the integer `F`, a polynomial in the iteration numbers. If `a + o - r` and `F` are equal modulo 2^32
//! as polynomials, then `zext(a)` is congruent to `F + r - o`. The hull lies between 0 and 2^32, so `F + r - o` is below 2^32 for
//! `r + width` within the window. The numbers of sequential dimensions in `F` are any that are shown to lie within their extents
//! ([`windows`]), so the window lies in the hull as well. It isn't negative if `o <= r`, or if `F - (o - r)` is shown not to be at the corners of the
//! iteration space, `F` being linear in each iteration number. So `zext(a) + o = F + r`. Addresses of 64 bits are added to their offsets
//! modulo 2^64, and a hull lies between 0 and 2^64 as every memory does: if `a + o - r` and `F` are equal modulo 2^64, then
//! `a + o` is `F + r`, whatever wraps around. Where `r` isn't one number but some of an
//! interval, because a mask bounds a part of the address ([`masks`]), this holds for each of them if it does for the ends.
//!
//! A region that isn't shown to be right is off, with the reason. That costs time and nothing else. Polynomials, cases and
//! depths are limited, and every step that multiplies, adds or copies them draws on an effort ([`budget`]).

mod atoms;
mod budget;
mod checks;
mod facts;
mod independence;
mod instructions;
mod joins;
mod lift;
mod loops;
mod masks;
mod nested;
#[cfg(test)]
mod nests;
mod poly;
mod ptx;
mod quotients;
mod registers;
mod returns;
mod rounds;
mod symbols;
#[cfg(test)]
mod tests;
mod windows;

pub use budget::{Budget, Scope};

use atoms::{Atom, Atoms};
use bundle::PtxImage;
use facts::{Guards, entails, guards, integers, learn};
use ir::lowered::BlockId;
use ir::region::{Access as Effect, IntId, Kernel, Region};
use masks::Masked;
use poly::{Poly, Ring};
use rounds::Rounds;
use symbols::Found;
use thiserror::Error;
use windows::{Place, Sequence};

/// What isn't shown, and so keeps a region off.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Unproven {
    /// An access may leave its footprint.
    #[error("an access of {width} bytes isn't shown to lie within footprint f{footprint}")]
    Access {
        /// The footprint.
        footprint: u32,
        /// Bytes accessed.
        width: u32,
    },
    /// A store to a footprint that is only read, or a load from one that is only written.
    #[error("footprint f{footprint} isn't declared to be accessed like this")]
    Kind {
        /// The footprint.
        footprint: u32,
    },
    /// An address may be negative and wrap around.
    #[error("an address in footprint f{footprint} isn't shown not to wrap around")]
    Wrap {
        /// The footprint.
        footprint: u32,
    },
    /// An address that isn't as wide as those of its footprint.
    #[error("an access to footprint f{footprint} has an address of another width than it declares")]
    Address {
        /// The footprint.
        footprint: u32,
    },
    /// A footprint whose bounds aren't understood.
    #[error("the bounds of footprint f{footprint} are too complex")]
    Footprint {
        /// The footprint.
        footprint: u32,
    },
    /// An access that isn't aligned whenever its footprint is.
    #[error("footprint f{footprint} doesn't declare the alignment that its accesses need")]
    Alignment {
        /// The footprint.
        footprint: u32,
    },
    /// More than a check may do.
    #[error("the region takes more effort to check than a check may")]
    TooComplex,
    /// PTX text that isn't understood as a kernel of the region.
    #[error("the PTX isn't a kernel of this region: {what}")]
    Ptx {
        /// What is wrong.
        what: &'static str,
    },
    /// A PTX access that isn't to a footprint, the bail flag or the returned values.
    #[error("line {line} of the PTX accesses something that isn't a footprint")]
    Foreign {
        /// The line.
        line: u32,
    },
    /// A PTX access at an address of which nothing is known, and no check of it that covers the access.
    #[error(
        "line {line} of the PTX accesses footprint f{footprint} without a check that shows where, and that it is aligned"
    )]
    Unchecked {
        /// The line.
        line: u32,
        /// The footprint.
        footprint: u32,
    },
    /// A PTX thread past the last iteration that may access memory.
    #[error("line {line} of the PTX may be reached past the last iteration")]
    PastEnd {
        /// The line.
        line: u32,
    },
    /// Control flow that isn't made of loops with one entry.
    #[error("the kernel's control flow has too many loops, or some with several entries")]
    Irregular,
    /// A loop that may run more often than any extent says.
    #[error("loop {index} inside the thread isn't shown to run at most as often as an extent says")]
    Unbounded {
        /// Which of the kernel's loops, in reverse postorder of their headers.
        index: u32,
    },
    /// A footprint that isn't written as a whole.
    #[error("footprint f{footprint} is declared all written, and isn't shown to be")]
    MustWrite {
        /// The footprint.
        footprint: u32,
    },
    /// Iterations that may store to each other's bytes.
    #[error("different iterations aren't shown to keep apart in footprint f{footprint}")]
    Iterations {
        /// The footprint.
        footprint: u32,
    },
    /// Footprints that may overlap across iterations.
    #[error("different iterations aren't shown to keep apart between footprints f{first} and f{second}")]
    Dependence {
        /// The one with the lower index.
        first: u32,
        /// The other.
        second: u32,
    },
}

/// An access with its address.
#[derive(Clone, Debug)]
struct Access {
    space: u32,
    /// The address, modulo 2^32 or 2^64 as its footprint says.
    address: Poly,
    /// Added to the address, zero-extended if it has 32 bits.
    offset: i128,
    width: u32,
    is_store: bool,
    /// Executed by every thread that completes.
    always: bool,
    /// A load or an update that the kernel shows to be where its footprint's accesses may be; its address doesn't matter.
    checked: bool,
}

impl Access {
    fn checked(space: u32, width: u32, is_store: bool) -> Access {
        let address = Poly::default();
        Access { space, address, offset: 0, width, is_store, always: false, checked: true }
    }
}

/// An access by its place in the window of its footprint.
#[derive(Clone, Copy, Debug)]
struct Placed {
    relative: i128,
    /// The bytes that it touches, or some of them.
    width: u32,
    /// The bytes of one access.
    element: u32,
    /// It is aligned if the place is.
    aligned: bool,
    is_store: bool,
    /// It touches all of its bytes in every thread that completes.
    always: bool,
}

/// A footprint as polynomials.
#[derive(Debug)]
struct Space {
    memory: u32,
    /// The ring of addresses.
    ring: Ring,
    base: Poly,
    /// Dimension and stride.
    strides: Vec<(u32, Poly)>,
    width: i128,
}

/// Corners of one hull.
const MAX_CORNERS: usize = 64;

/// A region's declarations, ready to be compared with accesses.
struct Claims<'a> {
    region: &'a Region,
    atoms: &'a mut Atoms,
    spaces: Vec<Space>,
    /// How often each dimension runs at most, the parallel ones first.
    counts: Vec<Poly>,
    guards: Guards,
    /// What dispatch checks by itself, as facts.
    given: Vec<Poly>,
    /// What it checks of the hull of each footprint, where its sequential dimensions aren't empty.
    hulls: Vec<Vec<Poly>>,
    imported_memories: u32,
}

/// Checks a verified region and its verified kernel.
pub fn check(region: &Region, kernel: &Kernel, scope: Scope) -> Result<(), Unproven> {
    examine(region, scope, |rounds, atoms| symbols::accesses(region, kernel, rounds, atoms)).0
}

/// Checks the PTX text that realises a verified region under one of its mappings.
pub fn check_ptx(region: &Region, image: &PtxImage, scope: Scope) -> Result<(), Unproven> {
    examine(region, scope, |rounds, atoms| ptx::accesses(region, image, rounds, atoms)).0
}

/// Checks what `read` makes of a kernel, with what is known of its loops already, and tells the effort.
fn examine(
    region: &Region,
    scope: Scope,
    read: impl Fn(Option<Rounds>, &mut Atoms) -> Result<Found, Unproven>,
) -> (Result<(), Unproven>, usize) {
    let mut atoms = Atoms::new(scope.effort);
    let result = Claims::of(region, scope.imported_memories, &mut atoms).and_then(|mut claims| {
        let mut found = read(None, claims.atoms)?;
        if claims.ends(&mut found) {
            found = read(Some(found.rounds), claims.atoms)?;
        }
        claims.compare(found)
    });
    // Where the effort runs out first, that is the reason.
    let result = if atoms.is_spent() { result.map_err(|_| Unproven::TooComplex) } else { result };
    (result, scope.effort - atoms.left())
}

impl<'a> Claims<'a> {
    fn of(region: &'a Region, imported_memories: u32, atoms: &'a mut Atoms) -> Result<Claims<'a>, Unproven> {
        let scalars = symbols::scalars(region, atoms);
        let ints = integers(region, &scalars, atoms);
        let of = |id: IntId| ints.get(id.0 as usize).cloned().flatten();
        let counts = region.counts().into_iter().map(|id| of(id).unwrap_or_else(|| atoms.unknown())).collect();
        let mut spaces = Vec::with_capacity(region.footprints.len());
        for (index, footprint) in region.footprints.iter().enumerate() {
            let complex = Unproven::Footprint { footprint: index as u32 };
            let strides = footprint.dims.iter().map(|d| Some((d.dim, of(d.stride)?))).collect::<Option<_>>();
            spaces.push(Space {
                memory: footprint.memory,
                ring: Ring::of_addresses(footprint.wide),
                base: of(footprint.base).ok_or(complex)?,
                strides: strides.ok_or(complex)?,
                width: footprint.width as i128,
            });
        }
        let guards = guards(region, &ints, atoms);
        let (given, hulls) = (Vec::new(), Vec::new());
        let mut claims = Claims { region, atoms, spaces, counts, guards, given, hulls, imported_memories };
        let is_given = |space: &usize| !region.footprints[*space].access.is_checked();
        let hull = |space: usize| Some(space).filter(is_given).and_then(|space| claims.corners(space));
        claims.hulls = (0..claims.spaces.len()).map(|space| hull(space).unwrap_or_default()).collect();
        claims.given = claims.given();
        if claims.atoms.is_spent() { Err(Unproven::TooComplex) } else { Ok(claims) }
    }

    /// Trip counts are positive, and no window begins below zero. An empty sequential dimension makes a hull empty, of which
    /// nothing is checked; nor is anything of one that is chosen at dispatch.
    fn given(&mut self) -> Vec<Poly> {
        let one = Poly::constant(1, Ring::Exact);
        let parallel = self.region.trips.len();
        let trips = self.counts[..parallel].iter();
        let mut given: Vec<Poly> = trips.filter_map(|trip| trip.sub(&one, Ring::Exact)).collect();
        for (space, hull) in self.spaces.iter().zip(&self.hulls) {
            if space.strides.iter().all(|(dim, _)| (*dim as usize) < parallel) {
                given.extend(hull.iter().cloned());
            }
        }
        given
    }

    /// What holds of every iteration: the guards, what dispatch checks, and that the thread's numbers are below the trip counts.
    fn known(&mut self) -> Vec<Poly> {
        let one = Poly::constant(1, Ring::Exact);
        let mut known = Vec::new();
        for fact in self.guards.always.facts.iter().chain(&self.given) {
            learn(self.atoms, &mut known, fact.clone());
        }
        for dim in 0..self.region.trips.len() {
            let number = self.atoms.poly(Atom::Index(dim as u32));
            let room = self.atoms.sub(&self.counts[dim], &number);
            if let Some(room) = room.and_then(|room| room.sub(&one, Ring::Exact)) {
                learn(self.atoms, &mut known, room);
            }
        }
        known
    }

    /// True if it becomes known what some loop ends with: more is then understood of what comes behind it.
    fn ends(&mut self, found: &mut Found) -> bool {
        let (known, extents) = (self.known(), self.extents());
        // Whether all loops are bounded is asked when everything is understood.
        let _ = found.rounds.bound(self.atoms, &extents, &known, found.exempt);
        found.rounds.resume()
    }

    /// How often the sequential dimensions run at most.
    fn extents(&self) -> Vec<Poly> {
        self.counts[self.region.trips.len()..].to_vec()
    }

    /// Where the window of a footprint begins at those corners of the iteration space that can be the lowest.
    fn corners(&self, space: usize) -> Option<Vec<Poly>> {
        let space = &self.spaces[space];
        let one = Poly::constant(1, Ring::Exact);
        let mut corners = vec![space.base.clone()];
        for (dim, stride) in &space.strides {
            let last = self.counts.get(*dim as usize)?.sub(&one, Ring::Exact)?;
            let reach = stride.mul(&last, Ring::Exact)?;
            let range = self.atoms.range(stride);
            let far = corners.iter().map(|c| c.add(&reach, Ring::Exact)).collect::<Option<Vec<_>>>();
            if range.hi.is_some_and(|hi| hi <= 0) {
                corners = far?;
            } else if range.lo.is_none_or(|lo| lo < 0) {
                corners.extend(far?);
            }
            if corners.len() > MAX_CORNERS {
                return None;
            }
        }
        Some(corners)
    }

    fn compare(&mut self, found: Found) -> Result<(), Unproven> {
        let Found { mut rounds, accesses, exempt } = found;
        let known = self.known();
        let extents = self.extents();
        let bounded = rounds.bound(self.atoms, &extents, &known, exempt);
        if let (Err(index), false) = (bounded, self.region.unbounded) {
            return Err(Unproven::Unbounded { index: index as u32 });
        }
        let placed = self.places(&rounds, &accesses, &known)?;
        self.declared(&placed)?;
        let Claims { spaces, guards, given, atoms, hulls, counts, .. } = self;
        let dims = self.region.trips.len() as u32;
        let question = independence::Question {
            spaces,
            placed: &placed,
            guards,
            given,
            hulls,
            counts,
            dims,
            imported_memories: self.imported_memories,
        };
        independence::check(atoms, &question)
    }

    /// Finds the place of every access, by footprint.
    fn places(
        &mut self,
        rounds: &Rounds,
        accesses: &[(BlockId, Access)],
        known: &[Poly],
    ) -> Result<Vec<Vec<Placed>>, Unproven> {
        let mut placed: Vec<Vec<Placed>> = vec![Vec::new(); self.spaces.len()];
        let mut here: Option<(BlockId, Vec<Poly>)> = None;
        for (block, access) in accesses {
            if access.checked {
                self.admit(access)?;
                continue;
            }
            let facts = match here {
                Some((at, ref facts)) if at == *block => facts,
                _ => &here.insert((*block, rounds.facts(self.atoms, *block, known))).1,
            };
            let place = self.place(access, facts, (rounds, known))?;
            placed[access.space as usize].push(place);
        }
        Ok(placed)
    }

    /// Shows that accesses are as their footprints declare.
    fn declared(&self, placed: &[Vec<Placed>]) -> Result<(), Unproven> {
        for (index, (placed, footprint)) in placed.iter().zip(&self.region.footprints).enumerate() {
            let index = index as u32;
            let declared = |a: &Placed| match footprint.access {
                Effect::ReadWrite => true,
                Effect::Write => a.is_store,
                Effect::Read => !a.is_store,
                Effect::Gather | Effect::Update(_) => false,
            };
            if !placed.iter().all(declared) {
                return Err(Unproven::Kind { footprint: index });
            }
            let fits = |a: &Placed| {
                a.aligned && a.relative % a.element as i128 == 0 && footprint.align.is_multiple_of(a.element)
            };
            if !placed.iter().all(fits) {
                return Err(Unproven::Alignment { footprint: index });
            }
            // How often a loop runs is bounded from above only, so nobody knows that it fills its dimension.
            let parallel = footprint.dims.iter().all(|d| (d.dim as usize) < self.region.trips.len());
            if footprint.must_write && !(parallel && covers(placed, footprint.width as i128)) {
                return Err(Unproven::MustWrite { footprint: index });
            }
        }
        Ok(())
    }

    /// A checked access must be one that its footprint declares, and no wider: dispatch chooses where it may be accordingly. Updates
    /// are as wide as it, so that two of them touch the same bytes or none in common; that they are by its operator has been seen.
    fn admit(&self, access: &Access) -> Result<(), Unproven> {
        let (index, width) = (access.space, access.width);
        let outside = Unproven::Access { footprint: index, width };
        let footprint = self.region.footprints.get(index as usize).ok_or(outside)?;
        let fits = match (footprint.access, access.is_store) {
            (Effect::Gather, false) => u64::from(width) <= footprint.width,
            (Effect::Update(_), true) => u64::from(width) == footprint.width,
            _ => return Err(Unproven::Kind { footprint: index }),
        };
        if fits { Ok(()) } else { Err(outside) }
    }

    /// Where an access is within the window of its footprint, given what holds where it is executed.
    fn place(&mut self, access: &Access, facts: &[Poly], ways: (&Rounds, &[Poly])) -> Result<Placed, Unproven> {
        let footprint = access.space;
        let outside = Unproven::Access { footprint, width: access.width };
        let index = footprint as usize;
        let space = self.spaces.get(index).ok_or(outside)?;
        let ring = space.ring;
        // In the ring of addresses the access and the start of the window differ by what sequential dimensions add.
        let mut start = self.atoms.modulo(&space.base, ring).ok_or(outside)?;
        let mut dims = Vec::new();
        for (dim, stride) in &space.strides {
            let stride = self.atoms.modulo(stride, ring).ok_or(outside)?;
            if *dim as usize >= self.region.trips.len() {
                dims.push(Sequence { stride, count: self.counts[*dim as usize].clone() });
                continue;
            }
            let number = self.atoms.poly(Atom::Index(*dim));
            let distance = stride.mul(&number, ring).ok_or(outside)?;
            start = start.add(&distance, ring).ok_or(outside)?;
        }
        let address = match ring {
            Ring::Mod64 => {
                let counts = &self.counts[..self.region.trips.len()];
                lift::taken_apart(self.atoms, &access.address, facts, counts).ok_or(outside)?
            }
            _ => access.address.clone(),
        };
        let rest = address.sub(&start, ring).ok_or(outside)?;
        let Masked { lowest: rest, spread, zeros } = masks::split(self.atoms, &rest, ring).ok_or(outside)?;
        let room = space.width - access.width as i128 - spread;
        let place = Place { ring, rest, offset: access.offset, room, dims: &dims, facts };
        let relative = joins::relative(self.atoms, place, ways).ok_or(outside)?;
        let below = access.offset - relative;
        // What wraps around at 2^64 comes out where the hull is all the same.
        if below > 0 && ring == Ring::Mod32 {
            let wraps = Unproven::Wrap { footprint };
            let below = Poly::constant(below, Ring::Exact);
            for corner in self.corners(index).ok_or(wraps)? {
                let room = self.atoms.sub(&corner, &below).ok_or(wraps)?;
                // The access has numbers in every dimension of its footprint, so none of them is empty.
                let facts = facts.iter().chain(&self.hulls[index]);
                if !entails(self.atoms, &room, facts) {
                    return Err(wraps);
                }
            }
        }
        let Access { width: element, is_store, always, .. } = *access;
        let width = u32::try_from(spread).ok().and_then(|spread| spread.checked_add(element)).ok_or(outside)?;
        let aligned = spread == 0 || element.is_power_of_two() && zeros >= element.ilog2();
        Ok(Placed { relative, width, element, aligned, is_store, always: always && spread == 0 })
    }
}

/// True if the stores that every thread executes cover the window.
fn covers(placed: &[Placed], width: i128) -> bool {
    let mut stores: Vec<&Placed> = placed.iter().filter(|a| a.is_store && a.always).collect();
    stores.sort_by_key(|a| a.relative);
    let end =
        stores.iter().try_fold(0i128, |end, a| (a.relative <= end).then(|| end.max(a.relative + a.width as i128)));
    end.is_some_and(|end| end >= width) && placed.iter().all(|a| a.is_store)
}
