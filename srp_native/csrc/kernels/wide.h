/*
 * 128-bit sums of 64 x 64-bit products: the one thing the scalar arithmetic needs that C11 does
 * not have. Three ways to it: unsigned __int128, MSVC's _umul128, and four 32 x 32-bit products.
 * Define SRP_NO_INT128 to test the ways of compilers without the type.
 *
 * Everything is modulo 2^128.
 * CT: all of it, on CPUs whose 64-bit multiplication takes the same time for every operand
 * (x86-64 and 64-bit Arm from Cortex-A53 on).
 */
#ifndef SRP_WIDE_H
#define SRP_WIDE_H

#include <stdint.h>

#if defined(__SIZEOF_INT128__) && !defined(SRP_NO_INT128)

__extension__ typedef unsigned __int128 srp_wide;

static inline srp_wide wide_from(uint64_t value) { return value; }
static inline uint64_t wide_low(srp_wide value) { return (uint64_t)value; }
static inline srp_wide wide_add(srp_wide a, srp_wide b) { return a + b; }
static inline srp_wide wide_sub(srp_wide a, srp_wide b) { return a - b; }

/* value / 2^bits, 0 < bits < 64 */
static inline srp_wide wide_shift_right(srp_wide value, unsigned bits) { return value >> bits; }

/* sum + a * b */
static inline srp_wide wide_mul_add(srp_wide sum, uint64_t a, uint64_t b) {
    return sum + (srp_wide)a * b;
}

#else

typedef struct {
    uint64_t low, high;
} srp_wide;

static inline srp_wide wide_from(uint64_t value) {
    srp_wide result = {value, 0};
    return result;
}

static inline uint64_t wide_low(srp_wide value) { return value.low; }

static inline srp_wide wide_add(srp_wide a, srp_wide b) {
    srp_wide sum;
    sum.low = a.low + b.low;
    sum.high = a.high + b.high + (sum.low < a.low);
    return sum;
}

static inline srp_wide wide_sub(srp_wide a, srp_wide b) {
    srp_wide difference;
    difference.low = a.low - b.low;
    difference.high = a.high - b.high - (a.low < b.low);
    return difference;
}

/* value / 2^bits, 0 < bits < 64 */
static inline srp_wide wide_shift_right(srp_wide value, unsigned bits) {
    srp_wide result;
    result.low = value.low >> bits | value.high << (64 - bits);
    result.high = value.high >> bits;
    return result;
}

#if defined(_MSC_VER) && defined(_M_X64)
#include <intrin.h>

static inline srp_wide wide_product(uint64_t a, uint64_t b) {
    srp_wide product;
    product.low = _umul128(a, b, &product.high);
    return product;
}
#else
static inline srp_wide wide_product(uint64_t a, uint64_t b) {
    uint64_t a0 = a & 0xFFFFFFFF, a1 = a >> 32, b0 = b & 0xFFFFFFFF, b1 = b >> 32;
    uint64_t outer = a0 * b0;
    /* At most (2^32 - 1)^2 + 2 (2^32 - 1) = 2^64 - 1: neither sum overflows. */
    uint64_t cross = a1 * b0 + (outer >> 32);
    uint64_t middle = a0 * b1 + (cross & 0xFFFFFFFF);
    srp_wide product;
    product.low = middle << 32 | (outer & 0xFFFFFFFF);
    product.high = a1 * b1 + (cross >> 32) + (middle >> 32);
    return product;
}
#endif

/* sum + a * b */
static inline srp_wide wide_mul_add(srp_wide sum, uint64_t a, uint64_t b) {
    return wide_add(sum, wide_product(a, b));
}

#endif
#endif
