// Loops that trap in the middle: past the end of the memory, and by a division by zero.

inline fn quotient(a: i32, b: i32) i32 {
    return @divTrunc(a, b);
}

noinline fn divide(to: [*]i32, a: [*]const i32, b: [*]const i32, n: u32) void {
    for (0..n) |i| {
        to[i] = quotient(a[i], b[i]);
    }
}

noinline fn scale(x: [*]f32, k: f32, n: u32) void {
    for (0..n) |i| {
        x[i] *= k;
    }
}

var as: [64]i32 = undefined;
var bs: [64]i32 = undefined;
var out: [64]i32 = undefined;

export fn divide_by_zero(zero_at: u32) i32 {
    for (0..64) |i| {
        as[i] = @intCast(i * 7);
        bs[i] = @intCast(i + 1);
    }
    bs[zero_at % 64] = 0;
    divide(&out, &as, &bs, 64);
    return out[5];
}

export fn out_of_bounds(n: u32) f32 {
    const last: [*]f32 = @ptrFromInt(@wasmMemorySize(0) * 65536 - 4 * n / 2);
    scale(last, 2.0, n);
    return last[0];
}
