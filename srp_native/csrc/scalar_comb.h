/*
 * 2^x mod N for an exponent of up to 256 bits, by a fixed-base comb (Lim and Lee, CRYPTO '94),
 * for a kernel that computes one number at a time: portable_comb.c and adx_comb.c include this file
 * after saying what their arithmetic is called and how long its numbers are.
 *
 * The lowest 11 bits need no table: 2^(x mod 2^11) is a plain number below N. The other 245 are cut
 * into TEETH blocks, each block into TABLES parts of COLUMNS bits. Table t answers for part t of
 * every block at once, one bit of each block ("tooth") making its index; a squaring moves all of
 * them up by a column:
 *
 *     2^(x >> 11 << 11) = product over columns c, high to low, of
 *                             (everything so far)^2 * product over t of table_t[index(t, c)]
 *
 * The entries are stored times R, so everything is in Montgomery form until the last
 * multiplication, by the plain 2^(x mod 2^11), which takes it out for nothing.
 * TABLES * COLUMNS multiplications and COLUMNS - 1 squarings in all.
 */
/* What one exponentiation writes; wiped as a whole. */
typedef struct {
    FIELD(scratch) field;
    uint64_t product[DIGITS];
    uint64_t factor[DIGITS];
} workspace;

/* factor = 2^(x mod 2^11): one bit of one digit, every digit written. */
static void free_factor(uint64_t *factor, const uint8_t *exponent, size_t length) {
    uint64_t power = 0;
    for (size_t bit = 0; bit < SRP_FREE_BITS; bit++)
        power |= (uint64_t)bit_at(exponent, length, bit) << bit;
    uint64_t digit = DIGIT_OF_BIT(power);
    uint64_t one = 0;
    for (uint64_t shift = 0; shift < DIGIT_BITS; shift++)
        one |= mask_if_equal(shift, power - digit * DIGIT_BITS) & UINT64_C(1) << shift;
    for (size_t i = 0; i < DIGITS; i++) factor[i] = one & mask_if_equal(i, digit);
}

static void comb(uint8_t *out, const uint8_t *exponent, size_t length, workspace *w) {
    for (size_t column = SRP_COMB_COLUMNS; column--;) {
        int first = column == SRP_COMB_COLUMNS - 1;
        if (!first) FIELD(sqr)(w->product, w->product, &w->field);
        for (size_t table = 0; table < SRP_COMB_TABLES; table++) {
            uint64_t index = comb_index(exponent, length, table, column);
            uint64_t *selected = first && table == 0 ? w->product : w->factor;
            FIELD(select)(selected, COMB_TABLE[table][0], SRP_COMB_ENTRIES, index);
            if (selected == w->factor) FIELD(mul)(w->product, w->product, w->factor, &w->field);
        }
    }
    free_factor(w->factor, exponent, length);
    FIELD(mul)(w->product, w->product, w->factor, &w->field);
    FIELD(to_bytes)(out, w->product);
}

/* Exponents of more bytes than this do not fit in the comb. */
#define COMB_BYTES \
    ((SRP_FREE_BITS + SRP_COMB_TEETH * SRP_COMB_TABLES * SRP_COMB_COLUMNS) / 8)

/* Long exponents are rare in SRP (256 bits do for a): they take the way of any other base. */
static void long_powers(uint8_t *out, const uint8_t *exponents, size_t length, size_t count) {
    static const uint8_t two[SRP_ELEMENT_SIZE] = {[SRP_ELEMENT_SIZE - 1] = 2};
    for (size_t i = 0; i < count; i++)
        KERNEL(powmod)(out + i * SRP_ELEMENT_SIZE, two, exponents + i * length, length, 1);
}

void KERNEL(pow_g)(uint8_t *out, const uint8_t *exponents, size_t length, size_t count) {
    workspace w;
    if (length > COMB_BYTES) {
        long_powers(out, exponents, length, count);
        return;
    }
    for (size_t i = 0; i < count; i++)
        comb(out + i * SRP_ELEMENT_SIZE, exponents + i * length, length, &w);
    srp_wipe(&w, sizeof w);
}
