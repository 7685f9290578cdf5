/*
 * base^exponent mod N by fixed windows from the top, as in scalar_window.inc: the same squarings
 * and multiplications whatever the exponent, factors selected by reading every entry.
 *
 * Windows of 5 bits for one number. Eight at a time make a table of 61 KB with 4 bits and 123 KB
 * with 5, from which each factor takes longer to select than the multiplications saved.
 */
#include <string.h>

#include "kernels/avx512ifma/avx512ifma.h"

#ifdef SRP_HAVE_LANES

/* So many numbers are done sooner one after the other than as a group of eight. */
#define SINGLES 5

#define GROUP_WINDOW 4
#define GROUP_ENTRIES (1 << GROUP_WINDOW)
#define SINGLE_WINDOW 5
#define SINGLE_ENTRIES (1 << SINGLE_WINDOW)

/* What one group of eight writes; wiped as a whole. */
typedef struct {
    ifma_scratch field;
    lanes power[GROUP_ENTRIES][SRP_52_DIGITS]; /* base^i R */
    lanes product[SRP_52_DIGITS];
    lanes factor[SRP_52_DIGITS];
    srp_index index[LANES];
} group_workspace;

/* And one number alone. */
typedef struct {
    _Alignas(64) srp_digit power[SINGLE_ENTRIES][SRP_52_ROW];
    srp_digit product[SRP_52_ROW];
    srp_digit factor[SRP_52_ROW];
} single_workspace;

static size_t windows_in(size_t length, size_t width) { return (8 * length + width - 1) / width; }

LANES_BEGIN

/* ---- eight at a time ---------------------------------------------------------------------- */

static void splat_row(lanes *target, const srp_digit *row) {
    for (size_t i = 0; i < SRP_52_DIGITS; i++) target[i] = lanes_splat_digit(row[i]);
}

/* Lanes without a number repeat the first one. */
static void fill_group(group_workspace *w, const uint8_t *bases, size_t count) {
    for (size_t lane = 0; lane < LANES; lane++) {
        const uint8_t *base = bases + (lane < count ? lane : 0) * SRP_ELEMENT_SIZE;
        radix52_from_bytes(lanes_digits(w->product) + lane, LANES, base);
    }
    splat_row(w->power[0], srp_52_one);
    splat_row(w->factor, srp_52_r2);
    ifma_mul(w->power[1], w->product, w->factor, &w->field);
    for (size_t i = 2; i < GROUP_ENTRIES; i += 2) {
        ifma_sqr(w->power[i], w->power[i / 2], &w->field);
        ifma_mul(w->power[i + 1], w->power[i], w->power[1], &w->field);
    }
}

/* w->factor = w->power[index] for each lane. So many digits at a time stay in registers. */
static void select_group(group_workspace *w) {
    lanes index = lanes_load_indices(w->index);
    for (size_t start = 0; start < SRP_52_DIGITS; start += 10) {
        lanes digits[10];
        for (size_t i = 0; i < 10; i++) digits[i] = w->power[0][start + i];
        for (size_t entry = 1; entry < GROUP_ENTRIES; entry++) {
            lanes_mask wanted = lanes_equal(index, lanes_splat(entry));
            for (size_t i = 0; i < 10; i++)
                digits[i] = lanes_choose(wanted, w->power[entry][start + i], digits[i]);
        }
        for (size_t i = 0; i < 10; i++) w->factor[start + i] = digits[i];
    }
}

static void power_of_group(group_workspace *w, const uint8_t *exponents, size_t length,
                           size_t count) {
    splat_row(w->product, srp_52_one);
    for (size_t window = windows_in(length, GROUP_WINDOW); window--;) {
        for (size_t lane = 0; lane < LANES; lane++) {
            const uint8_t *exponent = exponents + (lane < count ? lane : 0) * length;
            w->index[lane] = radix52_window(exponent, length, window * GROUP_WINDOW, GROUP_WINDOW);
        }
        for (int i = 0; i < GROUP_WINDOW; i++) ifma_sqr(w->product, w->product, &w->field);
        select_group(w);
        ifma_mul(w->product, w->product, w->factor, &w->field);
    }
    /* Times the plain 1: out of Montgomery form. */
    for (size_t i = 0; i < SRP_52_DIGITS; i++) w->factor[i] = lanes_splat(i == 0);
    ifma_mul(w->product, w->product, w->factor, &w->field);
}

static SRP_NEVER_INLINE void run_groups(uint8_t *out, const uint8_t *bases,
                                        const uint8_t *exponents, size_t length, size_t count,
                                        group_workspace *w) {
    ifma_start(&w->field);
    for (size_t done = 0; done < count; done += LANES) {
        size_t left = count - done;
        fill_group(w, bases + done * SRP_ELEMENT_SIZE, left);
        power_of_group(w, exponents + done * length, length, left);
        ifma_reduce(w->factor, w->product);
        for (size_t lane = 0; lane < LANES && lane < left; lane++)
            radix52_to_bytes(out + (done + lane) * SRP_ELEMENT_SIZE,
                          lanes_digits(w->factor) + lane, LANES);
    }
}

/*
 * The workspace is larger than what srp_wipe_stack reaches past, so the frames below it, which
 * start with run_groups, are wiped from here.
 */
static void groups(uint8_t *out, const uint8_t *bases, const uint8_t *exponents, size_t length,
                   size_t count) {
    group_workspace w;
    run_groups(out, bases, exponents, length, count, &w);
    srp_wipe(&w, sizeof w);
    srp_wipe_stack();
}

/* ---- one alone ---------------------------------------------------------------------------- */

static void single(uint8_t *out, const uint8_t *base, const uint8_t *exponent, size_t length) {
    single_workspace w;
    memset(w.factor, 0, sizeof w.factor);
    radix52_from_bytes(w.factor, 1, base);
    memcpy(w.power[0], srp_52_one, sizeof w.power[0]);
    ifma_row_mul(w.power[1], w.factor, srp_52_r2);
    for (size_t i = 2; i < SINGLE_ENTRIES; i++)
        ifma_row_mul(w.power[i], w.power[i - 1], w.power[1]);
    memcpy(w.product, srp_52_one, sizeof w.product);
    for (size_t window = windows_in(length, SINGLE_WINDOW); window--;) {
        for (int i = 0; i < SINGLE_WINDOW; i++) ifma_row_mul(w.product, w.product, w.product);
        ifma_row_select(w.factor, w.power[0], SINGLE_ENTRIES,
                        radix52_window(exponent, length, window * SINGLE_WINDOW, SINGLE_WINDOW));
        ifma_row_mul(w.product, w.product, w.factor);
    }
    /* Times the plain 1: out of Montgomery form. */
    for (size_t i = 0; i < SRP_52_ROW; i++) w.factor[i] = digit_of(i == 0);
    ifma_row_mul(w.product, w.product, w.factor);
    radix52_row_to_bytes(out, w.product);
    srp_wipe(&w, sizeof w);
}

LANES_END

void avx512ifma_powmod(uint8_t *out, const uint8_t *bases, const uint8_t *exponents, size_t length,
                       size_t count) {
    size_t rest = count % LANES <= SINGLES ? count % LANES : 0;
    if (count > rest) groups(out, bases, exponents, length, count - rest);
    for (size_t i = count - rest; i < count; i++)
        single(out + i * SRP_ELEMENT_SIZE, bases + i * SRP_ELEMENT_SIZE, exponents + i * length,
               length);
    /* The workspaces lie on the stack: what was below them is out of the caller's reach. */
    srp_wipe_stack();
}

#else
typedef int srp_no_lanes; /* ISO C wants something in every file */
#endif
