/* Commands of test programs, one a line on stdin; arguments are hex, "-" is the empty string. */
#ifndef SRP_TEST_ARGUMENT_H
#define SRP_TEST_ARGUMENT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

#define ARGUMENTS 5
#define LINE_MAX_SIZE 65536

typedef struct {
    uint8_t *bytes;
    size_t length;
} argument;

static void fail(const char *message) {
    fprintf(stderr, "%s\n", message);
    exit(2);
}

static argument parse(const char *hex) {
    argument result = {NULL, strcmp(hex, "-") == 0 ? 0 : strlen(hex) / 2};
    /* Exactly as long as it is said to be, so that reading past it shows. */
    result.bytes = malloc(result.length ? result.length : 1);
    if (!result.bytes) fail("out of memory");
    for (size_t i = 0; i < result.length; i++) {
        unsigned byte;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1) fail("bad hex");
        result.bytes[i] = (uint8_t)byte;
    }
    return result;
}

/* The next command, its arguments read and marked secret; NULL at the end of the input. */
static const char *next_command(argument v[ARGUMENTS]) {
    static char line[LINE_MAX_SIZE];
    for (size_t i = 0; i < ARGUMENTS; i++) v[i] = (argument){NULL, 0};
    if (!fgets(line, sizeof line, stdin)) return NULL;
    const char *command = strtok(line, " \n"), *word;
    for (size_t i = 0; i < ARGUMENTS && (word = strtok(NULL, " \n")); i++) {
        v[i] = parse(word);
        SECRET(v[i].bytes, v[i].length);
    }
    return command;
}

static void free_arguments(argument v[ARGUMENTS]) {
    for (size_t i = 0; i < ARGUMENTS; i++) free(v[i].bytes);
}

#endif
