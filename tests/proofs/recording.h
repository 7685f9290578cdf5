/*
 * The operations of secret.h, wide.h and lanes.h, each of which appends to a trace and computes
 * nothing. Included before everything else (-include), it takes the place of those three headers.
 *
 * A number is a handle: where its value would be stands which step of the trace it comes from. So a
 * recorded kernel runs without any values, and what it does cannot depend on one. Numbers below 2^61
 * without the mark of a handle are constants (the tables). Memory is filled with NEVER_WRITTEN by the
 * programs that record and by the compiler: a read of it ends the program.
 */
#ifndef RECORDING_H
#define RECORDING_H

#define SRP_SECRET_H
#define SRP_WIDE_H
#define SRP_LANES_H
#define SRP_HAVE_LANES 1

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEVER_WRITTEN 0xFE /* GCC's -ftrivial-auto-var-init=pattern */

/* The same numbers as trace.py's Op. */
typedef enum {
    OP_CONSTANT, /* value */
    OP_INPUT,    /* digit value / 256, lane value % 256 of operand `size` */
    OP_OUTPUT,   /* a is such a digit of result `size` */
    OP_BYTES,    /* the eight bytes at `value` of region `size`, big-endian */
    OP_PUT,      /* size / 256 bytes there, of region size % 256, are the lowest of a */
    OP_ADD,
    OP_SUB,
    OP_OR,
    OP_XOR,
    OP_AND,
    OP_LOW,      /* a mod 2^size */
    OP_DOWN,     /* a / 2^size */
    OP_UP,       /* a 2^size */
    OP_MUL_LOW,  /* a + the low 52 bits of (b mod 2^52)(c mod 2^52), and the high ones */
    OP_MUL_HIGH,
    OP_WIDE_ADD,
    OP_WIDE_SUB,
    OP_WIDE_LOW,
    OP_WIDE_DOWN,
    OP_WIDE_MUL, /* a + b c */
    OP_EQUAL,    /* masks are 0 or 1 in the trace */
    OP_ABOVE,
    OP_TEST,
    OP_IS_ONE,
    OP_ALIKE,
    OP_RIPPLE, /* a, or b and c */
    OP_CHOOSE, /* a ? b : c */
    OP_FLIP,   /* b, or where a all bits of b turned over */
    OP_MINUS,  /* -a modulo 2^64 for a mask a */
    OP_POWER,  /* 2^a, 0 above 63 */
    OP_BIT,    /* a | bit value % 8 of byte value / 8 of region size / 256, at size % 256 */
    OP_SCALE,  /* a * value / 2^size */
    OP_FACTOR, /* a is made a double, or was one: it has to be below 2^52 */
    OP_ENTRY,  /* digit value of srp_52_table's entry that index a names */
    OP_CALL,   /* function `size` of loops.h, of address value; what follows are its numbers */
} record_op;

uint64_t record(record_op op, unsigned size, uint64_t a, uint64_t b, uint64_t c);
uint64_t record_value(record_op op, unsigned size, uint64_t a, uint64_t value);
uint64_t record_constant(uint64_t value);

/* Byte addresses that digit_load and the like may name. */
void record_region(const uint8_t *bytes, size_t size);
/* Whether they are in one of the regions. */
int record_knows(const uint8_t *bytes);
unsigned record_find(const uint8_t *bytes, size_t *offset);

typedef struct { uint64_t hidden; } srp_digit;
typedef struct { uint64_t hidden; } srp_mask;
typedef struct { uint64_t hidden; } srp_index;
typedef struct { uint64_t hidden; } srp_wide;
typedef struct { uint64_t hidden; } srp_word;

#define RECORDED static inline __attribute__((unused))
#define SECRET_INLINE RECORDED
#define BINARY(type, name, op)                                       \
    RECORDED type name(type a, type b) {                             \
        return (type){record(op, 0, a.hidden, b.hidden, 0)};         \
    }
#define SIZED(type, name, op)                                        \
    RECORDED type name(type a, unsigned bits) {                      \
        return (type){record(op, bits, a.hidden, 0, 0)};             \
    }

/* ---- secret.h -------------------------------------------------------------------------------- */

BINARY(srp_digit, digit_add, OP_ADD)
BINARY(srp_digit, digit_sub, OP_SUB)
BINARY(srp_digit, digit_or, OP_OR)
BINARY(srp_digit, digit_xor, OP_XOR)
SIZED(srp_digit, digit_low, OP_LOW)
SIZED(srp_digit, digit_down, OP_DOWN)
SIZED(srp_digit, digit_up, OP_UP)

RECORDED srp_digit digit_of(uint64_t value) { return (srp_digit){record_constant(value)}; }

RECORDED srp_digit digit_load(const uint8_t *bytes) {
    size_t offset;
    unsigned region = record_find(bytes, &offset);
    return (srp_digit){record_value(OP_BYTES, region, 0, offset)};
}

RECORDED void record_put(const uint8_t *bytes, srp_digit a, size_t count) {
    size_t offset;
    unsigned region = record_find(bytes, &offset);
    record_value(OP_PUT, region | (unsigned)count << 8, a.hidden, offset);
}

RECORDED void digit_store(uint8_t *bytes, srp_digit a) { record_put(bytes, a, 8); }
RECORDED void digit_store_byte(uint8_t *bytes, srp_digit a) { record_put(bytes, a, 1); }

RECORDED srp_mask mask_if_equal(uint64_t a, srp_index b) {
    return (srp_mask){record(OP_EQUAL, 0, record_constant(a), b.hidden, 0)};
}
RECORDED srp_mask mask_if_one(srp_digit a) {
    return (srp_mask){record(OP_IS_ONE, 0, a.hidden, 0, 0)};
}
BINARY(srp_mask, mask_if_alike, OP_ALIKE)
RECORDED srp_digit digit_of_mask(srp_mask a) {
    return (srp_digit){record(OP_MINUS, 0, a.hidden, 0, 0)};
}
RECORDED srp_digit digit_choose(srp_mask mask, srp_digit yes, srp_digit no) {
    return (srp_digit){record(OP_CHOOSE, 0, mask.hidden, yes.hidden, no.hidden)};
}
RECORDED srp_digit digit_keep(srp_mask mask, srp_digit a) {
    return digit_choose(mask, a, (srp_digit){0});
}
RECORDED srp_digit digit_flip(srp_mask mask, srp_digit a) {
    return (srp_digit){record(OP_FLIP, 0, mask.hidden, a.hidden, 0)};
}

RECORDED srp_index index_of(uint64_t value) { return (srp_index){record_constant(value)}; }
RECORDED srp_index index_add_bit(srp_index index, unsigned at, const uint8_t *bytes,
                                 size_t length, size_t position) {
    size_t offset;
    if (position / 8 >= length) return index;
    unsigned region = record_find(bytes + length - 1 - position / 8, &offset);
    return (srp_index){record_value(OP_BIT, at | region << 8, index.hidden,
                                    8 * offset + position % 8)};
}
RECORDED srp_index index_of_bits(const uint8_t *bytes, size_t length, size_t position,
                                 unsigned width) {
    srp_index index = {0};
    for (unsigned at = 0; at < width; at++)
        index = index_add_bit(index, at, bytes, length, position + at);
    return index;
}
RECORDED srp_index index_scale(srp_index a, uint64_t factor, unsigned bits) {
    return (srp_index){record_value(OP_SCALE, bits, a.hidden, factor)};
}
BINARY(srp_index, index_sub, OP_SUB)

RECORDED srp_word index_word(srp_index index) { return (srp_word){index.hidden}; }

/* ---- wide.h ---------------------------------------------------------------------------------- */

RECORDED srp_wide wide_zero(void) { return (srp_wide){0}; }
BINARY(srp_wide, wide_add, OP_WIDE_ADD)
BINARY(srp_wide, wide_sub, OP_WIDE_SUB)
SIZED(srp_wide, wide_down, OP_WIDE_DOWN)
RECORDED srp_digit wide_low(srp_wide a) {
    return (srp_digit){record(OP_WIDE_LOW, 0, a.hidden, 0, 0)};
}
RECORDED srp_wide wide_mul_add(srp_wide sum, srp_digit a, srp_digit b) {
    return (srp_wide){record(OP_WIDE_MUL, 0, sum.hidden, a.hidden, b.hidden)};
}

/* ---- lanes.h --------------------------------------------------------------------------------- */

#define LANES 8
#define LANES_BEGIN
#define LANES_END
#define LANES_INLINE RECORDED

typedef struct { uint64_t hidden[LANES]; } lanes;
typedef struct { uint64_t hidden[LANES]; } lanes_mask;
typedef struct { uint64_t hidden[8 * LANES]; } lanes_bits;

#define EACH_LANE(type, expression)                                          \
    type result;                                                             \
    for (unsigned i = 0; i < LANES; i++) result.hidden[i] = (expression);    \
    return result

#define LANE_BINARY(type, name, op)                                          \
    RECORDED type name(lanes a, lanes b) {                                   \
        EACH_LANE(type, record(op, 0, a.hidden[i], b.hidden[i], 0));         \
    }

RECORDED lanes lanes_splat(uint64_t value) { EACH_LANE(lanes, record_constant(value)); }
RECORDED lanes lanes_splat_digit(srp_digit a) { EACH_LANE(lanes, a.hidden); }
RECORDED lanes lanes_splat_index(srp_index a) { EACH_LANE(lanes, a.hidden); }
RECORDED lanes lanes_load(const srp_digit *source) { EACH_LANE(lanes, source[i].hidden); }
RECORDED lanes lanes_load_indices(const srp_index *source) { EACH_LANE(lanes, source[i].hidden); }
RECORDED void lanes_store(srp_digit *target, lanes a) {
    for (unsigned i = 0; i < LANES; i++) target[i].hidden = a.hidden[i];
}
LANE_BINARY(lanes, lanes_add, OP_ADD)
LANE_BINARY(lanes, lanes_sub, OP_SUB)
LANE_BINARY(lanes, lanes_and, OP_AND)
RECORDED lanes lanes_carry(lanes a) { EACH_LANE(lanes, record(OP_DOWN, 52, a.hidden[i], 0, 0)); }
RECORDED lanes lanes_power_of_2(lanes a) { EACH_LANE(lanes, record(OP_POWER, 0, a.hidden[i], 0, 0)); }
RECORDED lanes lanes_mul_low(lanes sum, lanes a, lanes b) {
    EACH_LANE(lanes, record(OP_MUL_LOW, 0, sum.hidden[i], a.hidden[i], b.hidden[i]));
}
RECORDED lanes lanes_mul_high(lanes sum, lanes a, lanes b) {
    EACH_LANE(lanes, record(OP_MUL_HIGH, 0, sum.hidden[i], a.hidden[i], b.hidden[i]));
}
LANE_BINARY(lanes_mask, lanes_equal, OP_EQUAL)
LANE_BINARY(lanes_mask, lanes_above, OP_ABOVE)
LANE_BINARY(lanes_mask, lanes_test, OP_TEST)
RECORDED lanes_mask lanes_only(unsigned lane) { EACH_LANE(lanes_mask, i == lane); }
RECORDED lanes lanes_choose(lanes_mask mask, lanes yes, lanes no) {
    EACH_LANE(lanes, record(OP_CHOOSE, 0, mask.hidden[i], yes.hidden[i], no.hidden[i]));
}
RECORDED lanes lanes_lane(lanes a, unsigned lane) { EACH_LANE(lanes, a.hidden[lane]); }
RECORDED lanes lanes_up(lanes a, lanes below) {
    EACH_LANE(lanes, i ? a.hidden[i - 1] : below.hidden[7]);
}

typedef struct { uint64_t hidden[2 * LANES]; } lanes_words;
typedef struct { uint64_t hidden[2 * LANES]; } lanes_words_mask;

#define EACH_WORD(type, expression)                                          \
    type result;                                                             \
    for (unsigned i = 0; i < 2 * LANES; i++) result.hidden[i] = (expression); \
    return result

#ifdef RECORD_LOOPS
#include "recording_words.h"
#else
/* 32 choices, by the lowest five bits of an index; and eight, by the lowest three. */
RECORDED uint64_t record_pick_of(const uint64_t *low, const uint64_t *high, uint64_t index,
                              unsigned bits) {
    uint64_t picked = low[0], lowest = record(OP_LOW, bits, index, 0, 0);
    const unsigned half = high ? 1u << (bits - 1) : 1u << bits;
    for (unsigned entry = 1; entry < 1u << bits; entry++) {
        uint64_t value = entry < half ? low[entry] : high[entry - half];
        picked = record(OP_CHOOSE, 0, record(OP_EQUAL, 0, lowest, entry, 0), value, picked);
    }
    return picked;
}
RECORDED uint64_t word_digit(uint64_t lower, uint64_t upper) {
    return record(OP_OR, 0, lower, record(OP_UP, 32, upper, 0, 0), 0);
}
#define word_load(source, width, lane) ((source)[lane].hidden)
#define word_test(a, bit) record(OP_TEST, 0, a, bit, 0)
#define word_in_eight(a, eighth) record(OP_EQUAL, 0, record(OP_DOWN, 3, a, 0, 0), eighth, 0)
#define word_choose(mask, yes, no) record(OP_CHOOSE, 0, mask, yes, no)
#define word_keep(mask, a) record(OP_CHOOSE, 0, mask, a, 0)
#define word_join(a, b) record(OP_OR, 0, a, b, 0)
#define word_pick_two(low, high, lane, index) record_pick_of(low, high, index, 5)
#define word_pick(table, lane, index) record_pick_of(table, NULL, index, 3)
#endif

RECORDED lanes_words lanes_words_load(const srp_word *source) {
    EACH_WORD(lanes_words, word_load(source, 2 * LANES, i));
}
RECORDED lanes_words_mask lanes_words_test(lanes_words a, uint32_t bit) {
    EACH_WORD(lanes_words_mask, word_test(a.hidden[i], bit));
}
RECORDED lanes_words lanes_words_choose(lanes_words_mask mask, lanes_words yes, lanes_words no) {
    EACH_WORD(lanes_words, word_choose(mask.hidden[i], yes.hidden[i], no.hidden[i]));
}
RECORDED lanes_words lanes_words_pick(lanes_words low, lanes_words high, lanes_words index) {
    EACH_WORD(lanes_words, word_pick_two(low.hidden, high.hidden, i, index.hidden[i]));
}
RECORDED lanes lanes_from_words(lanes_words lower, lanes_words upper) {
    EACH_LANE(lanes, word_digit(lower.hidden[i / 2 * 2 + i], upper.hidden[i / 2 * 2 + i]));
}
RECORDED lanes lanes_from_other_words(lanes_words lower, lanes_words upper) {
    EACH_LANE(lanes, word_digit(lower.hidden[i / 2 * 2 + i + 2], upper.hidden[i / 2 * 2 + i + 2]));
}
RECORDED lanes_bits lanes_no_bits(void) { return (lanes_bits){{0}}; }
RECORDED lanes_bits lanes_put_bits(lanes_bits bits, unsigned r, lanes_mask mask) {
    for (unsigned i = 0; i < LANES; i++) bits.hidden[LANES * r + i] = mask.hidden[i];
    return bits;
}
RECORDED lanes_mask lanes_get_bits(lanes_bits bits, unsigned r) {
    EACH_LANE(lanes_mask, bits.hidden[LANES * r + i]);
}
/* lemmas.py shows that the formula of lanes.h gives these bits where no digit is in both. */
RECORDED lanes_bits lanes_carry_bits(lanes_bits over, lanes_bits full) {
    lanes_bits carries = {{0}};
    for (unsigned i = 0; i + 1 < 8 * LANES; i++)
        carries.hidden[i + 1] =
            record(OP_RIPPLE, 0, over.hidden[i], full.hidden[i], carries.hidden[i]);
    return carries;
}
RECORDED const srp_digit *lanes_address_barrier(const srp_digit *address) { return address; }
RECORDED void lanes_prefetch(const char *address) { (void)address; }
static inline srp_digit *lanes_digits(lanes *array) { return (srp_digit *)array; }

/* ---- for the programs that record ------------------------------------------------------------ */

RECORDED srp_digit record_input(unsigned operand, size_t digit, size_t lane) {
    return (srp_digit){record_value(OP_INPUT, operand, 0, digit << 8 | lane)};
}
RECORDED void record_output(unsigned result, size_t digit, size_t lane, srp_digit a) {
    record_value(OP_OUTPUT, result, a.hidden, digit << 8 | lane);
}
void record_write(const char *path);
/* Whether constants may have all of 64 bits, as limbs do. */
void record_whole_words(int whole);
void record_refuse(const char *why);
/* Whether products are rounded towards zero from here on; returns whether they were. */
unsigned record_rounding(unsigned towards_zero);

#include "recording_fma.h"

#endif
