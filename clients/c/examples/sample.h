/* What the samples have in common: they end at the first thing that fails. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mayfly.h"

static inline _Noreturn void stop(const char *what, const mayfly_error *error) {
    fprintf(stderr, "%s: %s: %s\n", what, error->reason, error->message);
    exit(1);
}

/* What the broker says of a token right now. */
static inline bool is_valid(mayfly_client *client, const char *token, const char *scope) {
    mayfly_wanted wanted = {.scope = &scope, .scope_count = scope != NULL, .omit_claims = true};
    mayfly_validation validation;
    mayfly_error error;
    if (mayfly_validate(client, token, strlen(token), &wanted, &validation, &error) != MAYFLY_OK) {
        stop("validate", &error);
    }
    return validation.valid;
}

static inline const char *yes_or_no(bool is_so) { return is_so ? "yes" : "no"; }

#endif
