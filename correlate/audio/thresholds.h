// Private to audio/: the limits that decide a verdict about audio, each with its unit and reason.
// "Guess" marks a limit that no standard and no measurement gives. It was kept because the captures
// with known truth are judged right with it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sipladder {

// How much media must be there to be judged.
inline constexpr uint32_t kMinMedia =
    10;  // packets: a relay that latches sends fewer astray; guess
inline constexpr int64_t kHandfulNs =
    500'000'000;  // audio of less is not heard; guess: about one word
inline constexpr int64_t kJudgeAfterNs = 2'000'000'000;  // a shorter talk is not judged; guess

// How long a loss must be until somebody complains. All are guesses: about the length of
// "hello? hello?".
inline constexpr int64_t kMissedNs = 3'000'000'000;  // in a talk that went well until then
inline constexpr int64_t kStoppedAfterNs =
    5'000'000'000;  // at the end of a talk; a shorter one is not missed,
inline constexpr int64_t kStoppedShortNs = 2'000'000'000;  // unless it is a third of the talk
inline constexpr int64_t kLateAfterNs = 5'000'000'000;  // at the beginning; at most half the talk
// Somebody who listens says "yes" at times. With silence suppression, a longer pause is a loss.
inline constexpr int64_t kLongestListeningNs = 30'000'000'000;

// Mean square: -68 dBov. An open microphone in a quiet room, behind the noise suppression of a
// headset, stays about -66 dBov, and who listens to an announcement says nothing for a whole talk.
// A muted or broken one gives -72 dBov or less, the smallest step of G.711.
inline constexpr uint32_t kRoomNoise = 13 * 13;

// Faults of both directions that begin within this time have one cause; guess.
inline constexpr int64_t kTogetherNs = 3'000'000'000;

// Where the audio was sent.
inline constexpr int64_t kGraceNs = 3'000'000'000;  // for packets on their way at a change; guess
inline constexpr int64_t kOverlapNs =
    1'000'000'000;                            // an old and a new source of one stream; guess
inline constexpr uint32_t kOutnumbered = 10;  // times as many packets from the right source; guess

// ICMP. A few errors at start-up mean a socket that is not open yet. Routers and hosts limit the
// rate of errors (RFC 1812 4.3.2.8), often to one a second. Errors of a long rejection therefore
// are fewer than its packets, and run to its end.
inline constexpr uint32_t kMinIcmpErrors = 3;
inline constexpr int64_t kStillAtEndNs = 2'000'000'000;
// A router asks three times, a second apart, who has an address before it says that nobody does
// (Linux); with a little time on the way.
inline constexpr int64_t kNoAnswerNs = 4'000'000'000;
// How long a host waits for missing fragments before it sends an error (RFC 1122 3.3.2: 60 s;
// Linux: 30 s). An error that comes sooner is about a packet of an earlier call.
inline constexpr int64_t kReassemblyNs = 30'000'000'000;

// RTCP of the receiver: a report covers about 5 s (RFC 3550 6.2), and one of them can be late.
inline constexpr uint32_t kStuckReports = 3;
inline constexpr uint32_t kPassedSinceStuck = 250;  // packets: 5 s at 20 ms each
inline constexpr int64_t kStuckForNs = 5'000'000'000;
// A "fraction lost" (RFC 3550 6.4.1) from 250/256 on means, with rounding, that nothing came.
inline constexpr int kNothingCame = 250;

// Two capture points: how far their clocks may differ once they are corrected; guess.
inline constexpr int64_t kClocksNs = 100'000'000;

// ICE and DTLS: fewer tries than these can be lost, or be cut off by the end of the capture. A
// ClientHello is sent twice when the server asks for a cookie (RFC 6347 4.2.1).
inline constexpr uint32_t kMinChecks = 3;
inline constexpr uint32_t kMinHellos = 3;

// A party that hung up, though its BYE is not in the capture.
inline constexpr int64_t kAboutNs = 1'000'000'000;     // before or after its last packet; guess
inline constexpr int64_t kNoticedNs = 10'000'000'000;  // until ICMP from its closed port; guess
inline constexpr int64_t kTalksOnNs = 2'000'000'000;   // for which the other one goes on; guess
// A callee that gets no ACK sends its 2xx 11 times within 64*T1 (RFC 3261 13.3.1.4).
inline constexpr uint16_t kMinCopies = 7;
inline constexpr int64_t kGivesUpNs = 20'000'000'000;  // first to last copy, even with a short T1
inline constexpr int64_t kAfterLastCopyNs = 5'000'000'000;

// Streams of one direction that are judged; of more, those with most packets. Each question looks
// at each stream, and some at each pair.
inline constexpr size_t kMostStreams = 128;

}  // namespace sipladder
