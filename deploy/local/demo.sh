#!/usr/bin/env bash
# From nothing to rows: a stand, the operator, one Datalake object, events, a query.
#
#   demo.sh up      on the stand of this machine, or on the cluster of DEMO_CONTEXT
#   demo.sh down    removes all that `up` made
#
# DEMO_CONTEXT   a kubectl context of your own; then AWS is reached with your own credentials, and resources that
#                cost money are created in your account. DEMO_YES=1 confirms it.
set -euo pipefail
umask 077

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
readonly NAMESPACE=analytics LAKE=staff-events RELEASE=datalake-demo SYSTEM=datalake-demo
readonly EVENTS=20 THROUGH_FUNCTION=5
readonly READY_SECONDS=900 ARRIVAL_SECONDS=600
readonly DIR=$PWD/.stand/demo LOG=$PWD/.stand/operator.log
readonly BIN=${CARGO_TARGET_DIR:-$PWD/target}/debug

if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
  BOLD=$'\e[1m' DIM=$'\e[2m' GREEN=$'\e[32m' RED=$'\e[31m' PLAIN=$'\e[0m' CLEAR=$'\r\e[K' LIVE=yes
else
  BOLD='' DIM='' GREEN='' RED='' PLAIN='' CLEAR='' LIVE=''
fi

step() { printf '\n%s==> %s%s\n' "$BOLD" "$1" "$PLAIN"; }
note() { printf '    %s\n' "$1"; }
done_() { printf '  %s✓%s %s\n' "$GREEN" "$PLAIN" "$1"; }
fail() { printf '%s%s✗ %s%s\n' "$CLEAR" "$RED" "$1" "$PLAIN" >&2; exit 1; }
# Runs a command, and shows it as one would type it.
shown() {
  local word line=''
  for word; do
    [[ $word == *' '* ]] && word="\"$word\""
    line+=" $word"
  done
  printf '%s    $%s%s\n' "$DIM" "$line" "$PLAIN"
  "$@"
}
need() { command -v "$1" >/dev/null || fail "$1 is missing: $2"; }

((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404)) || fail "bash $BASH_VERSION is too old: version 4.4 or newer is needed"
need cargo "install Rust from https://rustup.rs"

# --- where the demo runs -------------------------------------------------------------------------------------------

stand() { "$BIN/datalake-stand" "$@"; }

build() {
  step "The programs: operator, kubectl plugin, stand (some minutes the first time)"
  cargo build --workspace --bins --locked
  export PATH=$BIN:$PATH
}

# Kubernetes and AWS, from nothing, on this machine.
use_stand() {
  step "The stand: a Kubernetes API server and an AWS emulator on this machine"
  stand up
  eval "$(stand env)"
}

# A kubeconfig of that context alone, so that nothing here can reach another cluster.
use_context() {
  need kubectl "https://kubernetes.io/docs/tasks/tools"
  need helm "version 4: https://helm.sh/docs/intro/install"
  mkdir -p "$DIR"
  kubectl config view --raw --minify --flatten --context "$1" >"$DIR/context.kubeconfig"
  export KUBECONFIG=$DIR/context.kubeconfig
}

confirm() {
  step "The cluster of the context $1"
  note "Real AWS resources are created with your own AWS credentials, and some cost money while they exist:"
  note "a Kinesis shard, two KMS keys, and what is stored and queried. \`make demo-down CONTEXT=$1\` removes them."
  [[ ${DEMO_YES:-} == 1 ]] || fail "nothing was done yet. To go on: DEMO_YES=1 make demo CONTEXT=$1"
}

# --- the operator as a process -------------------------------------------------------------------------------------

install_access() {
  step "Definition, service account and access: the chart, without its deployment"
  helm upgrade --install "$RELEASE" charts/datalake-operator --namespace "$SYSTEM" --create-namespace \
    --set operator.enabled=false --set fullnameOverride="$RELEASE" --wait >/dev/null
  kubectl wait --for=condition=Established crd/datalakes.datalake-operator.io --timeout=60s >/dev/null
  done_ "helm release $RELEASE in the namespace $SYSTEM"
}

# The kubeconfig that the operator gets: this cluster, and nobody but the chart's service account.
operator_kubeconfig() {
  local file=$DIR/operator.kubeconfig token user
  token=$(kubectl create token "$RELEASE" --namespace "$SYSTEM" --duration=24h)
  kubectl config view --raw --minify --flatten >"$file"
  user=$(kubectl --kubeconfig "$file" config view -o jsonpath='{.users[0].name}')
  kubectl --kubeconfig "$file" config delete-user "$user" >/dev/null
  kubectl --kubeconfig "$file" config set-credentials operator --token="$token" >/dev/null
  kubectl --kubeconfig "$file" config set-context --current --user=operator --namespace="$SYSTEM" >/dev/null
}

free_port() {
  local port
  for port in {8080..8180}; do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
  fail "no port from 8080 to 8180 is free"
}

operator_pid() {
  local pid
  pid=$(cat "$DIR/operator.pid" 2>/dev/null) || return 1
  [[ $(ps -p "$pid" -o comm= 2>/dev/null) == datalake-op* ]] && echo "$pid"
}

stop_operator() {
  local pid
  pid=$(operator_pid) || return 0
  kill "$pid"
  until ! kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  rm -f "$DIR/operator.pid"
}

is_ready() {
  local answer
  { exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
  printf 'GET /readyz HTTP/1.0\r\n\r\n' >&3
  read -r -t 5 answer <&3 || true
  exec 3>&-
  [[ $answer == *" 200 "* ]]
}

# In a session of its own: what ends the demo, such as Ctrl-C, does not end the operator.
start_operator() {
  step "The operator, as a process with the token of that service account"
  local port pid
  mkdir -p "$DIR"
  stop_operator
  operator_kubeconfig
  port=$(free_port)
  KUBECONFIG=$DIR/operator.kubeconfig setsid nohup "$BIN/datalake-operator" run --listen "127.0.0.1:$port" --lease-name "$RELEASE" \
    >"$LOG" 2>&1 </dev/null &
  pid=$!
  echo "$pid" >"$DIR/operator.pid"
  until is_ready "$port"; do
    kill -0 "$pid" 2>/dev/null || { tail -n 20 "$LOG" >&2; fail "the operator ended; its log is $LOG"; }
    sleep 0.1
  done
  done_ "process $pid, log .stand/operator.log, metrics http://127.0.0.1:$port/metrics"
}

# --- the lake ------------------------------------------------------------------------------------------------------

field() { kubectl get datalake "$LAKE" --namespace "$NAMESPACE" -o jsonpath="{$1}"; }

apply_lake() {
  step "The lake: one object"
  sed 's/^/    /' deploy/local/staff-events.yaml
  kubectl get namespace "$NAMESPACE" >/dev/null 2>&1 || {
    kubectl create namespace "$NAMESPACE" >/dev/null
    touch "$DIR/made-namespace"
  }
  shown kubectl apply -f deploy/local/staff-events.yaml
}

# One line a resource, then one of the condition Ready; again at every change of the object.
readonly PROGRESS='{{range .status.resources}}resource|{{.id}}|{{.kind}}|{{.name}}|{{.state}}|{{with .message}}{{printf "%q" .}}{{end}}
{{end}}{{$generation := .metadata.generation}}{{range .status.conditions}}{{if eq .type "Ready"}}ready|{{if eq .observedGeneration $generation}}{{.status}}{{else}}Unknown{{end}}|{{.reason}}|{{printf "%q" .message}}
{{end}}{{end}}'

await_ready() {
  step "Until it is Ready"
  local -A seen=()
  local piece line='' what id kind name state message from=$SECONDS pid watch got status busy ready all
  pid=$(operator_pid) || fail "the operator does not run; its log is $LOG"
  exec 4< <(exec kubectl get datalake "$LAKE" --namespace "$NAMESPACE" --watch -o go-template="$PROGRESS")
  watch=$!
  ready=0 all=0 busy=''
  while ((SECONDS - from < READY_SECONDS)); do
    got=0
    IFS= read -r -t 1 -u 4 piece || got=$?
    line+=$piece
    if ((got > 128)); then
      kill -0 "$pid" 2>/dev/null || fail "the operator ended; its log is $LOG"
      [[ $LIVE ]] && printf '%s  %s%s of %s, %s s%s %s' "$CLEAR" "$DIM" "$ready" "$all" "$((SECONDS - from))" "$PLAIN" "$busy"
      continue
    elif ((got > 0)); then
      fail "kubectl stopped watching the lake"
    fi
    IFS='|' read -r what id kind name state message <<<"$line"
    line=''
    case $what in
    resource)
      [[ ${seen[$id]:-} == "$state" ]] || progress_line "$id" "$kind" "$name" "$state" "$message"
      seen[$id]=$state
      tally
      ;;
    ready)
      status=$id
      [[ $status == True ]] && break
      ;;
    esac
  done
  kill "$watch" 2>/dev/null || true
  exec 4<&-
  printf '%s' "$CLEAR"
  [[ ${status:-} == True ]] || { kubectl datalake status "$LAKE" --namespace "$NAMESPACE" || true; fail "not Ready after $READY_SECONDS s; the operator's log is $LOG"; }
  done_ "${BOLD}Ready${PLAIN} after $((SECONDS - from)) s"
  shown kubectl get datalakes --namespace "$NAMESPACE"
}

# Counts what `seen` (of await_ready) holds.
tally() {
  local id
  ready=0 all=${#seen[@]} busy=''
  for id in "${!seen[@]}"; do
    case ${seen[$id]} in
    Ready) ready=$((ready + 1)) ;;
    Creating | Updating) busy+=" $id" ;;
    esac
  done
}

progress_line() {
  local mark=' ' text=$4
  case $4 in
  Ready) mark="$GREEN✓$PLAIN" text='' ;;
  Failed | Refused | NotOwned) mark="$RED✗$PLAIN" text="$4 $5" ;;
  Unknown | Pending) return ;;
  # On a terminal what is under way is in the last line.
  *) [[ $LIVE ]] && return ;;
  esac
  printf '%s  %s %-20s%-26s%s%s%s%s\n' "$CLEAR" "$mark" "$1" "$2" "$DIM" "$3" "$PLAIN" "${text:+  $text}"
}

# --- events and rows -----------------------------------------------------------------------------------------------

events() {
  local id status
  for ((id = $1; id <= $2; id++)); do
    status=joined
    ((id % 3)) || status=left
    sed -e "s/\"staffId\":1,/\"staffId\":$id,/" -e "s/staff-1@/staff-$id@/" -e "s/Staff Member/Staff Member $id/" \
      -e "s/\"joined\"/\"$status\"/" deploy/local/event.json
  done
}

publish() {
  step "$EVENTS events: $THROUGH_FUNCTION through the test publisher, the others straight to the stream"
  events 1 "$THROUGH_FUNCTION" | shown kubectl datalake publish "$LAKE" - --through-function --namespace "$NAMESPACE"
  events "$((THROUGH_FUNCTION + 1))" "$EVENTS" | shown kubectl datalake publish "$LAKE" - --namespace "$NAMESPACE"
}

rows() {
  local count
  count=$(kubectl datalake query "$LAKE" "SELECT count(*) AS events FROM $TABLE" -o csv --namespace "$NAMESPACE" 2>/dev/null | tail -n 1) || true
  count=${count//[!0-9]/}
  echo "${count:-0}"
}

# Firehose gathers for a minute on AWS; the emulator delivers at once.
await_rows() {
  step "A crawl, so that the table knows the partitions"
  local from=$SECONDS found
  while :; do
    shown kubectl datalake crawl "$LAKE" --wait --namespace "$NAMESPACE"
    found=$(rows)
    ((found >= $1)) && break
    ((SECONDS - from < ARRIVAL_SECONDS)) || fail "$found of $1 rows have arrived after $ARRIVAL_SECONDS s; look at errors/ in the lake bucket"
    note "$found of $1 rows have arrived; Firehose is still gathering"
    sleep 15
  done
}

query() {
  step "A query"
  shown kubectl datalake query "$LAKE" --namespace "$NAMESPACE" \
    "SELECT event.staffid AS id, event.staffname AS name, event.status AS status, metadata.sourcetimestamp AS at FROM $TABLE ORDER BY id LIMIT $EVENTS"
}

raw_copies() {
  step "The raw copies, as the events came"
  local location
  location=$(field .status.connection.rawLocation)
  if [[ ${DEMO_CONTEXT:-} ]]; then
    note "Firehose writes them after up to 5 minutes: aws s3 ls --recursive $location"
  else
    "$(stand which python)" deploy/local/raw.py "$location" | sed 's/^/    /'
  fi
}

next_commands() {
  step "Next"
  if [[ ${DEMO_CONTEXT:-} ]]; then
    note "kubectl config use-context $DEMO_CONTEXT"
    note "export PATH=$BIN:\$PATH"
  else
    note "source .stand/env && export PATH=$BIN:\$PATH"
  fi
  note "kubectl datalake status $LAKE -n $NAMESPACE"
  note "kubectl patch datalake $LAKE -n $NAMESPACE --type merge -p '{\"spec\":{\"buffering\":{\"intervalSeconds\":120}}}' && kubectl get datalake $LAKE -n $NAMESPACE -w"
  note "kubectl datalake query $LAKE -n $NAMESPACE \"SELECT event.status, count(*) AS events FROM $TABLE GROUP BY 1\""
  note "make demo-down${DEMO_CONTEXT:+ CONTEXT=$DEMO_CONTEXT}"
}

# --- up and down ---------------------------------------------------------------------------------------------------

up() {
  local before
  if [[ ${DEMO_CONTEXT:-} ]]; then
    use_context "$DEMO_CONTEXT"
    confirm "$DEMO_CONTEXT"
  fi
  build
  [[ ${DEMO_CONTEXT:-} ]] || use_stand
  install_access
  start_operator
  apply_lake
  await_ready
  TABLE=$(field .status.connection.table)
  before=$(rows)
  publish
  await_rows "$((before + EVENTS))"
  query
  raw_copies
  next_commands
}

# On a cluster of the user's own the lake must go before the operator does.
remove_lake() {
  step "The lake, with all that it holds"
  operator_pid >/dev/null || { build; start_operator; }
  kubectl annotate datalake "$LAKE" --namespace "$NAMESPACE" --overwrite datalake-operator.io/empty-buckets=true
  kubectl patch datalake "$LAKE" --namespace "$NAMESPACE" --type merge -p '{"spec":{"deletionPolicy":"Delete"}}'
  kubectl delete datalake "$LAKE" --namespace "$NAMESPACE" --timeout=20m
}

remove_access() {
  step "Access and definition"
  helm uninstall "$RELEASE" --namespace "$SYSTEM" --ignore-not-found --wait
  kubectl delete namespace "$SYSTEM" --ignore-not-found
  remove_namespace
  if [[ $(kubectl get datalakes --all-namespaces --no-headers 2>/dev/null) ]]; then
    note "the definition stays: there are other Datalakes"
  else
    kubectl delete crd datalakes.datalake-operator.io --ignore-not-found
  fi
}

# Only if `up` made it, and nobody has put anything into it.
remove_namespace() {
  [[ -e $DIR/made-namespace ]] || return 0
  if [[ $(kubectl get all,secrets,persistentvolumeclaims,datalakes --namespace "$NAMESPACE" --no-headers 2>/dev/null) ]]; then
    note "the namespace $NAMESPACE stays: there are other things in it"
  else
    kubectl delete namespace "$NAMESPACE" --ignore-not-found
  fi
}

down() {
  if [[ ${DEMO_CONTEXT:-} ]]; then
    use_context "$DEMO_CONTEXT"
    if kubectl get datalake "$LAKE" --namespace "$NAMESPACE" >/dev/null 2>&1; then remove_lake; fi
    remove_access
  fi
  stop_operator
  rm -rf "$DIR" "$LOG"
  if [[ ${DEMO_CONTEXT:-} ]]; then
    rmdir .stand 2>/dev/null || true
  else
    [[ -x $BIN/datalake-stand ]] || build
    stand down
  fi
}

case ${1:-} in
up) up ;;
down) down ;;
*) fail "usage: $0 up|down" ;;
esac
