/*
 * Does a kernel that multiplies doubles mind the caller's rounding mode, and does it leave it alone?
 * The same powers and the same product are computed under every rounding mode, with exceptions
 * trapped and subnormals flushed to zero. Exits with 1 when a result or the mode differs.
 *
 *     rounding KERNEL
 */
#include <stdio.h>
#include <string.h>

#include "internal.h"
#include "kernel.h"

#define NUMBERS 8
#define EXPONENT_SIZE 32

#if defined(__x86_64__)
#include <immintrin.h>

/* Intel's manual, volume 1, section 10.2.3: MXCSR as processes begin with it, and changes to that. */
#define USUAL 0x1F80u
static const unsigned changed[] = {
    0,               /* nothing */
    0x2000,          /* rounding down */
    0x4000,          /* up */
    0x6000,          /* towards zero */
    0x8040,          /* results flushed to zero, subnormals taken for zero */
    0x1000 | 0x0800, /* inexact results and underflows trapped */
};

/* Everything that a kernel does with several numbers at once. */
static void compute(const srp_kernel *kernel, uint8_t *out) {
    static uint8_t numbers[NUMBERS * SRP_ELEMENT_SIZE];
    srp_product product;
    for (size_t i = 0; i < sizeof numbers; i++) numbers[i] = (uint8_t)((i + 3) * 151 >> (i % 3));
    kernel->pow_g(out, numbers, EXPONENT_SIZE, NUMBERS);
    out += NUMBERS * SRP_ELEMENT_SIZE;
    kernel->powmod(out, numbers, numbers, 1, NUMBERS);
    out += NUMBERS * SRP_ELEMENT_SIZE;
    kernel->product_start(&product);
    kernel->product_add(&product, numbers, NUMBERS);
    kernel->product_finish(out, &product);
}

int main(int count, char **arguments) {
    static uint8_t results[2][(2 * NUMBERS + 1) * SRP_ELEMENT_SIZE];
    const srp_kernel *kernel = kernel_called(count > 1 ? arguments[1] : "portable");
    int wrong = 0;
    compute(kernel, results[0]);
    for (size_t i = 0; i < sizeof changed / sizeof changed[0]; i++) {
        _mm_setcsr(USUAL ^ changed[i]);
        compute(kernel, results[1]);
        unsigned after = _mm_getcsr();
        _mm_setcsr(USUAL);
        if (after != (USUAL ^ changed[i])) printf("%04x became %04x\n", USUAL ^ changed[i], after);
        if (memcmp(results[0], results[1], sizeof results[0])) printf("%04x: wrong\n", changed[i]);
        wrong |= after != (USUAL ^ changed[i]) || memcmp(results[0], results[1], sizeof results[0]);
    }
    return wrong;
}

#else
int main(void) {
    (void)kernel_called;
    return NO_SUCH_KERNEL;
}
#endif
