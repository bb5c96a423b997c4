/* SPDX-License-Identifier: Apache-2.0 */
/* words.h - the words of the schema's enums, as people read them. */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include "cli/cli.h"
#include "lib/civil.h"
#include "proto/message.h"

/* Each returns a static text in @cli's language, "-" for a value that says nothing. */
const char *word_of_result(const struct cli *cli, Hs__Opinion__Result result);
const char *word_of_outcome(const struct cli *cli, Hs__Verdict__Outcome outcome);
const char *word_of_status(const struct cli *cli, Hs__Proposal__Status status);
const char *word_of_hold(const struct cli *cli, Hs__Hold__Reason reason);
const char *word_of_clock(const struct cli *cli, Hs__Clock__Kind kind);
const char *word_of_barrier(const struct cli *cli, Hs__Review__Barrier barrier);
const char *word_of_ground(const struct cli *cli, Hs__Reopening__Ground ground);
const char *word_of_review(const struct cli *cli, Hs__Review__State state);
const char *word_of_conflict(const struct cli *cli, Hs__Conflict__State state);
const char *word_of_waiver(const struct cli *cli, Hs__Waiver__State state);
const char *word_of_decision(const struct cli *cli, Hs__Decision__Kind kind);
const char *word_of_effect(const struct cli *cli, Hs__Rule__OnFail effect);
const char *word_of_suspicion(const struct cli *cli, Hs__TrustedTime__Suspicion suspicion);
const char *word_of_confidence(const struct cli *cli, Hs__Citation__Confidence confidence);

/* Returns the short word of @day, static. */
const char *word_of_weekday(const struct cli *cli, enum weekday day);

/* Returns the value of an enum in the schema's own lower-case word (in_review), static; "" if there
 * is no such value. */
const char *word_in_schema(const struct cli *cli, const ProtobufCEnumDescriptor *type, int value);

/* Sets @value to what the lower-case @word stands for in the enum @type; false, with the words it
 * offers said as a usage error about @what, if it has no such word. 0 is not offered. */
bool word_to_value(const struct cli *cli, const ProtobufCEnumDescriptor *type, const char *what,
                   const char *word, int *value);

/* Returns the one of two texts in @cli's language, the other where that is empty; "" for NULL. */
const char *word_of(const struct cli *cli, const Hs__Words *words);

#endif
