/*
 * A whole row: from the strings that name a device to the strings that are sent and kept,
 *
 *     password = base64 of 40 random bytes, salt = 16 random bytes, unless given
 *     x        = SHA-256(salt || SHA-256(realm || name || ":" || password))
 *     v        = 2^x mod N
 *
 * with the salt (in x, too) and v in their minimal signed form, both written as base64.
 */
#include <string.h>

#include "internal.h"

/* Rows that the kernel gets at once: enough to fill a kernel with lanes. */
#define GROUP 128

/* Everything that a group of rows is computed in; wiped as a whole. */
typedef struct {
    sha256_context hash;
    uint8_t x[GROUP][SRP_DIGEST_SIZE];
    uint8_t passwords[GROUP][SRP_PASSWORD_RANDOM];
    uint8_t salts[GROUP][SRP_SALT_RANDOM];
    uint8_t number[1 + SRP_ELEMENT_SIZE]; /* 00, then a salt or v */
} workspace;

/* The end of the rows before `row` in a new column: where `row` is written. */
static uint8_t *column_end(const srp_new_column *column, size_t row) {
    return column->bytes + column->offsets[row];
}

/* w->number = 00 || salt; returns its minimal form, or an empty slice for a salt that is zero. */
static srp_slice salt_of(workspace *w, const uint8_t *salt, size_t length) {
    w->number[0] = 0;
    memcpy(w->number + 1, salt, length);
    size_t zeros = number_minimal(w->number, length + 1);
    srp_slice minimal = {w->number + zeros, length + 1 - zeros};
    if (minimal.length == 1 && !srp_declassify(minimal.bytes[0])) minimal.length = 0;
    return minimal;
}

/* Passwords, salts and x of `rows` rows from `start` on. */
static int prepare(workspace *w, const srp_new_rows *out, const srp_rows *in, size_t start,
                   size_t rows) {
    if (!in->passwords.offsets && !srp_random(w->passwords[0], rows * sizeof w->passwords[0]))
        return SRP_ERROR_RANDOM;
    if (!in->salts.offsets && !srp_random(w->salts[0], rows * sizeof w->salts[0]))
        return SRP_ERROR_RANDOM;
    for (size_t i = 0; i < rows; i++) {
        size_t row = start + i;
        srp_slice password = {NULL, SRP_PASSWORD_SIZE}, salt = {w->salts[i], SRP_SALT_RANDOM};
        if (in->passwords.offsets) {
            password = column_row(&in->passwords, row);
        } else {
            password.bytes = column_end(&out->passwords, row);
            base64_encode(column_end(&out->passwords, row), w->passwords[i],
                          sizeof w->passwords[i]);
            out->passwords.offsets[row + 1] = out->passwords.offsets[row] + SRP_PASSWORD_SIZE;
        }
        if (in->salts.offsets) salt = column_row(&in->salts, row);
        if (salt.length > SRP_SALT_MAX) return SRP_ERROR_SALT;
        salt = salt_of(w, salt.bytes, salt.length);
        /* A generator whose 128 bits are all 0 is broken. */
        if (!salt.length) return in->salts.offsets ? SRP_ERROR_SALT : SRP_ERROR_RANDOM;
        out->salts.offsets[row + 1] =
            out->salts.offsets[row] +
            base64_encode(column_end(&out->salts, row), salt.bytes, salt.length);
        srp_slice identity[] = {column_row(&in->realms, row), column_row(&in->names, row),
                                {(const uint8_t *)":", 1}, password};
        private_key(w->x[i], salt, identity, sizeof identity / sizeof identity[0], &w->hash);
    }
    return SRP_OK;
}

/*
 * The verifiers of a group. Numbers and texts share the room of the texts. The kernel writes the
 * numbers to the far end of this room, so that no text overwrites a number that is still to be
 * read: text i ends at or before 516 (i + 1), and number i + 1 begins at
 * 516 rows - 384 (rows - i - 1), which is not less.
 */
static void compute(workspace *w, const srp_kernel *kernel, const srp_new_column *verifiers,
                    size_t start, size_t rows) {
    uint8_t *room = column_end(verifiers, start);
    uint8_t *v = room + rows * (SRP_VERIFIER_TEXT_MAX - SRP_ELEMENT_SIZE);
    kernel->pow_g(v, w->x[0], SRP_DIGEST_SIZE, rows);
    for (size_t i = 0; i < rows; i++, v += SRP_ELEMENT_SIZE) {
        w->number[0] = 0;
        memcpy(w->number + 1, v, SRP_ELEMENT_SIZE);
        size_t zeros = number_minimal(w->number, sizeof w->number);
        verifiers->offsets[start + i + 1] =
            verifiers->offsets[start + i] +
            base64_encode(column_end(verifiers, start + i), w->number + zeros,
                          sizeof w->number - zeros);
    }
}

static void wipe_column(const srp_new_column *column, size_t count, size_t longest) {
    if (column->offsets) srp_wipe(column->bytes, count * longest);
}

int rows_make(const srp_kernel *kernel, const srp_new_rows *out, const srp_rows *in,
              size_t count) {
    workspace w;
    int code = SRP_OK;
    out->verifiers.offsets[0] = out->salts.offsets[0] = 0;
    if (out->passwords.offsets) out->passwords.offsets[0] = 0;
    for (size_t start = 0; start < count && code == SRP_OK; start += GROUP) {
        size_t rows = count - start < GROUP ? count - start : GROUP;
        code = prepare(&w, out, in, start, rows);
        if (code == SRP_OK) compute(&w, kernel, &out->verifiers, start, rows);
    }
    if (code != SRP_OK) {
        wipe_column(&out->verifiers, count, SRP_VERIFIER_TEXT_MAX);
        wipe_column(&out->salts, count,
                    in->salts.offsets ? SRP_SALT_TEXT_MAX : SRP_DRAWN_SALT_TEXT_MAX);
        wipe_column(&out->passwords, count, SRP_PASSWORD_SIZE);
    }
    srp_wipe(&w, sizeof w);
    return code;
}
