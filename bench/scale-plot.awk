# Draws the samples of bench/scale as SVG: above the time for each unit, below the peak memory, over the number of units.
# A sample is a line of tab-separated series, state, units, wall seconds, CPU seconds, megabytes.
BEGIN {
    FS = "\t"
    width = 250; height = 150; left = 62; gap = 40; top = 46
    split("files layers stages size", order, " ")
    name["files"] = "files copied"; name["layers"] = "layers (RUN)"; name["stages"] = "stages"; name["size"] = "MiB in one layer"
    color["cold"] = "#1f6feb"; color["unchanged"] = "#d1242f"; color["save"] = "#1a7f37"
}

{
    n = ++count[$1]
    state[$1, n] = $2; units[$1, n] = $3
    value[$1, n, 1] = $4 * 1000 / $3; value[$1, n, 2] = $6
}

function log10(x) { return log(x) / log(10) }

# A round number not below x
function nice(x, power) {
    power = 10 ^ int(log10(x) + 100 - 100 - (x < 1))
    if (x <= power) return power
    if (x <= 2 * power) return 2 * power
    if (x <= 5 * power) return 5 * power
    return 10 * power
}

function short(x) { return x >= 1000000 ? x / 1000000 "M" : x >= 1000 ? x / 1000 "k" : x "" }

function text(x, y, anchor, content, more) {
    printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>\n", x, y, anchor, more, content
}

function panel(series, row, x0, y0,   i, k, least, most, top_value, x, y, path, seen, drawn, s) {
    least = units[series, 1]; most = least; top_value = 0
    for (i = 1; i <= count[series]; i++) {
        if (units[series, i] < least) least = units[series, i]
        if (units[series, i] > most) most = units[series, i]
        if (value[series, i, row] > top_value) top_value = value[series, i, row]
    }
    top_value = nice(top_value)
    printf "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#999\"/>\n", x0, y0, width, height
    for (k = 0; k <= 2; k++) {
        y = y0 + height - k * height / 2
        if (k == 1) printf "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>\n", x0, y, x0 + width, y
        text(x0 - 5, y + 4, "end", k * top_value / 2)
    }
    for (i = 1; i <= count[series]; i++) {
        s = state[series, i]
        x = x0 + 12 + (most == least ? 0 : (log10(units[series, i]) - log10(least)) / (log10(most) - log10(least)) * (width - 24))
        y = y0 + height - value[series, i, row] / top_value * height
        printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n", x, y, color[s]
        path[s] = path[s] (path[s] == "" ? "M" : "L") sprintf("%.1f %.1f ", x, y)
        if (row == 2 && !(units[series, i] in seen)) { text(x, y0 + height + 16, "middle", short(units[series, i])); seen[units[series, i]] = 1 }
    }
    for (s in path) printf "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>\n", path[s], color[s]
}

END {
    for (i = 1; i <= 4; i++) if (count[order[i]] > 0) shown[++panels] = order[i]
    total = panels * (width + left) + 20
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"11\">\n", total, top + 2 * height + gap + 60
    printf "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
    for (i = 1; i <= panels; i++) {
        x0 = left + (i - 1) * (width + left)
        text(x0 + width / 2, top - 10, "middle", name[shown[i]] ": ms for each", " font-weight=\"bold\"")
        panel(shown[i], 1, x0, top)
        text(x0 + width / 2, top + height + gap - 10, "middle", "peak memory, MB", " font-weight=\"bold\"")
        panel(shown[i], 2, x0, top + height + gap)
    }
    x = left
    split("cold unchanged save", states, " ")
    for (i = 1; i <= 3; i++) {
        printf "<rect x=\"%d\" y=\"8\" width=\"12\" height=\"12\" fill=\"%s\"/>\n", x, color[states[i]]
        text(x + 18, 18, "start", states[i])
        x += 110
    }
    print "</svg>"
}
