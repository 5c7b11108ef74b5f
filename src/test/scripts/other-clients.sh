#!/usr/bin/env bash
# other-clients.sh DIRECTORY: installs the clients that ClientComparisonBenchmark compares the driver with. Needs git, python3, cargo
# (1.85 or later), a C compiler and some 8 GB. `vllm bench serve` comes with vLLM itself.
set -euo pipefail
directory=$(realpath -m "${1:?a directory to install into}")
mkdir -p "$directory"

python3 -m venv "$directory/python"
"$directory/python/bin/pip" install aiperf==0.13.0 guidellm==0.8.1

git clone --depth 1 https://github.com/vllm-project/vllm.git "$directory/vllm"
cd "$directory/vllm/rust"
# The rest of the workspace needs the engine's protocol compiler, and is not needed here.
sed -i '/^members = \[/,/\]/c members = ["src/bench", "src/build-info", "src/tracing"]' Cargo.toml
cargo build --release --package vllm-bench

echo "-Dclient.aiperf=$directory/python/bin/aiperf -Dclient.guidellm=$directory/python/bin/guidellm" \
    "-Dclient.vllm-bench=$PWD/target/release/vllm-bench"
