#!/usr/bin/env bash
# Brings the origin up on this machine: builds the sidecar, starts each part once what it needs is healthy, pulls and warms the
# models, asks one question through the ingress, and says where it listens. Safe to run again: it changes only what changed.
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: origin/deploy.sh [options]
  --dry-run       say what would be done, and do nothing (needs no Docker)
  --sidecars N    so many sidecars behind the ingress (1)
  --tunnel        a Cloudflare tunnel too; TUNNEL_TOKEN in .env
  --tracing       Jaeger too, and traces to it
  --timeout S     seconds until everything must be healthy (600)
Settings: .env beside docker-compose.origin.yml, made on the first run; see docs/origin.md.
USAGE
}

dry_run=false sidecars=1 tunnel=false tracing=false timeout=600
while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) dry_run=true ;;
    --sidecars) sidecars=${2:?--sidecars needs a number} && shift ;;
    --tunnel) tunnel=true ;;
    --tracing) tracing=true ;;
    --timeout) timeout=${2:?--timeout needs seconds} && shift ;;
    -h | --help) usage && exit 0 ;;
    *) echo "unknown option $1" >&2 && usage >&2 && exit 2 ;;
  esac
  shift
done
for number in "$sidecars" "$timeout"; do
  if ! [[ $number =~ ^[1-9][0-9]*$ ]]; then
    echo "not a number above 0: $number" >&2
    exit 2
  fi
done

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
env_file=${ORIGIN_ENV_FILE:-$root/.env}
# Memory in MB that the parts may take together.
needed_mb=$((3136 + 256 * (sidecars - 1)))
if $tunnel; then needed_mb=$((needed_mb + 128)); fi
if $tracing; then needed_mb=$((needed_mb + 256)); fi

step() { printf '\n%s\n' "$*"; }
fail() {
  printf '\n%s\n' "$*" >&2
  exit 1
}

# --- what has to be there ---------------------------------------------------------------------------------------------
missing=()
if ! command -v docker >/dev/null; then
  missing+=("Docker is not installed: https://docs.docker.com/engine/install/")
elif ! docker compose version >/dev/null 2>&1; then
  missing+=("Docker has no Compose plugin (docker compose): https://docs.docker.com/compose/install/linux/")
elif ! docker info >/dev/null 2>&1; then
  missing+=("The Docker daemon cannot be reached: is it running, and may $(id -un) use it (group docker)?")
fi
total_kb=$(awk '/^MemTotal:/ { print $2 }' /proc/meminfo 2>/dev/null || true)
if [ -n "$total_kb" ] && [ $((total_kb / 1024)) -lt "$needed_mb" ]; then
  missing+=("This machine has $((total_kb / 1024)) MB of memory, and the parts may take ${needed_mb} MB together")
fi
for problem in "${missing[@]}"; do echo "missing: $problem" >&2; done
if [ ${#missing[@]} -gt 0 ] && ! $dry_run; then exit 1; fi

# --- settings ---------------------------------------------------------------------------------------------------------
secret() { od -An -tx1 -N24 /dev/urandom | tr -d ' \n'; }
setting() { # NAME DEFAULT: from the environment, else .env, else the default, as Compose does it
  local value=${!1:-}
  if [ -z "$value" ] && [ -f "$env_file" ]; then
    value=$(sed -n "s/^$1=//p" "$env_file" | tail -n 1 | sed -e 's/^"\(.*\)"$/\1/' -e "s/^'\(.*\)'$/\1/")
  fi
  printf '%s' "${value:-$2}"
}
ensure_secret() {
  if [ -n "$(setting "$1" '')" ]; then return; fi
  if $dry_run; then
    echo "would make $1 in $env_file"
  else
    (umask 077 && touch "$env_file")
    # A last line without its end would swallow the new one.
    if [ -n "$(tail -c 1 "$env_file")" ]; then echo >>"$env_file"; fi
    printf '%s=%s\n' "$1" "$(secret)" >>"$env_file"
    chmod 600 "$env_file"
    echo "made $1 in $env_file"
  fi
}
step "Settings: $env_file"
ensure_secret ORIGIN_SECRET
ensure_secret POSTGRES_PASSWORD
if $tunnel && [ -z "$(setting TUNNEL_TOKEN '')" ]; then
  fail "missing: TUNNEL_TOKEN in $env_file (Zero Trust ▸ Networks ▸ Tunnels; its service is http://ingress:8080)"
fi

# Together the sidecars keep within PostgreSQL's connections, of which a few are the operator's.
if [ "$sidecars" -gt 2 ] && [ -z "$(setting DATABASE_POOL_MAX '')" ]; then
  export DATABASE_POOL_MAX=$((110 / sidecars > 0 ? 110 / sidecars : 1))
  export DATABASE_POOL_MIN=$((DATABASE_POOL_MAX < 20 ? DATABASE_POOL_MAX : 20))
fi
if $tracing && [ -z "$(setting OTEL_EXPORTER_OTLP_ENDPOINT '')" ]; then
  export OTEL_EXPORTER_OTLP_ENDPOINT=http://jaeger:4318
fi

compose=(docker compose --project-directory "$root" --file "$root/docker-compose.origin.yml")
override=$root/docker-compose.origin.override.yml
if [ -f "$override" ]; then compose+=(--file "$override"); fi
if [ -f "$env_file" ]; then compose+=(--env-file "$env_file"); fi
if $tunnel; then compose+=(--profile tunnel); fi
if $tracing; then compose+=(--profile tracing); fi

run() {
  if $dry_run; then
    printf 'would run: docker compose'
    printf ' %q' "${@:1}"
    printf '\n'
  else
    "${compose[@]}" "$@"
  fi
}
# The ingress as the edge sees it; busybox's wget is in its image.
ask() { # PATH [BODY]
  local body=()
  if [ $# -gt 1 ]; then body=(--header 'Content-Type: application/json' --post-data "$2"); fi
  run exec -T ingress wget -q -T 300 -O - --header "X-Edge-Secret: $(setting ORIGIN_SECRET '')" "${body[@]}" \
    "http://127.0.0.1:8080$1"
}
ask_quietly() { if $dry_run; then echo "would ask the ingress: $1"; else ask "$@"; fi; }

# --- up ---------------------------------------------------------------------------------------------------------------
IFS=, read -r -a models <<<"$(setting WARM_MODELS tinyllama,all-minilm)"

step "Ollama"
run up --detach --wait --wait-timeout "$timeout" ollama
for model in "${models[@]}"; do
  echo "pulling $model"
  run exec -T ollama ollama pull "$model" || fail "could not pull $model: is the name right, and can this machine reach the registry?"
done

step "Everything else ($sidecars sidecar$([ "$sidecars" -eq 1 ] || echo s))"
if ! run up --detach --build --wait --wait-timeout "$timeout" --scale sidecar="$sidecars" --remove-orphans; then
  run ps --all || true
  run logs --tail 20 || true
  fail "not everything became healthy within $timeout s: see above"
fi

# --- warm -------------------------------------------------------------------------------------------------------------
step "Loading ${models[*]}"
resident() { # MODEL: whether Ollama has it in memory
  local name=$1
  [[ $name == *:* ]] || name=$name:latest
  ask_quietly /api/ps | grep -qF "\"$name\""
}
for model in "${models[@]}"; do
  if $dry_run; then
    ask_quietly /api/ps
    continue
  fi
  waited=0
  until resident "$model"; do
    if [ "$waited" -ge 180 ]; then fail "$model is not in memory after 3 minutes: docker compose logs ollama sidecar"; fi
    sleep 2
    waited=$((waited + 2))
  done
  echo "$model is in memory"
done

# --- smoke test -------------------------------------------------------------------------------------------------------
step "Asking ${models[0]}"
question="{\"model\":\"${models[0]}\",\"prompt\":\"Say hello.\",\"stream\":false,\"options\":{\"num_predict\":8}}"
answer=$(ask_quietly /api/generate "$question") || fail "the question was not answered: docker compose logs sidecar ingress"
echo "$answer"
if ! $dry_run && ! grep -q '"done":true' <<<"$answer"; then fail "the answer is not complete"; fi

if $dry_run; then exit 0; fi
url="http://$(setting INGRESS_BIND 127.0.0.1):$(setting INGRESS_PORT 8080)"
step "The origin is up: $url"
if $tunnel; then echo "Its public address is that of your tunnel."; fi
cat <<NEXT
Tell the edge:
  ORIGIN_URL in deploy.env      the address by which Cloudflare reaches it (a tunnel, or TLS; see docs/origin.md)
  ORIGIN_SECRET in deploy.env   the value in $env_file
  npm run deploy                see docs/operate.md
NEXT
