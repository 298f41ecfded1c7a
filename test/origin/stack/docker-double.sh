#!/usr/bin/env bash
# A double of `docker`, for machines without one: writes each call down, one a line, and answers as DOUBLE_* say.
set -u
line="$*"
printf '%s\n' "$line" >>"$DOUBLE_CALLS"
case $line in
  'compose version') exit "${DOUBLE_COMPOSE:-0}" ;;
  info) exit "${DOUBLE_DAEMON:-0}" ;;
  *' ollama pull '*) exit "${DOUBLE_PULL:-0}" ;;
  *' up '*--build*) exit "${DOUBLE_UP:-0}" ;;
  *http://127.0.0.1:8080/api/ps) echo '{"models":[{"name":"tinyllama:latest"},{"name":"all-minilm:latest"},{"name":"qwen2.5:0.5b"}]}' ;;
  *http://127.0.0.1:8080/api/generate) echo "${DOUBLE_ANSWER:-{\"response\":\"hello\",\"done\":true\}}" ;;
esac
