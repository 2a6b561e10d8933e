#include "correlate/model/call_label.h"

#include "correlate/model/message_view.h"
#include "correlate/model/model.h"
#include "correlate/model/names.h"

namespace sipladder {

CallNames names_in(const SipIndex& sip) {
  return {sip.value(HeaderId::call_id), party_name(sip.value(HeaderId::from)),
          party_name(sip.value(HeaderId::to))};
}

CallLabel::CallLabel(const CallNames& names) {
  if (names.call_id.size() + names.caller.size() + names.callee.size() > text_.size()) return;
  char* at = text_.data();
  for (const std::string_view name : {names.call_id, names.caller, names.callee}) {
    name.copy(at, name.size());
    at += name.size();
  }
  call_id_ = static_cast<uint8_t>(names.call_id.size());
  caller_ = static_cast<uint8_t>(names.caller.size());
  callee_ = static_cast<uint8_t>(names.callee.size());
  whole_ = true;
}

CallNames CallLabel::names() const {
  const std::string_view text(text_.data(), text_.size());
  return {text.substr(0, call_id_), text.substr(call_id_, caller_),
          text.substr(size_t{call_id_} + caller_, callee_)};
}

CallNames names_of(const Model& model, CallId call, MessageView& view) {
  const CallLabel& label = model.labels[call];
  if (label.is_complete()) return label.names();
  view.load(model.messages[model.calls[call].naming_message()]);
  return names_in(view.sip());
}

}  // namespace sipladder
