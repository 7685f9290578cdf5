/*
 * base^exponent mod N by fixed windows of 5 bits, from the top: five squarings and one
 * multiplication a window, whatever its value, by an entry that is selected by reading all of them.
 * Five costs least from 200 to 1500 bits: 30 products to fill the table, 103 more for 513 bits.
 */
#include "internal.h"

#define WINDOW 5
#define ENTRIES (1 << WINDOW)

/* What one exponentiation writes; wiped as a whole. */
typedef struct {
    field_scratch field;
    uint64_t power[ENTRIES][SRP_DIGITS];
    uint64_t product[SRP_DIGITS];
    uint64_t factor[SRP_DIGITS];
} workspace;

/* power[i] = base^i R */
static void fill_table(workspace *w, const uint8_t *base) {
    for (size_t i = 0; i < SRP_DIGITS; i++) w->power[0][i] = srp_montgomery_one[i];
    field_from_bytes(w->factor, base);
    field_mul(w->power[1], w->factor, srp_montgomery_r2, &w->field);
    for (size_t i = 2; i < ENTRIES; i += 2) {
        field_sqr(w->power[i], w->power[i / 2], &w->field);
        field_mul(w->power[i + 1], w->power[i], w->power[1], &w->field);
    }
}

static uint64_t window_at(const uint8_t *exponent, size_t length, size_t position) {
    uint64_t value = 0;
    for (size_t bit = 0; bit < WINDOW; bit++)
        value |= (uint64_t)bit_at(exponent, length, position + bit) << bit;
    return value;
}

static void power(uint8_t *out, const uint8_t *base, const uint8_t *exponent, size_t length,
                  workspace *w) {
    size_t windows = (8 * length + WINDOW - 1) / WINDOW;
    fill_table(w, base);
    for (size_t i = 0; i < SRP_DIGITS; i++) w->product[i] = srp_montgomery_one[i];
    while (windows--) {
        uint64_t index = window_at(exponent, length, windows * WINDOW);
        for (int i = 0; i < WINDOW; i++) field_sqr(w->product, w->product, &w->field);
        field_select(w->factor, w->power[0], ENTRIES, index);
        field_mul(w->product, w->product, w->factor, &w->field);
    }
    /* Times the plain 1: out of Montgomery form. */
    for (size_t i = 0; i < SRP_DIGITS; i++) w->factor[i] = i == 0;
    field_mul(w->product, w->product, w->factor, &w->field);
    field_to_bytes(out, w->product);
}

void portable_powmod(uint8_t *out, const uint8_t *bases, const uint8_t *exponents, size_t length,
                     size_t count) {
    workspace w;
    for (size_t i = 0; i < count; i++)
        power(out + i * SRP_ELEMENT_SIZE, bases + i * SRP_ELEMENT_SIZE, exponents + i * length,
              length, &w);
    srp_wipe(&w, sizeof w);
}
