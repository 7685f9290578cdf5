/* Records one function of kernel portable: FUNCTION ALIAS FILE, the result being operand ALIAS or none. */
#include "kernels/portable/portable.h"

static srp_digit operand[3][SRP_DIGITS];
static srp_digit entries[SRP_COMB_ENTRIES][SRP_DIGITS];
static field_scratch scratch;
static uint8_t bytes[SRP_ELEMENT_SIZE];

static void start(void) {
    memset(operand, NEVER_WRITTEN, sizeof operand);
    memset(&scratch, NEVER_WRITTEN, sizeof scratch);
    for (unsigned k = 0; k < 2; k++)
        for (size_t i = 0; i < SRP_DIGITS; i++) operand[k][i] = record_input(k, i, 0);
    for (size_t e = 0; e < SRP_COMB_ENTRIES; e++)
        for (size_t i = 0; i < SRP_DIGITS; i++) entries[e][i] = record_input(4, i, e);
    record_region(bytes, sizeof bytes);
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    const char *function = argv[1];
    start();
    srp_digit *result = operand[atoi(argv[2])];
    if (!strcmp(function, "mul"))
        field_mul(result, operand[0], operand[1], &scratch);
    else if (!strcmp(function, "sqr"))
        field_sqr(result, operand[0], &scratch);
    else if (!strcmp(function, "sub"))
        field_sub(result, operand[0], operand[1]);
    else if (!strcmp(function, "select"))
        field_select(result, entries[0], SRP_COMB_ENTRIES,
                     (srp_index){record_input(3, 0, 0).hidden});
    else if (!strcmp(function, "from_bytes"))
        field_from_bytes(result, bytes);
    else if (!strcmp(function, "to_bytes"))
        field_to_bytes(bytes, operand[0]);
    else
        return 2;
    if (strcmp(function, "to_bytes"))
        for (size_t i = 0; i < SRP_DIGITS; i++) record_output(0, i, 0, result[i]);
    record_write(argv[3]);
    return 0;
}
