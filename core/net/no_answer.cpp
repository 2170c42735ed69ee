#include "core/net/no_answer.h"

#include <utility>

namespace tidemark::net {
namespace {

Message checkProxy()
{
    return {TIDEMARK_TEXT("net",
                          "Check the proxy in the system's settings (or http_proxy and "
                          "https_proxy), or set no_proxy to the host.")};
}

}  // namespace

Error unavailable(Message what, Message next)
{
    return {.code = ErrorCode::Unavailable, .what = std::move(what), .next = std::move(next)};
}

Error noSuchHost(const std::string& host)
{
    return unavailable(
        {TIDEMARK_TEXT("net", "There is no host %1."), {host}},
        {TIDEMARK_TEXT("net", "Check its name, and whether this computer is online.")});
}

bool isNoSuchHost(const Error& error)
{
    const Error one = noSuchHost({});
    return error.code == one.code && error.what.source == one.what.source;
}

Error noAnswerInTime(const std::string& host, bool isTls)
{
    const Message what{TIDEMARK_TEXT("net", "%1 did not answer in time."), {host}};
    if (!isTls) {
        return unavailable(what);
    }
    // One that does not speak TLS waits for us as we for it.
    return unavailable(what,
                       {TIDEMARK_TEXT("net",
                                      "Check the network and the address. If the server has "
                                      "no TLS, write http:// (or webdav://) in front of it.")});
}

Error brokeOff(const std::string& host, bool isTls)
{
    const Message what{TIDEMARK_TEXT("net", "%1 broke the connection off."), {host}};
    if (isTls) {
        return unavailable(what);
    }
    // One that speaks TLS alone does not even say so.
    return unavailable(what,
                       {TIDEMARK_TEXT("net",
                                      "Check the network and the address. If the server has "
                                      "TLS, write https:// (or webdavs://) in front of it.")});
}

Error tookAPart(const std::string& host)
{
    return unavailable(
        {TIDEMARK_TEXT("net", "%1 took a part of what was sent, and no more."), {host}},
        {TIDEMARK_TEXT("net",
                       "Check the network. If it is always so, the server may have no room, or a "
                       "limit for the size of uploads.")});
}

Error toldNoLength(const std::string& host)
{
    return unavailable(
        {TIDEMARK_TEXT("net",
                       "%1 does not say how long its answer is, so it may have been cut short."),
         {host}},
        {TIDEMARK_TEXT("net",
                       "Look whether a proxy or a portal answers in its place, then try again.")});
}

Error cannotProve(const std::string& host, const std::string& why, bool isOtherName)
{
    const Message what{TIDEMARK_TEXT("net", "%1 cannot prove who it is: %2."), {host, why}};
    if (isOtherName) {
        return unavailable(what, {TIDEMARK_TEXT("net",
                                                "Write the name into the address that its "
                                                "certificate is for. If that is there already, "
                                                "somebody else answers in its place.")});
    }
    return unavailable(what, {TIDEMARK_TEXT("net",
                                            "If its certificate is of an authority of your own, "
                                            "name that with the option \"ca\"; else check the "
                                            "address.")});
}

Error speaksOtherTls(const std::string& host, const std::string& why)
{
    return unavailable({TIDEMARK_TEXT("net", "No TLS connection to %1: %2."), {host, why}},
                       {TIDEMARK_TEXT("net",
                                      "Check the port. If the server has no TLS, write http:// (or "
                                      "webdav://) in front of the address.")});
}

Error proxyIsSilent(const std::string& host, const std::string& proxy)
{
    const Message next = checkProxy();
    if (proxy.empty()) {
        return unavailable(
            {TIDEMARK_TEXT("net", "The proxy on the way to %1 does not answer."), {host}}, next);
    }
    return unavailable(
        {TIDEMARK_TEXT("net", "The proxy %2 on the way to %1 does not answer."), {host, proxy}},
        next);
}

Error noWayThrough(const std::string& host, const std::string& proxy, const std::string& why)
{
    return unavailable({TIDEMARK_TEXT("net", "There is no way to %1 through the proxy %2: %3."),
                        {host, proxy, why}},
                       checkProxy());
}

}  // namespace tidemark::net
