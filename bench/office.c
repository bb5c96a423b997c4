/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/office.h"

#include <stdio.h>
#include <string.h>

#include "broker/found.h"
#include "lib/check.h"

enum { FOLDER_MODE = 0700, FILE_MODE = 0600, ORDER_ARENA_BYTES = 4 << 20 };

/* The founding under way. */
struct orders {
    struct bench_office *office;
    struct founding *founding;
    struct arena arena; /* of one order */
    struct bench_principal security;
    struct bench_principal admin;
};

static void principal_make(struct bench_principal *principal, const char *name)
{
    (void)snprintf(principal->name, sizeof principal->name, "%s", name);
    keys_generate(&principal->keys);
}

static void make_principals(struct orders *orders)
{
    struct bench_office *office = orders->office;
    char name[PRINCIPAL_NAME_BYTES];

    keys_generate(&office->broker);
    principal_make(&orders->security, "person:security");
    principal_make(&orders->admin, "person:admin");
    principal_make(&office->overseer, "person:office");
    for (size_t i = 0; i < BENCH_DEPARTMENTS; i++) {
        (void)snprintf(name, sizeof name, "agent:%s/1", bench_departments[i]);
        principal_make(&office->agents[i], name);
    }
    for (uint32_t i = 0; i < office->submitter_count; i++) {
        (void)snprintf(name, sizeof name, "person:applicant-%u", i + 1);
        principal_make(&office->submitters[i], name);
    }
}

static enum err write_home(const struct bench_office *office)
{
    char path[FILES_PATH_BYTES_MAX + 32];
    char text[256];
    char reason[KEYS_REASON_BYTES];

    (void)snprintf(path, sizeof path, "%s/documents", office->home);
    enum err err = folder_make(path, FOLDER_MODE);
    if (err == ERR_OK) {
        (void)snprintf(path, sizeof path, "%s/keys/office", office->home);
        err = keys_save(&office->broker, path, reason);
    }
    if (err != ERR_OK) {
        return err;
    }
    (void)snprintf(path, sizeof path, "%s/office.yaml", office->home);
    (void)snprintf(text, sizeof text,
                   "id: " OFFICE_ID "\nprefix: BENCH\nutc_offset_minutes: 480\n"
                   "listen: tcp://127.0.0.1:0\nlog_level: warning\n");
    return file_write(path, bytes_of_text(text), FILE_MODE);
}

/* Says what is to be done as @author. */
static enum err give(struct orders *orders, const struct founding_author *author,
                     Hs__Command *command)
{
    enum refusal refusal = REFUSAL_NONE;
    struct failure failure = {{0}};
    enum err err = founding_order(orders->founding, author, command, &refusal, &failure);

    if (err != ERR_OK) {
        fprintf(stderr, "founding the office: %s: %s\n", err_text(err), failure.text);
    }
    return err;
}

static Hs__Principal *message_of(struct orders *orders, const struct bench_principal *principal,
                                 Hs__Principal__Role role)
{
    struct public_keys halves;
    Hs__Principal *message = message_new(&hs__principal__descriptor, &orders->arena);
    Hs__Words *title = message_new(&hs__words__descriptor, &orders->arena);
    Hs__Principal__Role *roles = arena_array(&orders->arena, 1, sizeof *roles);

    require(message != NULL && title != NULL && roles != NULL);
    keys_public(&principal->keys, &halves);
    title->zh = principal->name;
    title->en = principal->name;
    roles[0] = role;
    message->name = principal->name;
    message->title = title;
    message->n_roles = 1;
    message->roles = roles;
    message->curve_key.len = sizeof halves.curve;
    message->curve_key.data =
        arena_copy(&orders->arena, (struct bytes){halves.curve, sizeof halves.curve});
    message->sign_key.len = sizeof halves.sign;
    message->sign_key.data =
        arena_copy(&orders->arena, (struct bytes){halves.sign, sizeof halves.sign});
    require(message->curve_key.data != NULL && message->sign_key.data != NULL);
    return message;
}

static enum err begin(struct orders *orders)
{
    struct bench_office *office = orders->office;
    struct public_keys halves;
    struct failure failure = {{0}};

    keys_public(&office->broker, &halves);
    const struct founding_settings settings = {
        .journal = office->journal,
        .office = OFFICE_ID,
        .prefix = "BENCH",
        .utc_offset_minutes = 480,
        .office_key = &office->broker.sign,
        .office_curve_key = halves.curve,
        .security_admin =
            message_of(orders, &orders->security, HS__PRINCIPAL__ROLE__SECURITY_ADMIN),
        .time = time_source_machine(),
    };
    enum err err = founding_begin(&settings, &orders->founding, &failure);
    if (err != ERR_OK) {
        fprintf(stderr, "founding the office: %s: %s\n", err_text(err), failure.text);
    }
    return err;
}

static enum err enrol(struct orders *orders, const struct bench_principal *principal,
                      Hs__Principal__Role role, const char *department)
{
    const struct founding_author author = {orders->security.name, &orders->security.keys.sign};
    Hs__Enrol enrol = HS__ENROL__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    arena_clear(&orders->arena);
    enrol.principal = message_of(orders, principal, role);
    enrol.principal->department = department;
    command.body_case = HS__COMMAND__BODY_ENROL;
    command.enrol = &enrol;
    return give(orders, &author, &command);
}

static enum err define(struct orders *orders, const char *department)
{
    const struct founding_author author = {orders->admin.name, &orders->admin.keys.sign};
    Hs__DefineDepartment define = HS__DEFINE_DEPARTMENT__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    arena_clear(&orders->arena);
    define.department = definitions_department(department, &orders->arena);
    command.body_case = HS__COMMAND__BODY_DEFINE_DEPARTMENT;
    command.define_department = &define;
    return give(orders, &author, &command);
}

static enum err publish(struct orders *orders, const struct founding_author *author,
                        Hs__Publish__Kind kind, const void *definition)
{
    struct bytes bytes = message_pack(definition, &orders->arena);
    Hs__Publish publish = HS__PUBLISH__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    require(bytes.data != NULL);
    publish.kind = kind;
    publish.definition = binary_of(bytes);
    publish.set_default = kind == HS__PUBLISH__KIND__PROCESS;
    command.body_case = HS__COMMAND__BODY_PUBLISH;
    command.publish = &publish;
    return give(orders, author, &command);
}

static enum err enrol_all(struct orders *orders)
{
    struct bench_office *office = orders->office;
    enum err err = enrol(orders, &orders->admin, HS__PRINCIPAL__ROLE__SYSTEM_ADMIN, "");

    if (err == ERR_OK) {
        err = enrol(orders, &office->overseer, HS__PRINCIPAL__ROLE__OFFICE, "");
    }
    for (size_t i = 0; i < BENCH_DEPARTMENTS && err == ERR_OK; i++) {
        err = define(orders, bench_departments[i]);
        if (err == ERR_OK) {
            err =
                enrol(orders, &office->agents[i], HS__PRINCIPAL__ROLE__AGENT, bench_departments[i]);
        }
    }
    for (uint32_t i = 0; i < office->submitter_count && err == ERR_OK; i++) {
        err = enrol(orders, &office->submitters[i], HS__PRINCIPAL__ROLE__APPLICANT, "");
    }
    return err;
}

static enum err publish_all(struct orders *orders)
{
    struct bench_office *office = orders->office;
    const struct founding_author chief = {"office", &office->broker.sign};

    arena_clear(&orders->arena);
    enum err err = publish(orders, &chief, HS__PUBLISH__KIND__DICTIONARY,
                           definitions_dictionary(&orders->arena));
    if (err == ERR_OK) {
        err = publish(orders, &chief, HS__PUBLISH__KIND__PROCESS,
                      definitions_process(&orders->arena));
    }
    if (err == ERR_OK) {
        err = publish(orders, &chief, HS__PUBLISH__KIND__PACK,
                      definitions_pack("gate", &orders->arena));
    }
    if (err == ERR_OK) {
        err = publish(orders, &chief, HS__PUBLISH__KIND__PACK,
                      definitions_pack("lead", &orders->arena));
    }
    for (size_t i = 0; i < BENCH_DEPARTMENTS && err == ERR_OK; i++) {
        const struct founding_author agent = {office->agents[i].name, &office->agents[i].keys.sign};

        err = publish(orders, &agent, HS__PUBLISH__KIND__PACK,
                      definitions_pack(bench_departments[i], &orders->arena));
    }
    return err;
}

enum err office_found(struct bench_office *office, const char *home, uint32_t submitter_count)
{
    struct orders orders = {.office = office};

    require(submitter_count <= SUBMITTERS_MAX);
    *office = (struct bench_office){.submitter_count = submitter_count};
    (void)snprintf(office->home, sizeof office->home, "%s", home);
    (void)snprintf(office->journal, sizeof office->journal, "%s/journal", office->home);
    arena_init(&orders.arena, ORDER_ARENA_BYTES);
    make_principals(&orders);

    enum err err = write_home(office);
    if (err != ERR_OK) {
        fprintf(stderr, "%s: %s\n", home, err_text(err));
    }
    if (err == ERR_OK) {
        err = begin(&orders);
    }
    if (err == ERR_OK) {
        err = enrol_all(&orders);
    }
    if (err == ERR_OK) {
        err = publish_all(&orders);
    }
    founding_end(orders.founding);
    arena_release(&orders.arena);
    keys_wipe(&orders.security.keys);
    keys_wipe(&orders.admin.keys);
    return err;
}

void office_wipe(struct bench_office *office)
{
    keys_wipe(&office->broker);
    keys_wipe(&office->overseer.keys);
    for (size_t i = 0; i < BENCH_DEPARTMENTS; i++) {
        keys_wipe(&office->agents[i].keys);
    }
    for (uint32_t i = 0; i < office->submitter_count; i++) {
        keys_wipe(&office->submitters[i].keys);
    }
}
