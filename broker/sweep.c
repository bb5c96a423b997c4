/* SPDX-License-Identifier: Apache-2.0 */
/* Documents that nobody names are removed after a day: at the broker's start and every hour, on a
 * worker thread. What the journal names is read there too, entry by entry. */
#include <stdatomic.h>
#include <stdlib.h>

#include "broker/broker.h"
#include "lib/check.h"
#include "store/documents.h"
#include "store/named_documents.h"

/* named is the worker's while is_working is set. */
struct sweep_service {
    struct broker *broker;
    const struct documents *documents;
    uv_work_t work;
    bool is_working;
    atomic_bool is_ending;
    uv_mutex_t claims; /* held by who claims a document, and by who removes one */
    struct named_documents named;
    int64_t before_ms;
    uint64_t removed;
    enum err err;
};

struct sweep_service *sweep_new(struct broker *broker, const struct documents *documents)
{
    struct sweep_service *service = calloc(1, sizeof *service);

    require(service != NULL);
    service->broker = broker;
    service->documents = documents;
    service->work.data = service;
    atomic_init(&service->is_ending, false);
    require(uv_mutex_init(&service->claims) == 0);
    named_documents_init(&service->named);
    return service;
}

void sweep_free(struct sweep_service *service)
{
    if (service == NULL) {
        return;
    }
    atomic_store(&service->is_ending, true);
    while (service->is_working) {
        (void)uv_run(service->broker->loop, UV_RUN_ONCE); /* until the worker is done */
    }
    named_documents_release(&service->named);
    uv_mutex_destroy(&service->claims);
    free(service);
}

bool sweep_claim(struct sweep_service *service, const struct hash *hash, uint64_t size)
{
    uv_mutex_lock(&service->claims); /* at most for as long as one file is removed */
    bool is_stored = document_claim(service->documents, hash, size);
    uv_mutex_unlock(&service->claims);
    return is_stored;
}

static bool is_named(void *self, const struct hash *hash)
{
    const struct sweep_service *service = self;

    /* At the end of the broker nothing more is removed. */
    return atomic_load(&service->is_ending) || named_documents_have(&service->named, hash);
}

static void hold(void *self)
{
    uv_mutex_lock(&((struct sweep_service *)self)->claims);
}

static void resume(void *self)
{
    uv_mutex_unlock(&((struct sweep_service *)self)->claims);
}

/* Nothing is removed unless all of the journal was read. */
static void on_work(uv_work_t *work)
{
    struct sweep_service *service = work->data;
    const struct document_names names = {is_named, hold, resume, service};
    bool is_done = false;

    service->err = ERR_OK;
    service->removed = 0;
    while (!is_done && service->err == ERR_OK && !atomic_load(&service->is_ending)) {
        service->err = named_documents_read(&service->named, service->broker->journal, &is_done);
    }
    if (is_done && !atomic_load(&service->is_ending)) {
        service->err =
            documents_sweep(service->documents, &names, service->before_ms, &service->removed);
    }
}

static void on_done(uv_work_t *work, int status)
{
    struct sweep_service *service = work->data;

    (void)status; /* nothing cancels the work */
    service->is_working = false;
    if (service->err != ERR_OK) {
        log_event(service->broker->options.log, LOG_ERROR, "documents_not_swept",
                  log_err(service->err), LOG_END);
    } else if (service->removed > 0) {
        log_event(service->broker->options.log, LOG_INFO, "documents_swept",
                  log_number("removed", (int64_t)service->removed), LOG_END);
    }
}

void sweep_start(struct sweep_service *service)
{
    const struct clock *clock = &service->broker->options.clock;

    if (service->is_working) {
        return; /* the last one is not done */
    }
    service->is_working = true;
    service->before_ms = clock->wall_ms(clock->self) - DOCUMENT_UNNAMED_MS;
    require(uv_queue_work(service->broker->loop, &service->work, on_work, on_done) == 0);
}
