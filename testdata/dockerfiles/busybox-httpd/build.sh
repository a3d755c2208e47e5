set -eu
mkdir -p public
for page in pages/*.txt; do
    name=$(basename "$page" .txt)
    { echo "<h1>$(head -n 1 "$page")</h1>"; sed 1d "$page"; } > "public/$name.html"
done
