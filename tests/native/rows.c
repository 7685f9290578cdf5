/*
 * Runs the whole row on test vectors, one command a line on stdin; arguments are hex, "-" is the
 * empty string.
 *
 *   encode DATA                          its base64
 *   decode TEXT                          its bytes in hex, or "none"
 *   row REALM NAME PASSWORD SALT         texts of verifier and salt, or "error CODE"
 *   drawn REALM NAME                     texts of verifier, salt and password
 *   batch ROWS                           as many rows as the argument has bytes, drawn: whether their
 *                                        check holds, in one piece and in two, and whether it holds
 *                                        once a digit of a verifier is another
 *
 *   count VERIFIER SALT                  whether a check takes these texts: 0, or "error CODE"
 *   element V                            whether it takes the element V
 *
 * MARK_SECRETS does what it does in vectors.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "argument.h"

#define ROWS_MAX 200

static uint8_t verifiers[ROWS_MAX * SRP_VERIFIER_TEXT_MAX], salts[ROWS_MAX * SRP_SALT_TEXT_MAX],
    passwords[ROWS_MAX * SRP_PASSWORD_SIZE];
static uint64_t ends[3][ROWS_MAX + 1];

static void print(uint8_t *text, size_t size) {
    PUBLISH(text, size);
    printf("%.*s ", (int)size, (const char *)text);
}

static void base64(const char *command, argument data) {
    uint8_t out[1024];
    if (data.length > 600) fail("too long");
    if (!strcmp(command, "encode")) {
        print(out, base64_encode(out, data.bytes, data.length));
    } else {
        size_t size = base64_decode(out, sizeof out, data.bytes, data.length);
        PUBLISH(out, size);
        for (size_t i = 0; i < size; i++) printf("%02x", out[i]);
        if (!size) printf("none");
    }
}

static int make(const srp_kernel *kernel, const srp_rows *in, size_t rows) {
    srp_new_rows out = {{verifiers, ends[0]}, {salts, ends[1]}, {passwords, ends[2]}};
    if (in->passwords.offsets) out.passwords.offsets = NULL;
    return srp_make_rows(kernel, &out, in, rows);
}

/* A fresh check of the rows [first, last) of what was made. */
static void count(const srp_kernel *kernel, uint8_t *check, const srp_rows *in, size_t first, size_t last) {
    srp_rows part = {{in->realms.bytes, in->realms.offsets + first},
                     {in->names.bytes, in->names.offsets + first},
                     {passwords, ends[2] + first},
                     {salts, ends[1] + first}};
    srp_column texts = {verifiers, ends[0] + first};
    srp_batch_check_start(kernel, check);
    if (srp_batch_check_rows(kernel, check, &part, &texts, last - first) != SRP_OK) fail("a text is wrong");
}

/* One row of texts, or of an element. */
static void count_one(const srp_kernel *kernel, argument v, argument salt, int element) {
    uint64_t nothing[2] = {0, 0}, text_ends[2] = {0, v.length}, salt_ends[2] = {0, salt.length};
    srp_column none = {v.bytes, nothing}, texts = {v.bytes, text_ends};
    srp_rows in = {none, none, none, {salt.bytes, salt_ends}};
    uint8_t check[SRP_BATCH_CHECK_SIZE];
    srp_batch_check_start(kernel, check);
    int code = element ? srp_batch_check_verifiers(kernel, check, v.bytes, &none, &none, 1)
                       : srp_batch_check_rows(kernel, check, &in, &texts, 1);
    printf(code == SRP_OK ? "%d" : "error %d", code);
}

static void batch(const srp_kernel *kernel, size_t rows) {
    static const uint8_t string[] = "-AbCdEf12eu-west-1_0c1e5a3c";
    static uint64_t realms[ROWS_MAX + 1], names[ROWS_MAX + 1];
    srp_rows in = {{string, realms}, {string, names}, {NULL, NULL}, {NULL, NULL}};
    uint8_t check[SRP_BATCH_CHECK_SIZE], other[SRP_BATCH_CHECK_SIZE];
    if (rows > ROWS_MAX) fail("too many rows");
    for (size_t i = 0; i <= rows; i++) realms[i] = i / 20, names[i] = i / 10;
    int code = make(kernel, &in, rows);
    if (code != SRP_OK) {
        int dirty = 0;
        for (size_t i = 0; i < rows * SRP_PASSWORD_SIZE; i++) dirty |= passwords[i];
        printf("error %d, %s", code, dirty ? "dirty" : "zeroed");
        return;
    }
    count(kernel, check, &in, 0, rows);
    printf("%d ", srp_batch_check_holds(kernel, check));
    count(kernel, check, &in, 0, rows / 2);
    count(kernel, other, &in, rows / 2, rows);
    srp_batch_check_join(kernel, check, other);
    printf("%d ", srp_batch_check_holds(kernel, check));
    if (!rows) return;
    uint8_t *digit = verifiers + ends[0][rows - 1] + 17;
    *digit = *digit == 'A' ? 'B' : 'A';
    count(kernel, check, &in, 0, rows);
    printf("%d", srp_batch_check_holds(kernel, check));
}

static void row(const srp_kernel *kernel, const argument *v, int drawn) {
    uint64_t offsets[ARGUMENTS][2] = {{0}};
    for (size_t i = 0; i < ARGUMENTS; i++) offsets[i][1] = v[i].length;
    srp_rows in = {{v[0].bytes, offsets[0]},
                   {v[1].bytes, offsets[1]},
                   {v[2].bytes, drawn ? NULL : offsets[2]},
                   {v[3].bytes, drawn ? NULL : offsets[3]}};
    int code = make(kernel, &in, 1);
    if (code != SRP_OK) {
        printf("error %d", code);
        return;
    }
    print(verifiers, ends[0][1]);
    print(salts, ends[1][1]);
    if (drawn) print(passwords, ends[2][1]);
}

int main(int arguments_count, char **arguments) {
    const char *command;
    argument v[ARGUMENTS];
    const srp_kernel *kernel = kernel_called(arguments_count > 1 ? arguments[1] : "portable");
    while ((command = next_command(v))) {
        if (!strcmp(command, "row") || !strcmp(command, "drawn"))
            row(kernel, v, !strcmp(command, "drawn"));
        else if (!strcmp(command, "batch"))
            batch(kernel, v[0].length);
        else if (!strcmp(command, "count") || !strcmp(command, "element"))
            count_one(kernel, v[0], v[1], !strcmp(command, "element"));
        else
            base64(command, v[0]);
        putchar('\n');
        free_arguments(v);
    }
    return 0;
}
