/* loops.h for kernel avx512ifma. */
#include "kernels/avx512ifma/avx512ifma.h"

#define KERNEL(name) avx512ifma_##name
#include "loops_radix52.h"

void __wrap_ifma_start(ifma_scratch *scratch);
void __wrap_ifma_start(ifma_scratch *scratch) { (void)scratch; }

static const srp_digit *lane_digits(const lanes *a) { return (const srp_digit *)a; }

void __wrap_ifma_mul(lanes *result, const lanes *a, const lanes *b, ifma_scratch *scratch);
void __wrap_ifma_mul(lanes *result, const lanes *a, const lanes *b, ifma_scratch *scratch) {
    (void)scratch;
    multiply(CALL_MUL, lanes_digits(result), lane_digits(a), lane_digits(b), NULL, LANES);
}

void __wrap_ifma_sqr(lanes *result, const lanes *a, ifma_scratch *scratch);
void __wrap_ifma_sqr(lanes *result, const lanes *a, ifma_scratch *scratch) {
    __wrap_ifma_mul(result, a, a, scratch);
}

void __wrap_ifma_mul_fixed(lanes *result, const lanes *a, const lanes *t, const lanes *t_inverse,
                           ifma_ahead ahead, ifma_scratch *scratch);
void __wrap_ifma_mul_fixed(lanes *result, const lanes *a, const lanes *t, const lanes *t_inverse,
                           ifma_ahead ahead, ifma_scratch *scratch) {
    (void)scratch, (void)ahead;
    multiply(CALL_FIXED, lanes_digits(result), lane_digits(a), lane_digits(t),
             lane_digits(t_inverse), LANES);
}

void __wrap_ifma_reduce(lanes *result, const lanes *a);
void __wrap_ifma_reduce(lanes *result, const lanes *a) {
    for (size_t lane = 0; lane < LANES; lane++) {
        begin(CALL_SAME, NULL);
        take(0, 0, lane_digits(a) + lane, LANES, DIGITS);
        give(0, lanes_digits(result) + lane, LANES, DIGITS);
        end();
    }
}

static void give_row(srp_digit *row) {
    give(0, row, 1, DIGITS);
    for (size_t i = DIGITS; i < SRP_52_ROW; i++) row[i] = digit_of(0);
}

void __wrap_ifma_row_mul(srp_digit *result, const srp_digit *a, const srp_digit *b);
void __wrap_ifma_row_mul(srp_digit *result, const srp_digit *a, const srp_digit *b) {
    begin(CALL_MUL, NULL);
    take(0, 0, a, 1, SRP_52_ROW);
    take(1, 0, b, 1, SRP_52_ROW);
    give_row(result);
    end();
}

void __wrap_ifma_row_select(srp_digit *factor, const srp_digit *entries, size_t count,
                            srp_index index);
void __wrap_ifma_row_select(srp_digit *factor, const srp_digit *entries, size_t count,
                            srp_index index) {
    begin(CALL_SELECT, NULL);
    take_index(index);
    for (size_t e = 0; e < count; e++) take(0, e, entries + e * SRP_52_ROW, 1, SRP_52_ROW);
    give_row(factor);
    end();
}

void __wrap_ifma_row_mul_and_select(srp_digit *result, const srp_digit *a, const srp_digit *b,
                                    srp_digit *factor, const srp_digit *entries, srp_index index);
void __wrap_ifma_row_mul_and_select(srp_digit *result, const srp_digit *a, const srp_digit *b,
                                    srp_digit *factor, const srp_digit *entries, srp_index index) {
    __wrap_ifma_row_mul(result, a, b);
    __wrap_ifma_row_select(factor, entries, SRP_COMB_ENTRIES, index);
}
