// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/kit/web/client.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cppd/base/internal_error.h>
#include <cppd/kit/tlscfg/tlscfg.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "curl_library.h"
#include "loop.h"
#include "transfer.h"

namespace cppd::web {

class Client::Impl final : public LoopUser {
 public:
  /// A transfer taken from the client's idle ones, given back when the request is over, however it ends.
  class Lease {
   public:
    explicit Lease(Impl& owner) : owner_{owner}, transfer_{owner.take()} {
      keep_ = owner_.keeping_ < kIdleConnectionsMax;
      if (keep_) ++owner_.keeping_;
    }
    ~Lease() {
      transfer_->stop();
      transfer_->receiver.release();
      if (keep_) --owner_.keeping_;
      if (owner_.loop_ != nullptr && owner_.idle_.size() < kIdleConnectionsMax)
        owner_.idle_.push_back(std::move(transfer_));
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    [[nodiscard]] Transfer& transfer() const { return *transfer_; }
    /// At most two requests at a time use connections that are kept, so at most two are idle afterwards.
    [[nodiscard]] bool keep() const { return keep_; }

   private:
    Impl& owner_;
    std::unique_ptr<Transfer> transfer_;
    bool keep_ = false;
  };

  Impl(asio::any_io_executor executor_in, ClientConfig config_in, ClientOptions options_in)
      : executor{std::move(executor_in)}, config{std::move(config_in)}, options{std::move(options_in)} {}

  ~Impl() {
    if (loop_ != nullptr) loop_->remove_user(*this);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void loop_ends() override {
    loop_ = nullptr;
    idle_.clear();
  }

  static Task<Result<Response>> fetch(std::shared_ptr<Impl> self, Request& request, BodySink& sink);
  static Task<Result<std::string_view>> get(std::shared_ptr<Impl> self, Request& request);

  Result<std::optional<Url>> proxy_for(const Url& target) const;

  const asio::any_io_executor executor;
  const ClientConfig config;
  const ClientOptions options;
  std::optional<tlscfg::Material> tls;
  std::optional<Url> proxy;

 private:
  std::unique_ptr<Transfer> take();
  Result<> prepare(Transfer& transfer, const Request& request) const;
  [[nodiscard]] asio::steady_timer::time_point deadline() const;
  [[nodiscard]] Result<Request> follow(const Request& request, const Receiver& answer, bool& secrets) const;
  std::string& ready_buffer();

  Loop* loop_ = nullptr;  ///< from the first request until its context ends
  std::vector<std::unique_ptr<Transfer>> idle_;
  std::size_t keeping_ = 0;
  std::string buffer_;
  std::size_t last_body_bytes_ = 0;
  bool buffer_in_use_ = false;
};

namespace {

std::string request_line(const Request& request) {
  return fmt::format("{} {}", request.method(), request.url().text_public());
}

class BufferSink final : public BodySink {
 public:
  explicit BufferSink(std::string& into) : into_{into} {}
  Result<> chunk(std::string_view bytes) override {
    into_.append(bytes);
    return ok;
  }

 private:
  std::string& into_;
};

}  // namespace

Error status_error(const Request& request, const Response& response) {
  return unavailable(fmt::format("HTTP status {}", response.status)).in(request_line(request));
}

std::unique_ptr<Transfer> Client::Impl::take() {
  if (loop_ == nullptr) {
    loop_ = &Loop::of(executor);
    loop_->add_user(*this);
  }
  if (idle_.empty())
    return std::make_unique<Transfer>(*loop_, executor,
                                      TransferSettings{.tls = tls ? &*tls : nullptr, .http2 = config.force_http2});
  auto transfer = std::move(idle_.back());
  idle_.pop_back();
  return transfer;
}

Result<std::optional<Url>> Client::Impl::proxy_for(const Url& target) const {
  if (config.force_http2 || proxy) return proxy;
  const auto& environment = options.environment == nullptr ? ProxyEnvironment::process() : *options.environment;
  return environment.choose(target);
}

Result<> Client::Impl::prepare(Transfer& transfer, const Request& request) const {
  if (transfer.prepared(request)) return ok;
  const auto through = proxy_for(request.url());
  if (!through) return std::unexpected(through.error());
  return transfer.prepare(request, *through);
}

asio::steady_timer::time_point Client::Impl::deadline() const {
  using Time = asio::steady_timer::time_point;
  if (config.timeout == std::chrono::nanoseconds::zero()) return Time::max();
  const auto now = asio::steady_timer::clock_type::now();
  return config.timeout >= Time::max() - now ? Time::max() : now + config.timeout;
}

/// The request that the redirect `answer` asks for.
Result<Request> Client::Impl::follow(const Request& request, const Receiver& answer, bool& secrets) const {
  const auto reference = Url::parse(answer.location());
  if (!reference) return std::unexpected(unavailable(reference.error().what).in("redirect to a bad URL"));
  const auto to = request.url().resolve(*reference);
  if (config.not_follow_redirects)
    return std::unexpected(unavailable(fmt::format("redirect attempted to {}", to.text_public())));
  if (to.scheme != "http" && to.scheme != "https")
    return std::unexpected(unavailable(fmt::format("redirect to {} is not followed", to.text_public())));
  secrets = secrets && same_or_subdomain(to.hostname(), request.url().hostname());
  return request.redirected(answer.status(), to, !reference->absolute(), secrets);
}

Task<Result<Response>> Client::Impl::fetch(std::shared_ptr<Impl> self, Request& request, BodySink& sink) {
  const auto failed = [&](Error error) { return std::unexpected(std::move(error).in(request_line(request))); };
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  if (cancellation.cancelled() != asio::cancellation_type::none) co_return failed(stopped());
  if (auto fresh = request.refresh(); !fresh) co_return failed(fresh.error());

  const auto deadline = self->deadline();
  const Lease lease{*self};
  auto& transfer = lease.transfer();
  std::optional<Request> followed;
  bool secrets = true;
  for (int sent = 1;; ++sent) {
    const Request& current = followed ? *followed : request;
    if (auto done = self->prepare(transfer, current); !done) co_return failed(done.error());
    transfer.receiver.begin(current, sink, self->config.max_body_bytes);
    transfer.woken.expires_at(deadline);
    transfer.start(lease.keep());
    if (!transfer.over()) {
      const auto [error] = co_await transfer.woken.async_wait(asio::as_tuple(asio::use_awaitable));
      if (!transfer.over()) {
        transfer.stop();
        if (error) co_return failed(stopped());
        co_return failed(unavailable(fmt::format(
            "timed out after {}", std::chrono::duration_cast<std::chrono::milliseconds>(self->config.timeout))));
      }
    }
    auto& answer = transfer.receiver;
    if (auto done = transfer.outcome(); !done) co_return failed(done.error());
    if (auto done = answer.end(); !done) co_return failed(done.error());
    if (!answer.redirect()) {
      co_return Response{.status = answer.status(),
                         .accepted = current.accepts(answer.status()),
                         .content_type = answer.content_type(),
                         .final_url = followed ? current.url().text_public() : std::string{},
                         .body_bytes = answer.body_bytes()};
    }
    auto next = self->follow(current, answer, secrets);
    if (!next) co_return failed(next.error());
    if (sent == kRequestsMax) co_return failed(unavailable(fmt::format("stopped after {} redirects", kRequestsMax)));
    followed = *std::move(next);
  }
}

/// The buffer for the next body. It keeps what bodies of this size need, not what a longer one once needed.
std::string& Client::Impl::ready_buffer() {
  const auto wanted = std::max(kBufferKeptBytes, 2 * last_body_bytes_);
  if (buffer_.capacity() > wanted) std::string{}.swap(buffer_);  // assigning an empty one keeps the capacity
  buffer_.clear();
  return buffer_;
}

Task<Result<std::string_view>> Client::Impl::get(std::shared_ptr<Impl> self, Request& request) {
  require(!self->buffer_in_use_, "one get() of a client at a time");
  struct Use {
    bool& flag;
    explicit Use(bool& in_use) : flag{in_use} { flag = true; }
    ~Use() { flag = false; }
  };
  const Use use{self->buffer_in_use_};
  auto& buffer = self->ready_buffer();
  BufferSink sink{buffer};
  const auto response = co_await fetch(self, request, sink);
  self->last_body_bytes_ = buffer.size();
  if (!response) co_return std::unexpected(response.error());
  if (!response->accepted) co_return std::unexpected(status_error(request, *response));
  co_return std::string_view{buffer};
}

Result<Client> Client::create(asio::any_io_executor executor, const ClientConfig& config, ClientOptions options) {
  if (const auto& loaded = load_curl(); !loaded) return std::unexpected(loaded.error());
  auto impl = std::make_shared<Impl>(std::move(executor), config, std::move(options));
  if (config.max_body_bytes == 0) return std::unexpected(invalid_input("is 0").in("max_body_bytes"));
  if (!config.proxy_url.empty()) {
    if (config.force_http2) return std::unexpected(invalid_input("cannot be used with force_http2").in("proxy_url"));
    auto proxy = parse_proxy_url(config.proxy_url);
    if (!proxy) return std::unexpected(std::move(proxy.error()).in("proxy_url"));
    impl->proxy = *std::move(proxy);
  }
  auto tls = tlscfg::load(
      {.ca = config.tls_ca, .cert = config.tls_cert, .key = config.tls_key, .skip_verify = config.tls_skip_verify});
  if (!tls) return std::unexpected(std::move(tls.error().error));
  impl->tls = *std::move(tls);
  return Client{std::move(impl)};
}

Client::Client(std::shared_ptr<Impl> impl) : impl_{std::move(impl)} {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<Request> Client::request() const { return Request::create(impl_->config, impl_->options.user_agent); }

Result<Request> Client::request(std::string_view path) const {
  return Request::create(impl_->config, impl_->options.user_agent, path);
}

Task<Result<Response>> Client::fetch(Request& request, BodySink& sink) { return Impl::fetch(impl_, request, sink); }

Task<Result<std::string_view>> Client::get(Request& request) { return Impl::get(impl_, request); }

}  // namespace cppd::web
