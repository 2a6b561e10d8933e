// Private to audio/: every limit that decides a verdict about audio, with its unit and its reason.
// "Guess" marks those that no standard and no measurement gives: they were kept because the
// captures with known truth are judged right with them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sipladder {

// How much media is media.
inline constexpr uint32_t kMinMedia =
    10;  // packets: a relay that latches sends fewer astray; guess
inline constexpr int64_t kHandfulNs =
    500'000'000;  // a shorter beginning is not heard; guess: a word
inline constexpr int64_t kJudgeAfterNs = 2'000'000'000;  // a shorter talk is not judged; guess

// How long a loss is before somebody complains; all guesses: about the length of "hello? hello?".
inline constexpr int64_t kMissedNs = 3'000'000'000;  // of a talk that went well until then
inline constexpr int64_t kStoppedAfterNs =
    5'000'000'000;  // a shorter rest of a talk is not missed,
inline constexpr int64_t kStoppedShortNs = 2'000'000'000;  // unless it is a third of it
inline constexpr int64_t kLateAfterNs = 5'000'000'000;  // a beginning, unless half the talk is less
// Whoever listens says "yes" at times: a longer silence of a codec that suppresses it is a loss.
inline constexpr int64_t kLongestListeningNs = 30'000'000'000;

// Faults of both directions that begin within this time have one cause; guess.
inline constexpr int64_t kTogetherNs = 3'000'000'000;

// Where it was sent.
inline constexpr int64_t kGraceNs = 3'000'000'000;  // what was on its way when something moved
inline constexpr int64_t kOverlapNs =
    1'000'000'000;                            // an old and a new source of one stream; guess
inline constexpr uint32_t kOutnumbered = 10;  // times as many packets from the right source; guess

// ICMP. A few errors at start-up mean a socket not yet open; hosts limit them to one a second
// (RFC 1812 4.3.2.8), so those of a long rejection run to its end.
inline constexpr uint32_t kMinIcmpErrors = 3;
inline constexpr int64_t kStillAtEndNs = 2'000'000'000;
// Fragments are waited for that long (RFC 1122 3.3.2: 60 s, Linux 30 s): an earlier error is about
// a packet of an earlier call.
inline constexpr int64_t kReassemblyNs = 30'000'000'000;

// RTCP of the receiver: one report can be late, and each covers some 5 s (RFC 3550 6.2).
inline constexpr uint32_t kStuckReports = 3;
inline constexpr uint32_t kPassedSinceStuck = 250;  // packets: 5 s of 20 ms
inline constexpr int64_t kStuckForNs = 5'000'000'000;
// A fraction lost of 250 of 256 or more is "nothing came", rounded.
inline constexpr int kNothingCame = 250;

// Two capture points: how far their clocks may differ once they are corrected; guess.
inline constexpr int64_t kClocksNs = 100'000'000;

// ICE and DTLS: fewer tries can be lost, or cut off by the end of the capture; a hello is said
// twice when a cookie was asked for (RFC 6347 4.2.1).
inline constexpr uint32_t kMinChecks = 3;
inline constexpr uint32_t kMinHellos = 3;

// A party that hung up.
inline constexpr int64_t kAboutNs = 1'000'000'000;     // before or after its last packet; guess
inline constexpr int64_t kNoticedNs = 10'000'000'000;  // by whoever sends to it, after that; guess
inline constexpr int64_t kTalksOnNs = 2'000'000'000;   // the other party; guess
// Of a 2xx that nobody acknowledges, RFC 3261 13.3.1.4 sends 11 copies within 64*T1.
inline constexpr uint16_t kMinCopies = 7;
inline constexpr int64_t kGivesUpNs = 20'000'000'000;  // at the earliest, with a short T1
inline constexpr int64_t kAfterLastCopyNs = 5'000'000'000;

// Of a flood of streams those that carry most are judged: each question looks at each, some at each
// pair.
inline constexpr size_t kMostStreams = 128;

}  // namespace sipladder
