#include "capture/cluster_client.h"

#include <algorithm>
#include <charconv>

namespace sipladder {
namespace {

using Kind = ClusterAnswer::Kind;

// Who has to be made known first, and what.
constexpr int kUnknown[] = {60, 81, 192, 193, 194, 516, 497, 170};
// Rows or a query that no later attempt makes better.
constexpr int kRefused[] = {6,  16, 26, 27, 33, 36, 38, 41,  42,  43,  44,
                            46, 47, 53, 62, 63, 69, 70, 117, 130, 164, 386};
// HTTP statuses that ask for a later attempt: Request Timeout, Too Early, Too Many Requests.
constexpr int kLater[] = {408, 425, 429};

template <size_t N>
bool is_among(const int (&codes)[N], int code) {
  return std::find(std::begin(codes), std::end(codes), code) != std::end(codes);
}

int code_in(std::string_view text) {
  constexpr std::string_view kBefore = "Code: ";
  const size_t at = text.find(kBefore);
  int code = 0;
  if (at != std::string_view::npos)
    std::from_chars(text.data() + at + kBefore.size(), text.data() + text.size(), code);
  return code;
}

// "Code: 60, e.displayText() = DB::Exception: Table t.x doesn't exist., e.what() = DB::Exception"
std::string words_in(std::string_view text) {
  constexpr std::string_view kBefore = "Exception: ";  // DB::Exception, DB::NetException
  constexpr size_t kMost = 400;
  if (const size_t at = text.find(kBefore); at != std::string_view::npos)
    text.remove_prefix(at + kBefore.size());
  text = text.substr(0, text.find(", e.what()"));
  text = text.substr(0, text.find(" (version "));
  std::string words(text.substr(0, kMost));
  std::replace(words.begin(), words.end(), '\n', ' ');
  while (!words.empty() && (words.back() == ' ' || words.back() == '.')) words.pop_back();
  return words;
}

char unescaped(char c) {
  constexpr std::string_view kNames = "bfnrt0", kBytes("\b\f\n\r\t\0", 6);
  const size_t at = kNames.find(c);
  return at == std::string_view::npos ? c : kBytes[at];
}

// Lines of TabSeparatedWithNamesAndTypes as they come.
class TabReader {
 public:
  explicit TabReader(const ClusterClient::Result& result) : result_(result) {}

  // False: no more of it.
  bool take(std::string_view bytes) {
    while (!bytes.empty()) {
      const size_t end = bytes.find('\n');
      line_.append(bytes.substr(0, end));
      if (line_.size() > kMostLine) return is_malformed_ = true, false;
      if (end == std::string_view::npos) return true;
      bytes.remove_prefix(end + 1);
      const bool more = read_line();
      line_.clear();
      if (!more) return false;
    }
    return true;
  }

  // Whether all that came was a table, also when nobody wanted the rest.
  bool is_table() const { return !is_malformed_ && lines_ >= 2 && line_.empty(); }
  bool is_nothing() const { return lines_ == 0 && line_.empty(); }

 private:
  static constexpr size_t kMostLine = 64 << 20, kMostCells = 4096;

  bool read_line() {
    if (lines_ >= 2 && line_.empty() && columns_.size() > 1) return true;  // before WITH TOTALS
    split();
    const size_t wanted = lines_ > 0 ? columns_.size() : result_.columns;
    is_malformed_ = cells_.size() > kMostCells || (wanted > 0 && cells_.size() != wanted);
    if (is_malformed_) return false;
    if (lines_++ == 0) {
      for (const auto& cell : cells_) columns_.push_back({cell.value_or(""), {}});
      return true;
    }
    if (lines_ > 2) return result_.row(cells_);
    for (size_t i = 0; i < cells_.size(); i++) {
      columns_[i].type = cells_[i].value_or("");
      if (!is_type(columns_[i].type)) return is_malformed_ = true, false;
    }
    result_.begin(columns_);
    return true;
  }

  // "UInt64": what a page of HTML has in its second line is none.
  static bool is_type(std::string_view text) {
    return !text.empty() && text.front() >= 'A' && text.front() <= 'Z';
  }

  void split() {
    cells_.clear();
    std::string_view rest = line_;
    while (cells_.size() <= kMostCells) {
      const size_t end = rest.find('\t');
      const std::string_view cell = rest.substr(0, end);
      if (cell == "\\N") {
        cells_.emplace_back();
      } else {
        cells_.emplace_back(plain(cell));
      }
      if (end == std::string_view::npos) return;
      rest.remove_prefix(end + 1);
    }
  }

  static std::string plain(std::string_view cell) {
    std::string made;
    made.reserve(cell.size());
    for (size_t i = 0; i < cell.size(); i++) {
      if (cell[i] == '\\' && i + 1 < cell.size()) {
        made += unescaped(cell[++i]);
      } else {
        made += cell[i];
      }
    }
    return made;
  }

  const ClusterClient::Result& result_;
  std::string line_;
  uint64_t lines_ = 0;
  bool is_malformed_ = false;
  std::vector<ClusterClient::ResultColumn> columns_;
  std::vector<ClusterClient::Cell> cells_;
};

}  // namespace

ClusterAnswer cluster_answer(const HttpReply& reply) {
  if (reply.status == 200) return {};
  if (reply.status == 0) return {Kind::away, 0, words_in(reply.text)};
  const int code = code_in(reply.text);
  std::string words = words_in(reply.text);
  if (words.empty()) words = "HTTP status " + std::to_string(reply.status);
  if (is_among(kUnknown, code) || reply.status == 401 || reply.status == 403)
    return {Kind::unknown, code, std::move(words)};
  const bool refused = is_among(kRefused, code) ||
                       (code == 0 && reply.status / 100 == 4 && !is_among(kLater, reply.status));
  return {refused ? Kind::refused : Kind::away, code, std::move(words)};
}

ClusterClient::ClusterClient(ClusterUrl url, const std::atomic<bool>* stop, int64_t silence_s)
    : url_(std::move(url)), http_(url_.server, stop), silence_s_(silence_s) {}

ClusterAnswer ClusterClient::ask_version() {
  if (year_) return {};
  int year = 0;
  ClusterAnswer answer = ask("SELECT version()",
                             {[](const auto&) {},
                              [&](const std::vector<Cell>& cells) {
                                const std::string& text = cells[0].value_or("");
                                std::from_chars(text.data(), text.data() + text.size(), year);
                                return true;
                              },
                              1},
                             false, silence_s_);
  if (answer.kind == Kind::done) year_ = year;
  return answer;
}

ClusterAnswer ClusterClient::insert(std::string_view table, std::string_view packed,
                                    const std::string& token) {
  // Who does not tell it takes no rows now either, and is waited for once.
  if (ClusterAnswer answer = ask_version(); answer.kind == Kind::away) return answer;
  HttpClient::Request request;
  request.silence_s = silence_s_;
  request.body = packed;
  request.gzip = true;
  request.parameters = {{"query", "INSERT INTO `" + url_.database + "`.`" + std::string(table) +
                                      "` FORMAT JSONEachRow"},
                        {"insert_distributed_sync", "1"}};
  constexpr int kKnowsTokens = 23;
  if (year_.value_or(0) >= kKnowsTokens)
    request.parameters.emplace_back("insert_deduplication_token", token);
  return cluster_answer(http_.post(request));
}

ClusterAnswer ClusterClient::select(const std::string& sql, const Result& result,
                                    bool without_missing) {
  constexpr int64_t kPatienceS = 300;
  return ask(sql, result, without_missing, kPatienceS);
}

ClusterAnswer ClusterClient::ask(const std::string& sql, const Result& result, bool without_missing,
                                 int64_t silence_s) {
  HttpClient::Request request;
  request.body = sql;
  // An answer that is not whole is an error: the server waits until it knows.
  request.parameters = {{"database", url_.database},
                        {"default_format", "TabSeparatedWithNamesAndTypes"},
                        {"readonly", "2"},
                        {"wait_end_of_query", "1"},
                        {"max_query_size", "33554432"}};
  if (without_missing) request.parameters.emplace_back("skip_unavailable_shards", "1");
  request.silence_s = silence_s;
  TabReader reader(result);
  request.take = [&](std::string_view bytes) { return reader.take(bytes); };
  ClusterAnswer answer = cluster_answer(http_.post(request));
  if (result.may_be_nothing && reader.is_nothing()) return answer;
  if (answer.kind == Kind::done && !reader.is_table())
    return {Kind::away, 0, "the answer is no table"};
  return answer;
}

std::string cluster_string(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string all = "'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F || c == '\'' || c == '\\') {
      all.append("\\x").append({kHex[byte >> 4], kHex[byte & 15]});
    } else {
      all += c;
    }
  }
  return all + "'";
}

}  // namespace sipladder
