//! The widths and extensions of memory accesses.
//!
//! A vector is loaded and stored as a whole where the device can; where it can't, in lanes of the width that its kind names. Which
//! width that is changes nothing but the alignment that such a device needs; Wasm's alignment hint decides it.

use super::Type;
use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($(#[$doc:meta])* $name:ident { $($kind:ident $text:literal $ty:ident $width:literal $align:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[allow(missing_docs)]
        pub enum $name { $($kind),* }

        impl $name {
            /// Every kind, in table order.
            pub const ALL: &'static [$name] = &[$($name::$kind),*];

            /// The Wasm text name.
            pub fn name(self) -> &'static str {
                match self { $($name::$kind => $text),* }
            }

            /// The type of the value loaded or stored.
            pub fn ty(self) -> Type {
                match self { $($name::$kind => Type::$ty),* }
            }

            /// The number of bytes touched.
            pub fn width(self) -> u32 {
                match self { $($name::$kind => $width),* }
            }

            /// What the address must be a multiple of on a device that accesses nothing unaligned: the width of a scalar,
            /// and that of the scalars in which a vector is loaded or stored there.
            pub fn align(self) -> u32 {
                match self { $($name::$kind => $align),* }
            }
        }
    };
}

kinds! {
    /// A load with its extension (WebAssembly core specification, 4.4.7).
    LoadKind {
        I32 "i32.load" I32 4 4; I64 "i64.load" I64 8 8; F32 "f32.load" F32 4 4; F64 "f64.load" F64 8 8;
        I32S8 "i32.load8_s" I32 1 1; I32U8 "i32.load8_u" I32 1 1;
        I32S16 "i32.load16_s" I32 2 2; I32U16 "i32.load16_u" I32 2 2;
        I64S8 "i64.load8_s" I64 1 1; I64U8 "i64.load8_u" I64 1 1;
        I64S16 "i64.load16_s" I64 2 2; I64U16 "i64.load16_u" I64 2 2;
        I64S32 "i64.load32_s" I64 4 4; I64U32 "i64.load32_u" I64 4 4;
        V128By8 "v128.load by 8" V128 16 1; V128By16 "v128.load by 16" V128 16 2; V128By32 "v128.load by 32" V128 16 4;
        V128By64 "v128.load by 64" V128 16 8;
    }
}

kinds! {
    /// A store with its truncation (WebAssembly core specification, 4.4.7).
    StoreKind {
        I32 "i32.store" I32 4 4; I64 "i64.store" I64 8 8; F32 "f32.store" F32 4 4; F64 "f64.store" F64 8 8;
        I32As8 "i32.store8" I32 1 1; I32As16 "i32.store16" I32 2 2;
        I64As8 "i64.store8" I64 1 1; I64As16 "i64.store16" I64 2 2; I64As32 "i64.store32" I64 4 4;
        V128By8 "v128.store by 8" V128 16 1; V128By16 "v128.store by 16" V128 16 2; V128By32 "v128.store by 32" V128 16 4;
        V128By64 "v128.store by 64" V128 16 8;
    }
}

impl LoadKind {
    /// The scalar loads in which a vector is loaded, one after another; a scalar's is its own.
    pub fn piece(self) -> LoadKind {
        match self {
            LoadKind::V128By8 => LoadKind::I32U8,
            LoadKind::V128By16 => LoadKind::I32U16,
            LoadKind::V128By32 => LoadKind::I32,
            LoadKind::V128By64 => LoadKind::I64,
            scalar => scalar,
        }
    }

    /// True if a narrow load is sign-extended.
    pub fn is_signed(self) -> bool {
        matches!(self, LoadKind::I32S8 | LoadKind::I32S16 | LoadKind::I64S8 | LoadKind::I64S16 | LoadKind::I64S32)
    }

    /// The value that a scalar load of `width()` little-endian bytes, zero-extended in `raw`, produces.
    pub fn extend(self, raw: u64) -> u64 {
        let value = if self.is_signed() {
            let shift = 64 - 8 * self.width();
            (((raw << shift) as i64) >> shift) as u64
        } else {
            raw
        };
        value & self.ty().mask()
    }
}

impl StoreKind {
    /// The load of the same bytes, for the kinds that can be updated in place; what is narrow is extended by zeros.
    pub fn updated(self) -> Option<LoadKind> {
        match self {
            StoreKind::I32 => Some(LoadKind::I32),
            StoreKind::I64 => Some(LoadKind::I64),
            StoreKind::I32As8 => Some(LoadKind::I32U8),
            StoreKind::I32As16 => Some(LoadKind::I32U16),
            StoreKind::I64As8 => Some(LoadKind::I64U8),
            StoreKind::I64As16 => Some(LoadKind::I64U16),
            _ => None,
        }
    }

    /// The scalar stores in which a vector is stored, one after another; a scalar's is its own.
    pub fn piece(self) -> StoreKind {
        match self {
            StoreKind::V128By8 => StoreKind::I32As8,
            StoreKind::V128By16 => StoreKind::I32As16,
            StoreKind::V128By32 => StoreKind::I32,
            StoreKind::V128By64 => StoreKind::I64,
            scalar => scalar,
        }
    }
}
