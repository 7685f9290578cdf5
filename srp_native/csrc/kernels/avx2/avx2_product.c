/*
 * The product of many elements: eight products in two groups of four, each of one element in eight,
 * and in the end all by each other. The first begins with 1 and the others with R, as seven
 * multiplications join them, each of which divides by R.
 */
#include <string.h>

#include "kernels/avx2/avx2.h"

#ifdef SRP_HAVE_FMA_LANES

#define GROUPS 2

_Static_assert(sizeof(srp_product) == GROUPS * sizeof(avx2_digits), "a product is eight numbers");

/* What an addition writes. */
typedef struct {
    avx2_scratch field;
    avx2_number product, factor;
    avx2_digits digits;
} workspace;

void avx2_product_start(srp_product *product) {
    avx2_digits group[GROUPS];
    for (size_t g = 0; g < GROUPS; g++)
        for (size_t i = 0; i < SRP_52_DIGITS; i++)
            for (size_t lane = 0; lane < FMA_LANES; lane++)
                group[g].digit[i][lane] = g || lane ? srp_52_one[i] : digit_of(i == 0);
    memcpy(product->digits, group, sizeof group);
}

FMA_BEGIN

/* factor = `count` elements, and R in the lanes beyond, which changes nothing */
static void read_elements(workspace *w, const uint8_t *elements, size_t count) {
    for (size_t lane = 0; lane < FMA_LANES; lane++)
        if (lane < count)
            radix52_from_bytes(w->digits.digit[0] + lane, FMA_LANES,
                            elements + lane * SRP_ELEMENT_SIZE);
        else
            for (size_t i = 0; i < SRP_52_DIGITS; i++) w->digits.digit[i][lane] = srp_52_one[i];
    avx2_from_digits(&w->factor, &w->digits);
}

/* Group g gets its four of every eight elements. */
static SRP_NEVER_INLINE void add_to_group(workspace *w, avx2_digits *group,
                                          const uint8_t *elements, size_t count, size_t g) {
    avx2_from_digits(&w->product, group);
    for (size_t done = g * FMA_LANES; done < count; done += GROUPS * FMA_LANES) {
        read_elements(w, elements + done * SRP_ELEMENT_SIZE, count - done);
        avx2_mul(&w->product, &w->product, &w->factor, &w->field);
    }
    avx2_to_digits(group, &w->product);
}

void avx2_product_add(srp_product *product, const uint8_t *elements, size_t count) {
    workspace w;
    avx2_digits group[GROUPS];
    const unsigned before = fma_enter();
    avx2_start(&w.field);
    memcpy(group, product->digits, sizeof group);
    for (size_t g = 0; g < GROUPS; g++) add_to_group(&w, &group[g], elements, count, g);
    memcpy(product->digits, group, sizeof group);
    fma_leave(before);
}

/* number = number times itself with its lanes moved down by `by`, lanes counted modulo 4 */
static void fold(workspace *w, size_t by) {
    avx2_digits moved;
    avx2_to_digits(&w->digits, &w->product);
    for (size_t i = 0; i < SRP_52_DIGITS; i++)
        for (size_t lane = 0; lane < FMA_LANES; lane++)
            moved.digit[i][lane] = w->digits.digit[i][(lane + by) % FMA_LANES];
    avx2_from_digits(&w->factor, &moved);
    avx2_mul(&w->product, &w->product, &w->factor, &w->field);
}

static SRP_NEVER_INLINE void join(uint8_t *out, const avx2_digits *group, workspace *w) {
    avx2_start(&w->field);
    avx2_from_digits(&w->product, &group[0]);
    avx2_from_digits(&w->factor, &group[1]);
    avx2_mul(&w->product, &w->product, &w->factor, &w->field);
    fold(w, 2);
    fold(w, 1);
    avx2_to_bytes(out, &w->product, 1, &w->digits);
}

void avx2_product_finish(uint8_t *out, const srp_product *product) {
    workspace w;
    avx2_digits group[GROUPS];
    memcpy(group, product->digits, sizeof group);
    const unsigned before = fma_enter();
    join(out, group, &w);
    fma_leave(before);
}

FMA_END

#else
typedef int srp_no_fma_lanes; /* ISO C wants something in every file */
#endif
