#include "core/storage/s3_publisher.h"

#include "core/storage/s3_failure.h"
#include "core/storage/s3_xml.h"

#include <cstddef>
#include <utility>

namespace tidemark::storage {
namespace {

/// Of an object by which conditions are tried out.
constexpr std::size_t kTriedBytes = 64 << 10;

bool isDone(const S3Staged& staged, const net::HttpResponse& response)
{
    return response.status == 200 &&
           (staged.isMultipart() ? saysS3Completed(response.body) : isOfS3(response));
}

/// What services say that know no conditions; but not they alone, nor of conditions alone.
bool mayKnowNoConditions(const net::HttpResponse& response)
{
    return response.status == 501 ||
           (response.status == 400 && s3Code(response) == "InvalidArgument");
}

}  // namespace

Result<bool> S3Publisher::appear(S3Staged& staged, const std::stop_token& stop)
{
    // Some services heed a condition of a PUT, and none of what completes an upload.
    if (m_conditions != Conditions::Honoured || staged.isMultipart()) {
        TIDEMARK_TRY(const bool taken, isTaken(staged, stop));
        if (taken) {
            return false;
        }
    }
    auto sent = publish(staged, stop);
    if (!sent.ok() && sent.error().code == ErrorCode::Unavailable) {
        return afterSilence(staged, std::move(sent).error(), stop);
    }
    TIDEMARK_TRY(const auto response, std::move(sent));
    if (response.status == 412) {
        return false;
    }
    if (isDone(staged, response)) {
        tryConditions(staged, stop);
        staged.settle();
        return true;
    }
    // Sent twice, the second time finds no upload any more: the first one completed it.
    const bool isUploadGone =
        staged.isMultipart() && response.status == 404 && !lacksS3Bucket(response);
    Error failure = m_client.failureOf(staged.call(), response);
    return isUploadGone || response.status / 100 == 5
               ? afterSilence(staged, std::move(failure), stop)
               : Result<bool>(std::move(failure));
}

/// Whoever answers 404, what is sent afterwards is judged by itself.
Result<bool> S3Publisher::isTaken(const S3Staged& staged, const std::stop_token& stop)
{
    const S3Call look = m_client.lookingFor(staged.key());
    TIDEMARK_TRY(const auto found, m_client.send(look, stop));
    if (found.status == 404) {
        return false;
    }
    if (found.status != 200) {
        return m_client.failureOf(look, found);
    }
    return isOfS3(found) ? Result<bool>(true) : unlikeS3(found, m_client.bucket().place);
}

Result<net::HttpResponse> S3Publisher::publish(S3Staged& staged, const std::stop_token& stop)
{
    const bool isConditional = m_conditions != Conditions::Ignored;
    auto sent = staged.publish(isConditional, stop);
    if (!isConditional || !sent.ok() || !mayKnowNoConditions(sent.value()) ||
        m_conditions == Conditions::Honoured) {
        return sent;
    }
    sent = staged.publish(false, stop);
    // Only now it was the condition, and nothing else that was wrong.
    if (sent.ok() && isDone(staged, sent.value())) {
        learn(Conditions::Ignored);
    }
    return sent;
}

/// Nobody knows then whether the object came to be: the answer was lost, or somebody else's is
/// there and the service would not even read the body. Who looks is told, and the caller compares.
Result<bool> S3Publisher::afterSilence(const S3Staged& staged, Error failure,
                                       const std::stop_token& stop)
{
    S3Call look = m_client.lookingFor(staged.key());
    look.isOnce = true;
    const auto found = m_client.send(look, stop);
    const bool isThere = found.ok() && found.value().status == 200 && isOfS3(found.value());
    return isThere ? Result<bool>(false) : std::move(failure);
}

/// The same bytes once more: harmless, and it tells whether a second writer would be refused. Only
/// of a body that is sent in one go, since a service may refuse another one by breaking off. The
/// object is there whatever comes of it.
void S3Publisher::tryConditions(S3Staged& staged, const std::stop_token& stop)
{
    if (m_conditions != Conditions::Unknown || staged.isMultipart() ||
        staged.call().body.size() > kTriedBytes) {
        return;
    }
    const auto again = staged.publish(true, stop);
    if (!again.ok()) {
        return;
    }
    if (again.value().status == 412) {
        learn(Conditions::Honoured);
    } else if (isDone(staged, again.value())) {
        learn(Conditions::Ignored);
    }
}

/// Once: two who find out at the same time find out the same.
void S3Publisher::learn(Conditions conditions)
{
    Conditions unknown = Conditions::Unknown;
    m_conditions.compare_exchange_strong(unknown, conditions);
}

}  // namespace tidemark::storage
