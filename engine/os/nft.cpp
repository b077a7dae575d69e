// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/nft.h"

#include <cerrno>
#include <nftables/libnftables.h>

#include "os/netns.h"

namespace slipway
{

struct Nft::Impl
{
    nft_ctx* context = nullptr;
    int netns = -1;
    ~Impl()
    {
        if (context)
            nft_ctx_free(context);
    }
};

Nft::Nft(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Nft::Nft(Nft&&) noexcept = default;
Nft& Nft::operator=(Nft&&) noexcept = default;
Nft::~Nft() = default;

Result<Nft> Nft::open(int netns)
{
    auto impl = std::make_unique<Impl>();
    impl->netns = netns;
    TRY_STATUS(runInNetns(netns, [&]() -> Status {
        impl->context = nft_ctx_new(NFT_CTX_DEFAULT);
        return impl->context ? Status{} : fail(ErrorKind::Internal, "libnftables: no context");
    }));
    nft_ctx_buffer_output(impl->context);
    nft_ctx_buffer_error(impl->context);
    return Nft(std::move(impl));
}

Result<std::string> Nft::run(const std::string& commands)
{
    std::string output;
    TRY_STATUS(runInNetns(m_impl->netns, [&]() -> Status {
        const int rc = nft_run_cmd_from_buffer(m_impl->context, commands.c_str());
        output = nft_ctx_get_output_buffer(m_impl->context);
        std::string error = nft_ctx_get_error_buffer(m_impl->context);
        if (rc == 0)
            return {};
        if (error.contains("Operation not permitted"))
            return fail(ErrorKind::Internal,
                        "nftables refused: operation not permitted (needs CAP_NET_ADMIN in this network namespace and "
                        "the kernel's nf_tables)",
                        EPERM);
        if (const auto end = error.find('\n'); end != std::string::npos)
            error.resize(end);
        return fail(ErrorKind::Internal, "nftables: " + error);
    }));
    return output;
}

} // namespace slipway
