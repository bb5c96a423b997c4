/* SPDX-License-Identifier: Apache-2.0 */
/* figures.h - what a run measured, by name, printed for people or as one line of JSON. */
#ifndef BENCH_FIGURES_H
#define BENCH_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FIGURES_MAX = 32 };

enum figure_kind { FIGURE_TEXT, FIGURE_COUNT, FIGURE_REAL, FIGURE_BOOL };

struct figure {
    const char *name; /* borrowed, as is the text */
    enum figure_kind kind;
    const char *text;
    uint64_t count;
    double real;
    int places; /* of real, behind the point */
    bool truth;
};

/* Invariant: count <= FIGURES_MAX. */
struct figures {
    struct figure rows[FIGURES_MAX];
    size_t count;
};

/* Each adds a figure at the end. */
void figures_text(struct figures *figures, const char *name, const char *text);
void figures_count(struct figures *figures, const char *name, uint64_t count);
void figures_real(struct figures *figures, const char *name, double real, int places);
void figures_bool(struct figures *figures, const char *name, bool truth);

/* Prints them on standard output: one line of JSON, or one line each. */
void figures_print(const struct figures *figures, bool as_json);

/* Sorts @values and returns the one below which @share (0 to 1) of them lie; 0 if there are none.
 */
double figures_share(double *values, size_t count, double share);

#endif
