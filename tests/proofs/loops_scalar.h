/* loops.h for kernels of one number at a time: FIELD, DIGITS and DIGIT_BITS are theirs. */
#include "loops.h"

#define WRAP_(name) __wrap_##name
#define WRAP(name) WRAP_(name)

static void mul(srp_digit *result, const srp_digit *a, const srp_digit *b) {
    begin(CALL_MUL, NULL);
    take(0, 0, a, 1, DIGITS);
    take(1, 0, b, 1, DIGITS);
    give(0, result, 1, DIGITS);
    end();
}

void WRAP(FIELD(mul))(srp_digit *result, const srp_digit *a, const srp_digit *b,
                      FIELD(scratch) *s);
void WRAP(FIELD(mul))(srp_digit *result, const srp_digit *a, const srp_digit *b,
                      FIELD(scratch) *s) {
    (void)s;
    mul(result, a, b);
}

void WRAP(FIELD(sqr))(srp_digit *result, const srp_digit *a, FIELD(scratch) *s);
void WRAP(FIELD(sqr))(srp_digit *result, const srp_digit *a, FIELD(scratch) *s) {
    (void)s;
    mul(result, a, a);
}

void WRAP(FIELD(select))(srp_digit *result, const srp_digit *table, size_t entries,
                         srp_index index);
void WRAP(FIELD(select))(srp_digit *result, const srp_digit *table, size_t entries,
                         srp_index index) {
    begin(CALL_SELECT, NULL);
    take_index(index);
    for (size_t e = 0; e < entries; e++) take(0, e, table + e * DIGITS, 1, DIGITS);
    give(0, result, 1, DIGITS);
    end();
}

void WRAP(FIELD(from_bytes))(srp_digit *digits, const uint8_t *bytes);
void WRAP(FIELD(from_bytes))(srp_digit *digits, const uint8_t *bytes) {
    from_bytes(digits, 1, DIGITS, DIGIT_BITS, bytes);
}

void WRAP(FIELD(to_bytes))(uint8_t *bytes, const srp_digit *digits);
void WRAP(FIELD(to_bytes))(uint8_t *bytes, const srp_digit *digits) {
    to_bytes(bytes, digits, 1, DIGITS);
}
