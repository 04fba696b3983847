#include "internal.h"
#include <pthread.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int result = -1;

static void swallow(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data) {
    (void)domain, (void)level, (void)message, (void)data;
}

static void start(void) {
    // Warnings about a picture are not the library's to print.
    GLogLevelFlags quiet = G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG;
    g_log_set_handler("VIPS", quiet, swallow, NULL);
    g_log_set_handler("Pango", quiet, swallow, NULL);
    result = vips_init("pulse");
    if (result != 0) return;
    // Every picture is decoded once: a cache of operations would only hold memory.
    vips_cache_set_max(0);
    if (vips_concurrency_get() > 8) vips_concurrency_set(8);
#if VIPS_MAJOR_VERSION > 8 || (VIPS_MAJOR_VERSION == 8 && VIPS_MINOR_VERSION >= 13)
    vips_block_untrusted_set(TRUE);
#endif
}

int cvips_begin(void) {
    pthread_mutex_lock(&mutex);
    pthread_once(&once, start);
    // What kept libvips from starting is the message of every call.
    if (result == 0) vips_error_clear();
    return result;
}

cvips_status cvips_end(cvips_status status, char *reason, size_t reason_size) {
    if (status == CVIPS_FAILED) g_strlcpy(reason, vips_error_buffer(), reason_size);
    if (result == 0) vips_error_clear();
    pthread_mutex_unlock(&mutex);
    return status;
}

void cvips_free(void *memory) { g_free(memory); }
