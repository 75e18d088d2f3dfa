# SPDX-License-Identifier: Apache-2.0
# The verbs of ./sdr, for those who like `just`.

default:
    @just --list

# a robot in the browser
up *args:
    ./sdr up {{args}}

# every test and check
test *args:
    ./sdr test {{args}}

# what this machine can do
doctor *args:
    ./sdr doctor {{args}}

# one benchmark
bench *args:
    ./sdr bench {{args}}

# the fuzzers
fuzz *args:
    ./sdr fuzz {{args}}

# rewrite the sources as .clang-format says
format:
    ./sdr format

# format, layers, sizes, clang-tidy
lint:
    ./sdr lint
