/*
 * Records what a kernel's exported functions do with numbers: FUNCTION COUNT LENGTH FILE. The
 * functions on numbers that other proofs are about are wrapped (-Wl,--wrap): a call is in the trace
 * as OP_CALL, OP_OUTPUT for each digit of each operand, and OP_INPUT for each digit of the result.
 *
 * A file for a kernel says how its numbers lie in memory, defines KERNEL, and includes this.
 */
#include "internal.h"

/* The same numbers as proof_loops.py's Call. */
typedef enum {
    CALL_MUL, CALL_FIXED, CALL_SELECT, CALL_FROM_BYTES,
    CALL_TO_BYTES, CALL_SAME,
    CALL_ALONE, CALL_END
} call;

static void begin(call function, const uint8_t *bytes) {
    size_t offset = 0;
    if (bytes) record_find(bytes, &offset);
    record_value(OP_CALL, function, 0, offset);
}

static void end(void) { record_value(OP_CALL, CALL_END, 0, 0); }

/* Operand k of a call, in a lane. */
static void take(unsigned k, size_t lane, const srp_digit *digits, size_t stride, size_t count) {
    for (size_t i = 0; i < count; i++) record_output(k, i, lane, digits[i * stride]);
}

/* The result of a call, which is recorded as operand 0. */
static void give(size_t lane, srp_digit *digits, size_t stride, size_t count) {
    for (size_t i = 0; i < count; i++) digits[i * stride] = record_input(0, i, lane);
}

static void take_index(srp_index index) { record_output(1, 0, 0, (srp_digit){index.hidden}); }

/* The number that bytes are: one of the bases or elements, or one that the code itself has. */
static inline void from_bytes(srp_digit *digits, size_t stride, size_t count, unsigned bits,
                              const uint8_t *bytes) {
    if (record_knows(bytes)) {
        begin(CALL_FROM_BYTES, bytes);
        give(0, digits, stride, count);
        end();
        return;
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t digit = 0;
        for (size_t k = 0; k < bits && i * bits + k < 8 * SRP_ELEMENT_SIZE; k++) {
            size_t bit = i * bits + k;
            digit |= (uint64_t)(bytes[SRP_ELEMENT_SIZE - 1 - bit / 8] >> bit % 8 & 1) << k;
        }
        digits[i * stride] = digit_of(digit);
    }
}

static inline void to_bytes(uint8_t *bytes, const srp_digit *digits, size_t stride, size_t count) {
    begin(CALL_TO_BYTES, bytes);
    take(0, 0, digits, stride, count);
    end();
}

#define ROWS_MAX 40
#define LENGTH_MAX 64
static uint8_t out[ROWS_MAX * SRP_ELEMENT_SIZE], elements[ROWS_MAX * SRP_ELEMENT_SIZE];
static uint8_t exponents[ROWS_MAX * LENGTH_MAX];

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    const size_t count = (size_t)atoi(argv[2]), length = (size_t)atoi(argv[3]);
    record_whole_words(DIGIT_BITS == 64);
    record_region(out, (count ? count : 1) * SRP_ELEMENT_SIZE);
    record_region(elements, count * SRP_ELEMENT_SIZE);
    record_region(exponents, count * length);
    if (!strcmp(argv[1], "pow_g")) {
        KERNEL(pow_g)(out, exponents, length, count);
    } else if (!strcmp(argv[1], "powmod")) {
        KERNEL(powmod)(out, elements, exponents, length, count);
    } else if (!strcmp(argv[1], "product")) {
        srp_product product; /* two parts, the first of `length` elements */
        KERNEL(product_start)(&product);
        KERNEL(product_add)(&product, elements, length);
        KERNEL(product_add)(&product, elements + length * SRP_ELEMENT_SIZE, count - length);
        KERNEL(product_finish)(out, &product);
    } else {
        return 2;
    }
    record_write(argv[4]);
    return 0;
}
