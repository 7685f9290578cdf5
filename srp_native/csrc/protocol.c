/*
 * The SRP formulas over a kernel's arithmetic: the form of numbers, x and v of a device, S of a
 * sign-in.
 */
#include <string.h>

#include "internal.h"
#include "kernels/portable/portable.h"

size_t number_minimal(const uint8_t *number, size_t length) {
    size_t zeros = 0;
    while (zeros + 1 < length &&
           !srp_declassify((uint64_t)number[zeros] | number[zeros + 1] >> 7))
        zeros++;
    return zeros;
}

/* ---- verifiers ---------------------------------------------------------------------------- */

/* So many rows get their x before the kernel is called: enough to fill a kernel with lanes. */
#define CHUNK 64

void private_key(uint8_t out[SRP_DIGEST_SIZE], srp_slice salt, const srp_slice *parts,
                 size_t count, sha256_context *context) {
    sha256_compress *compress = srp_sha256_compress();
    sha256_start(context, compress);
    for (size_t i = 0; i < count; i++) sha256_update(context, parts[i].bytes, parts[i].length);
    sha256_finish(context, out);
    sha256_start(context, compress);
    sha256_update(context, salt.bytes, salt.length);
    sha256_update(context, out, SRP_DIGEST_SIZE);
    sha256_finish(context, out);
}

void protocol_verifiers(const srp_kernel *kernel, uint8_t *out, const uint8_t *salts,
                        const uint64_t *salt_offsets, const uint8_t *identities,
                        const uint64_t *identity_offsets, size_t count) {
    struct {
        sha256_context hash;
        uint8_t x[CHUNK][SRP_DIGEST_SIZE];
    } w;
    srp_column salt = {salts, salt_offsets}, identity = {identities, identity_offsets};
    for (size_t start = 0; start < count; start += CHUNK) {
        size_t rows = count - start < CHUNK ? count - start : CHUNK;
        for (size_t i = 0; i < rows; i++) {
            srp_slice whole = column_row(&identity, start + i);
            private_key(w.x[i], column_row(&salt, start + i), &whole, 1, &w.hash);
        }
        kernel->pow_g(out + start * SRP_ELEMENT_SIZE, w.x[0], SRP_DIGEST_SIZE, rows);
    }
    srp_wipe(&w, sizeof w);
}

/* ---- premaster secret --------------------------------------------------------------------- */

#define EXPONENT_MAX (2 * SRP_ELEMENT_SIZE + 1)

/* Everything that a premaster secret is computed in; wiped as a whole. */
typedef struct {
    field_scratch field;
    srp_digit k[SRP_DIGITS], product[SRP_DIGITS], B[SRP_DIGITS];
    uint8_t bytes[SRP_ELEMENT_SIZE];  /* k, then 2^x, then B - k 2^x */
    uint8_t exponent[EXPONENT_MAX];   /* a + u x */
} premaster_workspace;

/* w->bytes = B - k 2^x mod N */
static void unblind(premaster_workspace *w, const srp_kernel *kernel, const uint8_t *B,
                    const uint8_t *x, size_t x_length, const uint8_t *k, size_t k_length) {
    memset(w->bytes, 0, sizeof w->bytes);
    if (k_length) memcpy(w->bytes + sizeof w->bytes - k_length, k, k_length);
    field_from_bytes(w->k, w->bytes);
    field_mul(w->k, w->k, srp_montgomery_r2, &w->field); /* k R */

    kernel->pow_g(w->bytes, x, x_length, 1);
    field_from_bytes(w->product, w->bytes);
    field_mul(w->product, w->product, w->k, &w->field); /* k 2^x, below 2 N */

    field_from_bytes(w->B, B);
    field_sub(w->product, w->B, w->product); /* below 4 N; the multiplication reduces it */
    field_mul(w->product, w->product, srp_montgomery_one, &w->field);
    field_to_bytes(w->bytes, w->product);
}

/*
 * exponent = a + u x, `width` bytes, by columns of bytes. u x has u_length + x_length bytes. The
 * sum has at most one byte more than the longer of a and u x.
 */
static void combine(uint8_t *exponent, size_t width, const uint8_t *a, size_t a_length,
                    const uint8_t *u, size_t u_length, const uint8_t *x, size_t x_length) {
    uint64_t sum = 0; /* at most 384 * 255^2 + 255 + carry */
    for (size_t column = 0; column < width; column++) {
        if (column < a_length) sum += a[a_length - 1 - column];
        for (size_t i = 0; i < u_length && i <= column; i++)
            if (column - i < x_length)
                sum += (uint64_t)u[u_length - 1 - i] * x[x_length - 1 - (column - i)];
        exponent[width - 1 - column] = sum & 0xFF;
        sum >>= 8;
    }
}

void protocol_premaster(const srp_kernel *kernel, uint8_t *out, const uint8_t *B, const uint8_t *a,
                        size_t a_length, const uint8_t *u, size_t u_length, const uint8_t *x,
                        size_t x_length, const uint8_t *k, size_t k_length) {
    premaster_workspace w;
    size_t product_length = u_length + x_length;
    size_t width = (a_length > product_length ? a_length : product_length) + 1;
    unblind(&w, kernel, B, x, x_length, k, k_length);
    combine(w.exponent, width, a, a_length, u, u_length, x, x_length);
    kernel->powmod(out, w.bytes, w.exponent, width, 1);
    srp_wipe(&w, sizeof w);
}
