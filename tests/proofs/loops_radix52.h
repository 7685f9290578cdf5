/* loops.h for the kernels with lanes: what they share of radix52.h, and calls lane by lane. */
#define DIGIT_BITS SRP_52_BITS
#include "loops.h"

#include "kernels/radix52.h"

#define DIGITS SRP_52_DIGITS

/* Before main: where srp_52_table is. */
__attribute__((constructor)) static void find_table(void) {
    record_table = (const uint64_t *)srp_52_table;
    record_table_words = sizeof srp_52_table / sizeof(uint64_t);
}

/* A call on `lanes` numbers side by side, each of which is one by itself; t_inverse may be NULL. */
static void multiply(call function, srp_digit *result, const srp_digit *a, const srp_digit *b,
                     const srp_digit *t_inverse, size_t width) {
    for (size_t lane = 0; lane < width; lane++) {
        begin(function, NULL);
        take(0, 0, a + lane, width, DIGITS);
        take(1, 0, b + lane, width, DIGITS);
        if (t_inverse) take(2, 0, t_inverse + lane, width, DIGITS);
        give(0, result + lane, width, DIGITS);
        end();
    }
}

void __wrap_radix52_from_bytes(srp_digit *digits, size_t stride, const uint8_t *bytes);
void __wrap_radix52_from_bytes(srp_digit *digits, size_t stride, const uint8_t *bytes) {
    from_bytes(digits, stride, DIGITS, SRP_52_BITS, bytes);
}

void __wrap_radix52_to_bytes(uint8_t *bytes, const srp_digit *digits, size_t stride);
void __wrap_radix52_to_bytes(uint8_t *bytes, const srp_digit *digits, size_t stride) {
    to_bytes(bytes, digits, stride, DIGITS);
}

void __wrap_radix52_row_to_bytes(uint8_t *bytes, const srp_digit *row);
void __wrap_radix52_row_to_bytes(uint8_t *bytes, const srp_digit *row) {
    to_bytes(bytes, row, 1, SRP_52_ROW);
}
