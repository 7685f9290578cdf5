/*
 * Every function that the C files outside the kernels offer each other. A kernel's own are in its
 * header, kernels/NAME/NAME.h. Above each function stands what it computes, and then
 *
 *   sizes   of its buffers, and which of them may be the same
 *   in      what a caller has to make sure of
 *   out     what it may count on
 *   CT      what may be secret
 *
 * where there is something to say. "CT values" means that no value in any buffer decides a branch
 * or an address; lengths, counts and pointers are public throughout.
 */
#ifndef SRP_INTERNAL_H
#define SRP_INTERNAL_H

#include "secret.h"
#include "srp.h"
#include "x86_64.h"

/* ---- constants, computed from group.py at build time by srp_native/csrc/tables.py ------------ */

#define SRP_WORDS 48 /* of 64 bits in an element */

extern const uint64_t srp_modulus_words[SRP_WORDS]; /* N, the lowest word first */

/* ---- wipe.c ------------------------------------------------------------------------------- */

/* For a function whose frame has to be its own. */
#if defined(__GNUC__)
#define SRP_NEVER_INLINE __attribute__((noinline))
#elif defined(_MSC_VER)
#define SRP_NEVER_INLINE __declspec(noinline)
#else
#define SRP_NEVER_INLINE
#endif

/*
 * Zeroes memory in a way no compiler leaves out.
 *   sizes   `size` bytes
 *   CT      values
 */
void srp_wipe(void *memory, size_t size);

/*
 * Zeroes the stack below the caller's frame, where the functions it called kept what registers
 * could not hold.
 *   sizes   SRP_STACK_DEPTH bytes
 *   CT      values
 */
void srp_wipe_stack(void);

/*
 * More than the frames below any public function take: the table of scalar_window.inc is the
 * largest of them with 13 KB. tests/native/leftovers.c looks for what was missed.
 */
#define SRP_STACK_DEPTH 32768

/* ---- declassify.c ---------------------------------------------------------------------------- */

/*
 * `value`, which may decide branches from here on although it was computed from secrets.
 */
uint64_t srp_declassify(uint64_t value);

/* ---- random.c ----------------------------------------------------------------------------- */

/*
 * out = random bytes from the operating system. Returns 0 when it has none to give, 1 otherwise.
 *   sizes   `size` bytes
 *   out     unspecified where 0 is returned
 *   CT      values
 */
int srp_random(uint8_t *out, size_t size);

/* ---- base64.c, base64_ssse3.c ---------------------------------------------------------------- */

/* What is done at once: so many characters, and the bytes they stand for. */
#define BASE64_RUN 64
#define BASE64_BYTES (BASE64_RUN / 4 * 3)
#define BASE64_ROOM (BASE64_BYTES + 4) /* which may all be read or written for them */

typedef struct {
    void (*encode)(uint8_t *text, const uint8_t *bytes);
    /* Not 0 when a character is not of the alphabet. */
    uint8_t (*decode)(uint8_t *bytes, const uint8_t *text);
} base64_runs;

/*
 * One run, in C11 and with SSSE3: base64_runs says what they do.
 *   sizes   BASE64_RUN characters, BASE64_BYTES bytes of the BASE64_ROOM that must be there
 *   in      any bytes, any characters
 *   CT      values
 */
void base64_encode_portable(uint8_t *text, const uint8_t *bytes);
uint8_t base64_decode_portable(uint8_t *bytes, const uint8_t *text);
#if SRP_X86_64
void base64_encode_ssse3(uint8_t *text, const uint8_t *bytes);
uint8_t base64_decode_ssse3(uint8_t *bytes, const uint8_t *text);
#endif

/*
 * text = the base64 of `bytes`; the number of characters is returned.
 *   sizes   `length` bytes, 4 characters for every 3 bytes begun
 *   in      any bytes
 *   CT      values
 */
size_t base64_encode(uint8_t *text, const uint8_t *bytes, size_t length);

/*
 * bytes = what a text stands for; their number is returned, or 0 when the text is empty, not base64
 * in its one valid form, or stands for more than `room` bytes.
 *   sizes   `room` bytes, `length` characters
 *   in      any characters
 *   out     unspecified where 0 is returned
 *   CT      values, but for whether the text is valid
 */
size_t base64_decode(uint8_t *bytes, size_t room, const uint8_t *text, size_t length);

/* ---- sha256.c, sha256_shani.c ---------------------------------------------------------------- */

typedef struct sha256_context sha256_context;

/*
 * Takes blocks into the state.
 *   sizes   64 bytes a block
 *   CT      values
 */
typedef void sha256_compress(sha256_context *context, const uint8_t *data, size_t blocks);

/* A hash in progress. Holds what was hashed: wipe it. */
struct sha256_context {
    sha256_compress *compress;
    uint32_t state[8];
    uint32_t schedule[64];
    uint8_t block[64];
    uint64_t length; /* bytes so far */
};

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
extern const uint32_t sha256_constants[64];

/* In C11, and with the SHA instructions of x86. */
sha256_compress sha256_portable;
#if SRP_X86_64
sha256_compress sha256_shani;
#endif

/*
 * SHA-256 (FIPS 180-4): start, then any number of updates, then finish.
 *   sizes   `length` bytes, any
 *   in      2^61 bytes at most in all
 *   CT      values
 */
void sha256_start(sha256_context *context, sha256_compress *compress);
void sha256_update(sha256_context *context, const uint8_t *data, size_t length);
void sha256_finish(sha256_context *context, uint8_t out[SRP_DIGEST_SIZE]);

/*
 * out = SHA-256 of `data`. Leaves the stack dirty.
 *   sizes   `length` bytes, any
 *   CT      values
 */
void sha256_digest(uint8_t out[SRP_DIGEST_SIZE], const uint8_t *data, size_t length);

/* ---- products: what the product_ functions of a kernel work on ------------------------------- */

#define SRP_PRODUCT_DIGITS 480 /* eight numbers of 60 digits */

/* A product in the making, as the kernel has its numbers. Holds secrets: wipe it. */
typedef struct {
    _Alignas(64) srp_digit digits[SRP_PRODUCT_DIGITS];
} srp_product;

/* ---- dispatch.c --------------------------------------------------------------------------- */

/* The faster ones of the above that this CPU can run. */
sha256_compress *srp_sha256_compress(void);
const base64_runs *srp_base64_runs(void);

/*
 * The faster kernel of those that compute one number at a time, for kernels whose lanes one number
 * does not fill.
 */
const srp_kernel *srp_scalar_kernel(void);

/* ---- kernels ------------------------------------------------------------------------------ */

/*
 * What a kernel has to offer; one file (or a few with its name in front) per kernel, and a line in
 * dispatch.c. The first two functions are srp_pow_g and srp_powmod for this instruction set, with
 * count >= 1. They wipe their workspaces; their callers wipe the stack. The products are by
 * multiplications that pow_g has no part in, and leave the stack dirty. CT: values.
 */
struct srp_kernel {
    const char *name;
    int (*runs_here)(void);
    void (*pow_g)(uint8_t *out, const uint8_t *exponents, size_t length, size_t count);
    void (*powmod)(uint8_t *out, const uint8_t *bases, const uint8_t *exponents, size_t length,
                   size_t count);
    /* product = 1; product = product * element / 2^product_bits for each of them; out = product. */
    unsigned product_bits;
    void (*product_start)(srp_product *product);
    void (*product_add)(srp_product *product, const uint8_t *elements, size_t count);
    void (*product_finish)(uint8_t *out, const srp_product *product);
};

/* ---- columns.c ---------------------------------------------------------------------------- */

/* One string of a column, or of anything else. */
typedef struct {
    const uint8_t *bytes;
    size_t length;
} srp_slice;

/*
 * String `row` of a column.
 *   in      offsets are sound (srp_first_invalid_row)
 *   CT      values
 */
srp_slice column_row(const srp_column *column, size_t row);

/* ---- protocol.c --------------------------------------------------------------------------- */

/*
 * How many bytes of 00 at the front of a number are redundant: what follows is its minimal signed
 * form.
 *   sizes   `length` bytes
 *   in      a signed number, 0 or more
 *   out     below `length`, or 0
 *   CT      values, but for the result
 */
size_t number_minimal(const uint8_t *number, size_t length);

/*
 * out = x = SHA-256(salt || SHA-256(the parts, joined)). Leaves the context dirty.
 *   sizes   `count` parts
 *   in      any bytes
 *   CT      values
 */
void private_key(uint8_t out[SRP_DIGEST_SIZE], srp_slice salt, const srp_slice *parts,
                 size_t count, sha256_context *context);

/*
 * srp_verifiers and srp_premaster. Leave the stack dirty.
 *   in      arguments are checked
 *   out     below N
 *   CT      values
 */
void protocol_verifiers(const srp_kernel *kernel, uint8_t *out, const uint8_t *salts,
                        const uint64_t *salt_offsets, const uint8_t *identities,
                        const uint64_t *identity_offsets, size_t count);
void protocol_premaster(const srp_kernel *kernel, uint8_t *out, const uint8_t *B, const uint8_t *a,
                        size_t a_length, const uint8_t *u, size_t u_length, const uint8_t *x,
                        size_t x_length, const uint8_t *k, size_t k_length);

/* ---- rows.c ------------------------------------------------------------------------------- */

/*
 * srp_make_rows. Leaves the stack dirty.
 *   in      offsets are sound (srp_first_invalid_row)
 *   CT      values
 */
int rows_make(const srp_kernel *kernel, const srp_new_rows *out, const srp_rows *in, size_t count);

/* ---- batch_check.c ------------------------------------------------------------------------ */

/*
 * The functions of srp.h. Leave the stack dirty.
 *   sizes   SRP_BATCH_CHECK_SIZE bytes a check
 *   in      offsets are sound (srp_first_invalid_row)
 *   CT      values, but for whether a text is valid and whether the check holds
 */
void batch_check_start(const srp_kernel *kernel, uint8_t *check);
int batch_check_rows(const srp_kernel *kernel, uint8_t *check, const srp_rows *in,
                     const srp_column *verifiers, size_t count);
int batch_check_verifiers(const srp_kernel *kernel, uint8_t *check, const uint8_t *elements,
                          const srp_column *salts, const srp_column *identities, size_t count);
void batch_check_join(const srp_kernel *kernel, uint8_t *check, const uint8_t *other);
int batch_check_holds(const srp_kernel *kernel, const uint8_t *check);

#endif
