// capture: the service of probe/, from the command line.
#include <csignal>

#include "capture/filter.h"
#include "capture/key_sources.h"
#include "capture/privileges.h"
#include "main/capture_options.h"
#include "main/output.h"

namespace sipladder {
namespace {

ServiceRequests g_requests;

void on_service_signal(int number) {
  if (number == SIGHUP) g_requests.rotate = true;
  if (number == SIGUSR1) g_requests.report = true;
  if (number == SIGHUP || number == SIGUSR1) return;
  // The same signal a second time ends the program at once.
  g_requests.stop = true;
  std::signal(number, SIG_DFL);
}

void handle_service_signals() {
  std::signal(SIGCHLD,
              SIG_DFL);  // a parent may have ignored it, and the runs of --sink are awaited
  for (const int number : {SIGHUP, SIGUSR1, SIGINT, SIGTERM}) {
    struct sigaction action {};
    sigaction(number, nullptr, &action);
    if (number == SIGHUP && action.sa_handler == SIG_IGN) continue;  // nohup
    action = {};
    action.sa_handler = on_service_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, nullptr);
  }
}

std::unique_ptr<PacketSource> open_probe_source(const Options& options, KeyLog* keys,
                                                PacketLog& log, std::vector<std::string>* errors) {
  OpenOptions open;
  open.bpf = options.bpf;
  open.unpack = options.unpack;
  open.hep_key = options.hep_key;
  open.keys = keys;
  open.reopen = true;
  if (options.devices.empty()) return open_captures(options.sources, open, log, errors);
  std::string error;
  auto source = open_live(options.devices, open, false, log, &error);
  if (!error.empty())
    errors->push_back(error +
                      " (capturing needs root or CAP_NET_RAW; docs/probe.md has a systemd unit)");
  return source;
}

struct ProbeKeys {
  KeyLog log;
  KeySources sources{&log};
  RsaKeys rsa;
};

void read_probe_keys(const Options& options, ProbeKeys* keys, std::vector<std::string>* errors) {
  for (const std::string& name : options.key_logs) {
    if (std::string error = keys->sources.add(name, options.is_live()); !error.empty())
      errors->push_back(std::move(error));
  }
  for (const std::string& name : options.rsa_keys) {
    if (std::string error = keys->rsa.add_file(name); !error.empty())
      errors->push_back(std::move(error));
  }
}

// Tells what was wrong with the sources, at the end. Returns the exit status.
int damage_of(const PacketSource& source) {
  int status = kDone;
  for (const SourceInfo* info : source.infos()) {
    if (info->damage.empty()) continue;
    complain(info->damage + "; everything before it was read");
    status = kUnreadable;
  }
  return status;
}

}  // namespace

int run_capture(const Options& options) {
  ServiceOptions plan;
  std::string wrong = read_capture_options(options, &plan);
  if (wrong.empty()) wrong = check_filter(options.bpf);
  if (!wrong.empty()) {
    complain(wrong);
    return kUsage;
  }
  ProbeKeys keys;
  PacketLog log;
  log.need_no_spool();
  std::vector<std::string> errors;
  read_probe_keys(options, &keys, &errors);
  const std::unique_ptr<PacketSource> source = open_probe_source(options, &keys.log, log, &errors);
  for (const std::string& error : errors) complain(error);
  if (source == nullptr) return kUnreadable;
  CaptureService service(plan, g_requests, complain);
  service.set_keys(&keys.log, &keys.rsa, &keys.sources);
  wrong = service.open();
  if (!wrong.empty()) {
    complain(wrong);
    return kUnwritable;
  }
  if (options.is_live() && !keep_capture_right(&wrong)) {
    complain(wrong);
    return kUnreadable;
  }
  if (wrong = service.open_files(); !wrong.empty()) {
    complain(wrong);
    return kUnwritable;
  }
  handle_service_signals();
  const bool written = service.run(*source);
  if (!options.quiet) complain(service.summary());
  const int status = options.is_live() ? int{kDone} : damage_of(*source);
  if (!written) return kUnwritable;
  return errors.empty() ? status : int{kUnreadable};
}

}  // namespace sipladder
