#!/bin/sh
# Loads this export with curl alone: checks the hashes, creates the index, posts the parts, checks every answer, counts.
#
#   sh upload.sh [URL]      else $LITEBULK_URL, else http://localhost:9200
#
# Credentials come from the environment: LITEBULK_USER and LITEBULK_PASSWORD, or LITEBULK_API_KEY, or LITEBULK_TOKEN.
# $CURL_OPTS is passed on to curl, for instance CURL_OPTS='--cacert ca.pem'.
# Exports for `create` and `index` make the index, and refuse one that exists. Those for `update` make it where it does not
# exist; those for `delete`, and deltas, need one that exists. In one that exists documents are not counted.
#
# Ends with 0: all is loaded; 2: wrong usage; 3: files, network, credentials or the index (what was sent stays there);
# 4: documents were refused by the engine, each named below; 5: the index holds another number of documents.

set -uf
unset CDPATH
LC_ALL=C
export LC_ALL

index=@INDEX@
index_path=@INDEX_PATH@
target=@TARGET@
documents=@DOCUMENTS@
# Whether to make the index, and to count it afterwards; `missing` means only where there is none.
create=@CREATE@
# Lines of a record in the parts; 0 means one or two.
lines=@LINES_A_RECORD@
# Whether the engine takes no gzip.
unpack=@UNPACK@

sums() {
    cat <<'END'
@SUMS@
END
}

parts() {
    cat <<'END'
@PARTS@
END
}

end() {
    code=$1
    shift
    printf 'upload.sh: %s\n' "$*" >&2
    exit "$code"
}

say() {
    printf '%s\n' "$*" >&2
}

[ $# -le 1 ] || end 2 'usage: sh upload.sh [URL]'
for tool in awk base64 curl gzip mktemp sed sha256sum; do
    command -v "$tool" >/dev/null 2>&1 || end 3 "this needs \`$tool\`, which is not installed"
done

dir=$(dirname -- "$0")
case $dir in /*) ;; *) dir=./$dir ;; esac

url=${1:-${LITEBULK_URL:-http://localhost:9200}}
url=${url%/}
user=${LITEBULK_USER:-}
password=${LITEBULK_PASSWORD:-}
api_key=${LITEBULK_API_KEY:-}
token=${LITEBULK_TOKEN:-}

# User info in a URL is never shown again.
rest=${url#*://}
case $rest in
*[/?\#]*@*) end 2 'the URL holds an @ behind its host: write / ? # and @ of user and password as %2F %3F %23 %40' ;;
esac
authority=${rest%%/*}
kinds=0
shown=$url
case $authority in
*@*)
    kinds=1
    case $url in *://*) shown=${url%%://*}://${rest#"${authority%@*}@"} ;; *) shown=${rest#"${authority%@*}@"} ;; esac
    ;;
esac
[ -z "$user$password" ] || kinds=$((kinds + 1))
[ -z "$api_key" ] || kinds=$((kinds + 1))
[ -z "$token" ] || kinds=$((kinds + 1))
[ "$kinds" -le 1 ] || end 2 'more than one kind of credential is given; give one'
[ -z "$password" ] || [ -n "$user" ] || end 2 'LITEBULK_PASSWORD is set, but LITEBULK_USER is not'
[ -z "$user" ] || [ -n "$password" ] || end 2 'LITEBULK_USER is set, but LITEBULK_PASSWORD is not'
# Neither a line of curl's configuration nor a header can hold one.
if [ "$(printf '%s' "$url$user$password$api_key$token" | tr -d '\000-\037\177' | wc -c)" -ne \
    "$(printf '%s' "$url$user$password$api_key$token" | wc -c)" ]; then
    end 2 'the URL or a credential holds a line end or another control character'
fi
# An API key comes as `id:key`, or already encoded.
plain_key=$api_key
case $api_key in
*:*) api_key=$(printf '%s' "$api_key" | base64 | tr -d '\n') || end 3 'cannot encode the API key' ;;
esac
# What user info in a URL says, and what the header says of user and password.
in_url=
case $authority in
*:*@*) in_url=${authority%@*} ;;
esac
header=$(printf '%s' "${in_url:-$user:$password}" | base64 | tr -d '\n')
in_url=${in_url#*:}

# Lines that a server said, without secrets that it repeats and without what gives orders to a terminal.
clean() {
    tr '\000-\011\013-\037\177' '[ *]' | secret_1=$password secret_2=$api_key secret_3=$plain_key secret_4=$token \
        secret_5=$in_url secret_6=$header awk '
    {
        line = $0
        for (i = 1; i <= 6; i++) {
            secret = ENVIRON["secret_" i]
            # A shorter one would be found in any text.
            if (length(secret) < 4) continue
            rest = line
            line = ""
            while ((at = index(rest, secret)) > 0) {
                line = line substr(rest, 1, at - 1) "***"
                rest = substr(rest, at + length(secret))
            }
            line = line rest
        }
        gsub(/\302[\200-\237]/, " ", line)
        print line
    }'
}

tmp=$(mktemp -d) || end 3 'cannot make a temporary folder'
trap 'rm -rf "$tmp"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# A line of curl's configuration, which reaches it by its standard input: arguments can be seen by other users.
option() {
    value=$(printf '%s\n' "$2" | sed 's/[\\"]/\\&/g')
    printf '%s = "%s"\n' "$1" "$value"
}

configuration() {
    option url "$url$1"
    if [ -n "$user" ]; then option user "$user:$password"; fi
    if [ -n "$api_key" ]; then option header "Authorization: ApiKey $api_key"; fi
    if [ -n "$token" ]; then option header "Authorization: Bearer $token"; fi
}

# request PATH [option of curl]...: the answer goes to $tmp/answer, its status to $status.
request() {
    path=$1
    shift
    : >"$tmp/answer"
    # shellcheck disable=SC2086
    status=$(configuration "$path" | curl ${CURL_OPTS-} --silent --show-error --globoff --config - \
        --output "$tmp/answer" --write-out '%{http_code}' "$@" 2>"$tmp/error") ||
        end 3 "no answer from $shown: $(sed 's/^curl: //' "$tmp/error" | clean)"
    case $status in
    2??) ;;
    3??) end 3 "$shown$path answers with a redirect ($status); give the URL it leads to" ;;
    401 | 403) end 3 "$shown$path answers $status: check the credentials and their rights$(excerpt)" ;;
    esac
}

excerpt() {
    if [ -s "$tmp/answer" ]; then
        printf ': '
        # More than is shown: a secret at the cut would be left in part.
        dd if="$tmp/answer" bs=4000 count=1 2>/dev/null | tr '\n' ' ' | clean | dd bs=500 count=1 2>/dev/null
    fi
}

# need WHAT: the last answer must be 200.
need() {
    [ "$status" = 200 ] || end 3 "$1: $shown answers $status$(excerpt)"
}

# Reads an answer of _bulk: a line `bad ITEM STATUS REASON` for each document that was refused, then
# `total ITEMS BAD CONFLICTS`, or `broken` where it is no such answer. Without the escaped characters, every second piece
# between quotes is a string, so nothing inside a reason can pass for a status.
items() {
    { sed 's/\\\\//g; s/\\"//g' "$1"; echo; } | awk '
    BEGIN { RS = "\""; depth = 0 }
    NR % 2 == 0 {
        string = $0
        if (depth >= 4 && key[4] == "error" && (key[depth] == "reason" || depth == 4)) reason = reason " " string
        next
    }
    {
        count = length($0)
        for (i = 1; i <= count; i++) {
            c = substr($0, i, 1)
            if (c == ":" ) {
                key[depth] = string
                if (depth == 1 && string == "errors") errors = substr($0, i + 1)
                if (depth == 1 && string == "items") listed = 1
                if (depth == 4 && string == "status") status = substr($0, i + 1) + 0
                if (depth == 4 && string == "error") failed = 1
            } else if (c == ",") {
                key[depth] = ""
            } else if (c == "{" || c == "[") {
                depth++
                key[depth] = ""
                if (depth == 3 && key[1] == "items") { n++; status = 0; failed = 0; reason = "" }
            } else if (c == "}" || c == "]") {
                if (depth == 3 && key[1] == "items" && (failed || status < 200 || status > 299 ) && !(status == 404 && !failed)) {
                    bad++
                    if (status == 409) conflicts++
                    print "bad", n, status reason
                }
                depth--
            }
        }
    }
    END {
        gsub(/[ \t\r\n]/, "", errors)
        if (depth != 0 || !listed || errors !~ /^(true|false)/ || (errors ~ /^true/ && bad == 0)) print "broken"
        else print "total", n + 0, bad + 0, conflicts + 0
    }'
}

# Line of the action of an item, where that can be told.
line_of() {
    if [ "$lines" = 0 ]; then printf 'record %s' "$1"; else printf 'line %s' $((($1 - 1) * lines + 1)); fi
}

# shards PURPOSE: the last answer must tell of no failed shard.
shards() {
    if sed 's/[ ]//g' "$tmp/answer" | grep '"failed":[1-9]' >/dev/null; then
        end 3 "$1: shards of \`$index\` failed$(excerpt)"
    fi
}

sums >"$tmp/sums"
(cd "$dir" && sha256sum -c "$tmp/sums") >"$tmp/checked" 2>&1 ||
    end 3 "files are missing or damaged, nothing was sent: $(grep -v ': OK$' "$tmp/checked" | tr '\n' ' ')"

request "/$index_path" --head
if [ "$create" = missing ]; then
    if [ "$status" = 404 ]; then create=yes; else create=no; fi
fi
if [ "$create" = yes ]; then
    case $status in
    404) ;;
    200) end 3 "the index \`$index\` exists at $shown, and nothing was changed; delete it first, or use \`litebulk upload\`" ;;
    *) end 3 "cannot tell whether the index \`$index\` exists: $shown answers $status" ;;
    esac
    request "/$index_path" --request PUT --header 'Content-Type: application/json' --data-binary "@$dir/mapping.json"
    need "cannot create the index \`$index\` (made for $target)"
else
    case $status in
    200) ;;
    404) end 3 "there is no index \`$index\` at $shown, and this export changes one that exists" ;;
    *) end 3 "cannot tell whether the index \`$index\` exists: $shown answers $status" ;;
    esac
fi

sent=0
rejected=0
conflicts=0
parts >"$tmp/parts"
while read -r part count; do
    file=$dir/$part
    encoding=
    case $part in
    *.gz)
        if [ "$unpack" = yes ]; then
            gzip -dc "$file" >"$tmp/part" || end 3 "cannot unpack \`$part\`"
            file=$tmp/part
        else
            encoding='Content-Encoding: gzip'
        fi
        ;;
    esac
    # An empty `Expect:` keeps curl from waiting for engines and proxies that do not know it.
    set -- --header 'Content-Type: application/x-ndjson' --header 'Expect:'
    [ -z "$encoding" ] || set -- "$@" --header "$encoding"
    request '/_bulk?filter_path=errors,items.*.status,items.*.error' --request POST "$@" --data-binary "@$file"
    need "cannot load \`$part\`"
    items "$tmp/answer" >"$tmp/items"
    summary=$(tail -n 1 "$tmp/items")
    case $summary in
    'total '*) ;;
    *) end 3 "the answer for \`$part\` is no answer of a bulk request$(excerpt)" ;;
    esac
    # shellcheck disable=SC2086
    set -- $summary
    [ "$2" = "$count" ] || end 3 "the answer for \`$part\` tells of $2 documents, and $count were sent"
    sent=$((sent + count))
    rejected=$((rejected + $3))
    conflicts=$((conflicts + $4))
    if [ "$3" -gt 0 ]; then
        sed '$d' "$tmp/items" | clean | while read -r _ item reason; do
            say "$part, $(line_of "$item"): refused with status $reason"
        done
    fi
    say "$part: $((count - $3)) of $count documents, $sent of $documents in all"
done <"$tmp/parts"

request "/$index_path/_refresh" --request POST
need "cannot refresh the index \`$index\`"
shards 'the refresh is not complete'

if [ "$create" = yes ]; then
    request "/$index_path/_count"
    need "cannot count the index \`$index\`"
    shards 'the count is not complete'
    found=$(sed -n 's/.*"count" *: *\([0-9][0-9]*\).*/\1/p' "$tmp/answer")
    [ -n "$found" ] || end 3 "the count of \`$index\` cannot be read$(excerpt)"
    # A document refused because it exists may be there all the same: engines repeat writes themselves.
    least=$((documents - rejected))
    most=$((least + conflicts))
    if [ "$found" -lt "$least" ] || [ "$found" -gt "$most" ]; then
        end 5 "the index \`$index\` holds $found documents, and $least were loaded"
    fi
fi

[ "$rejected" -eq 0 ] || end 4 "$rejected of $documents documents were refused, the others are loaded"
say "$index: $documents documents loaded"
