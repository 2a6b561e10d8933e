/* To be preloaded: programs that use OpenSSL write their secrets into $SSLKEYLOGFILE, and beside them which connection
 * they belong to (docs/tls.md).
 *   cc -shared -fPIC keylog.c -o keylog.so -lssl -ldl
 *   LD_PRELOAD=./keylog.so SSLKEYLOGFILE=keys.log kamailio ... */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int end_text(const struct sockaddr_storage* address, char* out, size_t size) {
  char host[INET6_ADDRSTRLEN];
  if (address->ss_family == AF_INET6) {
    const struct sockaddr_in6* v6 = (const struct sockaddr_in6*)address;
    inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
    return snprintf(out, size, "[%s]:%u", host, ntohs(v6->sin6_port));
  }
  if (address->ss_family != AF_INET) return 0;
  const struct sockaddr_in* v4 = (const struct sockaddr_in*)address;
  inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
  return snprintf(out, size, "%s:%u", host, ntohs(v4->sin_port));
}

static void append_hex(char* line, const unsigned char* bytes, size_t size) {
  line += strlen(line);
  *line++ = ' ';
  for (size_t i = 0; i < size; i++, line += 2) sprintf(line, "%02x", bytes[i]);
}

/* Empty where OpenSSL has no socket: Kamailio and libre hand it the bytes themselves. */
static void write_tuple(const SSL* ssl, int file) {
  struct sockaddr_storage own, peer;
  socklen_t own_size = sizeof own, peer_size = sizeof peer;
  char own_text[80], peer_text[80], line[512];
  unsigned char random[32];
  const int fd = SSL_get_fd(ssl);
  const SSL_CIPHER* cipher = SSL_get_pending_cipher(ssl);
  if (cipher == NULL) cipher = SSL_get_current_cipher(ssl);
  if (fd < 0 || cipher == NULL || getsockname(fd, (struct sockaddr*)&own, &own_size) != 0 ||
      getpeername(fd, (struct sockaddr*)&peer, &peer_size) != 0)
    return;
  if (!end_text(&own, own_text, sizeof own_text) || !end_text(&peer, peer_text, sizeof peer_text)) return;
  const int server = SSL_is_server((SSL*)ssl);
  snprintf(line, sizeof line, "# TUPLE %s %s", server ? peer_text : own_text, server ? own_text : peer_text);
  SSL_get_client_random(ssl, random, sizeof random);
  append_hex(line, random, sizeof random);
  SSL_get_server_random(ssl, random, sizeof random);
  append_hex(line, random, sizeof random);
  snprintf(line + strlen(line), sizeof line - strlen(line), " %04X\n", SSL_CIPHER_get_protocol_id(cipher));
  if (write(file, line, strlen(line)) < 0) return;
}

static void write_key(const SSL* ssl, const char* key) {
  const char* const name = getenv("SSLKEYLOGFILE");
  const int file = name == NULL ? -1 : open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return;
  char line[1024];
  snprintf(line, sizeof line, "%s\n", key);
  if (write(file, line, strlen(line)) > 0 &&
      (strncmp(key, "CLIENT_RANDOM ", 14) == 0 || strncmp(key, "CLIENT_TRAFFIC_SECRET_0 ", 24) == 0))
    write_tuple(ssl, file);
  close(file);
}

SSL_CTX* SSL_CTX_new(const SSL_METHOD* method) {
  SSL_CTX* (*real)(const SSL_METHOD*);
  *(void**)&real = dlsym(RTLD_NEXT, "SSL_CTX_new");
  SSL_CTX* const context = real(method);
  if (context != NULL) SSL_CTX_set_keylog_callback(context, write_key);
  return context;
}
