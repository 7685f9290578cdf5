/*
 * Products of many elements, for a kernel that computes one number at a time. Included as
 * scalar_comb.h is.
 */
void KERNEL(product_start)(srp_product *product) {
    for (size_t i = 0; i < DIGITS; i++) product->digits[i] = i == 0;
}

void KERNEL(product_add)(srp_product *product, const uint8_t *elements, size_t count) {
    FIELD(scratch) scratch;
    uint64_t factor[DIGITS];
    for (size_t i = 0; i < count; i++) {
        FIELD(from_bytes)(factor, elements + i * SRP_ELEMENT_SIZE);
        FIELD(mul)(product->digits, product->digits, factor, &scratch);
    }
}

void KERNEL(product_finish)(uint8_t *out, const srp_product *product) {
    FIELD(to_bytes)(out, product->digits);
}
