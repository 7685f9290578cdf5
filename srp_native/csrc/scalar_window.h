/*
 * base^exponent mod N by fixed windows of 5 bits, from the top: five squarings and one
 * multiplication a window, whatever its value, by an entry that is selected by reading all of them.
 * Included as scalar_comb.h is. Five costs least from 200 to 1500 bits: 30 products to fill the table, 103 more for 513 bits.
 */
#define WINDOW 5
#define ENTRIES (1 << WINDOW)

/* What one exponentiation writes; wiped as a whole. */
typedef struct {
    FIELD(scratch) field;
    uint64_t power[ENTRIES][DIGITS];
    uint64_t product[DIGITS];
    uint64_t factor[DIGITS];
} workspace;

/* power[i] = base^i R */
static void fill_table(workspace *w, const uint8_t *base) {
    for (size_t i = 0; i < DIGITS; i++) w->power[0][i] = MONTGOMERY_ONE[i];
    FIELD(from_bytes)(w->factor, base);
    FIELD(mul)(w->power[1], w->factor, MONTGOMERY_R2, &w->field);
    for (size_t i = 2; i < ENTRIES; i += 2) {
        FIELD(sqr)(w->power[i], w->power[i / 2], &w->field);
        FIELD(mul)(w->power[i + 1], w->power[i], w->power[1], &w->field);
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
    for (size_t i = 0; i < DIGITS; i++) w->product[i] = MONTGOMERY_ONE[i];
    while (windows--) {
        uint64_t index = window_at(exponent, length, windows * WINDOW);
        for (int i = 0; i < WINDOW; i++) FIELD(sqr)(w->product, w->product, &w->field);
        FIELD(select)(w->factor, w->power[0], ENTRIES, index);
        FIELD(mul)(w->product, w->product, w->factor, &w->field);
    }
    /* Times the plain 1: out of Montgomery form. */
    for (size_t i = 0; i < DIGITS; i++) w->factor[i] = i == 0;
    FIELD(mul)(w->product, w->product, w->factor, &w->field);
    FIELD(to_bytes)(out, w->product);
}

void KERNEL(powmod)(uint8_t *out, const uint8_t *bases, const uint8_t *exponents, size_t length,
                     size_t count) {
    workspace w;
    for (size_t i = 0; i < count; i++)
        power(out + i * SRP_ELEMENT_SIZE, bases + i * SRP_ELEMENT_SIZE, exponents + i * length,
              length, &w);
    srp_wipe(&w, sizeof w);
}
