# The engines under comparison: each is asked for the same thing in its own words. Sourced by compare.

docker_pid=''
runtime=()

has_engine() {
    case $1 in
        builder | bare) true ;;
        docker) [[ -n $docker_pid ]] ;;
        # Their stores are only set up for root here, as docker's is.
        buildah | podman | skopeo) [[ $(id -u) == 0 ]] && command -v "$1" > /dev/null ;;
    esac
}

start_engines() {
    : > "$work/store"
    # crun refuses machines with both kinds of cgroups; runc takes all.
    containers=(--root "$work/containers" --runroot "$work/containers-run" --storage-driver overlay)
    if command -v runc > /dev/null; then runtime=(--runtime runc); fi
    # Its own default is more than a root without CAP_SYS_RESOURCE may give.
    limits=(--ulimit "nofile=$(ulimit -Hn):$(ulimit -Hn)" --ulimit "nproc=$(ulimit -Hu):$(ulimit -Hu)")
    mkdir -p "$work/docker"
    if [[ $(id -u) == 0 ]] && command -v dockerd > /dev/null; then start_docker; fi
}

start_docker() {
    local socket=unix://$work/docker/socket client=docker
    # Debian's own client speaks the daemon's version; another one earlier on the PATH may not.
    [[ -x /usr/bin/docker ]] && client=/usr/bin/docker
    docker=(env -u DOCKER_CONTEXT DOCKER_HOST="$socket" DOCKER_BUILDKIT=1 BUILDKIT_PROGRESS=plain DOCKER_CONFIG="$work/docker" "$client")
    dockerd --bridge=none --iptables=false --ip6tables=false --host="$socket" --data-root="$work/docker/data" --exec-root="$work/docker/exec" \
        --pidfile="$work/docker/pid" > "$work/docker/log" 2>&1 &
    docker_pid=$!
    local attempt
    for ((attempt = 0; attempt < 150; attempt++)); do
        "${docker[@]}" version > /dev/null 2>&1 && return
        kill -0 "$docker_pid" 2> /dev/null || break
        sleep 0.2
    done
    echo "compare: dockerd did not start:" >&2
    tail -n 5 "$work/docker/log" >&2
    docker_pid=''
}

stop_engines() {
    stop_registry
    if [[ -n $docker_pid ]]; then kill "$docker_pid" 2> /dev/null || true; wait "$docker_pid" 2> /dev/null || true; docker_pid=''; fi
    local mount
    while read -r mount; do umount -l "$mount"; done < <(awk -v d="$work/" 'index($5, d) == 1 { print $5 }' /proc/self/mountinfo | tac)
}

# own ARGUMENT...: our program on the store that the workload chose last
own() {
    local store
    store=$(< "$work/store")
    BUILDER_ROOT=${store:-$work/store0} out/builder "$@"
}

# A store's files belong to ids of the user namespace.
builder_remove() {
    local store
    for store in "$1"/store0 "$1"/*/store*; do
        if [[ -d $store ]]; then out/builder unshare rm -rf "$store"; fi
    done
}

engine_versions() {
    echo "builder $(out/builder version --format '{{.Client.Version}}' 2> /dev/null || out/builder version | head -n 1)"
    if has_engine docker; then echo "docker $("${docker[@]}" version --format '{{.Server.Version}}')"; fi
    if has_engine buildah; then buildah --version; fi
    if has_engine podman; then podman --version; fi
    if has_engine skopeo; then skopeo --version; fi
}

# build ENGINE TAG CONTEXT ARGUMENT...
build() {
    local engine=$1 tag=$2 context=$3
    shift 3
    case $engine in
        builder) own build --network host -q -t "$tag" "$@" "$context" ;;
        docker) "${docker[@]}" build --network host -q -t "$tag" "$@" "$context" ;;
        buildah) buildah "${containers[@]}" build "${runtime[@]}" --layers --network host -q -t "$tag" "$@" "$context" ;;
        podman) podman "${runtime[@]}" "${containers[@]}" build "${limits[@]}" --layers --network host -q -t "$tag" "$@" "$context" ;;
        *) return 1 ;;
    esac
}

# import ENGINE TAR NAME: an image from a file tree
import() {
    case $1 in
        builder) own import "$2" "$3" ;;
        docker) "${docker[@]}" import "$2" "$3" ;;
        buildah | podman) podman "${containers[@]}" import "$2" "$3" ;;
        bare) true ;;
    esac
}

# run ENGINE IMAGE COMMAND...
run() {
    local engine=$1
    shift
    case $engine in
        builder) own run --rm --network none "$@" ;;
        docker) "${docker[@]}" run --rm --network none "$@" ;;
        podman) podman "${runtime[@]}" --cgroup-manager cgroupfs "${containers[@]}" run "${limits[@]}" --rm --network none "$@" ;;
        *) return 1 ;;
    esac
}

# save ENGINE IMAGE FILE: an archive for docker load
save() {
    case $1 in
        builder) own save -o "$3" "$2" ;;
        docker) "${docker[@]}" save -o "$3" "$2" ;;
        buildah) rm -f "$3"; buildah "${containers[@]}" push "$2" "docker-archive:$3:$2" ;;
        podman) rm -f "$3"; podman "${containers[@]}" save -q -o "$3" "$2" ;;
    esac
}

# load ENGINE FILE
load() {
    case $1 in
        builder) own load -q -i "$2" ;;
        docker) "${docker[@]}" load -q -i "$2" ;;
        buildah) buildah "${containers[@]}" pull -q "docker-archive:$2" ;;
        podman) podman "${containers[@]}" load -q -i "$2" ;;
    esac
}

remove_image() {
    case $1 in
        builder) own rmi "$2" ;;
        docker) "${docker[@]}" rmi -f "$2" ;;
        buildah | podman) podman "${containers[@]}" rmi -f "$2" ;;
    esac
}

# base_image busybox|debian: prints the file of a base image's tree, made once
base_image() {
    local file=${XDG_CACHE_HOME:-$HOME/.cache}/builder-tests/$1.tar
    [[ $1 == debian ]] && file=${file%debian.tar}debian-bookworm.tar
    mkdir -p "$(dirname "$file")"
    if [[ ! -f $file ]]; then
        case $1 in
            busybox) testdata/base-images/busybox > "$file.partial" ;;
            debian) testdata/base-images/debian "$file.partial" ;;
        esac
        mv "$file.partial" "$file"
    fi
    echo "$file"
}

# push ENGINE IMAGE NAME
push() {
    case $1 in
        builder) own tag "$2" "$3" && own push -q "$3" ;;
        docker) "${docker[@]}" tag "$2" "$3" && "${docker[@]}" push -q "$3" ;;
        buildah) buildah "${containers[@]}" push -q --tls-verify=false "$2" "docker://$3" ;;
        podman) podman "${containers[@]}" push -q --tls-verify=false "$2" "docker://$3" ;;
        skopeo) skopeo copy -q --dest-tls-verify=false "docker-archive:$directory/skopeo.tar" "docker://$3" ;;
    esac
}

# pull ENGINE NAME
pull() {
    case $1 in
        builder) own pull -q "$2" ;;
        docker) "${docker[@]}" pull -q "$2" ;;
        buildah) buildah "${containers[@]}" pull -q --tls-verify=false "$2" ;;
        podman) podman "${containers[@]}" pull -q --tls-verify=false "$2" ;;
        skopeo) skopeo copy -q --src-tls-verify=false "docker://$2" "dir:$directory/copy" ;;
    esac
}

# It is started and stopped in subshells too, so its number is in a file.
stop_registry() {
    [[ -s $work/registry.pid ]] || return 0
    local pid
    pid=$(< "$work/registry.pid")
    kill "$pid" 2> /dev/null || true
    while kill -0 "$pid" 2> /dev/null; do sleep 0.05; done
    rm "$work/registry.pid"
}

# start_registry: the real registry on loopback, without TLS
registry=localhost:5959
start_registry() {
    [[ ! -s $work/registry.pid ]] || return 0
    cat > "$work/registry.yml" << EOF
version: 0.1
storage:
  filesystem: {rootdirectory: $work/registry}
  delete: {enabled: true}
http: {addr: '$registry'}
EOF
    docker-registry serve "$work/registry.yml" > "$work/registry.log" 2>&1 &
    echo $! > "$work/registry.pid"
    local attempt
    for ((attempt = 0; attempt < 100; attempt++)); do
        (exec 3<> "/dev/tcp/localhost/${registry#*:}") 2> /dev/null && return
        sleep 0.1
    done
    return 1
}
