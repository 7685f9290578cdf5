/* loops.h for kernel avx2. */
#include "kernels/avx2/avx2.h"

#define KERNEL(name) avx2_##name
#include "loops_radix52.h"

/* A number that is left to a kernel for one at a time: base^exponent, or a power of 2. */
static void record_alone(uint8_t *to, const uint8_t *base, const uint8_t *exponent) {
    srp_digit digits[DIGITS];
    size_t offset;
    record_find(exponent, &offset);
    for (size_t i = 0; i < DIGITS; i++) digits[i] = digit_of(i ? 0 : 2);
    if (base) from_bytes(digits, 1, DIGITS, SRP_52_BITS, base);
    begin(CALL_ALONE, to);
    take(0, 0, digits, 1, DIGITS);
    record_output(1, 0, 0, digit_of(offset));
    end();
}

static void scalar_pow_g(uint8_t *to, const uint8_t *from, size_t length, size_t count) {
    for (size_t i = 0; i < count; i++)
        record_alone(to + i * SRP_ELEMENT_SIZE, NULL, from + i * length);
}

static void scalar_powmod(uint8_t *to, const uint8_t *bases, const uint8_t *from, size_t length,
                          size_t count) {
    for (size_t i = 0; i < count; i++)
        record_alone(to + i * SRP_ELEMENT_SIZE, bases + i * SRP_ELEMENT_SIZE, from + i * length);
}

const srp_kernel *srp_scalar_kernel(void) {
    static const srp_kernel scalar = {.pow_g = scalar_pow_g, .powmod = scalar_powmod};
    return &scalar;
}

void __wrap_avx2_start(avx2_scratch *scratch);
void __wrap_avx2_start(avx2_scratch *scratch) { (void)scratch; }

static srp_digit *digits_of(const avx2_number *a) { return (srp_digit *)(uintptr_t)a->digit; }

static void entered(void) {
    unsigned rounding = record_rounding(0);
    record_rounding(rounding);
    if (!rounding) record_refuse("a product outside fma_enter and fma_leave");
}

void __wrap_avx2_mul(avx2_number *result, const avx2_number *a, const avx2_number *b,
                     avx2_scratch *scratch);
void __wrap_avx2_mul(avx2_number *result, const avx2_number *a, const avx2_number *b,
                     avx2_scratch *scratch) {
    (void)scratch;
    entered();
    multiply(CALL_MUL, digits_of(result), digits_of(a), digits_of(b), NULL, FMA_LANES);
}

void __wrap_avx2_sqr(avx2_number *result, const avx2_number *a, avx2_scratch *scratch);
void __wrap_avx2_sqr(avx2_number *result, const avx2_number *a, avx2_scratch *scratch) {
    __wrap_avx2_mul(result, a, a, scratch);
}

void __wrap_avx2_mul_fixed(avx2_number *result, const avx2_number *a, const avx2_number *t,
                           const avx2_number *t_inverse, avx2_ahead *ahead, avx2_scratch *scratch);
void __wrap_avx2_mul_fixed(avx2_number *result, const avx2_number *a, const avx2_number *t,
                           const avx2_number *t_inverse, avx2_ahead *ahead, avx2_scratch *scratch) {
    (void)scratch, (void)ahead;
    entered();
    multiply(CALL_FIXED, digits_of(result), digits_of(a), digits_of(t), digits_of(t_inverse),
             FMA_LANES);
}

void __wrap_avx2_to_bytes(uint8_t *to, const avx2_number *number, size_t count,
                          avx2_digits *digits);
void __wrap_avx2_to_bytes(uint8_t *to, const avx2_number *number, size_t count,
                          avx2_digits *digits) {
    (void)digits;
    for (size_t lane = 0; lane < FMA_LANES && lane < count; lane++)
        to_bytes(to + lane * SRP_ELEMENT_SIZE, digits_of(number) + lane, FMA_LANES, DIGITS);
}
