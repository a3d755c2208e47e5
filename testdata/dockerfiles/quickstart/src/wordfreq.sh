#!/bin/sh
# wordfreq @VERSION@: the most frequent words of a file or of standard input.
set -eu

top=${WORDFREQ_TOP:-10}
while getopts n:v option; do
    case $option in
        n) top=$OPTARG ;;
        v) echo "wordfreq @VERSION@"; exit 0 ;;
        *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))

for file; do
    if [ "$file" != - ] && [ ! -r "$file" ]; then
        echo "wordfreq: cannot read $file" >&2
        exit 1
    fi
done
cat "$@" | tr -cs 'A-Za-z' '\n' | tr 'A-Z' 'a-z' | grep . | sort | uniq -c | sort -k1,1nr -k2 | head -n "$top"
