/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/figures.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/check.h"

static struct figure *add(struct figures *figures, const char *name, enum figure_kind kind)
{
    require(figures->count < FIGURES_MAX);

    struct figure *figure = &figures->rows[figures->count++];
    *figure = (struct figure){.name = name, .kind = kind};
    return figure;
}

void figures_text(struct figures *figures, const char *name, const char *text)
{
    add(figures, name, FIGURE_TEXT)->text = text;
}

void figures_count(struct figures *figures, const char *name, uint64_t count)
{
    add(figures, name, FIGURE_COUNT)->count = count;
}

void figures_real(struct figures *figures, const char *name, double real, int places)
{
    struct figure *figure = add(figures, name, FIGURE_REAL);

    figure->real = real;
    figure->places = places;
}

void figures_bool(struct figures *figures, const char *name, bool truth)
{
    add(figures, name, FIGURE_BOOL)->truth = truth;
}

/* Names and texts are words of this program: nothing in them needs an escape. */
static void print_value(const struct figure *figure, const char *quote)
{
    switch (figure->kind) {
    case FIGURE_TEXT:
        printf("%s%s%s", quote, figure->text, quote);
        break;
    case FIGURE_COUNT:
        printf("%" PRIu64, figure->count);
        break;
    case FIGURE_REAL:
        printf("%.*f", figure->places, figure->real);
        break;
    case FIGURE_BOOL:
        printf("%s", figure->truth ? "true" : "false");
        break;
    }
}

void figures_print(const struct figures *figures, bool as_json)
{
    for (size_t i = 0; i < figures->count; i++) {
        const struct figure *figure = &figures->rows[i];

        if (as_json) {
            printf("%s\"%s\":", i == 0 ? "{" : ",", figure->name);
            print_value(figure, "\"");
        } else {
            printf("%-24s ", figure->name);
            print_value(figure, "");
            printf("\n");
        }
    }
    printf("%s", as_json ? "}\n" : "");
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;

    return (left > right) - (left < right);
}

double figures_share(double *values, size_t count, double share)
{
    if (count == 0) {
        return 0;
    }
    qsort(values, count, sizeof *values, compare);

    size_t index = (size_t)(share * (double)count);
    return values[index < count ? index : count - 1];
}
