// A bare libpcap loop: the time that reading alone takes.
#include <pcap/pcap.h>

#include <cstdio>

int main(int argc, char** argv) {
  char error[PCAP_ERRBUF_SIZE];
  pcap_t* capture = pcap_open_offline(argc > 1 ? argv[1] : "-", error);
  if (capture == nullptr) {
    std::fprintf(stderr, "%s\n", error);
    return 1;
  }
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  unsigned long packets = 0, sum = 0;
  while (pcap_next_ex(capture, &header, &data) == 1) {
    packets++;
    sum += header->caplen > 0 ? data[0] : 0U;
  }
  std::printf("%lu %lu\n", packets, sum);
  pcap_close(capture);
}
