// Keys that lead from one message to another, on calls written as flows.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "query/session.h"
#include "tests/support/scratch.h"
#include "tests/support/written_flow.h"
#include "tui/app.h"

namespace sipladder::tui_jumps_test {
namespace {

class TuiJumps : public ::testing::Test {
 protected:
  void read(const std::string& flow) {
    const std::string file = write_flow(scratch_path("jumps.pcap"), flow);
    std::vector<std::string> errors;
    session_.set_source(open_captures({file}, {}, session_.log, &errors));
    session_.run();
    std::filesystem::remove(file);
  }

  // The screen after the keys, drawn after each as the terminal does.
  std::string screen(const std::vector<Key>& keys) {
    std::string out = app_.frame(120, 30).to_text();
    for (const Key key : keys) {
      EXPECT_TRUE(app_.key(key));
      out = app_.frame(120, 30).to_text();
    }
    return out;
  }
  static bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  }

  Session session_;
  std::atomic<bool> verdicts_{true};
  App app_{Shared{session_.model, session_.log, session_.analyst, session_.lock, verdicts_, true},
           false, [] { return std::string("flow"); }};
};

constexpr const char* kProxied = R"(host alice 192.0.2.101
host proxy 192.0.2.10
host bob 192.0.2.102
0.000 alice > proxy INVITE sip:bob@example.com sdp=192.0.2.101:4000/0,8,101
0.500 alice > proxy repeat INVITE
0.600 proxy > bob INVITE fwd
1.000 bob > proxy 200 sdp=192.0.2.102:5000/8,101
1.010 proxy > alice 200 fwd
1.020 alice > proxy ACK
)";

TEST_F(TuiJumps, FromAResponseToItsRequestAndFromACopyToTheOriginal) {
  read(kProxied);
  // The fifth row is the 200 to the caller; its request is the first.
  std::string text = screen({kKeyEnter, kKeyHome, kKeyDown, kKeyDown, kKeyDown, kKeyDown});
  EXPECT_TRUE(has(text, "next hop of frame 4, 10.0 ms later  frame 5")) << text;
  text = screen({'u'});
  EXPECT_TRUE(has(text, "frame 1  192.0.2.101:5060 > 192.0.2.10:5060")) << text;
  text = screen({kKeyDown});
  EXPECT_TRUE(has(text, "retransmission of frame 1")) << text;
  EXPECT_TRUE(has(screen({'o'}), "\nframe 1  ")) << text;
}

TEST_F(TuiJumps, ToTheHopBefore) {
  read(kProxied);
  std::string text = screen({kKeyEnter, kKeyHome, kKeyDown, kKeyDown});
  EXPECT_TRUE(has(text, "next hop of frame 1, 600.0 ms later  frame 3")) << text;
  EXPECT_TRUE(has(screen({'H'}), "\nframe 1  "));
}

TEST_F(TuiJumps, CodecsAreShownOnDemand) {
  read(kProxied);
  EXPECT_FALSE(has(screen({kKeyEnter}), "offered"));
  const std::string text = screen({'d'});
  EXPECT_TRUE(has(text, "0 PCMU/8000")) << text;
  EXPECT_TRUE(has(text, "offered, not in the answer")) << text;
  EXPECT_TRUE(has(text, "8 PCMA/8000")) << text;
  EXPECT_TRUE(has(text, "offered, accepted, chosen")) << text;
  EXPECT_FALSE(has(screen({'d'}), "offered"));
}

TEST_F(TuiJumps, TheNextLegOfTheCall) {
  read(R"(host alice 192.0.2.101
host pbx 192.0.2.200
host bob 192.0.2.102
0.000 alice > pbx INVITE sip:bob@example.com call=leg-a
0.050 pbx > bob INVITE sip:bob@example.com call=leg-b from=pbx
    X-Call-ID: leg-a
0.100 bob > pbx 486 call=leg-b
0.120 pbx > alice 486 call=leg-a
)");
  EXPECT_TRUE(has(screen({kKeyEnter}), "leg-a"));
  EXPECT_TRUE(has(screen({'L'}), "leg-b"));
  EXPECT_TRUE(has(screen({'L'}), "leg-a"));
  EXPECT_TRUE(has(screen({'x'}), "2 calls"));
}

}  // namespace
}  // namespace sipladder::tui_jumps_test
