/*
 * A batch checked as a whole. A tally holds two pairs of an exponent and a product, and every row
 * goes at random into one of them:
 *
 *     product of v / R^rows = 2^(sum of x - 3120 rows)        R = 2^3120
 *
 * One wrong v makes its product wrong. Two rows that changed places do, too, unless they are in
 * the same pair. The powers of R come from Montgomery's multiplication, which divides by R; taking
 * 3120 from the exponent for each saves multiplying them back.
 *
 * Everything is read again from the strings that the caller gets, so that a slip on the way from a
 * kernel's result to its text shows as well.
 */
#include <string.h>

#include "internal.h"

#define SIDES 2
#define EXPONENT_SIZE 40 /* sums of up to 2^64 x */
#define GROUP 16         /* rows per two random bytes */
#define R_BITS (SRP_DIGITS * SRP_DIGIT_BITS)

typedef struct {
    uint8_t exponent[SIDES][EXPONENT_SIZE];
    uint8_t product[SIDES][SRP_ELEMENT_SIZE];
} tally;

_Static_assert(sizeof(tally) == SRP_TALLY_SIZE, "srp.h has to say how large a tally is");

/* What counting rows writes; wiped as a whole. */
typedef struct {
    sha256_context hash;
    field_scratch field;
    tally sum;
    uint64_t product[SIDES][SRP_DIGITS];
    uint64_t factor[SRP_DIGITS];
    uint8_t x[SRP_DIGEST_SIZE];
    uint8_t salt[SRP_SALT_MAX + 1];
    uint8_t v[1 + SRP_ELEMENT_SIZE];
} workspace;

/* exponent = exponent + x - less, modulo 2^320; x has `length` bytes. */
static void add_exponent(uint8_t *exponent, const uint8_t *x, size_t length, int32_t less) {
    int32_t carry = -less; /* stays above -2^13: an arithmetic shift, by way of an offset */
    for (size_t i = 0; i < EXPONENT_SIZE; i++) {
        carry += exponent[EXPONENT_SIZE - 1 - i];
        if (i < length) carry += x[length - 1 - i];
        exponent[EXPONENT_SIZE - 1 - i] = (uint8_t)((uint32_t)carry & 0xFF);
        carry = (int32_t)((uint32_t)(carry + (1 << 16)) >> 8) - (1 << 8);
    }
}

static void open_tally(workspace *w, const uint8_t *bytes) {
    memcpy(&w->sum, bytes, sizeof w->sum);
    for (size_t side = 0; side < SIDES; side++)
        field_from_bytes(w->product[side], w->sum.product[side]);
}

static void close_tally(uint8_t *bytes, workspace *w) {
    for (size_t side = 0; side < SIDES; side++)
        field_to_bytes(w->sum.product[side], w->product[side]);
    memcpy(bytes, &w->sum, sizeof w->sum);
}

/* One row more on one side. */
static void count_in(workspace *w, size_t side) {
    field_from_bytes(w->factor, w->v + 1);
    field_mul(w->product[side], w->product[side], w->factor, &w->field);
    add_exponent(w->sum.exponent[side], w->x, sizeof w->x, R_BITS);
}

void tally_start(uint8_t *bytes) {
    memset(bytes, 0, SRP_TALLY_SIZE);
    for (size_t side = 1; side <= SIDES; side++)
        bytes[SIDES * EXPONENT_SIZE + side * SRP_ELEMENT_SIZE - 1] = 1;
}

/* The minimal signed form that a text stands for; its length, or 0 when it is not in that form. */
static size_t read_number(uint8_t *number, size_t room, srp_slice text) {
    size_t size = base64_decode(number, room, text.bytes, text.length);
    if (!size || number_minimal(number, size) || srp_public(number[0] >> 7)) return 0;
    return size;
}

/* Where verifiers are: as texts with the rows they were made from, or as elements. */
typedef struct {
    const srp_rows *rows;
    const srp_column *texts;
    const uint8_t *elements;
    const srp_column *salts, *identities;
} batch;

/* w->v = 00 || v and w->x of one row of texts. */
static int read_texts(workspace *w, const batch *b, size_t row) {
    size_t salt_size = read_number(w->salt, sizeof w->salt, column_row(&b->rows->salts, row));
    size_t size = read_number(w->v, sizeof w->v, column_row(b->texts, row));
    if (!salt_size || !size) return SRP_ERROR_TEXT;
    memmove(w->v + sizeof w->v - size, w->v, size);
    memset(w->v, 0, sizeof w->v - size);
    srp_slice salt = {w->salt, salt_size};
    srp_slice identity[] = {column_row(&b->rows->realms, row), column_row(&b->rows->names, row),
                            {(const uint8_t *)":", 1}, column_row(&b->rows->passwords, row)};
    private_key(w->x, salt, identity, sizeof identity / sizeof identity[0], &w->hash);
    return SRP_OK;
}

/* The same of one row of elements. */
static int read_element(workspace *w, const batch *b, size_t row) {
    srp_slice identity = column_row(b->identities, row);
    memcpy(w->v + 1, b->elements + row * SRP_ELEMENT_SIZE, SRP_ELEMENT_SIZE);
    private_key(w->x, column_row(b->salts, row), &identity, 1, &w->hash);
    return SRP_OK;
}

static int count_rows(uint8_t *bytes, const batch *b, size_t count) {
    workspace w;
    uint8_t sides[GROUP / 8];
    int code = SRP_OK;
    open_tally(&w, bytes);
    for (size_t row = 0; row < count && code == SRP_OK; row++) {
        if (row % GROUP == 0 && !srp_random(sides, sizeof sides)) code = SRP_ERROR_RANDOM;
        if (code == SRP_OK) code = b->texts ? read_texts(&w, b, row) : read_element(&w, b, row);
        if (code == SRP_OK) count_in(&w, sides[row % GROUP / 8] >> row % 8 & 1);
    }
    if (code == SRP_OK) close_tally(bytes, &w);
    srp_wipe(&w, sizeof w);
    return code;
}

int tally_rows(uint8_t *bytes, const srp_rows *in, const srp_column *verifiers, size_t count) {
    batch b = {.rows = in, .texts = verifiers};
    return count_rows(bytes, &b, count);
}

int tally_verifiers(uint8_t *bytes, const uint8_t *elements, const srp_column *salts,
                    const srp_column *identities, size_t count) {
    batch b = {.elements = elements, .salts = salts, .identities = identities};
    return count_rows(bytes, &b, count);
}

void tally_join(uint8_t *bytes, const uint8_t *other) {
    workspace w;
    tally more;
    open_tally(&w, bytes);
    memcpy(&more, other, sizeof more);
    for (size_t side = 0; side < SIDES; side++) {
        /* Times R first, so that a side without rows stays 2^0 = 1. */
        field_from_bytes(w.factor, more.product[side]);
        field_mul(w.factor, w.factor, srp_montgomery_r2, &w.field);
        field_mul(w.product[side], w.product[side], w.factor, &w.field);
        add_exponent(w.sum.exponent[side], more.exponent[side], EXPONENT_SIZE, 0);
    }
    close_tally(bytes, &w);
    srp_wipe(&w, sizeof w);
    srp_wipe(&more, sizeof more);
}

int tally_holds(const srp_kernel *kernel, const uint8_t *bytes) {
    tally sum;
    uint8_t power[SIDES][SRP_ELEMENT_SIZE], difference = 0;
    uint8_t two[SIDES][SRP_ELEMENT_SIZE] = {{0}};
    for (size_t side = 0; side < SIDES; side++) two[side][SRP_ELEMENT_SIZE - 1] = 2;
    memcpy(&sum, bytes, sizeof sum);
    /* Not by pow_g, whose table made the verifiers. */
    kernel->powmod(power[0], two[0], sum.exponent[0], EXPONENT_SIZE, SIDES);
    for (size_t side = 0; side < SIDES; side++)
        for (size_t i = 0; i < SRP_ELEMENT_SIZE; i++)
            difference |= power[side][i] ^ sum.product[side][i];
    srp_wipe(&sum, sizeof sum);
    srp_wipe(power, sizeof power);
    return !srp_public(difference);
}
