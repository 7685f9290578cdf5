/* OpenSSL's BN_mod_exp_mont_consttime, its Montgomery context made once. */
#include <openssl/bn.h>
#include <openssl/crypto.h>

#include "peer.h"

static BIGNUM *base, *exponent, *modulus, *power;
static BN_CTX *context;
static BN_MONT_CTX *montgomery;

const char *peer_version(void)
{
    return OpenSSL_version(OPENSSL_VERSION);
}

void peer_set_up(const char *b, const char *e, const char *m)
{
    power = BN_new();
    context = BN_CTX_new();
    montgomery = BN_MONT_CTX_new();
    peer_expect(power && context && montgomery, "BN_new");
    peer_expect(BN_hex2bn(&base, b) && BN_hex2bn(&exponent, e) && BN_hex2bn(&modulus, m),
                "BN_hex2bn");
    peer_expect(BN_MONT_CTX_set(montgomery, modulus, context), "BN_MONT_CTX_set");
}

void peer_power(void)
{
    peer_expect(
        BN_mod_exp_mont_consttime(power, base, exponent, modulus, context, montgomery),
        "BN_mod_exp_mont_consttime");
}

const char *peer_result(void)
{
    return BN_bn2hex(power);
}
