/* A configuration and a start. References as in http_nginx.h. */
#include "http_nginx.h"

#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "http_link.h"

#define CPU_CAP     16u
#define PATH_CAP    (SERVER_PATH_CAP + 16u)
#define CONFIG_MODE 0644

static const char config[] = "daemon off; worker_processes 1; pid nginx.pid;\n"
                             "error_log stderr crit;\n"
                             "events { worker_connections 4096; }\n"
                             "http {\n"
                             "  access_log off; keepalive_requests 1000000000;\n"
                             "  client_body_temp_path t1; proxy_temp_path t2;\n"
                             "  fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;\n"
                             "  server { listen 127.0.0.1:%u;\n"
                             "    location / { default_type application/json; return 200 '%s'; }\n"
                             "  }\n"
                             "}\n";

/* One that was free a moment ago. */
static cm_err free_port(unsigned short *port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool found = fd >= 0 && bind(fd, (const struct sockaddr *)&at, sizeof at) == 0 &&
                       getsockname(fd, (struct sockaddr *)&at, &len) == 0;
    if (fd >= 0) (void)close(fd);
    *port = ntohs(at.sin_port);
    return found ? CM_OK : CM_E_IO;
}

static bool answers(void *ctx) {
    const struct http_nginx *n = ctx;
    struct http_link link = HTTP_LINK_NONE;
    const bool there = http_link_open(&link, n->port, NULL) == CM_OK;
    http_link_close(&link);
    return there;
}

cm_err http_nginx_start(struct http_nginx *n, unsigned cpu, const char *body, const char *parent,
                        struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    char path[PATH_CAP], number[CPU_CAP];
    TRY(free_port(&n->port));
    TRY(server_folder(&n->server, "nginx", NULL, parent, diag));
    buffer_printf(&text, config, n->port, body);
    TRY(buffer_err(&text));
    (void)snprintf(path, sizeof path, "%s/nginx.conf", n->server.dir);
    (void)snprintf(number, sizeof number, "%u", cpu);
    TRY(file_replace(path, buffer_slice(&text), CONFIG_MODE, diag));
    const char *const argv[] = {"taskset",     "-c", number, "nginx", "-p",
                                n->server.dir, "-c", path,   NULL};
    return server_start(&n->server, argv, answers, n, diag);
}

void http_nginx_stop(struct http_nginx *n) {
    server_stop(&n->server);
    n->port = 0;
}
