/* The operations of lanes.h in plain C; it says what each of them does. */
#ifndef SRP_LANES_PLAIN_H
#define SRP_LANES_PLAIN_H

#include "kernels/wide.h"

#define LANES_BEGIN
#define LANES_END

/* Out of line: the kernel unrolls thousands of them, which inlined take a compiler minutes. */
#if defined(__GNUC__)
#define LANES_INLINE static __attribute__((noinline, unused))
#else
#define LANES_INLINE static
#endif

typedef struct {
    uint64_t hidden[LANES];
} lanes;

typedef struct {
    uint8_t hidden;
} lanes_mask;

typedef struct {
    uint64_t hidden;
} lanes_bits;

#define LANES_EACH(expression)                                             \
    lanes result;                                                          \
    for (unsigned i = 0; i < LANES; i++) result.hidden[i] = (expression);  \
    return result

#define LANES_MASK(expression)                                                             \
    unsigned result = 0;                                                                   \
    for (unsigned i = 0; i < LANES; i++) result |= (unsigned)((expression) & 1) << i;      \
    return (lanes_mask){(uint8_t)result}

#define LANES_LOW_52 ((UINT64_C(1) << 52) - 1)

LANES_INLINE lanes lanes_splat(uint64_t value) { LANES_EACH(value); }

LANES_INLINE lanes lanes_splat_digit(srp_digit a) { LANES_EACH(a.hidden); }

LANES_INLINE lanes lanes_splat_index(srp_index a) { LANES_EACH(a.hidden); }

LANES_INLINE lanes lanes_load(const srp_digit *source) { LANES_EACH(source[i].hidden); }

LANES_INLINE lanes lanes_load_indices(const srp_index *source) { LANES_EACH(source[i].hidden); }

LANES_INLINE void lanes_store(srp_digit *target, lanes a) {
    for (unsigned i = 0; i < LANES; i++) target[i].hidden = a.hidden[i];
}

LANES_INLINE lanes lanes_add(lanes a, lanes b) { LANES_EACH(a.hidden[i] + b.hidden[i]); }

LANES_INLINE lanes lanes_sub(lanes a, lanes b) { LANES_EACH(a.hidden[i] - b.hidden[i]); }

LANES_INLINE lanes lanes_and(lanes a, lanes b) { LANES_EACH(a.hidden[i] & b.hidden[i]); }

LANES_INLINE lanes lanes_carry(lanes a) { LANES_EACH(a.hidden[i] >> 52); }

/* 1 when a < b */
LANES_INLINE uint64_t lanes_less(uint64_t a, uint64_t b) {
    return ((~a & b) | ((~a | b) & (a - b))) >> 63;
}

LANES_INLINE lanes lanes_power_of_2(lanes bits) {
    LANES_EACH(lanes_less(bits.hidden[i], 64) << (bits.hidden[i] & 63));
}

LANES_INLINE srp_wide lanes_product(uint64_t a, uint64_t b) {
    return wide_mul_add(wide_zero(), digit_of(a & LANES_LOW_52), digit_of(b & LANES_LOW_52));
}

LANES_INLINE lanes lanes_mul_low(lanes sum, lanes a, lanes b) {
    LANES_EACH(sum.hidden[i] +
               (wide_low(lanes_product(a.hidden[i], b.hidden[i])).hidden & LANES_LOW_52));
}

LANES_INLINE lanes lanes_mul_high(lanes sum, lanes a, lanes b) {
    LANES_EACH(sum.hidden[i] +
               wide_low(wide_down(lanes_product(a.hidden[i], b.hidden[i]), 52)).hidden);
}

LANES_INLINE lanes_mask lanes_equal(lanes a, lanes b) {
    LANES_MASK(1 ^ lanes_less(0, a.hidden[i] ^ b.hidden[i]));
}

LANES_INLINE lanes_mask lanes_above(lanes a, lanes b) {
    LANES_MASK(lanes_less(b.hidden[i], a.hidden[i]));
}

LANES_INLINE lanes_mask lanes_test(lanes a, lanes b) {
    LANES_MASK(lanes_less(0, a.hidden[i] & b.hidden[i]));
}

LANES_INLINE lanes_mask lanes_only(unsigned lane) { return (lanes_mask){(uint8_t)(1u << lane)}; }

LANES_INLINE lanes lanes_choose(lanes_mask mask, lanes yes, lanes no) {
    LANES_EACH(no.hidden[i] ^
               ((no.hidden[i] ^ yes.hidden[i]) & (0 - (uint64_t)(mask.hidden >> i & 1))));
}

/* Reads all sixteen. */
LANES_INLINE lanes lanes_pick(lanes low, lanes high, lanes index) {
    lanes result = lanes_splat(0);
    for (uint64_t entry = 0; entry < 16; entry++) {
        uint64_t value = entry < 8 ? low.hidden[entry] : high.hidden[entry - 8];
        for (unsigned i = 0; i < LANES; i++)
            result.hidden[i] |= value & (lanes_less(0, (index.hidden[i] & 15) ^ entry) - 1);
    }
    return result;
}

LANES_INLINE lanes lanes_lane(lanes a, unsigned lane) { LANES_EACH(a.hidden[lane]); }

LANES_INLINE lanes_bits lanes_no_bits(void) { return (lanes_bits){0}; }

LANES_INLINE lanes_bits lanes_put_bits(lanes_bits bits, unsigned r, lanes_mask mask) {
    return (lanes_bits){bits.hidden | (uint64_t)mask.hidden << 8 * r};
}

LANES_INLINE lanes_mask lanes_get_bits(lanes_bits bits, unsigned r) {
    return (lanes_mask){(uint8_t)(bits.hidden >> 8 * r & 0xFF)};
}

LANES_INLINE lanes_bits lanes_carry_bits(lanes_bits over, lanes_bits full) {
    return (lanes_bits){(2 * over.hidden + full.hidden) ^ full.hidden};
}

LANES_INLINE const srp_digit *lanes_address_barrier(const srp_digit *address) { return address; }

LANES_INLINE void lanes_prefetch(const char *address) { (void)address; }

LANES_INLINE lanes lanes_up(lanes a, lanes below) {
    LANES_EACH(i ? a.hidden[i - 1] : below.hidden[7]);
}

#undef LANES_EACH
#undef LANES_MASK

#endif
