/*
 * Batch verification by random subsets (Bellare, Garay and Rabin, "Fast batch verification for
 * modular exponentiation and digital signatures", EUROCRYPT '98). A check has two sides, each of an
 * exponent and a product, and every row goes at random into one of them:
 *
 *     product of v / R^rows = 2^(sum of x - log2(R) rows)        R = 2^3120, or 2^3072 for adx
 *
 * One wrong v makes its product wrong. Two rows that changed places do, too, unless they are on
 * the same side. The powers of R come from Montgomery's multiplication, which divides by R; taking
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
#define GROUP 512        /* rows per call of the random generator */
#define FACTORS 8        /* that a side collects before they are multiplied: a kernel's lanes */

/* The last rows % FACTORS factors are still to be multiplied into the product. */
typedef struct {
    srp_product product;
    uint64_t rows;
    uint8_t factor[FACTORS][SRP_ELEMENT_SIZE];
    uint8_t exponent[EXPONENT_SIZE];
} side;

/* As the kernel computes with it; callers keep its bytes, wherever these lie. */
typedef struct {
    side side[SIDES];
} check;

_Static_assert(sizeof(check) == SRP_BATCH_CHECK_SIZE, "srp.h has to say how large a check is");

/* What counting writes; wiped as a whole. */
typedef struct {
    check sum, other;
    sha256_context hash;
    uint8_t x[SRP_DIGEST_SIZE];
    uint8_t salt[SRP_SALT_MAX + 1];
    uint8_t number[SRP_ELEMENT_SIZE + 1];
    uint8_t v[SRP_ELEMENT_SIZE];
    uint8_t power[SIDES][SRP_ELEMENT_SIZE];
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

/* One power more, v = 2^x, on one side. */
static void count_in(side *s, const srp_kernel *kernel, const uint8_t *v, const uint8_t *x,
                     size_t length) {
    memcpy(s->factor[s->rows++ % FACTORS], v, SRP_ELEMENT_SIZE);
    add_exponent(s->exponent, x, length, kernel->product_bits);
    if (s->rows % FACTORS == 0) kernel->product_add(&s->product, s->factor[0], FACTORS);
}

/* v = the product of a side, in which nothing can be counted any more. */
static void finish(uint8_t *v, side *s, const srp_kernel *kernel) {
    kernel->product_add(&s->product, s->factor[0], (size_t)(s->rows % FACTORS));
    kernel->product_finish(v, &s->product);
}

void batch_check_start(const srp_kernel *kernel, uint8_t *bytes) {
    check sum;
    memset(&sum, 0, sizeof sum);
    for (size_t i = 0; i < SIDES; i++) kernel->product_start(&sum.side[i].product);
    memcpy(bytes, &sum, sizeof sum);
}

/* The minimal signed form that a text stands for; its length, or 0 when it is not in that form. */
static size_t read_number(uint8_t *number, size_t room, srp_slice text) {
    size_t size = base64_decode(number, room, text.bytes, text.length);
    if (!size || number_minimal(number, size) || srp_declassify(number[0] >> 7)) return 0;
    return size;
}

/* Whether an element is below N: whether subtracting N borrows. CT: values, but for the result. */
static int below_modulus(const uint8_t *v) {
    uint64_t borrow = 0;
    for (size_t i = 0; i < SRP_WORDS; i++) {
        uint64_t word = load_64(v + SRP_ELEMENT_SIZE - 8 * (i + 1));
        uint64_t difference = word - srp_modulus_words[i];
        borrow = (uint64_t)(word < srp_modulus_words[i]) | (uint64_t)(difference < borrow);
    }
    return (int)srp_declassify(borrow);
}

/* Where verifiers are: as texts with the rows they were made from, or as elements. */
typedef struct {
    const srp_rows *rows;
    const srp_column *texts;
    const uint8_t *elements;
    const srp_column *salts, *identities;
} batch;

/* w->v and w->x of one row of texts. */
static int read_texts(workspace *w, const batch *b, size_t row) {
    size_t salt_size = read_number(w->salt, sizeof w->salt, column_row(&b->rows->salts, row));
    size_t size = read_number(w->number, sizeof w->number, column_row(b->texts, row));
    if (!salt_size || !size) return SRP_ERROR_TEXT;
    size_t zeros = size < SRP_ELEMENT_SIZE ? SRP_ELEMENT_SIZE - size : 0;
    size_t digits = SRP_ELEMENT_SIZE - zeros;
    if (size > digits && srp_declassify(w->number[0])) return SRP_ERROR_RANGE;
    memset(w->v, 0, zeros);
    memcpy(w->v + zeros, w->number + size - digits, digits);
    if (!below_modulus(w->v)) return SRP_ERROR_RANGE;
    srp_slice salt = {w->salt, salt_size};
    srp_slice identity[] = {column_row(&b->rows->realms, row), column_row(&b->rows->names, row),
                            {(const uint8_t *)":", 1}, column_row(&b->rows->passwords, row)};
    private_key(w->x, salt, identity, sizeof identity / sizeof identity[0], &w->hash);
    return SRP_OK;
}

/* The same of one row of elements. */
static int read_element(workspace *w, const batch *b, size_t row) {
    srp_slice identity = column_row(b->identities, row);
    memcpy(w->v, b->elements + row * SRP_ELEMENT_SIZE, SRP_ELEMENT_SIZE);
    if (!below_modulus(w->v)) return SRP_ERROR_RANGE;
    private_key(w->x, column_row(b->salts, row), &identity, 1, &w->hash);
    return SRP_OK;
}

static SRP_NEVER_INLINE int count_rows(workspace *w, const srp_kernel *kernel, const batch *b,
                                       size_t count) {
    uint8_t sides[GROUP / 8];
    for (size_t row = 0; row < count; row++) {
        size_t left = count - row < GROUP ? count - row : GROUP, in_group = row % GROUP;
        if (!in_group && !srp_random(sides, (left + 7) / 8)) return SRP_ERROR_RANDOM;
        int code = b->texts ? read_texts(w, b, row) : read_element(w, b, row);
        if (code != SRP_OK) return code;
        side *s = &w->sum.side[sides[in_group / 8] >> in_group % 8 & 1];
        count_in(s, kernel, w->v, w->x, sizeof w->x);
    }
    return SRP_OK;
}

static SRP_NEVER_INLINE void count_other(workspace *w, const srp_kernel *kernel) {
    for (size_t i = 0; i < SIDES; i++) {
        side *other = &w->other.side[i];
        if (!other->rows) continue; /* its exponent is too small to take R from */
        finish(w->v, other, kernel);
        count_in(&w->sum.side[i], kernel, w->v, other->exponent, EXPONENT_SIZE);
    }
}

static SRP_NEVER_INLINE int compare(workspace *w, const srp_kernel *kernel) {
    uint8_t exponents[SIDES][EXPONENT_SIZE], difference = 0;
    uint8_t two[SIDES][SRP_ELEMENT_SIZE] = {{0}};
    for (size_t i = 0; i < SIDES; i++) {
        two[i][SRP_ELEMENT_SIZE - 1] = 2;
        memcpy(exponents[i], w->sum.side[i].exponent, EXPONENT_SIZE);
    }
    /* Not by pow_g, whose table made the verifiers. */
    kernel->powmod(w->power[0], two[0], exponents[0], EXPONENT_SIZE, SIDES);
    for (size_t i = 0; i < SIDES; i++) {
        finish(w->v, &w->sum.side[i], kernel);
        for (size_t j = 0; j < SRP_ELEMENT_SIZE; j++) difference |= w->power[i][j] ^ w->v[j];
    }
    srp_wipe(exponents, sizeof exponents);
    return !srp_declassify(difference);
}

/*
 * With its workspace each of these reaches further down than srp_wipe_stack, so the frames below
 * it, which start with a function that is never inlined, are wiped from here.
 */
static void forget(workspace *w) {
    srp_wipe(w, sizeof *w);
    srp_wipe_stack();
}

static int count_batch(const srp_kernel *kernel, uint8_t *bytes, const batch *b, size_t count) {
    workspace w;
    memcpy(&w.sum, bytes, sizeof w.sum);
    int code = count_rows(&w, kernel, b, count);
    if (code == SRP_OK) memcpy(bytes, &w.sum, sizeof w.sum);
    forget(&w);
    return code;
}

int batch_check_rows(const srp_kernel *kernel, uint8_t *bytes, const srp_rows *in,
                     const srp_column *verifiers, size_t count) {
    batch b = {.rows = in, .texts = verifiers};
    return count_batch(kernel, bytes, &b, count);
}

int batch_check_verifiers(const srp_kernel *kernel, uint8_t *bytes, const uint8_t *elements,
                          const srp_column *salts, const srp_column *identities, size_t count) {
    batch b = {.elements = elements, .salts = salts, .identities = identities};
    return count_batch(kernel, bytes, &b, count);
}

void batch_check_join(const srp_kernel *kernel, uint8_t *bytes, const uint8_t *other) {
    workspace w;
    memcpy(&w.sum, bytes, sizeof w.sum);
    memcpy(&w.other, other, sizeof w.other);
    count_other(&w, kernel);
    memcpy(bytes, &w.sum, sizeof w.sum);
    forget(&w);
}

int batch_check_holds(const srp_kernel *kernel, const uint8_t *bytes) {
    workspace w;
    memcpy(&w.sum, bytes, sizeof w.sum);
    int holds = compare(&w, kernel);
    forget(&w);
    return holds;
}
