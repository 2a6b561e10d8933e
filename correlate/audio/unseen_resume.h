// Private to audio/: a hold that was taken back by an offer which fell into a hole of the capture.
#pragma once

#include "correlate/audio/audio.h"

namespace sipladder {

// Sets Hold::resume_unseen, and that both parties may send at the end, where the capture proves
// that an open hold was ended: the holder's CSeq numbers (RFC 3261 12.2.1.1) skip a request, and
// the media of the held party, which had paused, flows to the end of the talk. Requires the streams
// and the negotiation of `facts`.
void note_unseen_resume(const Model& model, const CallRecord& call, AudioFacts* facts);

}  // namespace sipladder
