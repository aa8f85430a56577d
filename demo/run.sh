#!/usr/bin/env bash
# Makes the demo's data if it is not there, starts the server, runs the pipeline and stops the server again.
#   demo/run.sh            LOANS (per quarter) and QUARTERS change the size, DATA the folder, PYTHON the interpreter with the PySpark client
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
python=${PYTHON:-python3}
loans=${LOANS:-15600}
quarters=${QUARTERS:-4}
data=${DATA:-$root/build/demo/$loans-$quarters}
binary=${FIRESTEEL:-$root/build/release/firesteel}
report=${REPORT:-$root/build/demo/report.html}

[ -x "$binary" ] || { echo "there is no server at $binary: run make first" >&2; exit 1; }
if [ ! -f "$data/truth.json" ]; then
  echo "Generating data in $data"
  "$python" "$here/generate.py" --out "$data" --loans "$loans" --quarters "$quarters"
fi

port=${PORT:-$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')}
log=$root/build/demo/server.log
mkdir -p "$root/build/demo"
"$binary" serve --port "$port" >"$log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true' EXIT
for _ in $(seq 100); do
  kill -0 "$server" 2>/dev/null || { echo "the server ended; its log is $log" >&2; tail -n 20 "$log" >&2; exit 1; }
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
  sleep 0.1
done
"$python" "$here/pipeline.py" --remote "sc://127.0.0.1:$port" --data "$data" --report "$report" --verbose
