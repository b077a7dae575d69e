// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/http_nouns.h"

#include <cctype>

namespace slipway
{
namespace
{

constexpr std::size_t longestBody = 256u << 20;
constexpr std::size_t longestErrorBody = 64 * 1024;

ErrorKind kindOf(int status)
{
    switch (status) {
    case 400: return ErrorKind::InvalidArgument;
    case 401: return ErrorKind::Unauthorized;
    case 403: return ErrorKind::Forbidden;
    case 404: return ErrorKind::NotFound;
    case 409: return ErrorKind::Conflict;
    case 499: return ErrorKind::Cancelled;
    case 501: return ErrorKind::NotImplemented;
    case 503: return ErrorKind::Unavailable;
    default: return ErrorKind::Internal;
    }
}

// What the callbacks of one exchange share.
struct Exchange
{
    int status = 0;
    std::string body;
};

} // namespace

std::string percentEncode(std::string_view text, std::string_view keep)
{
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) || c == '-' || c == '_' || c == '.' || c == '~' || keep.find(c) != std::string_view::npos) {
            result += c;
        } else {
            result += '%';
            result += digits[byte >> 4];
            result += digits[byte & 15];
        }
    }
    return result;
}

std::string pathSegment(std::string_view text) { return percentEncode(text, "/:@"); }

Status replyStatus(int status, std::string_view body)
{
    if (status < 400)
        return {};
    const auto json = parseJson(body);
    std::string message = json ? jsonValue<std::string>(*json, "message") : std::string();
    if (message.empty())
        message = "the engine answered with status " + std::to_string(status);
    return fail(kindOf(status), std::move(message));
}

HttpCall HttpCaller::call(std::string method, std::string target, const Json* body)
{
    HttpCall result;
    result.method = std::move(method);
    result.target = std::move(target);
    if (body != nullptr) {
        result.body = dumpJson(*body);
        result.headers = "Content-Type: application/json\r\n";
    }
    return result;
}

Request HttpCaller::token(std::shared_ptr<CallGuard> guard)
{
    auto* const raw = guard.get();
    return Request(raw, [guard = std::move(guard), wake = m_loop.waker()](void*) {
        guard->stop();
        wake();
    });
}

Request HttpCaller::stream(HttpCall call, std::function<void(const HttpHead&)> onHead,
                           std::function<void(std::string_view)> onData, std::function<void(Status)> onEnd)
{
    auto exchange = std::make_shared<Exchange>();
    call.onHead = [exchange, onHead = std::move(onHead)](const HttpHead& head) {
        exchange->status = head.status;
        if (head.status < 400 && onHead)
            onHead(head);
    };
    call.onData = [exchange, onData = std::move(onData)](std::string_view bytes) {
        if (exchange->status < 400)
            onData(bytes);
        else if (exchange->body.size() < longestErrorBody)
            exchange->body.append(bytes);
    };
    call.onEnd = [exchange, onEnd = std::move(onEnd)](Status status) {
        if (exchange->status >= 400)
            status = replyStatus(exchange->status, exchange->body);
        onEnd(std::move(status));
    };
    auto result = token(call.guard);
    m_loop.start(std::move(call));
    return result;
}

Request HttpCaller::request(HttpCall call, Reply<HttpReply> onReply)
{
    auto reply = std::make_shared<HttpReply>();
    return stream(
        std::move(call), [reply](const HttpHead& head) { reply->status = head.status; },
        [reply](std::string_view bytes) {
            if (reply->body.size() + bytes.size() <= longestBody)
                reply->body.append(bytes);
        },
        [reply, onReply = std::move(onReply)](Status status) {
            if (!status)
                onReply(std::unexpected(std::move(status).error()));
            else
                onReply(std::move(*reply));
        });
}

Request HttpCaller::streamJson(HttpCall call, std::function<void(const Json&)> onValue, std::function<void(Status)> onEnd)
{
    auto buffer = std::make_shared<std::string>();
    const auto value = std::make_shared<std::function<void(const Json&)>>(std::move(onValue));
    const auto take = [value](std::string_view line) {
        if (line.find_first_not_of(" \t\r\n") == std::string_view::npos)
            return;
        if (const auto json = parseJson(line))
            (*value)(*json);
    };
    return stream(
        std::move(call), {},
        [buffer, take](std::string_view bytes) {
            buffer->append(bytes);
            std::size_t at = 0;
            for (std::size_t end; (end = buffer->find('\n', at)) != std::string::npos; at = end + 1)
                take(std::string_view(*buffer).substr(at, end - at));
            buffer->erase(0, at);
        },
        [buffer, take, onEnd = std::move(onEnd)](Status status) {
            if (status)
                take(*buffer);
            onEnd(std::move(status));
        });
}

} // namespace slipway
