# Contexts of files, and builds that copy them. Sourced by workloads.

dockerfile() { printf 'FROM scratch\nCOPY . /src/\nCMD ["/src/none"]\n' > "$directory/Dockerfile"; }

# make_files DIRECTORY: 20,000 small files in 200 directories
make_files() {
    dockerfile
    local i j
    for ((i = 0; i < 200; i++)); do
        mkdir -p "$1/d$i"
        for ((j = 0; j < 100; j++)); do printf 'file %s of directory %s\n' "$j" "$i" > "$1/d$i/f$j"; done
    done
}

# make_big_files DIRECTORY COUNT MEBIBYTES: files of half compressible bytes
make_big_files() {
    dockerfile
    local i
    mkdir -p "$1"
    for ((i = 0; i < $2; i++)); do
        { head -c "$(($3 * 512 * 1024))" /dev/urandom; head -c "$(($3 * 512 * 1024))" /dev/zero | tr '\0' "$i"; } > "$1/f$i"
    done
}

build_files() { build "$1" "bench/$workload" "$directory/context" -f "$directory/Dockerfile"; }

# fresh_store ENGINE ROUND: an engine that has built nothing yet
fresh_store() {
    case $1 in
        builder) echo "$directory/store$2" > "$work/store" ;;
        docker) "$docker" system prune -af && "$docker" builder prune -af ;;
        buildah | podman) podman "${containers[@]}" rmi -af ;;
    esac
}

files_are_there() {
    local count
    case $1 in
        builder) count=$(own save "bench/$workload" | tar -xO --wildcards '*.tar' 'blobs/*' 2> /dev/null | tar -t 2> /dev/null | grep -c '/f[0-9]*$' || true) ;;
        *) return 0 ;;
    esac
    [[ $count == 20000 ]]
}
