# Time, memory and tables. Sourced by compare.

failures=0

# now: microseconds since the epoch
now() { local t=${EPOCHREALTIME/[.,]/}; echo "$t"; }

# What a workload file may define; this is what it gets without.
forget_workload() {
    title=$workload goal='' rounds=5 unit=ms
    contestants=(builder docker buildah podman)
    prepare() { :; }        # once
    prepare_for() { :; }    # ENGINE, once
    before() { :; }         # ENGINE, before each sample, not timed
    sample() { false; }     # ENGINE, timed
    check() { :; }          # ENGINE, after each sample, not timed: fails when the result is wrong
}

run_workload() {
    : > "$work/store"
    local round engine count=${rounds_wanted:-$rounds} present=()
    printf '\n== %s\n' "$title" >&2
    prepare
    for engine in "${contestants[@]}"; do
        has_engine "$engine" || continue
        if (prepare_for "$engine") > "$directory/$engine.log" 2>&1; then present+=("$engine"); else sample_failed "$engine" "to prepare"; fi
    done
    for ((round = 1; round <= count; round++)); do
        for engine in "${present[@]}"; do run_sample "$engine" "$round"; done
    done
}

sample_failed() {
    failures=$((failures + 1))
    printf '   %s failed %s:\n' "$1" "$2" >&2
    tail -n 12 "$directory/$1.log" | sed 's/^/      /' >&2
}

run_sample() {
    local engine=$1 round=$2 log=$directory/$1.log value started
    if ! (before "$engine" "$round") > "$log" 2>&1; then sample_failed "$engine" "before round $round"; return; fi
    if [[ $unit == MB ]]; then
        if ! value=$(peak_memory "$engine" "$round" 2>> "$log"); then sample_failed "$engine" "in round $round"; return; fi
    else
        started=$(now)
        if ! sample "$engine" "$round" >> "$log" 2>&1; then sample_failed "$engine" "in round $round"; return; fi
        value=$((($(now) - started) / 100))
        value=$((value / 10)).$((value % 10))
    fi
    if ! (check "$engine" "$round") >> "$log" 2>&1; then sample_failed "$engine" "with a wrong result in round $round"; return; fi
    printf '%s\t%s\t%s\t%s\t%s\n' "$workload" "$engine" "$value" "$unit" "$goal" >> "$samples"
    printf '   %-8s %10s %s\n' "$engine" "$value" "$unit" >&2
}

# descendants PID...: the processes below, and themselves
descendants() {
    ps -e -o pid=,ppid= | awk -v roots="$*" '
        BEGIN { n = split(roots, r, " "); for (i = 1; i <= n; i++) wanted[r[i]] = 1 }
        { parent[$1] = $2; pids[++count] = $1 }
        END {
            for (changed = 1; changed;) { changed = 0; for (i = 1; i <= count; i++) if (!(pids[i] in wanted) && (parent[pids[i]] in wanted)) { wanted[pids[i]] = 1; changed = 1 } }
            for (pid in wanted) print pid
        }'
}

# peak_memory ENGINE ROUND: the highest sum of proportional set sizes of all processes of the engine, in MB, while a sample runs
peak_memory() {
    local pid peak=0 sum process roots
    sample "$1" "$2" >&2 &
    pid=$!
    roots=$pid
    [[ $1 == docker ]] && roots+=" $docker_pid"
    while kill -0 "$pid" 2> /dev/null; do
        sum=0
        for process in $(descendants $roots); do
            # The shell that does the measuring is not the engine's.
            [[ $process == "$pid" ]] && continue
            sum=$((sum + $(awk '/^Pss:/ { print $2 }' "/proc/$process/smaps_rollup" 2> /dev/null || echo 0) + 0))
        done
        ((sum > peak)) && peak=$sum
        sleep 0.03
    done
    wait "$pid" || return 1
    awk -v kib="$peak" 'BEGIN { printf "%.1f\n", kib * 1024 / 1e6 }'
}

describe_machine() {
    {
        printf '%s, %s cores, %s GB memory, Linux %s, %s\n' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" \
            "$(awk '/^MemTotal/ { printf "%.0f", $2 / 1e6 }' /proc/meminfo)" "$(uname -r)" "$(stat -f -c %T "$work")"
        engine_versions
    } | tee "$work/machine" >&2
}

statistics='
    function sorted(key, out,   n, i, j, t) {
        n = split(values[key], out, " ")
        for (i = 2; i <= n; i++) { t = out[i] + 0; for (j = i - 1; j > 0 && out[j] + 0 > t; j--) out[j + 1] = out[j]; out[j + 1] = t }
        return n
    }
    { if (!($1 in seen)) { seen[$1] = 1; order[++works] = $1 } key = $1 SUBSEP $2; if (!(key in values)) engines[$1] = engines[$1] " " $2; values[key] = values[key] " " $3; unit[$1] = $4; goal[$1] = $5 }'

# print_table FILE: one line per workload and engine; the ratio is of the minima, against the best peer (not the bare tools)
print_table() {
    awk -F '\t' "$statistics"'
        END {
            print "| workload | engine | min | median | max | n | builder / it | goal |"
            print "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |"
            for (w = 1; w <= works; w++) {
                name = order[w]; own = ""
                if (sorted(name SUBSEP "builder", v)) own = v[1]
                count = split(engines[name], list, " ")
                for (e = 1; e <= count; e++) {
                    n = sorted(name SUBSEP list[e], v)
                    ratio = list[e] == "builder" || own == "" ? "" : sprintf("%.2f", own / v[1])
                    printf "| %s | %s | %.1f %s | %.1f | %.1f | %d | %s | %s |\n", name, list[e], v[1], unit[name], v[int((n + 1) / 2)], v[n], n, ratio, list[e] == "builder" ? goal[name] : ""
                }
            }
        }' "$1"
}

print_json() {
    awk -F '\t' "$statistics"'
        END {
            printf "["
            for (w = 1; w <= works; w++) {
                name = order[w]
                count = split(engines[name], list, " ")
                for (e = 1; e <= count; e++) {
                    n = sorted(name SUBSEP list[e], v)
                    printf "%s\n  {\"workload\": \"%s\", \"engine\": \"%s\", \"unit\": \"%s\", \"min\": %s, \"median\": %s, \"max\": %s, \"samples\": [", (w + e > 2 ? "," : ""), name, list[e], unit[name], v[1], v[int((n + 1) / 2)], v[n]
                    m = split(values[name SUBSEP list[e]], raw, " ")
                    for (i = 1; i <= m; i++) printf "%s%s", (i > 1 ? ", " : ""), raw[i]
                    printf "]}"
                }
            }
            print "\n]"
        }' "$1"
}
