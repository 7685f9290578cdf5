/*
 * Types for numbers that may be secret. They do not let the number be read.
 *
 * A digit, a mask and an index are structs of one number each. No operator takes a struct. So these
 * do not compile: a branch on such a value, an address made from it, a comparison, a division, a
 * cast to a number, and a mask in the place of a digit. The operations of this file are the only
 * ones, and none of them takes a time that depends on a value. The result leaves these types as
 * bytes (digit_store). Only srp_declassify of internal.h makes public what was computed from secret
 * bytes.
 *
 * The member is named `hidden`. Only the files that implement operations (this one, wide.h, the
 * lanes and the assembly of adx) name it, which tests/native/test_secret_types.py checks.
 *
 * Compilers make the same code of the struct as of its number.
 */
#ifndef SRP_SECRET_H
#define SRP_SECRET_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define SECRET_INLINE static inline __attribute__((always_inline))
#else
#define SECRET_INLINE static inline
#endif

/* A digit or limb of a number, a sum of some modulo 2^64, or a carry. */
typedef struct {
    uint64_t hidden;
} srp_digit;

/* All ones or 0. */
typedef struct {
    uint64_t hidden;
} srp_mask;

/* Which entry of a table, or which bit. */
typedef struct {
    uint64_t hidden;
} srp_index;

/* Half of a digit, or an index, for lanes of 32 bits. */
typedef struct {
    uint32_t hidden;
} srp_word;

/*
 * The value barrier. It hides from the compiler that `value` is all ones or 0. So the compiler
 * cannot turn a computation with `value` into a branch.
 */
SECRET_INLINE uint64_t value_barrier(uint64_t value) {
#if defined(__GNUC__)
    __asm__("" : "+r"(value));
    return value;
#else
    volatile uint64_t copy = value;
    return copy;
#endif
}

/* ---- bytes: eight of them, big-endian ------------------------------------------------------ */

SECRET_INLINE uint64_t load_64(const uint8_t *b) {
    return (uint64_t)b[0] << 56 | (uint64_t)b[1] << 48 | (uint64_t)b[2] << 40 |
           (uint64_t)b[3] << 32 | (uint64_t)b[4] << 24 | (uint64_t)b[5] << 16 |
           (uint64_t)b[6] << 8 | b[7];
}

SECRET_INLINE void store_64(uint8_t *bytes, uint64_t value) {
#if defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    value = __builtin_bswap64(value); /* GCC makes longer, vector code of the loop */
    memcpy(bytes, &value, sizeof value);
#else
    for (int i = 7; i >= 0; i--, value >>= 8) bytes[i] = (uint8_t)(value & 0xFF);
#endif
}

SECRET_INLINE srp_digit digit_load(const uint8_t *bytes) { return (srp_digit){load_64(bytes)}; }

SECRET_INLINE void digit_store(uint8_t *bytes, srp_digit a) { store_64(bytes, a.hidden); }

/* Stores the lowest byte alone. */
SECRET_INLINE void digit_store_byte(uint8_t *byte, srp_digit a) {
    *byte = (uint8_t)(a.hidden & 0xFF);
}

/* ---- digits, modulo 2^64; `bits` is public, and below 64 ------------------------------------- */

SECRET_INLINE srp_digit digit_of(uint64_t value) { return (srp_digit){value}; }

SECRET_INLINE srp_digit digit_add(srp_digit a, srp_digit b) {
    return (srp_digit){a.hidden + b.hidden};
}

SECRET_INLINE srp_digit digit_sub(srp_digit a, srp_digit b) {
    return (srp_digit){a.hidden - b.hidden};
}

SECRET_INLINE srp_digit digit_or(srp_digit a, srp_digit b) {
    return (srp_digit){a.hidden | b.hidden};
}

SECRET_INLINE srp_digit digit_xor(srp_digit a, srp_digit b) {
    return (srp_digit){a.hidden ^ b.hidden};
}

/* a mod 2^bits */
SECRET_INLINE srp_digit digit_low(srp_digit a, unsigned bits) {
    return (srp_digit){a.hidden & ((UINT64_C(1) << bits) - 1)};
}

/* a / 2^bits */
SECRET_INLINE srp_digit digit_down(srp_digit a, unsigned bits) {
    return (srp_digit){a.hidden >> bits};
}

/* a * 2^bits */
SECRET_INLINE srp_digit digit_up(srp_digit a, unsigned bits) {
    return (srp_digit){a.hidden << bits};
}

/* ---- masks ----------------------------------------------------------------------------------- */

/* All ones when a == b; both below 2^63. */
SECRET_INLINE srp_mask mask_if_equal(uint64_t a, srp_index b) {
    return (srp_mask){value_barrier(0 - (((a ^ b.hidden) - 1) >> 63))};
}

/* All ones for 1, 0 for 0. The digit must be 1 or 0. */
SECRET_INLINE srp_mask mask_if_one(srp_digit bit) {
    return (srp_mask){value_barrier(0 - bit.hidden)};
}

/* All ones when both are all ones or both are 0. */
SECRET_INLINE srp_mask mask_if_alike(srp_mask a, srp_mask b) {
    return (srp_mask){value_barrier(~(a.hidden ^ b.hidden))};
}

/* -1 modulo 2^64, or 0 */
SECRET_INLINE srp_digit digit_of_mask(srp_mask mask) { return (srp_digit){mask.hidden}; }

/* a, or 0 if the mask is 0 */
SECRET_INLINE srp_digit digit_keep(srp_mask mask, srp_digit a) {
    return (srp_digit){a.hidden & mask.hidden};
}

/* a with all its bits inverted, or a itself if the mask is 0. */
SECRET_INLINE srp_digit digit_flip(srp_mask mask, srp_digit a) {
    return (srp_digit){a.hidden ^ mask.hidden};
}

/* `yes`, or `no` if the mask is 0 */
SECRET_INLINE srp_digit digit_choose(srp_mask mask, srp_digit yes, srp_digit no) {
    return (srp_digit){(yes.hidden & mask.hidden) | (no.hidden & ~mask.hidden)};
}

/* ---- indices --------------------------------------------------------------------------------- */

SECRET_INLINE srp_index index_of(uint64_t value) { return (srp_index){value}; }

/* index + 2^at * bit `position` of a number of `length` big-endian bytes, 0 past its end. */
SECRET_INLINE srp_index index_add_bit(srp_index index, unsigned at, const uint8_t *bytes,
                                      size_t length, size_t position) {
    if (position / 8 >= length) return index;
    uint64_t bit = (unsigned)bytes[length - 1 - position / 8] >> position % 8 & 1;
    return (srp_index){index.hidden | bit << at};
}

/* Bits [position, position + width) of a number as in index_add_bit. */
SECRET_INLINE srp_index index_of_bits(const uint8_t *bytes, size_t length, size_t position,
                                      unsigned width) {
    srp_index index = {0};
    for (unsigned at = 0; at < width; at++)
        index = index_add_bit(index, at, bytes, length, position + at);
    return index;
}

/* index * factor / 2^bits; the product below 2^64 */
SECRET_INLINE srp_index index_scale(srp_index index, uint64_t factor, unsigned bits) {
    return (srp_index){index.hidden * factor >> bits};
}

/* The index as a word; below 2^32 */
SECRET_INLINE srp_word index_word(srp_index index) {
    return (srp_word){(uint32_t)(index.hidden & UINT32_MAX)};
}

SECRET_INLINE srp_index index_sub(srp_index a, srp_index b) {
    return (srp_index){a.hidden - b.hidden};
}

#endif
