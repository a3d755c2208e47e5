# A C project of 60 parts, and a base image that can compile it. Sourced by workloads.

# make_project DIRECTORY
make_project() {
    local i f
    mkdir -p "$1"
    for ((i = 0; i < 60; i++)); do
        {
            printf '#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <math.h>\n'
            for ((f = 0; f < 120; f++)); do
                printf 'static double f%s(double x, int n) { double s = x; for (int i = 1; i < n; i++) { s += (s * %s.5 + i) / (i + x * x); if (s > 1e6) s = s - (double)(int)s; } return s; }\n' "$f" "$f"
            done
            printf 'int part%s(int x) { double s = 0;' "$i"
            for ((f = 0; f < 120; f++)); do printf ' s += f%s(x, x %% 7);' "$f"; done
            printf ' return s > -1 ? 1 : 0; }\n'
        } > "$1/part$i.c"
    done
    {
        echo '#include <stdio.h>'
        for ((i = 0; i < 60; i++)); do echo "int part$i(int);"; done
        echo 'int main(void) { int n = 0;'
        for ((i = 0; i < 60; i++)); do echo "n += part$i($i);"; done
        echo 'printf("%d\n", n); return 0; }'
    } > "$1/main.c"
    cat > "$1/Makefile" << 'EOF'
O ?= .
parts := $(patsubst %.c,$(O)/%.o,$(wildcard *.c))
$(O)/program: $(parts)
	gcc -static -o $@ $^
$(O)/%.o: %.c
	gcc -O2 -c -o $@ $<
EOF
    project_dockerfile "$1" "$workload"
}

# project_dockerfile DIRECTORY NAME: objects are kept under the name, so that another name begins with none
project_dockerfile() {
    cat > "$1/Dockerfile" << EOF
FROM bench/gcc AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,id=$2,target=/objects make -j2 O=/objects && cp /objects/program /program
FROM scratch
COPY --from=build /program /program
EOF
}

# compiler_image: prints the file of a Debian tree with gcc and make, made once
compiler_image() {
    local file=${XDG_CACHE_HOME:-$HOME/.cache}/builder-tests/debian-gcc.tar
    if [[ ! -f $file ]]; then
        SOURCE_DATE_EPOCH=1700000000 mmdebstrap --quiet --variant=minbase --include=gcc,libc6-dev,make bookworm "$file.partial.tar" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >&2
        mv "$file.partial.tar" "$file"
    fi
    echo "$file"
}
