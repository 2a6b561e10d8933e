// HEP over TLS: sent when the collector's certificate fits its name, and not otherwise.
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <thread>

#include "probe/hep_link.h"
#include "probe/host_port.h"
#include "tests/support/openssl_owned.h"
#include "tests/support/scratch.h"

namespace sipladder::hep_tls_test {
namespace {

using openssl::Cert;
using openssl::Context;
using openssl::Key;
using openssl::Ssl;

// Signed by itself, for one name or address, a day long.
Cert certificate_of(EVP_PKEY* key, const char* name) {
  Cert result(X509_new());
  X509* const x = result.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  X509_gmtime_adj(X509_getm_notBefore(x), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x), 86'400);
  X509_set_pubkey(x, key);
  X509_NAME* const subject = X509_get_subject_name(x);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("collector"), -1, -1, 0);
  X509_set_issuer_name(x, subject);
  X509_EXTENSION* const names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, name);
  X509_add_ext(x, names, -1);
  X509_EXTENSION_free(names);
  X509_sign(x, key, EVP_sha256());
  return result;
}

// A collector that works when it is asked to.
class Collector {
 public:
  Collector(const char* name, const std::string& ca_file) : key_(EVP_RSA_gen(2048)) {
    const Cert certificate = certificate_of(key_.get(), name);
    std::FILE* const file = std::fopen(ca_file.c_str(), "w");
    PEM_write_X509(file, certificate.get());
    std::fclose(file);
    context_.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(context_.get(), certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), key_.get());
    SocketAddress address;
    std::string error;
    resolve_host_port("127.0.0.1:0", "", &address, &error);
    listener_ = Fd(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    bind(listener_.get(), address.get(), address.size);
    listen(listener_.get(), 4);
    socklen_t size = sizeof address.bytes;
    getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address.bytes), &size);
    port_ = endpoint_of(address.bytes).port;
  }
  std::string place() const { return "tls:127.0.0.1:" + std::to_string(port_); }
  void work() {
    if (tls_ == nullptr) {
      Fd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (fd.get() < 0) return;
      fd_ = std::move(fd);
      tls_.reset(SSL_new(context_.get()));
      SSL_set_fd(tls_.get(), fd_.get());
      SSL_set_accept_state(tls_.get());
    }
    char bytes[16'384];
    const int got = SSL_read(tls_.get(), bytes, sizeof bytes);
    if (got > 0) received_.append(bytes, static_cast<size_t>(got));
  }
  const std::string& received() const { return received_; }
  void hang_up() {
    tls_ = nullptr;
    fd_ = Fd();
  }

 private:
  Key key_;
  Context context_;
  Fd listener_, fd_;
  Ssl tls_;
  uint16_t port_ = 0;
  std::string received_;
};

// Until so much has come, or nothing more can.
void work(HepLink& link, Collector& collector, size_t wanted, int64_t now_ns = 0) {
  for (int tries = 0; tries < 1000 && collector.received().size() < wanted; tries++) {
    link.work(now_ns + tries);
    collector.work();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (!link.is_up() && !link.trouble().empty() && tries > 300) return;
  }
}

TEST(HepTls, SendsAndConnectsAgain) {
  const std::string ca = scratch_path("hep-ca.pem");
  Collector collector("IP:127.0.0.1", ca);
  HepLink link;
  ASSERT_EQ(link.open(collector.place(), ca), "");
  std::string all;
  for (int i = 0; i < 100; i++) {
    all += std::string(1000, static_cast<char>('a' + i % 26));
    link.send(all.substr(all.size() - 1000), 0);
  }
  work(link, collector, all.size());
  EXPECT_EQ(collector.received(), all);
  EXPECT_TRUE(link.is_up());
  collector.hang_up();
  for (int i = 0; i < 50 && link.is_up(); i++) {
    link.work(i);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_FALSE(link.is_up());
  link.send("again", 0);
  work(link, collector, all.size() + 5, 5'000'000'000);
  EXPECT_EQ(collector.received(), all + "again");
  EXPECT_EQ(link.connected(), 2U);
  EXPECT_EQ(link.dropped(), 0U);
}

TEST(HepTls, TrustsNobodyElse) {
  const std::string ca = scratch_path("hep-ca.pem"), other = scratch_path("hep-other.pem");
  Collector collector("IP:127.0.0.1", ca);
  const Collector stranger("IP:127.0.0.1", other);
  HepLink link;
  ASSERT_EQ(link.open(collector.place(), other), "");
  link.send("secret", 0);
  work(link, collector, 6);
  EXPECT_EQ(collector.received(), "");
  EXPECT_NE(link.trouble().find("certificate"), std::string::npos) << link.trouble();
}

TEST(HepTls, ANameMustFit) {
  const std::string ca = scratch_path("hep-ca.pem");
  Collector collector("IP:192.0.2.1", ca);
  HepLink link;
  ASSERT_EQ(link.open(collector.place(), ca), "");
  link.send("secret", 0);
  work(link, collector, 6);
  EXPECT_EQ(collector.received(), "");
  EXPECT_NE(link.trouble().find("certificate"), std::string::npos) << link.trouble();
}

TEST(HepTls, AFileWithoutCertificatesIsToldAtOnce) {
  HepLink link;
  EXPECT_NE(link.open("tls:127.0.0.1:9", "/nowhere.pem"), "");
}

}  // namespace
}  // namespace sipladder::hep_tls_test
