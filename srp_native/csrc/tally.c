/*
 * A batch checked as a whole. A tally holds two pairs of an exponent and a product, and every row
 * goes at random into one of them:
 *
 *     product of v / R^rows = 2^(sum of x - log2(R) rows)        R = 2^3120, or 2^3072 for adx
 *
 * One wrong v makes its product wrong. Two rows that changed places do, too, unless they are in
 * the same pair. The powers of R come from Montgomery's multiplication, which divides by R; taking
 * log2(R) from the exponent for each saves multiplying them back.
 *
 * Neither side is computed by what computed the verifiers: products of any two numbers on the one
 * side and powers of any base on the other, where pow_g multiplies by constants.
 *
 * Everything is read again from the strings that the caller gets, so that a slip on the way from a
 * kernel's result to its text shows as well.
 */
#include <string.h>

#include "internal.h"

#define SIDES 2
#define EXPONENT_SIZE 40 /* sums of up to 2^64 x */
#define GROUP 16         /* rows per two random bytes */
#define FACTORS 8        /* that a side collects before they are multiplied: a kernel's lanes */

typedef struct {
    uint8_t exponent[SIDES][EXPONENT_SIZE];
    uint8_t product[SIDES][SRP_ELEMENT_SIZE];
} tally;

_Static_assert(sizeof(tally) == SRP_TALLY_SIZE, "srp.h has to say how large a tally is");

/* What counting rows writes; wiped as a whole. */
typedef struct {
    sha256_context hash;
    srp_product product[SIDES];
    tally sum; /* of these rows alone */
    uint8_t factor[SIDES][FACTORS][SRP_ELEMENT_SIZE];
    size_t factors[SIDES];
    uint8_t x[SRP_DIGEST_SIZE];
    uint8_t salt[SRP_SALT_MAX + 1];
    uint8_t v[1 + SRP_ELEMENT_SIZE];
} workspace;

/* exponent = exponent + x - less, modulo 2^320; x has `length` bytes, a multiple of eight. */
static void add_exponent(uint8_t *exponent, const uint8_t *x, size_t length, uint64_t less) {
    uint64_t carry = 0;
    for (size_t end = 8; end <= EXPONENT_SIZE; end += 8) {
        uint64_t word = load_64(exponent + EXPONENT_SIZE - end);
        uint64_t more = end <= length ? load_64(x + length - end) : 0;
        uint64_t sum = word + more;
        uint64_t with_carry = sum + carry;
        carry = (uint64_t)(sum < word) + (with_carry < sum);
        store_64(exponent + EXPONENT_SIZE - end, with_carry - less);
        less = with_carry < less;
    }
}

/* One row more on one side. */
static void count_in(workspace *w, const srp_kernel *kernel, size_t side) {
    memcpy(w->factor[side][w->factors[side]++], w->v + 1, SRP_ELEMENT_SIZE);
    add_exponent(w->sum.exponent[side], w->x, sizeof w->x, kernel->product_bits);
    if (w->factors[side] < FACTORS) return;
    kernel->product_add(&w->product[side], w->factor[side][0], FACTORS);
    w->factors[side] = 0;
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

static SRP_NEVER_INLINE int count_rows(const srp_kernel *kernel, const batch *b, size_t count,
                                       workspace *w) {
    uint8_t sides[GROUP / 8];
    tally_start((uint8_t *)&w->sum);
    for (size_t side = 0; side < SIDES; side++) {
        kernel->product_start(&w->product[side]);
        w->factors[side] = 0;
    }
    for (size_t row = 0; row < count; row++) {
        if (row % GROUP == 0 && !srp_random(sides, sizeof sides)) return SRP_ERROR_RANDOM;
        int code = b->texts ? read_texts(w, b, row) : read_element(w, b, row);
        if (code != SRP_OK) return code;
        count_in(w, kernel, sides[row % GROUP / 8] >> row % 8 & 1);
    }
    for (size_t side = 0; side < SIDES; side++) {
        kernel->product_add(&w->product[side], w->factor[side][0], w->factors[side]);
        kernel->product_finish(w->sum.product[side], &w->product[side]);
    }
    return SRP_OK;
}

/*
 * With its workspace this reaches further down than srp_wipe_stack, so the frames below it, which
 * start with count_rows, are wiped from here.
 */
static int count_batch(const srp_kernel *kernel, uint8_t *bytes, const batch *b, size_t count) {
    workspace w;
    int code = count_rows(kernel, b, count, &w);
    if (code == SRP_OK) tally_join(bytes, (const uint8_t *)&w.sum);
    srp_wipe(&w, sizeof w);
    srp_wipe_stack();
    return code;
}

int tally_rows(const srp_kernel *kernel, uint8_t *bytes, const srp_rows *in,
               const srp_column *verifiers, size_t count) {
    batch b = {.rows = in, .texts = verifiers};
    return count_batch(kernel, bytes, &b, count);
}

int tally_verifiers(const srp_kernel *kernel, uint8_t *bytes, const uint8_t *elements,
                    const srp_column *salts, const srp_column *identities, size_t count) {
    batch b = {.elements = elements, .salts = salts, .identities = identities};
    return count_batch(kernel, bytes, &b, count);
}

/* product = product * factor mod N, 384 bytes each */
static void multiply(uint8_t *product, const uint8_t *factor) {
    field_scratch scratch;
    uint64_t a[SRP_DIGITS], b[SRP_DIGITS];
    field_from_bytes(a, product);
    field_from_bytes(b, factor);
    field_mul(b, b, srp_montgomery_r2, &scratch);
    field_mul(a, a, b, &scratch);
    field_to_bytes(product, a);
}

void tally_join(uint8_t *bytes, const uint8_t *other) {
    tally sum, more;
    memcpy(&sum, bytes, sizeof sum);
    memcpy(&more, other, sizeof more);
    for (size_t side = 0; side < SIDES; side++) {
        multiply(sum.product[side], more.product[side]);
        add_exponent(sum.exponent[side], more.exponent[side], EXPONENT_SIZE, 0);
    }
    memcpy(bytes, &sum, sizeof sum);
    srp_wipe(&sum, sizeof sum);
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
