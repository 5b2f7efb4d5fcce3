// Compares sim/rand/pcg.h with the C++ library of PCG's author (Debian's libpcg-cpp-dev), output by
// output: 1,000,000 numbers for each of several starts and sequences, the extreme ones among them.
#include <cinttypes>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

#include <pcg_random.hpp>

extern "C" void pcg_sequence(std::uint64_t start, std::uint64_t sequence, std::uint64_t *bits,
                             std::size_t n);

static bool agree(std::uint64_t start, std::uint64_t sequence)
{
    std::vector<std::uint64_t> ours(1000000);
    pcg_sequence(start, sequence, ours.data(), ours.size());
    pcg_engines::setseq_rxs_m_xs_64_64 reference(start, sequence);
    for (std::size_t i = 0; i < ours.size(); i++) {
        std::uint64_t expected = reference();
        if (ours[i] == expected)
            continue;
        std::printf("start %" PRIu64 ", sequence %" PRIu64 ", output %zu: %016" PRIx64
                    ", expected %016" PRIx64 "\n",
                    start, sequence, i, ours[i], expected);
        return false;
    }
    return true;
}

int main()
{
    const std::uint64_t starts[] = {0, 1, 42, 2024, 0x8000000000000000u, UINT64_MAX};
    const std::uint64_t sequences[] = {0, 1, 54, 0x7fffffffffffffffu};
    bool all = true;
    for (std::uint64_t start : starts)
        for (std::uint64_t sequence : sequences)
            all = agree(start, sequence) && all;
    std::puts(all ? "24,000,000 outputs agree" : "outputs differ");
    return all ? 0 : 1;
}
