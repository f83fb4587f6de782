#!/usr/bin/env bash
# The one door to building, testing and trying Nacre; the work itself is described in build.cake.
#   ./build.sh TARGET [--name=value ...]     run a target
#   ./build.sh                               list the targets
set -euo pipefail

export DOTNET_CLI_TELEMETRY_OPTOUT=1
export DOTNET_NOLOGO=1

cd "$(dirname "${BASH_SOURCE[0]}")"

if ! command -v dotnet > /dev/null; then
  echo "build.sh: the .NET SDK is missing; global.json names the version, https://dotnet.microsoft.com/download has it." >&2
  exit 2
fi

dotnet tool restore > /dev/null

if [ $# -eq 0 ]; then
  exec dotnet cake build.cake --description
fi

target=$1
shift
exec dotnet cake build.cake --target="$target" --verbosity=minimal "$@"
