#include "CPage.h"

// Every file of the page, by C23's #embed, which the compiler takes in C11 as well.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char index_html[] = {
#embed "../PulseServer/Page/index.html"
};
static const unsigned char style_css[] = {
#embed "../PulseServer/Page/style.css"
};
static const unsigned char app_js[] = {
#embed "../PulseServer/Page/app.js"
};
static const unsigned char api_js[] = {
#embed "../PulseServer/Page/api.js"
};
static const unsigned char dom_js[] = {
#embed "../PulseServer/Page/dom.js"
};
static const unsigned char text_js[] = {
#embed "../PulseServer/Page/text.js"
};
static const unsigned char start_js[] = {
#embed "../PulseServer/Page/start.js"
};
static const unsigned char region_js[] = {
#embed "../PulseServer/Page/region.js"
};
static const unsigned char job_js[] = {
#embed "../PulseServer/Page/job.js"
};
static const unsigned char compare_js[] = {
#embed "../PulseServer/Page/compare.js"
};
static const unsigned char history_js[] = {
#embed "../PulseServer/Page/history.js"
};
static const unsigned char icon_svg[] = {
#embed "../PulseServer/Page/icon.svg"
};
static const unsigned char example_png[] = {
#embed "../PulseServer/Page/example.png"
};
static const unsigned char openapi_json[] = {
#embed "../PulseServer/Page/openapi.json"
};

static const struct {
    const char *name;
    const unsigned char *bytes;
    size_t count;
} files[] = {
    {"index.html", index_html, sizeof index_html},
    {"style.css", style_css, sizeof style_css},
    {"app.js", app_js, sizeof app_js},
    {"api.js", api_js, sizeof api_js},
    {"dom.js", dom_js, sizeof dom_js},
    {"text.js", text_js, sizeof text_js},
    {"start.js", start_js, sizeof start_js},
    {"region.js", region_js, sizeof region_js},
    {"job.js", job_js, sizeof job_js},
    {"compare.js", compare_js, sizeof compare_js},
    {"history.js", history_js, sizeof history_js},
    {"icon.svg", icon_svg, sizeof icon_svg},
    {"example.png", example_png, sizeof example_png},
    {"openapi.json", openapi_json, sizeof openapi_json},
};

size_t cpage_count(void) { return sizeof files / sizeof files[0]; }

const char *cpage_name(size_t index) { return files[index].name; }

const unsigned char *cpage_bytes(size_t index, size_t *count) {
    *count = files[index].count;
    return files[index].bytes;
}
