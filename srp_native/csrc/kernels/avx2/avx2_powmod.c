/*
 * base^exponent mod N by fixed windows of 4 bits from the top, as in avx512ifma_powmod.c: the same
 * squarings and multiplications whatever the exponent, factors selected by reading every entry.
 * 16 powers of four numbers are 30 KB. Windows of 5 bits would save 4 % of the multiplications for
 * twice that, which is more than the inner cache of many CPUs.
 */
#include "kernels/avx2/avx2.h"

#ifdef SRP_HAVE_FMA_LANES

#define WINDOW 4
#define ENTRIES (1 << WINDOW)

/* A group of four takes longer than one number alone, and less than two. */
#define SINGLES 1

/* What one group of four writes; wiped as a whole. */
typedef struct {
    avx2_scratch field;
    avx2_number power[ENTRIES]; /* base^i R */
    avx2_number product;
    avx2_number factor;
    avx2_digits digits;
    srp_index index[FMA_LANES];
} workspace;

FMA_BEGIN

static void fill(workspace *w, const uint8_t *bases, size_t count) {
    avx2_from_bytes(&w->product, bases, count, &w->digits);
    avx2_splat(&w->factor, srp_52_r2);
    avx2_splat(&w->power[0], srp_52_one);
    avx2_mul(&w->power[1], &w->product, &w->factor, &w->field);
    for (size_t i = 2; i < ENTRIES; i += 2) {
        avx2_sqr(&w->power[i], &w->power[i / 2], &w->field);
        avx2_mul(&w->power[i + 1], &w->power[i], &w->power[1], &w->field);
    }
}

/* target = the powers that one window of each exponent asks for */
static void select_power(avx2_number *target, workspace *w, size_t window,
                         const uint8_t *exponents, size_t length, size_t count) {
    for (size_t lane = 0; lane < FMA_LANES; lane++) {
        const uint8_t *exponent = exponents + (lane < count ? lane : 0) * length;
        w->index[lane] = radix52_window(exponent, length, window * WINDOW, WINDOW);
    }
    const sums index = sums_load_indices(w->index);
    sums_mask wanted[ENTRIES];
    for (size_t entry = 0; entry < ENTRIES; entry++)
        wanted[entry] = sums_equal(index, sums_splat(entry));
    for (size_t i = 0; i < SRP_52_DIGITS; i++) {
        factors digit = factors_keep(wanted[0], w->power[0].digit[i]);
        for (size_t entry = 1; entry < ENTRIES; entry++)
            digit = factors_join(digit, factors_keep(wanted[entry], w->power[entry].digit[i]));
        target->digit[i] = digit;
    }
}

static void power_of_group(workspace *w, const uint8_t *exponents, size_t length, size_t count) {
    avx2_splat(&w->product, srp_52_one);
    for (size_t window = length * (8 / WINDOW); window--;) {
        for (int i = 0; i < WINDOW; i++) avx2_sqr(&w->product, &w->product, &w->field);
        select_power(&w->factor, w, window, exponents, length, count);
        avx2_mul(&w->product, &w->product, &w->factor, &w->field);
    }
    /* Times the plain 1: out of Montgomery form. */
    for (size_t i = 0; i < SRP_52_DIGITS; i++)
        w->factor.digit[i] = factors_from(sums_splat(i == 0));
    avx2_mul(&w->product, &w->product, &w->factor, &w->field);
}

static SRP_NEVER_INLINE void run_groups(uint8_t *out, const uint8_t *bases,
                                        const uint8_t *exponents, size_t length, size_t count,
                                        workspace *w) {
    avx2_start(&w->field);
    for (size_t done = 0; done < count; done += FMA_LANES) {
        size_t left = count - done;
        fill(w, bases + done * SRP_ELEMENT_SIZE, left);
        power_of_group(w, exponents + done * length, length, left);
        avx2_to_bytes(out + done * SRP_ELEMENT_SIZE, &w->product, left, &w->digits);
    }
}

/*
 * The workspace is larger than what srp_wipe_stack reaches past, so the frames below it, which
 * start with run_groups, are wiped from here.
 */
static void groups(uint8_t *out, const uint8_t *bases, const uint8_t *exponents, size_t length,
                   size_t count) {
    workspace w;
    const unsigned before = fma_enter();
    run_groups(out, bases, exponents, length, count, &w);
    fma_leave(before);
    srp_wipe(&w, sizeof w);
    srp_wipe_stack();
}

FMA_END

void avx2_powmod(uint8_t *out, const uint8_t *bases, const uint8_t *exponents, size_t length,
                 size_t count) {
    size_t rest = count % FMA_LANES <= SINGLES ? count % FMA_LANES : 0;
    if (count > rest) groups(out, bases, exponents, length, count - rest);
    if (rest)
        srp_scalar_kernel()->powmod(out + (count - rest) * SRP_ELEMENT_SIZE,
                                    bases + (count - rest) * SRP_ELEMENT_SIZE,
                                    exponents + (count - rest) * length, length, rest);
    /* The workspaces lie on the stack: what was below them is out of the caller's reach. */
    srp_wipe_stack();
}

#else
typedef int srp_no_fma_lanes; /* ISO C wants something in every file */
#endif
