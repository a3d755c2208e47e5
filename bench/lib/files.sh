# Contexts of files, and builds that copy them. Sourced by workloads.

dockerfile() { printf 'FROM scratch\nCOPY . /src/\nCMD ["/src/none"]\n' > "$directory/Dockerfile"; }

# make_files DIRECTORY [WORD]: 20,000 small files in 200 directories, each with the word in it
make_files() {
    dockerfile
    local i j
    for ((i = 0; i < 200; i++)); do
        mkdir -p "$1/d$i"
        for ((j = 0; j < 100; j++)); do printf 'file %s of directory %s %s\n' "$j" "$i" "${2:-}" > "$1/d$i/f$j"; done
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

# build_files ENGINE [CONTEXT]
build_files() { build "$1" "bench/$workload" "${2:-$directory/context}" -f "$directory/Dockerfile"; }

# fresh_store ENGINE ROUND: an engine that has built nothing yet and has no image
fresh_store() {
    case $1 in
        builder) echo "$directory/store$2" > "$work/store" ;;
        docker) "${docker[@]}" rmi -f $("${docker[@]}" images -q) ; "${docker[@]}" builder prune -af ;;
        buildah | podman) podman "${containers[@]}" rmi -af ;;
    esac
}

# files_are_there ENGINE: the layer of the image that was built has 20,000 files
files_are_there() {
    save "$1" "bench/$workload" "$directory/check.tar" || return 1
    local layer
    layer=$(tar -xOf "$directory/check.tar" manifest.json | sed 's/.*"Layers":\["\([^"]*\)".*/\1/')
    [[ $(tar -xOf "$directory/check.tar" "$layer" | tar -tf - | grep -c '/f[0-9]*$') == 20000 ]] && rm "$directory/check.tar"
}
