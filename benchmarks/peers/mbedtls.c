/* Mbed TLS's mbedtls_mpi_exp_mod, its Montgomery constant made once. */
#include <mbedtls/bignum.h>
#include <mbedtls/version.h>

#include "peer.h"

static mbedtls_mpi base, exponent, modulus, power, montgomery;

const char *peer_version(void)
{
    static char text[32];
    mbedtls_version_get_string_full(text);
    return text;
}

void peer_set_up(const char *b, const char *e, const char *m)
{
    mbedtls_mpi_init(&power);
    mbedtls_mpi_init(&montgomery);
    mbedtls_mpi_init(&base);
    mbedtls_mpi_init(&exponent);
    mbedtls_mpi_init(&modulus);
    peer_expect(mbedtls_mpi_read_string(&base, 16, b) == 0
                    && mbedtls_mpi_read_string(&exponent, 16, e) == 0
                    && mbedtls_mpi_read_string(&modulus, 16, m) == 0,
                "mbedtls_mpi_read_string");
}

void peer_power(void)
{
    peer_expect(mbedtls_mpi_exp_mod(&power, &base, &exponent, &modulus, &montgomery) == 0,
                "mbedtls_mpi_exp_mod");
}

const char *peer_result(void)
{
    static char text[2048];
    size_t size;
    peer_expect(mbedtls_mpi_write_string(&power, 16, text, sizeof text, &size) == 0,
                "mbedtls_mpi_write_string");
    return text;
}
