# What a container sees of its confinement, one line each, the same wherever and whenever it runs. Needs busybox only; tests/sandbox/differences.txt
# says what is not the same in Docker's default container, and why.
grep -E '^(Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs|Seccomp|Groups):' /proc/self/status | tr -s '\t ' ' ' | sed 's/ $//'
echo "umask: $(umask)"
sed -e '1d' -e 's/  *units$//' -e 's/  *[a-z]*$//' -e 's/   */: /; s/   */ /g' /proc/self/limits | sed -e 's/^/limit /' -e 's/ *$//'

# Where, what and how; not from which disk or with which options of the file system itself.
awk '{ for (i = 7; $i != "-"; i++); type = $(i + 1); if (type == "overlay" || type == "ext4" || type == "xfs" || type == "btrfs") type = "disk"; print "mount " $5, type, $6 }' /proc/self/mountinfo \
    | sed -e 's/,relatime//' -e 's/cpu[0-9][0-9]*/cpuN/' | sort -u
(cd /dev && find . -mindepth 1 -maxdepth 1 ! -name pts ! -name shm ! -name mqueue -exec ls -ldn {} +) \
    | awk '{ if ($1 ~ /^c/) print "device", $NF, $1, $3, $4, $5, $6; else print "device", $(NF - 2), $(NF - 1), $NF }' | sort
for path in /proc/acpi /proc/asound /proc/interrupts /proc/kcore /proc/keys /proc/latency_stats /proc/sched_debug /proc/scsi /proc/timer_list /sys/firmware; do
    if [ -d "$path" ]; then echo "masked $path: $(ls -A "$path" | wc -l) entries"
    elif [ -e "$path" ]; then echo "masked $path: $(head -c 10 "$path" 2> /dev/null | wc -c) bytes"
    fi
done
